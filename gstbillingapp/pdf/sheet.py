"""What stands on the paper, as text: whatever is not in here cannot be printed, and nothing is worked out."""

import hashlib
import json
from dataclasses import asdict, dataclass

# Goes into every digest: raised where the same words are set otherwise, so that kept papers are made anew.
LAYOUT = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an address or of small print."""

    text: str
    bold: bool = False
    soft: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands below it."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. One that wraps takes the width that the others leave."""

    label: str
    is_number: bool = False
    wraps: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row has in a column, and a remark: before the text as a rate of tax, or below it."""

    text: str
    note: str = ""
    note_before: bool = False


Row = tuple[Cell, ...]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """Headings, rows and, where there is one, what they come to.

    `carried` has, beside each row, what its last columns come to so far: said where a page ends and the next
    begins.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row = ()
    carried: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One invoice."""

    title: str
    copy: str
    number: str
    date: str
    mark: str
    supplier: str
    supplier_lines: tuple[Line, ...]
    declarations: tuple[str, ...]
    parties: tuple[Part, ...]
    facts: tuple[Pair, ...]
    lines: Table
    words: str
    notes: str
    totals: tuple[Pair, ...]
    payable: Pair
    after_payable: tuple[Pair, ...]
    hsn: Table | None
    pay_link: str
    pay_words: tuple[str, ...]
    small_print: tuple[Part, ...]
    terms: str
    signed_for: str
    signatory: str
    further_copies: tuple[str, ...] = ()  # the same once more for each, marked as that

    def digest(self) -> str:
        """The same for two papers that look alike, and for no others."""
        content = json.dumps([LAYOUT, asdict(self)], ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode(errors="replace")).hexdigest()
