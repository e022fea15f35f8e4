"""Who may see the pipeline's pages, and who may do what there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from delivery import deeds

VIEW = "delivery.view_delivery"

View = Callable[..., HttpResponse]
Somebody = User | AnonymousUser


def page(route: str, view: View, name: str) -> URLPattern:
    """An address inside the administration, for staff who may see deliveries."""

    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        return view(request, **arguments)

    # The administration is asked at each request: it is replaced (by unfold's) while applications are loaded.
    @wraps(view)
    def inside(request: HttpRequest, **arguments: Any) -> Any:
        return admin.site.admin_view(guarded)(request, **arguments)

    return path(route, inside, name=name)


def may(user: Somebody, kind: str) -> bool:
    """Whether somebody may do such a deed."""
    return user.has_perm(deeds.PERMISSION[kind])


def require(user: Somebody, kind: str) -> None:
    """403 for somebody who may not do such a deed."""
    if not may(user, kind):
        raise PermissionDenied
