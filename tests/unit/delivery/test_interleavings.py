"""Random days of an inbox, with crashes, rollbacks, lost and repeated frames: state equals events."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery import drain, frames, inbox, reading
from delivery.drafts import Draft
from delivery.models import Delivery, DeliveryState, Inbox, Notification
from tests.support.inbox_client import (
    InboxClient,
    RecordingLayer,
    fetch_from_database,
    recorded_layer,
    truth,
)

pytestmark = pytest.mark.django_db

STEPS = st.one_of(
    st.tuples(st.just("post"), st.sampled_from([None, "a", "b"])),
    st.tuples(st.just("post_several"), st.integers(2, 5)),
    st.tuples(st.just("post_several"), st.integers(2, 5)),
    st.tuples(st.just("post_and_roll_back"), st.none()),
    st.tuples(st.just("read"), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("read_all"), st.none()),
    st.tuples(st.just("delete_read"), st.none()),
    st.tuples(st.just("drain"), st.none()),
    st.tuples(st.just("crash_before_send"), st.none()),
    st.tuples(st.just("crash_after_send"), st.none()),
    st.tuples(st.just("lose_frames"), st.none()),
    st.tuples(st.just("repeat_frames"), st.integers(1, 3)),
    st.tuples(st.just("reverse_frames"), st.none()),
    st.tuples(st.just("receive"), st.none()),
    st.tuples(st.just("reconnect"), st.none()),
    st.tuples(st.just("trim_history"), st.none()),
)


class Day:
    """One inbox, its drain, the wire with its faults, and a browser at the end of it."""

    def __init__(self, user: User, layer: RecordingLayer) -> None:
        self.user = user
        self.layer = layer
        self.wire: list[str] = []
        self.client = InboxClient(fetch_from_database(user.pk, limit=3))
        self.client.opened()

    def do(self, step: str, argument) -> None:
        getattr(self, step)(argument)
        self.wire += self.layer.frames_of(self.user.pk)
        self.layer.sent.clear()

    def post(self, key) -> None:
        inbox.post([self.user.pk], Draft(title="Title", message="", dedupe_key=key))

    def post_several(self, times) -> None:
        for _ in range(times):
            self.post(None)

    def post_and_roll_back(self, _) -> None:
        with transaction.atomic():
            self.post(None)
            transaction.set_rollback(True)

    def read(self, number) -> None:
        self._on(number, inbox.mark_read)

    def delete(self, number) -> None:
        self._on(number, inbox.delete)

    def read_all(self, _) -> None:
        inbox.mark_all_read(self.user.pk)

    def delete_read(self, _) -> None:
        inbox.delete_read(self.user.pk)

    def drain(self, _) -> None:
        drain.take_back_expired()
        drain.drain()

    def crash_before_send(self, _) -> None:
        drain.claim()
        self._end_leases()

    def crash_after_send(self, _) -> None:
        batch = drain.claim()
        if batch is not None:
            drain.deliver(batch)
            rows = [row for row in batch.rows if row.notification_id is not None]
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
                state=DeliveryState.CLAIMED, claim=batch.token, settled_at=None
            )
        self._end_leases()

    def lose_frames(self, _) -> None:
        self.wire.clear()

    def repeat_frames(self, times) -> None:
        self.wire *= times

    def reverse_frames(self, _) -> None:
        self.wire.reverse()

    def receive(self, _) -> None:
        self.client.follow(self.wire)
        self.wire.clear()

    def reconnect(self, _) -> None:
        self.wire.clear()
        self.client.opened()

    def trim_history(self, _) -> None:
        now = reading.snapshot(self.user.pk).revision
        Inbox.objects.filter(user=self.user).update(history_from=now)
        Notification.objects.filter(user=self.user, is_deleted=True, revision__lte=now).delete()

    def settle(self, _) -> None:
        self._end_leases()
        self.do("drain", None)
        self.receive(None)

    def ask_count(self) -> None:
        """What a browser does once a minute, and after which it must know the truth whatever was lost."""
        now = reading.snapshot(self.user.pk)
        self.client.apply(json.loads(frames.unread_count(now.unread_count, now.revision)))

    def _on(self, number, deed) -> None:
        rows = Notification.objects.filter(user=self.user, is_deleted=False)
        ids = list(rows.order_by("is_read", "pk").values_list("pk", flat=True))
        if ids:
            deed(self.user.pk, ids[(number or 0) % len(ids)])

    def _end_leases(self) -> None:
        Delivery.objects.filter(state=DeliveryState.CLAIMED).update(
            due_at=timezone.now() - timedelta(hours=1)
        )


examples = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@examples
@given(steps=st.lists(STEPS, min_size=8, max_size=30))
def test_after_every_step_of_any_day_who_followed_the_frames_knows_what_a_fresh_fetch_knows(db, steps):
    with transaction.atomic(), recorded_layer() as layer:
        day = Day(User.objects.create(username="asha"), layer)
        for step, argument in steps:
            day.do(step, argument)
            day.ask_count()
            assert day.client.state() == truth(day.user.pk), step
            assert len(day.client.shown) == len(set(day.client.shown)), step
            revisions = [revision for revision, _ in day.client.counts_seen]
            assert revisions == sorted(revisions), step
        posted = set(Notification.objects.filter(user=day.user).values_list("pk", flat=True))
        assert set(day.client.shown) <= posted | set(day.client.items), "something was shown that never was"
        transaction.set_rollback(True)


@examples
@given(
    steps=st.lists(STEPS, min_size=8, max_size=30),
    last=st.sampled_from(["post", "read", "delete", "read_all", "delete_read"]),
)
def test_whatever_happened_the_drain_alone_brings_every_browser_to_the_truth(db, steps, last):
    """Without asking: as long as frames are not lost, what the drain sends is enough."""
    with transaction.atomic(), recorded_layer() as layer:
        day = Day(User.objects.create(username="asha"), layer)
        for step, argument in [("post_several", 3), *steps, ("settle", None), (last, None), ("settle", None)]:
            if step not in ("lose_frames", "trim_history"):
                day.do(step, argument)
        assert day.client.state() == truth(day.user.pk)
        assert not Delivery.objects.exclude(state__in=[DeliveryState.SENT, DeliveryState.DEAD]).exists()
        transaction.set_rollback(True)
