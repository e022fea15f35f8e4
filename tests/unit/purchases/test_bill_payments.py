"""Money paid to vendors: at most what is owed, taken back as a whole, and never twice at once."""

from decimal import Decimal

import pytest

from delivery.models import Notification
from gstbillingapp.actions import bill_payments, bills
from gstbillingapp.models import Bill, BillPayment
from tests.factories import bill, days_ago, paid_out
from tests.refusals import everything, refused
from tests.support.inbox_client import state_equals_events
from tests.unit.billing.test_two_at_once import at_once

pytestmark = pytest.mark.django_db


def owed(of: Bill) -> tuple[Decimal, Decimal]:
    stored = Bill.objects.get(pk=of.pk)
    return stored.paid, stored.balance


def test_payments_add_up_until_nothing_is_owed(business):
    stored = bill(business)
    paid_out(stored, "100")
    assert owed(stored) == (Decimal(100), Decimal(18))
    paid_out(Bill.objects.get(), "18")
    assert owed(stored) == (Decimal(118), Decimal(0))


def test_a_payment_that_did_not_go_through_is_owed_again_and_stays_on_record(people):
    stored = bill(people.business)
    payment = paid_out(stored)
    bill_payments.reverse(people.business, people.owner, payment.pk, "Transfer returned")
    assert owed(stored) == (Decimal(0), Decimal(118))
    kept = BillPayment.objects.get()
    assert (kept.reversed_by, kept.reverse_reason) == (people.owner, "Transfer returned")
    assert kept.reversed_at is not None
    with refused("__all__", "reversed already"):
        bill_payments.reverse(people.business, people.owner, payment.pk, "Again")


def test_everybody_is_told_that_a_payment_did_not_go_through(people):
    stored = bill(people.business)
    payment = paid_out(stored, "100")
    with state_equals_events(people.teammate.pk):
        bill_payments.reverse(people.business, people.owner, payment.pk, "Transfer returned")
    told = Notification.objects.filter(dedupe_key=f"pay:bill:{payment.pk}:fail")
    assert set(told.values_list("user", flat=True)) == {people.owner.pk, people.teammate.pk}
    row = told.first()
    assert (row.notification_type, row.priority, row.link_url) == ("ERROR", "high", stored.get_absolute_url())
    assert row.title == f"Payment ₹100.00 to {stored.vendor_name} did not go through"
    assert "₹118.00 to pay by" in row.message


def test_everybody_is_told_quietly_of_a_payment_and_what_is_left(people):
    stored = bill(people.business)
    with state_equals_events(people.teammate.pk):
        payment = paid_out(stored, "100")
    told = Notification.objects.filter(dedupe_key=f"pay:bill:{payment.pk}")
    assert set(told.values_list("user", flat=True)) == {people.owner.pk, people.teammate.pk}
    row = told.first()
    assert (row.notification_type, row.priority, row.link_url) == (
        "PAYMENT",
        "low",
        stored.get_absolute_url(),
    )
    assert (row.title, row.message) == (
        f"₹100.00 paid to {stored.vendor_name}",
        f"Bill {stored.number} balance ₹18.00",
    )


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("amount", {"amount": "118.01"}, "at most ₹118.00"),
        ("amount", {"amount": "0"}, "above ₹0.00"),
        ("amount", {"amount": "NaN"}, ""),
        ("amount", {"amount": "1.005"}, ""),
        ("date", {"amount": "1", "date": days_ago(-1)}, "or an earlier day"),
        ("mode", {"amount": "1", "mode": "barter"}, "Choose one of"),
        ("reference", {"amount": "1", "reference": "x" * 65}, "at most 64"),
    ],
)
def test_a_bad_field_of_a_payment_is_refused_by_name_and_writes_nothing(business, field, terms, words):
    stored = bill(business)
    before = everything()
    with refused(field, words):
        paid_out(stored, **terms)
    assert everything() == before


def test_nothing_is_paid_on_a_cancelled_bill_or_a_paid_one(business):
    cancelled, settled = bill(business), bill(business)
    bills.cancel(business, None, cancelled.pk, "Sent twice")
    paid_out(settled)
    with refused("__all__", "nothing is owed"):
        bill_payments.pay(business, None, cancelled.pk, Decimal(1))
    with refused("amount", "paid in full"):
        bill_payments.pay(business, None, settled.pk, Decimal(1))


def test_a_teammate_pays_and_a_stranger_finds_no_such_bill(people):
    stored = bill(people.business)
    payment = paid_out(stored, "10")
    other = people.stranger.membership.business
    before = everything()
    with pytest.raises(Bill.DoesNotExist):
        bill_payments.pay(other, people.stranger, stored.pk, Decimal(1))
    with pytest.raises(BillPayment.DoesNotExist):
        bill_payments.reverse(other, people.stranger, payment.pk, "Mine")
    assert everything() == before
    bill_payments.pay(people.business, people.teammate, stored.pk, Decimal(1))
    assert owed(stored) == (Decimal(11), Decimal(107))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_who_pay_the_whole_bill_at_once_one_is_refused(business):
    stored = bill(business)

    def pay() -> BillPayment:
        return bill_payments.pay(business, None, stored.pk, Decimal(118))

    outcomes = at_once(pay, pay, pay)
    assert sum(isinstance(outcome, BillPayment) for outcome in outcomes) == 1
    assert owed(stored) == (Decimal(118), Decimal(0))
