"""What is judged of money that moved, whichever way it went, and taking it back where it did not clear."""

import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, day_text, today
from gstbillingapp.models.payment import MONEY_MODES, MoneyMoved

# What a customer pays above what is owed.
AS_ADVANCE = ", and record the rest as an advance"
RETURNED = "Say why, such as “transfer returned”."


def judged(
    checks: Checks,
    user: User | None,
    amount: Decimal | None,
    date: datetime.date | None,
    mode: str,
    reference: str,
    note: str,
) -> dict[str, Any]:
    """What the columns of a payment are to hold; `date` is today by default."""
    return {
        "amount": checked_amount(checks, amount),
        "date": checked_day(checks, date or today()),
        "mode": checks.choice("mode", mode, MONEY_MODES),
        "reference": checks.text("reference", reference, 64),
        "note": checks.text("note", note, 300),
        "recorded_by": user,
    }


def checked_amount(checks: Checks, amount: Decimal | None) -> Decimal:
    """Rupees above 0, with at most two decimals."""
    if amount is None or (amount.is_finite() and amount <= 0):
        checks.refuse("amount", "Enter an amount above ₹0.00.")
        return ZERO
    return checks.number("amount", amount, most=LARGEST_AMOUNT, places=2)


def checked_day(checks: Checks, date: datetime.date) -> datetime.date:
    """A day on which money moved: not one that is yet to come."""
    if date > today():
        checks.refuse("date", f"Enter today, {day_text(today())}, or an earlier day.")
        return date
    return checks.day("date", date)


def refuse_above(checks: Checks, amount: Decimal, balance: Decimal, of: str, rest: str = "") -> None:
    """Note an amount that is more than is owed; `rest` says where the rest of it goes."""
    if not checks.has("amount") and amount > balance:
        checks.refuse("amount", f"Enter at most {indian_format(balance)}, the balance of {of}{rest}.")


def checked_reason(reason: str, ask: str = RETURNED) -> str:
    """Why something is taken back. Raises ValidationError where nobody says."""
    checks = Checks()
    text = checks.text("reason", reason, 200, required=ask)
    checks.finish()
    return text


def refuse_reversed(payment: MoneyMoved) -> None:
    """Raise ValidationError where a payment was taken back before."""
    if payment.reversed_at is not None:
        raise refusal("This payment is reversed already.")


def mark_reversed(payment: MoneyMoved, user: User | None, reason: str) -> None:
    """Write that it was taken back, by whom and why; what it was paid on is the caller's."""
    payment.reversed_at, payment.reversed_by, payment.reverse_reason = timezone.now(), user, reason
    payment.save(update_fields=["reversed_at", "reversed_by", "reverse_reason"])
