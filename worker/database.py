"""A worker's connection to the database: kept from task to task, and given up when it is dead.

Celery closes it around every task or, with `CELERY_DB_REUSE_MAX`, keeps it without a look: after a restart of
PostgreSQL every task of that process would fail with "the connection is closed", for days. Django looks at
its connections around requests, of which a worker has none.
"""

from celery.signals import heartbeat_sent, task_prerun, worker_init
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created


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
        connection.cursor().execute("PRAGMA synchronous=NORMAL")


def look_at_connections(**_: object) -> None:
    """Close what has failed; what has not is asked before its next statement, one round trip a task."""
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()
