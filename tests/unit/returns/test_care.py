"""What needs care before a period is filed."""

import datetime
from decimal import Decimal

import pytest

from gstbillingapp.actions import invoices
from gstbillingapp.gst.returns import Period
from gstbillingapp.models import Business, Invoice, InvoiceLine, ReturnFiling
from gstbillingapp.returns.care import Care, care_of, in_care, words_of
from tests.factories import CustomerFactory, draft, line
from tests.unit.returns.conftest import OCTOBER, booked, consumer, noted, october, sold

pytestmark = pytest.mark.django_db


def care(business: Business) -> list[Care]:
    return care_of(booked(business))


def codes(business: Business) -> list[str]:
    return [each.code for each in care(business)]


def changed(invoice: Invoice, **values) -> None:
    """An invoice as an older release, or an import, might have left it."""
    Invoice._base_manager.filter(pk=invoice.pk).update(**values)


def line_changed(invoice: Invoice, **values) -> None:
    InvoiceLine._base_manager.filter(invoice=invoice).update(**values)


def test_a_period_in_order_needs_none(business):
    sold(business)
    noted(sold(business, customer=consumer(business)))
    assert care(business) == []
    assert words_of([]) == ""


def test_a_line_without_hsn_needs_care_where_the_buyer_is_registered(business):
    wrong = sold(business, line(hsn=""), line())
    sold(business, line(hsn=""), customer=consumer(business))
    [found] = care(business)
    assert (found.code, found.label, found.url) == (
        "hsn_missing",
        wrong.number,
        wrong.get_absolute_url(),
    )
    assert found.message == "1 line without HSN or SAC; 4 digits are needed."


def test_above_five_crore_every_line_needs_six_digits(business):
    business.hsn_digits = 6
    business.save()
    sold(business, line(hsn="8539"), customer=consumer(business))
    sold(business, line(hsn=""), customer=consumer(business))
    assert codes(business) == ["hsn_short", "hsn_missing"]


def test_a_gstin_of_another_state_than_the_address_needs_care(business):
    wrong = sold(business)
    changed(wrong, buyer_state_code="33")
    [found] = care(business)
    assert found.code == "gstin_state"
    assert "Karnataka (29), the address of Tamil Nadu (33)" in found.message


def test_a_gstin_with_a_wrong_check_digit_needs_care(business):
    changed(sold(business), buyer_gstin="29AAACO1234C1Z0")
    assert codes(business) == ["gstin_invalid"]


@pytest.mark.parametrize(("price", "found"), [("49999", []), ("50000", ["buyer_details"])])
def test_from_fifty_thousand_on_a_consumer_is_named_with_the_address(business, price, found):
    buyer = consumer(business, address="", city="", pincode="")
    sold(business, line(price=Decimal(price), rate=Decimal(0)), customer=buyer)
    assert codes(business) == found


def test_a_rate_that_was_not_in_force_on_the_day_needs_care_and_that_of_a_note_is_its_invoices(business):
    wrong = sold(business)
    line_changed(wrong, rate=Decimal(28))
    old = sold(business)
    changed(old, date=datetime.date(2025, 9, 1), financial_year="2025-26")
    line_changed(old, rate=Decimal(28))
    noted(old)
    [found] = care(business)
    assert (found.code, found.label) == ("rate_not_in_force", wrong.number)


def test_a_slab_of_other_goods_needs_care(business):
    wrong = sold(business, line(rate=Decimal(12)))
    sold(business, line(rate=Decimal(12), hsn="6904"))
    [found] = care(business)
    assert (found.code, found.label) == ("rate_kept", wrong.number)
    assert found.message == "12 % is only for bricks and tiles since 22 Sep 2025."


def test_a_gap_in_the_numbers_needs_care_once(business):
    sales = [sold(business) for _ in range(4)]
    changed(sales[1], number="Z/26-27/0001", number_key="Z/26-27/0001", sequence=1)
    [found] = care(business)
    assert found.code == "gap"
    assert "INV/26-27/0002" in found.message


def test_a_number_that_another_month_has_is_no_gap(business):
    sales = [sold(business) for _ in range(3)]
    changed(sales[0], date=datetime.date(2026, 9, 30))
    changed(sales[1], date=datetime.date(2026, 11, 1))
    assert care(business) == []


def test_a_gap_between_two_periods_is_found(business):
    sales = [sold(business) for _ in range(3)]
    changed(sales[0], date=datetime.date(2026, 9, 30))
    changed(sales[1], number="Z/26-27/0001", number_key="Z/26-27/0001", sequence=1, date=october(1))
    assert codes(business) == ["gap"]


def test_a_gap_in_the_numbers_of_notes_is_found(business):
    noted(sold(business))
    noted(sold(business), number="CN/26-27/0003", number_key="CN/26-27/0003", sequence=3)
    assert codes(business) == ["gap"]


def test_a_draft_of_the_period_needs_care(business):
    left = draft(business, date=october(31))
    draft(business, date=datetime.date(2026, 11, 1))
    [found] = care(business)
    assert (found.code, found.url) == ("draft", left.get_absolute_url())
    assert left.party in found.message


def test_what_was_issued_or_cancelled_after_filing_needs_care(business):
    before, late, undone = (sold(business) for _ in range(3))
    ReturnFiling.objects.create(
        business=business, form="GSTR-1", span="month", first=october(1), filed_on=datetime.date(2026, 11, 5)
    )
    changed(before, issued_at=datetime.datetime(2026, 10, 9, tzinfo=datetime.UTC))
    changed(undone, issued_at=datetime.datetime(2026, 10, 9, tzinfo=datetime.UTC))
    changed(late, issued_at=datetime.datetime(2026, 11, 6, tzinfo=datetime.UTC))
    invoices.cancel(business, None, undone.pk, "Billed twice")
    changed(undone, cancelled_at=datetime.datetime(2026, 11, 6, tzinfo=datetime.UTC))
    assert [(each.code, each.label) for each in care(business)] == [
        ("issued_after_filing", late.number),
        ("cancelled_after_filing", undone.number),
    ]


def test_what_is_issued_late_needs_care_in_the_return_of_the_month_it_was_issued_in(business):
    late, in_time = (sold(business) for _ in range(2))
    for invoice in (late, in_time):
        changed(invoice, date=datetime.date(2026, 9, 28))
    changed(late, issued_at=datetime.datetime(2026, 10, 15, tzinfo=datetime.UTC))
    changed(in_time, issued_at=datetime.datetime(2026, 10, 9, tzinfo=datetime.UTC))
    filing = ReturnFiling.objects.create(
        business=business,
        form="GSTR-1",
        span="month",
        first=datetime.date(2026, 9, 1),
        filed_on=datetime.date(2026, 10, 12),
    )
    ReturnFiling.objects.update(filed_at=datetime.datetime(2026, 10, 12, tzinfo=datetime.UTC))
    [found] = care(business)
    assert (found.code, found.label, found.url) == ("issued_late", late.number, late.get_absolute_url())
    assert f"after GSTR-1 for {filing.period.label} was filed" in found.message


@pytest.mark.parametrize(
    ("terms", "needed"),
    [({}, ["issued_late"]), ({"commercial": True, "cgst": Decimal(0), "sgst": Decimal(0)}, [])],
)
def test_a_note_that_comes_late_needs_care_unless_no_return_has_it(business, terms, needed):
    invoice = sold(business)
    changed(invoice, issued_at=datetime.datetime(2026, 10, 9, tzinfo=datetime.UTC))
    ReturnFiling.objects.create(
        business=business,
        form="GSTR-1",
        span="month",
        first=OCTOBER.first,
        filed_on=datetime.date(2026, 11, 3),
    )
    ReturnFiling.objects.update(filed_at=datetime.datetime(2026, 11, 3, tzinfo=datetime.UTC))
    noted(invoice, **terms)
    assert [each.code for each in care_of(booked(business, Period.month(2026, 11)))] == needed


@pytest.mark.parametrize(
    ("left_out", "code"),
    [
        ({"supplier_gstin": "29AAACO1234C1ZR"}, "other_gstin"),
        ({"composition": True}, "composition"),
    ],
)
def test_what_another_registration_or_scheme_issued_is_left_out_and_needs_care(business, left_out, code):
    sold(business)
    changed(sold(business), **left_out)
    assert code in codes(business)
    books = booked(business)
    assert len(books.documents) == sum(each.total for each in books.ranges) == 1


def test_reverse_charge_on_a_buyer_without_a_gstin_needs_care(business):
    sold(business, customer=consumer(business), rcm=True)
    assert codes(business) == ["rcm_unregistered"]


def test_a_supply_without_tax_needs_a_lut(business):
    zone = CustomerFactory(business=business, kind="sez")
    sold(business, customer=zone, zero_rated=True)
    assert codes(business) == ["lut_missing"]


def test_a_document_with_two_slips_is_counted_once_and_the_reasons_are_named(business):
    wrong = sold(business, line(hsn=""))
    changed(wrong, buyer_state_code="33")
    draft(business, date=october(2))
    found = care(business)
    assert in_care(found) == 2
    assert words_of(found) == "2 invoices need care (no HSN, wrong state, draft)"


@pytest.mark.parametrize("rows", [3, 30])
def test_looking_costs_as_many_queries_with_few_documents_as_with_many(
    business, rows, django_assert_num_queries
):
    for _ in range(rows):
        sold(business, line(hsn=""))
        draft(business, date=october(2))
    books = booked(business)
    with django_assert_num_queries(2):  # rates, drafts: all numbers from 1 on are there
        care_of(books)
