"""The processes that are broken, and the table of what came of it."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.support.databases import on_postgres
from tests.support.ordeal import Ordeal, Outcome, suffer
from tests.support.stack import Stack

OUTCOMES = pytest.StashKey[list[Outcome]]()
HEADINGS = ("fault", "posted", "shown", "lost", "twice", "sent again", "badge", "recovered in")
LINE = "{:<64}{:>8}{:>7}{:>6}{:>7}{:>12}{:>8}{:>14}"


@pytest.fixture
def outcomes(request: pytest.FixtureRequest) -> list[Outcome]:
    """The rows of the table; the one table of all files."""
    return request.config.stash.setdefault(OUTCOMES, [])


@pytest.fixture(name="suffer")
def suffer_fixture(shared_stack: Stack, outcomes: list[Outcome]) -> Iterator[Callable[..., Ordeal]]:
    """`suffer("what breaks", deed)`: one row of the table, on the processes that this file shares.

    Whatever a row that failed has left broken is whole again for the next one.
    """
    yield partial(suffer, shared_stack, outcomes)
    shared_stack.mend()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(OUTCOMES, [])
    if not rows:
        return
    database = "PostgreSQL" if on_postgres() else "SQLite"
    terminalreporter.section(f"what became of every fault, on {database}")
    terminalreporter.line(LINE.format(*HEADINGS))
    for row in rows:
        terminalreporter.line(
            LINE.format(
                row.fault,
                row.posted,
                row.shown,
                row.lost,
                row.shown_twice,
                row.sent_again,
                "right" if row.badge_is_right else "WRONG",
                f"{row.seconds_to_recover:.1f} s",
            )
        )
