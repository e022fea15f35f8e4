"""A page of the dashboard inside the administration."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from delivery import deeds
from delivery.dashboard.access import may


def page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page with the administration's menu around it."""
    around = admin.site.each_context(request)
    own = {"title": title, "allowed": allowed(request), **context}
    return render(request, f"dashboard/{template}", {**around, **own}, status=status)


def allowed(request: HttpRequest) -> dict[str, bool]:
    """Which deeds somebody may do, by kind."""
    return {str(kind): may(request.user, kind) for kind in deeds.PERMISSION}
