"""The product's own calls, as the poster makes them."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from bench.filling import CONTENT, copies, empty, insert_from, know_sizes
from delivery import channel, frames
from delivery.models import Delivery, DeliveryState, Inbox, Notification
from gstbillingapp.utils import create_notification, create_notifications


def post(user: Any) -> int:
    """Post to one person; the notification's id."""
    return create_notification(user, **CONTENT).pk


def post_to_many(users: Sequence[Any]) -> list[int]:
    """Post to all of them in one call; the ids, in the order of the people."""
    return [row.pk for row in create_notifications(users, **CONTENT)]


def publish(users: Sequence[int], first: int, messages: int) -> None:
    """As the drain does after one post: one message with both frames, to each person in turn."""
    now = timezone.now()
    for number in range(first, first + messages):
        row = Notification(pk=number, created_at=now, **CONTENT)
        both = [frames.notification(row, number), frames.unread_count(number, number)]
        if failed := channel.send(dict.fromkeys(users, both)):
            raise next(iter(failed.values()))


def fill(user: int, rows: int, unread: int) -> None:
    """Have the inbox hold `rows` notifications, the newest `unread` of them unread, each one sent."""
    empty(Delivery, user)
    empty(Notification, user)
    now = timezone.now()
    pattern = Notification(user_id=user, revision=0, created_at=now, **CONTENT)
    copies(pattern, rows - unread, revision="n", is_read="TRUE", read_at="CURRENT_TIMESTAMP")
    copies(pattern, unread, revision=f"n + {rows - unread}")
    sent = Delivery(
        user_id=user, revision=0, state=DeliveryState.SENT, attempts=1, created_at=now, settled_at=now
    )
    know_sizes()  # or PostgreSQL checks each row against all notifications, as when there was none
    theirs = f"(SELECT id, revision FROM {Notification._meta.db_table} WHERE user_id = {int(user)})"  # noqa: S608
    insert_from(sent, theirs, notification_id="id", revision="revision")
    numbers = {"revision": rows, "unread_count": unread, "posted": rows}
    Inbox.objects.update_or_create(user_id=user, defaults=numbers)
    know_sizes()
