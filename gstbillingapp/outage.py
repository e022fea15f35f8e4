"""What is answered while the database is away or busy: a plain sentence, and when to come back."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin

from gstbillingapp.problems import problem, wants_page

logger = logging.getLogger(__name__)

# Seconds after which it is worth asking again: a restart of PostgreSQL takes about as long, and whoever locks
# SQLite has by then held it for twenty.
RETRY_AFTER = 5
MESSAGE = f"The database does not answer right now. Try again in {RETRY_AFTER} seconds."


class DatabaseAway(MiddlewareMixin):
    """503 instead of a failure of ours, with or without DEBUG: nothing in the code is wrong."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view whose database was away. Anything else is left to Django."""
        if not isinstance(exception, (OperationalError, InterfaceError)):
            return None
        reason = str(exception).partition("\n")[0]
        logger.warning("%s %s: the database is away (%s)", request.method, request.path, reason)
        if wants_page(request):
            # Without the request: what the pages' frame asks the database for is just as far away.
            response = HttpResponse(render_to_string("503.html", {"seconds": RETRY_AFTER}), status=503)
        else:
            response = problem(503, "database_away", MESSAGE)
        response["Retry-After"] = str(RETRY_AFTER)
        return response
