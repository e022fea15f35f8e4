"""Where sockets go, past what guards them: the origin, then the session."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.urls import path, re_path

from gstbillingapp.consumers import NotificationConsumer
from gstbillingapp.origins import SameOrigin, refuse
from gstbillingapp.servers import Droppable

websocket_urlpatterns = [
    path("ws/notifications/", NotificationConsumer.as_asgi()),
    re_path("", refuse),  # type: ignore[arg-type]  # an ASGI application, not a view
]
sockets = Droppable(SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))))
