"""Until when input tax may be claimed (CGST s.16(4))."""

import datetime

import pytest

from gstbillingapp.gst.claims import is_too_late, last_day_to_claim
from gstbillingapp.gst.returns import Period

MARCH, APRIL = datetime.date(2026, 3, 31), datetime.date(2026, 4, 1)


def test_the_last_day_follows_the_end_of_the_papers_own_year():
    assert last_day_to_claim(MARCH) == datetime.date(2026, 11, 30)
    assert last_day_to_claim(APRIL) == datetime.date(2027, 11, 30)


@pytest.mark.parametrize(
    ("period", "on", "late"),
    [
        (Period.month(2026, 10), datetime.date(2026, 11, 30), False),
        (Period.month(2026, 10), datetime.date(2026, 12, 1), True),
        # The return of November is filed in December, that of the quarter in January.
        (Period.month(2026, 11), datetime.date(2026, 11, 5), True),
        (Period.quarter(2026, 7), datetime.date(2026, 10, 5), False),
        (Period.quarter(2026, 10), datetime.date(2026, 11, 5), True),
    ],
)
def test_a_return_is_filed_when_its_period_is_over(period, on, late):
    assert is_too_late(MARCH, period, on) is late
