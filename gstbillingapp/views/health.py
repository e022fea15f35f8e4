"""Probes for whoever runs this: is the process alive, can the system take work, and what has it done."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from delivery import health
from delivery import metrics as measured

# What proxies add. Who asks through one comes from outside, where the numbers are nobody's business.
PROXIED = ("X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via")


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """200 for as long as the process lives; asks nothing of anybody else."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def ready(_request: HttpRequest) -> HttpResponse:
    """200 where every part works, 503 otherwise, and which part it is."""
    is_ready, parts = health.report()
    return JsonResponse(parts, status=200 if is_ready else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What Prometheus scrapes; for whoever has the token or, where there is none, from inside only."""
    return _not_for(request) or HttpResponse(measured.exposed(), content_type=measured.CONTENT_TYPE)


def _not_for(request: HttpRequest) -> HttpResponse | None:
    """How somebody is refused; None for whom it is meant."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        if hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
            return None
        return HttpResponse(
            "Show the token: Authorization: Bearer …\n",
            status=401,
            content_type="text/plain; charset=utf-8",
            headers={"WWW-Authenticate": 'Bearer realm="metrics"'},
        )
    if not settings.DEBUG and any(name in request.headers for name in PROXIED):
        return HttpResponseNotFound("There is nothing at this address.\n", content_type="text/plain")
    return None
