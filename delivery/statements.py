"""What the pipeline says to the database as SQL: with every post, with every batch, and what time it is.

Django builds a statement anew each time it is said: of the 5 ms that one delivery took, 3 were spent on
that, and half of what a post took. Whatever is said less often is said through the models. State names are
literals, because a partial index serves only a condition that the database sees.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from delivery.models import Delivery, DeliveryState, Notification

_COLUMNS = ", ".join(str(field.column) for field in Delivery._meta.concrete_fields)
# As Django's own Now() on each: by the database's clock, to the millisecond on SQLite.
_SQLITE_NOW = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
_SQLITE_LATER = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', %s)"
_POSTGRES_NOW = "STATEMENT_TIMESTAMP()"
# What a notification is posted with; the rest is as of every new one.
_SAID = (
    *("user_id", "title", "message", "notification_type", "priority", "link_url", "link_text"),
    *("related_object_type", "related_object_id", "dedupe_key", "thread_key", "topic"),
)
_POSTED = ("revision", "created_at", *_SAID)
# What a delivery begins with, and where it has that from.
_QUEUED = (
    "user_id, notification_id, revision, created_at, state, attempts, alone, claim, claimed_by, last_error"
)
_AS_QUEUED = "user_id, id, revision, created_at, 'pending', 0, FALSE, '', '', ''"
# Rows in one statement: SQLite takes 999 parameters at the least, whatever it was compiled with.
_ROWS = 999 // len(_POSTED)


def claim(
    token: str, *, alone: bool, size: int, lease: timedelta, worker: str, task_id: str
) -> list[Delivery]:
    """Put the token on up to `size` rows that are due, and return them, in no order.

    What is pending comes before what has waited. Rows that another is taking right now are passed over: two
    that waited for each other's would be a deadlock. SQLite has one writer at a time and needs no such thing.
    """
    until = f"+{lease.total_seconds()} seconds" if connection.vendor == "sqlite" else lease
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    parameters = [size, size, token, until, worker, now, task_id, size]
    return list(Delivery.objects.raw(_claim(connection.vendor, alone), parameters))


@cache
def _claim(vendor: str, alone: bool) -> str:
    sqlite = vendor == "sqlite"
    now, later = (_SQLITE_NOW, _SQLITE_LATER) if sqlite else (_POSTGRES_NOW, f"{_POSTGRES_NOW} + %s")
    # Of those tried alone, the one that has failed least: a row that kills its worker must not be the first
    # of every new drain while its neighbours wait behind it.
    kind, order = ("alone", "attempts, id") if alone else ("NOT alone", "id")
    free = "" if sqlite else "FOR UPDATE SKIP LOCKED"
    return f"""
        WITH pending AS (
            SELECT id FROM delivery_delivery WHERE state = 'pending' AND {kind}
            ORDER BY {order} LIMIT %s {free}
        ), waiting AS (
            SELECT id FROM delivery_delivery WHERE state = 'waiting' AND due_at <= {now} AND {kind}
            ORDER BY due_at LIMIT %s {free}
        )
        UPDATE delivery_delivery
        SET state = 'claimed', claim = %s, due_at = {later}, attempts = attempts + 1,
            claimed_by = %s, claimed_at = %s, task_id = %s
        WHERE id IN (SELECT id FROM pending UNION ALL SELECT id FROM waiting LIMIT %s)
        RETURNING {_COLUMNS}
    """  # noqa: S608 - every part of it stands above


def post(rows: Sequence[Notification]) -> list[int]:
    """Insert new notifications, each with the next revision of its inbox and a delivery; the deliveries' ids.

    The rows get their ids and revisions: those of one inbox follow each other as they are given. The inboxes
    are made where they are missing, and locked in the order of the rows.
    """
    post_some = _post_at_once if connection.vendor == "postgresql" else _post_by_steps
    with connection.cursor() as cursor:
        return [pk for some in _chunks(rows) for pk in post_some(cursor, some)]


def is_one(rows: int) -> bool:
    """Whether so many are posted in a single statement, which is a transaction by itself."""
    return connection.vendor == "postgresql" and rows <= _ROWS


def _chunks(rows: Sequence[Notification]) -> Iterator[Sequence[Notification]]:
    return (rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS))


def _post_at_once(cursor: CursorWrapper, rows: Sequence[Notification]) -> list[int]:
    """In one statement, as only PostgreSQL can: two round trips less."""
    counts = Counter(row.user_id for row in rows)
    numbered = [(later, *_values(row)) for row, later in _with_later(rows)]
    cursor.execute(_posting(len(counts), len(rows)), [*_taken(counts), *chain.from_iterable(numbered)])
    posted = cursor.fetchall()
    _name(rows, [told for *told, _ in posted])
    return [delivery for *_, delivery in posted]


def _post_by_steps(cursor: CursorWrapper, rows: Sequence[Notification]) -> list[int]:
    counts = Counter(row.user_id for row in rows)
    cursor.execute(_take_revisions(len(counts)), _taken(counts))
    last = dict(cursor.fetchall())
    numbered = [(last[row.user_id] - later, *_values(row)) for row, later in _with_later(rows)]
    cursor.execute(_insert_notifications(len(rows)), list(chain.from_iterable(numbered)))
    _name(rows, cursor.fetchall())
    cursor.execute(_insert_deliveries(len(rows)), [row.pk for row in rows])
    return [pk for (pk,) in cursor.fetchall()]


def _with_later(rows: Sequence[Notification]) -> Iterator[tuple[Notification, int]]:
    """Each row, and how many of its inbox come after it."""
    left = Counter(row.user_id for row in rows)
    for row in rows:
        left[row.user_id] -= 1
        yield row, left[row.user_id]


def _taken(counts: Mapping[int, int]) -> list[int]:
    return [value for user, count in counts.items() for value in (user, count, count, count)]


def _values(row: Notification) -> list[Any]:
    created_at = connection.ops.adapt_datetimefield_value(row.created_at)
    return [created_at, *(getattr(row, name) for name in _SAID)]


def _name(rows: Sequence[Notification], told: Iterable[Sequence[int]]) -> None:
    """Give the rows what their ids and revisions have become, from ids, users and revisions in any order."""
    named = sorted(told, key=itemgetter(1, 2))
    for row, (pk, _, revision) in zip(sorted(rows, key=attrgetter("user_id")), named, strict=True):
        row.pk, row.revision = pk, revision
        row._state.adding, row._state.db = False, connection.alias


@cache
def _posting(inboxes: int, rows: int) -> str:
    row = f"({', '.join(['%s'] * len(_POSTED))})"
    told = ", ".join(f"said.{name}" for name in _SAID)
    # In the order of their places, so that ids rise with revisions.
    return f"""
        WITH taken AS ({_take_revisions(inboxes)}),
        told AS (
            INSERT INTO delivery_notification ({", ".join(_POSTED)}, is_read, is_deleted)
            SELECT taken.revision - said.later, said.created_at, {told}, FALSE, FALSE
            FROM (VALUES {", ".join([row] * rows)}) AS said (later, {", ".join(_POSTED[1:])})
            JOIN taken USING (user_id) ORDER BY taken.revision - said.later
            RETURNING id, user_id, revision, created_at
        ), queued AS (
            INSERT INTO delivery_delivery ({_QUEUED}) SELECT {_AS_QUEUED} FROM told
            RETURNING id, notification_id
        )
        SELECT told.id, told.user_id, told.revision, queued.id
        FROM told JOIN queued ON queued.notification_id = told.id
    """  # noqa: S608 - every part of it stands here


@cache
def _take_revisions(inboxes: int) -> str:
    # One statement that Django's own upsert cannot say (the new value refers to the old one): a third of the
    # cost of reading, locking and writing one after another.
    return (
        "INSERT INTO delivery_inbox AS inbox (user_id, revision, unread_count, history_from, posted) "  # noqa: S608
        f"VALUES {', '.join(['(%s, %s, %s, 0, %s)'] * inboxes)} ON CONFLICT (user_id) DO UPDATE "
        "SET revision = inbox.revision + excluded.revision, "
        "unread_count = inbox.unread_count + excluded.unread_count, "
        "posted = inbox.posted + excluded.posted "
        "RETURNING user_id, revision"
    )


@cache
def _insert_notifications(count: int) -> str:
    row = f"({', '.join(['%s'] * len(_POSTED))}, FALSE, FALSE)"
    return (
        f"INSERT INTO delivery_notification ({', '.join(_POSTED)}, is_read, is_deleted) "  # noqa: S608
        f"VALUES {', '.join([row] * count)} RETURNING id, user_id, revision"
    )


@cache
def _insert_deliveries(count: int) -> str:
    return (
        f"INSERT INTO delivery_delivery ({_QUEUED}) SELECT {_AS_QUEUED} FROM delivery_notification "  # noqa: S608
        f"WHERE id IN ({_places(range(count))}) RETURNING id"
    )


def notifications(ids: Sequence[int]) -> dict[int, Notification]:
    """Those of a batch, by id."""
    if not ids:
        return {}
    query = f"SELECT * FROM delivery_notification WHERE id IN ({_places(ids)})"  # noqa: S608
    return {row.pk: row for row in Notification.objects.raw(query, ids)}


def settle(token: str, ids: Collection[int], state: DeliveryState, now: datetime) -> int:
    """Settle what the token still holds of these rows; how many that were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE delivery_delivery "  # noqa: S608
            "SET state = %s, claim = '', task_id = '', due_at = NULL, settled_at = %s "
            f"WHERE claim = %s AND claim <> '' AND state = 'claimed' AND id IN ({_places(ids)})",
            [state, connection.ops.adapt_datetimefield_value(now), token, *ids],
        )
        return int(cursor.rowcount)


def database_now() -> datetime:
    """The moment it is by the database's clock: one for all hosts, whatever their own say."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')" if sqlite else f"SELECT {_POSTGRES_NOW}")
        [told] = cursor.fetchone()
    return datetime.fromisoformat(f"{told}+00:00") if sqlite else told


def _places(items: Collection[int]) -> str:
    return ", ".join(["%s"] * len(items))
