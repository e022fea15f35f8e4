"""Advances: a receipt voucher for money that comes before its invoice (CGST Rule 50)."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce, credit_limits, mailing, open_credit, papers, prefixes
from gstbillingapp.actions.checks import Checks, must_be, refusal
from gstbillingapp.actions.composing import checked_place, place_by_rule
from gstbillingapp.actions.data import ReceiptData
from gstbillingapp.actions.invoices import take_details
from gstbillingapp.actions.money import checked_amount, checked_day
from gstbillingapp.actions.numbering import take_number
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.gst import calc
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.rates import rates_on
from gstbillingapp.gst.states import ABROAD, state_name
from gstbillingapp.models import (
    Business,
    BuyerKind,
    Customer,
    GstRate,
    Invoice,
    InvoiceLine,
    Receipt,
    ReceiptState,
    Scheme,
)
from gstbillingapp.models.fields import ZERO, today
from gstbillingapp.models.paper import RECEIPT
from gstbillingapp.models.payment import MONEY_MODES

# CGST Rule 50, first proviso: where the rate is not known yet, 18 per cent is paid.
RATE_NOT_KNOWN = Decimal(18)


def preview(business: Business, data: ReceiptData) -> tuple[Receipt, dict[str, list[str]]]:
    """What an advance would be, and what is wrong with it; nothing is written."""
    checks = Checks()
    return _composed(checks, business, data), checks.errors


def record(business: Business, user: User | None, data: ReceiptData) -> Receipt:
    """Record an advance of a customer, with a voucher of its own number.

    Raises ValidationError keyed by the fields of `data`.
    """
    with transaction.atomic():
        # Read again: the profile may have changed since the request began, and this is what is printed.
        business = Business.objects.get(pk=business.pk)
        checks = Checks()
        receipt = _composed(checks, business, data)
        if receipt.customer is None and not checks.has("customer_id"):
            checks.refuse("customer_id", "Choose the customer.")
        checks.finish()
        receipt.created_by = user
        take_details(receipt)
        take_number(receipt, prefixes.RECEIPTS)
        receipt.balance = receipt.total
        receipt.save()
        standing = credit_limits.judge(receipt)
        announce.advance_received(receipt)
        announce.credit_limit(standing)
        papers.ask_ahead(PaperKey(business.pk, RECEIPT, receipt.pk))
    return receipt


def cancel(business: Business, user: User | None, receipt_id: int, reason: str) -> Receipt:
    """Take back an advance that did not clear; its number stays used.

    Raises ValidationError without a reason, for one cancelled before and where it has been used; Receipt.
    DoesNotExist for one of another business.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why, such as “cheque returned”.")
    checks.finish()
    with transaction.atomic():
        receipt = open_credit.locked(business, Receipt, receipt_id)
        refuse_cancelling(receipt)
        receipt.state, receipt.balance = ReceiptState.CANCELLED, ZERO
        receipt.cancelled_at, receipt.cancelled_by, receipt.cancel_reason = timezone.now(), user, text
        receipt.save()
        standing = credit_limits.judge(receipt)
        mailing.call_off(PaperKey(business.pk, RECEIPT, receipt.pk))
        announce.advance_cancelled(receipt)
        announce.credit_limit(standing)
    return receipt


def refuse_cancelling(receipt: Receipt) -> None:
    """Raise ValidationError that says why where an advance cannot be cancelled as it stands."""
    if receipt.state == ReceiptState.CANCELLED:
        raise refusal(f"{receipt.number} is cancelled already.")
    if receipt.adjusted:
        raise refusal(
            f"{indian_format(receipt.adjusted)} of {receipt.number} is set off against invoices; "
            "take that back on their pages first."
        )
    if receipt.refunded:
        raise refusal(
            f"{indian_format(receipt.refunded)} of {receipt.number} has been refunded; "
            "reverse the refund first."
        )


def bears_tax(business: Business, data: ReceiptData) -> bool:
    """Whether tax is due on an advance: of a regular taxpayer for services only.

    Notification 66/2017-Central Tax relieves advances for goods of all but composition dealers, who pay on
    their turnover and show no tax.
    """
    return data.is_service and business.scheme == Scheme.REGULAR


def _composed(checks: Checks, business: Business, data: ReceiptData) -> Receipt:
    customer = _customer(checks, business, data.customer_id)
    date = checked_day(checks, data.date or today())
    receipt = Receipt(
        business=business,
        customer=customer,
        date=date,
        financial_year=financial_year(date),
        total=checked_amount(checks, data.amount),
        mode=checks.choice("mode", data.mode, MONEY_MODES),
        reference=checks.text("reference", data.reference, 64),
        purpose=checks.text("purpose", data.purpose, 300, required="Say what the advance is for."),
        is_service=data.is_service,
        composition=business.scheme == Scheme.COMPOSITION,
        sez=customer is not None and customer.kind == BuyerKind.SEZ,
        round_off_enabled=False,
    )
    _set_place(checks, receipt, data.place_of_supply.strip())
    if bears_tax(business, data):
        receipt.rate = RATE_NOT_KNOWN if data.rate is None else data.rate
    _work_out(checks, receipt)
    return receipt


def _customer(checks: Checks, business: Business, customer_id: int | None) -> Customer | None:
    if customer_id is None:
        return None
    customer = Customer.objects.filter(business=business, pk=customer_id).first()
    if customer is None:
        checks.refuse("customer_id", "Choose a customer from the list.")
    return customer


def _set_place(checks: Checks, receipt: Receipt, chosen: str) -> None:
    supply = Invoice(business=receipt.business, customer=receipt.customer)
    by_rule = place_by_rule(supply, [InvoiceLine(is_service=receipt.is_service)])
    chosen = checked_place(checks, chosen, receipt.customer, by_rule)
    receipt.place_chosen = bool(chosen) and chosen != by_rule.code
    receipt.place_of_supply = chosen or by_rule.code
    receipt.place_reason = (
        f"{state_name(chosen)}: chosen by hand" if receipt.place_chosen else by_rule.reason[:120]
    )
    receipt.export = receipt.place_of_supply == ABROAD
    # Abroad and to an SEZ a supplier with a letter of undertaking pays no tax, on an advance either.
    receipt.zero_rated = bool((receipt.export or receipt.sez) and receipt.business.lut_number)


def _work_out(checks: Checks, receipt: Receipt) -> None:
    """Take the tax out of what came: it contains it (CGST Rule 35)."""
    if checks.has("amount", "date"):
        return
    line = calc.LineInput(
        qty=Decimal(1),
        price=receipt.total,
        rate=receipt.rate,
        exempt=not receipt.is_service,
        inclusive=True,
    )
    document = calc.DocumentInput(
        supplier_state=receipt.business.state_code,
        place_of_supply=receipt.place_of_supply,
        lines=(line,),
        sez=receipt.sez,
        export=receipt.export,
        zero_rated=receipt.zero_rated,
        composition=receipt.composition,
        registered=receipt.business.scheme != Scheme.UNREGISTERED,
        round_off=False,
    )
    slabs = rates_on(GstRate.objects.all(), receipt.date)
    for problem in calc.problems(document, allowed_rates=slabs):
        field = problem.name if problem.name in ("rate", "place_of_supply") else "amount"
        checks.refuse(field, must_be(problem))
        return
    result = calc.compute(document)
    for name in ("taxable", "cgst", "sgst", "igst"):
        setattr(receipt, name, getattr(result, name))
