"""The socket on the servers that people run: what it refuses, and that nothing refused leaves a traceback."""

import json
import os
from contextlib import suppress
from time import monotonic

import pytest
from django.contrib.auth.models import User
from websockets.exceptions import InvalidStatus

from gstbillingapp.utils import create_notification
from gstbillingapp.uvicorn_protocols import HEADERS_SECONDS
from tests.support.browserless import Client
from tests.support.raw_socket import (
    BINARY,
    CLOSE,
    COMPRESSED,
    CONTINUED,
    FINAL,
    PING,
    PONG,
    TEXT,
    RawSocket,
    credentials,
    frame,
    resident_bytes,
    signed_in,
)
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

# What a reader that stops may make a process hold until it is dropped: SEND_SECONDS of all that can be posted
# to it, which is 20 MiB where nothing else is done. One that is never dropped is past this a little later.
DEAF_BYTES = 48 * 1024 * 1024
# 400 is the server's own word for headers that make no sense, before it asks the application.
REFUSALS = (400, 403)

ON_BOTH = pytest.mark.parametrize("site", ["uvicorn", "daphne"], indirect=True)


@pytest.fixture
def site(request: pytest.FixtureRequest, shared_stack: Stack) -> Stack:
    """The processes that this file shares, their web process served by what the test asks for."""
    return request.getfixturevalue("daphne") if request.param == "daphne" else shared_stack


@ON_BOTH
def test_every_abuse_gets_the_contracts_answer_and_leaves_no_traceback(site):
    demo = site.sign_in("demo", "gst-demo")
    refuses_foreign_origins(site, demo)
    closes_without_a_session(site)
    answers_nonsense(demo)
    closes_large_messages(demo)
    closes_a_flood(demo)
    log = site.process("web").log()
    assert "Traceback" not in log, log
    assert " ERROR " not in log, log


def refuses_foreign_origins(stack, demo: Client) -> None:
    port = stack.url.rpartition(":")[2]
    foreign = [
        *("https://evil.example", f"https://127.0.0.1:{port}", "http://127.0.0.1:1", "http://127.0.0.1"),
        *(f"http://127.0.0.1.:{port}", f"http://127.0.0.1:0{port}"),
        *(
            f"http://127.0.0.1:{port}/",
            f"http://evil@127.0.0.1:{port}",
            f"http://127.0.0.1:{port}@evil.example",
        ),
        *(f"HTTP://127.0.0.1:{port}", f"http://LOCALHOST:{port}", f"http://localhost.:{port}"),
        *(f"http://xn--lcalhost-93a:{port}", f"http://127.1:{port}", f"http://2130706433:{port}"),
        *("null", "file://", None),
    ]
    for origin in foreign:
        with pytest.raises(InvalidStatus) as refused:
            demo.socket(origin=origin)
        assert refused.value.response.status_code == 403, origin
    with pytest.raises(InvalidStatus) as refused:
        demo.socket("/ws/other/")
    assert refused.value.response.status_code == 403
    for origins in (
        [demo.origin] * 2,
        ["*"],
        [""],
        [demo.origin, foreign[0]],
        [f"{demo.origin}, {foreign[0]}"],
    ):
        with RawSocket(demo.url) as raw:
            status, _ = raw.ask([*credentials(demo), *(("Origin", origin) for origin in origins)])
            assert status in REFUSALS, origins


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


@ON_BOTH
def test_a_reader_that_stops_reading_is_dropped_and_slows_nobody(site):
    demo, user = site.sign_in("demo", "gst-demo"), User.objects.get(username="demo")
    web = site.process("web")
    reader = demo.socket()
    reader.receive("unread_count")
    with site.posting():
        assert_a_burst_is_shown(user, reader)  # the first one starts threads and fills caches
        before, memory = open_connections(web.pid), resident_bytes(web.pid)
        with signed_in(demo, receive_buffer=4096):
            while "does not read" not in web.log():
                assert_a_burst_is_shown(user, reader)
                assert resident_bytes(web.pid) - memory < DEAF_BYTES
            wait_until(lambda: open_connections(web.pid) <= before, 10, "its connection is still there")
    reader.close()


def assert_a_burst_is_shown(user, reader) -> None:
    """Post more than a reader's buffers hold, and see all of it arrive in time."""
    for _ in range(200):
        create_notification(user, "Long", "x" * 2000)
    started, last = monotonic(), create_notification(user, "Last", "")
    while reader.receive("notification")["notification"]["id"] != last.pk:
        pass
    assert monotonic() - started < 5, "it slows the others"


def open_connections(pid: int) -> int:
    """Files come and go with the threads that ask the database; connections are those of people."""
    count = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        with suppress(FileNotFoundError):  # closed meanwhile
            count += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
    return count


PING_IN_JSON = json.dumps({"type": "ping"}).encode()
# What breaks RFC 6455 itself. Servers may say why (uvicorn) or just drop the connection (daphne).
BROKEN = {
    "no mask": [frame(PING_IN_JSON, masked=False)],
    "a reserved kind": [frame(b"", 3)],
    "compressed though nobody agreed to it": [frame(PING_IN_JSON, flags=FINAL | COMPRESSED)],
    "not UTF-8": [frame(b"\xff\xfe")],
    "not UTF-8, in parts": [frame(b"\xe2\x82", flags=0), frame(b"\xff", CONTINUED)],
    "a part of nothing": [frame(b"", CONTINUED)],
    "a close without a sensible code": [frame(b"\x00\x01", CLOSE)],
    "a ping that is too long": [frame(b"x" * 126, PING)],
    "a length of four exbibytes": [frame(b"x", says=2**62)],
}
ACCORDING_TO_RFC = {1002, 1006, 1007, 1009}


@ON_BOTH
def test_what_no_browser_sends_costs_its_own_socket_and_nobody_elses(site):
    demo, web = site.sign_in("demo", "gst-demo"), site.process("web")
    with demo.socket() as bystander:
        bystander.receive("unread_count")
        offers_compression(demo)
        puts_messages_together(demo)
        for what, frames in BROKEN.items():
            with signed_in(demo) as raw:
                raw.send(*frames)
                assert raw.close_code() in ACCORDING_TO_RFC, what
        before = resident_bytes(web.pid)
        for flood in (frame(b"x" * 125, PING), frame(b"x" * 125, PONG), frame(b"", CONTINUED, flags=0)):
            floods_below_the_messages(demo, flood)
            bystander.send({"type": "ping"})
            bystander.receive("pong", timeout=5)
        assert resident_bytes(web.pid) - before < 16 * 2**20
    assert "Traceback" not in web.log(), web.log()


def offers_compression(demo: Client) -> None:
    """It would cost a quarter of a mebibyte a socket, and hide large messages in small ones."""
    with RawSocket(demo.url) as raw:
        offer = ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits")
        status, head = raw.ask([*credentials(demo), ("Origin", demo.origin), offer])
        assert status == 101
        assert "extensions" not in head.lower()


def puts_messages_together(demo: Client) -> None:
    with signed_in(demo) as raw:
        assert raw.receive()[0] == TEXT  # the count
        parts = [PING_IN_JSON[:4], PING_IN_JSON[4:9], PING_IN_JSON[9:]]
        raw.send(frame(parts[0], flags=0), frame(b"?", PING), frame(parts[1], CONTINUED, flags=0))
        raw.send(frame(parts[2], CONTINUED), frame(PING_IN_JSON, BINARY))
        assert raw.receive() == (PONG, b"?")
        assert raw.receive() == (TEXT, b'{"type":"pong"}')
        assert json.loads(raw.receive()[1])["code"] == "bad_json"
        raw.send(
            frame(b"x" * 1000, flags=0), *[frame(b"x" * 1000, CONTINUED, flags=0)] * 8, frame(b"", CONTINUED)
        )
        assert raw.close_code() == 1009


def floods_below_the_messages(demo: Client, flood: bytes) -> None:
    """Frames that never become a message: the consumer sees none of them. As many as the server takes."""
    with signed_in(demo) as raw:
        raw.send(frame(b"", flags=0))
        raw.connection.setblocking(False)
        for _ in range(200):
            try:
                raw.connection.send(flood * 1000)
            except (BlockingIOError, ConnectionError):
                break
        raw.connection.settimeout(10)
        assert raw.close_code() in (4429, 1006)  # 1006: what was still under way reset the connection


def test_a_request_that_never_ends_gives_its_place_back(shared_stack):
    web = shared_stack.process("web")
    before = open_connections(web.pid)
    url = shared_stack.url
    with RawSocket(url) as silent, RawSocket(url) as slow, RawSocket(url) as endless:
        slow.send(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        endless.send(
            b"GET /healthz HTTP/1.1\r\n", *[b"X-%d: " % n + b"x" * 1000 + b"\r\n" for n in range(100)]
        )
        assert b"400" in endless.answer()
        for waiting in (silent, slow):
            waiting.connection.settimeout(2 * HEADERS_SECONDS)
            assert waiting.answer() == b""
    wait_until(lambda: open_connections(web.pid) <= before, 10, "their connections are still open")


def test_behind_a_proxy_only_the_sites_own_origin_opens_sockets(shared_stack, monkeypatch):
    """As in production: DEBUG off, TLS ended by a proxy, `TRUSTED_ORIGINS` says where the site is."""
    stack, site = shared_stack, "https://billing.example.in"
    key = "d1f3b6a9c2e5f8071b4d7e0a3c6f9b2e5d8071a4c7f0b3e6d9"
    production = {"SECRET_KEY": key, "DEBUG": "0", "TRUSTED_ORIGINS": site}
    production["ALLOWED_HOSTS"] = "billing.example.in,127.0.0.1"
    monkeypatch.setattr(stack, "environment", stack.environment | production)
    stack.start("web-2")
    session = stack.python(LET_IN).strip()
    proxied = {"X-Forwarded-Proto": "https", "Cookie": f"sessionid={session}"}
    person = Client(stack.web_url("web-2"), site, proxied)
    with person.socket() as opened:
        opened.receive("unread_count")
    port = person.url.rpartition(":")[2]
    for origin in (
        *("http://billing.example.in", "https://billing.example.in:8443", "https://billing.example.in:443"),
        *("https://billing.example.in.", "https://BILLING.example.in", "https://a.billing.example.in"),
        *("https://billing.example.in.evil.example", "https://user@billing.example.in", f"{site}/"),
        *(f"http://127.0.0.1:{port}", f"http://localhost:{port}", "null", None),
    ):
        with pytest.raises(InvalidStatus) as refused:
            person.socket(origin=origin)
        assert refused.value.response.status_code == 403, origin


LET_IN = """
import django.test
from django.contrib.auth.models import User
browser = django.test.Client()
browser.force_login(User.objects.get(username="demo"), "django.contrib.auth.backends.ModelBackend")
print(browser.session.session_key)
"""
