"""The connection that sockets keep, and the counts that they ask for together."""

import asyncio
import contextlib

import pytest
import pytest_asyncio
from django.db import connection, connections
from django.db.utils import Error as AnyDatabaseError

from gstbillingapp import socket_database
from gstbillingapp.snapshots import Snapshots
from gstbillingapp.socket_database import in_database
from gstbillingapp.together import AT_ONCE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture(autouse=True)
async def kept_for_a_minute(settings):
    """As in production; what is kept is let go after the test, for the next one's database."""
    settings.SOCKET_CONN_MAX_AGE = 60
    await in_database(let_go)
    yield
    await in_database(let_go)


def let_go() -> None:
    connection.close()  # of the thread that calls this


def one() -> object:
    """A query; the raw connection that it took."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.connection


async def test_calls_one_after_another_take_the_same_connection():
    assert await in_database(one) is await in_database(one)


async def test_a_connection_is_not_kept_for_longer_than_its_age(settings):
    first = await in_database(one)
    settings.SOCKET_CONN_MAX_AGE = -1
    assert await in_database(one) is not first


async def test_after_an_error_the_next_call_gets_a_new_connection():
    first = await in_database(one)
    await in_database(lambda: connection.connection.close())  # behind Django's back, as a restart does
    with contextlib.suppress(AnyDatabaseError):
        await in_database(one)
    assert await in_database(one) is not first


async def test_a_connection_that_broke_while_nobody_used_it_costs_no_call(monkeypatch):
    first = await in_database(one)
    monkeypatch.setattr(socket_database, "UNASKED_SECONDS", 0.0)
    monkeypatch.setattr(connections["default"].__class__, "is_usable", lambda self: False)
    assert await in_database(one) is not first


async def test_statements_are_not_kept_for_ever_in_debug(settings):
    settings.DEBUG = True
    await in_database(one)
    assert await in_database(lambda: len(connection.queries_log)) == 0


async def test_sockets_that_ask_together_share_queries(monkeypatch):
    asked: list[set[int]] = []
    monkeypatch.setattr("delivery.reading.snapshots", lambda people: asked.append(set(people)) or {})
    snapshots, people = Snapshots(), range(2 * AT_ONCE + 1)
    first = asyncio.create_task(snapshots.of(people[0]))
    await asyncio.gather(*(snapshots.of(user) for user in people))
    await first
    assert sorted(map(len, asked)) == [1, AT_ONCE, AT_ONCE]
    assert set().union(*asked) == set(people)


async def test_who_asks_while_a_query_runs_gets_the_next_one(monkeypatch):
    loop, begun, go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    answers = iter([{1: (1, 1)}, {1: (2, 2)}])

    def read(people):
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
        return next(answers)

    monkeypatch.setattr("delivery.reading.snapshots", read)
    snapshots = Snapshots()
    early = asyncio.create_task(snapshots.of(1))
    await begun.wait()
    late = asyncio.create_task(snapshots.of(1))
    await asyncio.sleep(0)
    go_on.set()
    assert (await early, await late) == ((1, 1), (2, 2))


async def test_a_query_that_fails_fails_for_those_who_wait_and_for_nobody_else(monkeypatch):
    def read(people):
        if 1 in people:
            raise AnyDatabaseError("away")
        return {2: (3, 3)}

    monkeypatch.setattr("delivery.reading.snapshots", read)
    snapshots = Snapshots()
    with pytest.raises(AnyDatabaseError):
        await snapshots.of(1)
    assert await snapshots.of(2) == (3, 3)
