"""The processes that are broken, and the table of what came of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from pytest_django import DjangoDbBlocker

from tests.support.databases import Templates
from tests.support.redis_server import RedisServer
from tests.support.stack import Stack, running


@dataclass(frozen=True)
class Outcome:
    """One row of the table."""

    fault: str
    posted: int
    shown: int
    shown_twice: int
    badge_is_right: bool
    seconds_to_recover: float

    @property
    def lost(self) -> int:
        return self.posted - self.shown


OUTCOMES = pytest.StashKey[list[Outcome]]()
HEADINGS = ("fault", "posted", "shown", "lost", "twice", "badge", "recovered in")


@pytest.fixture
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    return request.config.stash.setdefault(OUTCOMES, [])


@pytest.fixture(scope="module")
def broken_stack(
    database_templates: Templates,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """One set of processes for all faults, one after another: each has to leave them working for the next."""
    folder = tmp_path_factory.mktemp("chaos")
    redis = RedisServer("valkey", folder)
    with ExitStack() as cleanup:
        cleanup.callback(redis.close)
        redis.start()
        database = cleanup.enter_context(database_templates.copy("migrated"))
        cleanup.enter_context(django_db_blocker.unblock())
        cleanup.enter_context(database.used_here())
        yield cleanup.enter_context(running(Stack(database, redis, folder)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(OUTCOMES, [])
    if not rows:
        return
    terminalreporter.section("what became of every fault")
    line = "{:<52}{:>8}{:>8}{:>7}{:>7}{:>8}{:>14}"
    terminalreporter.line(line.format(*HEADINGS))
    for row in rows:
        badge = "right" if row.badge_is_right else "WRONG"
        seconds = f"{row.seconds_to_recover:.1f} s"
        terminalreporter.line(
            line.format(row.fault, row.posted, row.shown, row.lost, row.shown_twice, badge, seconds)
        )
