"""A database that goes away under this thread's own connection."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from unittest.mock import patch

from django.db import connection

from tests.support.databases import on_postgres

# Seconds that this process waits for a lock meanwhile: the twenty it usually does are too long here.
PATIENCE = 0.05


def cut_off() -> None:
    """PostgreSQL ends this connection, as an administrator or a restart would."""
    mine = connection.connection.info.backend_pid
    with closing(connection.copy()) as other:
        other.cursor().execute("SELECT pg_terminate_backend(%s)", [mine])


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else holds SQLite's write lock for as long as the block lasts."""
    connection.ensure_connection()  # what that says to the database waits for locks, too
    with patch.dict(connection.settings_dict["OPTIONS"], timeout=PATIENCE), closing(_another()) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def database_away() -> Iterator[None]:
    """The one or the other, whichever database this is."""
    if not on_postgres():
        with locked():
            yield
        return
    cut_off()
    try:
        yield
    finally:
        connection.close()


def _another() -> sqlite3.Connection:
    return sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
