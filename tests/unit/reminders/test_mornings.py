"""The daily digest and the new financial year: when they are said, to whom, and when not."""

import datetime

import pytest

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import preferences
from gstbillingapp.models import EventKind, Scheme
from gstbillingapp.models.fields import INDIA
from tests.factories import BusinessFactory, MembershipFactory, paid
from tests.unit.preferences.conftest import choose
from tests.unit.reminders.conftest import DUE, at, unpaid

pytestmark = pytest.mark.django_db


def digests(user) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(user=user, topic=EventKind.DIGEST).order_by("pk")
    return list(rows.values_list("dedupe_key", "title"))


def test_the_digest_says_what_is_due_and_what_is_overdue_to_every_member(begun, people):
    unpaid(begun)
    unpaid(begun, due_date=DUE - datetime.timedelta(days=2))
    unpaid(begun, due_date=DUE + datetime.timedelta(days=2))
    paid(unpaid(begun), "100")
    reminders.do_all(at(0, "08:59"))
    assert all(f"{DUE}" not in key for key, _ in digests(people.owner))
    reminders.do_all(at(0))
    for user in (people.owner, people.teammate):
        assert digests(user)[-1] == (f"digest:{user.pk}:{DUE}", "Today: due ₹136.00, overdue ₹118.00")
    row = Notification.objects.filter(user=people.owner, topic=EventKind.DIGEST).latest("pk")
    assert (row.notification_type, row.priority) == ("INFO", "low")
    assert digests(people.stranger) == []


def test_where_there_is_nothing_to_say_there_is_no_digest(begun, people):
    unpaid(begun, due_date=DUE + datetime.timedelta(days=2))
    paid(unpaid(begun))
    reminders.do_all(at(0))
    assert digests(people.owner) == []


def test_a_digest_is_not_made_up_for(begun, people):
    unpaid(begun)
    reminders.do_all(at(-1))
    reminders.do_all(at(3))
    reminders.do_all(at(3, "18:00"))
    assert digests(people.owner) == [
        (f"digest:{people.owner.pk}:{DUE + datetime.timedelta(days=3)}",) * 1
        + ("Today: due ₹0.00, overdue ₹118.00",)
    ]


def test_a_digest_is_switched_off_by_a_person_or_by_the_business(begun, people):
    unpaid(begun)
    choose(people.teammate, off=(EventKind.DIGEST,))
    reminders.do_all(at(0))
    assert len(digests(people.owner)) == 1
    assert digests(people.teammate) == []
    preferences.save_reminders(begun, 9, {"digest": []})
    reminders.do_all(at(1))
    assert len(digests(people.owner)) == 1


def april(year: int, time: str = "09:00", day: int = 1) -> datetime.datetime:
    return datetime.datetime.combine(datetime.date(year, 4, day), datetime.time.fromisoformat(time), INDIA)


def years(user) -> list[str]:
    rows = Notification.objects.filter(user=user, topic=EventKind.NEW_YEAR).order_by("pk")
    return list(rows.values_list("dedupe_key", flat=True))


@pytest.fixture
def in_march(people):
    reminders.do_all(april(2030) - datetime.timedelta(days=20))
    return people.business


def test_a_new_financial_year_is_said_once_on_the_morning_of_1_april(in_march, people):
    MembershipFactory(business=in_march)
    reminders.do_all(april(2030, "08:59"))
    assert years(people.owner) == []
    reminders.do_all(april(2030))
    reminders.do_all(april(2030, "23:00"))
    assert years(people.owner) == years(people.teammate) == [f"fy:{in_march.gstin}:2030-31"]
    row = Notification.objects.get(user=people.owner, topic=EventKind.NEW_YEAR)
    assert (row.title, row.message) == (
        "Financial year 2030-31 begins",
        "Start the new series, renew the LUT.",
    )
    assert (row.notification_type, row.link_url) == ("SYSTEM", in_march.get_absolute_url())
    assert years(people.stranger) == [f"fy:{people.stranger.membership.business.gstin}:2030-31"]


def test_after_an_outage_a_new_year_is_said_late(in_march, people):
    reminders.do_all(april(2030, day=9))
    assert len(years(people.owner)) == 1


def test_switched_off_no_year_is_said(in_march, people):
    preferences.save_reminders(in_march, 9, {"new_year": []})
    reminders.do_all(april(2030))
    assert years(people.owner) == []


def test_whoever_is_not_registered_has_no_lut_and_is_known_by_the_row(people):
    owner = MembershipFactory(business=BusinessFactory(scheme=Scheme.UNREGISTERED, gstin="")).user
    reminders.do_all(april(2030) - datetime.timedelta(days=20))
    reminders.do_all(april(2030))
    row = Notification.objects.get(user=owner)
    assert row.dedupe_key == f"fy:{owner.membership.business_id}:2030-31"
    assert row.message == "Start the new series."
