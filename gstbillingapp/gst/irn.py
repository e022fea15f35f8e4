"""The invoice reference number of the e-invoice portal, computed without it."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from enum import StrEnum

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.numbers import financial_year, financial_year_bounds, is_rule46

CASE_IGNORED_FROM = date(2025, 6, 1)


_FIFTEEN = re.compile(r"[0-9A-Z]{15}")


class DocumentType(StrEnum):
    """Document types of the e-invoice schema."""

    INVOICE = "INV"
    CREDIT_NOTE = "CRN"
    DEBIT_NOTE = "DBN"


def irn(gstin: str, year: str, kind: DocumentType, number: str, *, on: date | None = None) -> str:
    """SHA-256 of supplier's GSTIN, financial year (`2026-27`), type and number, in hexadecimal.

    The portal upper-cases the number first since 1 June 2025; before, it kept the case as sent. `on` is the
    document's date; without it the number is upper-cased unless the whole year lies before that day.
    Raises InputError on `gstin`, `number`, `financial_year`, or on `on` when it is no day of that year.
    """
    first, last = financial_year_bounds(year)
    if not _FIFTEEN.fullmatch(gstin):  # the portal's sandbox hashes numbers no registration has
        raise InputError("gstin", "15 capital letters and digits")
    if not is_rule46(number):
        raise InputError("number", "at most 16 letters, digits, / and -")
    if on is not None and not first <= on <= last:
        raise InputError("on", f"a day of {year}; {on.isoformat()} lies in {financial_year(on)}")
    sent = number.upper() if (on or last) >= CASE_IGNORED_FROM else number
    return hashlib.sha256(f"{gstin}{year}{kind}{sent}".encode("ascii")).hexdigest()
