"""Vendors' credit notes: what is owed, the input tax, the goods, and who is told."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from delivery.models import Notification
from gstbillingapp import overview, payables
from gstbillingapp.actions import bill_payments, bills, returns, vendor_notes
from gstbillingapp.actions.data import NoteLineData, VendorNoteData
from gstbillingapp.actions.reckoning import data_of
from gstbillingapp.gst.gstr3b import Gstr3b
from gstbillingapp.gst.returns import Form, Period
from gstbillingapp.models import Bill, Product, StockMovement, VendorNote
from gstbillingapp.models.fields import INDIA
from gstbillingapp.returns.books import books_of
from gstbillingapp.returns.purchase_register import purchase_register
from tests.factories import (
    BusinessFactory,
    ProductFactory,
    VendorFactory,
    bill,
    bill_line,
    days_ago,
    paid_out,
    vendor_noted,
)
from tests.refusals import refused

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER, DECEMBER = (Period.month(2026, month) for month in (10, 11, 12))
NOW = datetime.datetime(2026, 11, 5, 12, tzinfo=INDIA)


def whole(qty: str = "1") -> NoteLineData:
    return NoteLineData(qty=Decimal(qty))


def some(amount: str) -> NoteLineData:
    return NoteLineData(amount=Decimal(amount))


def owed(recorded: Bill) -> tuple[Decimal, Decimal, Decimal]:
    stored = Bill.objects.get(pk=recorded.pk)
    return stored.paid, stored.credited, stored.balance


def summary(business, period: Period) -> Gstr3b:
    return books_of(business, period).gstr3b(period)


def test_a_note_takes_tax_at_the_bills_rate_and_lowers_what_is_owed(business):
    recorded = bill(business, bill_line(qty=Decimal(2)))
    note = vendor_noted(recorded, some("50"))
    assert (note.taxable, note.cgst, note.sgst, note.total) == (50, Decimal("4.50"), Decimal("4.50"), 59)
    assert (note.applied, note.balance, note.status) == (59, 0, "settled")
    assert owed(recorded) == (0, 59, 177)
    assert payables.payable(business).owed == 177


def test_tax_of_another_state_is_credited_as_it_was_billed(business):
    recorded = bill(vendor=VendorFactory(business=business, state_code="33"))
    note = vendor_noted(recorded, whole())
    assert (note.igst, note.cgst, note.total) == (18, 0, 118)


def test_on_reverse_charge_no_tax_comes_back_from_the_vendor(business):
    carrier = VendorFactory(business=business, kind="unregistered", state_code="29")
    note = vendor_noted(bill(vendor=carrier, rcm=True), whole())
    assert (note.cgst, note.total, note.balance) == (9, 100, 0)


@pytest.mark.parametrize("parts", [["30", "30", "40"], ["33.33", "33.33", "33.34"]])
def test_the_last_of_several_notes_takes_the_rest_to_the_paisa(business, parts):
    recorded = bill(business, bill_line(price=Decimal("100.00"), rate=Decimal(5)), round_off=Decimal("0.30"))
    for part in parts:
        vendor_noted(recorded, some(part), round_off=None if part == parts[-1] else Decimal(0))
    assert owed(recorded) == (0, Decimal("105.30"), 0)
    with refused("lines-0-amount", "no more is left"):
        vendor_noted(recorded, some("1"))


def test_what_is_more_than_is_owed_the_vendor_owes_and_pays_back(business):
    recorded = bill(business)
    paid_out(recorded, "100")
    note = vendor_noted(recorded, some("50"))
    assert (note.applied, note.balance, note.status) == (18, 41, "open")
    assert owed(recorded) == (100, 18, 0)
    assert payables.owed_by(recorded.vendor) == 41
    came = vendor_notes.refund(business, None, note.pk, Decimal(41))
    assert payables.owed_by(recorded.vendor) == 0
    with refused("__all__", "reverse that first"):
        vendor_notes.cancel(business, None, note.pk, "Wrong")
    vendor_notes.reverse_refund(business, None, came.pk, "Cheque returned")
    assert payables.owed_by(recorded.vendor) == 41
    with refused("amount", "at most ₹41.00"):
        vendor_notes.refund(business, None, note.pk, Decimal("41.01"))


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("number", {"number": " "}, "stands on the note"),
        ("date", {"date": days_ago(-1)}, "to today"),
        ("date", {"date": days_ago(400)}, "the day of"),
        ("reason", {"reason": "why"}, "Choose why"),
        ("reason_text", {"reason": "other"}, "in words"),
        ("round_off", {"round_off": Decimal("10.01")}, "must be"),
        ("round_off", {"round_off": Decimal("NaN")}, "must be"),
        ("lines", {"lines": []}, "at least one line"),
        ("lines-0-qty", {"lines": [whole("2")]}, "at most 1 NOS"),
        ("lines-0-qty", {"lines": [whole("-1")]}, "above 0"),
        ("lines-0-amount", {"lines": [some("100.01")]}, "at most ₹100.00"),
        ("lines-0-amount", {"lines": [some("NaN")]}, "above ₹0.00"),
        ("lines-0-amount", {"lines": [NoteLineData(qty=Decimal(1), amount=Decimal(1))]}, "not both"),
        ("lines", {"lines": [some("100")], "round_off": Decimal("0.01")}, "is left"),
    ],
)
def test_what_cannot_be_credited_is_refused_beside_its_field(business, field, terms, words):
    recorded = bill(business)
    typed = {"number": "CN/7", "reason": "price", "lines": [some("10")], **terms}
    with refused(field, words):
        vendor_notes.record(business, None, recorded.pk, VendorNoteData(**typed))


def test_a_vendor_gives_a_number_once_in_a_year(business):
    recorded = bill(business)
    first = vendor_noted(recorded, some("10"), number="cn 7")
    with refused("number", "recorded already"):
        vendor_noted(recorded, some("10"), number="CN 7")
    vendor_notes.cancel(business, None, first.pk, "Typed wrong")
    assert vendor_noted(recorded, some("10"), number="CN 7").applied == Decimal(12)


def test_goods_that_go_back_leave_the_stock_once_and_return_where_the_note_is_cancelled(business):
    wire = ProductFactory(business=business, stock=0)
    recorded = bill(business, bill_line(wire, qty=Decimal(5)))
    note = vendor_noted(recorded, whole("2"), reason="return")
    assert Product.objects.get(pk=wire.pk).stock == 3
    vendor_notes.cancel(business, None, note.pk, "They took none")
    assert Product.objects.get(pk=wire.pk).stock == 5
    moved = StockMovement.objects.filter(vendor_note=note).order_by("pk")
    assert list(moved.values_list("reason", "qty")) == [("sent_back", -2), ("unsent", 2)]


def test_a_price_put_right_moves_no_goods(business):
    wire = ProductFactory(business=business, stock=0)
    vendor_noted(bill(business, bill_line(wire, qty=Decimal(5))), whole("2"), reason="price")
    assert Product.objects.get(pk=wire.pk).stock == 5


def test_a_credited_bill_stays_as_it_is_until_the_note_is_cancelled(business):
    recorded = bill(business)
    note = vendor_noted(recorded)
    stored = Bill.objects.get(pk=recorded.pk)
    for deed in (
        lambda: bills.change(business, None, stored.pk, data_of(stored)),
        lambda: bills.cancel(business, None, stored.pk, "Wrong"),
    ):
        with refused("__all__", "cancel that first"):
            deed()
    vendor_notes.cancel(business, None, note.pk, "Wrong bill")
    assert owed(recorded) == (0, 0, 118)
    changed = bills.change(business, None, stored.pk, data_of(stored))
    assert (changed.total, VendorNote.objects.get(pk=note.pk).lines.get().taxable) == (118, 10)


def test_a_payment_settles_what_the_note_has_left(business):
    recorded = bill(business)
    vendor_noted(recorded, some("50"))
    with refused("amount", "at most ₹59.00"):
        paid_out(Bill.objects.get(pk=recorded.pk), "59.01")
    payment = bill_payments.pay(business, None, recorded.pk, Decimal(59))
    assert owed(recorded) == (59, 59, 0)
    bill_payments.reverse(business, None, payment.pk, "Returned")
    assert owed(recorded) == (0, 59, 59)


def test_the_database_holds_what_is_owed_on_a_credited_bill(business):
    recorded = bill(business)
    vendor_noted(recorded)
    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.filter(pk=recorded.pk).update(balance=118)


def test_a_note_is_of_its_own_business(business):
    recorded = bill(business)
    note = vendor_noted(recorded)
    stranger = BusinessFactory()
    for deed in (
        lambda: vendor_notes.record(stranger, None, recorded.pk, VendorNoteData()),
        lambda: vendor_notes.cancel(stranger, None, note.pk, "Mine"),
        lambda: vendor_notes.refund(stranger, None, note.pk, Decimal(1)),
    ):
        with pytest.raises(ObjectDoesNotExist):
            deed()


@pytest.fixture
def november():
    with time_machine.travel(NOW, tick=False):
        yield


def day(number: int) -> datetime.date:
    return datetime.date(2026, 10, number)


def test_input_tax_is_given_back_in_the_month_of_the_note(business, november):
    recorded = bill(business, date=day(7))
    vendor_noted(recorded, some("50"), date=datetime.date(2026, 11, 3))
    october, now = summary(business, OCTOBER), summary(business, NOVEMBER)
    assert (october.credit["OTH"].cgst, october.reversed.tax) == (9, 0)
    less = Decimal("-4.50")
    assert (now.credit["OTH"].cgst, now.reversed.tax, now.net_credit.cgst) == (less, 0, less)
    assert overview.input_tax(business, NOVEMBER.first, NOVEMBER.last) == -9
    headings, *rows = purchase_register(business, NOVEMBER.first, NOVEMBER.last)
    [row] = [dict(zip(headings, row, strict=True)) for row in rows]
    assert (row["Document"], row["Taxable"], row["CGST"], row["Total"]) == (
        "Credit note",
        -50,
        Decimal("-4.50"),
        -59,
    )


def test_a_note_of_a_filed_month_is_told_in_the_open_one_and_never_before_its_bill(business, november):
    later = bill(business, date=day(7), claimed_in=DECEMBER.first)
    early = bill(business, date=day(7))
    returns.file(business, None, Form.GSTR_3B, OCTOBER, filed_on=NOW.date())
    assert vendor_noted(early, date=day(9)).claimed_in == NOVEMBER.first
    assert vendor_noted(later, date=day(9)).claimed_in == DECEMBER.first


def test_a_note_cancelled_after_its_return_was_filed_is_claimed_again(business):
    with time_machine.travel(NOW, tick=False):
        note = vendor_noted(bill(business, date=day(7)), some("50"), date=day(9))
        returns.file(business, None, Form.GSTR_3B, OCTOBER, filed_on=NOW.date())
        vendor_notes.cancel(business, None, note.pk, "Taken back by the vendor")
        assert summary(business, OCTOBER).credit["OTH"].cgst == Decimal("4.50"), "what is filed stays"
        found = summary(business, NOVEMBER)
    assert (found.credit["OTH"].cgst, found.reversed.tax) == (Decimal("4.50"), 0)


@pytest.mark.parametrize("itc", ["blocked", "none"])
def test_tax_that_was_never_credited_is_not_given_back(business, november, itc):
    vendor_noted(bill(business, bill_line(itc=itc), date=day(7)), some("50"), date=day(9))
    found = summary(business, OCTOBER)
    assert (found.reversed.tax, found.net_credit.tax) == (0, 0)


def test_reverse_charge_is_owed_less(business, november):
    carrier = VendorFactory(business=business, kind="unregistered", state_code="29")
    vendor_noted(bill(vendor=carrier, rcm=True, date=day(7)), some("50"), date=day(9))
    found = summary(business, OCTOBER)
    assert (found.reverse_charge.cgst, found.net_credit.cgst) == (Decimal("4.50"), Decimal("4.50"))


def told(user) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("title", "priority"))


def test_the_owner_and_a_teammate_are_told_quietly_and_a_stranger_is_not(people):
    note = vendor_noted(bill(people.business, number="PD-1"), some("50"), number="CN-9")
    said = f"₹59.00 credited by {note.bill.vendor_name}"
    for member in (people.owner, people.teammate):
        assert told(member) == [(said, "low")]
    assert told(people.stranger) == []
