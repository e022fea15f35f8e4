"""Money received, and money that did not come after all."""

import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from gstbillingapp.actions import announce, credit_limits, money, open_credit
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.invoices import locked
from gstbillingapp.models import Business, Invoice, InvoiceState, Payment, PaymentMode
from gstbillingapp.models.fields import ZERO


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
    typed = money.judged(checks, user, amount, date, mode, reference, note)
    payment = Payment(business=business, **typed)
    with transaction.atomic():
        invoice = locked(business, invoice_id)
        refuse_unless_owed(invoice)
        money.refuse_above(checks, payment.amount, invoice.balance, invoice.number, money.AS_ADVANCE)
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
    text = money.checked_reason(reason, "Say why, such as “cheque returned”.")
    with transaction.atomic():
        invoice_id = Payment.objects.values_list("invoice_id", flat=True).get(
            business=business, pk=payment_id
        )
        invoice = locked(business, invoice_id)  # first: whoever settles an invoice holds its lock
        payment = Payment.objects.get(pk=payment_id)
        money.refuse_reversed(payment)
        payment.invoice = invoice
        money.mark_reversed(payment, user, text)
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


def settle(invoice: Invoice, amount: Decimal) -> None:
    """Count rupees as paid on a locked invoice, or with a minus as owed again."""
    # Worked out here, under the lock, and not by F(): SQLite would add in binary floats.
    invoice.paid += amount
    invoice.balance = invoice.owed()
    invoice.save(update_fields=["paid", "balance", "updated_at"])
