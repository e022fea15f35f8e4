"""The socket: who may open it, what it answers, and when it ends. Through the whole stack of middleware."""

import asyncio
import json

import pytest
from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from delivery import inbox
from delivery.drafts import Draft
from gstbillingapp.routing import sockets
from gstbillingapp.session_watch import watch
from gstbillingapp.utils import create_notification

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def development(settings):
    """As `make run` serves: loopback origins at the server's own port are this site's."""
    settings.DEBUG = True


def sign_in(username: str) -> SessionStore:
    """A session as a login leaves it."""
    user, _ = User.objects.get_or_create(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session


def socket(
    session: SessionStore | None = None, origins: tuple[str, ...] = (ORIGIN,)
) -> WebsocketCommunicator:
    headers = [(b"origin", origin.encode()) for origin in origins]
    if session is not None:
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()))
    communicator = WebsocketCommunicator(sockets, "/ws/notifications/", headers=headers)
    communicator.scope["server"] = ("127.0.0.1", 8000)
    return communicator


async def opened(username: str = "asha") -> WebsocketCommunicator:
    communicator = socket(await database_sync_to_async(sign_in)(username))
    accepted, _ = await communicator.connect()
    assert accepted
    return communicator


async def received(communicator: WebsocketCommunicator) -> dict:
    return json.loads(await communicator.receive_from(timeout=3))


async def closed(communicator: WebsocketCommunicator) -> int:
    output = await communicator.receive_output(timeout=3)
    assert output["type"] == "websocket.close"
    return output["code"]


async def in_database(function, *args, **kwargs):
    return await database_sync_to_async(function)(*args, **kwargs)


def notify(username: str = "asha", **fields):
    return create_notification(User.objects.get(username=username), "Title", "Message", **fields)


async def test_an_opened_socket_says_the_count_and_its_revision():
    communicator = await opened()
    assert await received(communicator) == {"type": "unread_count", "count": 0, "revision": 0}
    await communicator.disconnect()


async def test_a_posted_notification_arrives_at_every_socket_of_its_user_and_at_no_other():
    first, second, stranger = await opened(), await opened(), await opened("ravi")
    for communicator in (first, second, stranger):
        await received(communicator)
    row = await in_database(notify, link_url="/invoice/1/")
    for communicator in (first, second):
        frame = await received(communicator)
        assert (frame["type"], frame["revision"], frame["notification"]["id"]) == ("notification", 1, row.pk)
        assert await received(communicator) == {"type": "unread_count", "count": 1, "revision": 1}
    assert await stranger.receive_nothing()
    for communicator in (first, second, stranger):
        await communicator.disconnect()


async def test_reading_elsewhere_arrives_as_a_change_and_a_count():
    row = await in_database(lambda: (sign_in("asha"), notify())[1])
    communicator = await opened()
    assert (await received(communicator))["count"] == 1
    await in_database(inbox.mark_read, row.user_id, row.pk)
    assert (await received(communicator))["type"] in ("inbox_changed", "notification")
    frames = [await received(communicator)]
    while frames[-1] != {"type": "unread_count", "count": 0, "revision": 2}:
        frames.append(await received(communicator))
    await communicator.disconnect()


async def test_get_count_and_ping_are_answered():
    communicator = await opened()
    await received(communicator)
    await communicator.send_json_to({"type": "get_count"})
    assert await received(communicator) == {"type": "unread_count", "count": 0, "revision": 0}
    await communicator.send_json_to({"type": "ping"})
    assert await received(communicator) == {"type": "pong"}
    await communicator.disconnect()


@pytest.mark.parametrize(
    "text", [" ", "{", "null", "[]", '"ping"', "1", "NaN", "[" * 8000, '{"type":' * 1000, '{"type":"ping"}{}']
)
async def test_broken_or_deep_json_gets_an_error_and_the_socket_stays_open(text):
    communicator = await opened()
    await received(communicator)
    await communicator.send_to(text_data=text)
    error = await received(communicator)
    assert (error["type"], error["code"]) == ("error", "bad_json")
    await communicator.send_json_to({"type": "ping"})
    assert await received(communicator) == {"type": "pong"}
    await communicator.disconnect()


async def test_a_binary_frame_is_not_json_even_if_it_says_ping():
    communicator = await opened()
    await received(communicator)
    await communicator.send_to(bytes_data=b'{"type":"ping"}')
    assert (await received(communicator))["code"] == "bad_json"
    await communicator.disconnect()


@pytest.mark.parametrize("kind", ["mark_read", "unread_count", "", None, 5, ["ping"], {"type": "ping"}])
async def test_an_unknown_type_gets_an_error_and_the_socket_stays_open(kind):
    communicator = await opened()
    await received(communicator)
    await communicator.send_json_to({"type": kind})
    assert (await received(communicator))["code"] == "unknown_type"
    await communicator.send_json_to({"type": "ping"})
    assert await received(communicator) == {"type": "pong"}
    await communicator.disconnect()


async def test_more_than_eight_kibibytes_close_the_socket_and_eight_do_not():
    communicator = await opened()
    await received(communicator)
    await communicator.send_to(text_data="x" * 8192)
    assert (await received(communicator))["code"] == "bad_json"
    await communicator.send_to(text_data="₹" * 2731)  # fewer letters, more bytes
    assert await closed(communicator) == 1009
    await communicator.disconnect()


async def test_the_sixty_first_message_is_refused_and_after_two_hundred_the_socket_is_closed():
    communicator = await opened()
    await received(communicator)
    for _ in range(201):
        await communicator.send_json_to({"type": "ping"})
    answers = [await received(communicator) for _ in range(200)]
    assert [answer["type"] for answer in answers[:60]] == ["pong"] * 60
    assert {answer["code"] for answer in answers[60:]} == {"rate_limited"}
    assert await closed(communicator) == 4429
    await communicator.disconnect()


async def test_a_person_with_too_many_sockets_gets_no_more_until_one_closes(monkeypatch):
    monkeypatch.setattr("gstbillingapp.consumers.SOCKETS_A_PERSON", 2)
    first, second, stranger = await opened(), await opened(), await opened("ravi")
    for communicator in (first, second, stranger):
        await received(communicator)
    third = await opened()
    assert await closed(third) == 4429
    await third.disconnect()
    await first.disconnect()
    fourth = await opened()
    assert (await received(fourth))["type"] == "unread_count"
    for communicator in (second, stranger, fourth):
        await communicator.disconnect()
    assert not watch._held


async def test_without_a_session_the_socket_is_accepted_and_closed_as_not_signed_in():
    communicator = socket()
    accepted, _ = await communicator.connect()
    assert accepted, "a refusal would look like a network failure and be retried for ever"
    assert await closed(communicator) == 4401
    await communicator.disconnect()


async def test_a_forged_session_key_is_not_signed_in():
    session = await in_database(sign_in, "asha")
    session._session_key = "a" * 32
    communicator = socket(session)
    await communicator.connect()
    assert await closed(communicator) == 4401
    await communicator.disconnect()


@pytest.mark.parametrize(
    "origins",
    [
        (),
        ("https://evil.example",),
        ("http://127.0.0.1:8001",),
        ("https://127.0.0.1:8000",),
        ("http://127.0.0.1",),
        ("http://127.0.0.1:8000.evil.example",),
        ("http://127.0.0.1:8000/",),
        ("null",),
        (ORIGIN, "https://evil.example"),
    ],
)
async def test_a_missing_or_foreign_origin_is_refused_before_the_socket_opens(origins):
    session = await in_database(sign_in, "asha")
    communicator = socket(session, origins)
    accepted, _ = await communicator.connect()
    assert not accepted
    await communicator.wait()


async def test_an_address_that_is_no_socket_is_refused():
    communicator = socket(await in_database(sign_in, "asha"))
    communicator.scope["path"] = "/ws/other/"
    accepted, _ = await communicator.connect()
    assert not accepted
    await communicator.wait()


async def test_only_trusted_origins_may_open_sockets_outside_debug(settings):
    settings.DEBUG = False
    settings.TRUSTED_ORIGINS = ["https://billing.example.in"]
    session = await in_database(sign_in, "asha")
    refused, allowed = socket(session), socket(session, ("https://billing.example.in",))
    assert not (await refused.connect())[0]
    assert (await allowed.connect())[0]
    await allowed.disconnect()
    await refused.wait()


def log_out(session: SessionStore) -> None:
    session.flush()


def change_password(_session: SessionStore) -> None:
    user = User.objects.get(username="asha")
    user.set_password("a new one, and a long one")
    user.save()


def deactivate(_session: SessionStore) -> None:
    User.objects.filter(username="asha").update(is_active=False)


def let_expire(session: SessionStore) -> None:
    session.set_expiry(-1)
    session.save()


@pytest.mark.parametrize("end", [log_out, change_password, deactivate, let_expire])
async def test_the_socket_ends_with_its_session_within_two_seconds(end):
    session = await in_database(sign_in, "asha")
    communicator = socket(session)
    await communicator.connect()
    await received(communicator)
    async with asyncio.timeout(2):
        await in_database(end, session)
        assert await closed(communicator) == 4401
    await communicator.disconnect()


async def test_logging_out_one_session_leaves_the_users_other_sockets_open():
    session, other = await in_database(sign_in, "asha"), await opened()
    communicator = socket(session)
    await communicator.connect()
    await received(communicator)
    await received(other)
    await in_database(log_out, session)
    assert await closed(communicator) == 4401
    await other.send_json_to({"type": "ping"})
    assert await received(other) == {"type": "pong"}
    await communicator.disconnect()
    await other.disconnect()


async def test_a_message_of_an_unknown_type_on_the_layer_is_logged_and_kills_no_socket(caplog):
    communicator = await opened()
    await received(communicator)
    user = await in_database(User.objects.get, username="asha")
    await get_channel_layer().group_send(f"inbox.{user.pk}", {"type": "from.the.future"})
    await communicator.send_json_to({"type": "ping"})
    assert await received(communicator) == {"type": "pong"}
    assert "from.the.future" in caplog.text
    await communicator.disconnect()


async def test_what_is_posted_between_joining_and_counting_is_in_the_count():
    session = await in_database(sign_in, "asha")
    communicator = socket(session)
    await communicator.connect()
    await in_database(notify)
    frames = [await received(communicator)]
    while frames[-1] != {"type": "unread_count", "count": 1, "revision": 1}:
        frames.append(await received(communicator))
    await communicator.disconnect()


async def test_a_closed_socket_leaves_nothing_behind():
    layer = get_channel_layer()
    communicators = [await opened() for _ in range(5)]
    for communicator in communicators:
        await received(communicator)
        await communicator.disconnect()
    assert layer._boxes.channels == {}
    assert layer._boxes.groups == {}
    assert not watch.sockets


async def test_opening_a_socket_takes_three_queries():
    session = await in_database(sign_in, "asha")
    queries = CaptureQueriesContext(connection)  # of the thread that all database work here shares
    await in_database(queries.__enter__)
    communicator = socket(session)
    await communicator.connect()
    await received(communicator)
    captured = await in_database(lambda: (queries.__exit__(None, None, None), queries.captured_queries)[1])
    assert [query["sql"].split(" FROM ")[1].split()[0] for query in captured] == [
        '"django_session"',
        '"auth_user"',
        '"delivery_inbox"',
    ]
    await communicator.disconnect()


async def test_posting_inside_a_transaction_sends_after_its_commit_and_not_before():
    communicator = await opened()
    await received(communicator)
    committed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def post_slowly():
        with transaction.atomic():
            notify()
            loop.call_soon_threadsafe(committed.set)

    await in_database(post_slowly)
    assert committed.is_set()
    assert (await received(communicator))["type"] == "notification"
    await communicator.disconnect()


async def test_a_rolled_back_post_is_never_sent():
    communicator = await opened()
    await received(communicator)

    def post_and_roll_back():
        with transaction.atomic():
            notify()
            transaction.set_rollback(True)

    await in_database(post_and_roll_back)
    assert await communicator.receive_nothing()
    row = await in_database(
        inbox.post, [(await in_database(User.objects.get, username="asha")).pk], Draft("After", "")
    )
    assert (await received(communicator))["notification"]["id"] == row[0].pk
    await communicator.disconnect()
