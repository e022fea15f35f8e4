"""Whose deliveries these are, in the words of whoever uses the pipeline, which knows nothing of billing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tenants:
    """How the people of the pipeline are grouped."""

    label: str  # "business"
    choices: Callable[[str], list[tuple[int, str]]]  # those whose name has a text in it, a few at most
    members: Callable[[int], Iterable[int]]  # the user ids of one; a query set will do
    names: Callable[[Iterable[int]], Mapping[int, str]]  # by user id


_registered: list[Tenants] = []


def register(tenants: Tenants) -> None:
    """Say how people are grouped; called once, when the application is loaded."""
    _registered[:] = [tenants]


def current() -> Tenants | None:
    """How people are grouped; None where they are not."""
    return _registered[0] if _registered else None
