"""One id for each request: in every line of the log that it causes, and in its answer."""

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from delivery.trail import request_id as current

HEADER = "X-Request-ID"
# What a proxy may call a request: as nginx and the like do, and nothing that a line could be forged of.
_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")


def id_of(request: HttpRequest) -> str:
    """The id that a proxy of ours has given a request, or a new one. Without a proxy nobody else's counts."""
    given = request.headers.get(HEADER, "")
    return given if settings.PROXY_COUNT and _FORM.fullmatch(given) else uuid.uuid4().hex


class RequestIds:
    """Gives each request its id, on either kind of server without a hop to another thread."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_awaited = iscoroutinefunction(get_response)
        if self.is_awaited:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_awaited:
            return self.answer_later(request)
        # On the request too: what Django says of a refusal, it says when all middleware is done.
        request.request_id = id_of(request)  # type: ignore[attr-defined]
        kept = current.set(request.request_id)  # type: ignore[attr-defined]
        try:
            return _marked(request, self.get_response(request))
        finally:
            current.reset(kept)

    async def answer_later(self, request: HttpRequest) -> HttpResponseBase:
        """The same where the rest of the answer is awaited."""
        request.request_id = id_of(request)  # type: ignore[attr-defined]
        kept = current.set(request.request_id)  # type: ignore[attr-defined]
        try:
            return _marked(request, await self.get_response(request))
        finally:
            current.reset(kept)


def _marked(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.headers[HEADER] = request.request_id  # type: ignore[attr-defined]
    return response
