"""What a cell means: numbers and dates as people in India write them, yes and no, one of a list.

Each reader takes text that is not empty, and raises CellError with what is allowed where it makes no sense.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

# What a spreadsheet shows in place of a value that it could not work out.
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})

_AMOUNT = re.compile(r"([+-]?)\s*(?:₹|rs\.?|inr)?\s*([0-9,.]+)\s*(?:/-|%)?", re.IGNORECASE)
# 1,23,456.78 as in India, 123,456.78 as elsewhere, 123456.78 as a computer has it.
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{2})*,[0-9]{3}(\.[0-9]*)?|[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_PLAIN = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ][0-9:.]+)?")
_FIGURES = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?: [0-9:]+(?: ?[ap]m)?)?", re.I)
_DAY_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[- /.]*([a-z]{3,9})\.?[- /.,]*([0-9]{4}|[0-9]{2})", re.I
)
_NAMED_DAY = re.compile(r"([a-z]{3,9})\.?[- ]*([0-9]{1,2})(?:st|nd|rd|th)?[, -]+([0-9]{4})", re.I)
# Days since 30 December 1899, as a spreadsheet counts: 1 January 2000 to 31 December 2099.
_EPOCH, _SERIALS = datetime.date(1899, 12, 30), range(36_526, 73_051)

YES = frozenset({"yes", "y", "true", "1", "incl", "inclusive", "included", "including"})
NO = frozenset({"no", "n", "false", "0", "excl", "exclusive", "excluded", "excluding"})


class CellError(ValueError):
    """Why a cell makes no sense, with what is allowed, as a sentence."""


def sound(cell: str) -> str:
    """The cell, unless it holds an error of the spreadsheet."""
    if cell.upper() in ERRORS:
        raise CellError(f"The spreadsheet shows {cell} here. Mend its formula, or empty the cell.")
    return cell


def text(cell: str) -> str:
    """The text as it is."""
    return cell


def number(cell: str) -> Decimal:
    """A number: 1,23,456.78 and ₹ 1,250/- are read, 1,5 and 1e3 are not."""
    bare = cell.replace("\u00a0", " ").strip()
    negative = bare.startswith("(") and bare.endswith(")")  # as accountants write it
    bare = bare[1:-1].strip() if negative else bare
    found = _AMOUNT.fullmatch(bare)
    if found is None or not (_PLAIN.fullmatch(found[2]) or _GROUPED.fullmatch(found[2])):
        raise CellError("This is no number. Write it with a point for decimals, such as 1250 or 1,23,456.78.")
    amount = Decimal(found[2].replace(",", ""))
    return -amount if (found[1] == "-") != negative else amount


def day(cell: str) -> datetime.date:
    """A date: 22-11-2026, 22/11/26, 22 Nov 2026, 2026-11-22, or the number a spreadsheet keeps. Day first."""
    try:
        found = _day(cell.strip())
    except ValueError:
        found = None
    if found is None:
        raise CellError("This is no date. Write day, month and year, such as 22-11-2026 or 22 Nov 2026.")
    return found


def _day(cell: str) -> datetime.date | None:
    if match := _ISO.fullmatch(cell):
        return datetime.date(*map(int, match.groups()))
    if match := _FIGURES.fullmatch(cell):
        return datetime.date(_year(match[3]), int(match[2]), int(match[1]))
    if match := _DAY_NAMED.fullmatch(cell):
        return datetime.date(_year(match[3]), _month(match[2]), int(match[1]))
    if match := _NAMED_DAY.fullmatch(cell):
        return datetime.date(int(match[3]), _month(match[1]), int(match[2]))
    if cell.isascii() and cell.isdigit() and len(cell) == 5 and int(cell) in _SERIALS:
        return _EPOCH + datetime.timedelta(days=int(cell))
    return None


def is_either_way(cell: str) -> bool:
    """Whether a date is read day first and could be meant month first: 3/4/2026."""
    match = _FIGURES.fullmatch(cell.strip())
    return match is not None and match[1] != match[2] and int(match[1]) <= 12 and int(match[2]) <= 12


def _year(figures: str) -> int:
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


def _month(name: str) -> int:
    return MONTHS.index(name[:3].lower()) + 1


def yes_or_no(cell: str) -> bool:
    """Yes or no."""
    word = cell.strip().casefold()
    if word not in YES and word not in NO:
        raise CellError("Write yes or no.")
    return word in YES


def plain_key(words: str) -> str:
    """Words without what people write differently: capitals, blanks and signs."""
    return "".join(letter for letter in words.casefold() if letter.isalnum())


def one_of(choices: Mapping[str, str], allowed: str) -> Callable[[str], str]:
    """A reader of choices by what people call them (see `plain_key`); `allowed` says them in words."""

    def read(cell: str) -> str:
        value = choices.get(plain_key(cell))
        if value is None:
            raise CellError(f"Write {allowed}.")
        return value

    return read
