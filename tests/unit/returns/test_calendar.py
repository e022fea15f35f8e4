"""What is due when: by the rule, by what was announced, and by how a business files."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from gstbillingapp.actions import returns
from gstbillingapp.gst.returns import Form, Period
from gstbillingapp.models import FilingFrequency, ReturnDueDate, ReturnFiling
from gstbillingapp.returns.calendar import (
    begin_of,
    duties,
    duty_of,
    named,
    period_named,
    return_periods,
    with_filings,
)
from tests.factories import BusinessFactory, issued
from tests.unit.returns.conftest import OCTOBER

pytestmark = pytest.mark.django_db

SEPTEMBER, TODAY = datetime.date(2026, 9, 1), datetime.date(2026, 11, 5)


def due(business, first=SEPTEMBER, last=TODAY) -> list[tuple[str, str, str]]:
    return [(duty.form, duty.period.label, f"{duty.due}") for duty in duties(business, first, last)]


def extended(form: str = "GSTR-1", day: str = "2026-11-20", **terms) -> ReturnDueDate:
    said = {"span": "month", "first": OCTOBER.first, "source": "12/2026-CT", **terms}
    return ReturnDueDate.objects.create(form=form, due=datetime.date.fromisoformat(day), **said)


def test_a_monthly_filer_has_two_returns_a_month_by_due_date(business):
    assert due(business) == [
        ("GSTR-1", "Sep 2026", "2026-10-11"),
        ("GSTR-3B", "Sep 2026", "2026-10-20"),
        ("GSTR-1", "Oct 2026", "2026-11-11"),
        ("GSTR-3B", "Oct 2026", "2026-11-20"),
        ("GSTR-1", "Nov 2026", "2026-12-11"),
        ("GSTR-3B", "Nov 2026", "2026-12-20"),
    ]


def test_a_quarterly_filer_pays_in_the_first_two_months_and_files_after_the_third():
    business = BusinessFactory(filing_frequency=FilingFrequency.QUARTERLY)
    assert due(business, datetime.date(2026, 7, 1), datetime.date(2026, 9, 30)) == [
        ("PMT-06", "Jul 2026", "2026-08-25"),
        ("PMT-06", "Aug 2026", "2026-09-25"),
        ("GSTR-1", "Jul–Sep 2026", "2026-10-13"),
        ("GSTR-3B", "Jul–Sep 2026", "2026-10-22"),
    ]


def test_a_quarterly_filer_of_the_north_has_two_more_days():
    business = BusinessFactory(state_code="07", filing_frequency=FilingFrequency.QUARTERLY)
    assert ("GSTR-3B", "Jul–Sep 2026", "2026-10-24") in due(business)


def test_under_composition_a_quarter_is_paid_and_a_year_is_filed():
    business = BusinessFactory(scheme="composition")
    assert due(business, datetime.date(2026, 3, 1), datetime.date(2026, 3, 31)) == [
        ("CMP-08", "Jan–Mar 2026", "2026-04-18"),
        ("GSTR-4", "FY 2025-26", "2026-06-30"),
    ]


def test_whoever_is_not_registered_files_nothing():
    assert due(BusinessFactory(scheme="unregistered", gstin="")) == []


def test_an_extension_moves_the_day_and_the_latest_one_holds(business):
    extended()
    extended(day="2026-11-25")
    duty = duty_of(business, Form.GSTR_1, OCTOBER)
    assert duty.due == datetime.date(2026, 11, 25)
    assert duty.earlier == (datetime.date(2026, 11, 11), datetime.date(2026, 11, 20))
    assert duty.is_extended


def test_an_extension_is_for_its_states_its_form_and_its_period_only(business):
    extended(states="33, 34")
    extended("GSTR-3B", first=SEPTEMBER)
    ours = duty_of(business, Form.GSTR_1, OCTOBER)
    assert (ours.due, ours.earlier, ours.is_extended) == (datetime.date(2026, 11, 11), (), False)
    assert returns.due_days(business, Form.GSTR_1, OCTOBER) == {ours.due}
    tamil = BusinessFactory(state_code="33")
    theirs = duty_of(tamil, Form.GSTR_1, OCTOBER)
    assert (theirs.due, theirs.earlier) == (datetime.date(2026, 11, 20), (ours.due,))
    assert returns.due_days(tamil, Form.GSTR_1, OCTOBER) == {ours.due, theirs.due}
    assert duty_of(tamil, Form.GSTR_3B, OCTOBER).due == datetime.date(2026, 11, 20)  # by the rule


@pytest.mark.parametrize(
    ("field", "terms"),
    [
        ("states", {"states": "29, 95"}),
        ("first", {"first": datetime.date(2026, 10, 2)}),
        ("span", {"span": "year", "first": datetime.date(2026, 4, 1)}),
        ("due", {"due": datetime.date(2026, 11, 11)}),
    ],
)
def test_an_extension_that_no_return_can_have_is_refused_beside_its_field(field, terms):
    said = {"form": "GSTR-1", "span": "month", "first": OCTOBER.first, "due": datetime.date(2026, 11, 20)}
    row = ReturnDueDate(source="12/2026-CT", **said | terms)
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert list(refused.value.message_dict) == [field]


def test_filed_returns_are_known_and_nobody_elses(business):
    returns.file(business, None, Form.GSTR_1, OCTOBER)
    other = BusinessFactory()
    for each, filed in ((business, ["GSTR-1"]), (other, [])):
        found = with_filings(each, duties(each, OCTOBER.first, OCTOBER.last))
        assert [duty.form for duty in found if duty.filing] == filed


def test_the_list_begins_where_the_business_did_and_a_year_back_at_most(business):
    assert begin_of(business, TODAY) == datetime.date(2026, 11, 1)
    issued(business, date=datetime.date(2026, 6, 30))
    assert begin_of(business, TODAY) == datetime.date(2026, 6, 1)
    issued(business, date=datetime.date(2020, 6, 30))
    assert begin_of(business, TODAY) == datetime.date(2025, 11, 1)


@pytest.mark.parametrize(("moment", "month"), [("2026-09-30T18:29", 9), ("2026-09-30T18:30", 10)])
def test_a_business_is_here_since_a_day_of_india(business, moment, month):
    business.created_at = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC)
    assert begin_of(business, TODAY) == datetime.date(2026, month, 1)


def test_the_choice_of_periods_is_by_how_one_files(business):
    issued(business, date=datetime.date(2026, 6, 30))
    assert [period.label for period in return_periods(business, TODAY)][:2] == ["Nov 2026", "Oct 2026"]
    business.filing_frequency = FilingFrequency.QUARTERLY
    assert [period.label for period in return_periods(business, TODAY)] == [
        "Oct–Dec 2026",
        "Jul–Sep 2026",
        "Apr–Jun 2026",
    ]


@pytest.mark.parametrize("code", ["", "132026", "1026", "०१२०२६", "102016", "xx2026"])
def test_an_address_that_names_no_period_means_the_last_that_has_ended(business, code):
    assert period_named(business, code, TODAY) == OCTOBER
    assert period_named(business, code, datetime.date(2026, 4, 1)) == Period.month(2026, 3)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (("GSTR-9", "year", "032026"), (Form.GSTR_9, Period.year("2025-26"))),
        (("CMP-08", "quarter", "122026"), (Form.CMP_08, Period.quarter(2026, 10))),
        (("GSTR-1", "week", "122026"), None),
        (("GSTR-7", "month", "122026"), None),
        (("GSTR-1", "month", "12-2026"), None),
    ],
)
def test_a_return_is_named_by_form_span_and_last_month(said, found):
    assert named(*said) == found


def test_the_words_of_the_rows(business):
    assert str(extended()) == "GSTR-1 for Oct 2026: 20 Nov 2026"
    filing = ReturnFiling(form="GSTR-9", span="year", first=datetime.date(2025, 4, 1), filed_on=TODAY)
    assert str(filing) == "GSTR-9 for FY 2025-26, filed 5 Nov 2026"
