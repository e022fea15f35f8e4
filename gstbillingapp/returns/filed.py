"""Which GSTR-1 are filed: what is recorded or taken back after that can no longer be told in them."""

import datetime
from collections.abc import Iterable

from gstbillingapp.gst.returns import Form
from gstbillingapp.models import Business, ReturnFiling
from gstbillingapp.models.fields import INDIA


def gstr1_filings(business: Business, until: datetime.date) -> list[ReturnFiling]:
    """Those of every period that has begun by that day."""
    return list(ReturnFiling.objects.filter(business=business, form=Form.GSTR_1, first__lte=until))


def filed_before(
    filings: Iterable[ReturnFiling], day: datetime.date, moment: datetime.datetime
) -> ReturnFiling | None:
    """The filing of the period with that day, where it was before that moment."""
    return next(
        (each for each in filings if each.period.first <= day <= each.period.last and each.filed_at < moment),
        None,
    )


def begins(day: datetime.date, later: int = 0) -> datetime.datetime:
    """When that day, or one so many days later, begins in India."""
    return datetime.datetime.combine(day + datetime.timedelta(days=later), datetime.time.min, INDIA)


def day_of(moment: datetime.datetime) -> datetime.date:
    """The day in India on which a moment lies."""
    return moment.astimezone(INDIA).date()
