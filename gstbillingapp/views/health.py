"""Probes for whoever runs this: is the process alive, can the system take work."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from delivery import health


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
