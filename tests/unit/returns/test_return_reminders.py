"""What is said of returns, on which morning, to whom, and when it is no longer said."""

import datetime

import pytest

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import returns
from gstbillingapp.gst.returns import Form, Period
from gstbillingapp.models import Business, FilingFrequency, ReminderSettings, ReturnDueDate
from gstbillingapp.models.fields import INDIA
from tests.factories import BusinessFactory, MembershipFactory, issued, line
from tests.unit.returns.conftest import OCTOBER, sold

pytestmark = pytest.mark.django_db

DUE = datetime.date(2026, 11, 11)


def morning(day: str) -> datetime.datetime:
    return datetime.datetime.combine(datetime.date.fromisoformat(day), datetime.time(9), INDIA)


def until(day: str, first: str = "2026-11-01", here_since: str = "2024-04-01") -> None:
    """Every morning from one to another, with all businesses here since a day."""
    Business.objects.update(created_at=morning(here_since))
    moment = morning(first)
    while moment <= morning(day):
        reminders.do_all(moment)
        moment += datetime.timedelta(days=1)


def said(user, form: str = "GSTR-1", **terms) -> list[Notification]:
    rows = Notification.objects.filter(user=user, dedupe_key__contains=f":{form}:", **terms)
    return list(rows.order_by("pk"))


def keys(user, form: str = "GSTR-1", **terms) -> list[str]:
    return [row.dedupe_key.split(":", 3)[3] for row in said(user, form, **terms)]


@pytest.mark.parametrize(
    ("day", "stage", "title", "priority"),
    [
        ("2026-11-04", "7", "GSTR-1 for Oct 2026 due 11 Nov 2026", "normal"),
        ("2026-11-08", "3", "GSTR-1 for Oct 2026 due 11 Nov 2026", "normal"),
        ("2026-11-10", "1", "GSTR-1 for Oct 2026 due 11 Nov 2026", "high"),
        ("2026-11-11", "0", "GSTR-1 for Oct 2026 due 11 Nov 2026", "high"),
        ("2026-11-12", "late", "GSTR-1 for Oct 2026 is late: it was due 11 Nov 2026", "high"),
    ],
)
def test_each_stage_is_said_on_its_morning(people, day, stage, title, priority):
    until(day)
    row = said(people.owner)[-1]
    assert (row.title, row.priority, row.notification_type) == (title, priority, "SYSTEM")
    assert row.dedupe_key == f"gst:{people.business.gstin}:GSTR-1:102026:{stage}:2026-11-11"
    assert row.link_url == "/returns/gstr-1/?period=102026"
    assert [each.title for each in said(people.teammate)] == [each.title for each in said(people.owner)]


def test_on_all_other_mornings_nothing_is_said_of_it(people):
    until("2026-11-30")
    assert keys(people.owner) == [f"102026:{stage}:2026-11-11" for stage in ("7", "3", "1", "0", "late")]
    assert len(keys(people.owner, "GSTR-3B")) == 5


@pytest.mark.parametrize(
    ("frequency", "form", "periods"),
    [
        ("monthly", "GSTR-1", {"112026", "122026"}),
        ("quarterly", "GSTR-1", {"122026"}),
        ("monthly", "GSTR-9", set()),
    ],
)
def test_nothing_is_said_of_what_ended_before_the_business_began(people, frequency, form, periods):
    Business.objects.update(filing_frequency=frequency)
    until("2027-01-06", here_since="2026-11-05")
    assert {key.split(":")[0] for key in keys(people.owner, form)} == periods


def test_a_business_that_billed_before_it_came_here_is_reminded_of_that_month(people):
    sold(people.business, day=31)
    until("2026-11-11", here_since="2026-11-05")
    assert len(keys(people.owner)) == 4


def test_it_says_how_many_invoices_need_care_and_why(people):
    sold(people.business, line(hsn=""))
    until("2026-11-04")
    [row] = said(people.owner)
    assert row.message == "1 invoice needs care (no HSN)"


def test_without_anything_to_mend_it_says_what_to_do(people):
    sold(people.business)
    until("2026-11-04")
    [row] = said(people.owner)
    assert row.message.startswith("Every document of the period is in order.")


def test_what_is_filed_is_not_spoken_of(people):
    until("2026-11-04")
    returns.file(people.business, people.owner, Form.GSTR_1, OCTOBER)
    until("2026-11-30", "2026-11-05")
    assert keys(people.owner) == ["102026:7:2026-11-11"]
    assert keys(people.owner, is_read=False) == []
    assert len(keys(people.owner, "GSTR-3B")) == 5


def test_what_is_taken_back_is_spoken_of_again(people):
    filing = returns.file(people.business, people.owner, Form.GSTR_1, OCTOBER)
    until("2026-11-08")
    returns.undo(people.business, filing.pk)
    until("2026-11-12", "2026-11-09")
    assert keys(people.owner) == [f"102026:{stage}:2026-11-11" for stage in ("1", "0", "late")]


def test_an_extension_is_told_anew_and_what_was_said_of_the_day_before_is_marked_read(people):
    until("2026-11-08")
    ReturnDueDate.objects.create(
        form="GSTR-1", span="month", first=OCTOBER.first, due="2026-11-20", source="12/2026"
    )
    until("2026-11-30", "2026-11-09")
    later = [f"102026:{stage}:2026-11-20" for stage in ("7", "3", "1", "0", "late")]
    assert keys(people.owner) == ["102026:7:2026-11-11", "102026:3:2026-11-11", *later]
    assert keys(people.owner, is_read=False) == later


def test_after_an_outage_only_the_latest_stage_is_said(people):
    until("2026-11-01")
    reminders.do_all(morning("2026-11-13"))
    assert keys(people.owner) == ["102026:late:2026-11-11"]


def test_the_stages_that_a_business_chose_are_said_and_no_others(people):
    ReminderSettings.objects.create(business=people.business, stages={"returns": [-3]})
    until("2026-11-30")
    assert keys(people.owner) == ["102026:3:2026-11-11"]


def test_each_scheme_is_reminded_of_its_own_returns(people):
    quarterly = MembershipFactory(business=BusinessFactory(filing_frequency=FilingFrequency.QUARTERLY)).user
    composition = MembershipFactory(business=BusinessFactory(scheme="composition")).user
    unregistered = MembershipFactory(business=BusinessFactory(scheme="unregistered", gstin="")).user
    until("2026-11-30", "2026-10-01")
    assert {row.title.split(" due ")[0] for row in Notification.objects.filter(user=quarterly)} >= {
        "GSTR-1 for Jul–Sep 2026",
        "GSTR-3B for Jul–Sep 2026",
        "PMT-06 for Oct 2026",
    }
    assert said(quarterly, "PMT-06")[0].message.startswith("Pay the tax on the portal")
    assert {row.title.split(" due ")[0].split(" is late")[0] for row in said(composition, "CMP-08")} == {
        "CMP-08 for Jul–Sep 2026"
    }
    assert not Notification.objects.filter(user=unregistered, dedupe_key__startswith="gst:").exists()


def test_the_cut_off_for_credit_notes_is_told_thirty_and_seven_days_before(people):
    issued(people.business, date=datetime.date(2026, 3, 31))
    until("2026-11-30", "2026-10-25")
    rows = Notification.objects.filter(user=people.owner, dedupe_key__contains=":s34:").order_by("pk")
    gstin = people.business.gstin
    assert [row.dedupe_key for row in rows] == [f"gst:{gstin}:s34:2025-26:{stage}" for stage in (30, 7)]
    assert {row.title for row in rows} == {"Credit notes for FY 2025-26 close on 30 November"}
    assert not Notification.objects.filter(user=people.stranger, dedupe_key__contains=":s34:").exists()


def test_a_year_in_which_nothing_was_billed_has_no_notes_to_close(people):
    issued(people.business, date=datetime.date(2026, 4, 1))
    until("2026-11-30", "2026-10-25")
    assert not Notification.objects.filter(dedupe_key__contains=":s34:").exists()


def test_an_ordinary_morning_asks_only_for_extensions(people, django_assert_num_queries):
    from gstbillingapp.reminders.returns import remind_of_returns

    business = type(people.business).objects.select_related("reminder_settings").get(pk=people.business.pk)
    day = datetime.date(2026, 11, 6)
    with django_assert_num_queries(1):
        remind_of_returns(business, day, day, 0)


def test_a_reminder_for_a_quarter_opens_the_quarter(people):
    people.business.filing_frequency = FilingFrequency.QUARTERLY
    people.business.save()
    until("2026-10-13", "2026-10-01")
    assert said(people.owner)[0].link_url == "/returns/gstr-1/?period=092026"
    assert Period.quarter(2026, 7).code == "092026"
