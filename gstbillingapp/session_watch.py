"""Closes the sockets of sessions that have ended.

Channels looks at the session when a socket opens and never again. This asks the database once a second, for
all open sockets of the process together, and so sees every way a session can end: logout, password change,
deactivation, expiry, a row deleted by hand; on every server, with Redis or without.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db.models import BooleanField, F, Func, Value
from django.db.models.sql.compiler import SQLCompiler
from django.db.utils import Error as AnyDatabaseError
from django.utils import timezone

from gstbillingapp.close_codes import NOT_SIGNED_IN
from gstbillingapp.socket_database import SocketDatabase

if TYPE_CHECKING:
    from gstbillingapp.consumers import NotificationConsumer

logger = logging.getLogger(__name__)

# Seconds between two looks; a socket outlives its session by at most this and the look itself.
INTERVAL = 1.0
# On a thread of its own: thousands of sockets are looked at in one go, and none is to wait for that with its
# count; nor is a look to wait behind thousands of pages that all come back at once.
in_database = SocketDatabase(ThreadPoolExecutor(max_workers=1, thread_name_prefix="session watch"))


class Ticket(NamedTuple):
    """By what right a socket is open: its session, its user, and the password hash that user had."""

    session_key: str
    user_id: int
    password: str


class SessionWatch:
    """The open sockets of one process and what entitles each of them."""

    def __init__(self) -> None:
        self.sockets: dict[NotificationConsumer, Ticket] = {}
        self._held: Counter[int] = Counter()
        self._task: asyncio.Task[None] | None = None
        self._endings: set[asyncio.Task[None]] = set()  # asyncio itself keeps no hold of its tasks

    def add(self, socket: "NotificationConsumer", session_key: str, user: AbstractBaseUser) -> None:
        """Watch a socket; the first one of a process starts the watch."""
        self.sockets[socket] = Ticket(session_key, user.pk, user.password)
        self._held[user.pk] += 1
        if self._task is None or self._task.done() or self._task.get_loop() is not asyncio.get_running_loop():
            self._task = asyncio.create_task(self._run(), name="session watch")

    def discard(self, socket: "NotificationConsumer") -> None:
        """Stop watching a socket that is closing."""
        ticket = self.sockets.pop(socket, None)
        if ticket is not None:
            self._held[ticket.user_id] -= 1
            if self._held[ticket.user_id] <= 0:
                del self._held[ticket.user_id]

    def held_by(self, user_id: int) -> int:
        """How many open sockets somebody has here."""
        return self._held[user_id]

    async def _run(self) -> None:
        while self.sockets:
            await asyncio.sleep(INTERVAL)
            try:
                await self._look()
            except AnyDatabaseError as error:
                # Sockets stay open while nobody can tell; the next look catches up.
                logger.warning("the session watch could not ask the database: %s", error)

    async def _look(self) -> None:
        # A copy: those that open during the look are not part of it.
        for socket in await in_database(ended_sockets, dict(self.sockets)):
            self.discard(socket)
            # Nobody waits for it: a peer that does not read would hold up the next look, and all others.
            ending = asyncio.create_task(_end(socket))
            self._endings.add(ending)
            ending.add_done_callback(self._endings.discard)


async def _end(socket: "NotificationConsumer") -> None:
    """Close one socket. One that is gone already, or does not read, must not keep the others waiting."""
    try:
        async with asyncio.timeout(INTERVAL):
            await socket.end(NOT_SIGNED_IN)
    except TimeoutError:
        socket.abort()
    except (OSError, RuntimeError) as error:
        logger.debug("a socket whose session ended had gone already: %r", error)


def ended_sockets(asked: dict["NotificationConsumer", Ticket]) -> list["NotificationConsumer"]:
    """Those whose tickets no longer hold. With thousands, even comparing them is not for the event loop."""
    entitled = entitled_tickets(set(asked.values()))
    return [socket for socket, ticket in asked.items() if ticket not in entitled]


def entitled_tickets(tickets: set[Ticket]) -> set[Ticket]:
    """Those whose session still lives, and whose user is active and has the same password."""
    sessions = _living_sessions({ticket.session_key for ticket in tickets}, timezone.now())
    passwords = _passwords({ticket.user_id for ticket in tickets})
    return {
        ticket
        for ticket in tickets
        if ticket.session_key in sessions and passwords.get(ticket.user_id) == ticket.password
    }


def _living_sessions(keys: set[str], now: datetime) -> set[str]:
    living = Session.objects.filter(Among("session_key", keys), expire_date__gt=now)
    return set(living.values_list("session_key", flat=True))


def _passwords(user_ids: set[int]) -> dict[int, str]:
    active = get_user_model().objects.filter(Among("pk", user_ids), is_active=True)
    return dict(active.values_list("pk", "password"))


class Among(Func):
    """Whether a column has one of many values, all of which are one parameter of the query.

    Django's `in` writes out, sends and has parsed a parameter a value, in Python that keeps the event loop
    waiting: 5,000 sockets took four times as long, and twenty queries a look.
    """

    output_field = BooleanField()

    def __init__(self, column: str, values: Iterable[str | int]) -> None:
        super().__init__(F(column), Value(list(values)))

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s))", arg_joiner=" = ANY(")

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **_: Any) -> Any:
        column, values = self.get_source_expressions()
        told = self.copy()
        told.set_source_expressions([column, Value(json.dumps(values.value))])
        template, joiner = "(%(expressions)s)))", " IN (SELECT value FROM json_each("
        return told.as_sql(compiler, connection, template=template, arg_joiner=joiner)


watch = SessionWatch()
