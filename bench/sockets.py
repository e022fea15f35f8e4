"""The browsers of a measurement, in one process: sockets that speak just enough WebSocket and keep the time.

Every frame is looked through for the id of its notification, or for its count, and not decoded further: the
listener is to be cheaper than what it measures. Moments are of the machine's monotonic clock, taken when the
event loop hands over what has arrived.
"""

import asyncio
import re
import resource
import sys
import threading
import time
from array import array
from collections.abc import Coroutine, Sequence
from itertools import cycle
from typing import Any, TypeVar

import uvloop

from bench.remote import serve

# Sockets of one source address have some 28,000 ports, and a port rests for a minute after its use.
SOURCES = tuple(f"127.0.0.{number}" for number in range(1, 9))
# Seconds for one socket to open, which the last of thousands at once need.
OPEN_SECONDS = 120.0
POLL_SECONDS = 0.005
# Seconds until a handshake is tried again that a server, busy with those that have just gone, has reset.
AGAIN_SECONDS = 0.2
# RFC 6455, section 5.2: where the length of a longer payload stands, and the bytes that say what a frame is.
SHORT_HEADER, LONG_HEADER = 2, 4
SIXTEEN_BIT_LENGTH, SIXTY_FOUR_BIT_LENGTH = 126, 127
WHOLE_TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
# A client masks what it sends; with zeros the bytes stay readable.
MASK = bytes(4)

ID = re.compile(rb'"id": ?(\d+)')
COUNT = re.compile(rb'"count": ?(\d+)')

T = TypeVar("T")
Told = tuple[int, Sequence[int], Sequence[float], int]  # user id, ids, moments, falls of the count


class Totals:
    """What all sockets have received together."""

    def __init__(self) -> None:
        self.notifications = 0
        self.frames = 0  # text frames of any kind


class Ear(asyncio.Protocol):
    """One socket, and what it was told."""

    __slots__ = ("_rest", "count", "counts_fell", "ids", "is_open", "is_over", "moments", "opened", "request",
                 "status", "totals", "transport", "user_id")  # fmt: skip

    def __init__(self, user_id: int, request: bytes, totals: Totals) -> None:
        self.user_id = user_id
        self.request = request
        self.totals = totals
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: Any = None
        self.status = 0
        self.is_open = True
        self.is_over = False  # whether it is we who end it
        self._rest = b""
        self.clear()

    def clear(self) -> None:
        """Forget what came so far; the badge's number stays."""
        self.ids, self.moments = array("q"), array("d")
        self.counts_fell = 0
        self.count = getattr(self, "count", -1)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.request)
        self.request = b""

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if not self.opened.done():
            kind = ConnectionError if self.status else ConnectionResetError
            self.opened.set_exception(kind(f"status {self.status}, then closed: {exc}"))

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if self._rest:
            data = self._rest + data
        if not self.status:
            head, end, rest = data.partition(b"\r\n\r\n")
            if not end:
                self._rest = data
                return
            self.status, data = int(head.split(b" ", 2)[1]), rest
        self._rest = data[self._frames(data, now) :] if self.status == 101 else b""

    def _frames(self, data: bytes, now: float) -> int:
        """Read the whole frames; where the first that is not whole begins. A server does not split these."""
        at, end = 0, len(data)
        while end - at >= SHORT_HEADER:
            start, length = at + SHORT_HEADER, data[at + 1]
            if length == SIXTEEN_BIT_LENGTH:
                if end - at < LONG_HEADER:
                    break
                start, length = at + LONG_HEADER, data[at + 2] << 8 | data[at + 3]
            if start + length > end:
                break
            if data[at] == WHOLE_TEXT:
                self._text(data, start, start + length, now)
            else:
                self._control(data[at], data[start : start + length])
            at = start + length
        return at

    def _text(self, data: bytes, start: int, end: int, now: float) -> None:
        self.totals.frames += 1
        if found := ID.search(data, start, end):
            self.ids.append(int(found[1]))
            self.moments.append(now)
            self.totals.notifications += 1
        elif found := COUNT.search(data, start, end):
            count = int(found[1])
            self.counts_fell += count < self.count
            self.count = count
            if not self.opened.done():
                self.opened.set_result(None)

    def _control(self, first: int, payload: bytes) -> None:
        if first == PING:
            self.transport.write(bytes([PONG, 0x80 | len(payload)]) + MASK + payload)
        elif first == CLOSE:
            self.is_open = False
            self.transport.close()
        else:
            raise AssertionError(f"no frame of the contract begins with {first:#x}")

    def drop(self) -> None:
        """End it without a word."""
        self.is_over = True
        self.transport.abort()


class Ears:
    """All sockets of the process, on an event loop in a thread of its own; its methods are what is called."""

    def __init__(self) -> None:
        self._sources = cycle(SOURCES)
        self._ears: list[Ear] = []
        self._totals = Totals()
        self._resets = 0
        self._loop = uvloop.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="sockets", daemon=True).start()

    def open(self, host: str, port: int, people: Sequence[tuple[int, str]], at_once: int) -> float:
        """Open a socket for each (user id, cookie); seconds until the last had its first count.

        A handshake that is reset before it is answered is tried again, as a browser does: see `resets`.
        """
        return self._run(self._open(host, port, people, at_once))

    def wait(self, notifications: int, frames: int, silence: float) -> tuple[int, int]:
        """Wait until that many have come since `clear`, or nothing more for so long; what has come."""
        totals, before, since = self._totals, -1, time.monotonic()
        while totals.notifications < notifications or totals.frames < frames:
            if totals.frames != before:
                before, since = totals.frames, time.monotonic()
            if time.monotonic() - since > silence:
                break
            time.sleep(POLL_SECONDS)
        return totals.notifications, totals.frames

    def clear(self) -> None:
        """Forget what came so far."""
        self._run(self._clear())

    def heard(self) -> list[Told]:
        """What each socket was told since `clear`: user id, ids, moments, falls of its count."""
        return self._run(self._heard())

    def closed(self) -> int:
        """How many sockets the server, or the network, has ended."""
        return sum(not ear.is_open for ear in self._ears)

    def close(self) -> None:
        """End all of them."""
        self._run(self._close())

    def resets(self) -> int:
        """How many handshakes were reset and tried again since this was last asked."""
        resets, self._resets = self._resets, 0
        return resets

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self, host: str, port: int, people: Sequence[tuple[int, str]], at_once: int) -> float:
        places = asyncio.Semaphore(at_once)

        async def one(user_id: int, cookie: str) -> Ear:
            async with places, asyncio.timeout(OPEN_SECONDS):
                while True:
                    try:
                        return await self._opened(host, port, user_id, cookie)
                    except ConnectionResetError:
                        self._resets += 1
                    await asyncio.sleep(AGAIN_SECONDS)

        began = time.monotonic()
        self._ears += await asyncio.gather(*(one(*person) for person in people))
        return time.monotonic() - began

    async def _opened(self, host: str, port: int, user_id: int, cookie: str) -> Ear:
        request = handshake(host, port, cookie)
        _, ear = await self._loop.create_connection(
            lambda: Ear(user_id, request, self._totals),
            host,
            port,
            local_addr=(next(self._sources), 0),
        )
        await ear.opened
        return ear

    async def _clear(self) -> None:
        self._totals.notifications = self._totals.frames = 0
        for ear in self._ears:
            ear.clear()

    async def _heard(self) -> list[Told]:
        return [(ear.user_id, ear.ids, ear.moments, ear.counts_fell) for ear in self._ears]

    async def _close(self) -> None:
        for ear in self._ears:
            ear.drop()
        self._ears = []


def handshake(host: str, port: int, cookie: str) -> bytes:
    """The request that opens a socket (RFC 6455, section 4.1)."""
    return (
        f"GET /ws/notifications/ HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: http://{host}:{port}\r\n"
        f"Cookie: {cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


def main() -> None:
    """Serve calls; each socket is an open file."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ears = Ears()
    calls = (ears.open, ears.wait, ears.clear, ears.heard, ears.closed, ears.resets, ears.close)
    serve(int(sys.argv[-1]), {call.__name__: call for call in calls})


if __name__ == "__main__":
    main()
