"""The tallies agree with the rows they tell of, and a percentile with the times it was made of."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from delivery import drain, inbox, retry, tally
from delivery.drafts import Draft
from delivery.models import Delivery, DeliveryState, Inbox, Notification, Tally
from tests.support.inbox_client import recorded_layer


@pytest.fixture
def asha(db):
    return User.objects.create_user("asha")


def post(user, times=1):
    return [inbox.post([user.pk], Draft(title=f"Number {n}", message=""))[0] for n in range(times)]


def test_what_was_sent_and_how_soon_is_counted_as_often_as_there_are_rows(asha):
    post(asha, 3)
    with recorded_layer():
        drain.drain()
    totals = tally.totals()
    assert (
        totals["sent"] == totals["claimed"] == Delivery.objects.filter(state=DeliveryState.SENT).count() == 3
    )
    assert sum(totals.get(name, 0) for name in tally.BUCKET_NAMES) == 3
    assert 0 < totals[tally.SECONDS] < 60_000_000


def test_what_was_ever_posted_is_counted_with_the_post_and_survives_the_rows(asha):
    post(asha, 3)
    Notification.objects.all().delete()
    post(asha)
    assert Inbox.objects.get().posted == 4


def test_each_failure_and_each_death_is_counted_once(asha):
    [poison] = post(asha)
    Notification.objects.filter(pk=poison.pk).update(notification_type="BOGUS")
    with recorded_layer():
        for _ in range(retry.MAX_ATTEMPTS):
            drain.drain()
            Delivery.objects.filter(state=DeliveryState.WAITING).update(
                due_at=timezone.now() - timedelta(minutes=1)
            )
    totals = tally.totals()
    assert (totals["failed"], totals["retried"], totals["dead"]) == (
        retry.MAX_ATTEMPTS,
        retry.MAX_ATTEMPTS - 1,
        1,
    )
    assert "sent" not in totals
    assert Delivery.objects.get().fingerprint == "KeyError in delivery.frames.notification"


def test_an_outage_is_counted_as_parked_and_as_no_failure(asha):
    post(asha, 2)
    with recorded_layer() as layer:
        layer.failing = {f"inbox.{asha.pk}": ConnectionRefusedError()}
        drain.drain()
    assert tally.totals() == {"claimed": 2, "parked": 2}
    assert Delivery.objects.filter(parked_at__isnull=False).count() == 2


def test_a_lost_lease_is_counted_and_what_was_told_late_is_sent_once(asha):
    post(asha)
    with recorded_layer():
        batch = drain.claim()
        Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        assert drain.take_back_expired() == 1
        drain.deliver(batch)  # slow, not dead: it has sent it after all
        drain.drain()
    totals = tally.totals()
    assert (totals["lost"], totals["sent"]) == (1, 1)
    assert Delivery.objects.get().state == DeliveryState.SENT


def test_what_was_deleted_before_its_turn_came_is_superseded_and_not_counted_as_sent(asha):
    first, second = post(asha, 2)
    inbox.delete(asha.pk, first.pk)
    with recorded_layer():
        drain.drain()
    first.delivery.refresh_from_db()
    second.delivery.refresh_from_db()
    assert (first.delivery.state, second.delivery.state) == (DeliveryState.SUPERSEDED, DeliveryState.SENT)
    totals = tally.totals()
    assert (totals["sent"], totals["superseded"], totals["changes"]) == (1, 1, 1)


def test_what_no_wake_up_told_of_is_counted_by_the_sweep_and_only_then(asha):
    post(asha, 2)
    assert drain.note_overlooked() == 0, "it is new: its wake-up may still come"
    Delivery.objects.update(created_at=timezone.now() - timedelta(seconds=5))
    batch = drain.claim()
    post(asha)
    Delivery.objects.filter(state=DeliveryState.PENDING).update(
        created_at=timezone.now() - timedelta(seconds=5)
    )
    assert drain.note_overlooked() == 0, "a drain is at work and will come to it"
    with recorded_layer():
        drain.deliver(batch)
    assert drain.note_overlooked() == 1
    totals = tally.totals()
    assert (totals["wakeups_lost"], totals["recovered"]) == (1, 1)


def test_what_a_dead_worker_or_an_outage_left_is_no_lost_wake_up(asha):
    post(asha, 2)
    drain.claim()
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    drain.take_back_expired()
    [parked] = post(asha)
    with recorded_layer() as layer:
        layer.failing = {f"inbox.{asha.pk}": ConnectionRefusedError()}
        drain.deliver(drain.claim())
    assert parked.pk
    Delivery.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert Delivery.objects.filter(state=DeliveryState.PENDING).count() == 3
    assert drain.note_overlooked() == 0


def test_folding_keeps_every_total_and_takes_the_minutes_away(asha):
    for minute in range(100, 110):
        Tally.objects.create(minute=minute, source="a", name="sent", value=2)
        Tally.objects.create(minute=minute, source="b", name="dead", value=1)
    assert tally.fold(before=105) == 10
    assert tally.totals() == {"sent": 20, "dead": 10}
    assert sorted(tally.by_minute(1)) == [105, 106, 107, 108, 109]
    assert tally.fold(before=200) == 10
    assert tally.totals() == {"sent": 20, "dead": 10}
    assert Tally.objects.count() == 2


def test_processes_count_side_by_side_in_one_minute(asha):
    for source in ("a", "b", "a"):
        tally.add(source, {"sent": 1, "dead": 0})
    [numbers] = tally.by_minute(1).values()
    assert numbers == {"sent": 3}


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_percentile_lies_in_the_bucket_of_the_time_it_stands_for(seconds, share):
    numbers = tally.times(timedelta(seconds=s) for s in seconds)
    wanted = sorted(seconds)[max(0, -int(-share * len(seconds) // 1) - 1)]
    bounds = [0.0, *tally.BUCKETS, float("inf")]
    low = max(bound for bound in bounds if bound < wanted or bound == 0)
    high = min(bound for bound in bounds[1:] if bound >= round(wanted, 6))
    found = tally.percentile(numbers, share)
    assert low <= found <= high


def test_there_is_no_percentile_of_nothing():
    assert tally.percentile({}, 0.5) is None
