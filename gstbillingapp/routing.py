"""Where sockets go, past what guards them: the origin, then the address, then the session.

What Channels' stack of middleware does, in one place: each layer of it would keep a copy of the request and a
frame of its own for as long as a page is open, a third of what a socket costs.
"""

import logging
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db.utils import Error as AnyDatabaseError
from django.http import parse_cookie

from gstbillingapp.consumers import NotificationConsumer
from gstbillingapp.origins import is_own_page, refuse
from gstbillingapp.servers import ways_around
from gstbillingapp.socket_database import in_database

logger = logging.getLogger(__name__)

PATH = "/ws/notifications/"


async def sockets(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve one socket, if it may be opened."""
    if not is_own_page(scope) or scope["path"] != PATH:
        await refuse(scope, receive, send)
        return
    session_key = session_key_of(scope)
    try:
        user = await in_database(signed_in, session_key)
    except AnyDatabaseError as error:
        # Nobody can tell who it is. The page comes back, and with it thousands: no traceback for each.
        logger.warning("a socket could not be opened: %s", type(error).__name__)
        await refuse(scope, receive, send)
        return
    send, ways = ways_around(send)
    # The server keeps its scope for as long as the socket is open, and nobody reads it any more.
    scope["headers"] = []
    await NotificationConsumer()({"user": user, "session_key": session_key, **ways}, receive, send)


def session_key_of(scope: dict[str, Any]) -> str | None:
    """What the cookie of the session says; None where there is none."""
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    return parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME)


def signed_in(session_key: str | None) -> AbstractBaseUser | AnonymousUser:
    """Whose session that is, by Django's own rules for a request."""
    if not session_key:
        return AnonymousUser()
    return get_user(SimpleNamespace(session=SessionStore(session_key)))  # type: ignore[arg-type]
