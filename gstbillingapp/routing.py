"""Where sockets go, past what guards them: the origin, then the session."""

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from django.urls import path

from gstbillingapp.consumers import NotificationConsumer
from gstbillingapp.origins import SameOrigin

websocket_urlpatterns = [path("ws/notifications/", NotificationConsumer.as_asgi())]
sockets = SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))
