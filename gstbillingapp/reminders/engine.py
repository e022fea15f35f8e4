"""Does each periodic deed of each business once, however often, late, or twice at a time it is asked for."""

import datetime
import logging
from time import monotonic

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q

from gstbillingapp.models import Business, PeriodicDeed
from gstbillingapp.reminders.days import DAY, Deed, latest_morning
from gstbillingapp.reminders.invoices import remind_of_invoices
from gstbillingapp.reminders.returns import remind_of_returns

logger = logging.getLogger(__name__)

# What is made up for after an outage. Of longer ago, the lists of what is overdue say enough.
LONGEST_GAP = datetime.timedelta(days=31)
# How much later than today a day may be done already: another host's clock was ahead when the morning came.
CLOCKS_DIFFER = DAY
# Seconds after which a run makes room for other tasks; beat's next one goes on. Tasks are killed after 300.
PATIENCE = 120.0


DEEDS: dict[str, Deed] = {"invoices": remind_of_invoices, "returns": remind_of_returns}


def do_all(now: datetime.datetime) -> None:
    """Do what is not done yet of every day whose morning has come."""
    today, end = latest_morning(now), monotonic() + PATIENCE
    for name in DEEDS:
        _begin(name, today)
        for pk in _behind(name, today):
            _catch_up(pk, today, end)


def _begin(name: str, today: datetime.date) -> None:
    """A business for which it was never done begins with today: nobody is flooded with the past."""
    known = PeriodicDeed.objects.filter(business=OuterRef("pk"), name=name)
    new = Business.objects.filter(~Exists(known)).values_list("pk", flat=True)
    PeriodicDeed.objects.bulk_create(
        (PeriodicDeed(business_id=pk, name=name, day=today - DAY) for pk in new),
        ignore_conflicts=True,
    )


def _is_done(today: datetime.date) -> Q:
    return Q(day__gte=today, day__lte=today + CLOCKS_DIFFER)


def _behind(name: str, today: datetime.date) -> list[int]:
    """The rows of the businesses for which something is left to do."""
    rows = PeriodicDeed.objects.filter(~_is_done(today), name=name)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _catch_up(pk: int, today: datetime.date, end: float) -> None:
    """Do what is left for one business, until the run has taken long enough."""
    try:
        while monotonic() < end and _do_page(pk, today):
            pass
    except (OperationalError, InterfaceError):
        raise  # the database is away, which is nobody's fault: beat's next run goes on
    except Exception:
        # Whatever is wrong with one business, the others are reminded; and it is tried again, and logged.
        logger.exception("the periodic deed %s was not done", pk)


@transaction.atomic
def _do_page(pk: int, today: datetime.date) -> bool:
    """Do the next page, and move the row with it; whether there may be more."""
    rows = PeriodicDeed.objects.select_for_update(of=("self",), no_key=True).select_related("business")
    # Somebody else may have done it while this waited for the lock, or deleted the business.
    row = rows.filter(~_is_done(today), pk=pk).first()
    if row is None:
        return False
    _keep_near(row, today)
    last = DEEDS[row.name](row.business, row.day + DAY, today, row.after)
    if last is None:
        row.day, row.after = row.day + DAY, 0
    else:
        row.after = last
    row.save(update_fields=["day", "after"])
    return row.day < today


def _keep_near(row: PeriodicDeed, today: datetime.date) -> None:
    """Not to be silent for years because a clock was once far ahead, nor to make up for years.

    What is looked at twice that way was posted before, and its keys say so.
    """
    if row.day > today:
        row.day, row.after = today - DAY, 0
    elif row.day < today - LONGEST_GAP:
        row.day, row.after = today - LONGEST_GAP, 0
