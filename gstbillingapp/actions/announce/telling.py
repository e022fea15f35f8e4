"""The one door for what billing tells: who is told of an event, and by what means, in words that are written.

Whoever has switched a kind of event off is not told of it. What reaches an inbox always shows in it: only
toasts, in the browser, and letters, which wait here, know quiet hours.

Call inside the action's transaction, after its own rows are locked: telling locks the inboxes of everybody
who is told, in one order for all, and nothing of billing may be locked after them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from delivery import inbox, letters
from delivery.drafts import Draft
from delivery.letters import LetterDraft
from gstbillingapp.models import ALWAYS_TOLD, Business, EventKind, NotificationPreferences
from gstbillingapp.utils import post_notifications, resolve_notifications


def tell(business: Business, kind: EventKind, *, to: Sequence[User] | None = None, **draft: Any) -> None:
    """Tell the members of a business of one event, in the words of a `Draft`: its fields by their names.

    `to` are members that were read once for many events (`audience`); everybody otherwise. ValueError as
    `create_notification`.
    """
    tell_each(business, kind, [Draft(**draft)], to=to)


def tell_each(
    business: Business, kind: EventKind, drafts: Sequence[Draft], *, to: Sequence[User] | None = None
) -> None:
    """Tell of several events of one kind, at the cost of hardly more than one. See above."""
    if drafts:
        _post(audience(business) if to is None else to, kind, drafts)


def tell_person(user: User, kind: EventKind, **draft: Any) -> None:
    """Tell one person of what concerns nobody else, such as their account."""
    _post([user], kind, [Draft(**draft)])


def audience(business: Business) -> list[User]:
    """The people whom the events of a business concern, for telling them of several: one query."""
    return list(business.members().select_related("notification_preferences"))


def settle(business: Business, dedupe_keys: Sequence[str]) -> None:
    """What carries these keys has lost its cause: it is read, and what was not sent yet never will be."""
    members = audience(business)
    resolve_notifications(members, dedupe_keys)
    # A letter goes the way of its notification; these are of people who chose letters alone.
    mailed = [member.pk for member in members if NotificationPreferences.of(member).emailed]
    if mailed:
        letters.call_off_keys(mailed, [_letter_key(key) for key in dedupe_keys])


def _post(people: Sequence[User], kind: EventKind, drafts: Sequence[Draft]) -> None:
    told = [person for person in people if NotificationPreferences.of(person).tells(kind)]
    if told and len(told) < len(people):
        # Those who are not told may yet have reminders marked read in the same transaction, and then it must
        # not wait for their inboxes while it holds the others: all are locked in one order, by all.
        inbox.hold(person.pk for person in people)
    posted = post_notifications(told, [replace(draft, topic=kind) for draft in drafts])
    ids = [{row.user_id: row.pk for row in rows} for rows in posted]
    mail = [
        (person.pk, _letter(person, kind, draft, row_ids.get(person.pk)))
        for person in people
        if person.email and NotificationPreferences.of(person).mails(kind)
        for draft, row_ids in zip(drafts, ids, strict=True)
    ]
    if mail:
        letters.post_all(mail)


def _letter(person: User, kind: EventKind, draft: Draft, notification_id: int | None) -> LetterDraft:
    """What says the same by e-mail; it is not sent any more once the notification is read.

    What is always told goes at once, to the address of this moment: whoever takes over an account must not
    have it sent to themselves nor keep it from being sent.
    """
    letter = LetterDraft(
        to=person.email,
        subject=_in_one_line(draft.title),
        text=_letter_text(draft),
        dedupe_key=_letter_key(draft.dedupe_key) if draft.dedupe_key else None,
    )
    if kind in ALWAYS_TOLD:
        return letter
    return replace(
        letter,
        not_before=NotificationPreferences.of(person).quiet_until(timezone.now()),
        notification_id=notification_id,
        topic=kind,
    )


def _letter_key(dedupe_key: str) -> str:
    """Apart from the keys of letters that are sent to customers."""
    return f"told:{dedupe_key}"


def _in_one_line(text: str) -> str:
    """As a header takes it: a name in it may have been typed with a line's end or a tab."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _letter_text(draft: Draft) -> str:
    parts = [draft.message or draft.title]
    if draft.link_url:
        parts.append(f"{draft.link_text or 'View'}: {_on_this_site(draft.link_url)}")
    parts.append(f"Choose what you are told by e-mail: {_on_this_site(reverse('notification_preferences'))}")
    return "\n\n".join(parts)


def _on_this_site(path: str) -> str:
    """The whole address of a page; the path alone where nobody has said where this site is."""
    return f"{settings.TRUSTED_ORIGINS[0]}{path}" if settings.TRUSTED_ORIGINS else path
