"""Document numbers (CGST Rule 46) and financial years."""

from __future__ import annotations

import re
from datetime import date

from gstbillingapp.gst.errors import InputError

MAX_LENGTH = 16
_RULE_46 = re.compile(r"[A-Za-z0-9/-]{1,16}")
_IRP_SAFE = re.compile(r"[A-Za-z1-9][A-Za-z0-9/-]{0,15}")
# Not \d, which takes the digits of every script, and from the year 1 to the last whole one of a calendar.
_YEAR = re.compile(r"(?!0000|9999)([0-9]{4})-([0-9]{2})")
FIRST_WIDTH = 4  # a series starts as 0001 and grows to 10000 by itself
_SIGNS = re.compile(r"[\s./-]+")
_SEQUENCE = re.compile(r"[0-9]{1,9}")  # more digits than a series has


def is_rule46(number: str) -> bool:
    """Whether Rule 46(b) allows the number: at most 16 of letters, digits, / and -."""
    return _RULE_46.fullmatch(number) is not None


def is_irp_safe(number: str) -> bool:
    """Whether the e-invoice portal takes it too: no leading 0, / or -."""
    return _IRP_SAFE.fullmatch(number) is not None


def number_key(number: str) -> str:
    """What has to be unique in a financial year: the portal ignores case since 1 June 2025."""
    return number.upper()


def is_duplicate(a: str, b: str, *, same_financial_year: bool) -> bool:
    """Whether two documents of one supplier carry the same number in law."""
    return same_financial_year and number_key(a) == number_key(b)


def financial_year(day: date) -> str:
    """The year from 1 April to 31 March that a day lies in: `2026-27`, `2099-00`."""
    start = day.year if day.month >= 4 else day.year - 1
    return f"{start}-{(start + 1) % 100:02d}"


def financial_year_start(year: str) -> int:
    """2026 of `2026-27`. Raises InputError on `financial_year` for anything else."""
    found = _YEAR.fullmatch(year)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise InputError("financial_year", "two years running, as in 2026-27")
    return int(found[1])


def financial_year_bounds(year: str) -> tuple[date, date]:
    """First and last day of a financial year written like `2026-27`."""
    start = financial_year_start(year)
    return date(start, 4, 1), date(start + 1, 3, 31)


def format_number(prefix: str, year: str, sequence: int) -> str:
    """Number a document of a series: `INV/26-27/0042`.

    The year is part of the number so that two years of one prefix stay apart on paper too. Raises InputError
    on `sequence` below 1, and on `prefix` when the number would break Rule 46 or the e-invoice portal's rule.
    """
    financial_year_start(year)
    if sequence < 1:
        raise InputError("sequence", "1 or more")
    number = f"{prefix}/{year[2:]}/{sequence:0{FIRST_WIDTH}d}"
    if len(number) > MAX_LENGTH:
        raise InputError("prefix", f"shorter: {number} has more than {MAX_LENGTH} characters")
    if not is_irp_safe(number):
        raise InputError("prefix", "letters, digits, / and - only, beginning with a letter or 1 to 9")
    return number


def last_of_series(prefix: str) -> int:
    """The highest sequence that still fits in 16 characters; 0 when the prefix is too long for any number."""
    room = MAX_LENGTH - len(f"{prefix}/26-27/")
    return 10**room - 1 if room >= FIRST_WIDTH else 0


def numbers_meant(text: str, prefix: str, year: str) -> set[str]:
    """The numbers of a series that a person may mean by what they type: `INV 0042`, `inv/26 27/42`, `42`.

    Signs, spaces and noughts in front do not count. The prefix may be left out, and so may the year, which is
    written 26-27 or 2026-27; digits that may be either, a year or a place in the series, mean both.
    """
    said = _bare(text)
    rests = {said, said.removeprefix(_bare(prefix))}
    written = ("", _bare(year), _bare(year)[2:])  # the year: left out, 202627, 2627
    places = {rest.removeprefix(digits) for rest in rests for digits in written}
    return {
        format_number(prefix, year, int(place))
        for place in places
        if _SEQUENCE.fullmatch(place) and 1 <= int(place) <= last_of_series(prefix)
    }


def _bare(text: str) -> str:
    return _SIGNS.sub("", text).upper()
