"""Does each periodic deed of each business once, however often, late, or twice at a time it is asked for."""

import datetime
import logging
from time import monotonic

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from gstbillingapp.models import Business, PeriodicDeed, ReminderSettings
from gstbillingapp.models.fields import INDIA
from gstbillingapp.reminders.bills import remind_of_bills
from gstbillingapp.reminders.days import DAY, Deed, latest_morning
from gstbillingapp.reminders.digest import digest
from gstbillingapp.reminders.invoices import remind_of_invoices
from gstbillingapp.reminders.new_year import tell_of_new_year
from gstbillingapp.reminders.quotations import expire_quotations
from gstbillingapp.reminders.returns import remind_of_cut_off, remind_of_returns

logger = logging.getLogger(__name__)

# What is made up for after an outage. Of longer ago, the lists of what is overdue say enough.
LONGEST_GAP = datetime.timedelta(days=31)
# How much later than today a day may be done already: another host's clock was ahead when the morning came.
CLOCKS_DIFFER = DAY
# How many keys later than another's a business may have that was committed before it.
LATE_COMMITS = 1_000
# Seconds after which a run makes room for other tasks; beat's next one goes on. Tasks are killed after 300.
PATIENCE = 120.0


DEEDS: dict[str, Deed] = {
    "invoices": remind_of_invoices,
    "quotations": expire_quotations,
    "bills": remind_of_bills,
    "returns": remind_of_returns,
    "note_cut_off": remind_of_cut_off,
    "digest": digest,
    "new_year": tell_of_new_year,
}


def do_all(now: datetime.datetime) -> None:
    """Do what is not done yet of every day whose morning, at the hour of the business, has come."""
    end = monotonic() + PATIENCE
    for name in DEEDS:
        _begin(name, now)
    for pk in _behind(now):
        _catch_up(pk, now, end)


def _begin(name: str, now: datetime.datetime) -> None:
    """A business for which it was never done begins with today: nobody is flooded with the past.

    Only the newest businesses are looked at: those before them have begun, all with the first of a new deed.
    """
    begun = PeriodicDeed.objects.filter(name=name).order_by("-business").values("business")[:1]
    known = PeriodicDeed.objects.filter(business=OuterRef("pk"), name=name)
    new = Business.objects.filter(~Exists(known), pk__gt=Coalesce(Subquery(begun), 0) - LATE_COMMITS)
    PeriodicDeed.objects.bulk_create(
        (
            PeriodicDeed(business=business, name=name, day=latest_morning(now, hour) - DAY, hour=hour)
            for business in new.select_related("reminder_settings")
            for hour in [ReminderSettings.of(business).hour]
        ),
        ignore_conflicts=True,
    )


def _left_to_do(now: datetime.datetime) -> Q:
    """Rows that are behind their morning, or further ahead than clocks differ; by ranges of the index."""
    today = latest_morning(now, 0)
    yesterday, hour = today - DAY, now.astimezone(INDIA).hour
    return (
        Q(day__lt=yesterday)
        | Q(day=yesterday, hour__lte=hour)
        | Q(day=today + CLOCKS_DIFFER, hour__gt=hour)
        | Q(day__gt=today + CLOCKS_DIFFER)
    )


def _behind(now: datetime.datetime) -> list[int]:
    """The rows of the businesses for which something is left to do, deed after deed."""
    rows = PeriodicDeed.objects.filter(_left_to_do(now), name__in=DEEDS).values_list("pk", "name")
    order = list(DEEDS)
    return [pk for pk, _ in sorted(rows, key=lambda row: (order.index(row[1]), row[0]))]


def _catch_up(pk: int, now: datetime.datetime, end: float) -> None:
    """Do what is left for one business, until the run has taken long enough."""
    try:
        while monotonic() < end and _do_page(pk, now):
            pass
    except (OperationalError, InterfaceError):
        raise  # the database is away, which is nobody's fault: beat's next run goes on
    except Exception:
        # Whatever is wrong with one business, the others are reminded; and it is tried again, and logged.
        logger.exception("the periodic deed %s was not done", pk)


@transaction.atomic
def _do_page(pk: int, now: datetime.datetime) -> bool:
    """Do the next page, and move the row with it; whether there may be more."""
    rows = PeriodicDeed.objects.select_for_update(of=("self",), no_key=True)
    # While this waited for the lock, somebody may have done it, chosen another hour or deleted the business.
    row = rows.select_related("business__reminder_settings").filter(_left_to_do(now), pk=pk).first()
    if row is None:
        return False
    today = latest_morning(now, row.hour)
    _keep_near(row, today)
    last = DEEDS[row.name](row.business, row.day + DAY, today, row.after)
    if last is None:
        row.day, row.after = row.day + DAY, 0
    else:
        row.after = last
    row.hour = ReminderSettings.of(row.business).hour  # where the row was made while it was being changed
    row.save(update_fields=["day", "hour", "after"])
    return row.day < today


def _keep_near(row: PeriodicDeed, today: datetime.date) -> None:
    """Not to be silent for years because a clock was once far ahead, nor to make up for years.

    What is looked at twice that way was posted before, and its keys say so.
    """
    if row.day > today:
        row.day, row.after = today - DAY, 0
    elif row.day < today - LONGEST_GAP:
        row.day, row.after = today - LONGEST_GAP, 0
