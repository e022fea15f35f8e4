"""What a person does to deliveries: retry, discard, undo that, reschedule, supersede; one, some, or all.

A deed is a row. It is proposed, which counts what it is about; then started, which only one click can do;
then carried on in the background, a chunk at a time, by whichever process holds its lease. A retry tries one
row first. Rows are changed where they still are in a state that allows it: what was delivered meanwhile is
passed over, and sent to nobody again. Who did what, when, to how many, is written into the admin's log.
"""

import enum
import logging
import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from delivery import handoff, tally
from delivery.criteria import Criteria
from delivery.drain import drain
from delivery.models import (
    UNDER_WAY,
    Deed,
    DeedKind,
    DeedRow,
    DeedState,
    Delivery,
    DeliveryState,
)

logger = logging.getLogger(__name__)

# Rows a second: ten thousand take less than a minute, and whoever posts meanwhile does not notice.
RATE = 200
# Seconds that one call of `advance` goes on: less than until the next sweep, so that a worker with a single
# process comes to its other tasks.
SLICE = 4.0
# How long a process holds a deed: longer than a slice takes, soon over where it was killed.
LEASE = timedelta(seconds=15)
# Seconds until it is looked again what became of the row that is tried first, while somebody sends it.
GLANCE = 0.2
# No more is let loose while more than this is pending, be it because Redis is away.
MOST_PENDING = 1_000
# Rows that are done at once, in the request.
AT_ONCE = 50
# Characters of the names of those who have done one.
WHO_LENGTH = 150
# Rows of one deed: their ids are kept with it, exactly those that a person agreed to.
MOST = 100_000

# The states in which a row may be when a deed comes to it.
ALLOWED: Mapping[str, tuple[str, ...]] = {
    DeedKind.RETRY: (DeliveryState.DEAD, DeliveryState.WAITING),
    DeedKind.DISCARD: (DeliveryState.DEAD, DeliveryState.WAITING, DeliveryState.PENDING),
    DeedKind.RESTORE: (DeliveryState.DISCARDED,),
    DeedKind.RESCHEDULE: (DeliveryState.DEAD, DeliveryState.WAITING, DeliveryState.PENDING),
    DeedKind.SUPERSEDE: (DeliveryState.DEAD, DeliveryState.WAITING, DeliveryState.PENDING),
}
PERMISSION: Mapping[str, str] = {
    DeedKind.RETRY: "delivery.retry_delivery",
    DeedKind.RESCHEDULE: "delivery.retry_delivery",
    DeedKind.DISCARD: "delivery.discard_delivery",
    DeedKind.RESTORE: "delivery.discard_delivery",
    DeedKind.SUPERSEDE: "delivery.discard_delivery",
}
# What takes rows out of the pipeline, and is counted as the drain counts what it does.
COUNTED = (DeedKind.DISCARD, DeedKind.SUPERSEDE)
# What lets rows loose, which is not to be done while there is a crowd.
LETS_LOOSE = (DeedKind.RETRY, DeedKind.RESTORE)
# What it is called in the log, once it is done.
PAST: Mapping[str, str] = {
    DeedKind.RETRY: "retried",
    DeedKind.DISCARD: "discarded",
    DeedKind.RESTORE: "restored",
    DeedKind.RESCHEDULE: "rescheduled",
    DeedKind.SUPERSEDE: "superseded",
}


class Step(enum.Enum):
    """Why a deed does not go on at once."""

    WAITS = "waits"  # for Redis, or until others have been sent
    ENDED = "ended"  # or is another's by now


def propose(
    kind: str, criteria: Criteria, user: Any, due_at: datetime | None = None, form_key: str | None = None
) -> Deed:
    """Write down what somebody means to do, and exactly to which rows; nothing is touched.

    With a `form_key` that was used before, it is the deed of then. Raises ValueError that names the field
    where the deed makes no sense.
    """
    return _propose(kind, criteria, user, due_at, form_key)[0]


def _propose(
    kind: str, criteria: Criteria, user: Any, due_at: datetime | None, form_key: str | None
) -> tuple[Deed, bool]:
    """The deed, and whether it is new."""
    _check(kind, due_at)
    ids = list(_matching(kind, criteria).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise ValueError(f"criteria: match more than {MOST:,} deliveries; narrow them.")
    facts = {
        "kind": kind,
        "criteria": criteria.stored(),
        "user": user,
        "who": _name(user),
        "created_at": timezone.now(),
        "matching": len(ids),
        "ids": ids,
        "due_at": due_at,
    }
    if form_key is None:
        return Deed.objects.create(**facts), True
    return Deed.objects.get_or_create(form_key=form_key, defaults=facts)


def left(deed: Deed) -> QuerySet[Delivery]:
    """The rows that a deed has still to touch, as far as they allow it."""
    return _of(deed, deed.ids[deed.position :])


def start(deed_id: int, user: Any) -> bool:
    """Have a proposed deed carried out. False where somebody has started or cancelled it already."""
    deed = Deed.objects.get(pk=deed_id)
    # One of many alike fails as they do: better to know before all of them are let loose.
    first = DeedState.TRYING if deed.kind == DeedKind.RETRY and deed.matching > 1 else DeedState.RUNNING
    now = timezone.now()
    return _move(deed, [DeedState.PROPOSED], first, user, "Started", **_by(user), started_at=now)


def go_on(deed_id: int, user: Any) -> bool:
    """Go on with the others although the first one failed. False where it does not wait for that."""
    deed = Deed.objects.get(pk=deed_id)
    # Whoever started it has done so; now there are two.
    who = deed.who if deed.who == _name(user) else f"{deed.who}, then {_name(user)}"[:WHO_LENGTH]
    by = {"started_by": user, "who": who}
    return _move(deed, [DeedState.STOPPED], DeedState.RUNNING, user, "Went on", **by, note="")


def cancel(deed_id: int, user: Any) -> bool:
    """Stop a deed where it is; what it has done stays done. False where it has ended already."""
    deed = Deed.objects.get(pk=deed_id)
    open_states = [DeedState.PROPOSED, DeedState.STOPPED, *UNDER_WAY]
    return _move(deed, open_states, DeedState.CANCELLED, user, "Cancelled", finished_at=timezone.now())


def do_now(
    kind: str,
    ids: Iterable[int],
    user: Any,
    due_at: datetime | None = None,
    form_key: str | None = None,
) -> Deed:
    """Do it to a few rows at once, without trying one first.

    With a `form_key` that was used before nothing is done, and it is the deed of then. Raises ValueError that
    names the field where the deed makes no sense or the rows are more than a few.
    """
    wanted = tuple(ids)
    if len(wanted) > AT_ONCE:
        raise ValueError(f"ids: must be at most {AT_ONCE} to be done at once.")
    with transaction.atomic():
        deed, is_new = _propose(kind, Criteria(ids=wanted), user, due_at, form_key)
        if is_new:
            deed.passed_over = len(wanted) - deed.matching
            deed.state, deed.started_at, deed.started_by = DeedState.RUNNING, timezone.now(), user
            _do_chunk(deed, AT_ONCE)
            _finish(deed)
    return deed


def advance(task_id: str = "") -> None:
    """Carry on the deeds under way, for a slice of time. Any number of processes may do so at once.

    `task_id` is that of the Celery task that does it: should it fail, what it was sending is found by it.
    """
    end = monotonic() + SLICE
    waiting: set[int] = set()
    while monotonic() < end:
        deed = _take(waiting)
        if deed is None:
            return
        try:
            if _carry_on(deed, end, task_id) is Step.WAITS:
                waiting.add(deed.pk)  # the next task or sweep looks again; others go on meanwhile
        finally:
            Deed.objects.filter(pk=deed.pk, token=deed.token).update(token="", lease_until=None)


def _take(but: Collection[int] = ()) -> Deed | None:
    """Hold the first deed that nobody holds, by a token, for a lease."""
    free = Deed.objects.filter(Q(lease_until=None) | Q(lease_until__lt=Now()), state__in=UNDER_WAY)
    for pk in free.exclude(pk__in=list(but)).order_by("pk").values_list("pk", flat=True):
        token = uuid.uuid4().hex
        if free.filter(pk=pk).update(token=token, lease_until=Now() + LEASE):
            return Deed.objects.get(pk=pk)
    return None


def _carry_on(deed: Deed, end: float, task_id: str) -> Step | None:
    """Do what there is to do, at most RATE rows a second, until it ends or waits, or `end` has come."""
    while (began := monotonic()) < end:
        step = _step(deed)
        if isinstance(step, Step):
            return step
        # Sent here and now: a worker with a single process would not come to it before the slice is over.
        drain(task_id)
        # Paces, and waits for nothing.
        sleep(max(0.0, min(began + step, end) - monotonic()))
    return None


def _step(deed: Deed) -> float | Step:
    """The next part of a deed. Seconds until the one after it, or why there is none for now."""
    with transaction.atomic():
        held = Deed.objects.select_for_update().filter(pk=deed.pk, token=deed.token, state__in=UNDER_WAY)
        now = held.first()
        if now is None:
            return Step.ENDED
        held.update(lease_until=Now() + LEASE)
        if now.state == DeedState.TRYING:
            return _try_first(now)
        if now.kind in LETS_LOOSE and _is_crowded():
            return Step.WAITS
        if _do_chunk(now, RATE):
            return 1.0
        _finish(now)
        return Step.ENDED


def _is_crowded() -> bool:
    pending = Delivery.objects.filter(state=DeliveryState.PENDING).values("pk")
    return len(pending[: MOST_PENDING + 1]) > MOST_PENDING


def _try_first(deed: Deed) -> float | Step:
    """Let the first row loose, or look what became of it: then the others follow, or a person is asked."""
    if deed.first_id is None:
        deed.first_id = _let_first_loose(deed)
        if deed.first_id is None:
            _finish(deed)
            return Step.ENDED
        deed.save(update_fields=["first"])
        return GLANCE
    first = Delivery.objects.filter(pk=deed.first_id).first()
    if first is not None and first.state in (DeliveryState.WAITING, DeliveryState.DEAD):
        _stop(deed, first.last_error)
        return Step.ENDED
    if first is not None and first.state in (DeliveryState.PENDING, DeliveryState.CLAIMED):
        # One that is parked, in an outage, is looked at again by the next sweep.
        return GLANCE if first.state == DeliveryState.CLAIMED else Step.WAITS
    deed.state = DeedState.RUNNING
    deed.save(update_fields=["state"])
    return 0.0


def _let_first_loose(deed: Deed) -> int | None:
    """The id of the first row that can still be retried, on its way by then; None where there is none."""
    while _do_chunk(deed, 1):
        row = DeedRow.objects.filter(deed=deed).values_list("delivery", flat=True).first()
        if row is not None:
            return row
    return None


def _stop(deed: Deed, error: str) -> None:
    deed.state, deed.note = DeedState.STOPPED, error
    deed.save(update_fields=["state", "note"])
    _log(deed, f"Stopped: the first of {_deliveries(deed.matching)} failed again")


def _do_chunk(deed: Deed, size: int) -> bool:
    """Do it to the next of its rows, in the order of their ids. False where there are none left."""
    chosen = deed.ids[deed.position : deed.position + size]
    if not chosen:
        return False
    # Waits for whoever holds one of them for a moment, then looks whether its state still allows the deed.
    wanted = Delivery.objects.filter(pk__in=list(_of(deed, chosen).values_list("pk", flat=True)))
    held = wanted.filter(state__in=_states(deed)).select_for_update()
    states = dict(held.order_by("pk").values_list("pk", "state"))
    now = timezone.now()
    DeedRow.objects.bulk_create(
        DeedRow(deed=deed, delivery_id=pk, from_state=state, at=now) for pk, state in states.items()
    )
    for rows, fate in _fates(deed, Delivery.objects.filter(pk__in=list(states)), now):
        rows.update(**fate)
    # By a name of its own: whoever else counts must not wait for a request.
    tally.add(f"deed {deed.pk}", {PAST[deed.kind]: len(states)} if deed.kind in COUNTED else {})
    if deed.kind in LETS_LOOSE:
        handoff.wake_on_commit()
    deed.position, deed.done = deed.position + len(chosen), deed.done + len(states)
    deed.save(update_fields=["position", "done"])
    return True


def _fates(
    deed: Deed, rows: QuerySet[Delivery], now: datetime
) -> list[tuple[QuerySet[Delivery], dict[str, object]]]:
    """What the deed makes of these rows; each starts with all its attempts before it, or has ended."""
    anew: dict[str, object] = {"attempts": 0, "settled_at": None, "parked_at": None, "due_since": now}
    ended: dict[str, object] = {"due_at": None, "settled_at": now}
    if deed.kind == DeedKind.RETRY:
        return [(rows, {**anew, "state": DeliveryState.PENDING, "due_at": None})]
    if deed.kind == DeedKind.RESCHEDULE:
        later = {"state": DeliveryState.WAITING, "due_at": deed.due_at, "due_since": deed.due_at}
        return [(rows, {**anew, **later})]
    if deed.kind == DeedKind.DISCARD:
        return [(rows, {**ended, "state": DeliveryState.DISCARDED})]
    if deed.kind == DeedKind.SUPERSEDE:
        return [(rows, {**ended, "state": DeliveryState.SUPERSEDED})]
    # Back to what it was when it was discarded: dead, or due. What waited for its time is due by now.
    dead = rows.filter(Exists(_discarded(from_state=DeliveryState.DEAD)))
    dead_ids = list(dead.values_list("pk", flat=True))
    return [
        (rows.filter(pk__in=dead_ids), {**ended, "state": DeliveryState.DEAD}),
        (
            rows.exclude(pk__in=dead_ids),
            {"state": DeliveryState.PENDING, "due_at": None, "settled_at": None, "due_since": now},
        ),
    ]


def _discarded(**conditions: object) -> QuerySet[DeedRow]:
    """The latest discard of a row, if it is like that."""
    last = DeedRow.objects.filter(delivery=OuterRef("delivery"), deed__kind=DeedKind.DISCARD)
    return DeedRow.objects.filter(
        delivery=OuterRef("pk"),
        deed__kind=DeedKind.DISCARD,
        pk=last.order_by("-pk").values("pk")[:1],
        **conditions,
    )


def _finish(deed: Deed) -> None:
    """Write down that it is done, and how many rows were no longer what they had been."""
    deed.state, deed.finished_at = DeedState.DONE, timezone.now()
    deed.passed_over += deed.position - deed.done
    deed.save(update_fields=["state", "started_at", "started_by", "finished_at", "passed_over"])
    _log(deed, _told(deed))


def _told(deed: Deed) -> str:
    text = f"{_deliveries(deed.done)} {PAST[deed.kind]}"
    return text + (f", {deed.passed_over} passed over" if deed.passed_over else "")


def _deliveries(count: int) -> str:
    return f"{count} {'delivery' if count == 1 else 'deliveries'}"


def _name(user: Any) -> str:
    return user.get_username() if user else "a command"


def _by(user: Any) -> dict[str, object]:
    return {"started_by": user, "who": _name(user)}


def _move(deed: Deed, states: list[DeedState], to: DeedState, user: Any, word: str, **values: object) -> bool:
    """Change a deed's state once, whoever else tries at the same time."""
    with transaction.atomic():
        moved = Deed.objects.filter(pk=deed.pk, state__in=states).update(state=to, **values)
        if not moved:
            return False
        deed.refresh_from_db()
        _log(deed, f"{word}: {deed.get_kind_display().lower()} {_deliveries(deed.matching)}", user)
    if to in UNDER_WAY:
        transaction.on_commit(handoff.wake_deeds, robust=True)
    return True


def _log(deed: Deed, message: str, user: Any = None) -> None:
    """Write into the admin's log. What nobody in particular did (a command) is in the process's log alone."""
    who = user or deed.started_by or deed.user
    logger.info("deed %s of %s: %s", deed.pk, f"user {who.pk}" if who else "a command", message)
    if who is None:
        return
    LogEntry.objects.create(
        user_id=who.pk,
        content_type=ContentType.objects.get_for_model(Deed),
        object_id=str(deed.pk),
        object_repr=str(deed)[:200],
        action_flag=CHANGE,
        change_message=message,
    )


def _matching(kind: str, criteria: Criteria) -> QuerySet[Delivery]:
    """What the criteria mean, as far as its state allows the deed; and only what tells of a post."""
    return criteria.rows().filter(state__in=ALLOWED[kind], notification__isnull=False)


def _states(deed: Deed) -> tuple[str, ...]:
    asked = Criteria.of(deed.criteria).state
    return (asked,) if asked else ALLOWED[deed.kind]


def _of(deed: Deed, ids: list[int]) -> QuerySet[Delivery]:
    """Of these ids of a deed, the rows that still are what was agreed to."""
    return _matching(deed.kind, Criteria.of(deed.criteria)).filter(pk__in=ids)


def _check(kind: str, due_at: datetime | None) -> None:
    if kind not in ALLOWED:
        raise ValueError(f"kind: must be one of {', '.join(ALLOWED)}.")
    if kind == DeedKind.RESCHEDULE and (due_at is None or due_at <= timezone.now()):
        raise ValueError("due_at: must be a date and time to come.")
    if kind != DeedKind.RESCHEDULE and due_at is not None:
        raise ValueError("due_at: is only for what is rescheduled.")
