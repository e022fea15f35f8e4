"""Pruning: what is removed and what is kept, that nobody's page is wrong afterwards, and what a run costs."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from celery import current_app
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery import deeds, drain, inbox, prune, reading, tally
from delivery.drafts import Draft
from delivery.models import (
    Attempt,
    DeedKind,
    Delivery,
    DeliveryState,
    Inbox,
    Notification,
    Outcome,
    Tally,
)
from tests.support.inbox_client import (
    InboxClient,
    fetch_from_database,
    recorded_layer,
    state_equals_events,
    truth,
)
from worker.schedule import SCHEDULE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    monkeypatch.setattr(prune, "LONGEST_REST", 0)


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


def ago(days):
    return timezone.now() - timedelta(days=days)


def post(user, count=1, **fields):
    draft = {"title": "Title", "message": "Message", **fields}
    return [inbox.post([user.pk], Draft(**draft))[0] for _ in range(count)]


def sent(user, count, days, state=DeliveryState.SENT):
    """So many posts that ended so many days ago."""
    rows = post(user, count)
    deliveries = Delivery.objects.filter(notification__in=rows)
    deliveries.update(state=state, created_at=ago(days), settled_at=ago(days))
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=ago(days))
    return rows


def open_page(user, limit=100):
    client = InboxClient(fetch_from_database(user.pk, limit))
    client.opened()
    return client


def read(rows, days):
    for row in rows:
        inbox.mark_read(row.user_id, row.pk)
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(read_at=ago(days))


@pytest.mark.parametrize("state", [DeliveryState.SENT, DeliveryState.SUPERSEDED, DeliveryState.DISCARDED])
def test_what_is_settled_goes_after_thirty_days_and_its_notification_stays(asha, state):
    old, young = sent(asha, 3, 31, state), sent(asha, 2, 29, state)
    with state_equals_events(asha.pk):
        assert prune.prune() == {"settled deliveries": 3}
    assert set(Delivery.objects.values_list("notification", flat=True)) == {row.pk for row in young}
    assert Notification.objects.filter(pk__in=[row.pk for row in old]).count() == 3


@pytest.mark.parametrize("state", [DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.WAITING])
def test_what_is_not_settled_never_goes_however_old_it_is(asha, state):
    sent(asha, 2, 4000, state)
    assert prune.prune() == {}
    assert Delivery.objects.count() == 2


def test_what_was_sent_lately_stays_however_long_it_had_waited(asha):
    sent(asha, 1, 31)
    Delivery.objects.update(settled_at=ago(1))
    assert prune.prune() == {}


def test_dead_ones_go_after_half_a_year_with_their_attempts_and_what_was_done_to_them(asha):
    old, young = sent(asha, 1, 181, DeliveryState.DEAD), sent(asha, 1, 179, DeliveryState.DEAD)
    for row in Delivery.objects.all():
        Attempt.objects.create(delivery=row, number=5, outcome=Outcome.FAILED, ended_at=ago(180))
    deeds.do_now(DeedKind.DISCARD, [old[0].delivery.pk], asha)
    deeds.do_now(DeedKind.RESTORE, [old[0].delivery.pk], asha)
    Delivery.objects.filter(notification=old[0]).update(settled_at=ago(181))
    assert prune.prune()["dead deliveries"] == 1
    assert Attempt.objects.get().delivery.notification_id == young[0].pk


def test_above_ten_thousand_the_oldest_dead_ones_go(asha, monkeypatch):
    monkeypatch.setattr(prune, "MOST_DEAD", 4)
    monkeypatch.setattr(prune, "CHUNK", 2)
    rows = sent(asha, 7, 1, DeliveryState.DEAD)
    assert prune.prune() == {"dead deliveries": 3}
    left = Delivery.objects.order_by("pk").values_list("notification", flat=True)
    assert list(left) == [row.pk for row in rows[3:]]


def test_a_delivery_that_somebody_takes_back_in_the_same_moment_stays(asha, monkeypatch):
    """Chosen as discarded, and due again by the time it would be removed."""
    [row] = sent(asha, 1, 31, DeliveryState.DISCARDED)
    pages = prune._pages

    def restored_meanwhile(rows):
        for ids in pages(rows):
            Delivery.objects.filter(pk__in=ids).update(state=DeliveryState.PENDING, settled_at=None)
            yield ids

    monkeypatch.setattr(prune, "_pages", restored_meanwhile)
    assert prune.prune() == {}
    assert row.delivery.pk


def test_what_is_read_stays_for_ever_unless_its_owner_chose_otherwise(asha):
    rows = sent(asha, 3, 4000)
    read(rows, 3999)
    prune.prune()
    assert reading.notifications(asha.pk).count() == 3


def test_what_was_read_longer_ago_than_its_owner_wants_goes_as_a_change_that_open_pages_follow(asha):
    old, read_lately, unread = sent(asha, 3, 100), sent(asha, 1, 100), sent(asha, 2, 100)
    new = sent(asha, 1, 1)
    read([*old, *new], 91)
    read(read_lately, 89)
    inbox.keep_read(asha.pk, 90)
    with state_equals_events(asha.pk) as page:
        before = reading.snapshot(asha.pk)
        assert prune.prune()["read notifications marked deleted"] == 3
    assert page.resets == 0
    assert set(page.state()["items"]) == {row.pk for row in [*read_lately, *unread, *new]}
    after = reading.snapshot(asha.pk)
    assert after.unread_count == before.unread_count
    assert after.revision == before.revision + 1


def test_nobodys_choice_is_anothers(asha):
    ravi = User.objects.create_user("ravi")
    for user in (asha, ravi):
        read(sent(user, 2, 50), 40)
    inbox.keep_read(asha.pk, 30)
    prune.prune()
    assert reading.notifications(asha.pk).count() == 0
    assert reading.notifications(ravi.pk).count() == 2


def test_a_choice_that_is_taken_back_while_a_run_is_under_way_holds_at_once(asha):
    read(sent(asha, 2, 50), 40)
    inbox.keep_read(asha.pk, 30)
    below = Notification.objects.latest("pk").pk + 1
    inbox.keep_read(asha.pk, None)
    assert inbox.delete_old_read(asha.pk, 30, below, 10) == 0


@pytest.mark.parametrize("days", [0, -1, 31, 10**9])
def test_only_what_is_offered_can_be_chosen(asha, days):
    with pytest.raises(ValueError, match="days"):
        inbox.keep_read(asha.pk, days)


def deleted(rows, days):
    """Deleted so many days ago."""
    for row in rows:
        inbox.delete(row.user_id, row.pk)
    due = timezone.now() - timedelta(days=days) + inbox.REMOVED_AFTER
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(remove_at=due)


def test_a_page_that_has_not_heard_of_a_deletion_before_its_row_is_gone_starts_afresh(asha):
    rows = post(asha, 5)
    behind, ahead = open_page(asha), open_page(asha)
    deleted(rows[:3], 31)
    ahead.opened()
    with state_equals_events(asha.pk):
        removed = prune.prune()
    assert removed["deleted notifications"] == 3
    assert Notification.objects.count() == 2
    for page in (behind, ahead):
        page.opened()
        assert page.state() == truth(asha.pk)
    assert (behind.resets, ahead.resets) == (1, 0)


def test_what_was_deleted_lately_is_still_told_row_by_row(asha):
    rows = post(asha, 3)
    page = open_page(asha)
    deleted(rows[:2], 29)
    prune.prune()
    page.opened()
    assert page.resets == 0
    assert page.state() == truth(asha.pk)


def test_every_way_of_deleting_leads_to_the_row_being_removed(asha):
    one, two, three = post(asha, 3)
    inbox.delete(asha.pk, one.pk)
    read([two], 40)
    Notification.objects.filter(pk=two.pk).update(created_at=ago(50))
    inbox.keep_read(asha.pk, 30)
    prune.prune()
    inbox.mark_read(asha.pk, three.pk)
    inbox.delete_read(asha.pk)
    assert not Notification.objects.filter(remove_at=None).exists()


def test_a_row_removed_in_the_middle_of_a_catch_up_has_the_page_start_afresh(asha):
    rows = post(asha, 6)
    fetch = fetch_from_database(asha.pk, limit=2)
    deleted(rows[3:5], 31)
    cursor = fetch(0, None)["next"]
    prune.prune()
    answer = fetch(0, cursor)
    assert answer["reset"]
    assert {row["id"] for row in answer["notifications"]} <= {rows[n].pk for n in (0, 1, 2, 5)}


def test_a_row_removed_while_the_changes_are_being_read_has_the_page_start_afresh(asha, monkeypatch):
    rows = post(asha, 3)
    page = open_page(asha)
    deleted(rows[:1], 31)
    is_too_much = reading._is_too_much

    def pruned_meanwhile(changed):
        prune.prune()
        return is_too_much(changed)

    monkeypatch.setattr(reading, "_is_too_much", pruned_meanwhile)
    page.opened()
    assert page.resets == 1
    assert page.state() == truth(asha.pk)


def test_a_key_is_known_for_four_hundred_days_and_nothing_else_of_its_row(asha):
    [row] = post(asha, dedupe_key="inv:1:due", link_url="/invoice/1/", thread_key="inv:1")
    deleted([row], 31)
    page = open_page(asha)
    assert prune.prune()["deleted notifications"] == 1
    kept = Notification.objects.get()
    assert (kept.title, kept.message, kept.link_url, kept.thread_key) == ("", "", "", "")
    assert prune.prune() == {}, "once is enough"
    with state_equals_events(asha.pk):
        assert post(asha, dedupe_key="inv:1:due")[0].pk == row.pk
    page.opened()
    assert page.resets == 0
    Notification.objects.update(remove_at=ago(1))
    prune.prune()
    assert not Notification.objects.exists()


def test_results_sessions_and_minutes_that_are_over_go(asha):
    TaskResult.objects.create(task_id="old", date_done=ago(31))
    TaskResult.objects.create(task_id="young")
    TaskResult.objects.filter(task_id="old").update(date_done=ago(31))
    for key, end in (("over", ago(1)), ("alive", ago(-1))):
        Session.objects.create(session_key=key, session_data="", expire_date=end)
    now = tally.this_minute()
    for minute in (now, now - 10 * 60, now - 26 * 60, now - 27 * 60):
        Tally.objects.create(minute=minute, source="a", name="sent", value=2)
    assert prune.prune() == {"task results": 1, "expired sessions": 1, "tallies folded": 2}
    assert TaskResult.objects.get().task_id == "young"
    assert Session.objects.get().session_key == "alive"
    assert tally.totals() == {"sent": 8}
    assert set(Tally.objects.values_list("minute", flat=True)) == {0, now - 10 * 60, now}


def test_a_run_ends_when_its_time_is_over_and_the_next_goes_on(asha, monkeypatch):
    monkeypatch.setattr(prune, "CHUNK", 1)
    sent(asha, 4, 31)
    clock = iter(range(1000))
    monkeypatch.setattr(prune, "monotonic", lambda: next(clock))
    assert 0 < prune.prune(16)["settled deliveries"] < 4
    monkeypatch.undo()
    prune.prune()
    assert not Delivery.objects.exists()


def test_a_kind_with_much_to_catch_up_on_keeps_no_other_from_its_turn(asha, monkeypatch):
    monkeypatch.setattr(prune, "CHUNK", 1)
    sent(asha, 6, 31)
    Session.objects.create(session_key="over", session_data="", expire_date=ago(1))
    clock = iter(range(1000))
    monkeypatch.setattr(prune, "monotonic", lambda: next(clock))
    assert prune.prune(20)["expired sessions"] == 1
    assert Delivery.objects.exists()


def test_one_row_with_a_wrong_clock_does_not_keep_the_others_for_ever(asha):
    rows = sent(asha, 9, 31)
    Delivery.objects.filter(notification=rows[0]).update(created_at=ago(-4000))
    prune.prune()
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("count", [0, 1, 2, 7, 64])
def test_halving_finds_the_first_id_of_a_moment(asha, count):
    for n in range(count):
        sent(asha, 1, count - n)
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True))
    for days in range(count + 2):
        below = prune.id_at(Delivery.objects.all(), ago(days + 0.5))
        assert [pk for pk in ids if pk < below] == ids[: max(0, count - days)]


def test_a_run_with_nothing_to_do_asks_little_and_nothing_that_reads_a_table(asha):
    sent(asha, 400, 1)
    read(sent(asha, 5, 1), 1)
    inbox.keep_read(asha.pk, 365)
    with CaptureQueriesContext(connection) as asked:
        assert prune.prune() == {}
    assert len(asked) < 60
    if connection.vendor == "sqlite":
        assert scans(asked) == set()


def scans(asked):
    """What is read from end to end by these queries, but for what is small by its nature."""
    small = ("CONSTANT", "delivery_inbox", "delivery_tally", "delivery_deed")
    found = set()
    with connection.cursor() as cursor:
        for query in asked:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
                found |= {step[3] for step in cursor.fetchall() if step[3].startswith("SCAN")}
    return {step for step in found if " USING " not in step and not step.split()[1].startswith(small)}


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_remove_each_row_once_and_leave_the_inbox_right(asha, monkeypatch):
    monkeypatch.setattr(prune, "CHUNK", 7)
    sent(asha, 60, 31)
    read(sent(asha, 30, 50), 40)
    inbox.keep_read(asha.pk, 30)
    deleted(post(asha, 30), 31)
    page = open_page(asha)
    posted = Delivery.objects.filter(notification__isnull=False).count()
    together, removed = Barrier(2), []

    def run():
        try:
            together.wait(10)
            removed.append(prune.prune())
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    total = {kind: sum(run.get(kind, 0) for run in removed) for kind in prune.KINDS}
    prune.prune()  # what each had left to the other
    assert total["deleted notifications"] == 30
    assert total["read notifications marked deleted"] == 30
    assert total["settled deliveries"] <= 90
    assert Delivery.objects.filter(notification__isnull=False).count() == posted - 90 - 30
    with recorded_layer():
        drain.drain()
    page.opened()
    assert page.state() == truth(asha.pk)


def test_beat_has_it_done_and_a_database_that_is_away_is_no_failure(asha, monkeypatch):
    assert SCHEDULE["prune"]["task"] == "delivery.prune"
    sent(asha, 2, 31)
    task = current_app.tasks["delivery.prune"]
    assert task.apply().state == "SUCCESS"
    assert not Delivery.objects.exists()
    monkeypatch.setattr(prune, "prune", away)
    assert task.apply().state == "SUCCESS"


def away(*_):
    raise OperationalError("gone")


def test_what_was_ever_posted_is_not_less_because_its_owner_is_gone(asha):
    post(asha, 3)
    asha.delete()
    assert not Inbox.objects.exists()
    assert tally.totals()[inbox.POSTED] == 3


def test_a_host_whose_clock_has_run_ahead_removes_nothing_before_its_time(asha, monkeypatch):
    session = SessionStore()
    session.create()
    [posted] = post(asha)
    with recorded_layer():
        drain.drain()
    a_year_later = timezone.now() + timedelta(days=365)
    monkeypatch.setattr(timezone, "now", lambda: a_year_later)
    prune.prune()
    assert Session.objects.filter(pk=session.session_key).exists()
    assert Delivery.objects.filter(notification=posted).exists()
