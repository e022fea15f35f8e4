"""The fixtures that `tests.support` describes."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connections
from pytest_django import DjangoDbBlocker

from tests.support.databases import CONTENTS, Database, Templates, copy_migrated, on_postgres
from tests.support.redis_server import KINDS, RedisServer
from tests.support.stack import SERVERS, Stack, running
from tooling.postgres import Postgres


@pytest.fixture(autouse=True)
def nobody_counted() -> None:
    """Rate limits begin afresh: people of different tests share their numbers, and all one address."""
    cache.clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def database_templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Templates:
    return Templates(tmp_path_factory.mktemp("databases"), lambda: request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite the database of the tests begins as a copy, of which nothing is left to migrate."""
    return not on_postgres()


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Put the copy where the tests' database is to be, and take it away at the end."""
    if on_postgres():
        yield
        return
    path = Path(connections["default"].settings_dict["TEST"]["NAME"])
    copy_migrated(path)
    yield
    connections.close_all()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


@pytest.fixture
def live_database(
    request: pytest.FixtureRequest, database_templates: Templates, django_db_blocker: DjangoDbBlocker
) -> Iterator[Database]:
    contents = getattr(request, "param", "migrated")
    assert contents in CONTENTS
    with database_templates.copy(contents) as database, django_db_blocker.unblock(), database.used_here():
        yield database


@pytest.fixture
def redis_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RedisServer]:
    kind = getattr(request, "param", "valkey")
    assert kind in KINDS
    server = RedisServer(kind, tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture
def stack(
    request: pytest.FixtureRequest, live_database: Database, redis_server: RedisServer, tmp_path: Path
) -> Iterator[Stack]:
    server = getattr(request, "param", "uvicorn")
    assert server in SERVERS
    with running(Stack(live_database, redis_server, tmp_path, server)) as started:
        yield started


@pytest.fixture(scope="module")
def shared_stack(
    database_templates: Templates,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("shared")
    redis = RedisServer("valkey", folder)
    with ExitStack() as cleanup:
        cleanup.callback(redis.close)
        redis.start()
        database = cleanup.enter_context(database_templates.copy("demo"))
        cleanup.enter_context(django_db_blocker.unblock())
        cleanup.enter_context(database.used_here())
        yield cleanup.enter_context(running(Stack(database, redis, folder)))


@pytest.fixture(scope="module")
def daphne(shared_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One more web process on the database and Redis of `shared_stack`, served by daphne."""
    stack = Stack(shared_stack.database, shared_stack.redis, tmp_path_factory.mktemp("daphne"), "daphne")
    try:
        stack.start("web")
        yield stack
    finally:
        print(stack.report(), file=sys.stderr)
        stack.close()
