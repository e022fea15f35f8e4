"""Lets probes name a replica by its address.

Prometheus and orchestrators find replicas by address and ask for them by it, and a list of hosts cannot name
addresses that come and go. A browser that was lured here has a name in its `Host`, never a bare address.
"""

import ipaddress
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


@sync_and_async_middleware
def by_address(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Answer a probe whose `Host` is an address, whatever ALLOWED_HOSTS says."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> Any:
            return await get_response(_allowed(request))

        return answer_later

    def answer(request: HttpRequest) -> Any:
        return get_response(_allowed(request))

    return answer


def _allowed(request: HttpRequest) -> HttpRequest:
    host = request.META.get("HTTP_HOST", "")
    if request.path in PROBES and _is_address(host):
        request.get_host = lambda: host  # type: ignore[method-assign]
    return request


def _is_address(host: str) -> bool:
    """Whether it is an address, and perhaps a port; an IPv6 address stands in brackets."""
    name, _, port = host.rpartition(":") if host[-1:] != "]" and ":" in host else (host, "", "")
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return not port or (port.isascii() and port.isdigit())
