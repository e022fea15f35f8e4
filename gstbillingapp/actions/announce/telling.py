"""The one door for what billing tells: who is told of an event, once its words are written.

Whoever has switched a kind of event off is not told of it; what reaches an inbox always shows in it, and only
toasts and letters wait for quiet hours to end.
Call inside the action's transaction, after its own rows are locked: telling locks the inboxes of everybody
who is told, in one order for all, and nothing of billing may be locked after them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import User

from delivery import inbox
from delivery.drafts import Draft
from gstbillingapp.models import Business, EventKind, NotificationPreferences
from gstbillingapp.utils import post_notifications


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


def _post(people: Sequence[User], kind: EventKind, drafts: Sequence[Draft]) -> None:
    told = [person for person in people if NotificationPreferences.of(person).tells(kind)]
    if told and len(told) < len(people):
        # Those who are not told may yet have reminders marked read in the same transaction, and then it must
        # not wait for their inboxes while it holds the others: all are locked in one order, by all.
        inbox.hold(person.pk for person in people)
    post_notifications(told, [replace(draft, topic=kind) for draft in drafts])
