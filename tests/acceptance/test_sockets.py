"""The socket on the servers that people run: what it refuses, and that nothing refused leaves a traceback."""

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.browserless import Client

pytestmark = pytest.mark.parametrize(
    ("stack", "live_database"), [("uvicorn", "demo"), ("daphne", "demo")], indirect=True
)


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
    with demo.socket() as socket:
        socket.receive("unread_count")
        for text in ("", "{", "[" * 8000, '{"type":' * 900, "null"):
            socket.send(text)
            assert socket.receive()["code"] == "bad_json"
        socket.connection.send(b'{"type":"ping"}')
        assert socket.receive()["code"] == "bad_json"
        socket.send({"type": "subscribe"})
        assert socket.receive()["code"] == "unknown_type"
        socket.send({"type": "ping"})
        assert socket.receive() == {"type": "pong"}
        socket.send({"type": "get_count"})
        assert socket.receive()["type"] == "unread_count"


def closes_large_messages(demo: Client) -> None:
    for size in (8193, 60_000):
        socket = demo.socket()
        socket.receive("unread_count")
        socket.send("x" * size)
        assert socket.wait_closed() == 1009, size


def closes_a_flood(demo: Client) -> None:
    socket = demo.socket()
    socket.receive("unread_count")
    for _ in range(230):
        socket.send({"type": "ping"})
    assert socket.wait_closed() == 4429
    answers = [frame["type"] for frame in socket.frames[1:]]
    assert answers == ["pong"] * 60 + ["error"] * 140
