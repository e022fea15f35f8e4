"""What has gone wrong lately: errors grouped by class and place, against windows of time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from delivery.criteria import WINDOWS
from delivery.dashboard import words
from delivery.dashboard.memo import kept
from delivery.models import Attempt

# Kinds of errors that a person takes in at a glance; the list of deliveries has them all.
MOST = 20
# Failed attempts that are counted, the latest: those of ten thousand dead deliveries. The rest of a flood of
# them would be read for nothing else than larger numbers.
MOST_READ = 50_000
HEADINGS = {1: "1 h", 6: "6 h", 24: "24 h", 168: "7 d"}


@dataclass(frozen=True, slots=True)
class Cell:
    """How many deliveries failed so within a window, and where they are listed."""

    count: int
    heading: str
    link: str


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of error."""

    fingerprint: str
    cells: list[Cell]
    last: datetime


@kept
def groups() -> list[Group]:
    """The kinds of errors of the last window, the latest first."""
    now = timezone.now()
    since = {hours: now - timedelta(hours=hours) for hours in WINDOWS}
    attempts = Attempt.objects.filter(ended_at__gte=since[max(WINDOWS)])
    if (cut := _cut(attempts)) is not None:
        attempts = attempts.filter(ended_at__gt=cut)
    counts = {
        f"last_{hours}": Count("delivery", distinct=True, filter=Q(ended_at__gte=since[hours]))
        for hours in WINDOWS
    }
    rows: Any = (
        attempts.exclude(fingerprint="")
        .values("fingerprint")
        .annotate(last=Max("ended_at"), **counts)
        .order_by("-last")[:MOST]
    )
    return [
        Group(
            row["fingerprint"], [_cell(row["fingerprint"], h, row[f"last_{h}"]) for h in WINDOWS], row["last"]
        )
        for row in rows
    ]


def _cut(attempts: QuerySet[Attempt]) -> datetime | None:
    """When the latest of those ended that are not counted any more."""
    times = attempts.order_by("-ended_at").values_list("ended_at", flat=True)
    return next(iter(times[MOST_READ : MOST_READ + 1]), None)


def _cell(fingerprint: str, hours: int, count: int) -> Cell:
    link = words.address(reverse("pipeline:deliveries"), error=fingerprint, window=hours) if count else ""
    return Cell(count, HEADINGS[hours], link)
