"""Which failures are retried, which are nobody's fault, and how long to wait: pure."""

import enum
import random
import smtplib
import traceback
from collections.abc import Callable, Sequence
from datetime import timedelta

from redis import exceptions as redis

# Waits after the 1st, 2nd … failed attempt, in seconds: 1 + 5 + 25 + 120 s, about two and a half minutes in
# all. By then a browser has long fetched the notification over HTTP: what is retried is only the telling.
WAITS = (1, 5, 25, 120)
MAX_ATTEMPTS = len(WAITS) + 1
# The same of letters: 1, 5 and 15 min, 1 and 4 h, some five and a half hours in all. A mail server that
# does not know ours has it come again, mostly after 1 to 15 minutes (greylisting); a full mailbox needs more.
LETTER_WAITS = (60, 300, 900, 3_600, 14_400)
# A fifth either way, so that rows that failed together do not come back together.
JITTER = 0.2


class Failure(enum.Enum):
    """What kind of failure it was, which decides what becomes of the row."""

    OUTAGE = "outage"  # the channel layer is away: park the row, burn no attempt
    RETRY = "retry"  # this row failed: try it again, later each time
    REFUSED = "refused"  # refused for good: it would be again, however often


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


# What a mail server answers to a letter that is larger than it takes.
TOO_LARGE = 552


def classify_letter(error: BaseException) -> Failure:
    """The class of a failure to send a letter to a mail server that was reached.

    By what it answered (RFC 5321, 4.2.1): 4xx may pass, 5xx will not. The sender is the same for every
    letter, so a server that refuses it speaks of our account with it, as where its day's quota is used up.
    Without an answer it is held against the letter: one at which servers hang up must not stand before all
    others.
    """
    code = smtp_code(error)
    if isinstance(error, smtplib.SMTPSenderRefused) and code != TOO_LARGE:
        return Failure.OUTAGE
    if code >= 500 or isinstance(error, (ValueError, smtplib.SMTPNotSupportedError)):
        return Failure.REFUSED
    return Failure.RETRY


def smtp_code(error: BaseException) -> int:
    """What a mail server answered, as its number; 0 where it did not answer."""
    return smtp_answer(error)[0]


def smtp_answer(error: BaseException) -> tuple[int, str]:
    """What a mail server answered to one recipient's letter, as number and text; 0 where it did not."""
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, text = error.smtp_code, error.smtp_error
    else:
        return 0, ""
    return code, text.decode(errors="replace") if isinstance(text, bytes) else text


def wait(
    attempts: int, rand: Callable[[], float] = random.random, waits: Sequence[int] | None = None
) -> timedelta | None:
    """How long to wait after the given number of failed attempts; None when there is no further one.

    `waits` are `WAITS` where none are given.
    """
    waits = WAITS if waits is None else waits
    if attempts > len(waits):
        return None
    seconds = waits[max(attempts, 1) - 1]
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
