"""When a day's reminders go out, and what a periodic deed is."""

import datetime
from collections.abc import Callable

from gstbillingapp.models import USUAL_HOUR, Business, ReminderSettings
from gstbillingapp.models.fields import INDIA

# When the day's reminders go out where a business has not chosen another hour.
MORNING = datetime.time(USUAL_HOUR)
DAY = datetime.timedelta(days=1)
# Rows in one transaction. It holds their locks, and SQLite's only writer, for some 0.1 s.
PAGE = 50

# Posts a page of what a business is told on a day, for rows with keys above `after`, as of `today`: the last
# key where the page was full, else None. Arguments: business, day, today, after.
Deed = Callable[[Business, datetime.date, datetime.date, int], int | None]


def latest_morning(now: datetime.datetime, hour: int = USUAL_HOUR) -> datetime.date:
    """The last day in India whose morning, at this hour, has come."""
    here = now.astimezone(INDIA)
    return here.date() if here.hour >= hour else here.date() - DAY


def morning_of(business: Business, day: datetime.date) -> datetime.datetime:
    """When the reminders of a business go out on that day."""
    return datetime.datetime.combine(day, datetime.time(ReminderSettings.of(business).hour), INDIA)
