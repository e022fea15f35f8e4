"""The one door for what billing tells: who is told of an event, once its words are written.

Call inside the action's transaction, after its own rows are locked: telling locks the inboxes of everybody
who is told, in one order for all, and nothing of billing may be locked after them.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User

from delivery.drafts import Draft
from gstbillingapp.models import Business, EventKind
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
    return list(business.members())


def _post(people: Sequence[User], kind: EventKind, drafts: Sequence[Draft]) -> None:
    post_notifications(people, drafts)
