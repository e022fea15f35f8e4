"""What the pipeline says to the database as SQL: what the drain says for every batch, and what time it is.

Django builds a statement anew each time it is said: of the 5 ms that one delivery took, 3 were spent on that.
Whatever is not said for every batch is said through the models. State names are literals, because a partial
index serves only a condition that the database sees.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache

from django.db import connection
from django.utils import timezone

from delivery.models import Delivery, DeliveryState, Notification

_COLUMNS = ", ".join(str(field.column) for field in Delivery._meta.concrete_fields)
# As Django's own Now() on each: by the database's clock, to the millisecond on SQLite.
_SQLITE_NOW = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"
_SQLITE_LATER = "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW', %s)"
_POSTGRES_NOW = "STATEMENT_TIMESTAMP()"


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
