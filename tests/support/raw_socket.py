"""A WebSocket byte by byte: what no honest client sends (RFC 6455, section 5.2)."""

import os
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests.support.browserless import Client

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FINAL, COMPRESSED, MASKED = 0x80, 0x40, 0x80
SECONDS = 20.0
Header = tuple[str, str]


def frame(
    payload: bytes, kind: int = TEXT, *, flags: int = FINAL, masked: bool = True, says: int = -1
) -> bytes:
    """One frame; `says` is the length it claims to have."""
    size = len(payload) if says < 0 else says
    bit = MASKED if masked else 0
    if size < 126:
        head = struct.pack("!BB", flags | kind, bit | size)
    elif size < 2**16:
        head = struct.pack("!BBH", flags | kind, bit | 126, size)
    else:
        head = struct.pack("!BBQ", flags | kind, bit | 127, size)
    return head + (bytes(4) if masked else b"") + payload  # masked with zeros: the bytes as they are


class RawSocket:
    """A TCP connection to a site, and what came back on it."""

    def __init__(self, url: str, *, receive_buffer: int | None = None) -> None:
        self.host = url.removeprefix("http://")
        self.connection = socket.socket()
        if receive_buffer is not None:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.connection.settimeout(SECONDS)
        name, _, port = self.host.partition(":")
        self.connection.connect((name, int(port)))
        self._unread = b""

    def ask(self, headers: Sequence[Header], path: str = "/ws/notifications/") -> tuple[int, str]:
        """The handshake with these headers; the status and head of the answer."""
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {self.host}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            *(f"{name}: {value}" for name, value in headers),
        ]
        self.connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head = self._until(b"\r\n\r\n").decode("latin-1")
        return int(head.split()[1]), head

    def send(self, *frames: bytes) -> None:
        """Send bytes, unless the other side has gone."""
        with suppress(ConnectionError):
            self.connection.sendall(b"".join(frames))

    def receive(self) -> tuple[int, bytes]:
        """The next frame of the server: its kind and payload."""
        first, size = self._exactly(2)
        if size == 126:
            (size,) = struct.unpack("!H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._exactly(8))
        return first & 0x0F, self._exactly(size)

    def close_code(self) -> int:
        """The code that the server closes with, 1006 where it only drops the connection."""
        try:
            while True:
                kind, payload = self.receive()
                if kind == CLOSE:
                    return int.from_bytes(payload[:2], "big")
        except (ConnectionError, EOFError):
            return 1006

    def answer(self) -> bytes:
        """Everything until the server closes; nothing where it just drops the connection."""
        try:
            while True:
                self._more()
        except (ConnectionError, EOFError):
            return self._unread

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> "RawSocket":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _until(self, end: bytes) -> bytes:
        while end not in self._unread:
            self._more()
        found, _, self._unread = self._unread.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._unread) < size:
            self._more()
        found, self._unread = self._unread[:size], self._unread[size:]
        return found

    def _more(self) -> None:
        received = self.connection.recv(65536)
        if not received:
            raise EOFError("the server has closed the connection")
        self._unread += received


def signed_in(person: Client, *headers: Header, receive_buffer: int | None = None) -> RawSocket:
    """An open WebSocket of that person."""
    raw = RawSocket(person.url, receive_buffer=receive_buffer)
    status, head = raw.ask([*credentials(person), ("Origin", person.origin), *headers])
    assert status == 101, head
    return raw


def credentials(person: Client) -> list[Header]:
    """The cookies of that person's session."""
    return [("Cookie", "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.cookies))]


def resident_bytes(pid: int) -> int:
    """The memory that a process occupies."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
