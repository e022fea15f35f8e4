"""Pages for what went wrong. Django finds 400, 403, 404 and 500.html by their names."""

import math

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.views.defaults import page_not_found

from gstbillingapp.problems import problem, wants_page


class PlainNotFound(MiddlewareMixin):
    """Under DEBUG too, a missing page is the site's own: the demo is used by people, not only by developers.

    Errors of the code itself keep Django's technical page there.
    """

    def __init__(self, get_response: object = None) -> None:
        if not settings.DEBUG:
            raise MiddlewareNotUsed("Outside DEBUG Django shows 404.html by itself.")
        super().__init__(get_response)  # type: ignore[arg-type]

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A view that found nothing."""
        return page_not_found(request, exception) if isinstance(exception, Http404) else None

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """An address that leads to no view."""
        if response.status_code == 404 and request.resolver_match is None:
            return page_not_found(request, Http404(request.path))
        return response


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Whoever asks too often is told when to come back."""
    if wants_page(request):
        response = render(request, "429.html", {"minutes": minutes(seconds)}, status=429)
    else:
        response = problem(429, "rate_limited", f"Too many requests: try again in {seconds} seconds.")
    response["Retry-After"] = str(seconds)
    return response


def minutes(seconds: int) -> int:
    """A wait as people count it, rounded up."""
    return math.ceil(seconds / 60)
