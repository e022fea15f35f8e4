"""The database as sockets use it: on threads that live as long as the process, each with one open connection.

Pages close their connection after every request, because under ASGI the thread of a request ends with it.
Channels' `database_sync_to_async` does the same after every call, and so made two connections for each socket
that opened: half of what opening one cost on SQLite, and more on PostgreSQL.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection, reset_queries
from django.db.utils import Error as AnyDatabaseError

# Seconds without use after which a connection is asked whether it is still there: a database that was
# restarted meanwhile is to cost nobody a socket.
UNASKED_SECONDS = 1.0

T = TypeVar("T")


class Times(threading.local):
    """When this thread's connection was opened, and when it was last used."""

    opened = 0.0
    used = 0.0


class SocketDatabase:
    """Runs database work for sockets, one after another, on a thread of its own or on the one they share."""

    def __init__(self, thread: ThreadPoolExecutor | None = None) -> None:
        self._call = sync_to_async(_on_kept_connection, thread_sensitive=thread is None, executor=thread)

    async def __call__(self, work: Callable[..., T], *arguments: object) -> T:
        return await self._call(work, *arguments)


_times = Times()


def _on_kept_connection(work: Callable[..., T], *arguments: object) -> T:
    _look_after_connection()
    try:
        return work(*arguments)
    except AnyDatabaseError:
        connection.close()  # whatever it was: the next call is to begin with a sound one
        raise
    finally:
        _times.used = time.monotonic()
        if settings.SOCKET_CONN_MAX_AGE == 0:
            connection.close()
        if settings.DEBUG and not connection.force_debug_cursor:
            # Django keeps 9,000 statements until a request begins on this thread, which none ever does. With
            # thousands of sockets those of the session watch alone were hundreds of megabytes.
            reset_queries()


def _look_after_connection() -> None:
    now = time.monotonic()
    if connection.connection is not None and (
        now - _times.opened > settings.SOCKET_CONN_MAX_AGE
        or (now - _times.used > UNASKED_SECONDS and not connection.is_usable())
    ):
        connection.close()
    if connection.connection is None:
        _times.opened = now


in_database = SocketDatabase()
