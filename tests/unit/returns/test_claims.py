"""In which GSTR-3B input tax is claimed: never in one that is filed, and never later than the law allows."""

import datetime
from decimal import Decimal

import pytest

from gstbillingapp import overview
from gstbillingapp.actions import bills, expenses, returns
from gstbillingapp.actions.claims import periods_offered
from gstbillingapp.actions.data import ExpenseData
from gstbillingapp.actions.reckoning import data_of
from gstbillingapp.gst.gstr3b import Gstr3b
from gstbillingapp.gst.returns import Form, Period
from gstbillingapp.models import Bill, Business, Expense, FilingFrequency, Scheme
from gstbillingapp.returns.purchase_register import purchase_register
from tests.factories import VendorFactory, bill, bill_line, expense, gstin
from tests.refusals import refused
from tests.unit.returns.conftest import NOW, OCTOBER, booked, october

pytestmark = pytest.mark.django_db

SEPTEMBER, NOVEMBER, DECEMBER = Period.month(2026, 9), Period.month(2026, 11), Period.month(2026, 12)
LAST_YEAR = datetime.date(2026, 2, 10)  # its tax is claimed until 30 November 2026


def file(business: Business, *periods: Period) -> None:
    for period in periods:
        returns.file(business, None, Form.GSTR_3B, period, filed_on=NOW.date())


def summary(business: Business, period: Period) -> Gstr3b:
    return booked(business, period).gstr3b(period)


def claimed(business: Business, period: Period) -> Decimal:
    return sum((amounts.tax for amounts in summary(business, period).credit.values()), Decimal(0))


def registered(business: Business, period: Period) -> list[dict[str, object]]:
    headings, *rows = purchase_register(business, period.first, period.last)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def spent(business: Business, **terms) -> Expense:
    taxed = {"rate": Decimal(18), "amount": Decimal(118), "payee_gstin": gstin(), "itc": True}
    return expense(business, **{"date": october(8), **taxed, **terms})


def test_tax_is_claimed_in_the_month_of_the_bill_while_that_is_open(business):
    recorded = bill(business, date=october(7))
    assert recorded.claimed_in is None
    assert (claimed(business, OCTOBER), claimed(business, NOVEMBER)) == (18, 0)


@pytest.mark.parametrize("record", [bill, spent])
def test_what_is_entered_after_its_return_was_filed_is_claimed_in_the_first_open_one(business, record):
    file(business, SEPTEMBER, OCTOBER)
    recorded = record(business, date=datetime.date(2026, 9, 30))
    assert recorded.claimed_in == NOVEMBER.first
    assert [claimed(business, period) for period in (SEPTEMBER, OCTOBER, NOVEMBER)] == [0, 0, 18]
    assert overview.input_tax(business, SEPTEMBER.first, OCTOBER.last) == 0
    assert overview.input_tax(business, NOVEMBER.first, NOVEMBER.last) == 18
    assert registered(business, SEPTEMBER) == []
    [row] = registered(business, NOVEMBER)
    assert (row["Date"], row["In the return of"]) == (datetime.date(2026, 9, 30), "Nov 2026")


def test_what_was_recorded_before_months_had_a_claim_is_told_in_the_month_of_its_date(business):
    recorded = bill(business, date=october(7))
    file(business, OCTOBER)
    assert Bill.objects.get(pk=recorded.pk).claimed_in is None
    assert claimed(business, OCTOBER) == 18


def test_a_later_month_may_be_chosen(business):
    recorded = bill(business, date=october(7), claimed_in=DECEMBER.first)
    assert recorded.claimed_in == DECEMBER.first
    assert (claimed(business, OCTOBER), claimed(business, DECEMBER)) == (0, 18)
    moved = bills.change(business, None, recorded.pk, data_of(recorded))
    assert moved.claimed_in == DECEMBER.first, "what is stored is what was typed"


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"claimed_in": SEPTEMBER.first}, "Nov 2026 or later"),
        ({"claimed_in": OCTOBER.first}, "Nov 2026 or later"),
        ({"claimed_in": datetime.date(2027, 11, 1)}, "30 Nov 2027"),
        ({"claimed_in": datetime.date(2100, 1, 1)}, "Enter a date"),
        ({"claimed_in": DECEMBER.first, "rcm": True}, "reverse charge"),
    ],
)
def test_a_month_that_the_law_or_a_filed_return_rules_out_is_refused(business, terms, words):
    file(business, OCTOBER)
    vendor = VendorFactory(business=business)
    with refused("claimed_in", words):
        bill(vendor=vendor, date=october(7), **terms)


def test_a_filed_month_in_between_is_refused(business):
    file(business, OCTOBER)
    vendor = VendorFactory(business=business)
    with refused("claimed_in", "Oct 2026 is filed"):
        bill(vendor=vendor, date=SEPTEMBER.first, claimed_in=OCTOBER.first)


@pytest.mark.parametrize("record", [bill, spent])
def test_what_no_return_is_early_enough_for_is_told_apart_and_not_claimed(business, record):
    file(business, Period.month(2026, 2), *(Period.month(2026, month) for month in range(3, 11)))
    recorded = record(business, date=LAST_YEAR)
    assert (recorded.claimed_in, recorded.no_credit) == (NOVEMBER.first, "late")
    found = summary(business, NOVEMBER)
    assert (found.credit, found.net_credit.tax, found.denied.tax) == ({}, 0, 18)
    assert overview.input_tax(business, NOVEMBER.first, NOVEMBER.last) == 0
    [row] = registered(business, NOVEMBER)
    assert row["Input tax credit"] == "Too late, section 16(4)"


def test_an_october_that_is_still_open_takes_the_tax_of_the_year_before(business):
    file(business, *(Period.month(2026, month) for month in range(2, 10)))
    recorded = bill(business, date=LAST_YEAR)
    assert (recorded.claimed_in, recorded.no_credit) == (OCTOBER.first, "")


def test_an_invoice_to_oneself_is_of_the_day_it_is_made_and_never_too_late(business):
    file(business, *(Period.month(2026, month) for month in range(2, 11)))
    carrier = VendorFactory(business=business, kind="unregistered", state_code="29")
    recorded = bill(vendor=carrier, date=LAST_YEAR, rcm=True)
    assert (recorded.claimed_in, recorded.no_credit) == (NOVEMBER.first, "")
    found = summary(business, NOVEMBER)
    assert found.reverse_charge.tax == found.credit["ISRC"].tax == 18


@pytest.mark.parametrize(("record", "deeds"), [(bill, bills), (spent, expenses)])
def test_cancelling_what_a_filed_return_has_told_reverses_it_in_the_open_one(business, record, deeds):
    recorded = record(business, date=october(8))
    file(business, OCTOBER)
    cancelled = deeds.cancel(business, None, recorded.pk, reason="Sent back")
    assert cancelled.reversed_in == NOVEMBER.first
    assert claimed(business, OCTOBER) == 18, "what is filed stays"
    found = summary(business, NOVEMBER)
    assert (found.credit, found.reversed.tax, found.net_credit.tax) == ({}, 18, -18)
    assert overview.input_tax(business, OCTOBER.first, OCTOBER.last) == 18
    assert overview.input_tax(business, NOVEMBER.first, NOVEMBER.last) == -18
    [told], [taken_back] = registered(business, OCTOBER), registered(business, NOVEMBER)
    assert (told["Taxable"], told["Status"]) == (100, "Cancelled")
    assert (taken_back["Taxable"], taken_back["Total"], taken_back["Status"]) == (-100, -118, "Reversed")


@pytest.mark.parametrize(("record", "deeds"), [(bill, bills), (spent, expenses)])
def test_cancelling_before_anything_is_filed_leaves_no_trace_in_the_return(business, record, deeds):
    recorded = record(business, date=october(8))
    assert deeds.cancel(business, None, recorded.pk, reason="Twice").reversed_in is None
    assert claimed(business, OCTOBER) == 0
    assert overview.input_tax(business, OCTOBER.first, OCTOBER.last) == 0


def test_a_bill_of_a_filed_return_keeps_its_amounts_and_takes_a_note(business):
    recorded = bill(business, date=october(7))
    file(business, OCTOBER)
    typed = data_of(Bill.objects.get(pk=recorded.pk))
    with refused("__all__", "GSTR-3B for Oct 2026"):
        bills.change(business, None, recorded.pk, replaced(typed, lines=[bill_line(price=Decimal(90))]))
    with refused("date", "Oct 2026"):
        bills.change(business, None, recorded.pk, replaced(typed, date=NOVEMBER.first, due_date=None))
    changed = bills.change(business, None, recorded.pk, replaced(typed, notes="Gate pass 7"))
    assert (changed.notes, changed.claimed_in) == ("Gate pass 7", None)


def test_an_expense_of_a_filed_return_keeps_its_amounts_and_takes_a_description(business):
    recorded = spent(business)
    file(business, OCTOBER)
    said = {"date": october(8), "category": "Rent", "payee": "Lakshmi Estates", "payee_gstin": gstin()}
    said |= {"rate": Decimal(18), "itc": True}
    with refused("__all__", "GSTR-3B for Oct 2026"):
        expenses.change(business, recorded.pk, ExpenseData(**said, amount=Decimal(236)))
    changed = expenses.change(
        business, recorded.pk, ExpenseData(**said, amount=Decimal(118), description="Oct")
    )
    assert (changed.description, changed.claimed_in) == ("Oct", None)


def test_the_first_open_quarter_takes_what_is_late_of_one_that_files_by_quarters(business):
    business.filing_frequency = FilingFrequency.QUARTERLY
    business.save()
    file(business, Period.quarter(2026, 7))
    recorded = bill(business, date=datetime.date(2026, 9, 30))
    assert recorded.claimed_in == OCTOBER.first
    assert claimed(business, Period.quarter(2026, 10)) == 18


def test_who_claims_nothing_is_asked_nothing(business):
    business.scheme = Scheme.COMPOSITION
    business.save()
    recorded = bill(business, date=LAST_YEAR, claimed_in=SEPTEMBER.first)
    assert (recorded.claimed_in, recorded.no_credit) == (None, "")


def test_the_cgst_of_another_state_is_told_apart_and_not_claimed(business):
    hotel = VendorFactory(business=business, state_code="33")
    recorded = bill(vendor=hotel, date=october(7), place_of_supply="33")
    stay = spent(business, payee_gstin=gstin("33"), inter_state=False)
    assert (recorded.no_credit, stay.no_credit) == ("state", "state")
    found = summary(business, OCTOBER)
    assert (found.credit, found.denied.cgst, found.denied.sgst) == ({}, 18, 18)
    assert overview.input_tax(business, OCTOBER.first, OCTOBER.last) == 0


def test_igst_of_another_state_is_claimed(business):
    bill(vendor=VendorFactory(business=business, state_code="33"), date=october(7))
    spent(business, payee_gstin=gstin("33"))
    assert claimed(business, OCTOBER) == 36


def test_only_open_periods_are_offered(business):
    file(business, OCTOBER)
    offered = periods_offered(business, NOW.date())
    assert offered[:3] == [DECEMBER, NOVEMBER, SEPTEMBER]


def replaced(data, **terms):
    return type(data)(**{name: getattr(data, name) for name in data.__dataclass_fields__} | terms)
