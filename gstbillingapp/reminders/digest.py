"""The daily digest: what falls due today and what is overdue."""

import datetime
from decimal import Decimal

from gstbillingapp.actions import announce
from gstbillingapp.models import Business, ReminderSettings
from gstbillingapp.models.fields import ZERO
from gstbillingapp.receivables import falling_due


def digest(business: Business, day: datetime.date, today: datetime.date, _after: int) -> None:
    """Say what is owed, where something is; of a morning that is past it is no news any more."""
    if day < today or not ReminderSettings.of(business).stages_of("digest"):
        return
    due, overdue = owed_on(business, day)
    if due or overdue:
        announce.digest(business, day, due, overdue)


def owed_on(business: Business, day: datetime.date) -> tuple[Decimal, Decimal]:
    """What falls due on that day, and what is late by then, in rupees."""
    due = overdue = ZERO
    for owed in falling_due(business):
        due += owed.amount if owed.day == day else ZERO
        overdue += owed.amount if owed.day < day else ZERO
    return due, overdue
