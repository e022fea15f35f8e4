"""The only code that changes an inbox.

Every change takes the inbox's next revision in its own transaction, stamps the rows it touches, keeps the
unread count beside it, and leaves a `Delivery` for the drain. The inbox's row is locked first, so changes of
one inbox happen one after another, whatever process makes them.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from delivery import handoff, statements, tally, trail
from delivery.drafts import Draft
from delivery.models import Delivery, DeliveryState, Inbox, Notification
from delivery.reading import Snapshot

# Keeps one statement under SQLite's limit of parameters, whatever it was compiled with (999 at the least).
_CHUNK = 300
# What has come of a delivery that is past being stopped.
TOLD = (DeliveryState.SENT, DeliveryState.SUPERSEDED)
# How far a restored database steps over what it has forgotten: more changes of one inbox, and more
# notifications, than there were since its backup; and little enough for millions of restores below 2**53, to
# which browsers count.
RESTORED_REVISIONS = 1_000_000
RESTORED_IDS = 1_000_000_000
# How long what was deleted is still told of, to pages that have not heard: the row itself goes then.
REMOVED_AFTER = timedelta(days=30)
# How long after it was deleted a dedupe key is still known: past a year, for what comes once in a year.
KEYS_KNOWN = timedelta(days=400)
# The tally of what was posted to inboxes that are gone.
POSTED = "posted"
# What an owner may choose: days after which what is read is deleted. Nothing chosen keeps it for ever.
KEEP_READ_DAYS = (365, 90, 30)


def post(user_ids: Iterable[int], draft: Draft) -> list[Notification]:
    """Post one notification to each user, in one transaction; the rows come in the order of the users.

    A user who already has the draft's `dedupe_key` gets nothing new: the row of then is returned. Nothing is
    sent before the outermost transaction commits, and nothing at all if it rolls back. Raises ValueError that
    names the field where the draft may not be posted; nothing is written then.
    """
    return post_all(user_ids, [draft])[0]


def post_all(user_ids: Iterable[int], drafts: Sequence[Draft]) -> list[list[Notification]]:
    """Post each of several drafts to each user, as `post` would one after the other, in as many statements.

    The rows come in the order of the drafts, those of one in the order of the users.
    """
    for draft in drafts:
        draft.checked()
    wanted = list(dict.fromkeys(user_ids))
    rows: dict[tuple[int, int], Notification] = {}
    with _together(len(wanted), drafts):
        # In one order for everybody, so that two posts to the same people cannot wait for each other.
        for users in _chunks(sorted(wanted)):
            rows.update(_post_chunk(users, drafts))
    return [[rows[user, place] for user in wanted] for place in range(len(drafts))]


def mark_read(user_id: int, notification_id: int) -> Snapshot | None:
    """Mark one read; idempotent. None where this inbox has no such notification."""
    with transaction.atomic():
        inbox = _locked(user_id)
        rows = Notification.objects.filter(user=user_id, pk=notification_id, is_deleted=False)
        is_read = rows.values_list("is_read", flat=True).first()
        if is_read is None:
            return None
        if not is_read:
            _change(inbox, rows.filter(is_read=False), unread=-1, is_read=True, read_at=timezone.now())
        return _snapshot(inbox)


def mark_all_read(user_id: int) -> tuple[int, Snapshot]:
    """Mark everything read. Returns how many were unread, and the inbox after it."""
    with transaction.atomic():
        inbox = _locked(user_id)
        unread = inbox.unread_count
        if unread:
            rows = Notification.objects.filter(user=user_id, is_read=False, is_deleted=False)
            _change(inbox, rows, unread=-unread, is_read=True, read_at=timezone.now())
        return unread, _snapshot(inbox)


def mark_keys_read(user_ids: Iterable[int], dedupe_keys: Sequence[str]) -> None:
    """Mark read what carries one of these dedupe keys in any of these inboxes.

    What has not been sent yet never will be: its cause is gone.
    """
    unread = Notification.objects.filter(dedupe_key__in=dedupe_keys, is_read=False, is_deleted=False)
    users = sorted(set(user_ids))
    with transaction.atomic():
        # Seldom anybody has any: nobody's inbox is locked for nothing. Where somebody has, all are, as by a
        # post to all of them: one that follows in this transaction then waits for nobody.
        if unread.filter(user__in=users).exists():
            for inbox in _held(users):
                _mark_moot(inbox, unread.filter(user=inbox.user_id))


def withdraw(user_id: int, topics: Sequence[str]) -> None:
    """Mark read what was posted to somebody under these topics and is not sent yet: it never will be."""
    with transaction.atomic():
        inbox = _locked(user_id)
        unread = Notification.objects.filter(user=user_id, is_read=False, is_deleted=False)
        _mark_moot(inbox, unread.filter(topic__in=topics).exclude(delivery__state__in=TOLD))


def hold(user_ids: Iterable[int]) -> None:
    """Lock these inboxes until the transaction ends, for whoever changes some of them and later others."""
    _held(sorted(set(user_ids)))


def delete(user_id: int, notification_id: int) -> Snapshot | None:
    """Delete one; idempotent. None where this inbox never had such a notification."""
    with transaction.atomic():
        inbox = _locked(user_id)
        rows = Notification.objects.filter(user=user_id, pk=notification_id)
        row = rows.values_list("is_read", "is_deleted").first()
        if row is None:
            return None
        is_read, is_deleted = row
        if not is_deleted:
            _change(inbox, rows, unread=0 if is_read else -1, **_deleted())
        return _snapshot(inbox)


def delete_read(user_id: int) -> tuple[int, Snapshot]:
    """Delete everything that is read. Returns how many that were, and the inbox after it."""
    with transaction.atomic():
        inbox = _locked(user_id)
        rows = Notification.objects.filter(user=user_id, is_read=True, is_deleted=False)
        deleted = _change(inbox, rows, unread=0, **_deleted()) if rows.exists() else 0
        return deleted, _snapshot(inbox)


def keep_read(user_id: int, days: int | None) -> None:
    """Choose how long what is read is kept; None for ever. ValueError where nobody may choose that."""
    if days is not None and days not in KEEP_READ_DAYS:
        raise ValueError(f"days: must be one of {', '.join(map(str, KEEP_READ_DAYS))}, or none.")
    with transaction.atomic():
        inbox = _locked(user_id)
        inbox.keep_read_days = days
        inbox.save(update_fields=["keep_read_days"])


def delete_old_read(user_id: int, days: int, below: int, limit: int) -> int:
    """Delete what was read so many days ago, if its owner still wants that, as one change.

    How many that were, `limit` at most. `below` is an id that nothing so old lies above: what is newer need
    not be looked through.
    """
    before = timezone.now() - timedelta(days=days)
    was_read = Q(read_at__lt=before) | Q(read_at=None, created_at__lt=before)
    old = Notification.objects.filter(was_read, user=user_id, is_read=True, is_deleted=False, pk__lt=below)
    if not old.exists():
        return 0  # without a lock: this is asked of every inbox, and seldom finds anything
    with transaction.atomic():
        inbox = _locked(user_id)
        ids = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
        if not ids or inbox.keep_read_days != days:
            return 0
        return _change(inbox, Notification.objects.filter(pk__in=ids), unread=0, **_deleted())


def remove_deleted(now: datetime, limit: int) -> tuple[int, int]:
    """Remove rows whose deletion everybody has had time to hear of; how many, and of how many the key stays.

    Whoever has not heard starts afresh: history begins after them, from the same commit on. Of what has a
    dedupe key only the key is left, for as long as keys are known: a repeat is not posted.
    """
    due = Notification.objects.filter(remove_at__lt=now)
    chosen = due.order_by("remove_at").values_list("pk", "user_id", "revision")[:limit]
    with transaction.atomic():
        found = {pk: (user, revision) for pk, user, revision in chosen}
        inboxes = _lock(sorted({user for user, _ in found.values()}))
        # Another may have removed them while this waited.
        rows = due.filter(pk__in=list(found))
        keys = rows.filter(dedupe_key__isnull=False).exclude(title="")
        emptied = dict.fromkeys(("title", "message", "link_url", "link_text", "thread_key"), "")
        emptied |= {"related_object_type": "", "related_object_id": ""}
        kept = keys.update(remove_at=F("remove_at") + (KEYS_KNOWN - REMOVED_AFTER), **emptied)
        gone = dict(rows.values_list("user_id").annotate(Max("revision")).order_by())
        for inbox in inboxes:
            if gone.get(inbox.user_id, 0) > inbox.history_from:
                inbox.history_from = gone[inbox.user_id]
                inbox.save(update_fields=["history_from"])
        removed = rows.count()
        rows.delete()
        return removed, kept


@transaction.atomic
def begin_anew() -> tuple[int, int]:
    """Have every client start afresh: this database was restored to an older state.

    Clients know revisions and ids that it gives a second time, to other changes. From here on every revision
    known so far is out of history, also of an inbox that the backup did not have yet, and no id comes again.
    Returns how many inboxes there are, and the id that the next ones come after.
    """
    without = get_user_model().objects.filter(inbox=None).order_by("pk").values_list("pk", flat=True)
    for users in _chunks(list(without)):
        Inbox.objects.bulk_create(Inbox(user_id=user) for user in users)
    later = F("revision") + RESTORED_REVISIONS
    return Inbox.objects.update(revision=later, history_from=later), _pass_over_ids()


def _pass_over_ids() -> int:
    """Move the sequence of the notifications' ids on; to where."""
    table = Notification._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(sequence, nextval(sequence) + %s) "
                "FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence) AS ids",
                [RESTORED_IDS, table],
            )
            return int(cursor.fetchone()[0])
        # A table that never had a row has no sequence yet.
        cursor.execute(
            "INSERT INTO sqlite_sequence SELECT %s, 0 "
            "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = %s)",
            [table, table],
        )
        cursor.execute(
            "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq", [RESTORED_IDS, table]
        )
        return int(cursor.fetchone()[0])


def _together(users: int, drafts: Sequence[Draft]) -> AbstractContextManager[None]:
    """One transaction for what is posted; none where that is one statement: two round trips less."""
    is_one = statements.is_one(users * len(drafts)) and not any(draft.dedupe_key for draft in drafts)
    return nullcontext() if is_one else transaction.atomic()


def _post_chunk(users: Sequence[int], drafts: Sequence[Draft]) -> dict[tuple[int, int], Notification]:
    """The rows by user and place of the draft."""
    keys = list(dict.fromkeys(draft.dedupe_key for draft in drafts if draft.dedupe_key))
    known: dict[tuple[int, str | None], Notification] = _with_keys(users, keys)
    if any((user, key) not in known for user in users for key in keys):
        # Whoever else is posting the same key holds these locks until it has committed: look again then. All
        # of them, though some have it: what follows in this transaction may change theirs, in the same order.
        _lock(users)
        known = _with_keys(users, keys)
    new, taken = [], set(known)
    for user in users:
        for place, draft in enumerate(drafts):
            key = (user, draft.dedupe_key)
            if draft.dedupe_key and key in taken:
                continue
            taken.add(key)
            new.append((user, place))
    rows = _insert(new, drafts)
    known |= {(user, drafts[place].dedupe_key): row for (user, place), row in rows.items()}
    return {
        (user, place): rows.get((user, place)) or known[user, draft.dedupe_key]
        for user in users
        for place, draft in enumerate(drafts)
    }


def _with_keys(users: Sequence[int], keys: Sequence[str]) -> dict[tuple[int, str | None], Notification]:
    if not keys:
        return {}
    rows = Notification.objects.filter(user__in=users, dedupe_key__in=keys)
    return {(row.user_id, row.dedupe_key): row for row in rows}


def _insert(
    wanted: Sequence[tuple[int, int]], drafts: Sequence[Draft]
) -> dict[tuple[int, int], Notification]:
    """Insert for each user and place of a draft; a user's come with revisions that follow each other."""
    if not wanted:
        return {}
    now = timezone.now()
    rows = [_row(user, drafts[place], now) for user, place in wanted]
    trail.posted(statements.post(rows))
    handoff.wake_on_commit()
    return dict(zip(wanted, rows, strict=True))


def _row(user: int, draft: Draft, now: datetime) -> Notification:
    return Notification(
        user_id=user,
        title=draft.title,
        message=draft.message,
        notification_type=draft.notification_type,
        priority=draft.priority,
        link_url=draft.link_url or "",
        link_text=draft.link_text or "",
        related_object_type=draft.related_object_type or "",
        related_object_id="" if draft.related_object_id is None else str(draft.related_object_id),
        dedupe_key=draft.dedupe_key or None,
        thread_key=draft.thread_key or "",
        topic=draft.topic,
        created_at=now,
    )


def _held(users: Sequence[int]) -> list[Inbox]:
    """The inboxes of these users, given in the one order that everybody locks them in."""
    return [inbox for chunk in _chunks(users) for inbox in _lock(chunk)]


def _mark_moot(inbox: Inbox, rows: QuerySet[Notification]) -> None:
    """Mark unread rows of a locked inbox read; those that are not told yet need not be told any more."""
    count = rows.count()
    if count:
        Delivery.objects.filter(notification__in=rows).exclude(state__in=TOLD).update(is_moot=True)
        _change(inbox, rows, unread=-count, is_read=True, read_at=timezone.now())


def _locked(user_id: int) -> Inbox:
    return _lock([user_id])[0]


def _lock(users: Sequence[int]) -> list[Inbox]:
    """The inboxes, made where missing, each held until the transaction ends."""
    Inbox.objects.bulk_create((Inbox(user_id=user) for user in users), ignore_conflicts=True)
    return list(Inbox.objects.select_for_update().filter(user__in=users).order_by("user_id"))


def _change(inbox: Inbox, rows: object, *, unread: int, **marks: object) -> int:
    """Take the next revision, stamp the rows with it and leave word for the drain; how many rows it was."""
    inbox.revision += 1
    inbox.unread_count += unread
    inbox.save(update_fields=["revision", "unread_count"])
    changed = rows.update(revision=inbox.revision, **marks)  # type: ignore[attr-defined]
    delivery = Delivery.objects.create(
        user_id=inbox.user_id, revision=inbox.revision, created_at=timezone.now()
    )
    trail.changed([delivery.pk])
    handoff.wake_on_commit()
    return changed


@receiver(pre_delete, sender=Inbox)
def _keep_what_was_posted(instance: Inbox, **_: object) -> None:
    """How much was ever posted does not become less because somebody is gone."""
    tally.add("", {POSTED: instance.posted})


def _deleted() -> dict[str, object]:
    return {"is_deleted": True, "remove_at": timezone.now() + REMOVED_AFTER}


def _snapshot(inbox: Inbox) -> Snapshot:
    return Snapshot(inbox.revision, inbox.unread_count)


def _chunks(items: Sequence[int]) -> Iterable[Sequence[int]]:
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))
