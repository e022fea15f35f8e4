"""Unpaid invoices that fall due or are overdue."""

import datetime
from collections.abc import Collection, Sequence
from itertools import pairwise

from gstbillingapp.actions import announce
from gstbillingapp.models import Business, Invoice, ReminderSettings
from gstbillingapp.models.invoice import InvoiceQuerySet
from gstbillingapp.reminders import days
from gstbillingapp.reminders.days import DAY, morning_of

# A stage, in days, that never comes.
NEVER = 1_000_000


def remind_of_invoices(
    business: Business, day: datetime.date, today: datetime.date, after: int
) -> int | None:
    """Remind of unpaid invoices that fall due or are overdue."""
    stages = stages_on(day, today, ReminderSettings.of(business).stages_of("invoices"))
    page = list(_unpaid(business, stages, day).filter(pk__gt=after).order_by("pk")[: days.PAGE])
    if page:
        near = {invoice: stages[invoice.due_date] for invoice in page}
        announce.invoices_unpaid(business, near, today, announce.audience(business))
    return page[-1].pk if len(page) == days.PAGE else None


def stages_on(
    day: datetime.date, today: datetime.date, stages: Sequence[int] = announce.REMINDER_STAGES
) -> dict[datetime.date, int]:
    """The dates that are spoken of on `day`, each with its stage; `stages` are in their order.

    A stage whose next one has come by `today` is left out: after an outage, only the latest is still worth
    saying, and "overdue 7 days" says that it was due, too.
    """
    overtaken_on = [day + (later - stage) * DAY for stage, later in pairwise([*stages, NEVER])]
    return {
        day - stage * DAY: stage
        for stage, overtaken in zip(stages, overtaken_on, strict=True)
        if overtaken > today
    }


def _unpaid(business: Business, due_dates: Collection[datetime.date], day: datetime.date) -> InvoiceQuerySet:
    """Invoices with these due dates that are owed, and were issued before the morning of that day.

    Whoever issued one after it was told its due date right then. They are locked, all before the first inbox
    is, as a payment does it: it comes before and there is nothing to say, or after and marks it read.
    """
    return Invoice.objects.select_for_update(of=("self",), no_key=True).filter(
        business=business,
        due_date__in=due_dates,
        balance__gt=0,
        issued_at__lt=morning_of(business, day),
    )
