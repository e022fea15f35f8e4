"""What customers owed before the business began to bill here, and what they pay of it.

The customer is locked before the balance, by everybody: an import holds many customers first.
"""

import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from gstbillingapp.actions import announce, credit_limits, money
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import OpeningData
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Business, Customer, OpeningBalance, OpeningPayment, PaymentMode
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, today

LEAST = Decimal("0.01")


def save(business: Business, customer_id: int, data: OpeningData) -> OpeningBalance:
    """Keep what a customer owes under a reference; again with the same reference, it takes its place.

    Raises ValidationError keyed by the fields of `data`, Customer.DoesNotExist for one of another business.
    """
    values = judged(data)
    with transaction.atomic():
        customer = _locked_customer(business, customer_id)
        kept_before = OpeningBalance.objects.filter(customer=customer, reference=values["reference"]).first()
        problem = below_paid(kept_before, data.amount)
        if problem:
            raise refusal(problem, "amount")
        kept, _ = OpeningBalance.objects.update_or_create(
            business=business, customer=customer, reference=values.pop("reference"), defaults=values
        )
        announce.credit_limit(credit_limits.judge_customer(customer))
    return kept


def below_paid(kept: OpeningBalance | None, amount: Decimal | None) -> str:
    """Why a balance that is kept cannot become so little; empty where it can."""
    if kept is None or amount is None or amount >= kept.paid:
        return ""
    return (
        f"{indian_format(kept.paid)} of it is paid already: enter at least that, or reverse a payment first."
    )


def pay(
    business: Business,
    user: User | None,
    opening_id: int,
    amount: Decimal | None,
    date: datetime.date | None = None,
    mode: str = PaymentMode.BANK,
    reference: str = "",
    note: str = "",
) -> OpeningPayment:
    """Record money received for what was owed from before, at most what is left of it.

    `date` is today by default. Raises ValidationError keyed by these names, and OpeningBalance.DoesNotExist
    for one of another business.
    """
    checks = Checks()
    typed = money.judged(checks, user, amount, date, mode, reference, note)
    with transaction.atomic():
        opening = _locked(business, opening_id)
        refuse_unless_owed(opening)
        money.refuse_above(checks, typed["amount"], opening.balance, opening.name, money.AS_ADVANCE)
        checks.finish()
        payment = OpeningPayment.objects.create(business=business, opening=opening, **typed)
        _settle(opening, payment.amount)
        announce.opening_paid(payment)
        announce.credit_limit(credit_limits.judge_customer(opening.customer))
    return payment


def reverse(business: Business, user: User | None, payment_id: int, reason: str) -> OpeningPayment:
    """Take back a payment that did not clear: that much is owed again, the row stays.

    Raises ValidationError without a reason and for one reversed before, OpeningPayment.DoesNotExist for one
    of another business.
    """
    text = money.checked_reason(reason, "Say why, such as “cheque returned”.")
    with transaction.atomic():
        payments = OpeningPayment.objects.filter(business=business)
        opening = _locked(business, payments.values_list("opening_id", flat=True).get(pk=payment_id))
        payment = payments.get(pk=payment_id)
        money.refuse_reversed(payment)
        payment.opening = opening
        money.mark_reversed(payment, user, text)
        _settle(opening, -payment.amount)
        announce.opening_payment_reversed(payment)
        announce.credit_limit(credit_limits.judge_customer(opening.customer))
    return payment


def refuse_unless_owed(opening: OpeningBalance) -> None:
    """Raise ValidationError where nothing is left to pay."""
    if opening.balance == ZERO:
        raise refusal(f"{opening.name} is paid in full; its balance is ₹0.00.", "amount")


def _locked(business: Business, opening_id: int) -> OpeningBalance:
    rows = OpeningBalance.objects.filter(business=business)
    customer = _locked_customer(business, rows.values_list("customer_id", flat=True).get(pk=opening_id))
    opening = rows.select_for_update(no_key=True).get(pk=opening_id)
    opening.business, opening.customer = business, customer
    return opening


def _locked_customer(business: Business, customer_id: int) -> Customer:
    customer = Customer.objects.select_for_update(no_key=True).get(business=business, pk=customer_id)
    customer.business = business
    return customer


def _settle(opening: OpeningBalance, amount: Decimal) -> None:
    opening.paid += amount
    opening.save(update_fields=["paid", "updated_at"])


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
