"""Commercial credit notes: money is given back, supply and tax stay as they were (CGST s.15(3)(b))."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from gstbillingapp.actions import notes
from gstbillingapp.actions.data import NoteData, NoteLineData
from gstbillingapp.gst.gstr1 import as_json
from gstbillingapp.gst.returns import Period
from gstbillingapp.ledger import Ledger
from gstbillingapp.models import Business, Invoice, Note, StockReason
from gstbillingapp.models.fields import today
from gstbillingapp.overview import Year
from gstbillingapp.receivables import ages_before, net_owed
from gstbillingapp.returns.books import books_of
from gstbillingapp.returns.registers import sales_register
from gstbillingapp.views.note_sheets import note_sheet
from tests.factories import CustomerFactory, ProductFactory, issued, line, noted, paid
from tests.refusals import refused
from tests.unit.screens.conftest import owner

__all__ = ["owner"]

pytestmark = pytest.mark.django_db


def given(invoice: Invoice, rupees: int | str = 100, **terms: object) -> Note:
    """A commercial credit note of so much off the first line."""
    return noted(invoice, NoteLineData(amount=Decimal(rupees)), commercial=True, **terms)


def qty(number: int) -> NoteLineData:
    return NoteLineData(qty=Decimal(number))


def test_it_takes_off_what_was_typed_and_bears_no_tax(business):
    invoice = issued(business, line(qty=Decimal(4)))
    note = given(invoice)
    assert (note.total, note.taxable, note.cgst, note.sgst, note.round_off) == (100, 100, 0, 0, 0)
    assert (note.applied, note.invoice.balance, note.invoice.credited) == (100, 372, 100)
    assert [(row.rate, row.total) for row in note.lines.all()] == [(0, 100)]


def test_it_has_a_series_of_its_own_so_that_the_other_has_no_gap(business):
    invoice = issued(business, line(qty=Decimal(4)))
    numbers = [row.number.split("/")[::2] for row in (noted(invoice), given(invoice), noted(invoice))]
    assert numbers == [["CN", "0001"], ["CCN", "0001"], ["CN", "0002"]]


def returned(business: Business) -> list[object]:
    """What the returns and the register of this month say."""
    month = Period.month(today().year, today().month)
    books = books_of(business, month)
    register = list(sales_register(business, month.first, month.last))
    return [as_json(books.gstr1(month)), books.gstr3b(month), register]


@pytest.mark.parametrize("buyer", [{}, {"kind": "unregistered", "gstin": ""}])
def test_no_return_nor_register_has_it(business, buyer):
    invoice = issued(business, customer=CustomerFactory(business=business, **buyer))
    before = returned(business)
    given(invoice)
    assert returned(business) == before
    noted(invoice)
    assert returned(business) != before


def test_sales_stay_what_the_returns_say(business):
    invoice = issued(business)
    given(invoice)
    assert Year(business, today()).within(today(), today()).amount == invoice.taxable


def test_the_ledger_and_what_is_owed_have_it(business):
    customer = CustomerFactory(business=business)
    note = given(issued(business, customer=customer))
    ledger = Ledger(customer)
    [_, entry] = ledger.entries()
    assert (entry.text, entry.number, entry.credit) == ("Commercial credit note", note.number, 100)
    assert ledger.span().closing == net_owed(customer) == ages_before(customer).net == 18


def test_of_a_paid_invoice_it_stays_open_as_any_credit(business):
    invoice = issued(business)
    paid(invoice)
    assert (given(invoice).balance, given(invoice, 18).balance) == (100, 18)


def test_a_return_after_it_is_still_worth_the_goods_and_their_tax(business):
    """What was given back in money alone has not changed the value of the supply."""
    invoice = issued(business, line(qty=Decimal(4)))
    given(invoice)
    note = noted(invoice, qty(2), reason="01")
    assert (note.taxable, note.cgst, note.total) == (200, 18, 236)


def test_both_kinds_together_never_credit_more_than_the_invoice(business):
    invoice = issued(business, line(qty=Decimal(4)))
    mistake = given(invoice)
    with refused("lines", "is left to credit, tax included: commercial credit notes took ₹100.00"):
        noted(invoice, qty(4), reason="01")
    notes.cancel(business, None, mistake.pk, "Agreed otherwise")
    assert noted(invoice, qty(3), reason="01").total == 354
    with refused("lines-0-amount", "Enter at most ₹118.00"):
        given(invoice, 119)
    given(invoice, 60)
    with refused("lines", "Only ₹58.00 of"):
        given(invoice, 59)


def test_the_last_of_an_invoice_takes_its_rounding_along_as_before(business):
    invoice = issued(business, line(price=Decimal("99.70")))
    assert invoice.round_off
    assert noted(invoice, qty(1)).total == invoice.total


@pytest.mark.parametrize(
    ("field", "terms", "words"),
    [
        ("commercial", {"kind": "debit", "lines": [NoteLineData(amount=Decimal(1))]}, "Only a credit note"),
        ("lines-0-qty", {"lines": [qty(1)]}, "enter an amount"),
        ("lines-0-amount", {"lines": [NoteLineData(amount=Decimal("118.01"))]}, "at most ₹118.00:"),
    ],
)
def test_what_cannot_be_without_tax_is_refused_beside_its_field(business, field, terms, words):
    invoice = issued(business)
    data = NoteData(**{"reason": "02", "commercial": True, **terms})
    with refused(field, words):
        notes.issue(business, None, invoice.pk, data)


def test_it_has_no_last_day(business, at_day):
    at_day("2026-03-31")
    invoice = issued(business)
    at_day("2026-12-01")
    with refused("date", "Choose a commercial credit note"):
        noted(invoice)
    assert given(invoice).total == 100


def test_no_goods_move_whatever_its_reason(business):
    ware = ProductFactory(business=business)
    given(issued(business, line(ware)), reason="01")
    assert not ware.movements.filter(reason=StockReason.RETURN).exists()


def test_the_database_holds_that_it_bears_no_tax(business):
    note = given(issued(business))
    with pytest.raises(IntegrityError), transaction.atomic():
        super(type(Note.objects.all()), Note.objects.filter(pk=note.pk)).update(cgst=Decimal(1))


def test_its_paper_has_no_tax_and_its_own_words(business):
    sheet = note_sheet(given(issued(business)))
    assert sheet.title == "Commercial credit note"
    assert [column.label for column in sheet.lines.columns][-1] == "Value ₹"
    assert sheet.hsn is None
    assert [label for label, _ in sheet.totals] == ["Value"]
    assert "Reverse charge" not in dict(sheet.facts)
    assert "Not a credit note under section 34" in sheet.declarations[0]


def test_it_is_chosen_on_the_form_seen_before_it_is_issued_and_named_on_its_page(owner):
    invoice = issued(owner.business)
    form = reverse("note_new", args=[invoice.pk, "credit"])
    assert "stays out of GSTR-1" in owner.client.get(form).text
    said = {"date": str(today()), "reason": "02", "commercial": "on", "lines-0-amount": "100"}
    totals = owner.client.post(reverse("note_totals", args=[invoice.pk, "credit"]), said).json()
    assert (totals["total"], [row["label"] for row in totals["totals"]]) == ("₹100.00", ["Value"])
    preview = owner.client.post(form, {**said, "do": "preview"}).text
    assert "Issue this commercial credit note?" in preview
    assert "CGST" not in preview
    page = owner.client.post(form, {**said, "do": "issue"}, follow=True).text
    assert "Commercial credit note CCN/" in page
    assert "Stays out of GSTR-1" in page
    assert Note.objects.get().commercial


@pytest.mark.parametrize("kind", ["debit", "credit"])
def test_the_form_does_not_ask_where_there_is_no_tax_to_leave_alone(owner, kind):
    supply, rate = ("taxable", Decimal(18)) if kind == "debit" else ("exempt", Decimal(0))
    invoice = issued(owner.business, line(supply=supply, rate=rate))
    assert "stays out of GSTR-1" not in owner.client.get(reverse("note_new", args=[invoice.pk, kind])).text
