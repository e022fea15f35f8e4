"""The filters of the list, as an address carries them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from delivery import tenants
from delivery.criteria import Criteria

# The names of an address's parameters, in the order in which the form shows them.
FIELDS = (
    "state",
    "q",
    "user",
    "tenant",
    "business",
    "type",
    "error",
    "window",
    "since",
    "until",
    "task",
    "deed",
)
CURSORS = ("before", "after")
# Businesses that are offered where several have what was typed in their name.
OFFERED = 20


@dataclass
class Filters:
    """What was asked for: as typed, as criteria where it could be read, and why not where it could not."""

    typed: dict[str, str]
    criteria: Criteria | None = None
    errors: dict[str, str] = field(default_factory=dict)  # by parameter
    offered: list[tuple[int, str]] = field(default_factory=list)  # businesses of a name that several have
    before: int | None = None
    after: int | None = None

    @property
    def since(self) -> str:
        """What the field for the earliest time holds."""
        return self._local("since")

    @property
    def until(self) -> str:
        """What the field for the latest time holds."""
        return self._local("until")

    def _local(self, name: str) -> str:
        """A moment as the browser's field takes it, in India's time; empty where it is none."""
        try:
            moment = parse_datetime(self.typed.get(name, ""))
        except ValueError:
            moment = None
        if moment is None:
            return ""
        return (timezone.localtime(moment) if timezone.is_aware(moment) else moment).strftime(
            "%Y-%m-%dT%H:%M"
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is filtered at all."""
        return bool(self.typed)


def read(parameters: Mapping[str, str]) -> Filters:
    """Read an address. What is wrong in it is told by its name; nothing is guessed."""
    typed = {name: text for name in (*FIELDS, "ids") if (text := parameters.get(name, "").strip())}
    filters = Filters(typed)
    _business(filters)
    for name in CURSORS:
        setattr(filters, name, _cursor(filters, name, parameters.get(name, "")))
    try:
        filters.criteria = Criteria.read(filters.typed)
    except ValueError as error:
        name, _, reason = str(error).partition(": ")
        filters.errors[name] = reason[:1].upper() + reason[1:]
    if filters.errors or filters.offered:
        filters.criteria = None
    return filters


def _business(filters: Filters) -> None:
    """Turn a name that was typed into the one business that has it."""
    text = filters.typed.pop("business", "")
    known = tenants.current()
    if not text or known is None:
        return
    found = known.choices(text)[:OFFERED]
    exact = [choice for choice in found if choice[1].lower() == text.lower()]
    if len(found) == 1 or len(exact) == 1:
        filters.typed["tenant"] = str((exact or found)[0][0])
        return
    filters.typed["business"] = text
    if found:
        filters.offered = found
    else:
        filters.errors["business"] = f"No {known.label} has that in its name."


def _cursor(filters: Filters, name: str, text: str) -> int | None:
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    filters.errors[name] = "Must be a whole number."
    return None
