"""People, and a worker that goes on until nothing is left to do."""

from collections.abc import Iterable
from typing import Any
from unittest import mock

import pytest

from delivery import handoff
from gstbillingapp import jobs as worker
from gstbillingapp.actions import jobs
from gstbillingapp.models import Job
from tests.factories import sent_file
from tests.unit.screens.conftest import owner, stranger, teammate  # noqa: F401
from tests.unit.screens.people import Person


@pytest.fixture
def with_worker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As if there were a worker: the names of the tasks it is woken for, which nobody runs."""
    settings.REDIS_URL = "redis://nowhere"
    woken: list[str] = []
    monkeypatch.setattr(handoff, "_waker", lambda: mock.Mock(wake=woken.append))
    return woken


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a part, so that a few rows are several."""
    monkeypatch.setattr(worker, "PART", 2)


def go_on() -> None:
    """What a worker does with its wake-ups: on a slow machine, one run has time for little."""
    while not worker.go_on():
        pass


def csv(*rows: str) -> str:
    return "\n".join(rows)


def checked(person: Person, content: bytes | str, subject: str = "customers") -> Job:
    """A file that was sent, mapped by its headings and checked."""
    job = sent_file(person.membership, content, subject)
    jobs.map_columns(person.business, job.pk, job.columns)
    go_on()
    return Job.objects.get(pk=job.pk)


def started(person: Person, content: bytes | str, subject: str = "customers", **choice: bool) -> Job:
    """The same with the button pressed."""
    job = checked(person, content, subject)
    chosen = {"skip_wrong": True, "update_existing": True} | choice
    return jobs.start(person.business, job.pk, **chosen)


def imported(person: Person, content: bytes | str, subject: str = "customers", **choice: bool) -> Job:
    """The same, when it is over."""
    job = started(person, content, subject, **choice)
    go_on()
    return Job.objects.get(pk=job.pk)


def counts(job: Job) -> tuple[int, int, int, int]:
    """Added, changed, unchanged, wrong."""
    return job.added, job.changed, job.unchanged, job.wrong


def problems(job: Job) -> list[tuple[int, str, str]]:
    """Row, column and what is wrong."""
    return [(number, column, message) for number, column, _, message in jobs.problems(job)]


def numbered(count: int) -> str:
    """So many customers."""
    return csv("Name,Phone", *(f"Customer {number},98450{number:05d}" for number in range(count)))


def names(rows: Iterable[Any]) -> list[str]:
    return sorted(row.name for row in rows)
