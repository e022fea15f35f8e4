"""Where sockets go, past what guards them: the origin, then the session."""

from typing import Any

from channels.auth import AuthMiddleware, get_user
from channels.routing import URLRouter
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.urls import path, re_path

from gstbillingapp.consumers import NotificationConsumer
from gstbillingapp.origins import SameOrigin, refuse
from gstbillingapp.servers import Droppable
from gstbillingapp.socket_database import in_database


class SignedIn(AuthMiddleware):
    """Channels' own, on the connection that sockets keep."""

    async def resolve_scope(self, scope: dict[str, Any]) -> None:
        scope["user"]._wrapped = await in_database(get_user.func, scope)


websocket_urlpatterns = [
    path("ws/notifications/", NotificationConsumer.as_asgi()),
    re_path("", refuse),  # type: ignore[arg-type]  # an ASGI application, not a view
]
people = CookieMiddleware(SessionMiddleware(SignedIn(URLRouter(websocket_urlpatterns))))
sockets = Droppable(SameOrigin(people))
