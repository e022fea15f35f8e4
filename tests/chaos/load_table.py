"""The second table of `make chaos`: what was loaded onto a web process, and what it cost."""

from dataclasses import dataclass

import pytest

HEADINGS = ("load", "sockets", "seconds", "memory each", "CPU each", "beside it")
LINE = "{:<58}{:>8}{:>9}{:>13}{:>10}  {}"


@dataclass(frozen=True)
class Load:
    """One row. Memory is resident memory of the web process in KiB, CPU its time in milliseconds."""

    what: str
    sockets: int
    seconds: float
    kib_each: float | None = None
    cpu_ms_each: float | None = None
    beside: str = ""


LOADS = pytest.StashKey[list[Load]]()


@pytest.fixture
def loads(request: pytest.FixtureRequest) -> list[Load]:
    """The rows of the table."""
    return request.config.stash.setdefault(LOADS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(LOADS, [])
    if not rows:
        return
    terminalreporter.section("what one web process carried")
    terminalreporter.line(LINE.format(*HEADINGS))
    for row in rows:
        memory = "" if row.kib_each is None else f"{row.kib_each:.1f} KiB"
        cpu = "" if row.cpu_ms_each is None else f"{row.cpu_ms_each:.2f} ms"
        line = LINE.format(row.what, row.sockets, f"{row.seconds:.1f}", memory, cpu, row.beside)
        terminalreporter.line(line.rstrip())
