"""The socket on the servers that people run: what it refuses, and that nothing refused leaves a traceback."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest
from django.contrib.auth.models import User
from websockets.exceptions import InvalidStatus

from gstbillingapp.utils import create_notification
from tests.support.browserless import Client
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

ON_DEMO = pytest.mark.parametrize("live_database", ["demo"], indirect=True)


@ON_DEMO
@pytest.mark.parametrize("stack", ["uvicorn", "daphne"], indirect=True)
def test_every_abuse_gets_the_contracts_answer_and_leaves_no_traceback(stack):
    demo = stack.sign_in("demo", "gst-demo")
    refuses_foreign_origins(stack, demo)
    closes_without_a_session(stack)
    answers_nonsense(demo)
    closes_large_messages(demo)
    closes_a_flood(demo)
    log = stack.process("web").log()
    assert "Traceback" not in log, log
    assert " ERROR " not in log, log


def refuses_foreign_origins(stack, demo: Client) -> None:
    port = stack.url.rpartition(":")[2]
    foreign = ["https://evil.example", f"https://127.0.0.1:{port}", "http://127.0.0.1:1", "null", None]
    for origin in foreign:
        with pytest.raises(InvalidStatus) as refused:
            demo.socket(origin=origin)
        assert refused.value.response.status_code == 403, origin
    with pytest.raises(InvalidStatus) as refused:
        demo.socket("/ws/other/")
    assert refused.value.response.status_code == 403


def closes_without_a_session(stack) -> None:
    assert Client(stack.url).socket().wait_closed() == 4401


def answers_nonsense(demo: Client) -> None:
    with demo.socket() as tab:
        tab.receive("unread_count")
        for text in ("", "{", "[" * 8000, '{"type":' * 900, "null"):
            tab.send(text)
            assert tab.receive()["code"] == "bad_json"
        tab.connection.send(b'{"type":"ping"}')
        assert tab.receive()["code"] == "bad_json"
        tab.send({"type": "subscribe"})
        assert tab.receive()["code"] == "unknown_type"
        tab.send({"type": "ping"})
        assert tab.receive() == {"type": "pong"}
        tab.send({"type": "get_count"})
        assert tab.receive()["type"] == "unread_count"


def closes_large_messages(demo: Client) -> None:
    for size in (8193, 60_000):
        tab = demo.socket()
        tab.receive("unread_count")
        tab.send("x" * size)
        assert tab.wait_closed() == 1009, size


def closes_a_flood(demo: Client) -> None:
    tab = demo.socket()
    tab.receive("unread_count")
    for _ in range(230):
        tab.send({"type": "ping"})
    assert tab.wait_closed() == 4429
    answers = [frame["type"] for frame in tab.frames[1:]]
    assert answers == ["pong"] * 60 + ["error"] * 140


@ON_DEMO
def test_a_reader_that_stops_reading_is_dropped_and_slows_nobody(stack):
    demo, user = stack.sign_in("demo", "gst-demo"), User.objects.get(username="demo")
    web = stack.process("web")
    reader = demo.socket()
    reader.receive("unread_count")
    before = open_files(web.pid)
    with deaf_socket(demo), stack.posting():
        while "does not read" not in web.log():
            for _ in range(200):
                create_notification(user, "Long", "x" * 2000)
            started, last = monotonic(), create_notification(user, "Last", "")
            while shown(reader.receive("notification")) != last.pk:
                pass
            assert monotonic() - started < 5, "it slows the others"
        wait_until(lambda: open_files(web.pid) == before, 10, "its connection is still there")
    reader.close()


def shown(frame) -> int:
    return frame["notification"]["id"]


def open_files(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


@contextmanager
def deaf_socket(person: Client) -> Iterator[None]:
    """An open WebSocket of that person with a tiny buffer that nobody reads."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.cookies)
    host = person.url.removeprefix("http://")
    request = (
        f"GET /ws/notifications/ HTTP/1.1\r\nHost: {host}\r\nOrigin: {person.url}\r\nCookie: {cookies}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", int(host.rpartition(":")[2])))
        connection.sendall(request.encode())
        assert connection.recv(12) == b"HTTP/1.1 101"
        yield
