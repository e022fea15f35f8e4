"""A person with an open page: a socket that reconnects by itself, and the contract's rules over real HTTP."""

import json
from collections.abc import Callable
from time import monotonic
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.support.browserless import Client, Socket
from tests.support.inbox_client import InboxClient

# Close codes after which a page does not come back.
FINAL = {4401}


class Follower:
    """Follows one inbox as a browser does. Call `follow_until`; nothing runs in between."""

    def __init__(self, http: Client) -> None:
        self.http = http
        self.client = InboxClient(self._fetch)
        self.close_codes: list[int] = []
        self._socket: Socket | None = None

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

    def close(self) -> None:
        """Leave the page."""
        if self._socket is not None:
            self._socket.close()

    def _step(self) -> None:
        try:
            text = self._connected().connection.recv(0.05)
        except TimeoutError:
            return
        except ConnectionClosed as closed:
            self.close_codes.append(closed.rcvd.code if closed.rcvd else 1006)
            self._socket = None
        except (OSError, InvalidStatus):
            self._socket = None
        else:
            self.client.apply(json.loads(text))

    def _connected(self) -> Socket:
        if self._socket is None:
            self._socket = self.http.socket()
            self.client.opened()
        return self._socket

    def _fetch(self, since: int, cursor: str | None) -> dict[str, Any]:
        more = f"&cursor={cursor}" if cursor else ""
        answer = self.http.get(f"/notifications/api/changes/?since={since}&limit=100{more}")
        if answer.status != 200:
            raise ConnectionRefusedError(f"{answer.status}: {answer.text[:200]}")
        return answer.json()
