"""A worker's connection to the database: kept from task to task, and given up when it is dead.

Celery closes it around every task or, with `CELERY_DB_REUSE_MAX`, keeps it without a look: after a restart of
PostgreSQL every task of that process would fail with "the connection is closed", for days. Django looks at
its connections around requests, of which a worker has none.
"""

import sqlite3
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from celery.signals import heartbeat_sent, task_prerun, worker_init
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# Seconds between two looks at SQLite's write lock, and between two of one that has waited for long.
NAP, LONG_NAP, WAITED_LONG = 0.0005, 0.005, 0.1


@worker_init.connect
def keep_connections(**_: object) -> None:
    """In a worker, and only there: a connection has no age, and each task first asks whether it lives."""
    connections.settings["default"].update(CONN_MAX_AGE=None, CONN_HEALTH_CHECKS=True)
    task_prerun.connect(look_at_connections)
    # The parent process runs no task, but writes down whose child was killed.
    heartbeat_sent.connect(look_at_connections)
    connection_created.connect(hurry)


def hurry(connection: BaseDatabaseWrapper, **_: object) -> None:
    """On SQLite, a worker's commit does not wait for the disk: the next one of a web process does, for both.

    A power cut may then have a notification sent again, which pages show once, or a reminder posted again
    that nobody has: neither loses what a person has done.
    """
    if connection.vendor == "sqlite":
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA busy_timeout=0")
        if wait_steadily not in connection.execute_wrappers:
            connection.execute_wrappers.append(wait_steadily)


def wait_steadily(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a statement, looking again every half a millisecond while another process writes.

    SQLite's own way of waiting naps longer and longer, up to 0.1 s: beside a web process that writes without
    a pause, and leaves the lock for some tenths of a millisecond at a time, frames came a second late. Only
    the first statement of a transaction is ever refused, as it takes the lock (BEGIN IMMEDIATE).
    """
    began, patience = monotonic(), context["connection"].settings_dict["OPTIONS"]["timeout"]
    while True:
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            waited = monotonic() - began
            if waited > patience or not _is_busy(error):
                raise
            sleep(NAP if waited < WAITED_LONG else LONG_NAP)


def _is_busy(error: OperationalError) -> bool:
    """Whether another process holds the lock that the statement needs."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY


def look_at_connections(**_: object) -> None:
    """Close what has failed; what has not is asked before its next statement, one round trip a task."""
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
