"""SQLite has one lock for all who write; how a process waits for it."""

import sqlite3
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

# Seconds between two looks at the lock: a tenth of what has been waited, within these.
SHORTEST_NAP, LONGEST_NAP = 0.0001, 0.005


@receiver(connection_created)
def wait_in_our_way(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Have what waits for SQLite's lock on this connection wait here, instead of inside SQLite."""
    if connection.vendor == "sqlite":
        # On the connection itself: among the statements of a request it would be counted as one of them.
        connection.connection.execute("PRAGMA busy_timeout=0")
        if wait_steadily not in connection.execute_wrappers:
            connection.execute_wrappers.append(wait_steadily)


def wait_steadily(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a statement, looking again soon while another process writes.

    SQLite's own way of waiting begins with a whole millisecond, where most transactions are over in a third,
    and naps longer and longer, up to 0.1 s: beside a process that writes without a pause, and leaves the lock
    for some tenths of a millisecond at a time, frames came a second late. Only the first statement of a
    transaction is ever refused, as it takes the lock (BEGIN IMMEDIATE).
    """
    began, patience = monotonic(), context["connection"].settings_dict["OPTIONS"]["timeout"]
    while True:
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            waited = monotonic() - began
            if waited > patience or not _is_busy(error):
                raise
            sleep(min(max(waited / 10, SHORTEST_NAP), LONGEST_NAP))


def _is_busy(error: OperationalError) -> bool:
    """Whether another holds the lock that the statement needs."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY
