"""Which failures are retried, which are nobody's fault, and how long to wait: pure."""

import enum
import random
from collections.abc import Callable
from datetime import timedelta

from redis import exceptions as redis

# Waits after the 1st, 2nd … failed attempt, in seconds: 1 + 5 + 25 + 120 s, about two and a half minutes in
# all. By then a browser has long fetched the notification over HTTP: what is retried is only the telling.
WAITS = (1, 5, 25, 120)
MAX_ATTEMPTS = len(WAITS) + 1
# A fifth either way, so that rows that failed together do not come back together.
JITTER = 0.2


class Failure(enum.Enum):
    """What kind of failure it was, which decides what becomes of the row."""

    OUTAGE = "outage"  # the channel layer is away: park the row, burn no attempt
    RETRY = "retry"  # this row failed: try it again, later each time


def classify(error: BaseException) -> Failure:
    """The class of a failure to build or send.

    A Redis that refuses, stalls, loads its file or is read-only after a failover is away; anything else is
    held against the row.
    """
    away = (redis.ConnectionError, redis.TimeoutError, redis.ReadOnlyError, redis.TryAgainError)
    if isinstance(error, (*away, OSError, TimeoutError)):
        return Failure.OUTAGE
    return Failure.RETRY


def wait(attempts: int, rand: Callable[[], float] = random.random) -> timedelta | None:
    """How long to wait after the given number of failed attempts; None when there is no further one."""
    if attempts >= MAX_ATTEMPTS:
        return None
    seconds = WAITS[max(attempts, 1) - 1]
    return timedelta(seconds=seconds * (1 + JITTER * (2 * rand() - 1)))
