"""Letters: e-mail that is posted in the caller's transaction, and sent by a worker.

`post` writes a row and returns. Nothing is sent before the outermost transaction commits, nothing at all if
it rolls back, and nobody waits for a mail server (`delivery.mail` carries the rows to it).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from delivery import handoff, models
from delivery.drafts import checked_text
from delivery.models import DeliveryState, Letter

# A header is one line: whatever ends or hides one has no place in it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
# States in which a letter may still come to be sent by itself.
OPEN = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.WAITING)
NO_SERVER = "This site has no mail server (EMAIL_URL)."
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """A letter before it is posted. `checked` raises ValueError that names the field.

    `to` and `reply_to` are one address each, and `sender_name` is what stands before the address of this
    site, which all mail comes from. `attachment_kind`, `_id` and `_variant` name the file that goes with it,
    as `delivery.enclosures` finds it. With `not_before` it waits for that moment; with `notification_id` it
    is not sent once that notification is read or deleted. With a `topic` it tells its own person of an event:
    it goes to the address they have when it is sent, and not at all once they are shut out.
    """

    to: str
    subject: str
    text: str
    reply_to: str = ""
    attachment_kind: str = ""
    attachment_id: str = ""
    attachment_variant: str = ""
    dedupe_key: str | None = None
    not_before: datetime | None = None
    notification_id: int | None = None
    sender_name: str = ""
    topic: str = ""

    def checked(self) -> "LetterDraft":
        """Itself, if it may be posted; ValueError that names the field and what is allowed."""
        _address("to", self.to)
        if self.reply_to:
            _address("reply_to", self.reply_to)
        _line("subject", self.subject, models.SUBJECT_LENGTH, required=True)
        _line("sender_name", self.sender_name, models.SENDER_LENGTH)
        checked_text("text", self.text, models.TEXT_LENGTH, required=True)
        _line("topic", self.topic, models.TOPIC_LENGTH)
        _line("attachment_kind", self.attachment_kind, 20)
        _line("attachment_id", self.attachment_id, 50)
        _line("attachment_variant", self.attachment_variant, 60)
        if self.dedupe_key is not None:
            checked_text("dedupe_key", self.dedupe_key, models.KEY_LENGTH)
        if self.not_before is not None and timezone.is_naive(self.not_before):
            raise ValueError("not_before: must have a time zone.")
        return self


def is_set_up() -> bool:
    """Whether this site has a mail server. While DEBUG, mail that the console shows counts as sent."""
    return bool(settings.DEBUG) or settings.EMAIL_BACKEND != CONSOLE


def post(user_id: int, draft: LetterDraft) -> Letter:
    """Post one letter of a person, to be sent after the outermost transaction has committed.

    A person who already has one with the draft's `dedupe_key` gets no other: the row of then is returned.
    Where the site has no mail server the letter is kept as discarded: nobody is surprised by it a month
    later. Raises ValueError that names the field where the draft may not be posted; nothing is written then.
    """
    draft.checked()
    row = _row(user_id, draft)
    with transaction.atomic():
        if not draft.dedupe_key:
            row.save(force_insert=True)
        else:
            Letter.objects.bulk_create([row], ignore_conflicts=True)
            row = Letter.objects.get(user=user_id, dedupe_key=draft.dedupe_key)
        handoff.wake_letters_on_commit()
    return row


def post_all(posts: Sequence[tuple[int, LetterDraft]]) -> None:
    """Post many letters, each to the person whose id comes with it, at the cost of hardly more than one.

    As `post` would one after the other: a person who has one with a draft's `dedupe_key` gets no other.
    Raises ValueError that names the field where one may not be posted; none is then.
    """
    rows = [_row(user_id, draft.checked()) for user_id, draft in posts]
    with transaction.atomic():
        Letter.objects.bulk_create(rows, ignore_conflicts=True)
        handoff.wake_letters_on_commit()


def call_off(attachment_kind: str, attachment_id: str) -> int:
    """Have what was not sent yet, with this attached, be superseded: its cause is gone. How many letters."""
    return _call_off(Q(attachment_kind=attachment_kind, attachment_id=attachment_id))


def call_off_keys(user_ids: Iterable[int], dedupe_keys: Iterable[str]) -> int:
    """Have what was not sent yet, of these people with these keys, be superseded. How many letters."""
    return _call_off(Q(user__in=list(user_ids), dedupe_key__in=list(dedupe_keys)))


def call_off_topics(user_id: int, topics: Iterable[str]) -> int:
    """Have what was not sent yet, of this person under these topics, be superseded. How many letters."""
    return _call_off(Q(user=user_id, topic__in=list(topics)))


def _call_off(these: Q) -> int:
    called_off = Letter.objects.filter(these, state__in=OPEN, is_moot=False).update(is_moot=True)
    if called_off:
        handoff.wake_letters_on_commit()
    return called_off


def enclosure_is_ready(attachment_kind: str, attachment_id: str, attachment_variant: str) -> None:
    """Have letters that wait for this file be sent now, and not when they would look again."""
    waiting = Letter.objects.filter(
        attachment_kind=attachment_kind,
        attachment_id=attachment_id,
        attachment_variant=attachment_variant,
        state=DeliveryState.WAITING,
        attempts=0,
        claimed_at__isnull=False,  # looked at once: one for later has not been
    )
    if waiting.update(state=DeliveryState.PENDING, due_at=None):
        handoff.wake_letters_on_commit()


def _row(user_id: int, draft: LetterDraft) -> Letter:
    now = timezone.now()
    due = max(now, draft.not_before or now)
    waits = due > now
    row = Letter(
        user_id=user_id,
        notification_id=draft.notification_id,
        to=draft.to,
        reply_to=draft.reply_to,
        sender_name=draft.sender_name.strip(),
        subject=draft.subject.strip(),
        text=draft.text,
        attachment_kind=draft.attachment_kind,
        attachment_id=draft.attachment_id,
        attachment_variant=draft.attachment_variant,
        dedupe_key=draft.dedupe_key or None,
        topic=draft.topic,
        state=DeliveryState.WAITING if waits else DeliveryState.PENDING,
        created_at=now,
        due_at=due if waits else None,
        due_since=due,
    )
    if not is_set_up():
        row.state, row.due_at, row.settled_at = DeliveryState.DISCARDED, None, now
        row.last_error = NO_SERVER
    return row


def _line(name: str, value: object, length: int, *, required: bool = False) -> None:
    checked_text(name, value, length, required=required)
    if _CONTROL.search(str(value)):
        raise ValueError(f"{name}: must be one line, without control characters.")


def _address(name: str, value: str) -> None:
    _line(name, value, models.ADDRESS_LENGTH, required=True)
    try:
        validate_email(value)
    except ValidationError:
        raise ValueError(f"{name}: must be one e-mail address, such as asha@example.in.") from None
