"""What the probes and the dashboard ask of the pipeline."""

from django.db.models import Min, Q
from django.db.utils import Error as AnyDatabaseError
from django.utils import timezone

from delivery import pulse
from delivery.models import Delivery, DeliveryState

# Seconds that something due may wait before the pipeline counts as stuck.
LONGEST_WAIT = 60.0


def oldest_due_seconds() -> float:
    """How long the oldest delivery that is due has been due; 0 when nothing is."""
    now = timezone.now()
    pending = Q(state=DeliveryState.PENDING)
    # Due again after a failure, or held by a worker that is dead.
    overdue = Q(state__in=[DeliveryState.WAITING, DeliveryState.CLAIMED], due_at__lte=now)
    due = Delivery.objects.filter(pending | overdue).aggregate(
        created=Min("created_at", filter=pending), waited=Min("due_at", filter=overdue)
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
