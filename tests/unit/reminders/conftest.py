"""The people of the tests of billing, and days that are told instead of awaited."""

import datetime
from collections.abc import Iterator

import pytest

from gstbillingapp import reminders
from gstbillingapp.models import Business, Invoice
from gstbillingapp.models.fields import INDIA, today
from gstbillingapp.reminders import engine
from gstbillingapp.reminders.invoices import remind_of_invoices
from tests.factories import issued
from tests.unit.billing.conftest import business, people

__all__ = ["business", "people"]

# An ordinary day, later than whatever these tests issue: the day the other days are counted from.
DUE = today() + datetime.timedelta(days=40)


def at(days: int, time: str = "09:00") -> datetime.datetime:
    """A moment of the day so many days after `DUE`, in India."""
    return datetime.datetime.combine(day(days), datetime.time.fromisoformat(time), INDIA)


def day(days: int) -> datetime.date:
    return DUE + datetime.timedelta(days=days)


def unpaid(business: Business, **terms) -> Invoice:
    """An invoice over ₹118.00 that is due on `DUE`."""
    return issued(business, **{"due_date": DUE, **terms})


@pytest.fixture
def invoices_only() -> Iterator[None]:
    """No deed but the reminders of invoices: what the others post is not in the way."""
    # Not the test's own `monkeypatch`, which some of them undo in their middle.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "DEEDS", {"invoices": remind_of_invoices})
        yield


@pytest.fixture
def begun(business: Business) -> Business:
    """The business, looked at for the first time a month before anything is due."""
    reminders.do_all(at(-30))
    return business
