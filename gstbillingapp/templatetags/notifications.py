"""What the bell needs of the inbox on every page."""

from collections.abc import Mapping
from typing import Any

from django import template

from delivery import reading

register = template.Library()


@register.simple_tag(takes_context=True)
def inbox_position(context: Mapping[str, Any]) -> dict[str, int]:
    """Where the page stands in the inbox: revision, unread count, and the newest notification's id.

    A view that shows notifications reads it before their rows and passes it on as `inbox`, so that what is
    posted in between arrives twice in the browser and never not at all.
    """
    return context.get("inbox") or position_of(context["user"].pk)


def position_of(user_id: int) -> dict[str, int]:
    """The same for one user; the id is read first, so that it is never newer than the revision says."""
    newest = reading.notifications(user_id).values_list("id", flat=True).first()
    snapshot = reading.snapshot(user_id)
    return {"revision": snapshot.revision, "unread_count": snapshot.unread_count, "newest_id": newest or 0}
