"""Money paid to vendors, and money that came back."""

import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce
from gstbillingapp.actions.bills import locked
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Bill, BillPayment, BillState, Business, PaymentMode
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, day_text, today
from gstbillingapp.models.payment import MONEY_MODES


def pay(
    business: Business,
    user: User | None,
    bill_id: int,
    amount: Decimal | None,
    date: datetime.date | None = None,
    mode: str = PaymentMode.BANK,
    reference: str = "",
    note: str = "",
) -> BillPayment:
    """Record money paid on a bill, at most its balance; `date` is today by default.

    Raises ValidationError keyed by these names, and Bill.DoesNotExist for one of another business.
    """
    checks = Checks()
    payment = BillPayment(
        business=business,
        amount=_amount(checks, amount),
        date=_day(checks, date or today()),
        mode=checks.choice("mode", mode, MONEY_MODES),
        reference=checks.text("reference", reference, 64),
        note=checks.text("note", note, 300),
        recorded_by=user,
    )
    with transaction.atomic():
        bill = locked(business, bill_id)
        refuse_unless_owed(bill)
        _refuse_above_balance(checks, bill, payment.amount)
        checks.finish()
        payment.bill = bill
        payment.save()
        _settle(bill, payment.amount)
        if not bill.balance:
            announce.bill_settled(bill)
    return payment


def reverse(business: Business, user: User | None, payment_id: int, reason: str) -> BillPayment:
    """Take back a payment that did not go through: that much is owed again, the row stays.

    Raises ValidationError without a reason and for one reversed before, BillPayment.DoesNotExist for one of
    another business.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why, such as “transfer returned”.")
    checks.finish()
    with transaction.atomic():
        bill_id = BillPayment.objects.values_list("bill_id", flat=True).get(business=business, pk=payment_id)
        bill = locked(business, bill_id)  # first: whoever settles a bill holds its lock
        payment = BillPayment.objects.get(pk=payment_id)
        refuse_reversed(payment)
        payment.bill = bill
        payment.reversed_at, payment.reversed_by, payment.reverse_reason = timezone.now(), user, text
        payment.save(update_fields=["reversed_at", "reversed_by", "reverse_reason"])
        _settle(bill, -payment.amount)
    return payment


def refuse_unless_owed(bill: Bill) -> None:
    """Raise ValidationError that says why where nothing is owed: a cancelled bill, or a paid one."""
    if bill.state == BillState.CANCELLED:
        raise refusal(f"{bill} is cancelled: nothing is owed on it.")
    if bill.balance == ZERO:
        raise refusal(f"{bill} is paid in full; its balance is ₹0.00.", "amount")


def refuse_reversed(payment: BillPayment) -> None:
    """Raise ValidationError where a payment was taken back before."""
    if payment.reversed_at is not None:
        raise refusal("This payment is reversed already.")


def _amount(checks: Checks, amount: Decimal | None) -> Decimal:
    if amount is None or (amount.is_finite() and amount <= 0):
        checks.refuse("amount", "Enter an amount above ₹0.00.")
        return ZERO
    return checks.number("amount", amount, most=LARGEST_AMOUNT, places=2)


def _day(checks: Checks, date: datetime.date) -> datetime.date:
    if date > today():
        checks.refuse("date", f"Enter today, {day_text(today())}, or an earlier day.")
        return date
    return checks.day("date", date)


def _refuse_above_balance(checks: Checks, bill: Bill, amount: Decimal) -> None:
    if not checks.has("amount") and amount > bill.balance:
        checks.refuse("amount", f"Enter at most {indian_format(bill.balance)}, the balance of {bill}.")


def _settle(bill: Bill, amount: Decimal) -> None:
    # Worked out here, under the lock, and not by F(): SQLite would add in binary floats.
    bill.paid += amount
    bill.balance = bill.total - bill.paid
    bill.save(update_fields=["paid", "balance", "updated_at"])
