"""The database breaks in the middle of a burst, on real processes: what committed is told, once.

A post may fail while the database is away, cleanly: whoever posted knows, and nothing of it is half there.
"""

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from django.db import DatabaseError, InterfaceError, connections

from delivery.models import Attempt
from gstbillingapp.utils import create_notification
from tests.support.databases import on_postgres
from tests.support.inbox_client import truth
from tests.support.ordeal import PACE, Ordeal
from tests.support.stack import Stack
from tests.support.waiting import wait_until
from tooling.postgres import Postgres

REFUSALS = (DatabaseError, InterfaceError)
SQLITE_WAITS = 1  # seconds for a lock; the product's twenty are long for a test
LOCKED, LOCKED_AT_FULL_LENGTH = 4.0, 30.0  # seconds: several times what anybody waits
AWAY, AWAY_AT_FULL_LENGTH = 1.0, 20.0  # seconds
CUTS, BETWEEN_CUTS = 8, 0.2  # seconds: batches are cut at any of their steps
RECOVERY = 30.0  # seconds until the processes answer again

Fault = Callable[[Stack, Postgres | None, bool], None]


@pytest.fixture(scope="module")
def breakable_stack(shared_stack: Stack) -> Iterator[Stack]:
    """The processes; on SQLite none of them, nor this one, waits long for a lock."""
    if on_postgres():
        yield shared_stack
        return
    shared_stack.environment["DATABASE_URL"] += f"?timeout={SQLITE_WAITS}"
    for name in ("web", "worker"):
        shared_stack.kill(name)
        shared_stack.start(name)
    options = connections.settings["default"]["OPTIONS"]
    kept, options["timeout"] = options["timeout"], SQLITE_WAITS
    connections.close_all()
    yield shared_stack
    options["timeout"] = kept


def sqlite_locked(stack: Stack, _: Postgres | None, full_length: bool) -> None:
    page = stack.sign_in("demo", "gst-demo")
    with closing(sqlite3.connect(sqlite_path(stack), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = page.post("/notifications/read-all/")
        assert (answer.status, answer.json()["error"]["code"]) == (503, "database_away")
        assert answer.headers["Retry-After"]
        threading.Event().wait(LOCKED_AT_FULL_LENGTH if full_length else LOCKED)


def postgres_restarted(stack: Stack, postgres: Postgres | None, full_length: bool) -> None:
    assert postgres is not None
    page = stack.sign_in("demo", "gst-demo")
    postgres.stop()
    assert page.get("/readyz").json()["database"] is False
    answer = page.get("/notifications/api/count/")
    assert (answer.status, answer.json()["error"]["code"]) == (503, "database_away")
    threading.Event().wait(AWAY_AT_FULL_LENGTH if full_length else AWAY)
    postgres.start()
    wait_until(lambda: page.get("/readyz").json()["database"], RECOVERY)


def postgres_killed(stack: Stack, postgres: Postgres | None, _: bool) -> None:
    assert postgres is not None
    postgres.kill()
    postgres.start()


def connections_cut(stack: Stack, postgres: Postgres | None, _: bool) -> None:
    assert postgres is not None
    for _round in range(CUTS):
        postgres.cut_connections(stack.database.url)
        threading.Event().wait(BETWEEN_CUTS)


ON_SQLITE = {"SQLite locked for longer than anybody waits": sqlite_locked}
ON_POSTGRES = {
    "PostgreSQL stopped and started": postgres_restarted,
    "PostgreSQL killed -9 and started": postgres_killed,
    "every connection to PostgreSQL cut, again and again": connections_cut,
}
FAULTS: dict[str, Fault] = ON_POSTGRES if on_postgres() else ON_SQLITE


@pytest.fixture
def server(request: pytest.FixtureRequest, breakable_stack: Stack) -> Postgres | None:
    """The PostgreSQL of the processes, where it is one, which loses no commit in a kill."""
    if not on_postgres():
        return None
    postgres = request.getfixturevalue("postgres")
    postgres.keep_commits(breakable_stack.database.url)
    return postgres


@pytest.mark.parametrize("fault", FAULTS)
def test_a_database_that_breaks_loses_nothing_that_was_committed_and_heals_by_itself(
    fault, breakable_stack, server, suffer, full_length
):
    ordeal = suffer(fault, lambda: FAULTS[fault](breakable_stack, server, full_length), refusals=REFUSALS)
    lost = Attempt.objects.filter(delivery__user=ordeal.user).count()
    print(f"{fault}: {ordeal.refused} of {len(ordeal.costs)} posts refused, {lost} attempts lost")
    assert ordeal.refused, "the database was never away"
    if not full_length:  # where it is away for longer than a lease, whoever is first takes the rows back
        assert lost == 0, "what was claimed or sent when the database went away was forgotten"


def back_up(stack: Stack, postgres: Postgres | None, folder: Path) -> Path:
    """As docs/operations.md says it."""
    backup = folder / "backup"
    if postgres is not None:
        backup.write_bytes(run(postgres, "pg_dump", "--format=custom", stack.database.url))
    else:
        with closing(sqlite3.connect(sqlite_path(stack))) as source, closing(sqlite3.connect(backup)) as copy:
            source.backup(copy)
    return backup


def put_back(stack: Stack, postgres: Postgres | None, backup: Path) -> None:
    """With nobody connected."""
    if postgres is not None:
        run(postgres, "pg_restore", "--clean", "--dbname", stack.database.url, str(backup))
        return
    path = sqlite_path(stack)
    for left in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
        left.unlink(missing_ok=True)
    shutil.copyfile(backup, path)


def sqlite_path(stack: Stack) -> Path:
    return Path(stack.database.url.removeprefix("sqlite:///"))


def run(postgres: Postgres, program: str, *arguments: str) -> bytes:
    return subprocess.run([postgres.programs / program, *arguments], check=True, capture_output=True).stdout


@pytest.mark.once
def test_a_database_restored_to_an_older_state_is_believed_by_every_open_page(
    breakable_stack, server, outcomes, tmp_path
):
    """As docs/operations.md has it: stop, put the backup back, say so, start. It has grown past the page."""
    stack = breakable_stack
    ordeal = Ordeal(stack, 0, PACE)
    page, user = ordeal.follower, ordeal.user
    with stack.posting():
        kept = [create_notification(user, f"Kept {number}", "").pk for number in range(3)]
        backup = back_up(stack, server, tmp_path)
        gone = [create_notification(user, f"Gone {number}", "").pk for number in range(5)]
        page.follow_until(lambda client: {*kept, *gone} <= set(client.shown))
    for name in ("web", "worker", "beat"):
        stack.kill(name)
    connections.close_all()
    put_back(stack, server, backup)
    assert "begin anew" in stack.manage("delivery", "restored")
    new = [create_notification(user, f"New {number}", "").pk for number in range(10)]
    for name in ("web", "worker", "beat"):
        stack.start(name)
    ordeal.healed = monotonic()
    page.follow_until(lambda client: set(new) <= set(client.shown), RECOVERY)
    page.follow_until(lambda client: client.state() == truth(user.pk), RECOVERY)
    page.follow_until(lambda _client: not ordeal.unsent(), RECOVERY)
    ordeal.recovered = monotonic()
    ordeal.posted = {*kept, *new}
    assert not {*gone} & {*new}, "an id came again"
    assert set(page.client.shown) == {*kept, *gone, *new}
    page.client.shown = [pk for pk in page.client.shown if pk not in gone]
    outcomes.append(ordeal.end("database restored to an older state"))
    assert ordeal.outcome.is_good, ordeal.outcome
