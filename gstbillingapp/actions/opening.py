"""What customers owed before the business began to bill here."""

from decimal import Decimal

from django.db import transaction

from gstbillingapp.actions import announce, credit_limits
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import OpeningData
from gstbillingapp.models import Business, Customer, OpeningBalance
from gstbillingapp.models.fields import LARGEST_AMOUNT, today

LEAST = Decimal("0.01")


def save(business: Business, customer_id: int, data: OpeningData) -> OpeningBalance:
    """Keep what a customer owes under a reference; again with the same reference, it takes its place.

    Raises Customer.DoesNotExist for one of another business.
    """
    values = judged(data)
    with transaction.atomic():
        customer = Customer.objects.select_for_update(no_key=True).get(business=business, pk=customer_id)
        customer.business = business
        kept, _ = OpeningBalance.objects.update_or_create(
            business=business, customer=customer, reference=values.pop("reference"), defaults=values
        )
        announce.credit_limit(credit_limits.judge_customer(customer))
    return kept


def judged(data: OpeningData) -> dict[str, object]:
    """What the columns of the row are to hold. Raises ValidationError."""
    checks = Checks()
    values: dict[str, object] = {"reference": checks.text("reference", data.reference, 40)}
    if data.amount is None:
        checks.refuse("amount", "Enter what is owed, in rupees.")
    else:
        values["amount"] = checks.number("amount", data.amount, least=LEAST, most=LARGEST_AMOUNT, places=2)
    _judge_days(checks, data)
    checks.finish()
    return values | {"date": data.date, "due_date": data.due_date}


def _judge_days(checks: Checks, data: OpeningData) -> None:
    """An old invoice may be from before GST, and is not from after today."""
    if data.date is None:
        checks.refuse("date", "Enter the day as of which it is owed.")
    elif data.date > today():
        checks.refuse("date", "Enter a day that has come: what is owed from before is owed today.")
    elif data.due_date is not None and data.due_date < data.date:
        checks.refuse("due_date", "Enter a due date on or after the date, or leave it empty.")
