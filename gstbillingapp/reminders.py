"""Periodic deeds: what a business is told because a day has come, and not because somebody did something.

Beat asks every few minutes whether a morning has come. What has to be said on a day is done once for each
business, however often, late, or twice at a time it is asked for: `PeriodicDeed` says how far it has come,
and the dedupe keys of what is posted stand behind it. The time is what the caller says it is.
"""

import datetime
import logging
from collections.abc import Callable, Collection
from itertools import pairwise
from time import monotonic

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q

from gstbillingapp.actions import announce
from gstbillingapp.models import Business, Invoice, PeriodicDeed
from gstbillingapp.models.fields import INDIA
from gstbillingapp.models.invoice import InvoiceQuerySet

logger = logging.getLogger(__name__)

# When the day's reminders go out, in India: when people come to work, and not in the middle of the night.
MORNING = datetime.time(9)
DAY = datetime.timedelta(days=1)
# What is made up for after an outage. Of longer ago, the lists of what is overdue say enough.
LONGEST_GAP = datetime.timedelta(days=31)
# How much later than today a day may be done already: another host's clock was ahead when the morning came.
CLOCKS_DIFFER = DAY
# Rows in one transaction. It holds their locks, and SQLite's only writer, for some 0.1 s.
PAGE = 50
# Seconds after which a run makes room for other tasks; beat's next one goes on. Tasks are killed after 300.
PATIENCE = 120.0

# Posts a page of what a business is told on a day, for rows with keys above `after`, as of `today`: the last
# key where the page was full, else None. Arguments: business, day, today, after.
Deed = Callable[[Business, datetime.date, datetime.date, int], int | None]


def do_all(now: datetime.datetime) -> None:
    """Do what is not done yet of every day whose morning has come."""
    today, end = latest_morning(now), monotonic() + PATIENCE
    for name in DEEDS:
        _begin(name, today)
        for pk in _behind(name, today):
            _catch_up(pk, today, end)


def latest_morning(now: datetime.datetime) -> datetime.date:
    """The last day in India whose morning has come."""
    here = now.astimezone(INDIA)
    return here.date() if here.time() >= MORNING else here.date() - DAY


def remind_of_invoices(
    business: Business, day: datetime.date, today: datetime.date, after: int
) -> int | None:
    """Remind of unpaid invoices that fall due or are overdue."""
    stages = stages_on(day, today)
    page = list(_unpaid(business, stages, day).filter(pk__gt=after).order_by("pk")[:PAGE])
    members = list(business.members()) if page else []
    for invoice in page:
        announce.invoice_unpaid(invoice, stages[invoice.due_date], today, members)
    return page[-1].pk if len(page) == PAGE else None


DEEDS: dict[str, Deed] = {"invoices": remind_of_invoices}


def stages_on(day: datetime.date, today: datetime.date) -> dict[datetime.date, int]:
    """The due dates that are spoken of on `day`, each with its stage.

    A stage whose next one has come by `today` is left out: after an outage, only the latest is still worth
    saying, and "overdue 7 days" says that it was due, too.
    """
    gaps = [later - stage for stage, later in pairwise(announce.REMINDER_STAGES)]
    overtaken_on = [day + gap * DAY for gap in gaps] + [datetime.date.max]
    return {
        day - stage * DAY: stage
        for stage, overtaken in zip(announce.REMINDER_STAGES, overtaken_on, strict=True)
        if overtaken > today
    }


def _unpaid(business: Business, due_dates: Collection[datetime.date], day: datetime.date) -> InvoiceQuerySet:
    """Invoices with these due dates that are owed, and were issued before the morning of that day.

    Whoever issued one after it was told its due date right then. They are locked, all before the first inbox
    is, as a payment does it: it comes before and there is nothing to say, or after and marks it read.
    """
    morning = datetime.datetime.combine(day, MORNING, INDIA)
    return Invoice.objects.select_for_update(of=("self",), no_key=True).filter(
        business=business, due_date__in=due_dates, balance__gt=0, issued_at__lt=morning
    )


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
