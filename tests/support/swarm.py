"""Thousands of WebSockets from one thread, each as cheap as can be: the server is what is loaded."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import timedelta
from itertools import cycle
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import uvloop
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

# Seconds for one socket to open, which the last of thousands at once need.
OPEN_SECONDS = 60.0
# Sockets of one source address have some 28,000 ports, and a port rests for a minute after its use.
SOURCES = tuple(f"127.0.0.{number}" for number in range(1, 9))
# Bytes of a frame's header, and where the length of a longer payload stands in it (RFC 6455, section 5.2).
SHORT_HEADER, LONG_HEADER = 2, 4
SIXTEEN_BIT_LENGTH, SIXTY_FOUR_BIT_LENGTH = 126, 127
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
# A client masks what it sends; with zeros the bytes stay readable.
MASK = bytes(4)
GOING_AWAY = struct.pack("!H", 1001)

# Longer than any run.
SESSION_LASTS = timedelta(hours=1)

T = TypeVar("T")


class Visitor(NamedTuple):
    """A person with a session of her own, and the cookie that says so."""

    user_id: int
    cookie: str


def visitors(count: int, name: str) -> list[Visitor]:
    """That many new people, each signed in, written straight into the database."""
    people = User.objects.bulk_create(
        (User(username=f"{name}-{number}", password="!") for number in range(count)), batch_size=500
    )
    sessions = [_session(person) for person in people]
    Session.objects.bulk_create(sessions, batch_size=500)
    return [
        Visitor(person.pk, f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
        for person, session in zip(people, sessions, strict=True)
    ]


def _session(person: User) -> Session:
    store = SessionStore()
    content = {
        SESSION_KEY: str(person.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
        HASH_SESSION_KEY: person.get_session_auth_hash(),
    }
    return Session(
        session_key=store._get_new_session_key(),
        session_data=store.encode(content),
        expire_date=timezone.now() + SESSION_LASTS,
    )


class Tab(asyncio.Protocol):
    """One socket: what it was answered, what it was shown, and how it ended."""

    __slots__ = ("_buffer", "_request", "close_code", "count", "is_lost", "loop", "revision", "settled",
                 "shown", "status", "transport", "visitor")  # fmt: skip

    def __init__(self, visitor: Visitor | None, request: bytes, loop: asyncio.AbstractEventLoop) -> None:
        self.visitor = visitor
        self.status: int | None = None
        self.count: int | None = None
        self.revision = -1
        self.shown: list[int] = []
        self.close_code: int | None = None
        self.is_lost = False
        self.settled: asyncio.Future[None] = loop.create_future()  # has its first count, or never will
        self.loop = loop
        self.transport: Any = None
        self._request = request
        self._buffer = b""

    @property
    def is_open(self) -> bool:
        """Whether it was accepted and neither side has ended it."""
        return self.count is not None and self.close_code is None and not self.is_lost

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self.status is None:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self.status, self._buffer = int(head.split(b" ", 2)[1]), rest
        if self.status == 101:
            for opcode, payload in self._frames():
                self._read(opcode, payload)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._settle()

    def send(self, frame: dict[str, Any]) -> None:
        """Send a frame; call it in the swarm's thread only."""
        self._write(TEXT, json.dumps(frame).encode())

    def leave(self) -> None:
        """Say goodbye, as a browser that closes a page."""
        self._write(CLOSE, GOING_AWAY)

    def reset(self) -> None:
        """Vanish with a TCP reset: no close frame, nothing."""
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _read(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self._write(PONG, payload)
        elif opcode == CLOSE:
            self.close_code = struct.unpack("!H", payload[:2])[0] if payload else 1005
            self._write(CLOSE, payload[:2])
            self.transport.close()
        elif opcode == TEXT:
            self._frame(json.loads(payload))

    def _frame(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "notification":
            self.shown.append(frame["notification"]["id"])
        elif frame["type"] == "unread_count" and frame["revision"] >= self.revision:
            self.revision, self.count = frame["revision"], frame["count"]
            self._settle()

    def _settle(self) -> None:
        if not self.settled.done():
            self.settled.set_result(None)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        """The whole frames that have arrived. A server neither masks nor splits what it sends here."""
        while len(self._buffer) >= SHORT_HEADER:
            start, length = SHORT_HEADER, self._buffer[1]
            assert length < SIXTY_FOUR_BIT_LENGTH, "no frame of the contract is that long"
            if length == SIXTEEN_BIT_LENGTH:
                start, length = LONG_HEADER, int.from_bytes(self._buffer[SHORT_HEADER:LONG_HEADER])
            if len(self._buffer) < start + length or start > len(self._buffer):
                return
            opcode, payload = self._buffer[0] & 0x0F, self._buffer[start : start + length]
            self._buffer = self._buffer[start + length :]
            yield opcode, payload

    def _write(self, opcode: int, payload: bytes) -> None:
        length = len(payload)
        sized = bytes([0x80 | length]) if length < SIXTEEN_BIT_LENGTH else b"\xfe" + length.to_bytes(2)
        self.transport.write(bytes([0x80 | opcode]) + sized + MASK + payload)


class Swarm:
    """The sockets, on an event loop in a thread of its own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url, self._host, self._port = url, parts.hostname, parts.port
        self.tabs: list[Tab] = []
        self._sources = cycle(SOURCES)
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="swarm", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Swarm":
        return self

    def __exit__(self, *_error: object) -> None:
        self.each(self.tabs, Tab.reset)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def open(self, people: Sequence[Visitor | None], at_once: int = 100, origin: str = "") -> list[Tab]:
        """A socket for each, at most `at_once` handshakes under way; returns when all are open or refused."""
        tabs = self.run(self._open(people, at_once, origin or self.url))
        self.tabs += tabs
        return tabs

    def each(self, tabs: Sequence[Tab], deed: Callable[[Tab], None]) -> None:
        """Do something with each socket that is not lost, in the swarm's thread."""

        async def all_of_them() -> None:
            for tab in tabs:
                if not tab.is_lost:
                    deed(tab)

        self.run(all_of_them())

    def drop_in_handshake(self, people: Sequence[Visitor]) -> None:
        """Connections that vanish before they are answered, half of them in the middle of their request."""
        self.run(self._drop_in_handshake(people))

    def forget(self) -> None:
        """Let go of those that are lost."""
        self.tabs = [tab for tab in self.tabs if not tab.is_lost]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self, people: Sequence[Visitor | None], at_once: int, origin: str) -> list[Tab]:
        places = asyncio.Semaphore(at_once)

        async def one(visitor: Visitor | None) -> Tab:
            async with places, asyncio.timeout(OPEN_SECONDS):
                tab = await self._connect(visitor, self._request(visitor, origin))
                await tab.settled
                return tab

        return await asyncio.gather(*(one(visitor) for visitor in people))

    async def _drop_in_handshake(self, people: Sequence[Visitor]) -> None:
        for number, visitor in enumerate(people):
            request = self._request(visitor, self.url)
            tab = await self._connect(visitor, request if number % 2 else request[: len(request) // 2])
            tab.reset()

    async def _connect(self, visitor: Visitor | None, request: bytes) -> Tab:
        _, tab = await self._loop.create_connection(
            lambda: Tab(visitor, request, self._loop),
            self._host,
            self._port,
            local_addr=(next(self._sources), 0),
        )
        return tab

    def _request(self, visitor: Visitor | None, origin: str) -> bytes:
        cookie = f"Cookie: {visitor.cookie}\r\n" if visitor else ""
        return (
            f"GET /ws/notifications/ HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Origin: {origin}\r\n{cookie}"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
