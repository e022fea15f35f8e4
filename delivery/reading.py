"""The read side of an inbox: the pair that the badge shows, the changes since a revision, pages."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet

from delivery.models import Inbox, Notification

# More changed rows than this cost more to replay than to start afresh.
REPLAY_LIMIT = 1000
# The largest number that a revision or an id can be.
LARGEST = 2**63 - 1


class Snapshot(NamedTuple):
    """An inbox's revision, and the unread count that was true at it."""

    revision: int
    unread_count: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in an inbox: rows by (revision, id), deleted ones included.

    `revision` may be taken as one's own only where `next_cursor` is None. Where `reset` is true the rows are
    the newest ones, newest first, and replace everything known.
    """

    revision: int
    unread_count: int
    rows: list[Notification]
    next_cursor: str | None
    reset: bool


def snapshot(user_id: int) -> Snapshot:
    """The inbox's revision and unread count, as they were true together; (0, 0) before the first post."""
    return snapshots([user_id]).get(user_id, Snapshot(0, 0))


def snapshots(user_ids: Iterable[int]) -> dict[int, Snapshot]:
    """The same for many users, in one query; users without an inbox are missing."""
    rows = Inbox.objects.filter(user__in=user_ids).values_list("user_id", "revision", "unread_count")
    return {user: Snapshot(revision, unread) for user, revision, unread in rows}


def notifications(user_id: int) -> QuerySet[Notification]:
    """What stands in the inbox, newest first."""
    return Notification.objects.filter(user=user_id, is_deleted=False).order_by("-id")


def page(
    user_id: int,
    *,
    unread: bool | None = None,
    type_: str | None = None,
    before: int | None = None,
    limit: int = 20,
) -> tuple[list[Notification], int | None]:
    """A page, newest first, and the id to pass as `before` for the next one, None on the last."""
    rows = notifications(user_id)
    if unread is not None:
        rows = rows.filter(is_read=not unread)
    if type_ is not None:
        rows = rows.filter(notification_type=type_)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def changes(user_id: int, since: int, limit: int, cursor: str | None = None) -> Changes:
    """What changed after revision `since`, `limit` rows at a time. ValueError where the cursor is not ours.

    The inbox is read before its rows: a change committed in between may then come too early, which is
    harmless, and never too late.
    """
    after = None if cursor is None else _decode(cursor)
    inbox = Inbox.objects.filter(user=user_id).first() or Inbox(user_id=user_id)
    changed = Notification.objects.filter(user=user_id, revision__gt=since).order_by("revision", "id")
    if not inbox.history_from <= since <= inbox.revision or (after is None and _is_too_much(changed)):
        return _reset(inbox, limit)
    if after is not None:
        revision, row_id = after
        changed = changed.filter(Q(revision__gt=revision) | Q(revision=revision, id__gt=row_id))
    rows = list(changed[: limit + 1])
    # Asked again, because what was deleted may have been pruned since: between the two, or between two pages.
    if Inbox.objects.filter(user=user_id, history_from__gt=since).exists():
        return _reset(inbox, limit)
    next_cursor = _encode(rows[limit - 1]) if len(rows) > limit else None
    return Changes(inbox.revision, inbox.unread_count, rows[:limit], next_cursor, reset=False)


def _is_too_much(changed: QuerySet[Notification]) -> bool:
    return len(changed.values_list("id", flat=True)[: REPLAY_LIMIT + 1]) > REPLAY_LIMIT


def _reset(inbox: Inbox, limit: int) -> Changes:
    newest = list(notifications(inbox.user_id)[:limit])
    return Changes(inbox.revision, inbox.unread_count, newest, None, reset=True)


def _encode(row: Notification) -> str:
    return base64.urlsafe_b64encode(f"{row.revision}:{row.pk}".encode()).decode()


def _decode(cursor: str) -> tuple[int, int]:
    try:
        # validate: without it everything that is no base64 would be passed over.
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode("ascii")
        revision, row_id = map(int, text.split(":"))
    except (ValueError, binascii.Error) as error:
        raise ValueError("cursor: must be the `next` of an answer before.") from error
    if not (0 <= revision <= LARGEST and 0 <= row_id <= LARGEST):
        raise ValueError("cursor: must be the `next` of an answer before.")
    return revision, row_id
