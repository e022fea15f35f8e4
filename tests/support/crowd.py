"""Many people with an open page each, who come back by themselves when their server is gone."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from time import monotonic

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.background import in_background
from tests.support.browserless import TIMEOUT_SECONDS, Client
from tests.support.followers import BackOff, changes_of
from tests.support.inbox_client import InboxClient
from tests.support.swarm import Visitor


class Page:
    """One of them: a socket that reconnects with the contract's back-off, and the contract's rules."""

    def __init__(self, url: str, visitor: Visitor) -> None:
        self.http = Client(url, headers={"Cookie": visitor.cookie})
        self.client = InboxClient(changes_of(self.http))
        self.opened: list[float] = []  # the moments
        self.is_live = False

    async def live(self) -> None:
        """Follow the inbox for as long as nobody says otherwise."""
        back_off = BackOff()
        while True:
            try:
                await self._follow(back_off)
            except (OSError, InvalidHandshake, ConnectionClosed, HTTPException):
                self.is_live = False
            await asyncio.sleep(back_off.lost())

    async def _follow(self, back_off: BackOff) -> None:
        async with connect(
            self.http.url.replace("http", "ws", 1) + "/ws/notifications/",
            origin=self.http.origin,  # type: ignore[arg-type]
            additional_headers=self.http.headers,
            open_timeout=TIMEOUT_SECONDS,
            compression=None,
            proxy=None,
        ) as socket:
            back_off.opened()
            self.opened.append(monotonic())
            await asyncio.to_thread(self.client.opened)
            self.is_live = True
            while True:
                frame = json.loads(await socket.recv())
                await asyncio.to_thread(self.client.apply, frame)


class Crowd:
    """All of them, on one event loop."""

    def __init__(self, url: str, visitors: Sequence[Visitor]) -> None:
        self.pages = [Page(url, visitor) for visitor in visitors]
        self._loop = asyncio.new_event_loop()
        self._left = asyncio.Event()

    @property
    def live(self) -> int:
        """How many have an open socket and know what they missed."""
        return sum(page.is_live for page in self.pages)

    def run(self) -> None:
        """Live until `leave`."""
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._live())

    def leave(self) -> None:
        """Close every page; from another thread."""
        self._loop.call_soon_threadsafe(self._left.set)

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            living = [tasks.create_task(page.live()) for page in self.pages]
            await self._left.wait()
            for task in living:
                task.cancel()


@contextmanager
def crowd(url: str, visitors: Sequence[Visitor]) -> Iterator[Crowd]:
    """People who have their pages open for as long as the block lasts."""
    people = Crowd(url, visitors)
    with in_background(people.run):
        try:
            yield people
        finally:
            people.leave()
