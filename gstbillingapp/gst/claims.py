"""When a claim of input tax comes too late (CGST s.16(4))."""

from __future__ import annotations

from datetime import date

from gstbillingapp.gst.returns import Period


def is_too_late(last: date, period: Period, on: date) -> bool:
    """Whether the return of a period, filed after it and on that day or later, misses the last day."""
    return max(period.after, on) > last
