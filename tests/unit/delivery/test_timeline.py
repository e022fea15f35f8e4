"""The timeline of a delivery tells everything that happened to it, in its order, and who did it."""

import os
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from delivery import deeds, drain, inbox, retry, timeline
from delivery.drafts import Draft
from delivery.models import Delivery, DeliveryState, Notification
from tests.support.inbox_client import recorded_layer

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted():
    [row] = inbox.post([User.objects.create_user("asha").pk], Draft(title="Invoice 7", message=""))
    return row.delivery


def kinds(row):
    return [event.kind for event in timeline.of(Delivery.objects.get(pk=row.pk))]


def let_waits_end():
    Delivery.objects.filter(state=DeliveryState.WAITING).update(due_at=timezone.now() - timedelta(minutes=1))


def test_what_went_well_is_posted_claimed_sent_and_read(posted):
    with recorded_layer():
        drain.drain()
    inbox.mark_read(posted.user_id, posted.notification_id)
    events = timeline.of(Delivery.objects.get(pk=posted.pk))
    assert [event.kind for event in events] == ["posted", "claimed", "sent", "read"]
    assert events[1].worker == drain.worker_name(os.getpid())
    assert events[2].seconds > 0


def test_every_attempt_and_the_deed_that_brought_it_back_are_in_it(posted):
    operator = User.objects.create_user("operator")
    good = posted.notification.notification_type
    Notification.objects.update(notification_type="BOGUS")
    with recorded_layer():
        for _ in range(retry.MAX_ATTEMPTS):
            drain.drain("task-7")
            let_waits_end()
        assert kinds(posted) == ["posted", *["failed"] * retry.MAX_ATTEMPTS, "dead"]
        Notification.objects.update(notification_type=good)
        deeds.do_now("retry", [posted.pk], operator)
        drain.drain()
    events = timeline.of(Delivery.objects.get(pk=posted.pk))
    assert [event.kind for event in events][-3:] == ["deed", "claimed", "sent"]
    failed, deed = events[1], events[-3]
    assert (failed.title, failed.detail, failed.task_id) == (
        "Attempt 1 failed",
        "KeyError: 'BOGUS'",
        "task-7",
    )
    assert failed.seconds >= 0
    assert (deed.title, deed.detail) == ("Retry by operator", "It was dead")


def test_an_outage_and_a_lost_worker_are_told_as_what_they_were(posted):
    with recorded_layer() as layer:
        layer.failing = {f"inbox.{posted.user_id}": ConnectionRefusedError()}
        drain.drain()
        layer.failing = {}
        drain.claim()
        Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        drain.take_back_expired()
        drain.drain()
    assert kinds(posted) == ["posted", "parked", "lost", "claimed", "sent"]


def test_a_reminder_whose_cause_is_gone_before_it_was_sent_is_superseded(posted):
    Notification.objects.update(dedupe_key="inv:7:due:3")
    inbox.mark_keys_read([posted.user_id], ["inv:7:due:3"])
    with recorded_layer() as layer:
        drain.drain()
    assert kinds(posted) == ["posted", "read", "claimed", "superseded"]
    assert not any('"notification"' in text for text in layer.frames_of(posted.user_id))


def test_what_was_deleted_first_is_superseded(posted):
    inbox.delete(posted.user_id, posted.notification_id)
    with recorded_layer():
        drain.drain()
    assert kinds(posted) == ["posted", "claimed", "superseded"]
