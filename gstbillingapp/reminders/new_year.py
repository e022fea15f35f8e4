"""The first morning of a financial year."""

import datetime

from gstbillingapp.actions import announce
from gstbillingapp.models import Business, ReminderSettings

APRIL = 4


def tell_of_new_year(business: Business, day: datetime.date, _today: datetime.date, _after: int) -> None:
    """Say on 1 April, or after an outage later, that numbers start anew."""
    if (day.month, day.day) == (APRIL, 1) and ReminderSettings.of(business).stages_of("new_year"):
        announce.new_year(business, day)
