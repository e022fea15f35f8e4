"""Removes what nobody needs any more: a little every ten minutes, all of it by `manage.py delivery prune`.

In short chunks, each its own transaction, with a rest after each: no lock is held for longer than a drain
holds its own, and SQLite's one writer is free for half of the time. Runs may overlap: what one has locked the
other passes over.

Deliveries have no index for this. Their ids rise with time, so the id that nothing older than a moment lies
above is found by halving (`id_at`), and what is younger is never looked at.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Max, Min, Model, QuerySet
from django_celery_results.models import TaskResult

from delivery import inbox, statements, tally
from delivery.models import (
    SETTLED,
    Deed,
    DeedState,
    Delivery,
    DeliveryState,
    Inbox,
    Letter,
    Notification,
)

logger = logging.getLogger(__name__)

# What was sent is looked up when somebody asks whether he was told, which is soon or never.
KEEP_SETTLED = timedelta(days=30)
# What failed waits for a person; half a year later, or behind ten thousand others, it waits in vain.
KEEP_DEAD = timedelta(days=180)
MOST_DEAD = 10_000
KEEP_RESULTS = timedelta(days=30)
# A deed that somebody looked at and never started.
KEEP_PROPOSALS = timedelta(days=7)
# The dashboard shows a day by the minute; an hour more, for whoever still has its page open.
KEEP_MINUTES = timedelta(hours=25)
# Rows a transaction removes: some tens of milliseconds on SQLite, cascades included.
CHUNK = 300
# Seconds one run goes on, the next one goes on from there: it has one of a worker's processes for itself, and
# sweeps may be waiting for it. Every ten minutes, that is some four million rows a day.
LONGEST = 10.0
# The longest rest between two chunks, in seconds; the shortest is as long as the chunk took.
LONGEST_REST = 0.5


def prune(seconds: float = LONGEST) -> dict[str, int]:
    """Remove what is due, for so many seconds at most; how many rows of each kind it was."""
    # By the database's clock: a host whose own has run ahead must not remove what is still wanted.
    end, now = monotonic() + seconds, statements.database_now()
    removed: Counter[str] = Counter()
    going = {kind: chunks(now) for kind, chunks in KINDS.items()}
    # By turns: a kind with a year to catch up on does not keep the others from theirs.
    while going and monotonic() < end:
        for kind in list(going):
            began = monotonic()
            count = next(going[kind], None)
            if count is None:
                del going[kind]
            elif count:
                removed[kind] += count
                sleep(min(monotonic() - began, LONGEST_REST))
    if removed:
        logger.info("pruned: %s", ", ".join(f"{count} {kind}" for kind, count in removed.items()))
    if going:
        logger.info("more is to be pruned: %s", ", ".join(going))
    return dict(removed)


def id_at(rows: QuerySet[Model], moment: datetime) -> int:
    """An id that (nearly) nothing created before the moment lies above: by halving, some thirty look-ups.

    Clocks of several hosts make it inexact: it says where to look, and never what to remove.
    """
    bounds = rows.aggregate(first=Min("pk"), last=Max("pk"))
    low, high = bounds["first"] or 0, (bounds["last"] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        found = rows.filter(pk__gte=middle).order_by("pk").values_list("pk", "created_at").first()
        if found is not None and found[1] < moment:
            low = found[0] + 1
        else:
            high = middle
    return low


def _settled(now: datetime) -> Iterator[int]:
    before = now - KEEP_SETTLED
    below = id_at(Delivery.objects.all(), before)
    old = Delivery.objects.filter(state__in=SETTLED, settled_at__lt=before)
    # In the order of ids, whatever their state: few are left below that are not to be removed.
    for ids in _pages(Delivery.objects.filter(pk__lt=below)):
        yield _remove(old.filter(pk__in=ids))


def _dead(now: datetime) -> Iterator[int]:
    dead = Delivery.objects.filter(state=DeliveryState.DEAD)
    too_many = max(0, dead.count() - MOST_DEAD)
    for ids in _pages(dead):
        if not too_many:
            break
        yield _remove(dead.filter(pk__in=ids[:too_many]))
        too_many = max(0, too_many - len(ids))
    before = now - KEEP_DEAD
    for ids in _pages(dead.filter(pk__lt=id_at(Delivery.objects.all(), before))):
        yield _remove(dead.filter(pk__in=ids, settled_at__lt=before))


def _letters(now: datetime) -> Iterator[int]:
    """Letters go as deliveries do: what was sent after a month, what failed after half a year."""
    for states, keep in ((SETTLED, KEEP_SETTLED), ((DeliveryState.DEAD,), KEEP_DEAD)):
        below = id_at(Letter.objects.all(), now - keep)
        old = Letter.objects.filter(state__in=states, settled_at__lt=now - keep)
        for ids in _pages(Letter.objects.filter(pk__lt=below)):
            yield _remove(old.filter(pk__in=ids))


def _read(now: datetime) -> Iterator[int]:
    """Marks what its owner keeps no longer as deleted: a change of the inbox, which open pages follow."""
    for days in inbox.KEEP_READ_DAYS:
        owners = Inbox.objects.filter(keep_read_days=days)
        if not owners.exists():
            continue
        below = id_at(Notification.objects.all(), now - timedelta(days=days))
        for users in _pages(owners):
            for user in users:
                while count := inbox.delete_old_read(user, days, below, CHUNK):
                    yield count


def _deleted(now: datetime) -> Iterator[int]:
    while any(counts := inbox.remove_deleted(now, CHUNK)):
        yield sum(counts)


def _results(now: datetime) -> Iterator[int]:
    return _whole(TaskResult.objects.filter(date_done__lt=now - KEEP_RESULTS))


def _sessions(now: datetime) -> Iterator[int]:
    return _whole(Session.objects.filter(expire_date__lt=now))


def _proposals(now: datetime) -> Iterator[int]:
    return _whole(Deed.objects.filter(state=DeedState.PROPOSED, created_at__lt=now - KEEP_PROPOSALS))


def _minutes(now: datetime) -> Iterator[int]:
    before = int((now - KEEP_MINUTES).timestamp() // 60)
    while count := tally.fold(before):
        yield count


KINDS: dict[str, Callable[[datetime], Iterator[int]]] = {
    "settled deliveries": _settled,
    "dead deliveries": _dead,
    "letters": _letters,
    "read notifications marked deleted": _read,
    "deleted notifications": _deleted,
    "task results": _results,
    "expired sessions": _sessions,
    "proposed deeds": _proposals,
    "tallies folded": _minutes,
}


def also(kind: str, rows: Callable[[datetime], QuerySet[Model]]) -> None:
    """Remove these rows as well, as of a moment; said when the application is loaded, by whoever keeps them.

    An index has to lead to them.
    """
    KINDS[kind] = lambda now: _whole(rows(now))


def _pages(rows: QuerySet[Model]) -> Iterator[list[int]]:
    """The ids of some rows, in their order, a chunk at a time."""
    position = 0
    while ids := list(rows.filter(pk__gt=position).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield ids
        position = ids[-1]


def _whole(rows: QuerySet[Model]) -> Iterator[int]:
    """Remove all of them, where an index leads to them and nothing else changes them."""
    while ids := list(rows.values_list("pk", flat=True)[:CHUNK]):
        count = _remove(rows.filter(pk__in=ids))
        if not count:
            return  # others are at them
        yield count


@transaction.atomic
def _remove(rows: QuerySet[Model]) -> int:
    """Remove what still is as it was chosen; what others are at is passed over. How many rows it was."""
    free = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
    # Looked at under its lock, and so as it is now: nothing of it can be on its way.
    rows.model._default_manager.filter(pk__in=free).delete()
    return len(free)
