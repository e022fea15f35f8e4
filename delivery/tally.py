"""How much has happened: counted by the minute, in the transaction that makes it happen.

Numbers that processes keep for themselves die with them, and with three workers nobody sees the whole. These
agree with the rows whatever is killed, whichever process is asked, on however many hosts.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import accumulate

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from delivery.models import Tally

# Upper bounds, in seconds, of the time from a post to its frame. Close together where the promise is (a few
# milliseconds), wide apart where only the order of magnitude matters.
BUCKETS = (0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)
BUCKET_NAMES = tuple(f"le:{number}" for number in range(len(BUCKETS) + 1))  # the last has no bound
SECONDS = "seconds"  # the sum of those times, in microseconds: exact, and one kind of number for all
# The minute into which older ones are folded.
EVER = 0


def this_minute() -> int:
    """The present minute, since 1970."""
    return int(timezone.now().timestamp() // 60)


def add(source: str, numbers: Mapping[str, int]) -> None:
    """Count what `source` (a process) has just done. One statement; nothing at all where all are 0."""
    rows = [(this_minute(), source, name, value) for name, value in numbers.items() if value]
    if not rows:
        return
    values = ",".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        # Django's own upsert cannot add to what stands there.
        cursor.execute(
            "INSERT INTO delivery_tally AS tally (minute, source, name, value) "  # noqa: S608
            f"VALUES {values} ON CONFLICT (minute, source, name) "
            "DO UPDATE SET value = tally.value + excluded.value",
            [value for row in rows for value in row],
        )


def times(took: Iterable[timedelta]) -> Counter[str]:
    """The numbers of some times from post to frame. One that two hosts' clocks make negative counts as 0."""
    numbers: Counter[str] = Counter()
    for time in took:
        seconds = max(0.0, time.total_seconds())
        numbers[BUCKET_NAMES[bisect_left(BUCKETS, seconds)]] += 1
        numbers[SECONDS] += round(seconds * 1_000_000)
    return numbers


def totals() -> dict[str, int]:
    """Everything there ever was, by name."""
    return dict(Tally.objects.values_list("name").annotate(Sum("value")).order_by())


def by_minute(since: int) -> dict[int, dict[str, int]]:
    """What happened in each minute from `since` on; minutes in which nothing did are missing."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Tally.objects.filter(minute__gte=since).values_list("minute", "name")
    for minute, name, value in rows.annotate(Sum("value")).order_by("minute"):
        found[minute][name] = value
    return dict(found)


def percentile(numbers: Mapping[str, int], share: float) -> float | None:
    """The time, in seconds, within which that share (0 to 1) was told; None where nothing was.

    As Prometheus reckons it: evenly spread within a bucket; in the last one, its lower bound.
    """
    counts = [numbers.get(name, 0) for name in BUCKET_NAMES]
    wanted = share * sum(counts)
    if not sum(counts):
        return None
    for number, (count, up_to) in enumerate(zip(counts, accumulate(counts), strict=True)):
        if count and up_to >= wanted:
            low = BUCKETS[number - 1] if number else 0.0
            high = BUCKETS[number] if number < len(BUCKETS) else low
            return low + (high - low) * (1 - (up_to - wanted) / count)
    return BUCKETS[-1]


@transaction.atomic
def fold(before: int) -> int:
    """Fold the minutes before one into a single row a name, so that totals stay and rows do not pile up.

    Returns how many rows went. Two at once fold each row once: both lock what they read.
    """
    old = Tally.objects.select_for_update().filter(minute__gt=EVER, minute__lt=before)
    rows = list(old.order_by("pk").values_list("pk", "name", "value")[:_FOLDED_AT_ONCE])
    numbers: Counter[str] = Counter()
    for _, name, value in rows:
        numbers[name] += value
    for name, value in numbers.items():
        ever, _ = Tally.objects.select_for_update().get_or_create(minute=EVER, source="", name=name)
        Tally.objects.filter(pk=ever.pk).update(value=ever.value + value)
    Tally.objects.filter(pk__in=[pk for pk, _, _ in rows]).delete()
    return len(rows)


# Rows one transaction of folding holds: under SQLite's limit of parameters.
_FOLDED_AT_ONCE = 500
