"""The fixtures that `tests.support` describes."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.support.databases import CONTENTS, Database, Templates
from tests.support.redis_server import KINDS, RedisServer
from tests.support.stack import SERVERS, Stack
from tooling.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def database_templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Templates:
    return Templates(tmp_path_factory.mktemp("databases"), lambda: request.getfixturevalue("postgres"))


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
    running = Stack(live_database, redis_server, tmp_path, server)
    with ExitStack() as cleanup:
        cleanup.callback(running.close)
        # pytest shows what a test printed when it fails, and only then.
        cleanup.callback(lambda: print(running.report(), file=sys.stderr))
        for name in ("web", "worker", "beat"):
            running.start(name, wait=False)
        for name in ("web", "worker", "beat"):
            running.wait_ready(name)
        yield running
