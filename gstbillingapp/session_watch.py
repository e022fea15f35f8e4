"""Closes the sockets of sessions that have ended.

Channels looks at the session when a socket opens and never again. This asks the database once a second, for
all open sockets of the process together, and so sees every way a session can end: logout, password change,
deactivation, expiry, a row deleted by hand; on every server, with Redis or without.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db.utils import Error as AnyDatabaseError
from django.utils import timezone

if TYPE_CHECKING:
    from gstbillingapp.consumers import NotificationConsumer

logger = logging.getLogger(__name__)

# Seconds between two looks; a socket outlives its session by at most this and the look itself.
INTERVAL = 1.0
# The close code for a socket without a session, or no longer with one; browsers do not come back after it.
NOT_SIGNED_IN = 4401
# Keys in one query: under SQLite's limit of parameters, whatever it was compiled with.
CHUNK = 500


class Ticket(NamedTuple):
    """By what right a socket is open: its session, its user, and the password hash that user had."""

    session_key: str
    user_id: int
    password: str


class SessionWatch:
    """The open sockets of one process and what entitles each of them."""

    def __init__(self) -> None:
        self.sockets: dict[NotificationConsumer, Ticket] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, socket: "NotificationConsumer", session_key: str, user: AbstractBaseUser) -> None:
        """Watch a socket; the first one of a process starts the watch."""
        self.sockets[socket] = Ticket(session_key, user.pk, user.password)
        if self._task is None or self._task.done() or self._task.get_loop() is not asyncio.get_running_loop():
            self._task = asyncio.create_task(self._run(), name="session watch")

    def discard(self, socket: "NotificationConsumer") -> None:
        """Stop watching a socket that is closing."""
        self.sockets.pop(socket, None)

    async def _run(self) -> None:
        while self.sockets:
            await asyncio.sleep(INTERVAL)
            try:
                await self._look()
            except AnyDatabaseError as error:
                # Sockets stay open while nobody can tell; the next look catches up.
                logger.warning("the session watch could not ask the database: %s", error)

    async def _look(self) -> None:
        asked = dict(self.sockets)  # those that open during the look are not part of it
        entitled = await database_sync_to_async(entitled_tickets)(set(asked.values()))
        ended = [socket for socket, ticket in asked.items() if ticket not in entitled]
        await asyncio.gather(*(_end(socket) for socket in ended))


async def _end(socket: "NotificationConsumer") -> None:
    """Close one socket. One that is gone already, or does not read, must not keep the others waiting."""
    try:
        async with asyncio.timeout(INTERVAL):
            await socket.end(NOT_SIGNED_IN)
    except TimeoutError:
        socket.abort()
    except (OSError, RuntimeError) as error:
        logger.debug("a socket whose session ended had gone already: %r", error)


def entitled_tickets(tickets: set[Ticket]) -> set[Ticket]:
    """Those whose session still lives, and whose user is active and has the same password."""
    sessions = _living_sessions(sorted({ticket.session_key for ticket in tickets}), timezone.now())
    passwords = _passwords(sorted({ticket.user_id for ticket in tickets}))
    return {
        ticket
        for ticket in tickets
        if ticket.session_key in sessions and passwords.get(ticket.user_id) == ticket.password
    }


def _living_sessions(keys: Sequence[str], now: datetime) -> set[str]:
    living: set[str] = set()
    for chunk in _chunks(keys):
        rows = Session.objects.filter(session_key__in=chunk, expire_date__gt=now)
        living.update(rows.values_list("session_key", flat=True))
    return living


def _passwords(user_ids: Sequence[int]) -> dict[int, str]:
    passwords: dict[int, str] = {}
    for chunk in _chunks(user_ids):
        active = get_user_model().objects.filter(pk__in=chunk, is_active=True)
        passwords.update(active.values_list("pk", "password"))
    return passwords


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


watch = SessionWatch()
