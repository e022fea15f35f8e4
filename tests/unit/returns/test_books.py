"""From what is stored to the sections: which documents of a period are told, and as what."""

import datetime
from decimal import Decimal

import pytest

from gstbillingapp.actions import invoices
from gstbillingapp.gst.outward import total_of
from gstbillingapp.gst.returns import Period, Section
from gstbillingapp.models import BuyerKind
from gstbillingapp.returns.books import books_of
from tests.factories import BusinessFactory, CustomerFactory, ProductFactory, draft, issued, line
from tests.unit.returns.conftest import (
    OCTOBER,
    advanced,
    booked,
    consumer,
    gstr1_of,
    noted,
    october,
    refunded,
    set_off,
    sold,
)

pytestmark = pytest.mark.django_db


def numbers(business, period: Period = OCTOBER) -> list[str]:
    return [document.number for document in booked(business, period).documents]


def test_what_is_dated_in_the_period_is_told_to_its_first_and_last_day(business):
    eve, first, last, after = (
        issued(business, date=day)
        for day in (
            datetime.date(2026, 9, 30),
            october(1),
            october(31),
            datetime.date(2026, 11, 1),
        )
    )
    assert numbers(business) == [first.number, last.number]
    assert numbers(business, Period.month(2026, 9)) == [eve.number]
    assert numbers(business, Period.month(2026, 11)) == [after.number]


def test_a_quarter_has_the_documents_of_its_three_months(business):
    for month in (6, 7, 9, 10):
        issued(business, date=datetime.date(2026, month, 30))
    quarter = Period.quarter(2026, 8)
    assert [document.date.month for document in booked(business, quarter).documents] == [7, 9]
    assert gstr1_of(business, quarter)["fp"] == "092026"


def test_two_financial_years_are_two_series(business):
    for day in (datetime.date(2026, 3, 31), datetime.date(2026, 4, 1)):
        issued(business, date=day)
    march, april = (booked(business, Period.month(2026, month)).ranges for month in (3, 4))
    assert [row.first for row in march] == ["INV/25-26/0001"]
    assert [row.first for row in april] == ["INV/26-27/0001"]


def test_drafts_and_other_businesses_documents_are_not_told(business):
    draft(business, date=october(3))
    sold(BusinessFactory())
    assert numbers(business) == []


def test_a_cancelled_invoice_is_only_counted(business):
    sold(business)
    wrong = sold(business)
    invoices.cancel(business, None, wrong.pk, "Billed twice")
    found = gstr1_of(business)
    assert len(found["b2b"]) == 1
    assert found["doc_issue"]["doc_det"][0]["docs"] == [
        {
            "num": 1,
            "from": "INV/26-27/0001",
            "to": "INV/26-27/0002",
            "totnum": 2,
            "cancel": 1,
            "net_issue": 1,
        }
    ]


def test_each_kind_of_buyer_goes_to_its_section(business):
    business.lut_number = "AD290426001372K"
    business.save()
    abroad = CustomerFactory(business=business, kind=BuyerKind.OVERSEAS, gstin="", state_code="")
    zone = CustomerFactory(business=business, kind=BuyerKind.SEZ)
    sold(business, customer=CustomerFactory(business=business))
    sold(business, customer=zone, zero_rated=True)
    sold(business, customer=abroad)
    sold(business, customer=consumer(business))
    sold(business, customer=consumer(business, "33"))
    sold(business, line(price=Decimal(200_000)), customer=consumer(business, "33"))
    sold(business, line(supply="nil", rate=None), customer=consumer(business))
    found = booked(business).gstr1(OCTOBER)
    assert {section: len(parts) for section, parts in found.parts.items()} == {
        Section.B2B: 2,
        Section.EXP: 1,
        Section.B2CS: 2,
        Section.B2CL: 1,
        Section.NIL: 1,
    }


def test_under_a_lut_no_rate_is_told_whatever_the_goods_bear(business):
    business.lut_number = "AD290426001372K"
    business.save()
    zone = CustomerFactory(business=business, kind=BuyerKind.SEZ)
    sold(business, customer=zone, zero_rated=True)
    [invoice] = gstr1_of(business)["b2b"][0]["inv"]
    assert invoice["inv_typ"] == "SEWOP"
    assert invoice["itms"][0]["itm_det"]["rt"] == 0


def test_a_seller_in_a_union_territory_tells_utgst_as_samt():
    business = BusinessFactory(state_code="04")
    sold(business, customer=CustomerFactory(business=business, state_code="04"))
    detail = gstr1_of(business)["b2b"][0]["inv"][0]["itms"][0]["itm_det"]
    assert (detail["camt"], detail["samt"]) == (Decimal("9.00"), Decimal("9.00"))


def test_reverse_charge_is_told_with_its_tax_and_the_value_that_was_asked_for(business):
    sold(business, rcm=True)
    [invoice] = gstr1_of(business)["b2b"][0]["inv"]
    assert (invoice["rchrg"], invoice["val"]) == ("Y", Decimal("100.00"))
    assert invoice["itms"][0]["itm_det"]["camt"] == Decimal("9.00")


def test_a_note_is_told_in_its_own_period_beside_the_buyer_of_its_invoice(business):
    sale = issued(business, date=datetime.date(2026, 9, 9))
    note = noted(sale)
    [buyer] = gstr1_of(business)["cdnr"]
    assert buyer["ctin"] == sale.buyer_gstin
    assert buyer["nt"][0]["nt_num"] == note.number
    assert "b2b" not in gstr1_of(business)
    assert "cdnr" not in gstr1_of(business, Period.month(2026, 9))


def test_a_note_on_a_large_sale_to_a_consumer_is_told_by_itself_however_small_it_is(business):
    sale = sold(business, line(price=Decimal(200_000)), line(), customer=consumer(business, "33"))
    noted(sale)
    assert [row["typ"] for row in gstr1_of(business)["cdnur"]] == ["B2CL"]


def test_notes_to_consumers_are_netted(business):
    buyer = consumer(business)
    noted(sold(business, line(qty=Decimal(3)), customer=buyer), kind="debit")
    noted(sold(business, customer=buyer))
    [row] = gstr1_of(business)["b2cs"]
    assert row["txval"] == Decimal("600.00")  # 300 + 300 debited + 100 - 100 credited


def test_a_cancelled_note_is_only_counted(business):
    sale = sold(business)
    noted(sale, state="cancelled", cancelled_at=datetime.datetime.now(datetime.UTC), applied=0)
    found = gstr1_of(business)
    assert "cdnr" not in found
    assert found["doc_issue"]["doc_det"][1]["docs"][0]["cancel"] == 1


def test_an_advance_is_told_as_far_as_no_invoice_took_it_in_its_period(business):
    receipt = advanced(business, "1000.00", october(2))
    set_off(receipt, sold(business), "400.00", 9)
    found = gstr1_of(business)
    assert found["at"][0]["itms"][0]["ad_amt"] == Decimal("600.00")
    assert found["at"][0]["itms"][0]["camt"] == Decimal("54.00")
    assert "txpd" not in found


def test_an_advance_of_before_is_told_when_it_is_set_off_or_paid_back(business):
    receipt = advanced(business, "1000.00", datetime.date(2026, 9, 2))
    set_off(receipt, sold(business), "400.00", 9)
    refunded(receipt, "100.00", october(20))
    found = gstr1_of(business)
    assert "at" not in found
    assert found["txpd"][0]["itms"][0]["ad_amt"] == Decimal("500.00")
    assert [row["doc_num"] for row in found["doc_issue"]["doc_det"]] == [1, 8]


def test_an_advance_on_goods_or_one_that_did_not_clear_is_not_told(business):
    advanced(
        business, "1000.00", october(2), is_service=False, rate=0, cgst=0, sgst=0, total=1000, balance=1000
    )
    advanced(
        business,
        "1000.00",
        october(3),
        state="cancelled",
        cancelled_at=datetime.datetime.now(datetime.UTC),
        balance=0,
    )
    found = gstr1_of(business)
    assert "at" not in found
    assert found["doc_issue"]["doc_det"][0]["docs"][0]["cancel"] == 1


def test_a_set_off_that_was_taken_back_is_not_told(business):
    receipt = advanced(business, "1000.00", october(2))
    payment = set_off(receipt, sold(business), "400.00", 9)
    payment.reversed_at = datetime.datetime.now(datetime.UTC)
    payment.save()
    assert gstr1_of(business)["at"][0]["itms"][0]["ad_amt"] == Decimal("1000.00")


def test_the_sections_come_to_what_the_invoices_say(business):
    ware = ProductFactory(business=business, rate="5")
    buyers = [
        CustomerFactory(business=business, state_code="33"),
        consumer(business),
        consumer(business, "32"),
    ]
    sales = [
        sold(business, line(ware, qty=Decimal(n + 1)), line(disc_pct=Decimal("7.5")), customer=buyer)
        for n, buyer in enumerate(buyers)
    ]
    found = booked(business).gstr1(OCTOBER)
    total = total_of(found.amounts(section) for section in Section)
    for name in ("taxable", "igst", "cgst", "sgst", "cess"):
        assert getattr(total, name) == sum(getattr(sale, name) for sale in sales)


@pytest.mark.parametrize("rows", [3, 30])
def test_a_period_costs_as_many_queries_with_few_documents_as_with_many(
    business, rows, django_assert_num_queries
):
    ware = ProductFactory(business=business)
    for _ in range(rows):
        noted(sold(business, line(ware), line()))
        set_off(advanced(business, "10.00", october(1)), sold(business), "1.00", 9)
    with django_assert_num_queries(12):
        books = books_of(business, OCTOBER)
        books.gstr1(OCTOBER)
    with django_assert_num_queries(5):
        books.gstr3b(OCTOBER)


@pytest.mark.parametrize("deemed", [True, False])
def test_a_deemed_export_is_told_from_other_supplies(deemed):
    stored = issued(BusinessFactory(), deemed_export=deemed)
    month = Period.month(stored.date.year, stored.date.month)
    assert [document.deemed_export for document in books_of(stored.business, month).documents] == [deemed]
