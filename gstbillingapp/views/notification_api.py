"""The JSON side of notifications, to the letter of the contract; the same addresses serve plain forms."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from delivery import frames, inbox, meters, reading
from delivery.models import NotificationType
from delivery.reading import LARGEST, Snapshot
from gstbillingapp.limits import seconds_to_wait
from gstbillingapp.problems import problem, wants_page
from gstbillingapp.views.errors import too_many

View = Callable[..., HttpResponse]
STATUSES = {"all": None, "unread": True, "read": False}
PAGE_ROWS = 100
CHANGES_ROWS = 1000


class BadParameterError(ValueError):
    """A query parameter that is not what it has to be; the text names it and what is allowed."""


def endpoint(method: str) -> Callable[[View], View]:
    """A view for signed-in people, by one method, under the rate limit; errors in the contract's shape."""

    def decorate(view: View) -> View:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return _refusal(request, method) or _answer(view, request, *args, **kwargs)

        return guarded

    return decorate


def _refusal(request: HttpRequest, method: str) -> HttpResponse | None:
    if not request.user.is_authenticated:
        if wants_page(request):
            return redirect_to_login(reverse("notifications"))
        return problem(401, "not_signed_in", "Sign in to see your notifications.")
    if request.method != method:
        response = problem(405, "method_not_allowed", f"Use {method} here.")
        response["Allow"] = method
        return response
    if wait := seconds_to_wait(f"notifications:{_user_id(request)}"):
        return too_many(request, wait)
    return None


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        return view(request, *args, **kwargs)
    except BadParameterError as error:
        return problem(400, "bad_parameter", str(error))


@endpoint("GET")
def count(request: HttpRequest) -> HttpResponse:
    """The badge's number and the revision it belongs to."""
    return JsonResponse(_counts(reading.snapshot(_user_id(request))))


@endpoint("GET")
def changes(request: HttpRequest) -> HttpResponse:
    """What changed since a revision."""
    since = _number(request, "since", 0, LARGEST)
    if since is None:
        raise BadParameterError("since: is missing; give the last revision you know, or 0.")
    limit = _number(request, "limit", 1, CHANGES_ROWS) or 100
    try:
        found = reading.changes(_user_id(request), since, limit, request.GET.get("cursor"))
    except ValueError as error:
        raise BadParameterError(str(error)) from error
    if "cursor" not in request.GET:
        meters.catch_ups.inc()
    if found.reset:
        meters.resets.inc()
    return JsonResponse(
        {
            "revision": found.revision,
            "unread_count": found.unread_count,
            "notifications": [frames.change(row) for row in found.rows],
            "next": found.next_cursor,
            "reset": found.reset,
        }
    )


@endpoint("GET")
def page(request: HttpRequest) -> HttpResponse:
    """A page of the inbox, newest first; `next` is the `before` of the page after it, null on the last."""
    status = request.GET.get("status", "all")
    if status not in STATUSES:
        raise BadParameterError(f"status: must be one of {', '.join(STATUSES)}.")
    type_ = request.GET.get("type")
    if type_ is not None and type_ not in NotificationType.values:
        raise BadParameterError(f"type: must be one of {', '.join(NotificationType.values)}.")
    now = reading.snapshot(_user_id(request))
    rows, following = reading.page(
        _user_id(request),
        unread=STATUSES[status],
        type_=type_,
        before=_number(request, "before", 1, LARGEST),
        limit=_number(request, "limit", 1, PAGE_ROWS) or 20,
    )
    return JsonResponse(
        {**_counts(now), "notifications": [frames.change(row) for row in rows], "next": following}
    )


@endpoint("POST")
def read(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Mark one read."""
    return _changed(request, inbox.mark_read(_user_id(request), notification_id))


@endpoint("POST")
def delete(request: HttpRequest, notification_id: int) -> HttpResponse:
    """Delete one."""
    return _changed(request, inbox.delete(_user_id(request), notification_id))


@endpoint("POST")
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything read."""
    return _changed(request, inbox.mark_all_read(_user_id(request))[1])


@endpoint("POST")
def delete_read(request: HttpRequest) -> HttpResponse:
    """Delete everything that is read."""
    return _changed(request, inbox.delete_read(_user_id(request))[1])


def _changed(request: HttpRequest, after: Snapshot | None) -> HttpResponse:
    """The counts after a change; a plain form is sent back to the page it came from."""
    if after is None:
        if wants_page(request):
            raise Http404("That notification is not in your inbox.")
        return problem(404, "not_found", "That notification is not in your inbox; it may have been deleted.")
    if wants_page(request):
        return HttpResponseRedirect(_safe_next(request))
    return JsonResponse(_counts(after))


def _user_id(request: HttpRequest) -> int:
    assert isinstance(request.user.pk, int)  # `endpoint` lets only signed-in people in
    return request.user.pk


def _safe_next(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    is_path = url.startswith("/") and not url.startswith("//")
    is_ours = is_path and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if is_ours else reverse("notifications")


def _counts(now: Snapshot) -> dict[str, int]:
    return {"unread_count": now.unread_count, "revision": now.revision}


def _number(request: HttpRequest, name: str, least: int, most: int) -> int | None:
    """A whole number of the query, None where it is not given."""
    text = request.GET.get(name)
    if text is None:
        return None
    # isascii: int() would also take Devanagari digits, underscores and spaces.
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and least <= int(text) <= most):
        raise BadParameterError(f"{name}: must be a whole number from {least} to {most}.")
    return int(text)
