"""The drain: claims, leases, poison, outages, and what becomes of a row whose worker died."""

import json
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Timer

import pytest
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisConnectionError

from delivery import channel, drain, frames, inbox, retry
from delivery.drafts import Draft
from delivery.models import Attempt, Delivery, DeliveryState, Notification, Outcome
from tests.support.away import cut_off, locked
from tests.support.databases import on_postgres
from tests.support.inbox_client import recorded_layer, state_equals_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


@pytest.fixture
def ravi():
    return User.objects.create_user("ravi")


def post(user, times=1):
    return [inbox.post([user.pk], Draft(title=f"Number {n}", message=""))[0] for n in range(times)]


def kinds(texts):
    return [json.loads(text)["type"] for text in texts]


def let_leases_end():
    Delivery.objects.filter(state=DeliveryState.CLAIMED).update(due_at=timezone.now() - timedelta(minutes=1))


def let_waits_end():
    Delivery.objects.filter(state=DeliveryState.WAITING).update(due_at=timezone.now() - timedelta(minutes=1))


def test_a_users_frames_travel_in_one_message_with_the_count_last(asha, ravi):
    post(asha, 3)
    post(ravi)
    with recorded_layer() as layer:
        assert drain.drain()
    assert [group for group, _ in layer.sent] == [frames.group_of(asha.pk), frames.group_of(ravi.pk)]
    assert kinds(layer.frames_of(asha.pk)) == ["notification"] * 3 + ["unread_count"]
    assert json.loads(layer.frames_of(asha.pk)[-1]) == {"type": "unread_count", "count": 3, "revision": 3}


def test_what_was_read_elsewhere_is_told_once_for_all_its_changes(asha):
    rows = post(asha, 3)
    with recorded_layer():
        drain.drain()
    for row in rows:
        inbox.mark_read(asha.pk, row.pk)
    with recorded_layer() as layer:
        drain.drain()
    assert kinds(layer.frames_of(asha.pk)) == ["inbox_changed", "unread_count"]
    assert not Delivery.objects.filter(notification=None).exists()


def test_a_delivered_row_is_sent_once_and_never_again(asha):
    post(asha)
    with recorded_layer() as layer:
        drain.drain()
        drain.drain()
    assert len(layer.sent) == 1
    [row] = Delivery.objects.all()
    assert (row.state, row.attempts, row.claim) == (DeliveryState.SENT, 1, "")
    assert row.settled_at is not None


def test_two_drains_never_hold_the_same_row(asha):
    post(asha, 3)
    mine, theirs = drain.claim(), drain.claim()
    assert len(mine.rows) == 3
    assert theirs is None


def test_more_than_a_batch_is_drained_in_several(asha):
    post(asha, drain.BATCH + 5)
    with recorded_layer() as layer:
        assert drain.drain()
    assert len(layer.sent) == 2
    assert not Delivery.objects.exclude(state=DeliveryState.SENT).exists()


def test_an_outage_parks_the_rows_and_burns_no_attempt(asha, ravi):
    post(asha, 2)
    post(ravi)
    with recorded_layer() as layer:
        layer.failing = {frames.group_of(user.pk): RedisConnectionError("refused") for user in (asha, ravi)}
        assert drain.drain(), "an outage ends the drain instead of turning in a circle"
        assert set(Delivery.objects.values_list("state", "attempts", "claim")) == {
            (DeliveryState.PENDING, 0, "")
        }
        layer.failing = {}
        assert drain.drain()
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.SENT, 1)}
    assert not Attempt.objects.exists()


def test_a_row_that_cannot_be_built_waits_longer_each_time_then_is_dead_and_takes_no_neighbour_with_it(asha):
    before, poison, after = post(asha, 3)
    Notification.objects.filter(pk=poison.pk).update(notification_type="BOGUS")
    with recorded_layer() as layer:
        for _ in range(retry.MAX_ATTEMPTS):
            drain.drain()
            let_waits_end()
    row = Delivery.objects.get(notification=poison)
    assert (row.state, row.attempts) == (DeliveryState.DEAD, retry.MAX_ATTEMPTS)
    assert row.last_error == "KeyError: 'BOGUS'"
    assert list(row.failed_attempts.values_list("number", "outcome", "error_class")) == [
        (number, Outcome.FAILED, "KeyError") for number in range(1, retry.MAX_ATTEMPTS + 1)
    ]
    sent = [json.loads(text) for text in layer.frames_of(asha.pk)]
    assert [frame["notification"]["id"] for frame in sent if frame["type"] == "notification"] == [
        before.pk,
        after.pk,
    ]


def test_a_row_that_cannot_be_sent_waits_for_its_next_attempt_and_its_neighbours_go_out(asha, ravi):
    post(asha)
    post(ravi)
    with recorded_layer() as layer:
        layer.failing = {frames.group_of(ravi.pk): ValueError("cannot be packed")}
        assert drain.drain()
    states = dict(Delivery.objects.values_list("user_id", "state"))
    assert states == {asha.pk: DeliveryState.SENT, ravi.pk: DeliveryState.WAITING}
    assert Delivery.objects.get(user=ravi).due_at > timezone.now()


@contextmanager
def refusing(title, error):
    """A layer that takes no message with that title in it."""
    with recorded_layer() as layer:
        take = layer.group_send

        async def group_send(group, message):
            if any(title in text for text in message["frames"]):
                raise error
            await take(group, message)

        layer.group_send = group_send
        yield layer


def titles(texts):
    told = [json.loads(text) for text in texts]
    return [frame["notification"]["title"] for frame in told if frame["type"] == "notification"]


def test_rows_of_one_person_that_were_refused_together_are_sent_one_by_one_in_the_same_drain(asha, ravi):
    post(asha, 4)
    post(ravi)
    with refusing("Number 2", ValueError("cannot be packed")) as layer:
        assert drain.drain()
        assert titles(layer.frames_of(asha.pk)) == ["Number 0", "Number 1", "Number 3"]
        assert titles(layer.frames_of(ravi.pk)) == ["Number 0"]
    states = dict(Delivery.objects.filter(user=asha).values_list("notification__title", "state"))
    assert states.pop("Number 2") == DeliveryState.WAITING
    assert set(states.values()) == {DeliveryState.SENT}


def test_a_row_that_cannot_be_sent_is_dead_after_its_attempts_with_its_error_and_burns_nobody_elses(asha):
    post(asha, 3)
    with refusing("Number 0", ValueError("cannot be packed")):
        for _ in range(retry.MAX_ATTEMPTS + 1):
            drain.drain()
            let_waits_end()
    poison, *others = Delivery.objects.order_by("pk")
    assert (poison.state, poison.attempts) == (DeliveryState.DEAD, retry.MAX_ATTEMPTS)
    assert poison.last_error == "ValueError: cannot be packed"
    assert poison.failed_attempts.count() == retry.MAX_ATTEMPTS
    assert {(row.state, row.attempts) for row in others} == {(DeliveryState.SENT, 1)}
    assert Attempt.objects.exclude(delivery=poison).count() == 0


def test_what_was_posted_after_a_row_that_cannot_be_sent_goes_out_beside_its_next_attempt(asha):
    post(asha)
    with refusing("Number 0", ValueError("cannot be packed")) as layer:
        drain.drain()
        let_waits_end()
        inbox.post([asha.pk], Draft(title="Newer", message=""))
        drain.drain()
        assert titles(layer.frames_of(asha.pk)) == ["Newer"]


def test_that_something_was_read_is_told_whatever_was_refused_with_it(asha):
    [row] = post(asha)
    with recorded_layer():
        drain.drain()
    inbox.mark_read(asha.pk, row.pk)
    inbox.post([asha.pk], Draft(title="Poison", message=""))
    with refusing("Poison", ValueError("cannot be packed")) as layer:
        drain.drain()
        assert "inbox_changed" in kinds(layer.frames_of(asha.pk))
    assert Delivery.objects.exclude(state=DeliveryState.SENT).count() == 1


def test_rows_that_were_refused_together_because_redis_is_away_are_parked_and_not_taken_apart(asha):
    post(asha, 3)
    with refusing("Number", RedisConnectionError("refused")):
        drain.drain()
    assert set(Delivery.objects.values_list("state", "attempts", "alone")) == {
        (DeliveryState.PENDING, 0, False)
    }


@pytest.mark.parametrize("error", [ValueError("a\0b"), KeyError("half \ud800"), RuntimeError("half \ud800")])
def test_an_error_that_no_database_takes_as_it_is_does_not_undo_the_settling(asha, ravi, error):
    post(asha)
    post(ravi)
    with refusing("Number", error) as layer:
        layer.failing = {}
        drain.drain()
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.WAITING}
    assert Delivery.objects.first().last_error.startswith(type(error).__name__)


def test_a_row_whose_time_no_calendar_holds_is_held_against_it_alone(asha):
    rows = post(asha, 2)
    late = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)  # in India that is the year 10000
    Notification.objects.filter(pk=rows[0].pk).update(created_at=late)
    with recorded_layer() as layer:
        assert drain.drain()
    assert titles(layer.frames_of(asha.pk)) == ["Number 1"]
    assert "OverflowError" in Delivery.objects.get(notification=rows[0]).last_error


def test_a_killed_workers_rows_are_taken_back_when_the_lease_ends_and_tried_one_by_one(asha):
    post(asha, 3)
    assert len(drain.claim().rows) == 3  # and here the worker dies
    assert drain.take_back_expired() == 0, "the lease still holds"
    let_leases_end()
    assert drain.take_back_expired() == 3
    assert set(Delivery.objects.values_list("state", "attempts", "alone")) == {
        (DeliveryState.PENDING, 1, True)
    }
    assert drain.claim() is None
    assert len(drain.claim(alone=True).rows) == 1
    let_leases_end()
    drain.take_back_expired()
    with recorded_layer() as layer:
        assert drain.drain()
    assert len(layer.sent) == 3


def test_a_row_that_kills_every_worker_is_dead_after_its_attempts_and_its_neighbours_are_sent(asha):
    rows = post(asha, 4)
    killer = rows[2].pk
    with recorded_layer():
        for _ in range(retry.MAX_ATTEMPTS + 2):
            while (batch := drain.claim() or drain.claim(alone=True)) is not None:
                if killer in [row.notification_id for row in batch.rows]:
                    break  # the worker dies here, with the whole batch in its hands
                drain.deliver(batch)
            let_leases_end()
            drain.take_back_expired()
    states = dict(Delivery.objects.values_list("notification_id", "state"))
    assert states.pop(killer) == DeliveryState.DEAD
    assert set(states.values()) == {DeliveryState.SENT}
    dead = Delivery.objects.get(notification=killer)
    assert "lease" in dead.last_error
    assert dead.failed_attempts.filter(outcome=Outcome.LOST).count() == retry.MAX_ATTEMPTS


def test_a_row_that_kills_its_workers_comes_after_its_neighbours_and_not_before_them(asha):
    killer, *neighbours = post(asha, 4)
    drain.claim()  # and here the worker dies for the first time
    let_leases_end()
    drain.take_back_expired()
    assert drain.claim(alone=True).rows[0].notification_id == killer.pk  # and here for the second
    let_leases_end()
    drain.take_back_expired()
    order = []
    while (batch := drain.claim(alone=True)) is not None:
        order += [row.notification_id for row in batch.rows]
    assert order == [*(row.pk for row in neighbours), killer.pk]


def test_what_was_sent_is_sent_even_where_its_lease_ended_before_that_could_be_written(asha):
    post(asha)
    for _ in range(retry.MAX_ATTEMPTS):
        batch = drain.claim() or drain.claim(alone=True)
        let_leases_end()
        drain.take_back_expired()
    assert Delivery.objects.get().state == DeliveryState.DEAD
    with recorded_layer():
        assert drain.deliver(batch), "the last of them was not dead, only slow"
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_a_slow_worker_that_lost_its_lease_settles_nothing_that_somebody_else_holds(asha):
    post(asha)
    slow = drain.claim()
    let_leases_end()
    drain.take_back_expired()
    fast = drain.claim(alone=True)
    assert drain.settle(slow)
    assert Delivery.objects.get().state == DeliveryState.CLAIMED, "the row belongs to whoever holds the token"
    assert drain.settle(fast)
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_after_a_long_wait_for_the_database_nothing_is_sent_that_others_hold_by_now(asha, ravi):
    post(asha)
    post(ravi)
    slow = drain.claim()
    slow.claimed_at -= drain.LEASE.total_seconds()
    Delivery.objects.filter(user=asha).update(due_at=timezone.now() - timedelta(hours=1))
    assert drain.take_back_expired() == 1
    with recorded_layer() as layer:
        assert drain.deliver(slow)
        assert layer.frames_of(asha.pk) == []
        assert kinds(layer.frames_of(ravi.pk)).count("notification") == 1
    assert Delivery.objects.get(user=asha).state == DeliveryState.PENDING


def test_sent_twice_on_the_wire_is_shown_once_on_the_screen(asha):
    with state_equals_events(asha.pk) as client, recorded_layer() as layer:
        post(asha)
        drain.deliver(batch := drain.claim())  # sent, and killed before the settle was committed
        Delivery.objects.filter(pk__in=[row.pk for row in batch.rows]).update(
            state=DeliveryState.CLAIMED, claim=batch.token, due_at=timezone.now()
        )
        let_leases_end()
        drain.take_back_expired()
        drain.drain()
        assert kinds(layer.frames_of(asha.pk)).count("notification") == 2
        client.follow(layer.frames_of(asha.pk))
    assert len(client.shown) == 1


def test_the_count_is_read_after_the_claim_so_that_nothing_newer_is_hidden_by_it(asha):
    post(asha)
    batch = drain.claim()
    post(asha)  # committed between the claim and the count
    with recorded_layer() as layer:
        drain.deliver(batch)
    assert json.loads(layer.frames_of(asha.pk)[-1]) == {"type": "unread_count", "count": 2, "revision": 2}
    assert Delivery.objects.filter(state=DeliveryState.PENDING).count() == 1


def test_somebody_deleted_between_claim_and_count_takes_no_neighbour_with_them(asha, ravi):
    post(asha)
    [kept] = post(ravi)
    batch = drain.claim()
    asha.delete()
    with recorded_layer() as layer:
        assert drain.deliver(batch)
    assert [group for group, _ in layer.sent] == [frames.group_of(ravi.pk)]
    assert Delivery.objects.get().notification == kept
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_a_clock_that_is_an_hour_off_delays_nothing(asha, monkeypatch):
    past = timezone.now() - timedelta(hours=1)
    post(asha)
    monkeypatch.setattr(timezone, "now", lambda: past)
    with recorded_layer() as layer:
        drain.drain()
    assert len(layer.sent) == 1


def test_a_batch_costs_the_same_number_of_queries_for_one_user_and_for_fifty(django_assert_num_queries):
    users = User.objects.bulk_create(User(username=f"u{n}") for n in range(50))
    inbox.post([user.pk for user in users], Draft(title="To all", message=""))
    with recorded_layer(), django_assert_num_queries(7):
        # take, read what is told, count; settle and tally in a savepoint
        drain.deliver(drain.claim())


@pytest.fixture
def lose_database():
    """Cuts this thread's connection, or has somebody else lock SQLite for longer than it waits here."""
    locks = ExitStack()
    timers = []

    def lock():
        locks.enter_context(locked())
        timers.append(Timer(0.2, locks.close))
        timers[-1].start()

    yield cut_off if on_postgres() else lock
    for timer in timers:
        timer.join()


@pytest.mark.django_db(transaction=True)
def test_a_database_lost_between_sending_and_settling_is_asked_again_and_nothing_is_sent_twice(
    asha, lose_database, monkeypatch
):
    post(asha, 3)
    send = channel.send

    def send_and_lose(*messages):
        monkeypatch.undo()
        failed = send(*messages)
        lose_database()
        return failed

    with recorded_layer() as layer:
        monkeypatch.setattr(channel, "send", send_and_lose)
        assert drain.drain()
    assert len(layer.sent) == 1
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_database_lost_right_after_claiming_costs_the_rows_no_attempt(asha, lose_database, monkeypatch):
    post(asha, 3)
    mark = drain._mark

    def mark_and_lose(*asked):
        monkeypatch.undo()
        marked = mark(*asked)
        lose_database()
        return marked

    monkeypatch.setattr(drain, "_mark", mark_and_lose)
    with recorded_layer():
        assert drain.drain()
    assert set(Delivery.objects.values_list("state", "attempts")) == {(DeliveryState.SENT, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_away_is_given_up_after_a_while(asha, lose_database, monkeypatch):
    monkeypatch.setattr(drain, "INSISTENCE", 0.0)
    post(asha)
    batch = drain.claim()
    lose_database()
    with recorded_layer(), pytest.raises((OperationalError, InterfaceError)):
        drain.deliver(batch)
    connection.close()
