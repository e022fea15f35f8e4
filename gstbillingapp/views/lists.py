"""What the lists have in common: reading their address."""

from collections.abc import Container

from django.http import HttpRequest

LOOKUP_LIMIT = 10  # suggestions a person reads at a glance


def searched(request: HttpRequest) -> str:
    """The words searched for. PostgreSQL takes no NUL, and nothing that is stored has one."""
    return request.GET.get("q", "").replace("\0", "").strip()


def chosen_sort(request: HttpRequest, orders: Container[str], default: str) -> str:
    """The order in the address, or the default where there is none or one that does not exist."""
    sort = request.GET.get("sort", "")
    return sort if sort.removeprefix("-") in orders else default
