"""One task a notification."""

from asgiref.sync import async_to_sync
from celery import shared_task
from channels.layers import get_channel_layer

from bench.naive.models import Notification


@shared_task(name="naive.send")
def send(notification_id: int) -> None:
    """Send the notification, and then the count, to its user's sockets."""
    row = Notification.objects.get(pk=notification_id)
    unread = Notification.objects.filter(user_id=row.user_id, is_read=False, is_deleted=False).count()
    group_send = async_to_sync(get_channel_layer().group_send)
    group_send(f"user_{row.user_id}", {"type": "notification", "notification": body(row)})
    group_send(f"user_{row.user_id}", {"type": "unread.count", "count": unread})


def body(row: Notification) -> dict[str, object]:
    """What browsers are told of it."""
    return {
        "id": row.pk,
        "title": row.title,
        "message": row.message,
        "notification_type": row.notification_type,
        "link_url": row.link_url,
        "link_text": row.link_text,
        "icon_class": "bi-receipt text-primary",
        "badge_class": "badge-primary",
        "created_at": row.created_at.isoformat(),
        "priority": "normal",
        "is_read": row.is_read,
    }
