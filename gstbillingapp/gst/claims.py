"""Until when input tax may be claimed (CGST s.16(4))."""

from __future__ import annotations

from datetime import date

from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.returns import Period, credit_note_cut_off


def last_day_to_claim(paper: date) -> date:
    """The last day of a return that claims the tax of a paper of that day: 30 November after its year."""
    return credit_note_cut_off(financial_year(paper))


def is_too_late(paper: date, period: Period, on: date) -> bool:
    """Whether the return of a period is too late: filed on that day or later, and after the period."""
    return max(period.after, on) > last_day_to_claim(paper)
