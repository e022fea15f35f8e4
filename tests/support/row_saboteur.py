"""The product's worker with a saboteur in it, who goes by the title of a notification.

`celery -A tests.support.row_saboteur worker`. Its waits between attempts are short, and with HURRY in the
environment its leases too.
"""

import os
import signal
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from celery.signals import worker_process_init

from worker import app

__all__ = ["KILLS", "UNBUILDABLE", "UNHEARD", "UNSENDABLE", "app"]

KILLS = "Kills whoever builds its frame"
UNBUILDABLE = "Cannot be built"
UNSENDABLE = "Cannot be sent"
UNHEARD = "Vanishes on its way"

HURRIED_LEASE = timedelta(seconds=1)
HURRIED_WAITS = (0.1, 0.1, 0.1, 0.1)


@worker_process_init.connect
def lie_in_wait(**_: object) -> None:
    """Stand behind the building and the sending of frames; Django is set up by now."""
    from delivery import channel, drain, frames, retry

    build, send = frames.notification, channel.send

    def notification(row: Any, revision: int) -> str:
        if row.title == KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        if row.title == UNBUILDABLE:
            raise ValueError(UNBUILDABLE)
        return build(row, revision)

    def sent(messages: Mapping[int, list[str]], *more: Any) -> dict[int, BaseException]:
        unsendable = [user for user, encoded in messages.items() if UNSENDABLE in "".join(encoded)]
        unheard = [user for user, encoded in messages.items() if UNHEARD in "".join(encoded)]
        rest = {user: encoded for user, encoded in messages.items() if user not in [*unsendable, *unheard]}
        return {**send(rest, *more), **{user: ValueError(UNSENDABLE) for user in unsendable}}

    frames.notification = notification
    channel.send = sent
    retry.WAITS = HURRIED_WAITS  # type: ignore[assignment]
    if "HURRY" in os.environ:
        drain.LEASE = HURRIED_LEASE
