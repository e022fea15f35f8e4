"""Registers as files: what an accountant adds up, and what a spreadsheet must not compute."""

import asyncio
import csv
import datetime
import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from gstbillingapp.actions import invoices
from gstbillingapp.gst.gstr3b import Credit as Source
from gstbillingapp.gst.outward import total_of
from gstbillingapp.gst.returns import Section
from gstbillingapp.models import Bill, BillLine, Expense, ExpenseCategory, Vendor
from gstbillingapp.returns.purchase_register import purchase_register
from gstbillingapp.returns.registers import HEADINGS, sales_register
from gstbillingapp.returns.sheets import csv_chunks, harmless
from gstbillingapp.views.registers import in_turns
from tests.factories import CustomerFactory, gstin, issued, line
from tests.unit.returns.conftest import OCTOBER, booked, consumer, noted, october, sold

pytestmark = pytest.mark.django_db

ALL = "?kind=sales&since=2026-10-01&until=2026-10-31&file="


def register(business, since=OCTOBER.first, until=OCTOBER.last) -> list[dict]:
    headings, *rows = sales_register(business, since, until)
    assert headings == HEADINGS
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_a_document_has_a_row_for_each_rate_and_its_total_once(business):
    sale = sold(business, line(), line(hsn="9405"), line(rate=Decimal(5), price=Decimal("10.20"), hsn="8541"))
    low, high = register(business)
    assert (low["Number"], low["Rate %"], low["HSN/SAC"]) == (sale.number, 5, "8541")
    assert (high["Rate %"], high["HSN/SAC"], high["Taxable"]) == (18, "8539, 9405", Decimal("200.00"))
    assert (low["Total"], high["Total"]) == (sale.total, Decimal("0.00"))
    assert (low["Round-off"], high["Round-off"]) == (sale.round_off, Decimal("0.00"))
    assert (low["Party"], low["GSTIN"]) == (sale.buyer_name, sale.buyer_gstin)
    assert (low["Place of supply"], low["Status"]) == ("Karnataka (29)", "Issued")


def test_a_credit_note_is_negative_and_a_cancelled_invoice_has_nothing_on_it(business):
    sale = sold(business)
    noted(sale)
    invoices.cancel(business, None, sold(business).pk, "Billed twice")
    rows = register(business)
    assert [row["Document"] for row in rows] == ["Invoice", "Invoice", "Credit note"]
    assert [row["Total"] for row in rows] == [Decimal("118.00"), Decimal(0), Decimal("-118.00")]
    assert sum(row["Taxable"] for row in rows) == 0
    assert rows[1]["Status"] == "Cancelled"


def test_only_the_days_asked_for_are_in_it_over_many_months(business):
    days = [datetime.date(2026, 6, 30), datetime.date(2026, 7, 1), datetime.date(2026, 8, 31), october(9)]
    for day in days:
        issued(business, date=day)
    found = register(business, datetime.date(2026, 7, 1), october(9))
    assert [row["Date"] for row in found] == days[1:]
    assert len(register(business, datetime.date(2026, 7, 1), october(8))) == 2


def test_the_register_comes_to_what_the_sections_come_to(business):
    sold(business, line(), line(supply="nil", rate=None), customer=consumer(business))
    noted(sold(business, line(qty=Decimal(7)), customer=CustomerFactory(business=business, state_code="33")))
    sold(business, line(price=Decimal(200_000)), customer=consumer(business, "33"))
    found, rows = booked(business).gstr1(OCTOBER), register(business)
    total = total_of(found.amounts(section) for section in Section)
    for heading, name in (("Taxable", "taxable"), ("CGST", "cgst"), ("SGST/UTGST", "sgst"), ("IGST", "igst")):
        assert sum(row[heading] for row in rows) == getattr(total, name)


@pytest.mark.parametrize("text", ["=1+1", "+91", "-5", "@SUM(A1)", "\tx", "\rx", "  =1"])
def test_what_a_spreadsheet_would_compute_is_text(text):
    assert harmless(text) == f"'{text}"


def test_an_amount_below_nothing_stays_a_number():
    assert harmless(Decimal("-5.00")) == Decimal("-5.00")
    assert harmless("INV/26-27/0001") == "INV/26-27/0001"


def test_the_files_have_the_same_rows_and_nothing_hostile_is_a_formula(people, client):
    sold(people.business, customer=CustomerFactory(business=people.business, name="=HYPERLINK(1)"))
    client.force_login(people.teammate)
    response = client.get(reverse("register_download") + ALL + "csv")
    assert 'filename="sales_2026-10-01_2026-10-31.csv"' in response["Content-Disposition"]
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(text))
    assert (row[0], row[3], row[15]) == ("2026-10-09", "'=HYPERLINK(1)", "118.00")
    response = client.get(reverse("register_download") + ALL + "xlsx")
    _, cells = load_workbook(io.BytesIO(response.content)).active.iter_rows()
    assert (cells[3].value, cells[3].data_type) == ("'=HYPERLINK(1)", "s")
    assert (cells[0].value.date(), cells[15].value) == (october(9), 118)


def test_a_stranger_gets_a_register_of_their_own(people, client):
    sale = sold(people.business)
    client.force_login(people.stranger)
    text = b"".join(client.get(reverse("register_download") + ALL + "csv").streaming_content).decode()
    assert sale.number not in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?kind=sales&since=2026-10-31&until=2026-10-01&file=csv", "Choose the first day or a later one."),
        ("?kind=sales&since=x&until=2026-10-01&file=csv", "Enter a date, such as 2026-11-22."),
        ("?kind=stock&since=2026-10-01&until=2026-10-01&file=csv", "Select a valid choice"),
        ("?kind=sales&since=2016-10-01&until=2026-10-01&file=csv", "Enter a date from 1 Jul 2017 on."),
    ],
)
def test_days_that_cannot_be_are_refused_beside_their_field(people, client, query, words):
    client.force_login(people.owner)
    assert words in client.get(reverse("register_download") + query).content.decode()


def bill(business, *, kind: str = "regular", state: str = "29", **terms) -> Bill:
    number = gstin(state) if kind in ("regular", "composition") else ""
    vendor = Vendor.objects.create(
        business=business, name="Finolex", kind=kind, state_code=state, gstin=number
    )
    said = {"vendor_name": "Finolex", "vendor_kind": kind, "vendor_state_code": state, "number": "F/1"}
    said |= {"number_key": "F/1", "financial_year": "2026-27", "date": october(7), "due_date": october(7)}
    said |= {"place_of_supply": "29", "taxable": 100, "total": 118, "balance": 118, "vendor": vendor}
    stands = terms.pop("state_of_bill", "recorded")
    return Bill.objects.create(business=business, state=stands, **said | terms)


def bought(stored: Bill, **terms) -> None:
    said = {"position": stored.lines.count(), "description": "Wire", "hsn": "8544", "qty": 1, "price": 100}
    said |= {"rate": 18, "taxable": 100, "cgst": 9, "sgst": 9, "total": 118}
    BillLine.objects.create(bill=stored, **said | terms)


def spent(business, **terms) -> None:
    number = ExpenseCategory.objects.filter(business=business).count()
    category = ExpenseCategory.objects.create(business=business, name=f"Rent {number}")
    said = {"payee": "Landlord", "payee_gstin": "29AAACO1234C1ZR", "rate": 18, "taxable": 50, "total": 59}
    Expense.objects.create(
        business=business, category=category, date=october(8), **said | {"cgst": "4.5", "sgst": "4.5"} | terms
    )


def test_purchases_are_credited_by_what_becomes_of_their_tax(business):
    stored = bill(business)
    for use in ("eligible", "capital", "blocked", "none"):
        bought(stored, itc=use)
    bought(stored, supply="exempt", rate=0, cgst=0, sgst=0, total=100)
    spent(business, itc=True)
    spent(business, itc=False)
    spent(business, itc=True, state="cancelled", cancelled_at=datetime.datetime.now(datetime.UTC))
    found = booked(business).gstr3b(OCTOBER)
    assert sum(amounts.cgst for amounts in found.credit.values()) == Decimal("31.50")
    assert (found.ineligible.cgst, found.net_credit.cgst) == (Decimal(9), Decimal("22.50"))
    assert found.exempt_inward.intra == 100


def test_an_expense_on_reverse_charge_is_owed_with_the_return_and_credited_where_it_is_claimed(business):
    spent(business, rcm=True, itc=True, payee_gstin="", cess=3)
    spent(business, rcm=True, itc=False)
    found = booked(business).gstr3b(OCTOBER)
    owed, credited = found.reverse_charge, found.credit[Source.REVERSE_CHARGE]
    assert (owed.taxable, owed.cgst, owed.sgst, owed.cess) == (100, 9, 9, 3)
    assert (credited.cgst, credited.sgst, credited.cess) == (Decimal("4.50"), Decimal("4.50"), 3)
    assert list(found.credit) == [Source.REVERSE_CHARGE]
    assert found.payable.tax == 0, "it is paid in cash, besides"
    headings, *rows = purchase_register(business, OCTOBER.first, OCTOBER.last)
    kept = dict(zip(headings, rows[0], strict=True))
    assert (kept["Reverse charge"], kept["Cess"], kept["Input tax credit"]) == ("Y", 3, "Claimed")


def test_what_we_owe_the_tax_on_is_told_once_and_goods_from_abroad_are_not(business):
    bought(bill(business, rcm=True, number_key="A"))
    tax = {"cgst": 0, "sgst": 0, "igst": 18}
    abroad = bill(business, kind="overseas", state="", imported=True, rcm=True, number_key="B")
    bought(abroad, **tax)
    bought(abroad, is_service=True, **tax)
    found = booked(business).gstr3b(OCTOBER)
    assert (found.reverse_charge.cgst, found.reverse_charge.igst) == (9, 18)
    assert {source: amounts.tax for source, amounts in found.credit.items()} == {
        "ISRC": 18,
        "IMPG": 18,
        "IMPS": 18,
    }


def test_reverse_charge_is_owed_to_a_composition_dealer_too(business):
    bought(bill(business, kind="composition", rcm=True))
    found = booked(business).gstr3b(OCTOBER)
    assert (found.reverse_charge.taxable, found.reverse_charge.cgst, found.exempt_inward.intra) == (100, 9, 0)


def test_a_composition_dealers_bill_stands_with_what_is_exempt(business):
    bought(bill(business, kind="composition"), rate=0, cgst=0, sgst=0, total=100, itc="none")
    found = booked(business).gstr3b(OCTOBER)
    assert found.exempt_inward.intra == 100
    assert found.credit == {}


def test_the_purchase_register_has_bills_by_rate_and_use_and_expenses(business):
    stored = bill(business)
    bought(stored)
    bought(stored, itc="blocked")
    when = datetime.datetime.now(datetime.UTC)
    bill(business, state_of_bill="cancelled", cancelled_at=when, balance=0)
    spent(business, itc=True)
    headings, *rows = purchase_register(business, OCTOBER.first, OCTOBER.last)
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    assert [row["Document"] for row in found] == ["Bill", "Bill", "Bill", "Expense"]
    assert [row["Total"] for row in found] == [118, 0, 0, 59]
    assert [row["Input tax credit"] for row in found] == [
        "Blocked, section 17(5)",
        "Claimed",
        "",
        "Claimed",
    ]
    assert found[2]["Status"] == "Cancelled"


def test_a_long_file_comes_in_pieces_on_either_kind_of_server():
    rows = [("a", number) for number in range(1_200)]
    pieces = list(csv_chunks(rows))
    assert len(pieces) == 4  # the mark of the encoding, 500, 500, 200

    async def served() -> list[str]:
        return [piece async for piece in in_turns(csv_chunks(rows))]

    assert asyncio.run(served()) == pieces
