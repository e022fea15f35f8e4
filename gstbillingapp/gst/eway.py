"""E-way bills (CGST Rule 138): when one is needed, and how long it holds."""

from __future__ import annotations

from decimal import Decimal

from gstbillingapp.gst.errors import InputError

LIMIT = Decimal("50000.00")
KM_PER_DAY = 200
KM_PER_DAY_OVERSIZED = 20  # over-dimensional cargo
MAX_KM = 4000  # what the e-way bill portal takes


def is_required(value: Decimal, *, limit: Decimal = LIMIT) -> bool:
    """Whether goods of this value (rupees, tax included) need a bill: above the limit, not at it.

    States set higher limits for movement inside them; the caller passes its own `limit`.
    """
    return value > limit


def valid_days(km: int, *, oversized: bool = False) -> int:
    """Days a bill holds: one for every 200 km or part of it (20 km for over-dimensional cargo).

    Raises InputError on `km` unless it is between 0 and 4,000.
    """
    if not 0 <= km <= MAX_KM:
        raise InputError("km", f"between 0 and {MAX_KM:,}")
    stage = KM_PER_DAY_OVERSIZED if oversized else KM_PER_DAY
    return max(1, -(-km // stage))
