"""Advances, what is set off against invoices, and what is paid back."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from delivery.models import Notification
from gstbillingapp.actions import payments, receipts, set_offs
from gstbillingapp.actions.data import ReceiptData, RefundData
from gstbillingapp.models import BuyerKind, Payment, Receipt, Refund
from tests.factories import (
    BusinessFactory,
    CustomerFactory,
    advance,
    days_ago,
    issued,
    line,
    noted,
    paid,
    set_off,
)
from tests.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(business):
    return CustomerFactory(business=business)


def stored(row):
    """The row as it is in the database."""
    return type(row).objects.get(pk=row.pk)


def refund_of(source, rupees: str, **terms) -> Refund:
    data = RefundData(amount=Decimal(rupees), **terms)
    return set_offs.refund(source.business, None, type(source), source.pk, data)


def test_an_advance_for_goods_bears_no_tax(buyer):
    receipt = advance(buyer)
    assert receipt.number.startswith("RV/")
    assert (receipt.total, receipt.taxable, receipt.tax, receipt.balance) == (1180, 1180, 0, 1180)


def test_an_advance_for_a_service_contains_its_tax_at_18_per_cent_where_the_rate_is_not_known(buyer):
    receipt = advance(buyer, is_service=True)
    assert (receipt.rate, receipt.taxable, receipt.cgst, receipt.sgst) == (18, 1000, 90, 90)


def test_an_advance_from_another_state_contains_integrated_tax(business):
    receipt = advance(
        CustomerFactory(business=business, state_code="33"), "1050", is_service=True, rate=Decimal(5)
    )
    assert (receipt.taxable, receipt.igst, receipt.cgst) == (1000, 50, 0)
    assert receipt.place_reason == "Tamil Nadu: the buyer's registration"


def test_an_advance_to_an_sez_under_a_letter_of_undertaking_bears_none():
    business = BusinessFactory(lut_number="AD290426001372K")
    receipt = advance(CustomerFactory(business=business, kind=BuyerKind.SEZ), is_service=True)
    assert (receipt.zero_rated, receipt.tax, receipt.taxable) == (True, 0, 1180)


def test_a_composition_dealer_shows_no_tax_on_an_advance():
    business = BusinessFactory(scheme="composition")
    assert advance(CustomerFactory(business=business), is_service=True).tax == 0


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("amount", {"amount": None}, "above ₹0.00"),
        ("purpose", {"purpose": " "}, "what the advance is for"),
        ("date", {"date": days_ago(-1)}, "earlier day"),
        ("mode", {"mode": "advance"}, "bank"),
        ("rate", {"is_service": True, "rate": Decimal(17)}, "one of"),
        ("customer_id", {"customer_id": None}, "Choose the customer"),
        ("customer_id", {"customer_id": 10**6}, "from the list"),
        ("place_of_supply", {"place_of_supply": "77"}, "Choose a state"),
    ],
)
def test_an_advance_that_cannot_be_right_is_refused(buyer, field, terms, words):
    typed = {"customer_id": buyer.pk, "amount": Decimal(100), "purpose": "Wire", **terms}
    with refused(field, words):
        receipts.record(buyer.business, None, ReceiptData(**typed))


def test_an_advance_pays_an_invoice_and_what_is_left_stays_open(buyer):
    receipt, invoice = advance(buyer), issued(customer=buyer)
    payment = set_off(invoice, receipt, "118")
    assert (payment.mode, payment.reference) == ("advance", receipt.number)
    assert (stored(invoice).paid, stored(invoice).balance) == (118, 0)
    assert (stored(receipt).adjusted, stored(receipt).balance) == (118, 1062)


def test_the_tax_of_an_advance_goes_with_it_to_the_paisa(buyer):
    receipt = advance(buyer, "100", is_service=True)
    for rupees in ("33.33", "33.33"):
        set_off(issued(customer=buyer), receipt, rupees)
    refund = refund_of(receipt, "33.34")
    rows = [*Payment.objects.all(), refund]
    assert sum(row.cgst for row in rows) == receipt.cgst
    assert sum(row.sgst for row in rows) == receipt.sgst
    assert stored(receipt).status == "settled"


def test_a_set_off_taken_back_is_open_and_owed_again(buyer):
    receipt, invoice = advance(buyer, is_service=True), issued(customer=buyer)
    payment = set_off(invoice, receipt, "118")
    payments.reverse(buyer.business, None, payment.pk, "Wrong invoice")
    assert (stored(invoice).balance, stored(receipt).balance) == (118, 1180)
    again = set_off(invoice, receipt, "118")
    assert (again.cgst, again.sgst) == (9, 9)


def test_open_credit_of_a_note_pays_another_invoice(buyer):
    first, second = (issued(customer=buyer) for _ in range(2))
    paid(first)
    note = noted(first)
    payment = set_off(second, note, "11.80")
    assert (payment.mode, payment.cgst) == ("credit", 0)
    assert (stored(note).used, stored(note).balance, stored(second).balance) == (
        Decimal("11.80"),
        0,
        Decimal("106.20"),
    )


def test_no_more_is_set_off_than_is_open_and_owed(buyer):
    receipt, invoice = advance(buyer, "100"), issued(customer=buyer)
    with refused("amount", "no more is open of RV/"):
        set_off(invoice, receipt, "100.01")
    more = advance(buyer, "500")
    with refused("amount", "no more is owed on INV/"):
        set_off(invoice, more, "118.01")
    set_off(invoice, receipt, "100")
    with refused("__all__", "has been used up"):
        set_off(invoice, receipt, "1")
    set_off(invoice, more, "18")
    with refused("amount", "paid in full"):
        set_off(invoice, more, "1")


def test_an_advance_of_another_customer_pays_nothing(business, buyer):
    receipt, invoice = advance(CustomerFactory(business=business)), issued(customer=buyer)
    with refused("__all__", "of the same customer"):
        set_off(invoice, receipt, "1")


def test_an_advance_is_not_set_off_before_it_came(buyer):
    receipt, invoice = advance(buyer), issued(customer=buyer)
    with refused("date", "or a later day"):
        set_offs.set_off(buyer.business, None, invoice.pk, Receipt, receipt.pk, Decimal(1), days_ago(1))


def test_an_advance_that_was_used_is_not_cancelled(buyer):
    receipt, invoice = advance(buyer), issued(customer=buyer)
    payment = set_off(invoice, receipt, "18")
    with refused("__all__", "₹18.00 of RV/"):
        receipts.cancel(buyer.business, None, receipt.pk, "Cheque returned")
    payments.reverse(buyer.business, None, payment.pk, "Wrong")
    cancelled = receipts.cancel(buyer.business, None, receipt.pk, "Cheque returned")
    assert (cancelled.status, cancelled.balance) == ("cancelled", 0)
    with refused("__all__", "cancelled and cannot be used"):
        set_off(invoice, cancelled, "1")


def test_a_refund_has_a_voucher_and_its_reversal_opens_its_source_again(buyer):
    receipt = advance(buyer)
    refund = refund_of(receipt, "180")
    assert refund.number.startswith("RF/")
    assert (stored(receipt).refunded, stored(receipt).balance) == (180, 1000)
    with refused("amount", "at most ₹1,000.00"):
        refund_of(receipt, "1000.01")
    set_offs.reverse_refund(buyer.business, None, refund.pk, "Transfer returned")
    assert (stored(receipt).refunded, stored(receipt).balance) == (0, 1180)
    with refused("__all__", "reversed already"):
        set_offs.reverse_refund(buyer.business, None, refund.pk, "Again")


def test_what_is_of_another_business_does_not_exist(people):
    buyer = CustomerFactory()
    theirs, invoice = advance(buyer), issued(people.business)
    with pytest.raises(Receipt.DoesNotExist):
        set_offs.set_off(people.business, None, invoice.pk, Receipt, theirs.pk, Decimal(1))
    with pytest.raises(Receipt.DoesNotExist):
        receipts.cancel(people.business, None, theirs.pk, "Mine now")
    with pytest.raises(Receipt.DoesNotExist):
        set_offs.refund(people.business, None, Receipt, theirs.pk, RefundData(amount=Decimal(1)))
    refund = refund_of(theirs, "1")
    with pytest.raises(Refund.DoesNotExist):
        set_offs.reverse_refund(people.business, None, refund.pk, "Mine now")


@pytest.mark.parametrize(
    "terms",
    [{"mode": "advance"}, {"mode": "credit"}, {"mode": "bank", "receipt_id": 1}],
)
def test_the_database_holds_that_a_set_off_has_its_source(buyer, terms):
    receipt, invoice = advance(buyer), issued(customer=buyer)
    if "receipt_id" in terms:
        terms = {**terms, "receipt_id": receipt.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(business=buyer.business, invoice=invoice, amount=1, date=invoice.date, **terms)


@pytest.mark.parametrize("change", [{"balance": 1}, {"adjusted": 1}, {"rate": 18}, {"state": "cancelled"}])
def test_the_database_holds_what_is_left_of_an_advance(buyer, change):
    receipt = advance(buyer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(**change)


def test_the_members_are_told_of_an_advance_and_of_what_it_pays(people):
    buyer = CustomerFactory(business=people.business, name="Meera Stores")
    receipt = advance(buyer)
    invoice = issued(customer=buyer)
    set_off(invoice, receipt, "118")
    titles = set(Notification.objects.filter(user=people.owner).values_list("title", flat=True))
    assert "₹1,180.00 received from Meera Stores" in titles
    assert f"₹118.00 of {receipt.number} set off" in titles
    assert Notification.objects.filter(user=people.stranger).count() == 0


def test_a_line_of_services_and_its_advance_are_taxed_alike(buyer):
    invoice = issued(None, line(is_service=True, hsn="998713", price=Decimal(1000)), customer=buyer)
    receipt = advance(buyer, invoice.total, is_service=True, rate=Decimal(18))
    assert (receipt.taxable, receipt.cgst, receipt.sgst) == (invoice.taxable, invoice.cgst, invoice.sgst)


def test_an_advance_is_not_set_off_before_there_is_an_invoice(buyer):
    """It is told in the return of its own month until then (CGST s.13(2))."""
    receipt = advance(buyer, "118", date=days_ago(9))
    invoice = issued(customer=buyer, date=days_ago(3))
    with refused("date", f"the day of {invoice.number}, or a later day"):
        set_offs.set_off(
            buyer.business, None, invoice.pk, Receipt, receipt.pk, Decimal(100), date=days_ago(5)
        )
    assert stored(receipt).balance == 118
