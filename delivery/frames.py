"""The wire format: every frame a browser may receive, typed, built and encoded here and nowhere else."""

import json
from typing import Literal, NotRequired, TypedDict

from django.utils import timezone

from delivery.models import Appearance, Notification

# The handler in the consumer that relays what `relay` packs. Consumers are deployed before producers.
RELAY = "inbox.frames"
# The handler that is told: messages may have been missed, ask for the truth.
LAYER_RESUMED = "layer.resumed"


class NotificationBody(TypedDict):
    """A notification as browsers know it. Times are ISO 8601 with the offset of India, to the microsecond."""

    id: int
    title: str
    message: str
    notification_type: str
    link_url: str | None
    link_text: str | None
    icon_class: str
    badge_class: str
    created_at: str
    priority: str
    is_read: bool
    revision: NotRequired[int]  # over HTTP, where each row carries its own


class DeletedBody(TypedDict):
    """What is left to say of a deleted notification."""

    id: int
    is_deleted: Literal[True]
    revision: int


class UnreadCountFrame(TypedDict):
    type: Literal["unread_count"]
    count: int
    revision: int


class NotificationFrame(TypedDict):
    type: Literal["notification"]
    revision: int
    notification: NotificationBody


class InboxChangedFrame(TypedDict):
    type: Literal["inbox_changed"]
    revision: int


class PongFrame(TypedDict):
    type: Literal["pong"]


class ErrorFrame(TypedDict):
    type: Literal["error"]
    code: Literal["bad_json", "unknown_type", "rate_limited"]
    message: str


Frame = UnreadCountFrame | NotificationFrame | InboxChangedFrame | PongFrame | ErrorFrame


class Relay(TypedDict):
    """What travels over the channel layer: frames already encoded, once for all sockets of a user."""

    type: str  # RELAY
    frames: list[str]
    deliveries: NotRequired[list[int]]  # whose frames these are, for the logs


def group_of(user_id: int) -> str:
    """The channel group of one user's sockets."""
    return f"inbox.{user_id}"


def body(row: Notification) -> NotificationBody:
    """One notification as browsers know it."""
    return {
        "id": row.pk,
        "title": row.title,
        "message": row.message,
        "notification_type": row.notification_type,
        "link_url": row.link_url or None,
        "link_text": row.link_text or None,
        "icon_class": row.icon_class,
        "badge_class": row.badge_class,
        "created_at": timezone.localtime(row.created_at).isoformat(timespec="microseconds"),
        "priority": row.priority,
        "is_read": row.is_read,
    }


def change(row: Notification) -> NotificationBody | DeletedBody:
    """One changed row as the changes endpoint tells it."""
    if row.is_deleted:
        return {"id": row.pk, "is_deleted": True, "revision": row.revision}
    return {**body(row), "revision": row.revision}


def unread_count(count: int, revision: int) -> str:
    """The frame that sets the badge, encoded."""
    frame: UnreadCountFrame = {"type": "unread_count", "count": count, "revision": revision}
    return encode(frame)


def notification(row: Notification, revision: int) -> str:
    """The frame that tells of a posted notification, at the revision it was posted with, encoded.

    Raises KeyError for a type that is unknown here, as a newer release may have posted: somebody has to look.
    On pages and over HTTP such a row looks like any other, so that it hides nothing else from its owner.
    """
    Appearance.ICONS[row.notification_type]
    frame: NotificationFrame = {"type": "notification", "revision": revision, "notification": body(row)}
    return encode(frame)


def inbox_changed(revision: int) -> str:
    """The frame that tells of something read or deleted elsewhere, encoded."""
    frame: InboxChangedFrame = {"type": "inbox_changed", "revision": revision}
    return encode(frame)


def error(code: Literal["bad_json", "unknown_type", "rate_limited"], message: str) -> str:
    """The frame that answers a message the consumer cannot serve, encoded."""
    frame: ErrorFrame = {"type": "error", "code": code, "message": message}
    return encode(frame)


def encode(frame: Frame) -> str:
    """JSON without spaces, and with letters of any script as they are: half as long in Hindi."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


PONG = encode({"type": "pong"})


def relay(frames: list[str], deliveries: list[int]) -> Relay:
    """Pack a user's frames into the one message that goes to the user's group."""
    return {"type": RELAY, "frames": frames, "deliveries": deliveries}
