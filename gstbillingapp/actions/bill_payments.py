"""Money paid to vendors, and money that came back."""

import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from gstbillingapp.actions import announce, money, payment_vouchers
from gstbillingapp.actions.bills import locked
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.models import Bill, BillPayment, BillState, Business, PaymentMode
from gstbillingapp.models.fields import ZERO, today


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
    typed = money.judged(checks, user, amount, date, mode, reference, note)
    payment = BillPayment(business=business, **typed)
    with transaction.atomic():
        bill = locked(business, bill_id)
        refuse_unless_owed(bill)
        money.refuse_above(checks, payment.amount, bill.balance, str(bill))
        checks.finish()
        payment.bill = bill
        payment.save()
        _settle(bill, payment.amount)
        payment_vouchers.make_for(payment)
        announce.bill_paid(payment)
    return payment


def reverse(business: Business, user: User | None, payment_id: int, reason: str) -> BillPayment:
    """Take back a payment that did not go through: that much is owed again, the row stays.

    Raises ValidationError without a reason and for one reversed before, BillPayment.DoesNotExist for one of
    another business.
    """
    text = money.checked_reason(reason)
    with transaction.atomic():
        bill_id = BillPayment.objects.values_list("bill_id", flat=True).get(business=business, pk=payment_id)
        bill = locked(business, bill_id)  # first: whoever settles a bill holds its lock
        payment = BillPayment.objects.get(pk=payment_id)
        money.refuse_reversed(payment)
        payment.bill = bill
        money.mark_reversed(payment, user, text)
        _settle(bill, -payment.amount)
        announce.bill_payment_reversed(payment, today())
    return payment


def refuse_unless_owed(bill: Bill) -> None:
    """Raise ValidationError that says why where nothing is owed: a cancelled bill, or a paid one."""
    if bill.state == BillState.CANCELLED:
        raise refusal(f"{bill} is cancelled: nothing is owed on it.")
    if bill.balance == ZERO:
        raise refusal(f"{bill} is paid in full; its balance is ₹0.00.", "amount")


def _settle(bill: Bill, amount: Decimal) -> None:
    # Worked out here, under the lock, and not by F(): SQLite would add in binary floats.
    bill.paid += amount
    bill.balance = bill.owed()
    bill.save(update_fields=["paid", "balance", "updated_at"])
