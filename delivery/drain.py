"""Claim, count, build, send, settle: from committed rows to frames, in batches.

Several drains may run at once, in any number of processes. A row belongs to whoever's conditional update put
a token on it, until its lease ends; only the holder of the token settles it.
"""

import logging
import os
import socket
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from itertools import count
from time import monotonic, sleep
from typing import NamedTuple, TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from delivery import channel, frames, reading, retry, statements, tally, trail
from delivery.models import (
    ERROR_LENGTH,
    FINGERPRINT_LENGTH,
    SETTLED,
    Attempt,
    Delivery,
    DeliveryState,
    Outcome,
)

logger = logging.getLogger(__name__)

# Rows claimed at once: large enough that a row's share of the fixed cost is small, small enough that a batch
# is sent in tens of milliseconds.
BATCH = 200
# How long a claim holds. Longer than any batch takes (a stalled Redis is given up after 5 s), short enough
# that a killed worker's rows are soon taken back.
LEASE = timedelta(seconds=10)
# Seconds one drain goes on before it makes room for other tasks; it wakes a next one then.
PATIENCE = 20.0
# How long something may be pending before it counts as overlooked: as long as the flag of a wake-up on its
# way lives, after which anybody who posts sends another.
OVERLOOKED = timedelta(seconds=2)
# Seconds for which a database that is away is asked again once rows are claimed (PostgreSQL restarts within
# these, and what was sent is known to this process alone), and seconds between two attempts.
INSISTENCE, PAUSE = 60.0, 0.25
# What a row may raise while its frame is built, whatever stands in it: held against this row, not the batch.
UNBUILDABLE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RuntimeError)

T = TypeVar("T")


@dataclass(slots=True)
class Batch:
    """What one claim brought, and what became of it."""

    token: str
    rows: list[Delivery]
    errors: dict[int, BaseException] = field(default_factory=dict)  # by delivery id
    refused: set[int] = field(default_factory=set)  # ids that failed together: which one is it?
    superseded: set[int] = field(default_factory=set)  # ids of what there was nothing left to tell of
    claimed_at: float = field(default_factory=monotonic)


class Failed(NamedTuple):
    """How an attempt failed, as it is kept."""

    error_class: str
    message: str
    fingerprint: str

    @property
    def line(self) -> str:
        return f"{self.error_class}: {self.message}"[:ERROR_LENGTH]


@cache
def worker_name(pid: int) -> str:
    """Who holds a claim: host and process."""
    return f"{socket.gethostname()[:80]}:{pid}"


def drain(task_id: str = "") -> bool:
    """Deliver everything that is due. True when nothing is left, False when there may be more.

    Ends early when the channel layer is away: the rows are parked then, and the sweep comes back to them.
    `task_id` is that of the Celery task that does it: should it fail, its rows are found by it.
    """
    end = monotonic() + PATIENCE
    while monotonic() < end:
        batch = claim(task_id=task_id)
        if batch and not deliver(batch):
            return True
        # Rows that may have killed a worker come after their neighbours, one by one.
        lone = claim(alone=True, task_id=task_id)
        if lone and not deliver(lone):
            return True
        # What is committed after a claim brings a wake-up of its own: only what this one may have left
        # behind, or has itself set apart, is looked for again.
        if lone is None and (batch is None or (len(batch.rows) < BATCH and not batch.refused)):
            return True
    return False


def claim(*, alone: bool = False, task_id: str = "") -> Batch | None:
    """Take what is due, up to a batch, or up to one of those that are tried alone. None where nothing is.

    One statement chooses and takes; whoever else is about to take the same rows passes them over.
    """
    token, tries = uuid.uuid4().hex, count()
    rows = insist(lambda: _take(token, alone, task_id, again=next(tries) > 0))
    return Batch(token, rows) if rows else None


def _take(token: str, alone: bool, task_id: str, again: bool) -> list[Delivery]:
    rows = _mark(token, alone, task_id)
    if again:
        # Where the commit before broke the connection, what it marked is held under the same token.
        rows = list(_held(token))
    rows.sort(key=lambda row: row.pk)
    told = statements.notifications([row.notification_id for row in rows if row.notification_id is not None])
    for row in rows:
        row.notification = told.get(row.notification_id) if row.notification_id is not None else None
    return rows


def _mark(token: str, alone: bool, task_id: str) -> list[Delivery]:
    return statements.claim(
        token,
        alone=alone,
        size=1 if alone else BATCH,
        lease=LEASE,
        worker=worker_name(os.getpid()),
        task_id=task_id,
    )


def _held(token: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(claim=token, state=DeliveryState.CLAIMED)


def deliver(batch: Batch) -> bool:
    """Send a claimed batch and settle it. False where the channel layer is away."""
    # Counted after the claim committed: whatever is newer than this has a delivery of its own.
    counts = insist(partial(reading.snapshots, {row.user_id for row in batch.rows}))
    if monotonic() - batch.claimed_at > LEASE.total_seconds() / 2:
        insist(partial(_renew, batch))
    by_user: dict[int, list[Delivery]] = defaultdict(list)
    for row in batch.rows:
        by_user[row.user_id].append(row)
    # Whoever has none was deleted since, inbox and rows with them: nobody is left to tell.
    messages = {user: _frames(batch, rows, counts[user]) for user, rows in by_user.items() if user in counts}
    told = {user: encoded for user, encoded in messages.items() if encoded}
    failed = channel.send(told, {user: [row.pk for row in by_user[user]] for user in told})
    for user, error in failed.items():
        _blame(batch, [row for row in by_user[user] if row.pk not in batch.errors], error)
    return insist(partial(settle, batch))


def _renew(batch: Batch) -> None:
    """Take the lease anew where the database was long away; what others hold by now is theirs to send."""
    _held(batch.token).update(due_at=Now() + LEASE)
    held = set(_held(batch.token).values_list("pk", flat=True))
    batch.rows = [row for row in batch.rows if row.pk in held]


def _blame(batch: Batch, rows: list[Delivery], error: BaseException) -> None:
    """Note that one message failed: against its row, or, where it held several, against none of them yet."""
    if len(rows) > 1 and retry.classify(error) is retry.Failure.RETRY:
        logger.warning("%s deliveries were refused together: %s", len(rows), type(error).__name__)
        batch.refused.update(row.pk for row in rows)
    else:
        batch.errors.update((row.pk, error) for row in rows)


def insist(step: Callable[[], T]) -> T:
    """Take a step of claiming or of what follows it, again and again while the database is away.

    Given up at the first failure, the rows would be held until their lease ends, count an attempt that was no
    fault of theirs, and be sent a second time.
    """
    end, is_told = monotonic() + INSISTENCE, False
    while True:
        try:
            return step()
        except (OperationalError, InterfaceError) as error:
            if monotonic() > end or connection.in_atomic_block:
                raise
            if not is_told:
                logger.warning("the database is away with rows claimed: %s", type(error).__name__)
            is_told = True
        connection.close()  # it may be dead, and would stay so
        sleep(PAUSE)


def _frames(batch: Batch, rows: list[Delivery], count: reading.Snapshot) -> list[str]:
    """A user's frames: what was posted, that something else changed, and then the count that explains both.

    Of what was deleted, or whose cause has gone, before its turn came nothing is left to tell but that. A row
    that cannot be built is noted in the batch and leaves the others alone.
    """
    encoded: list[str] = []
    changed = 0
    for row in rows:
        if row.notification is None or row.notification.is_deleted or row.is_moot:
            changed = max(changed, row.revision)
            if row.notification is not None:
                batch.superseded.add(row.pk)
            continue
        try:
            encoded.append(frames.notification(row.notification, row.revision))
        except UNBUILDABLE as error:
            batch.errors[row.pk] = error
    if changed:
        encoded.append(frames.inbox_changed(changed))
    if encoded:
        encoded.append(frames.unread_count(count.unread_count, count.revision))
    return encoded


def settle(batch: Batch) -> bool:
    """Write down what became of a batch, unless others hold its rows by now. False after an outage."""
    classes = {pk: retry.classify(error) for pk, error in batch.errors.items()}
    parked = [pk for pk, failure in classes.items() if failure is retry.Failure.OUTAGE]
    failed = [row for row in batch.rows if classes.get(row.pk) is retry.Failure.RETRY]
    told = [row for row in batch.rows if row.pk not in batch.errors and row.pk not in batch.refused]
    numbers = Counter(claimed=len(batch.rows))
    with transaction.atomic():
        numbers += _settle_told(batch, told)
        numbers["parked"] += _park(batch.token, parked)
        _park(batch.token, batch.refused, alone=True)
        for row in failed:
            numbers += _settle_failed(batch.token, row, batch.errors[row.pk])
        tally.add(worker_name(os.getpid()), numbers)
    outcomes: dict[str, Iterable[int]] = {
        "sent": {row.pk for row in told} - batch.superseded,
        "superseded": batch.superseded,
        "failed": [row.pk for row in failed],
        "refused": batch.refused,
        "parked": parked,
    }
    trail.settled(outcomes, monotonic() - batch.claimed_at, batch.rows[0].task_id if batch.rows else "")
    return not parked


def _settle_told(batch: Batch, rows: list[Delivery]) -> Counter[str]:
    now = timezone.now()
    posts = [row for row in rows if row.notification_id is not None and row.pk not in batch.superseded]
    sent = _settle_as(DeliveryState.SENT, batch.token, {row.pk for row in posts}, now)
    superseded = _settle_as(DeliveryState.SUPERSEDED, batch.token, batch.superseded, now)
    # That something was read elsewhere is worth nothing once it was told.
    changes = [row.pk for row in rows if row.notification_id is None]
    if changes:
        _ours(batch.token).filter(pk__in=changes).delete()
    numbers = tally.times(now - (row.due_since or row.created_at) for row in posts if row.pk in sent)
    numbers.update(sent=len(sent), superseded=len(superseded), changes=len(changes))
    return numbers


def _settle_as(state: DeliveryState, token: str, ids: set[int], now: datetime) -> set[int]:
    """Settle these rows for good; which of them were not settled already."""
    if not ids:
        return set()
    if statements.settle(token, ids, state, now) == len(ids):
        return ids
    # Some were taken back meanwhile, and are held by nobody: told is told, however late that is written.
    fate = {"state": state, "claim": "", "task_id": "", "due_at": None, "settled_at": now}
    unsettled = _ours(token).filter(pk__in=ids).exclude(state__in=SETTLED).select_for_update()
    late = set(unsettled.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=late).update(**fate)
    settled = Delivery.objects.filter(pk__in=ids, state=state, settled_at=now)
    return set(settled.values_list("pk", flat=True))


def _ours(token: str) -> QuerySet[Delivery]:
    """What this claim holds, or nobody does."""
    return Delivery.objects.filter(claim__in=[token, ""])


def _park(token: str, ids: Collection[int], *, alone: bool = False) -> int:
    """It was no fault of these rows, or of one of them at most: as if they had never been claimed.

    Those of which one is at fault are tried alone from now on; the others wait out an outage.
    """
    if not ids:
        return 0
    fate: dict[str, object] = {"state": DeliveryState.PENDING, "due_at": None, "attempts": F("attempts") - 1}
    fate |= {"alone": True} if alone else {"parked_at": timezone.now()}
    return _held(token).filter(pk__in=ids).update(claim="", task_id="", **fate)


def _settle_failed(token: str, row: Delivery, error: BaseException) -> Counter[str]:
    text = storable(str(error))
    failure = Failed(type(error).__qualname__, text, storable(retry.fingerprint(error))[:FINGERPRINT_LENGTH])
    if not _give_back(Q(pk=row.pk, claim=token), row.attempts, failure):
        return Counter()
    logger.warning("delivery %s failed (attempt %s): %s", row.pk, row.attempts, failure.fingerprint)
    _record(row, Outcome.FAILED, failure)
    return Counter(failed=1) + _fate_of(row)


def _fate_of(row: Delivery) -> Counter[str]:
    """How one that failed is counted: it is tried again, or was tried for the last time."""
    return Counter(["dead" if retry.wait(row.attempts) is None else "retried"])


def storable(text: str) -> str:
    """What of an error's text every database takes: one that it refused would undo the whole settling."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:ERROR_LENGTH]


def take_back_expired() -> int:
    """Take back the rows whose lease has ended: their worker died, or was too slow. How many they were."""
    expired = Delivery.objects.filter(state=DeliveryState.CLAIMED, due_at__lt=Now())
    taken: list[int] = []
    for row in expired.order_by("due_at")[: 5 * BATCH]:
        text = f"the lease of {row.claimed_by} ended before it settled."
        failure = Failed("LeaseExpired", text, "LeaseExpired")
        with transaction.atomic():
            if _give_back(Q(pk=row.pk, claim=row.claim), row.attempts, failure, at_once=True):
                _record(row, Outcome.LOST, failure)
                tally.add(worker_name(os.getpid()), Counter(lost=1) + _fate_of(row))
                taken.append(row.pk)
    trail.lost(taken)
    return len(taken)


def note_overlooked() -> int:
    """Count what is due and nobody came for: its wake-up was lost, or could not be sent. How many rows.

    Not while some drain is at work, which will come to them; not what an outage, a dead worker or a person
    has made due again. Only counted: the drain that follows sends them.
    """
    pending = Delivery.objects.filter(
        state=DeliveryState.PENDING,
        created_at__lt=timezone.now() - OVERLOOKED,
        alone=False,
        parked_at=None,
        due_since=None,
    )
    held = Delivery.objects.filter(state=DeliveryState.CLAIMED, due_at__gte=Now())
    overlooked = 0 if not pending.exists() or held.exists() else pending.count()
    if overlooked:
        tally.add(worker_name(os.getpid()), {"wakeups_lost": 1, "recovered": overlooked})
        were = "delivery was" if overlooked == 1 else "deliveries were"
        logger.warning("%s %s due and no wake-up told of it", overlooked, were)
    return overlooked


def _give_back(held: Q, attempts: int, failure: Failed, *, at_once: bool = False) -> bool:
    """Have a claimed row tried again, or make it dead after its last attempt. False if somebody else did.

    At once: after its worker was lost, and from then on alone.
    """
    wait = retry.wait(attempts)
    if wait is None:
        fate: dict[str, object] = {"state": DeliveryState.DEAD, "due_at": None, "settled_at": timezone.now()}
    elif at_once:
        fate = {"state": DeliveryState.PENDING, "due_at": None}
    else:
        fate = {"state": DeliveryState.WAITING, "due_at": Now() + wait}
    if at_once:
        fate["alone"] = True
    rows = Delivery.objects.filter(held, state=DeliveryState.CLAIMED)
    return bool(rows.update(claim="", last_error=failure.line, fingerprint=failure.fingerprint, **fate))


def _record(row: Delivery, outcome: Outcome, failure: Failed) -> None:
    Attempt.objects.create(
        delivery=row,
        number=row.attempts,
        outcome=outcome,
        worker=row.claimed_by,
        task_id=row.task_id,
        started_at=row.claimed_at,
        ended_at=timezone.now(),
        error_class=failure.error_class,
        error_message=failure.message,
        fingerprint=failure.fingerprint,
    )
