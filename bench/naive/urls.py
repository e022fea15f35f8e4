"""One page: that the process answers."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process lives."""
    return HttpResponse("ok")


urlpatterns = [path("healthz", healthz)]
