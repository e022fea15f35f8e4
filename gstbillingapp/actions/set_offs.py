"""Setting an advance or open credit off against an invoice, and paying either back (CGST Rule 51)."""

import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from gstbillingapp.actions import announce, credit_limits, money, open_credit, papers, prefixes
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import RefundData
from gstbillingapp.actions.invoices import locked as locked_invoice
from gstbillingapp.actions.money import checked_amount, checked_day
from gstbillingapp.actions.numbering import take_number
from gstbillingapp.actions.open_credit import MODES, Source
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.actions.payments import refuse_unless_owed, settle
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.models import Business, Invoice, Note, Payment, Receipt, Refund
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.models.paper import REFUND
from gstbillingapp.models.payment import MONEY_MODES


def set_off(
    business: Business,
    user: User | None,
    invoice_id: int,
    model: type[Source],
    source_id: int,
    amount: Decimal | None,
    date: datetime.date | None = None,
) -> Payment:
    """Pay an invoice out of an advance or a credit note of its customer; `date` is today by default.

    It is taken back as any payment. Raises ValidationError keyed by these names, and DoesNotExist for an
    invoice or a source of another business.
    """
    checks = Checks()
    rupees = checked_amount(checks, amount)
    day = checked_day(checks, date or today())
    with transaction.atomic():
        invoice = locked_invoice(business, invoice_id)
        source = open_credit.locked(business, model, source_id)
        refuse_unless_owed(invoice)
        refuse_nothing_open(source)
        _refuse_others(invoice, source)
        _refuse_before(checks, invoice, day)
        _refuse_before(checks, source, day)
        most = min(invoice.balance, source.balance)
        if not checks.has("amount") and rupees > most:
            checks.refuse("amount", f"Enter at most {indian_format(most)}: {_why(invoice, source)}.")
        checks.finish()
        payment = _paid(user, invoice, source, rupees, day)
        open_credit.set_off(source, rupees)
        settle(invoice, rupees)
        standing = credit_limits.judge(invoice)
        announce.set_off(payment, source)
        announce.credit_limit(standing)
    return payment


def refund(
    business: Business, user: User | None, model: type[Source], source_id: int, data: RefundData
) -> Refund:
    """Pay back what is open of an advance or a note, with a voucher of its own number.

    Raises ValidationError keyed by the fields of `data`, and DoesNotExist for a source of another business.
    """
    checks = Checks()
    row = Refund(
        business=business,
        amount=checked_amount(checks, data.amount),
        date=checked_day(checks, data.date or today()),
        mode=checks.choice("mode", data.mode, MONEY_MODES),
        reference=checks.text("reference", data.reference, 64),
        recorded_by=user,
    )
    row.financial_year = financial_year(row.date)
    with transaction.atomic():
        source = open_credit.locked(business, model, source_id)
        refuse_nothing_open(source)
        _refuse_before(checks, source, row.date)
        if not checks.has("amount") and row.amount > source.balance:
            open_ = indian_format(source.balance)
            checks.refuse("amount", f"Enter at most {open_}, what is open of {source.number}.")
        checks.finish()
        _take_source(row, source)
        take_number(row, prefixes.REFUNDS)
        row.save()
        open_credit.pay_back(source, row.amount)
        announce.credit_limit(credit_limits.judge(source))
        papers.ask_ahead(PaperKey(business.pk, REFUND, row.pk))
    return row


def reverse_refund(business: Business, user: User | None, refund_id: int, reason: str) -> Refund:
    """Take back a refund that was not paid: its source is open again, the voucher's number stays used.

    Raises ValidationError without a reason and for one reversed before, Refund.DoesNotExist for one of
    another business.
    """
    text = money.checked_reason(reason)
    with transaction.atomic():
        rows = Refund.objects.select_related("receipt", "note")
        source = open_credit.locked_source_of(business, rows.get(business=business, pk=refund_id))
        row = Refund.objects.get(pk=refund_id)
        refuse_reversed_refund(row)
        money.mark_reversed(row, user, text)
        if source is not None:
            open_credit.pay_back(source, -row.amount)
            announce.credit_limit(credit_limits.judge(source))
    return row


def refuse_nothing_open(source: Source) -> None:
    """Raise ValidationError that says why where nothing of an advance or a note can be used."""
    if source.status == "cancelled":
        raise refusal(f"{source.number} is cancelled and cannot be used.")
    if not source.balance:
        raise refusal(f"{source.number} has been used up.")


def refuse_reversed_refund(row: Refund) -> None:
    """Raise ValidationError where a refund was taken back before."""
    if row.reversed_at is not None:
        raise refusal(f"Refund {row.number} is reversed already.")


def _refuse_others(invoice: Invoice, source: Source) -> None:
    if source.customer_id != invoice.customer_id:
        raise refusal(
            f"{source.number} is {source.buyer_name}'s, {invoice.number} is {invoice.buyer_name}'s: "
            "choose an advance or credit of the same customer."
        )


def _refuse_before(checks: Checks, paper: Source | Invoice, day: datetime.date) -> None:
    """An advance is told in its own month until there is an invoice to set it off on (s.13(2))."""
    if not checks.has("date") and day < paper.date:
        checks.refuse("date", f"Enter {day_text(paper.date)}, the day of {paper.number}, or a later day.")


def _why(invoice: Invoice, source: Source) -> str:
    if source.balance < invoice.balance:
        return f"no more is open of {source.number}"
    return f"no more is owed on {invoice.number}"


def _paid(
    user: User | None, invoice: Invoice, source: Source, amount: Decimal, day: datetime.date
) -> Payment:
    return Payment.objects.create(
        business=invoice.business,
        invoice=invoice,
        amount=amount,
        date=day,
        mode=MODES[type(source)],
        reference=source.number,
        receipt=source if isinstance(source, Receipt) else None,
        credit_note=source if isinstance(source, Note) else None,
        recorded_by=user,
        **open_credit.taxes_in(source, amount),
    )


def _take_source(row: Refund, source: Source) -> None:
    if isinstance(source, Receipt):
        row.receipt = source
    else:
        row.note = source
    row.customer_id = source.customer_id or 0
    for tax, amount in open_credit.taxes_in(source, row.amount).items():
        setattr(row, tax, amount)
