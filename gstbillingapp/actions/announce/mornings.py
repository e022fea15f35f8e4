"""What is told because a day has come, of a business as a whole."""

import datetime
from decimal import Decimal

from django.urls import reverse

from gstbillingapp.actions.announce.telling import audience, tell
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.models import Business, EventKind, Scheme


def digest(business: Business, day: datetime.date, due: Decimal, overdue: Decimal) -> None:
    """What falls due on that day and what is late by then, in rupees."""
    # One after the other, as each has a key of their own: in the order in which everybody locks inboxes.
    for member in sorted(audience(business), key=lambda member: member.pk):
        tell(
            business,
            EventKind.DIGEST,
            to=[member],
            title=f"Today: due {indian_format(due)}, overdue {indian_format(overdue)}",
            message=f"What {business.name} is owed, on the morning of {day:%A}.",
            notification_type="INFO",
            link_url=reverse("invoice_list") + ("?status=overdue" if overdue else ""),
            link_text="View the invoices",
            priority="low",
            dedupe_key=f"digest:{member.pk}:{day}",
        )


def new_year(business: Business, first_day: datetime.date) -> None:
    """A financial year begins: numbers start anew (CGST Rule 46), and a LUT holds for a year (Rule 96A)."""
    year = financial_year(first_day)
    renews = ", renew the LUT" if business.scheme == Scheme.REGULAR else ""
    tell(
        business,
        EventKind.NEW_YEAR,
        title=f"Financial year {year} begins",
        message=f"Start the new series{renews}.",
        notification_type="SYSTEM",
        link_url=reverse("business"),
        link_text="View the business profile",
        related_object_type="business",
        related_object_id=business.pk,
        # Whoever is not registered has no GSTIN to tell their years apart by.
        dedupe_key=f"fy:{business.gstin or business.pk}:{year}",
    )
