"""The daily digest: what falls due today and what is overdue."""

import datetime
from decimal import Decimal

from django.db.models import Q, Sum

from gstbillingapp.actions import announce
from gstbillingapp.models import Business, Invoice, ReminderSettings
from gstbillingapp.queries import rupees


def digest(business: Business, day: datetime.date, today: datetime.date, _after: int) -> None:
    """Say what is owed, where something is; of a morning that is past it is no news any more."""
    if day < today or not ReminderSettings.of(business).stages_of("digest"):
        return
    due, overdue = owed_on(business, day)
    if due or overdue:
        announce.digest(business, day, due, overdue)


def owed_on(business: Business, day: datetime.date) -> tuple[Decimal, Decimal]:
    """What falls due on that day, and what is late by then, in rupees."""
    owed = Invoice.objects.filter(business=business, balance__gt=0, due_date__lte=day).aggregate(
        due=Sum("balance", filter=Q(due_date=day)), overdue=Sum("balance", filter=Q(due_date__lt=day))
    )
    return rupees(owed["due"]), rupees(owed["overdue"])
