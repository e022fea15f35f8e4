"""The consumer, as the tutorial of Channels has it."""

import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from bench.naive.models import Notification


class NotificationConsumer(AsyncWebsocketConsumer):
    """One socket."""

    async def connect(self) -> None:
        """Join, accept, send the count."""
        user = self.scope["user"]
        if not user.is_authenticated:
            await self.close()
            return
        self.group = f"user_{user.pk}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        await self.unread_count({"count": await database_sync_to_async(unread_count)(user.pk)})

    async def disconnect(self, code: int) -> None:
        """Leave."""
        if hasattr(self, "group"):
            await self.channel_layer.group_discard(self.group, self.channel_name)

    async def notification(self, event: dict[str, Any]) -> None:
        """Relay a notification."""
        await self.send(json.dumps({"type": "notification", "notification": event["notification"]}))

    async def unread_count(self, event: dict[str, Any]) -> None:
        """Relay the count."""
        await self.send(json.dumps({"type": "unread_count", "count": event["count"]}))


def unread_count(user_id: int) -> int:
    """How many a person has not read."""
    return Notification.objects.filter(user_id=user_id, is_read=False, is_deleted=False).count()
