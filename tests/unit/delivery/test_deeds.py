"""Deeds on deliveries: what is touched, what is passed over, and that nothing is done or sent twice."""

import json
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from delivery import deeds, drain, health, inbox, retry, tally
from delivery.criteria import Criteria
from delivery.drafts import Draft
from delivery.models import (
    Deed,
    DeedKind,
    DeedRow,
    DeedState,
    Delivery,
    DeliveryState,
    Notification,
)
from tests.support.inbox_client import recorded_layer, state_equals_events

pytestmark = pytest.mark.django_db
DEAD = Criteria(state=DeliveryState.DEAD)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """A deed paces itself by the second; what it does is the same without."""
    monkeypatch.setattr(deeds, "sleep", lambda _seconds: None)


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


@pytest.fixture
def operator():
    return User.objects.create_user("operator", is_staff=True)


def dead(user, count=1):
    """Deliveries that have run out of attempts."""
    rows = [inbox.post([user.pk], Draft(title=f"Number {n}", message=""))[0] for n in range(count)]
    found = Delivery.objects.filter(notification__in=rows).order_by("pk")
    found.update(
        state=DeliveryState.DEAD,
        attempts=retry.MAX_ATTEMPTS,
        settled_at=timezone.now(),
        last_error="ValueError: as it was",
        fingerprint="ValueError in delivery.frames.body",
    )
    return list(found)


def states(rows):
    found = Delivery.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
    return list(found.values_list("state", flat=True))


def told(layer, user):
    frames = [json.loads(text) for text in layer.frames_of(user.pk)]
    return [frame["notification"]["title"] for frame in frames if frame["type"] == "notification"]


def carry_on():
    """As many slices as it takes."""
    for _ in range(20):
        deeds.advance()
        if not Deed.objects.filter(state__in=[DeedState.TRYING, DeedState.RUNNING]).exists():
            return
    raise AssertionError("the deed does not come to an end")


def test_a_proposed_deed_counts_and_touches_nothing(asha, operator):
    rows = dead(asha, 3)
    deed = deeds.propose(DeedKind.RETRY, DEAD, operator)
    deeds.advance()
    assert (deed.matching, deed.state) == (3, DeedState.PROPOSED)
    assert set(states(rows)) == {DeliveryState.DEAD}
    assert not LogEntry.objects.exists()


def test_a_bulk_retry_tries_one_and_then_sends_all_once(asha, operator):
    rows = dead(asha, 5)
    deed = deeds.propose(DeedKind.RETRY, DEAD, operator)
    assert deeds.start(deed.pk, operator)
    with recorded_layer() as layer:
        carry_on()
    deed.refresh_from_db()
    assert (deed.state, deed.done, deed.passed_over) == (DeedState.DONE, 5, 0)
    assert deed.first_id == rows[0].pk
    assert told(layer, asha) == [f"Number {n}" for n in range(5)]
    assert set(states(rows)) == {DeliveryState.SENT}


def test_after_a_bulk_retry_who_followed_the_frames_knows_what_a_fresh_fetch_knows(asha, operator):
    dead(asha, 5)
    with state_equals_events(asha.pk):
        deeds.start(deeds.propose(DeedKind.RETRY, DEAD, operator).pk, operator)
        carry_on()


def test_a_second_click_starts_nothing(asha, operator):
    dead(asha, 3)
    deed = deeds.propose(DeedKind.RETRY, DEAD, operator)
    assert deeds.start(deed.pk, operator)
    assert not deeds.start(deed.pk, operator)
    with recorded_layer() as layer:
        carry_on()
        assert not deeds.start(deed.pk, operator)
        carry_on()
    assert len(told(layer, asha)) == 3
    assert LogEntry.objects.filter(change_message__startswith="Started").count() == 1


def test_where_the_first_one_fails_again_the_others_wait_for_a_person(asha, operator):
    rows = dead(asha, 4)
    Notification.objects.filter(delivery=rows[0]).update(notification_type="BOGUS")
    deed = deeds.propose(DeedKind.RETRY, DEAD, operator)
    deeds.start(deed.pk, operator)
    with recorded_layer() as layer:
        carry_on()
        deed.refresh_from_db()
        assert (deed.state, deed.note) == (DeedState.STOPPED, "KeyError: 'BOGUS'")
        assert states(rows)[1:] == [DeliveryState.DEAD] * 3
        assert layer.sent == []
        assert deeds.go_on(deed.pk, operator)
        assert not deeds.go_on(deed.pk, operator)
        carry_on()
    assert states(rows) == [DeliveryState.WAITING, *[DeliveryState.SENT] * 3]
    assert sorted(told(layer, asha)) == ["Number 1", "Number 2", "Number 3"]


def test_in_an_outage_the_first_one_is_parked_and_the_deed_waits_with_it(
    asha, operator, django_assert_max_num_queries
):
    rows = dead(asha, 3)
    deeds.start(deeds.propose(DeedKind.RETRY, DEAD, operator).pk, operator)
    with recorded_layer() as layer:
        layer.failing = {f"inbox.{asha.pk}": ConnectionRefusedError()}
        deeds.advance()
        with django_assert_max_num_queries(20):
            deeds.advance()
        assert states(rows) == [DeliveryState.PENDING, DeliveryState.DEAD, DeliveryState.DEAD]
        layer.failing = {}
        drain.drain()
        carry_on()
    assert told(layer, asha) == ["Number 0", "Number 1", "Number 2"]


def test_what_was_delivered_meanwhile_is_passed_over_and_sent_to_nobody_again(asha, operator):
    rows = dead(asha, 4)
    deed = deeds.propose(DeedKind.RETRY, DEAD, operator)
    with recorded_layer() as before:
        deeds.do_now(DeedKind.RETRY, [rows[1].pk, rows[2].pk], operator)
        drain.drain()
    assert told(before, asha) == ["Number 1", "Number 2"]
    deeds.start(deed.pk, operator)
    with recorded_layer() as layer:
        carry_on()
    deed.refresh_from_db()
    assert (deed.done, deed.passed_over) == (2, 2)
    assert told(layer, asha) == ["Number 0", "Number 3"]


def test_what_died_after_the_count_is_not_part_of_the_deed_however_long_ago_it_was_posted(asha, operator):
    [older] = dead(asha)
    Delivery.objects.filter(pk=older.pk).update(state=DeliveryState.WAITING)
    agreed = dead(asha, 2)
    deed = deeds.propose(DeedKind.SUPERSEDE, DEAD, operator)
    Delivery.objects.filter(pk=older.pk).update(state=DeliveryState.DEAD)
    newer = dead(asha, 2)
    deeds.start(deed.pk, operator)
    carry_on()
    deed.refresh_from_db()
    assert (deed.matching, deed.done, deed.passed_over) == (2, 2, 0)
    assert set(states(agreed)) == {DeliveryState.SUPERSEDED}
    assert set(states([older, *newer])) == {DeliveryState.DEAD}


def test_what_somebody_else_has_retried_meanwhile_is_not_discarded_with_the_dead(asha, operator):
    kept, gone = dead(asha, 2)
    deed = deeds.propose(DeedKind.DISCARD, DEAD, operator)
    deeds.do_now(DeedKind.RETRY, [kept.pk], operator)
    deeds.start(deed.pk, operator)
    with recorded_layer():
        carry_on()
    assert states([kept, gone]) == [DeliveryState.SENT, DeliveryState.DISCARDED]


def test_more_than_anybody_can_mean_is_refused(asha, operator, monkeypatch):
    monkeypatch.setattr(deeds, "MOST", 2)
    dead(asha, 3)
    with pytest.raises(ValueError, match=r"^criteria: "):
        deeds.propose(DeedKind.DISCARD, DEAD, operator)


def test_a_form_that_is_sent_twice_is_one_deed_done_once(asha, operator):
    rows = dead(asha, 2)
    Notification.objects.filter(delivery=rows[0]).update(notification_type="BOGUS")
    ids = [row.pk for row in rows]
    first = deeds.do_now(DeedKind.RETRY, ids, operator, form_key="k")
    with recorded_layer():
        drain.drain()
    again = deeds.do_now(DeedKind.RETRY, ids, operator, form_key="k")
    proposed = deeds.propose(DeedKind.RETRY, DEAD, operator, form_key="k")
    assert first.pk == again.pk == proposed.pk
    assert Deed.objects.count() == LogEntry.objects.count() == 1
    assert Delivery.objects.get(pk=rows[0].pk).attempts == 1


def test_whoever_starts_it_is_who_did_it_and_the_name_outlives_the_account(asha, operator):
    dead(asha, 2)
    starter = User.objects.create_user("starter", is_staff=True)
    deed = deeds.propose(DeedKind.DISCARD, DEAD, operator)
    deeds.start(deed.pk, starter)
    carry_on()
    assert {entry.user for entry in LogEntry.objects.all()} == {starter}
    starter.delete()
    deed.refresh_from_db()
    assert (deed.who, deed.started_by) == ("starter", None)


def test_what_a_person_has_made_due_again_has_not_waited_since_it_was_posted(asha, operator):
    [row] = dead(asha)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=20))
    deeds.do_now(DeedKind.RETRY, [row.pk], operator)
    assert health.oldest_due_seconds() < 5
    assert drain.note_overlooked() == 0
    with recorded_layer():
        drain.drain()
    assert tally.totals()[tally.SECONDS] < 5_000_000


def test_a_dead_reminder_whose_cause_has_gone_is_superseded_when_it_is_retried(asha, operator):
    [row] = dead(asha)
    Notification.objects.update(dedupe_key="inv:7:due")
    inbox.mark_keys_read([asha.pk], ["inv:7:due"])
    deeds.do_now(DeedKind.RETRY, [row.pk], operator)
    with recorded_layer() as layer:
        drain.drain()
    assert states([row]) == [DeliveryState.SUPERSEDED]
    assert told(layer, asha) == []


def test_a_cancelled_deed_leaves_the_rest_alone(asha, operator, monkeypatch):
    monkeypatch.setattr(deeds, "RATE", 2)
    rows = dead(asha, 6)
    deed = deeds.propose(DeedKind.DISCARD, DEAD, operator)
    deeds.start(deed.pk, operator)
    # Somebody else's click, between two chunks.
    monkeypatch.setattr(deeds, "drain", lambda *_: deeds.cancel(deed.pk, operator))
    carry_on()
    assert states(rows) == [DeliveryState.DISCARDED] * 2 + [DeliveryState.DEAD] * 4
    deed.refresh_from_db()
    assert (deed.state, deed.done) == (DeedState.CANCELLED, 2)
    assert not deeds.cancel(deed.pk, operator)
    assert not deeds.start(deed.pk, operator)


def test_a_deed_whose_process_was_killed_is_carried_on_by_another_and_does_nothing_twice(
    asha, operator, monkeypatch
):
    monkeypatch.setattr(deeds, "RATE", 2)
    dead(asha, 6)
    deed = deeds.propose(DeedKind.RETRY, DEAD, operator)
    deeds.start(deed.pk, operator)
    held = deeds._take()
    with recorded_layer() as layer:
        for _ in range(4):
            deeds._step(held)  # it dies here, holding its lease
            drain.drain()
        deeds.advance()
        assert DeedRow.objects.filter(deed=deed).count() < 6, "nobody else may go on while the lease lasts"
        Deed.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
        carry_on()
        assert deeds._step(held) is deeds.Step.ENDED, "who has lost the lease does nothing any more"
    assert sorted(told(layer, asha)) == [f"Number {n}" for n in range(6)]
    assert DeedRow.objects.filter(deed=deed).count() == 6


def crowd(user, count):
    for number in range(count):
        inbox.post([user.pk], Draft(title=f"Pending {number}", message=""))


def test_no_more_is_let_loose_while_much_is_pending_and_nothing_is_asked_in_vain(
    asha, operator, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(deeds, "MOST_PENDING", 3)
    [row] = dead(asha)
    crowd(asha, 4)
    deeds.start(deeds.propose(DeedKind.RETRY, DEAD, operator).pk, operator)
    with django_assert_max_num_queries(20):
        deeds.advance()
    assert states([row]) == [DeliveryState.DEAD]
    with recorded_layer():
        drain.drain()
        carry_on()
    assert states([row]) == [DeliveryState.SENT]


def test_a_crowd_itself_can_be_discarded_and_a_deed_that_waits_holds_up_no_other(asha, operator, monkeypatch):
    monkeypatch.setattr(deeds, "MOST_PENDING", 3)
    dead(asha)
    crowd(asha, 8)
    waits = deeds.propose(DeedKind.RETRY, DEAD, operator)
    deeds.start(waits.pk, operator)
    deeds.start(deeds.propose(DeedKind.DISCARD, Criteria(state="pending"), operator).pk, operator)
    monkeypatch.setattr(deeds, "drain", lambda *_: None)  # Redis is away
    deeds.advance()
    assert Delivery.objects.filter(state=DeliveryState.DISCARDED).count() == 8


def test_a_discard_is_undone_to_what_it_was(asha, operator):
    was_dead = dead(asha, 2)
    [waited] = inbox.post([asha.pk], Draft(title="Was due", message=""))
    ids = [*(row.pk for row in was_dead), waited.delivery.pk]
    discard = deeds.do_now(DeedKind.DISCARD, ids, operator)
    with recorded_layer() as layer:
        drain.drain()
    assert layer.sent == []
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DISCARDED}
    undo = deeds.propose(DeedKind.RESTORE, Criteria(deed=discard.pk), operator)
    deeds.start(undo.pk, operator)
    with recorded_layer() as layer:
        carry_on()
    assert set(states(was_dead)) == {DeliveryState.DEAD}
    assert told(layer, asha) == ["Was due"]


def test_what_was_discarded_restored_and_discarded_again_goes_back_to_what_it_last_was(asha, operator):
    [row] = dead(asha)
    deeds.do_now(DeedKind.DISCARD, [row.pk], operator)
    deeds.do_now(DeedKind.RESTORE, [row.pk], operator)
    deeds.do_now(DeedKind.RETRY, [row.pk], operator)
    deeds.do_now(DeedKind.DISCARD, [row.pk], operator)
    deeds.do_now(DeedKind.RESTORE, [row.pk], operator)
    assert states([row]) == [DeliveryState.PENDING]


def test_a_rescheduled_row_waits_for_its_time_and_has_all_its_attempts_before_it(asha, operator):
    [row] = dead(asha)
    later = timezone.now() + timedelta(hours=3)
    deeds.do_now(DeedKind.RESCHEDULE, [row.pk], operator, later)
    with recorded_layer() as layer:
        drain.drain()
        assert layer.sent == []
        row.refresh_from_db()
        assert (row.state, row.attempts, row.due_at) == (DeliveryState.WAITING, 0, later)
        Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        drain.drain()
    assert told(layer, asha) == ["Number 0"]


def test_a_superseded_row_is_never_sent(asha, operator):
    rows = dead(asha, 2)
    deeds.do_now(DeedKind.SUPERSEDE, [rows[0].pk], operator)
    deeds.do_now(DeedKind.RETRY, [row.pk for row in rows], operator)
    with recorded_layer() as layer:
        drain.drain()
    assert told(layer, asha) == ["Number 1"]
    assert states(rows) == [DeliveryState.SUPERSEDED, DeliveryState.SENT]
    assert tally.totals()["superseded"] == 1


@pytest.mark.parametrize("kind", DeedKind.values)
def test_a_deed_passes_over_every_state_that_does_not_allow_it(asha, operator, kind):
    rows = {state: dead(asha)[0] for state in DeliveryState.values}
    for state, row in rows.items():
        Delivery.objects.filter(pk=row.pk).update(state=state)
    due_at = timezone.now() + timedelta(hours=1) if kind == DeedKind.RESCHEDULE else None
    deed = deeds.do_now(kind, [row.pk for row in rows.values()], operator, due_at)
    touched = set(deed.rows.values_list("from_state", flat=True))
    assert touched == set(deeds.ALLOWED[kind])
    assert deed.passed_over == len(rows) - len(touched)
    left_alone = [state for state in rows if state not in touched]
    assert states([rows[state] for state in left_alone]) == left_alone


def test_who_did_what_to_how_many_is_in_the_admins_log(asha, operator):
    dead(asha, 3)
    deed = deeds.propose(DeedKind.DISCARD, DEAD, operator)
    deeds.start(deed.pk, operator)
    carry_on()
    entries = LogEntry.objects.filter(object_id=str(deed.pk)).order_by("pk")
    assert [(entry.user, entry.change_message) for entry in entries] == [
        (operator, "Started: discard 3 deliveries"),
        (operator, "3 deliveries discarded"),
    ]


def test_a_deed_of_nobody_in_particular_is_done_all_the_same(asha):
    rows = dead(asha)
    deeds.do_now(DeedKind.RETRY, [rows[0].pk], None)
    assert states(rows) == [DeliveryState.PENDING]


@pytest.mark.parametrize(
    ("kind", "due_in", "field"),
    [
        ("explode", None, "kind"),
        (DeedKind.RESCHEDULE, None, "due_at"),
        (DeedKind.RESCHEDULE, -1, "due_at"),
        (DeedKind.RETRY, 1, "due_at"),
    ],
)
def test_a_deed_that_makes_no_sense_is_refused_by_field_and_nothing_is_written(operator, kind, due_in, field):
    due_at = None if due_in is None else timezone.now() + timedelta(hours=due_in)
    with pytest.raises(ValueError, match=f"^{field}: "):
        deeds.propose(kind, DEAD, operator, due_at)
    assert not Deed.objects.exists()


def test_what_tells_of_no_post_is_nobodys_to_judge(asha, operator):
    [row] = inbox.post([asha.pk], Draft(title="Read", message=""))
    inbox.mark_read(asha.pk, row.pk)
    change = Delivery.objects.get(notification=None)
    deed = deeds.do_now(DeedKind.DISCARD, [change.pk], operator)
    assert (deed.done, deed.passed_over) == (0, 1)
