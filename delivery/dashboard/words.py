"""Figures, times and sentences as people read them: pure."""

from datetime import datetime
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateformat import format as formatted

MINUTE, HOUR, DAY = 60, 3600, 86400


def figure(number: int) -> str:
    """A number with its digits grouped as in India: 12,34,567."""
    digits = str(abs(number))
    head, tail = digits[:-3], digits[-3:]
    groups: list[str] = []
    while head:
        groups.insert(0, head[-2:])
        head = head[:-2]
    return ("-" if number < 0 else "") + ",".join([*groups, tail])


def counted(number: int, one: str, many: str) -> str:
    """A number and the noun that belongs to it."""
    return f"{figure(number)} {one if number == 1 else many}"


def deliveries(number: int) -> str:
    """So many deliveries."""
    return counted(number, "delivery", "deliveries")


def letters(number: int) -> str:
    """So many letters."""
    return counted(number, "letter", "letters")


def span(seconds: float) -> str:
    """A length of time in its largest unit: 40 s, 3 min, 2 h, 5 days."""
    if seconds < MINUTE:
        return f"{int(seconds)} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    if seconds < 2 * DAY:
        return f"{int(seconds // HOUR)} h"
    return f"{int(seconds // DAY)} days"


def took(seconds: float) -> str:
    """How long something took: 3.2 ms, 140 ms, 2.4 s, 3 min."""
    milliseconds = seconds * 1000
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < MINUTE else span(seconds)


def moment(when: datetime) -> str:
    """22 Nov 2026, 15:04, in India's time."""
    return formatted(timezone.localtime(when), "j M Y, H:i")


def exact(when: datetime) -> str:
    """22 Nov 2026, 15:04:05, in India's time."""
    return formatted(timezone.localtime(when), "j M Y, H:i:s")


def ago(when: datetime) -> str:
    """How long ago; what is yet to come is said to be in so long."""
    seconds = (timezone.now() - when).total_seconds()
    return f"{span(seconds)} ago" if seconds >= 0 else f"in {span(-seconds)}"


def address(path: str, **parameters: object) -> str:
    """A path with what of the parameters is not empty."""
    query = urlencode({name: value for name, value in parameters.items() if value not in ("", None)})
    return f"{path}?{query}" if query else path
