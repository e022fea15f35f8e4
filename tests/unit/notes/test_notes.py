"""Credit and debit notes: what they take, at which rate, and what they do to what is owed."""

import datetime
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from delivery.models import Notification
from gstbillingapp.actions import business as business_deeds
from gstbillingapp.actions import invoices, notes, payments, returns
from gstbillingapp.actions.data import BusinessData, NoteData, NoteLineData
from gstbillingapp.gst.returns import Form, Period
from gstbillingapp.models import ImmutableError, Invoice, Note, NoteLine, Product, StockReason
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    days_ago,
    debited,
    draft,
    issued,
    line,
    noted,
    paid,
    set_off,
)
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def qty(number: int | str) -> NoteLineData:
    return NoteLineData(qty=Decimal(number))


def amount(rupees: int | str) -> NoteLineData:
    return NoteLineData(amount=Decimal(rupees))


def stored(invoice: Invoice) -> Invoice:
    """The invoice as it is in the database."""
    return Invoice.objects.get(pk=invoice.pk)


def test_a_credit_note_takes_its_number_and_lowers_what_is_owed(business):
    invoice = issued(business, line(qty=Decimal(4)))
    note = noted(invoice, qty(1), reason="01")
    assert note.number.startswith("CN/")
    assert note.number.endswith("/0001")
    assert (note.taxable, note.cgst, note.sgst, note.total) == (100, 9, 9, 118)
    assert (note.applied, note.balance, note.status) == (118, 0, "settled")
    assert (stored(invoice).credited, stored(invoice).balance) == (118, 354)


def test_credit_and_debit_notes_have_series_of_their_own(business):
    invoice = issued(business, line(qty=Decimal(4)))
    numbers = [row.number.split("/")[::2] for row in (noted(invoice), debited(invoice), noted(invoice))]
    assert numbers == [["CN", "0001"], ["DN", "0001"], ["CN", "0002"]]


def test_a_debit_note_adds_to_what_is_owed_with_the_tax_of_its_line(business):
    invoice = issued(business)
    note = debited(invoice, "50")
    assert (note.total, note.applied, note.balance) == (59, 59, 0)
    assert (stored(invoice).debited, stored(invoice).balance) == (59, 177)


def test_a_note_bears_the_rate_of_its_invoice_whatever_the_product_bears_today(business):
    ware = ProductFactory(business=business)
    invoice = issued(business, line(ware))
    ware.rates.update(rate=Decimal(5))
    assert noted(invoice, qty(1)).cgst == 9


def test_what_is_over_the_balance_stays_open_on_the_note(business):
    invoice = issued(business, line(qty=Decimal(4)))
    paid(invoice, "400")
    note = noted(invoice, qty(1))
    assert (note.applied, note.balance, note.status) == (72, 46, "open")
    assert (stored(invoice).credited, stored(invoice).balance) == (72, 0)


def test_an_invoice_that_only_a_credit_note_settled_is_not_said_to_be_paid(business):
    credited, paid_first = issued(business), issued(business)
    paid(paid_first, "18")
    for invoice in (credited, paid_first):
        noted(invoice, NoteLineData(amount=Decimal(100)))
    assert (stored(credited).get_status_display(), stored(paid_first).get_status_display()) == (
        "Credited",
        "Paid",
    )
    assert set(Invoice.objects.with_status("paid")) == {credited, paid_first}


def test_notes_never_take_more_than_a_line_has_left(business):
    invoice = issued(business, line(qty=Decimal(4)))
    noted(invoice, qty(3))
    data = NoteData(reason="01", lines=[qty(2)])
    with refused("lines-0-qty", "at most 1 NOS"):
        notes.issue(business, None, invoice.pk, data)
    data = NoteData(reason="02", lines=[amount("100.01")])
    with refused("lines-0-amount", "at most ₹100.00 before tax"):
        notes.issue(business, None, invoice.pk, data)


def test_what_a_discount_took_is_gone_from_what_a_return_is_worth(business):
    invoice = issued(business, line(qty=Decimal(4)))
    noted(invoice, amount(100))
    assert noted(invoice, qty(2)).taxable == 150


@pytest.mark.parametrize("parts", [["4"], ["1", "1", "1", "1"], ["1.5", "2.5"], ["0.333", "3.667"]])
@pytest.mark.parametrize("price", ["33.33", "0.07", "999.995"])
def test_the_parts_of_an_invoice_credited_add_up_to_it_to_the_paisa(business, price, parts):
    invoice = issued(business, line(qty=Decimal(4), price=Decimal(price)), line(price=Decimal("7.77")))
    for place, part in enumerate(parts):
        rest = [qty(1)] if place == len(parts) - 1 else []
        noted(invoice, qty(part), *rest)
    rows = Note.objects.all()
    for name in ("taxable", "cgst", "sgst", "round_off", "total"):
        assert sum(getattr(row, name) for row in rows) == getattr(invoice, name), name
    assert stored(invoice).balance == 0


def test_many_small_notes_never_credit_more_tax_than_the_line_bears(business):
    invoice = issued(business, line(price=Decimal("1.00")))
    for _ in range(16):
        noted(invoice, amount("0.06"))
    noted(invoice, amount("0.04"))
    lines = NoteLine.objects.all()
    assert (sum(row.taxable for row in lines), sum(row.cgst for row in lines)) == (1, Decimal("0.09"))
    assert stored(invoice).balance == 0


def test_a_sales_return_puts_goods_back_and_its_cancelling_takes_them_out_again(business):
    ware = ProductFactory(business=business)
    invoice = issued(business, line(ware, qty=Decimal(4)))
    note = noted(invoice, qty(3), reason="01")
    assert Product.objects.get(pk=ware.pk).stock == 99
    assert note.stock_movements.get().reason == StockReason.RETURN
    notes.cancel(business, None, note.pk, "Goods never came")
    assert Product.objects.get(pk=ware.pk).stock == 96
    assert {row.reason for row in note.stock_movements.all()} == {"return", "unreturned"}


@pytest.mark.parametrize("terms", [{"reason": "04"}, {"reason": "02"}])
def test_no_goods_move_for_any_other_reason(business, terms):
    ware = ProductFactory(business=business)
    noted(issued(business, line(ware, qty=Decimal(4))), qty(1), **terms)
    assert Product.objects.get(pk=ware.pk).stock == 96


def test_goods_come_back_once_for_each_note(business):
    ware = ProductFactory(business=business)
    note = noted(issued(business, line(ware, qty=Decimal(4))), qty(1), reason="01")
    movement = note.stock_movements.get()
    movement.pk = None
    with pytest.raises(IntegrityError, match=r"stock_moves_once_a_note|UNIQUE"), transaction.atomic():
        movement.save(force_insert=True)


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("reason", {"reason": ""}, "Choose why"),
        ("reason", {"reason": "99"}, "Choose why"),
        ("reason_text", {"reason": "07"}, "in words"),
        ("date", {"date": days_ago(-1)}, "to today"),
        ("date", {"date": days_ago(40)}, "the day of INV/"),
        ("lines", {"lines": []}, "at least one line"),
        ("lines-0-amount", {"lines": [NoteLineData(qty=Decimal(1), amount=Decimal(1))]}, "not both"),
        ("lines-0-qty", {"lines": [NoteLineData(qty=Decimal(-1))]}, "above 0"),
        ("lines-0-qty", {"lines": [NoteLineData(qty=Decimal("NaN"))]}, "above 0"),
        ("lines-0-amount", {"lines": [NoteLineData(amount=Decimal(0))]}, "above ₹0.00"),
        ("lines-0-amount", {"lines": [NoteLineData(amount=Decimal("1.005"))]}, "2 decimals"),
        ("lines-0-qty", {"kind": "debit", "lines": [NoteLineData(qty=Decimal(1))]}, "enter an amount"),
        ("kind", {"kind": "gift"}, "credit, debit"),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(business, field, terms, words):
    invoice = issued(business, date=days_ago(30))
    data = NoteData(**{"reason": "02", "lines": [amount(10)], **terms})
    with refused(field, words):
        notes.issue(business, None, invoice.pk, data)


def test_a_credit_note_that_lowers_tax_is_refused_after_november(business, at_day):
    at_day("2026-03-31")
    invoice = issued(business)
    at_day("2026-11-30")
    noted(invoice)
    at_day("2026-12-01")
    with refused("date", "until 30 Nov 2026"):
        notes.issue(business, None, invoice.pk, NoteData(reason="02", lines=[amount(10)]))
    assert debited(invoice).number.startswith("DN/")


def test_the_day_a_note_is_made_decides_whatever_date_is_written_on_it(business, at_day):
    at_day("2026-03-31")
    invoice = issued(business)
    at_day("2026-12-01")
    dated = NoteData(reason="02", date=datetime.date(2026, 11, 30), lines=[amount(10)])
    with refused("date", "until 30 Nov 2026"):
        notes.issue(business, None, invoice.pk, dated)
    assert notes.issue(business, None, invoice.pk, replace(dated, commercial=True)).commercial


def test_once_the_annual_return_is_filed_no_note_and_no_cancelling_lowers_the_tax_of_its_year(
    business, at_day
):
    at_day("2026-03-31")
    invoice, theirs = issued(business), issued()
    at_day("2026-10-15")
    returns.file(business, None, Form.GSTR_9, Period.year("2025-26"))
    noted(invoice)
    at_day("2026-10-16")
    with refused("date", "until 15 Oct 2026"):
        notes.issue(business, None, invoice.pk, NoteData(reason="02", lines=[amount(10)]))
    other = issued(business, date=datetime.date(2026, 4, 1))
    assert noted(other).number
    assert noted(theirs).number


def test_no_invoice_whose_tax_stands_is_cancelled_after_november(business, at_day):
    at_day("2026-06-01")
    taxed, exempt = issued(business), issued(business, line(supply="exempt", rate=Decimal(0)))
    at_day("2027-11-30")
    invoices.refuse_cancelling(taxed)
    at_day("2027-12-01")
    with refused("__all__", "could be lowered until 30 Nov 2027"):
        invoices.cancel(business, None, taxed.pk, "Billed twice")
    invoices.cancel(business, None, exempt.pk, "Billed twice")


def test_one_without_tax_has_no_last_day(business, at_day):
    at_day("2026-03-31")
    invoice = issued(business, line(rate=Decimal(0), supply="exempt"))
    at_day("2026-12-01")
    assert noted(invoice).total == 10


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_only_an_issued_invoice_is_amended(business, state):
    invoice = draft(business)
    if state == "cancelled":
        invoices.issue(business, None, invoice.pk)
        invoices.cancel(business, None, invoice.pk, "Twice")
    with refused("__all__", "draft" if state == "draft" else "nothing to amend"):
        notes.issue(business, None, invoice.pk, NoteData(reason="02", lines=[amount(10)]))


def test_an_invoice_with_a_note_is_not_cancelled_before_the_note_is(business):
    invoice = issued(business)
    note = noted(invoice)
    with refused("__all__", f"Credit note {note.number} stands against it"):
        invoices.cancel(business, None, invoice.pk, "Twice")
    notes.cancel(business, None, note.pk, "Wrong")
    assert invoices.cancel(business, None, invoice.pk, "Twice").balance == 0


def test_cancelling_a_note_has_its_invoice_owed_as_before_and_its_lines_free(business):
    invoice = issued(business)
    note = noted(invoice, amount(100))
    cancelled = notes.cancel(business, None, note.pk, "Wrong customer")
    assert (cancelled.status, cancelled.applied, cancelled.balance) == ("cancelled", 0, 0)
    assert (stored(invoice).credited, stored(invoice).balance) == (0, 118)
    assert noted(invoice, amount(100)).number.endswith("0002")


def test_a_note_that_something_is_built_upon_is_not_cancelled(business):
    customer = CustomerFactory(business=business)
    invoice, other = (issued(business, customer=customer) for _ in range(2))
    paid(invoice)
    note = noted(invoice, amount(100))
    payment = set_off(other, note, "18")
    with refused("__all__", "₹18.00 of CN/"):
        notes.cancel(business, None, note.pk, "Wrong")
    payments.reverse(business, None, payment.pk, "Wrong invoice")
    assert notes.cancel(business, None, note.pk, "Wrong").status == "cancelled"


def test_a_debit_note_that_was_paid_or_credited_again_is_not_cancelled(business):
    invoice = issued(business)
    note = debited(invoice, "50")
    payment = paid(stored(invoice))
    with refused("__all__", "reverse the payment"):
        notes.cancel(business, None, note.pk, "Wrong")
    payments.reverse(business, None, payment.pk, "Cheque returned")
    credit = noted(invoice, amount(120))
    with refused("__all__", "cancel that first"):
        notes.cancel(business, None, note.pk, "Wrong")
    notes.cancel(business, None, credit.pk, "Wrong")
    notes.cancel(business, None, note.pk, "Wrong")
    assert stored(invoice).balance == 118


def test_a_note_says_for_ever_what_it_said(business):
    note = noted(issued(business))
    note.total = Decimal(1)
    with pytest.raises(ImmutableError):
        note.save()
    with pytest.raises(ImmutableError):
        Note.objects.update(total=1)
    with pytest.raises(ImmutableError):
        note.delete()
    with pytest.raises(ImmutableError):
        note.lines.get().save()


@pytest.mark.parametrize(
    "change",
    [{"balance": Decimal(5)}, {"applied": Decimal(1)}, {"state": "cancelled"}, {"used": Decimal(1)}],
)
def test_the_database_holds_what_is_left_of_a_note(business, change):
    note = noted(issued(business))
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(pk=note.pk).update(**change)


@pytest.mark.parametrize(
    "change", [{"credited": Decimal(5)}, {"debited": Decimal(5)}, {"balance": Decimal(1)}]
)
def test_the_database_holds_what_notes_and_payments_leave_of_an_invoice(business, change):
    invoice = issued(business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(**change)


def test_a_note_of_another_business_does_not_exist(people):
    theirs = noted(issued())
    with pytest.raises(Note.DoesNotExist):
        notes.cancel(people.business, None, theirs.pk, "Mine now")
    with pytest.raises(Invoice.DoesNotExist):
        notes.issue(people.business, None, theirs.invoice_id, NoteData(reason="02", lines=[amount(1)]))


def test_every_member_is_told_of_a_note_and_its_reminders_are_settled(people):
    invoice = issued(people.business)
    Notification.objects.all().delete()
    noted(invoice, amount(100))
    assert Notification.objects.filter(dedupe_key__startswith="note:").count() == 2
    [told] = Notification.objects.filter(user=people.owner)
    assert told.title == f"Credit note CN/{invoice.number[4:9]}/0001: ₹118.00 against {invoice.number}"
    assert told.message.endswith("balance ₹0.00")


def test_the_year_of_a_note_is_that_of_its_own_day(business, at_day):
    at_day("2026-03-31")
    invoice = issued(business)
    at_day("2026-04-01")
    assert noted(invoice).number == "CN/26-27/0001"
    assert noted(invoice, date=datetime.date(2026, 3, 31)).number == "CN/25-26/0001"


@pytest.mark.parametrize("prefix", ["CN", "dn", "RV", "RF"])
def test_no_invoice_is_numbered_in_the_series_of_other_documents(business, prefix):
    with refused("invoice_prefix", f"{prefix.upper()} numbers"):
        business_deeds.save(business, BusinessData(name="A", gstin=business.gstin, invoice_prefix=prefix))
