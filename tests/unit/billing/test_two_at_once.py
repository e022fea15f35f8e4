"""Two people at the same instant, each on a connection of their own."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from delivery.models import Notification
from gstbillingapp.actions import invoices, payments, products
from gstbillingapp.actions.data import ProductData
from gstbillingapp.models import Invoice, Membership, NumberSeries, Payment, Product, StockMovement
from tests.factories import BusinessFactory, MembershipFactory, ProductFactory, draft, issued, line

# Serialized: emptying the tables between tests would take the rates of the migration with it.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
PATIENCE = 30  # seconds, for a machine that has other things to do


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed returned or was refused with, all begun at one moment in threads of their own."""
    start, outcomes = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        try:
            start.wait(PATIENCE)
            outcomes[place] = deed()
        except ValidationError as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def test_one_draft_issued_by_two_people_gets_one_number():
    member = MembershipFactory()
    stored = draft(member.business)

    def issue() -> Invoice:
        return invoices.issue(member.business, None, stored.pk)

    outcomes = at_once(issue, issue, issue)
    numbers = [outcome.number for outcome in outcomes if isinstance(outcome, Invoice)]
    refusals = [outcome for outcome in outcomes if isinstance(outcome, ValidationError)]
    assert len(numbers) == 1
    assert len(refusals) == 2
    assert NumberSeries.objects.get().last == 1
    assert Notification.objects.count() == 1


def test_many_drafts_issued_at_once_get_consecutive_numbers_and_the_stock_is_right():
    business = BusinessFactory()
    ware = ProductFactory(business=business)
    drafts = [draft(business, line(ware)) for _ in range(6)]
    outcomes = at_once(*(lambda pk=row.pk: invoices.issue(business, None, pk) for row in drafts))
    assert sorted(outcome.sequence for outcome in outcomes) == [1, 2, 3, 4, 5, 6]
    assert Invoice.objects.values("number_key").distinct().count() == 6
    assert Product.objects.get(pk=ware.pk).stock == 94
    assert StockMovement.objects.filter(product=ware).count() == 6


def test_a_number_taken_and_rolled_back_is_given_to_the_next():
    business = BusinessFactory()
    first, second = draft(business), draft(business)
    taken = threading.Event()

    def take_and_give_up() -> str:
        with transaction.atomic():
            number = invoices.issue(business, None, first.pk).number
            taken.set()
            transaction.set_rollback(True)
        return number

    def issue_next() -> str:
        assert taken.wait(PATIENCE)
        return invoices.issue(business, None, second.pk).number

    lost, kept = at_once(take_and_give_up, issue_next)
    assert lost == kept
    assert Invoice.objects.get(pk=first.pk).state == "draft"


def test_two_payments_of_the_whole_balance_do_not_both_pass():
    invoice = issued()

    def pay() -> Payment:
        return payments.record(invoice.business, None, invoice.pk, Decimal(118))

    outcomes = at_once(pay, pay)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Payment", "ValidationError"]
    assert Payment.objects.count() == 1
    assert Invoice.objects.get().balance == 0


def test_a_payment_and_a_cancellation_at_once_leave_one_of_the_two():
    invoice = issued()
    at_once(
        lambda: payments.record(invoice.business, None, invoice.pk, Decimal(18)),
        lambda: invoices.cancel(invoice.business, None, invoice.pk, "Wrong"),
    )
    stored = Invoice.objects.get()
    assert (stored.state, stored.paid, Payment.objects.count()) in [("issued", 18, 1), ("cancelled", 0, 0)]


def test_two_sales_that_name_the_same_goods_in_another_order_do_not_wait_for_each_other():
    business = BusinessFactory()
    wire, lamp = ProductFactory(business=business), ProductFactory(business=business)
    drafts = [draft(business, line(wire), line(lamp)), draft(business, line(lamp), line(wire))]
    outcomes = at_once(*(lambda pk=row.pk: invoices.issue(business, None, pk) for row in drafts))
    assert all(isinstance(outcome, Invoice) for outcome in outcomes)
    assert set(Product.objects.values_list("stock", flat=True)) == {98}


def test_two_products_do_not_both_take_one_sku():
    business = BusinessFactory()

    def add() -> Product:
        data = ProductData(name="Lamp", sku="LMP-1", price=Decimal(100), rate=Decimal(18))
        return products.save(business, None, data)

    outcomes = at_once(add, add, add)
    refusals = [outcome.message_dict for outcome in outcomes if isinstance(outcome, ValidationError)]
    assert [list(refusal) for refusal in refusals] == [["sku"], ["sku"]]
    assert Product.objects.get().sku == "LMP-1"


def test_the_members_of_two_businesses_are_told_apart_when_both_issue_at_once():
    ours, theirs = MembershipFactory(), MembershipFactory()
    drafts = [draft(member.business) for member in (ours, theirs)]
    at_once(*(lambda row=row: invoices.issue(row.business, None, row.pk) for row in drafts))
    for member in Membership.objects.all():
        told = Notification.objects.get(user=member.user)
        assert Invoice.objects.get(pk=int(told.related_object_id)).business == member.business
