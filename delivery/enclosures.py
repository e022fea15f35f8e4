"""What goes with a letter, and who hears what became of it: told by whoever uses the pipeline.

The pipeline knows letters by a kind, an id and a variant, and nothing of what these mean.
"""

from collections.abc import Callable
from dataclasses import dataclass

from delivery.models import Letter


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a letter."""

    filename: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NotReady:
    """It is being made: worth another look in so many seconds, at no cost to the letter."""

    seconds: float


class UnavailableError(Exception):
    """There is none and never will be; the words say why, to whoever sent the letter."""


@dataclass(frozen=True, slots=True)
class Enclosures:
    """How files are found, and who is told."""

    # Raises UnavailableError. Whatever else it raises is held against the letter, which is tried again.
    find: Callable[[Letter], Enclosure | NotReady]
    # A letter was sent, given up, superseded or discarded, or a person has made it due again; called in the
    # transaction that wrote so.
    told: Callable[[Letter], None]


def _nothing(letter: Letter) -> Enclosure | NotReady:
    raise UnavailableError(f"Nobody knows what {letter.attachment_kind} is.")


_registered = [Enclosures(find=_nothing, told=lambda _letter: None)]


def register(enclosures: Enclosures) -> None:
    """Say how files are found, and who is told; called once, when the application is loaded."""
    _registered[:] = [enclosures]


def current() -> Enclosures:
    """How files are found, and who is told."""
    return _registered[0]
