"""What Prometheus is told: the pipeline's numbers out of the database, and this process's own.

The first are the same whichever web process is asked, and agree with the rows whatever was killed, because
they were written in the transactions that they tell of. The second (`delivery.meters`) are those of whoever
answers.
"""

import logging
from collections.abc import Iterator

from django.db.models import Sum
from django.db.utils import Error as AnyDatabaseError
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from delivery import health, meters, pulse, tally
from delivery.inbox import POSTED
from delivery.models import Alarm, Inbox

logger = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

# The names in the tally, what they are called here, and what they count.
COUNTERS = {
    "claimed": (
        "deliveries_claimed",
        "Claims that their worker settled, once for each attempt; what a dead worker held is in leases_lost.",
    ),
    "sent": ("deliveries_sent", "Notifications that the channel layer took for their owner's sockets."),
    "superseded": (
        "deliveries_superseded",
        "Deliveries with nothing left to tell when their turn came: deleted, or its cause had gone.",
    ),
    "failed": ("delivery_attempts_failed", "Attempts that failed by the delivery's own fault."),
    "retried": ("deliveries_retried", "Deliveries that were put back to be tried again."),
    "dead": ("deliveries_dead", "Deliveries that ran out of attempts."),
    "parked": ("deliveries_parked", "Deliveries that were put back because the channel layer was away."),
    "lost": ("leases_lost", "Leases that ended before their worker settled: it died, or was too slow."),
    "wakeups_lost": ("wakeups_lost", "Sweeps that found something due that no wake-up had told of."),
    "recovered": ("deliveries_recovered", "Deliveries that such a sweep found."),
    "letters_sent": ("letters_sent", "Letters that the mail server took."),
    "letters_failed": ("letter_attempts_failed", "Attempts after which a letter is tried again."),
    "letters_dead": ("letters_dead", "Letters that were refused for good, or ran out of attempts."),
    "letters_superseded": ("letters_superseded", "Letters with nothing left to tell when their turn came."),
}
STATES = ("pending", "claimed", "waiting", "dead", "superseded", "discarded", "parked")
LETTER_STATES = tuple(map(str, health.COUNTED))


class Pipeline(Collector):
    """The numbers that are in the database. What cannot be asked is missing, and `database_up` says so."""

    def collect(self) -> Iterator[Metric]:
        """Every family, or that the database is away."""
        now = health.now()
        families: list[Metric] = []
        if now.database:
            try:
                families = [*_events(tally.totals()), *_standing(now)]
            except AnyDatabaseError as error:
                logger.warning("no metrics of the pipeline: the database is away (%s)", type(error).__name__)
        yield _gauge("database_up", "Whether the database answered this scrape.", bool(families))
        yield from families
        yield from _signs(now)


def _events(totals: dict[str, int]) -> Iterator[Metric]:
    posted = Inbox.objects.aggregate(all=Sum("posted"))["all"] or 0
    yield _counter("notifications_posted", "Notifications that were posted.", posted + totals.get(POSTED, 0))
    for name, (called, what) in COUNTERS.items():
        yield _counter(called, what, totals.get(name, 0))
    up_to, buckets = 0, []
    for bound, name in zip((*map(str, tally.BUCKETS), "+Inf"), tally.BUCKET_NAMES, strict=True):
        up_to += totals.get(name, 0)
        buckets.append((bound, float(up_to)))
    yield HistogramMetricFamily(
        "gstbilling_delivery_seconds",
        "Time from the commit of a notification to its sending.",
        buckets=buckets,
        sum_value=totals.get(tally.SECONDS, 0) / 1_000_000,
    )


def _standing(now: health.Now) -> Iterator[Metric]:
    states = GaugeMetricFamily(
        "gstbilling_deliveries",
        "Deliveries by what they wait for; those that were sent are not counted.",
        labels=["state"],
    )
    for state in STATES:
        states.add_metric([state], getattr(now, state))
    yield states
    yield _gauge(
        "oldest_due_seconds", "How long the oldest delivery that is due has been due.", now.oldest_due_seconds
    )
    yield from _letters(now.letters)
    open_alarms = Alarm.objects.filter(cleared_at=None).count()
    yield _gauge("alarms", "Alarms that are raised and not cleared.", open_alarms)


def _letters(letters: health.Letters) -> Iterator[Metric]:
    states = GaugeMetricFamily(
        "gstbilling_letters",
        "Letters by what they wait for; those that were sent are not counted.",
        labels=["state"],
    )
    for state in LETTER_STATES:
        states.add_metric([state], getattr(letters, state))
    yield states
    oldest = letters.oldest_due_seconds
    yield _gauge("oldest_due_letter_seconds", "How long the oldest letter that is due has been due.", oldest)
    is_up = letters.away_seconds is None
    yield _gauge("mail_server_up", "Whether the mail server was there when it was last asked.", is_up)


def _signs(now: health.Now) -> Iterator[Metric]:
    yield _gauge("redis_up", "Whether Redis answers.", now.redis)
    yield _gauge("workers", "Workers that have shown a sign of life lately.", _living(now.workers))
    yield _gauge("beats", "Beats that have shown a sign of life lately.", _living(now.beats))
    ages = [beat.seconds for beat in now.beats]
    if ages:
        yield _gauge("beat_age_seconds", "Time since a beat last showed a sign of life.", min(ages))


def _living(signs: list[pulse.Sign]) -> int:
    return sum(sign.is_alive for sign in signs)


def _counter(name: str, what: str, value: float) -> Metric:
    return CounterMetricFamily(f"gstbilling_{name}", what, value=value)


def _gauge(name: str, what: str, value: float | None) -> Metric:
    return GaugeMetricFamily(f"gstbilling_{name}", what, value=value)


_pipeline = CollectorRegistry()
_pipeline.register(Pipeline())


def exposed() -> bytes:
    """All of it, as the text of `CONTENT_TYPE`, which every Prometheus reads."""
    return generate_latest(_pipeline) + generate_latest(meters.registry)
