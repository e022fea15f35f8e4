"""Which pages may open a socket: exactly this site's own, scheme and port included.

Browsers send cookies with a socket that any page opens (cross-site WebSocket hijacking), so the origin is the
whole defence. Channels' `AllowedHostsOriginValidator` ignores scheme and port.
"""

from typing import Any

from django.conf import settings

# In development the site answers to loopback names only; this is every way to write them.
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def is_own_page(scope: dict[str, Any]) -> bool:
    """Whether the `Origin` is there, once, and one of this site's."""
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
    return len(origins) == 1 and origins[0] in own_origins(scope)


async def refuse(_scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Close a socket before it was accepted, which servers answer with 403.

    Channels' own denier would open a channel for every refusal, and nobody would close it.
    """
    await send({"type": "websocket.close"})


def own_origins(scope: dict[str, Any]) -> set[str]:
    """The full origins of this site: TRUSTED_ORIGINS; in DEBUG loopback at the port that was connected to."""
    origins = set(settings.TRUSTED_ORIGINS)
    if settings.DEBUG and scope.get("server"):
        port = scope["server"][1]
        suffix = "" if port in (80, None) else f":{port}"
        origins.update(f"http://{host}{suffix}" for host in LOOPBACK)
    return origins
