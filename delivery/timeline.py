"""What became of one delivery, from posted to read, for whoever is asked "did the customer get told?"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from delivery.models import Attempt, DeedRow, Delivery, DeliveryState, Outcome

Tone = Literal["quiet", "info", "success", "warning", "danger"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a delivery."""

    at: datetime
    kind: str
    title: str
    detail: str = ""
    worker: str = ""
    seconds: float | None = None  # how long it took
    tone: Tone = "quiet"
    deed: int | None = None
    task_id: str = ""


def of(delivery: Delivery) -> list[Event]:
    """Everything that is known of a delivery, in the order in which it happened."""
    events = [
        Event(
            delivery.created_at, "posted", "Posted", f"Revision {delivery.revision} of the inbox", tone="info"
        ),
        *map(_attempt, delivery.failed_attempts.all()),
        *map(_deed, delivery.deed_rows.select_related("deed").defer("deed__ids")),
        *_last(delivery),
        *_read(delivery),
    ]
    return sorted(events, key=lambda event: event.at)


def _attempt(attempt: Attempt) -> Event:
    took = (attempt.ended_at - attempt.started_at).total_seconds() if attempt.started_at else None
    lost = attempt.outcome == Outcome.LOST
    return Event(
        attempt.ended_at,
        attempt.outcome,
        f"Attempt {attempt.number} {'lost with its worker' if lost else 'failed'}",
        f"{attempt.error_class}: {attempt.error_message}",
        attempt.worker,
        took,
        "danger",
        task_id=attempt.task_id,
    )


def _deed(row: DeedRow) -> Event:
    return Event(
        row.at,
        "deed",
        f"{row.deed.get_kind_display()} by {row.deed.who}",
        f"It was {row.from_state}",
        tone="info",
        deed=row.deed_id,
    )


def _last(delivery: Delivery) -> Iterator[Event]:
    """The last claim, and how it ended where it ended well: what ended badly is an attempt of its own."""
    if delivery.parked_at:
        yield Event(
            delivery.parked_at, "parked", "Parked in an outage", "No attempt was counted", tone="warning"
        )
    told = delivery.state in (DeliveryState.SENT, DeliveryState.SUPERSEDED)
    if delivery.claimed_at and (told or delivery.state == DeliveryState.CLAIMED):
        yield Event(
            delivery.claimed_at, "claimed", "Claimed", "", delivery.claimed_by, task_id=delivery.task_id
        )
    if delivery.settled_at and delivery.state == DeliveryState.SENT:
        yield Event(
            delivery.settled_at,
            "sent",
            "Sent",
            "Redis took the frames for every open page; pages that were closed fetch it when they open",
            delivery.claimed_by,
            (delivery.settled_at - delivery.created_at).total_seconds(),
            "success",
        )
    elif delivery.settled_at and delivery.state == DeliveryState.SUPERSEDED:
        yield Event(delivery.settled_at, "superseded", "Superseded", "Nothing was left to tell")
    elif delivery.settled_at and delivery.state == DeliveryState.DEAD:
        # Written down a moment before the attempt that it comes of.
        at = max([delivery.settled_at, *(attempt.ended_at for attempt in delivery.failed_attempts.all())])
        yield Event(at, "dead", "Dead", "No further attempt is made by itself", tone="danger")


def _read(delivery: Delivery) -> Iterator[Event]:
    notification = delivery.notification
    if notification is not None and notification.read_at is not None:
        yield Event(notification.read_at, "read", "Read", tone="success")
