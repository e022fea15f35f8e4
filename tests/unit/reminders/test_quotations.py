"""Quotations that nobody answers: reminded of, expired, and what ends the reminding."""

import datetime
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import quotations
from gstbillingapp.models import Quotation, ReminderSettings
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.reminders import days, engine
from gstbillingapp.reminders.quotations import expire_quotations
from tests.factories import MembershipFactory, sent
from tests.support.inbox_client import state_equals_events
from tests.unit.reminders.conftest import DUE, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quotations_only")]


@pytest.fixture
def quotations_only() -> Iterator[None]:
    """No deed but this one: what the others post is not in the way."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "DEEDS", {"quotations": expire_quotations})
        yield


@pytest.fixture
def waiting(begun) -> Quotation:
    """A quotation whose last day is `DUE`."""
    return sent(begun, due_date=DUE)


def said(user=None) -> list[str]:
    rows = Notification.objects.filter(dedupe_key__regex="^q:[0-9]+:exp:").order_by("pk")
    return list((rows.filter(user=user) if user else rows).values_list("title", flat=True))


def test_three_days_before_and_once_it_is_over_it_is_said(waiting, people):
    on = {}
    for number in range(-10, 20):
        before = len(said(people.owner))
        reminders.do_all(at(number))
        if len(said(people.owner)) > before:
            on[number] = said(people.owner)[-1]
    last = day_text(DUE)
    assert on == {-3: f"{waiting.number} expires {last}", 1: f"{waiting.number} expired {last}"}
    rows = Notification.objects.filter(user=people.owner, dedupe_key__contains=":exp:").order_by("pk")
    assert [row.dedupe_key for row in rows] == [f"q:{waiting.pk}:exp:{n}:{DUE}" for n in (-3, 1)]
    assert {(row.notification_type, row.priority) for row in rows} == {("QUOTATION", "normal")}
    assert rows[0].message == f"₹118.00 for {waiting.party}"


def test_its_state_is_expired_from_the_morning_after_its_last_day(waiting):
    for number, state in ((0, "sent"), (1, "expired")):
        reminders.do_all(at(number))
        waiting.refresh_from_db()
        assert waiting.state == state


def test_the_members_are_told_and_nobody_else(waiting, people):
    MembershipFactory(business=waiting.business, user__is_active=False)
    reminders.do_all(at(-3))
    assert len(said(people.owner)) == len(said(people.teammate)) == 1
    assert len(said()) == 2


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
@pytest.mark.parametrize("deed", [quotations.approve, quotations.decline, quotations.convert])
def test_an_answer_marks_the_reminders_read_and_ends_them(waiting, people, deed, who):
    person = getattr(people, who)
    reminders.do_all(at(-3))
    with state_equals_events(person.pk):
        deed(waiting.business, None, waiting.pk)
    assert not Notification.objects.filter(user=person, is_read=False, dedupe_key__contains=":exp:").exists()
    reminders.do_all(at(1))
    assert len(said(people.owner)) == 1
    waiting.refresh_from_db()
    assert waiting.state != "expired"


def test_after_an_outage_it_is_said_once_and_is_expired(waiting, people):
    reminders.do_all(at(-5))
    reminders.do_all(at(9))
    assert said(people.owner) == [f"{waiting.number} expired {day_text(DUE)}"]
    waiting.refresh_from_db()
    assert waiting.state == "expired"


def test_where_the_business_wants_no_reminders_it_expires_in_silence(waiting, people):
    ReminderSettings.objects.create(business=waiting.business, stages={"quotations": []})
    reminders.do_all(at(2))
    waiting.refresh_from_db()
    assert (waiting.state, said()) == ("expired", [])


def test_one_that_is_sent_in_its_last_days_was_told_then(begun, people):
    reminders.do_all(at(-60))
    late = sent(begun, due_date=today() + datetime.timedelta(days=3))
    expire_quotations(begun, today(), today(), 0)
    assert said() == []
    assert late.status == "sent"


def test_more_than_a_page_of_them_is_done_page_by_page(begun, people, monkeypatch):
    monkeypatch.setattr(days, "PAGE", 2)
    for _ in range(5):
        sent(begun, due_date=DUE)
    reminders.do_all(at(1))
    assert len(said(people.owner)) == 5
    assert set(Quotation.objects.values_list("state", flat=True)) == {"expired"}


def test_a_page_costs_as_many_queries_whatever_is_on_it(begun, people):
    costs = []
    for count in (1, 2, 10):
        for _ in range(count):
            sent(begun, due_date=DUE)
        with CaptureQueriesContext(connection) as queries:
            expire_quotations(begun, DUE + days.DAY, DUE + days.DAY, 0)
        costs.append(len(queries))
    assert costs[1] == costs[2] <= costs[0] < 20
    assert len(said(people.owner)) == 13
