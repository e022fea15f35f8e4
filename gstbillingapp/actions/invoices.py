"""Invoices: drafting, issuing, cancelling."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce, credit_limits, mailing, papers
from gstbillingapp.actions.advice import Advice, advice_of, value_of_goods
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.composing import Composed, compose, data_of
from gstbillingapp.actions.data import InvoiceData
from gstbillingapp.actions.numbering import take_number
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.actions.products import locked as locked_products
from gstbillingapp.actions.products import move
from gstbillingapp.actions.returns import last_day_to_credit
from gstbillingapp.gst import eway
from gstbillingapp.gst.calc import DocumentResult, LineResult
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import (
    Business,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Quotation,
    StockReason,
)
from gstbillingapp.models.document import Document
from gstbillingapp.models.fields import ZERO, day_text, today
from gstbillingapp.models.paper import INVOICE

NO_LINES = "Add at least one line with a quantity and a price."
# What a draft takes over from what was typed; the rest of the row is who, when and the number.
TYPED = (
    "customer",
    "date",
    "due_date",
    "financial_year",
    "place_of_supply",
    "place_reason",
    "place_chosen",
    "sez",
    "export",
    "zero_rated",
    "rcm",
    "deemed_export",
    "composition",
    "round_off_enabled",
    "doc_discount",
    "notes",
    "terms",
    "taxable",
    "cgst",
    "sgst",
    "igst",
    "cess",
    "round_off",
    "total",
)
SUPPLIER = (
    "name",
    "legal_name",
    "gstin",
    "state_code",
    "address",
    "city",
    "pincode",
    "phone",
    "email",
    "bank_name",
    "bank_account",
    "bank_ifsc",
    "upi_id",
    "lut_number",
    "signatory",
)
BUYER = (
    "name",
    "gstin",
    "kind",
    "state_code",
    "country",
    "address",
    "city",
    "pincode",
    "phone",
    "email",
    "ship_name",
    "ship_address",
    "ship_city",
    "ship_pincode",
    "ship_state_code",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an invoice would be. Lists run beside `data.lines`: None for a blank row or one in error.

    `result` is None where nothing can be computed yet; `errors` are keyed as those that saving would raise.
    `invoice` and `lines` are unsaved and hold what was filled in from customer and products.
    """

    invoice: Invoice
    lines: list[InvoiceLine | None]
    results: list[LineResult | None]
    result: DocumentResult | None
    errors: dict[str, list[str]]
    warnings: list[Advice]

    @property
    def place_of_supply(self) -> str:
        """The code of the state that the supply is taxed in."""
        return self.invoice.place_of_supply

    @property
    def place_reason(self) -> str:
        """Why it is that one, in words."""
        return self.invoice.place_reason


def preview(
    business: Business, data: InvoiceData, advise: Callable[[Composed], list[Advice]] = advice_of
) -> Preview:
    """Totals and warnings of what was typed so far; writes nothing and raises nothing for what was typed."""
    composed = compose(business, data)
    lines: list[InvoiceLine | None] = [None] * len(data.lines)
    results: list[LineResult | None] = [None] * len(data.lines)
    worked_out = composed.result.lines if composed.result else [None] * len(composed.lines)
    for place, line, result in zip(composed.places, composed.lines, worked_out, strict=True):
        lines[place], results[place] = line, result
    return Preview(
        composed.invoice, lines, results, composed.result, composed.checks.errors, advise(composed)
    )


def save_draft(
    business: Business, user: User | None, data: InvoiceData, invoice: Invoice | None = None
) -> Invoice:
    """Store a draft with what is there; what is missing is asked for when it is issued.

    Raises ValidationError where a value cannot be right, where `invoice` is issued by now, and where somebody
    else has changed it since `data.version`.
    """
    composed = compose(business, data)
    composed.checks.finish()
    with transaction.atomic():
        draft = Invoice(business=business, created_by=user, version=0)
        if invoice is not None:
            draft = locked(business, invoice.pk)
            _refuse_unless_draft(draft)
            refuse_stale(draft, data.version)
        _take_over(draft, composed)
        draft.save()
        _keep_lines(draft, composed)
    return draft


def delete_draft(business: Business, user: User | None, invoice_id: int) -> None:
    """Delete a draft; an issued invoice is refused. The quotation it was made of is open again."""
    with transaction.atomic():
        draft = locked(business, invoice_id)
        _refuse_unless_draft(draft)
        _free_quotation(draft)
        draft.delete()


def issue(business: Business, user: User | None, invoice_id: int) -> Invoice:
    """Give a draft its number, for ever: totals, both parties' details and stock as of now.

    The number is taken under the lock of its series in the transaction that stores the invoice, so numbers
    are consecutive and a failure leaves no gap. Raises ValidationError naming what is missing, and Invoice.
    DoesNotExist for one of another business.
    """
    with transaction.atomic():
        invoice = locked(business, invoice_id, "quotation")
        _refuse_unless_draft(invoice)
        # Read again: the profile may have changed since the request began, and this is what is printed.
        invoice.business = Business.objects.get(pk=business.pk)
        composed = compose(invoice.business, data_of(invoice))
        _refuse_unready(composed)
        _take_over(invoice, composed)
        _keep_lines(invoice, composed)
        take_details(invoice)
        take_number(invoice, invoice.business.invoice_prefix)
        invoice.state, invoice.balance = InvoiceState.ISSUED, invoice.total
        invoice.issued_at, invoice.issued_by = timezone.now(), user
        invoice.save()
        standing = credit_limits.judge(invoice)
        _move_stock(invoice, composed.lines, StockReason.SALE, user)
        announce.invoice_issued(invoice)
        announce.quotation_converted(invoice)
        announce.credit_limit(standing)
        _tell_of_eway_bill(invoice, composed.lines)
        papers.ask_ahead(PaperKey(invoice.business_id, INVOICE, invoice.pk))
    return invoice


def cancel(business: Business, user: User | None, invoice_id: int, reason: str) -> Invoice:
    """Take an issued invoice back; its number stays used, its goods return to the stock.

    Raises ValidationError without a reason, for a draft, and where money has been received against it or a
    note amends it.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why; it is kept with the invoice.")
    checks.finish()
    with transaction.atomic():
        invoice = locked(business, invoice_id)
        refuse_cancelling(invoice)
        invoice.state, invoice.balance = InvoiceState.CANCELLED, ZERO
        invoice.cancelled_at, invoice.cancelled_by, invoice.cancel_reason = timezone.now(), user, text
        invoice.save(
            update_fields=["state", "balance", "cancelled_at", "cancelled_by", "cancel_reason", "updated_at"]
        )
        standing = credit_limits.judge(invoice)
        # Before any inbox is locked: whoever posts letters locks a letter first, and then its sender's inbox.
        mailing.call_off(PaperKey(invoice.business_id, INVOICE, invoice.pk))
        _move_stock(invoice, invoice.lines.all(), StockReason.CANCELLATION, user)
        announce.invoice_cancelled(invoice)
        announce.credit_limit(standing)
    return invoice


def locked(business: Business, invoice_id: int, *others: str) -> Invoice:
    """An invoice of the business, locked until the transaction ends; `others` are read with it."""
    rows = Invoice.objects.select_for_update(of=("self",), no_key=True).select_related("customer", *others)
    invoice: Invoice = rows.get(business=business, pk=invoice_id)
    invoice.business = business
    return invoice


def _free_quotation(draft: Invoice) -> None:
    rows = Quotation.objects.select_for_update(of=("self",), no_key=True)
    for quotation in rows.filter(invoice=draft):
        quotation.state, quotation.invoice = quotation.state_without_invoice(), None
        quotation.save(update_fields=["state", "invoice", "updated_at"])


def _refuse_unless_draft(invoice: Invoice) -> None:
    if invoice.state == InvoiceState.ISSUED:
        raise refusal(f"{invoice.number} is issued and no longer changes; cancel it instead.")
    if invoice.state == InvoiceState.CANCELLED:
        raise refusal(f"{invoice.number} is cancelled and no longer changes.")


def refuse_stale(draft: Document, version: int | None) -> None:
    """Raise ValidationError where somebody else has changed a draft since that version of it."""
    if version is not None and version != draft.version:
        raise refusal(
            "Somebody has changed this draft since you opened it. Open it again to see what is new."
        )


def _refuse_unready(composed: Composed) -> None:
    checks, invoice = composed.checks, composed.invoice
    if invoice.customer is None:
        checks.refuse("customer_id", "Choose the customer.")
    if not composed.lines and not any(key.startswith("lines") for key in checks.errors):
        checks.refuse("lines", NO_LINES)
    if invoice.date > today():
        checks.refuse("date", f"An invoice is dated today, {day_text(today())}, or earlier.")
    checks.finish()


def refuse_cancelling(invoice: Invoice) -> None:
    """Raise ValidationError that says why where an invoice cannot be cancelled as it stands."""
    if invoice.state == InvoiceState.DRAFT:
        raise refusal("This is a draft; delete it instead.")
    if invoice.state == InvoiceState.CANCELLED:
        raise refusal(f"{invoice.number} is cancelled already.")
    if invoice.paid > ZERO:
        raise refusal(
            f"{indian_format(invoice.paid)} has been received against {invoice.number}; "
            "reverse the payment first."
        )
    note = invoice.amendments.standing().order_by("pk").first()
    if note is not None:
        raise refusal(f"{note.get_kind_display()} {note.number} stands against it; cancel that first.")
    if invoice.cgst or invoice.igst or invoice.cess:
        _refuse_after_cut_off(invoice)


def _refuse_after_cut_off(invoice: Invoice) -> None:
    """As for a credit note: its tax can be lowered no more."""
    last = last_day_to_credit(invoice.business, invoice.financial_year)
    if today() > last:
        raise refusal(
            f"The tax on supplies of {invoice.financial_year} could be lowered until {day_text(last)} "
            "(CGST s.34): an invoice of that year stands. "
            "Take off what is not owed by a commercial credit note."
        )


def _take_over(draft: Invoice, composed: Composed) -> None:
    for name in TYPED:
        setattr(draft, name, getattr(composed.invoice, name))
    draft.version += 1


def _keep_lines(draft: Invoice, composed: Composed) -> None:
    draft.lines.all().delete()
    for line in composed.lines:
        line.invoice = draft
    InvoiceLine.objects.bulk_create(composed.lines)


def take_details(document: Document) -> None:
    """Copy both parties: a document goes on saying what it said when it got its number."""
    for name in SUPPLIER:
        setattr(document, f"supplier_{name}", getattr(document.business, name))
    for name in BUYER:
        setattr(document, f"buyer_{name}", getattr(document.customer, name))


def _move_stock(
    invoice: Invoice, lines: Iterable[InvoiceLine], reason: StockReason, user: User | None
) -> None:
    sold = _sold(lines)
    products = locked_products(invoice.business, sold)
    goods = [product for product in products.values() if product.tracks_stock]
    sign = -1 if reason == StockReason.SALE else 1
    move(goods, {product.pk: sign * sold[product.pk] for product in goods}, reason, user, invoice.pk)


def _tell_of_eway_bill(invoice: Invoice, lines: Iterable[InvoiceLine]) -> None:
    value = value_of_goods(lines)
    if eway.is_required(value):
        announce.eway_bill_needed(invoice, value)


def _sold(lines: Iterable[InvoiceLine]) -> dict[int, Decimal]:
    sold: dict[int, Decimal] = {}
    for line in lines:
        if line.product_id is not None and not line.is_service:
            sold[line.product_id] = sold.get(line.product_id, Decimal(0)) + line.qty
    return sold
