"""What a person does to letters: retry or discard one, some, or all that match.

Done at once, in one transaction: letters are few beside deliveries, and no more than MOST are touched by one
click. A row is changed where its state still allows it, so a click that comes twice finds nothing to do. What
was discarded can be retried, so nothing here is for ever. Who did what is written into the admin's log.
"""

import logging
from collections.abc import Mapping
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from delivery import handoff, mail
from delivery.deeds import PAST, PERMISSION
from delivery.models import DeedKind, DeliveryState, Letter

__all__ = ["MOST", "PAST", "PERMISSION", "allowed", "do"]

logger = logging.getLogger(__name__)

# Letters of one click: each is told of to whoever sent it, a few milliseconds of work.
MOST = 500
# What waits for its own time, and has not failed, is not sent before it.
_FAILED_BEFORE = Q(state=DeliveryState.WAITING) & ~Q(last_error="")
ALLOWED: Mapping[str, Q] = {
    DeedKind.RETRY: Q(state__in=[DeliveryState.DEAD, DeliveryState.DISCARDED]) | _FAILED_BEFORE,
    DeedKind.DISCARD: Q(state__in=[DeliveryState.DEAD, DeliveryState.WAITING, DeliveryState.PENDING]),
}


def allowed(kind: str, rows: QuerySet[Letter]) -> QuerySet[Letter]:
    """Of these letters, those whose state allows it."""
    return rows.filter(ALLOWED[kind])


@transaction.atomic
def do(kind: str, rows: QuerySet[Letter], user: Any) -> int:
    """Do it to the first MOST of these letters, in the order they were posted; how many it was."""
    held = allowed(kind, rows).order_by("pk").select_for_update()
    letters = list(held[:MOST])
    if not letters:
        return 0
    fate = _fate(kind)
    Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(**fate)
    for letter in letters:
        for name, value in fate.items():
            setattr(letter, name, value)
        mail.tell(letter)
    if kind == DeedKind.RETRY:
        handoff.wake_letters_on_commit()
    _log(kind, letters, user)
    return len(letters)


def _fate(kind: str) -> dict[str, Any]:
    """What becomes of a letter: due at once, with all its attempts before it, or not to be sent."""
    now = timezone.now()
    if kind == DeedKind.RETRY:
        state = DeliveryState.PENDING
        return {"state": state, "attempts": 0, "due_at": None, "due_since": now, "settled_at": None}
    return {"state": DeliveryState.DISCARDED, "due_at": None, "settled_at": now}


def _log(kind: str, letters: list[Letter], user: Any) -> None:
    what = "1 letter" if len(letters) == 1 else f"{len(letters)} letters"
    ids = ", ".join(str(letter.pk) for letter in letters)
    logger.info("user %s %s %s: %s", user.pk, PAST[kind], what, ids)
    LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(Letter),
        object_id=str(letters[0].pk),
        object_repr=what,
        action_flag=CHANGE,
        change_message=f"{what} {PAST[kind]}: {ids}",
    )
