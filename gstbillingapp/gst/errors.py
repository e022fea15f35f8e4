"""The one error this package raises for what a person typed."""

from __future__ import annotations


class InputError(ValueError):
    """A value that cannot be billed with.

    `field` names it the way the caller passed it in (`"lines[2].qty"`, counted from 0); `allowed` completes
    the sentence "This must be …" for the person who typed it.
    """

    def __init__(self, field: str, allowed: str) -> None:
        super().__init__(f"{field} must be {allowed}")
        self.field = field
        self.allowed = allowed

    @property
    def line(self) -> int | None:
        """The position of the line at fault, counted from 0; None when it is the document's own field."""
        if not self.field.startswith("lines["):
            return None
        return int(self.field.removeprefix("lines[").partition("]")[0])

    @property
    def name(self) -> str:
        """The field without its line: `"qty"` of `"lines[2].qty"`."""
        return self.field.rpartition(".")[2]
