"""What happened over the last hour and the last day: a point a minute, or one for fifteen."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as formatted

from delivery import tally
from delivery.dashboard import words
from delivery.dashboard.memo import kept

# Minutes that a chart shows, and minutes in one of its points.
SPANS = {"hour": (60, 1), "day": (1440, 15)}
PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Point:
    """Some minutes: how many were sent in each on average, and how long that took from their commit."""

    label: str
    sent: float
    p50: float | None
    p95: float | None
    p99: float | None  # milliseconds


@kept
def chart(span: str) -> dict[str, Any]:
    """The points of a span, and what they come to."""
    minutes, step = SPANS[span]
    last = tally.this_minute()
    first = last - last % step - minutes + step
    found = tally.by_minute(first)
    points, everything = [], Counter[str]()
    for start in range(first, last + 1, step):
        numbers = _summed(found, start, step)
        everything.update(numbers)
        points.append(_point(start, step, numbers))
    return {"span": span, "points": [asdict(point) for point in points], **_summary(everything)}


def _summed(found: dict[int, dict[str, int]], start: int, step: int) -> Counter[str]:
    numbers: Counter[str] = Counter()
    for minute in range(start, start + step):
        numbers.update(found.get(minute, {}))
    return numbers


def _point(start: int, step: int, numbers: Counter[str]) -> Point:
    when = timezone.localtime(datetime.fromtimestamp(start * 60, UTC))
    times = {name: _milliseconds(numbers, share) for name, share in PERCENTILES.items()}
    return Point(formatted(when, "H:i"), round(numbers["sent"] / step, 1), **times)


def _milliseconds(numbers: Counter[str], share: float) -> float | None:
    seconds = tally.percentile(numbers, share)
    return None if seconds is None else round(seconds * 1000, 2)


def _summary(numbers: Counter[str]) -> dict[str, str]:
    sent = numbers["sent"]
    times = {name: tally.percentile(numbers, share) for name, share in PERCENTILES.items()}
    spoken = ", ".join(f"{name} {words.took(value)}" for name, value in times.items() if value is not None)
    return {"sent": f"{words.figure(sent)} sent", "times": spoken or "nothing was sent"}
