"""Quotations that wait for an answer: their last day comes, and goes."""

import datetime

from django.db.models import Q

from gstbillingapp.actions import announce
from gstbillingapp.models import Business, Quotation, QuotationState, ReminderSettings
from gstbillingapp.models.quotation import QuotationQuerySet
from gstbillingapp.reminders import days
from gstbillingapp.reminders.days import morning_of
from gstbillingapp.reminders.invoices import stages_on


def expire_quotations(business: Business, day: datetime.date, today: datetime.date, after: int) -> int | None:
    """Remind of quotations that nobody has answered, and move those to expired whose last day is over."""
    stages = stages_on(day, today, ReminderSettings.of(business).stages_of("quotations"))
    concerned = Q(valid_until__in=stages) | Q(valid_until__lt=day)
    rows = _awaited(business, day).filter(concerned, pk__gt=after)
    page = list(rows.select_related("customer").order_by("pk")[: days.PAGE])
    over = [quotation.pk for quotation in page if quotation.valid_until < day]
    Quotation.objects.filter(pk__in=over).update(state=QuotationState.EXPIRED)
    near = {row: stages[row.valid_until] for row in page if row.valid_until in stages}
    if near:
        announce.quotations_expire(business, near, today, announce.audience(business))
    return page[-1].pk if len(page) == days.PAGE else None


def _awaited(business: Business, day: datetime.date) -> QuotationQuerySet:
    """Those without an answer that were sent before the morning of that day; whoever sent one after it knows.

    They are locked, all before the first inbox is, as a decision does it: it comes before and there is
    nothing to say, or after and marks it read.
    """
    return Quotation.objects.select_for_update(of=("self",), no_key=True).filter(
        business=business, state=QuotationState.SENT, sent_at__lt=morning_of(business, day)
    )
