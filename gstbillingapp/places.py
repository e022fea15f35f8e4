"""Where a request comes from, in words for people: the browser, the system, the address."""

import ipaddress
from dataclasses import dataclass

from django.http import HttpRequest

from gstbillingapp.limits import client_address

# What a User-Agent has in it, the more special before what it also claims to be.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
# What one line leads to: an IPv4 provider moves its customers about in such a network, and gives away
# IPv6 networks of this size.
IPV4_NETWORK_BITS = 24
IPV6_NETWORK_BITS = 48


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody sits. `network` is empty on a unix socket without a proxy: then all are at one place."""

    words: str
    network: str


def place_of(request: HttpRequest) -> Place:
    """The place of a request, as far as its headers tell."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = _first(BROWSERS, agent) or "an unknown browser"
    system = _first(SYSTEMS, agent)
    address = client_address(request)
    words = f"{browser} on {system}" if system else browser
    return Place(f"{words}, {address}" if address else words, _network(address))


def _first(names: dict[str, str], agent: str) -> str:
    return next((name for mark, name in names.items() if mark in agent), "")


def _network(address: str | None) -> str:
    if address is None:
        return ""
    bits = IPV4_NETWORK_BITS if ipaddress.ip_address(address).version == 4 else IPV6_NETWORK_BITS
    return str(ipaddress.ip_network((address, bits), strict=False))
