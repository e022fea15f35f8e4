"""The people of the tests of billing, and days that are told instead of awaited."""

import datetime
from collections.abc import Callable, Iterator

import pytest
import time_machine

from gstbillingapp.models.fields import INDIA
from tests.unit.billing.conftest import business, people

__all__ = ["business", "people"]

NOON = datetime.datetime(2026, 3, 31, 12, tzinfo=INDIA)


@pytest.fixture
def at_day() -> Iterator[Callable[[str], None]]:
    """Has it be noon in India on that day."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield lambda day: traveller.move_to(
            datetime.datetime.combine(datetime.date.fromisoformat(day), NOON.timetz())
        )
