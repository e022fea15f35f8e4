"""Which failures are retried, which are nobody's fault, and how long to wait: pure."""

import enum
import random
import traceback
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


# Plain `ERR` is what Redis says of a single command, and may mean this row's: too long for a proxy, say.
# These words it says of itself, whatever is sent to it.
MISCONFIGURED = ("unknown command", "operation not permitted")


def classify(error: BaseException) -> Failure:
    """The class of a failure to build or send.

    Nobody's fault: a Redis that refuses, stalls, loads its file, has no memory or disk left, wants another
    password, or has lost its cluster. Held against the row: what could not be built or packed, and what Redis
    answers to this one command. In doubt it is the row: parked for ever, it would stand before all others.
    """
    if isinstance(error, redis.DataError):
        return Failure.RETRY  # of a type that cannot be sent: nothing has reached Redis
    if type(error) is redis.ResponseError:  # the others of its kind each tell of one state of Redis
        return Failure.OUTAGE if _tells_of_itself(error) else Failure.RETRY
    if isinstance(error, (redis.RedisError, redis.RedisClusterException, OSError)):
        return Failure.OUTAGE
    return Failure.RETRY


def _tells_of_itself(answer: redis.ResponseError) -> bool:
    """Whether Redis speaks of its own state: by any code but ERR, as MISCONF or NOREPLICAS, or in words.

    redis-py takes the codes it knows off the text, and leaves the others before it.
    """
    first = str(answer).partition(" ")[0]
    code = answer.status_code or (first if first.isupper() else "ERR")
    return code != "ERR" or str(answer).lower().startswith(MISCONFIGURED)


def wait(attempts: int, rand: Callable[[], float] = random.random) -> timedelta | None:
    """How long to wait after the given number of failed attempts; None when there is no further one."""
    if attempts >= MAX_ATTEMPTS:
        return None
    seconds = WAITS[max(attempts, 1) - 1]
    return timedelta(seconds=seconds * (1 + JITTER * (2 * rand() - 1)))


# Where a failure is ours to look into: what libraries do between here and there says little.
OURS = ("delivery", "gstbillingapp", "worker")


def fingerprint(error: BaseException) -> str:
    """Class and place of a failure: what failed alike has it alike, whatever its message says.

    The place is the innermost function of ours that it came through, without the line, which the next
    release moves.
    """
    places = [
        f"{module}.{frame.f_code.co_name}"
        for frame, _ in traceback.walk_tb(error.__traceback__)
        if (module := str(frame.f_globals.get("__name__", ""))).partition(".")[0] in OURS
    ]
    return " in ".join([type(error).__qualname__, *places[-1:]])
