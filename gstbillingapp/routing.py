"""Where sockets go, past what guards them: the origin, then the address, then the session.

What Channels' stack of middleware does, in one place: each layer of it would keep a copy of the request and a
frame of its own for as long as a page is open, a third of what a socket costs.
"""

import logging
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.utils import Error as AnyDatabaseError
from django.http import parse_cookie

from gstbillingapp.admission import admissions
from gstbillingapp.consumers import NotificationConsumer
from gstbillingapp.origins import is_own_page, refuse
from gstbillingapp.servers import ways_around

logger = logging.getLogger(__name__)

PATH = "/ws/notifications/"


async def sockets(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve one socket, if it may be opened."""
    if not is_own_page(scope) or scope["path"] != PATH:
        await refuse(scope, receive, send)
        return
    session_key = session_key_of(scope)
    try:
        member = await admissions.of(session_key) if session_key else None
    except AnyDatabaseError as error:
        # Nobody can tell who it is. The page comes back, and with it thousands: no traceback for each.
        logger.warning("a socket could not be opened: %s", type(error).__name__)
        await refuse(scope, receive, send)
        return
    send, ways = ways_around(send)
    # The server keeps its scope for as long as the socket is open, and nobody reads it any more.
    scope["headers"] = []
    user = member or AnonymousUser()
    await NotificationConsumer()({"user": user, "session_key": session_key, **ways}, receive, send)


def session_key_of(scope: dict[str, Any]) -> str:
    """What the cookie of the session says; empty where there is none, or none that Django makes.

    Many are asked for in one query: what a database refuses to compare would take the others with it.
    """
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    key = parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")
    return key if key.isascii() and key.isalnum() else ""
