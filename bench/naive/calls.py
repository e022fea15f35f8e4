"""The naive pipeline's calls, as the poster makes them."""

import asyncio
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone

from bench.filling import CONTENT, copies, empty, know_sizes
from bench.naive.models import Notification
from bench.naive.tasks import body, send


def post(user: Any) -> int:
    """Post to one person; the notification's id."""
    with transaction.atomic():
        row = Notification.objects.create(user=user, **CONTENT)
        transaction.on_commit(partial(send.delay, row.pk))
    return row.pk


def post_to_many(users: Sequence[Any]) -> list[int]:
    """Post to all of them in one transaction; the ids, in the order of the people."""
    with transaction.atomic():
        return [post(user) for user in users]


def publish(users: Sequence[int], first: int, messages: int) -> None:
    """As the task does after one post: two messages to each person in turn, but on one loop."""
    loop().run_until_complete(_publish(users, first, messages))


async def _publish(users: Sequence[int], first: int, messages: int) -> None:
    layer = get_channel_layer()
    for number in range(first, first + messages):
        row = Notification(pk=number, created_at=timezone.now(), **CONTENT)
        for user in users:
            await layer.group_send(f"user_{user}", {"type": "notification", "notification": body(row)})
            await layer.group_send(f"user_{user}", {"type": "unread.count", "count": number})


@cache
def loop() -> asyncio.AbstractEventLoop:
    """One loop for all calls."""
    return asyncio.new_event_loop()


def fill(user: int, rows: int, unread: int) -> None:
    """Have the person have `rows` notifications, the newest `unread` of them unread."""
    empty(Notification, user)
    pattern = Notification(user_id=user, created_at=timezone.now(), **CONTENT)
    copies(pattern, rows - unread, is_read="TRUE")
    copies(pattern, unread)
    know_sizes()
