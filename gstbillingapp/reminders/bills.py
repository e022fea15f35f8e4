"""Vendors' bills that fall due or are overdue."""

import datetime

from django.db.models import QuerySet

from gstbillingapp.actions import announce
from gstbillingapp.models import Bill, Business, ReminderSettings
from gstbillingapp.reminders import days
from gstbillingapp.reminders.days import morning_of
from gstbillingapp.reminders.invoices import stages_on


def remind_of_bills(business: Business, day: datetime.date, today: datetime.date, after: int) -> int | None:
    """Remind of bills that are to be paid, or should have been."""
    stages = stages_on(day, today, ReminderSettings.of(business).stages_of("bills"))
    page = list(_unpaid(business, list(stages), day).filter(pk__gt=after).order_by("pk")[: days.PAGE])
    if page:
        near = {bill: stages[bill.due_date] for bill in page}
        announce.bills_unpaid(business, near, today, announce.audience(business))
    return page[-1].pk if len(page) == days.PAGE else None


def _unpaid(business: Business, due_dates: list[datetime.date], day: datetime.date) -> QuerySet[Bill]:
    """Bills with these due dates that are owed, and were recorded before the morning of that day.

    They are locked, all before the first inbox is, as a payment does it: it comes before and there is nothing
    to say, or after and marks it read.
    """
    return Bill.objects.select_for_update(no_key=True).filter(
        business=business,
        due_date__in=due_dates,
        balance__gt=0,
        created_at__lt=morning_of(business, day),
    )
