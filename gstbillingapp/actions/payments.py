"""Money received, and money that did not come after all."""

import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce, credit_limits, open_credit
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.invoices import locked
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import Business, Invoice, InvoiceState, Payment, PaymentMode
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, day_text, today
from gstbillingapp.models.payment import MONEY_MODES


def record(
    business: Business,
    user: User | None,
    invoice_id: int,
    amount: Decimal | None,
    date: datetime.date | None = None,
    mode: str = PaymentMode.BANK,
    reference: str = "",
    note: str = "",
) -> Payment:
    """Record money received against an issued invoice, at most its balance; `date` is today by default.

    Raises ValidationError keyed by these names, and Invoice.DoesNotExist for one of another business.
    """
    checks = Checks()
    payment = Payment(
        business=business,
        amount=checked_amount(checks, amount),
        date=checked_day(checks, date or today()),
        mode=checks.choice("mode", mode, MONEY_MODES),
        reference=checks.text("reference", reference, 64),
        note=checks.text("note", note, 300),
        recorded_by=user,
    )
    with transaction.atomic():
        invoice = locked(business, invoice_id)
        refuse_unless_owed(invoice)
        _refuse_above_balance(checks, invoice, payment.amount)
        checks.finish()
        payment.invoice = invoice
        payment.save()
        settle(invoice, payment.amount)
        standing = credit_limits.judge(invoice)
        announce.payment_recorded(payment)
        announce.credit_limit(standing)
    return payment


def reverse(business: Business, user: User | None, payment_id: int, reason: str) -> Payment:
    """Take back a payment that did not clear, or a set-off: the balance is owed again, the row stays.

    Raises ValidationError without a reason and for one reversed before, Payment.DoesNotExist for one of
    another business.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why, such as “cheque returned”.")
    checks.finish()
    with transaction.atomic():
        invoice_id = Payment.objects.values_list("invoice_id", flat=True).get(
            business=business, pk=payment_id
        )
        invoice = locked(business, invoice_id)  # first: whoever settles an invoice holds its lock
        payment = Payment.objects.get(pk=payment_id)
        refuse_reversed(payment)
        payment.invoice = invoice
        payment.reversed_at, payment.reversed_by, payment.reverse_reason = timezone.now(), user, text
        payment.save(update_fields=["reversed_at", "reversed_by", "reverse_reason"])
        settle(invoice, -payment.amount)
        source = open_credit.given_back(payment)
        standing = credit_limits.judge(invoice)
        if source is None:
            announce.payment_reversed(payment)
        else:
            announce.set_off_undone(payment, source)
        announce.credit_limit(standing)
    return payment


def refuse_unless_owed(invoice: Invoice) -> None:
    """Raise ValidationError that says why where nothing is owed: a draft, a cancelled or a paid invoice."""
    if invoice.state == InvoiceState.DRAFT:
        raise refusal("This is a draft: issue it, then record the payment.")
    if invoice.state == InvoiceState.CANCELLED:
        raise refusal(f"{invoice.number} is cancelled: nothing is owed on it.")
    if invoice.balance == ZERO:
        raise refusal(f"{invoice.number} is paid in full; its balance is ₹0.00.", "amount")


def refuse_reversed(payment: Payment) -> None:
    """Raise ValidationError where a payment was taken back before."""
    if payment.reversed_at is not None:
        raise refusal("This payment is reversed already.")


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


def _refuse_above_balance(checks: Checks, invoice: Invoice, amount: Decimal) -> None:
    if not checks.has("amount") and amount > invoice.balance:
        checks.refuse(
            "amount", f"Enter at most {indian_format(invoice.balance)}, the balance of {invoice.number}."
        )


def settle(invoice: Invoice, amount: Decimal) -> None:
    """Count rupees as paid on a locked invoice, or with a minus as owed again."""
    # Worked out here, under the lock, and not by F(): SQLite would add in binary floats.
    invoice.paid += amount
    invoice.balance = invoice.owed()
    invoice.save(update_fields=["paid", "balance", "updated_at"])
