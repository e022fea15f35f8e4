"""Which copies of an invoice are printed: the original, another one, or all of them (CGST Rule 48)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404

from gstbillingapp.gst import papers
from gstbillingapp.models.document import DocumentLine

ORIGINAL = ""  # what is printed, sent and kept where nobody asks for another one
ALL = "all"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one may have printed; `value` names it in addresses and among the papers that are kept."""

    value: str
    label: str
    marks: tuple[str, ...]  # one a copy, in their order

    @property
    def query(self) -> str:
        """What its address ends with."""
        return f"?copy={self.value}" if self.value else ""


def choices_of(lines: Iterable[DocumentLine]) -> list[Choice]:
    """The copies of an invoice with these lines: each by itself, and all together."""
    marks = papers.copies(goods=any(not line.is_service for line in lines))
    single = [Choice(ORIGINAL if name == "original" else name, mark, (mark,)) for name, mark in marks.items()]
    return [*single, Choice(ALL, f"All {len(marks)} copies", tuple(marks.values()))]


def chosen(lines: Iterable[DocumentLine], value: str) -> Choice:
    """The copies of that name; Http404 where an invoice with these lines has none such."""
    wanted = ORIGINAL if value == "original" else value
    for choice in choices_of(lines):
        if choice.value == wanted:
            return choice
    raise Http404("The invoice has no such copy.")
