"""Payments in parts, up to the balance and not a paisa more; and those that did not clear."""

from decimal import Decimal

import pytest

from delivery.models import Notification
from gstbillingapp.actions import invoices, payments
from gstbillingapp.models import Invoice, Payment
from tests.factories import days_ago, draft, issued, line, paid
from tests.refusals import everything, refused

pytestmark = pytest.mark.django_db


def stored(invoice: Invoice) -> Invoice:
    """The invoice as it is in the database."""
    return Invoice.objects.get(pk=invoice.pk)


def test_parts_of_a_payment_bring_the_balance_to_nothing(business):
    invoice = issued(business)
    paid(invoice, "18.10")
    assert (stored(invoice).status, stored(invoice).balance) == ("part_paid", Decimal("99.90"))
    paid(invoice, "0.20")
    paid(invoice, "99.70")
    assert (stored(invoice).status, stored(invoice).balance) == ("paid", 0)


def test_a_thousand_parts_of_a_paisa_add_up_exactly(business):
    invoice = issued(business, line(price=Decimal("0.10"), qty=Decimal(100), rate=Decimal(0)))
    for _ in range(100):
        paid(invoice, "0.10")
    assert (stored(invoice).paid, stored(invoice).balance) == (10, 0)


def test_a_payment_above_the_balance_is_refused_and_nothing_is_written(business):
    invoice = issued(business)
    paid(invoice, "18")
    with refused("amount", "at most ₹100.00, the balance of INV/"):
        payments.record(business, None, invoice.pk, Decimal("100.01"))


def test_a_payment_on_a_paid_invoice_is_refused(business):
    invoice = issued(business)
    paid(invoice)
    with refused("amount", "paid in full"):
        payments.record(business, None, invoice.pk, Decimal(1))


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("amount", {"amount": None}, "above ₹0.00"),
        ("amount", {"amount": Decimal(0)}, "above ₹0.00"),
        ("amount", {"amount": Decimal(-5)}, "above ₹0.00"),
        ("amount", {"amount": Decimal("1.005")}, "2 decimals"),
        ("amount", {"amount": Decimal("NaN")}, "number"),
        ("amount", {"amount": Decimal("1E20")}, "between"),
        ("date", {"date": days_ago(-1)}, "earlier day"),
        ("date", {"date": days_ago(20_000)}, "1 Jul 2017"),
        ("mode", {"mode": "shells"}, "cash"),
        ("reference", {"reference": "x" * 65}, "64"),
        ("note", {"note": "x" * 301}, "300"),
    ],
)
def test_a_bad_field_of_a_payment_is_refused_by_name(business, field, terms, words):
    invoice = issued(business)
    with refused(field, words):
        payments.record(business, None, invoice.pk, **{"amount": Decimal(1), **terms})


def test_nothing_is_paid_on_a_draft_or_a_cancelled_invoice(business):
    waiting, invoice = draft(business), issued(business)
    invoices.cancel(business, None, invoice.pk, "Wrong")
    with refused("__all__", "issue it"):
        payments.record(business, None, waiting.pk, Decimal(1))
    with refused("__all__", "cancelled"):
        payments.record(business, None, invoice.pk, Decimal(1))


def test_every_member_is_told_of_a_payment_once(people):
    invoice = issued(people.business)
    payment = paid(invoice, "18", mode="upi", reference="UTR1")
    rows = Notification.objects.filter(dedupe_key=f"pay:{payment.pk}")
    assert {row.user_id for row in rows} == {people.owner.pk, people.teammate.pk}
    assert {row.title for row in rows} == {f"₹18.00 received from {invoice.buyer_name}"}
    assert {row.message for row in rows} == {f"{invoice.number} balance ₹100.00"}


def test_a_payment_that_did_not_clear_is_owed_again_and_stays_on_record(people):
    invoice = issued(people.business)
    payment = paid(invoice)
    payments.reverse(people.business, people.owner, payment.pk, "Cheque returned")
    assert (stored(invoice).balance, stored(invoice).paid) == (118, 0)
    assert Payment.objects.get().reverse_reason == "Cheque returned"
    assert Payment.objects.get().reversed_by == people.owner
    told = Notification.objects.filter(dedupe_key=f"pay:{payment.pk}:fail")
    assert {row.user_id for row in told} == {people.owner.pk, people.teammate.pk}
    with refused("__all__", "already"):
        payments.reverse(people.business, None, payment.pk, "Again")


def test_reversing_needs_a_reason(business):
    payment = paid(issued(business))
    with refused("reason", "Say why"):
        payments.reverse(business, None, payment.pk, "")


def test_a_stranger_can_neither_record_nor_reverse_a_payment_and_a_teammate_can(people):
    theirs = people.stranger.membership.business
    invoice = issued(people.business)
    payment = payments.record(people.business, people.teammate, invoice.pk, Decimal(18))
    assert payment.recorded_by == people.teammate
    before = everything()
    with pytest.raises(Invoice.DoesNotExist):
        payments.record(theirs, people.stranger, invoice.pk, Decimal(1))
    with pytest.raises(Payment.DoesNotExist):
        payments.reverse(theirs, people.stranger, payment.pk, "Mine")
    assert everything() == before
