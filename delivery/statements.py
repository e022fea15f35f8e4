"""What the pipeline says to the database as SQL: with every post, with every batch, and what time it is.

Django builds a statement anew each time it is said: of the 5 ms that one delivery took, 3 were spent on
that, and half of what a post took. Whatever is said less often is said through the models. State names are
literals, because a partial index serves only a condition that the database sees.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone

from delivery.models import Delivery, DeliveryState, Notification

_COLUMNS = ", ".join(str(field.column) for field in Delivery._meta.concrete_fields)
# As Django's own Now() on each: by the database's clock, to the millisecond on SQLite.
_SQLITE_NOW = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
_SQLITE_LATER = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', %s)"
_POSTGRES_NOW = "STATEMENT_TIMESTAMP()"
# What a notification is posted with; the rest is as of every new one.
_POSTED = (
    *("user_id", "revision", "title", "message", "notification_type", "priority", "link_url", "link_text"),
    *("related_object_type", "related_object_id", "dedupe_key", "thread_key", "topic", "created_at"),
)
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


def insert(rows: Sequence[Notification]) -> list[int]:
    """Insert new notifications, each with its delivery; give them their ids, and return the deliveries'."""
    deliveries: list[int] = []
    with connection.cursor() as cursor:
        for some in _chunks(rows):
            cursor.execute(_insert_notifications(len(some)), _parameters(some))
            ids = {(user, revision): pk for pk, user, revision in cursor.fetchall()}
            for row in some:
                row.pk = ids[row.user_id, row.revision]
                row._state.adding, row._state.db = False, connection.alias
            cursor.execute(_insert_deliveries(len(some)), [row.pk for row in some])
            deliveries += [pk for (pk,) in cursor.fetchall()]
    return deliveries


def _chunks(rows: Sequence[Notification]) -> Iterator[Sequence[Notification]]:
    return (rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS))


def _parameters(rows: Sequence[Notification]) -> list[Any]:
    adapted = connection.ops.adapt_datetimefield_value
    return [
        adapted(row.created_at) if name == "created_at" else getattr(row, name)
        for row in rows
        for name in _POSTED
    ]


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
        "INSERT INTO delivery_delivery (user_id, notification_id, revision, created_at, "  # noqa: S608
        "state, attempts, alone, claim, claimed_by, last_error) "
        "SELECT user_id, id, revision, created_at, 'pending', 0, FALSE, '', '', '' "
        f"FROM delivery_notification WHERE id IN ({_places(range(count))}) RETURNING id"
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
