"""What a person does to deliveries: retry, discard, undo that, reschedule, supersede; one, some, or all.

A deed is a row. It is proposed, which counts what it is about; then started, which only one click can do;
then carried on in the background, a chunk at a time, by whichever process holds its lease. A retry tries one
row first. Rows are changed where they still are in a state that allows it: what was delivered meanwhile is
passed over, and sent to nobody again. Who did what, when, to how many, is written into the admin's log.
"""

import logging
import os
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from delivery import handoff, tally
from delivery.criteria import Criteria
from delivery.drain import drain, worker_name
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
# What it is called in the log, once it is done.
PAST: Mapping[str, str] = {
    DeedKind.RETRY: "retried",
    DeedKind.DISCARD: "discarded",
    DeedKind.RESTORE: "restored",
    DeedKind.RESCHEDULE: "rescheduled",
    DeedKind.SUPERSEDE: "superseded",
}


def propose(kind: str, criteria: Criteria, user: Any, due_at: datetime | None = None) -> Deed:
    """Write down what somebody means to do, and count what it is about; nothing is touched.

    Rows that come to match later are not part of it. Raises ValueError that names the field where the deed
    makes no sense.
    """
    _check(kind, due_at)
    rows = _matching(kind, criteria)
    return Deed.objects.create(
        kind=kind,
        criteria=criteria.stored(),
        user=user,
        created_at=timezone.now(),
        matching=rows.count(),
        up_to=rows.aggregate(most=Max("pk"))["most"] or 0,
        due_at=due_at,
    )


def start(deed_id: int, user: Any) -> bool:
    """Have a proposed deed carried out. False where somebody has started or cancelled it already."""
    deed = Deed.objects.get(pk=deed_id)
    # One of many alike fails as they do: better to know before all of them are let loose.
    first = DeedState.TRYING if deed.kind == DeedKind.RETRY and deed.matching > 1 else DeedState.RUNNING
    return _move(deed, [DeedState.PROPOSED], first, user, "Started", started_at=timezone.now())


def go_on(deed_id: int, user: Any) -> bool:
    """Go on with the others although the first one failed. False where it does not wait for that."""
    deed = Deed.objects.get(pk=deed_id)
    return _move(deed, [DeedState.STOPPED], DeedState.RUNNING, user, "Went on", note="")


def cancel(deed_id: int, user: Any) -> bool:
    """Stop a deed where it is; what it has done stays done. False where it has ended already."""
    deed = Deed.objects.get(pk=deed_id)
    open_states = [DeedState.PROPOSED, DeedState.STOPPED, *UNDER_WAY]
    return _move(deed, open_states, DeedState.CANCELLED, user, "Cancelled", finished_at=timezone.now())


def do_now(kind: str, ids: Iterable[int], user: Any, due_at: datetime | None = None) -> Deed:
    """Do it to a few rows at once, without trying one first.

    Raises ValueError that names the field where the deed makes no sense or the rows are more than a few.
    """
    wanted = tuple(ids)
    if len(wanted) > AT_ONCE:
        raise ValueError(f"ids: must be at most {AT_ONCE} to be done at once.")
    with transaction.atomic():
        deed = propose(kind, Criteria(ids=wanted), user, due_at)
        deed.passed_over = len(wanted) - deed.matching
        deed.state, deed.started_at = DeedState.RUNNING, timezone.now()
        _do_chunk(deed, AT_ONCE)
        _finish(deed)
    return deed


def nudge(deed: Deed) -> None:
    """Have a deed under way go on soon, should nobody carry it on."""
    if deed.state in UNDER_WAY:
        handoff.wake_deeds()


def advance() -> None:
    """Carry on the deeds under way, for a slice of time. Any number of processes may do so at once."""
    end = monotonic() + SLICE
    while monotonic() < end:
        deed = _take()
        if deed is None:
            return
        try:
            _carry_on(deed, end)
        finally:
            Deed.objects.filter(pk=deed.pk, token=deed.token).update(token="", lease_until=None)


def _take() -> Deed | None:
    """Hold the first deed that nobody holds, by a token, for a lease."""
    free = Deed.objects.filter(Q(lease_until=None) | Q(lease_until__lt=Now()), state__in=UNDER_WAY)
    for pk in free.order_by("pk").values_list("pk", flat=True):
        token = uuid.uuid4().hex
        if free.filter(pk=pk).update(token=token, lease_until=Now() + LEASE):
            return Deed.objects.get(pk=pk)
    return None


def _carry_on(deed: Deed, end: float) -> None:
    """Do what there is to do, at most RATE rows a second, until it ends, is stopped, or `end` has come."""
    while (began := monotonic()) < end:
        pause = _step(deed)
        if pause is None:
            return
        # Sent here and now: a worker with a single process would not come to it before the slice is over.
        drain()
        # Paces, and waits for nothing.
        sleep(max(0.0, min(began + pause, end) - monotonic()))


def _step(deed: Deed) -> float | None:
    """The next part of a deed. Seconds until the one after it; None where there is nothing more for now."""
    with transaction.atomic():
        held = Deed.objects.select_for_update().filter(pk=deed.pk, token=deed.token, state__in=UNDER_WAY)
        now = held.first()
        if now is None:
            return None  # cancelled, or another's by now
        held.update(lease_until=Now() + LEASE)
        if now.state == DeedState.TRYING:
            return _try_first(now)
        if _is_crowded():
            return None
        if _do_chunk(now, RATE):
            return 1.0
        _finish(now)
        return None


def _is_crowded() -> bool:
    pending = Delivery.objects.filter(state=DeliveryState.PENDING).values("pk")
    return len(pending[: MOST_PENDING + 1]) > MOST_PENDING


def _try_first(deed: Deed) -> float | None:
    """Let the first row loose, or look what became of it: then the others follow, or a person is asked."""
    if deed.first_id is None:
        deed.first_id = _let_first_loose(deed)
        if deed.first_id is None:
            _finish(deed)
            return None
        deed.save(update_fields=["first"])
        return GLANCE
    first = Delivery.objects.filter(pk=deed.first_id).first()
    if first is not None and first.state in (DeliveryState.WAITING, DeliveryState.DEAD):
        _stop(deed, first.last_error)
        return None
    if first is not None and first.state in (DeliveryState.PENDING, DeliveryState.CLAIMED):
        # One that is parked, in an outage, is looked at again by the next sweep.
        return GLANCE if first.state == DeliveryState.CLAIMED else None
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
    _log(deed, f"Stopped: the first of {deed.matching} deliveries failed again")


def _do_chunk(deed: Deed, size: int) -> bool:
    """Do it to the next rows, in the order of their ids. False where there are none left."""
    left = _matching(deed.kind, Criteria.of(deed.criteria)).filter(pk__gt=deed.position, pk__lte=deed.up_to)
    chosen = list(left.order_by("pk").values_list("pk", flat=True)[:size])
    if not chosen:
        return False
    # What a drain is taking right now is on its way, and passed over.
    free = Delivery.objects.select_for_update(skip_locked=True).filter(pk__in=chosen)
    states = dict(free.filter(state__in=ALLOWED[deed.kind]).order_by("pk").values_list("pk", "state"))
    now = timezone.now()
    DeedRow.objects.bulk_create(
        DeedRow(deed=deed, delivery_id=pk, from_state=state, at=now) for pk, state in states.items()
    )
    for rows, fate in _fates(deed, Delivery.objects.filter(pk__in=list(states)), now):
        rows.update(**fate)
    tally.add(worker_name(os.getpid()), {PAST[deed.kind]: len(states)} if deed.kind in COUNTED else {})
    if deed.kind in (DeedKind.RETRY, DeedKind.RESTORE):
        handoff.wake_on_commit()
    deed.position, deed.done = max(chosen), deed.done + len(states)
    deed.save(update_fields=["position", "done"])
    return True


def _fates(
    deed: Deed, rows: QuerySet[Delivery], now: datetime
) -> list[tuple[QuerySet[Delivery], dict[str, object]]]:
    """What the deed makes of these rows; each starts with all its attempts before it, or has ended."""
    anew: dict[str, object] = {"attempts": 0, "settled_at": None, "parked_at": None}
    ended: dict[str, object] = {"due_at": None, "settled_at": now}
    if deed.kind == DeedKind.RETRY:
        return [(rows, {**anew, "state": DeliveryState.PENDING, "due_at": None})]
    if deed.kind == DeedKind.RESCHEDULE:
        return [(rows, {**anew, "state": DeliveryState.WAITING, "due_at": deed.due_at})]
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
            {"state": DeliveryState.PENDING, "due_at": None, "settled_at": None},
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
    deed.passed_over = max(deed.passed_over, deed.matching - deed.done)
    deed.save(update_fields=["state", "started_at", "finished_at", "passed_over"])
    _log(deed, _told(deed))


def _told(deed: Deed) -> str:
    text = f"{deed.done} deliveries {PAST[deed.kind]}"
    return text + (f", {deed.passed_over} passed over" if deed.passed_over else "")


def _move(deed: Deed, states: list[DeedState], to: DeedState, user: Any, word: str, **values: object) -> bool:
    """Change a deed's state once, whoever else tries at the same time."""
    with transaction.atomic():
        moved = Deed.objects.filter(pk=deed.pk, state__in=states).update(state=to, **values)
        if not moved:
            return False
        deed.refresh_from_db()
        _log(deed, f"{word}: {deed.get_kind_display().lower()} {deed.matching} deliveries", user)
    if to in UNDER_WAY:
        transaction.on_commit(handoff.wake_deeds, robust=True)
    return True


def _log(deed: Deed, message: str, user: Any = None) -> None:
    """Write into the admin's log. What nobody in particular did (a command) is in the process's log alone."""
    who = user or deed.user
    logger.info("deed %s of user %s: %s", deed.pk, who.pk if who else None, message)
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


def _check(kind: str, due_at: datetime | None) -> None:
    if kind not in ALLOWED:
        raise ValueError(f"kind: must be one of {', '.join(ALLOWED)}.")
    if kind == DeedKind.RESCHEDULE and (due_at is None or due_at <= timezone.now()):
        raise ValueError("due_at: must be a date and time to come.")
    if kind != DeedKind.RESCHEDULE and due_at is not None:
        raise ValueError("due_at: is only for what is rescheduled.")
