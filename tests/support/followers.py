"""A person with an open page: a socket that reconnects by itself, and the contract's rules over real HTTP."""

import json
import random
import time
from collections.abc import Callable
from http.client import HTTPException
from time import monotonic
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake

from tests.support.browserless import Client, Socket
from tests.support.inbox_client import Fetch, InboxClient

# Close codes after which a page does not come back.
FINAL = {4401}
# The contract's back-off in seconds: first within 5, then at most 30 apart, reset after 30 of stability.
FIRST_RETRY_WITHIN, RETRIES_AT_MOST_APART, STABLE_AFTER = 5.0, 30.0, 30.0
STEP = 0.05  # seconds that one step waits for a frame


class BackOff:
    """When a page that lost its socket tries again: full jitter, as the contract has it."""

    def __init__(self) -> None:
        self._failures = 0
        self._opened = 0.0

    def opened(self) -> None:
        """The socket is open."""
        self._opened = monotonic()

    def lost(self) -> float:
        """The socket is lost, or did not open; how many seconds to wait."""
        if self._opened and monotonic() - self._opened > STABLE_AFTER:
            self._failures = 0
        self._opened = 0.0
        cap = min(FIRST_RETRY_WITHIN * 2**self._failures, RETRIES_AT_MOST_APART)
        self._failures += 1
        return random.uniform(0, cap)


class Follower:
    """Follows one inbox as a browser does. Call `follow_until`; nothing runs in between."""

    def __init__(self, http: Client) -> None:
        self.http = http
        self.client = InboxClient(changes_of(http))
        self.close_codes: list[int] = []
        self.shown_at: list[float] = []  # the moment of each toast
        self.pongs = 0
        self._socket: Socket | None = None
        self._back_off = BackOff()
        self._not_before = 0.0

    @property
    def is_final(self) -> bool:
        """Whether the server has said that this session is over."""
        return bool(FINAL & set(self.close_codes))

    def follow_until(self, enough: Callable[[InboxClient], bool], timeout: float = 20.0) -> InboxClient:
        """Receive frames, reconnecting where needed, until `enough` is true of the client."""
        deadline = monotonic() + timeout
        while not enough(self.client):
            assert monotonic() < deadline, (
                f"not within {timeout:g} s: revision {self.client.revision}, badge {self.client.count}, "
                f"{len(self.client.shown)} shown, closes {self.close_codes}"
            )
            self._step()
        return self.client

    def ask_count(self) -> None:
        """Send `get_count`, as a page does when it becomes visible."""
        self._connected().send({"type": "get_count"})

    def hear_out(self) -> None:
        """Hear what is still on its way: the answer to a ping comes after it, and answers nothing else."""
        pongs, catch_ups = self.pongs, self.client.catch_ups
        self._connected().send({"type": "ping"})
        # A socket that breaks meanwhile takes the answer with it; who opens another has asked for everything.
        self.follow_until(lambda client: self.pongs > pongs or client.catch_ups > catch_ups)

    def close(self) -> None:
        """Leave the page."""
        if self._socket is not None:
            self._socket.close()

    def _step(self) -> None:
        if self._socket is None and monotonic() < self._not_before:
            time.sleep(STEP)  # the back-off itself
            return
        try:
            self._receive(self._connected())
        except ConnectionClosed as closed:
            self.close_codes.append(closed.rcvd.code if closed.rcvd else 1006)
            self._lost()
        except (OSError, InvalidHandshake, HTTPException):
            self._lost()
        self.shown_at += [monotonic()] * (len(self.client.shown) - len(self.shown_at))

    def _receive(self, socket: Socket) -> None:
        try:
            text = socket.connection.recv(STEP)
        except TimeoutError:
            return
        frame = json.loads(text)
        self.pongs += frame["type"] == "pong"
        self.client.apply(frame)

    def _lost(self) -> None:
        self.close()
        self._socket = None
        self._not_before = monotonic() + self._back_off.lost()

    def _connected(self) -> Socket:
        if self._socket is None:
            self._socket = self.http.socket()
            self._back_off.opened()
            self.client.opened()
        return self._socket


def changes_of(http: Client) -> Fetch:
    """The changes endpoint over real HTTP; ConnectionRefusedError for an answer that is none."""

    def fetch(since: int, cursor: str | None) -> dict[str, Any]:
        more = f"&cursor={cursor}" if cursor else ""
        answer = http.get(f"/notifications/api/changes/?since={since}&limit=100{more}")
        if answer.status != 200:
            raise ConnectionRefusedError(f"{answer.status}: {answer.text[:200]}")
        return answer.json()

    return fetch
