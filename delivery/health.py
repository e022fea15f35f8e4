"""What the probes and the dashboard ask of the pipeline."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Count, F, Min, Q
from django.db.models.functions import Coalesce
from django.db.utils import Error as AnyDatabaseError
from django.utils import timezone
from redis.exceptions import RedisError

from delivery import pulse
from delivery.models import ODD, Delivery, DeliveryState, Letter, Postman

# Seconds that something due may wait before the pipeline counts as stuck.
LONGEST_WAIT = 60.0


def oldest_due_seconds() -> float:
    """How long the oldest delivery that is due has been due; 0 when nothing is."""
    now = timezone.now()
    pending = Q(state=DeliveryState.PENDING)
    # Due again after a failure, or held by a worker that is dead.
    overdue = Q(state__in=[DeliveryState.WAITING, DeliveryState.CLAIMED], due_at__lte=now)
    due = Delivery.objects.filter(pending | overdue).aggregate(
        # What a person has made due again has waited since then, and not since it was posted.
        pending=Min(Coalesce("due_since", "created_at"), filter=pending),
        waited=Min("due_at", filter=overdue),
    )
    oldest = min((moment for moment in due.values() if moment is not None), default=now)
    return max(0.0, (now - oldest).total_seconds())


def report() -> tuple[bool, dict[str, bool | float | None]]:
    """Whether this system can take work, and the state of each part."""
    try:
        oldest: float | None = round(oldest_due_seconds(), 1)
    except AnyDatabaseError:
        oldest = None
    parts: dict[str, bool | float | None] = {"database": oldest is not None, **pulse.look()}
    is_ready = all(parts.values()) and oldest is not None and oldest < LONGEST_WAIT
    return is_ready, {**parts, "oldest_due_seconds": oldest}


@dataclass(slots=True)
class Letters:
    """How e-mail stands at this moment."""

    pending: int = 0
    claimed: int = 0
    waiting: int = 0  # for their next attempt, or for their time
    dead: int = 0
    superseded: int = 0
    discarded: int = 0
    oldest_due_seconds: float = 0.0
    # How long the mail server has been away; None where it is not, or nothing is due that would ask it.
    away_seconds: float | None = None
    away_error: str = ""


@dataclass(slots=True)
class Now:
    """How the pipeline stands at this moment."""

    pending: int = 0  # due, parked ones included
    claimed: int = 0  # held by a worker
    waiting: int = 0  # for their next attempt
    dead: int = 0
    superseded: int = 0
    discarded: int = 0
    parked: int = 0  # of those pending: given back in an outage
    oldest_due_seconds: float = 0.0
    database: bool = True
    redis: bool = True
    letters: Letters = field(default_factory=Letters)
    workers: list[pulse.Sign] = field(default_factory=list)
    beats: list[pulse.Sign] = field(default_factory=list)


# What a person sees counted: everything but what was sent, which is nearly all there is.
COUNTED = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.WAITING, *ODD)


def now() -> Now:
    """How the pipeline stands. What cannot be reached is said to be away, and its numbers are 0."""
    answer = Now()
    try:
        _count(answer)
    except AnyDatabaseError:
        answer.database = False
    if settings.REDIS_URL is not None:
        try:
            signs = pulse.signs()
        except RedisError:
            answer.redis = False
        else:
            answer.workers = [sign for sign in signs if sign.part == "worker"]
            answer.beats = [sign for sign in signs if sign.part == "beat"]
    return answer


def letters() -> Letters:
    """How e-mail stands. One query for all states, by their index; one for the mail server if it matters."""
    answer, now, due_since = Letters(), timezone.now(), []
    rows = Letter.objects.filter(state__in=COUNTED).values_list("state").order_by()
    for state, count, since, due_at in rows.annotate(Count("pk"), Min("due_since"), Min("due_at")):
        setattr(answer, state, count)
        if state == DeliveryState.PENDING:
            due_since.append(since)
        elif due_at is not None and due_at <= now:
            due_since.append(due_at)
    if not due_since:
        return answer
    answer.oldest_due_seconds = max(0.0, (now - min(due_since)).total_seconds())
    away = Postman.objects.exclude(away_since=None).first()
    if away is not None and away.away_since is not None:
        answer.away_seconds = max(0.0, (now - away.away_since).total_seconds())
        answer.away_error = away.error
    return answer


def _count(answer: Now) -> None:
    answer.letters = letters()
    answer.oldest_due_seconds = oldest_due_seconds()
    # One query a state: each is answered by its own partial index, without a look at what was sent.
    for state in COUNTED:
        rows = Delivery.objects.filter(state=state).aggregate(all=Count("pk"))
        setattr(answer, state, rows["all"])
    # Since its last claim: one that was claimed again and lost then waits for something else.
    parked = Delivery.objects.filter(state=DeliveryState.PENDING, parked_at__gte=F("claimed_at"))
    answer.parked = parked.count()
