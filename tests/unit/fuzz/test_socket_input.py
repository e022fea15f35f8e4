"""Whatever a browser sends: one of the contract's answers, and nothing in the inbox changes."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings as site
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gstbillingapp.consumers import MESSAGE_BYTES
from gstbillingapp.routing import sockets
from gstbillingapp.session_watch import watch
from gstbillingapp.utils import create_notification
from tests.support.inbox_client import truth

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = "http://127.0.0.1:8000"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
TYPES = st.sampled_from(["get_count", "ping", "pong", "PING", "ping ", "inbox.frames", "websocket.close"])
OBJECTS = st.fixed_dictionaries({"type": TYPES | JSON}, optional={"count": JSON, "user": JSON})
MESSAGES = st.one_of(
    *(OBJECTS.map(json.dumps), JSON.map(json.dumps), OBJECTS.map(json.dumps).map(str.encode)),
    *(st.text(), st.binary()),
)


class Tab:
    """One person's socket through the whole stack of middleware, opened again when it was closed."""

    def __init__(self, session_key: str) -> None:
        self.loop = asyncio.new_event_loop()
        cookie = f"{site.SESSION_COOKIE_NAME}={session_key}"
        self.headers = [(b"origin", ORIGIN.encode()), (b"cookie", cookie.encode())]
        self.socket: WebsocketCommunicator | None = None

    def answer_to(self, message: str | bytes) -> dict[str, Any]:
        """The one frame, or the close, that a message gets."""
        return self.loop.run_until_complete(self._answer_to(message))

    async def _answer_to(self, message: str | bytes) -> dict[str, Any]:
        socket = self.socket or await self._opened()
        for consumer in watch.sockets:
            consumer.arrivals = None  # the rate limit has its own tests
        kind = "text" if isinstance(message, str) else "bytes"
        await socket.send_input({"type": "websocket.receive", kind: message})
        answer = await socket.receive_output(timeout=5)
        if answer["type"] == "websocket.close":
            await socket.disconnect()
            self.socket = None
            return {"type": "close", "code": answer["code"]}
        return json.loads(answer["text"])

    async def _opened(self) -> WebsocketCommunicator:
        self.socket = WebsocketCommunicator(sockets, "/ws/notifications/", headers=self.headers)
        self.socket.scope["server"] = ("127.0.0.1", 8000)
        accepted, _ = await self.socket.connect()
        assert accepted
        assert json.loads(await self.socket.receive_from(5))["type"] == "unread_count"
        return self.socket

    def close(self) -> None:
        if self.socket is not None:
            self.loop.run_until_complete(self.socket.disconnect())
        self.loop.run_until_complete(_end_of_all_tasks())
        self.loop.close()


async def _end_of_all_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def asha() -> User:
    user = User.objects.create_user("asha")
    create_notification(user, "One unread", "")
    return user


@pytest.fixture
def tab(asha: User, settings) -> Iterator[Tab]:
    settings.DEBUG = True  # loopback origins are the site's own
    browser = Client()
    browser.force_login(asha)
    opened = Tab(browser.session.session_key or "")
    yield opened
    opened.close()
    connections.close_all()


def expected(message: str | bytes) -> dict[str, Any]:
    """The contract's answer, said in other words than the consumer's."""
    if len(message.encode() if isinstance(message, str) else message) > MESSAGE_BYTES:
        return {"type": "close", "code": 1009}
    read = None if isinstance(message, bytes) else strictly_read(message)
    if not isinstance(read, dict):
        return {"type": "error", "code": "bad_json"}
    answers = {"ping": {"type": "pong"}, "get_count": {"type": "unread_count", "count": 1, "revision": 1}}
    kind = read.get("type")
    return answers.get(kind if isinstance(kind, str) else "", {"type": "error", "code": "unknown_type"})


def strictly_read(text: str) -> object:
    def no_number(word: str) -> None:
        raise ValueError(word)

    try:
        return json.loads(text, parse_constant=no_number)
    except (ValueError, RecursionError):
        return None


@settings(settings.get_profile("fuzz"), max_examples=5 * settings.get_profile("fuzz").max_examples)
@given(message=MESSAGES)
@example(message='{"type":"ping","x":NaN}')
@example(message='{"type":"ping","x":-Infinity}')
@example(message='{"type":"ping","x":' + "9" * 5000 + "}")
@example(message='{"type":"ping","x":1e999999}')
@example(message='{"type":["ping"]}')
@example(message='{"type":{"type":"ping"}}')
@example(message='{"type":"get_count","type":"ping"}')
@example(message="[" * 8192)
@example(message='{"a":' * 1600)
@example(message="\ufeff{}")
@example(message="")
@example(message=b"")
@example(message=b"\xff\xfe")
@example(message="₹" * 2731)
@example(message="x" * 8193)
def test_a_message_gets_the_contracts_answer_and_changes_nothing(message, tab, asha):
    before = truth(asha.pk)
    answer = tab.answer_to(message)
    if answer["type"] == "error":
        assert answer.pop("message")
    assert answer == expected(message)
    assert truth(asha.pk) == before
