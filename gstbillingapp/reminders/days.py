"""When a day's reminders go out, and what a periodic deed is."""

import datetime
from collections.abc import Callable

from gstbillingapp.models import Business
from gstbillingapp.models.fields import INDIA

# When the day's reminders go out, in India: when people come to work, and not in the middle of the night.
MORNING = datetime.time(9)
DAY = datetime.timedelta(days=1)
# Rows in one transaction. It holds their locks, and SQLite's only writer, for some 0.1 s.
PAGE = 50

# Posts a page of what a business is told on a day, for rows with keys above `after`, as of `today`: the last
# key where the page was full, else None. Arguments: business, day, today, after.
Deed = Callable[[Business, datetime.date, datetime.date, int], int | None]


def latest_morning(now: datetime.datetime) -> datetime.date:
    """The last day in India whose morning has come."""
    here = now.astimezone(INDIA)
    return here.date() if here.time() >= MORNING else here.date() - DAY
