"""Quotations: drafting, sending, what the customer decided, and the invoice that comes of it.

What is offered is worked out as an invoice would be, so that it is billed as it was offered.
"""

import datetime
from dataclasses import replace

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce, invoices, papers
from gstbillingapp.actions.advice import Advice, advice_of
from gstbillingapp.actions.checks import LAST_DAY, Checks, refusal
from gstbillingapp.actions.composing import Composed, compose, line_data_of, typed_of
from gstbillingapp.actions.data import InvoiceData, LineData
from gstbillingapp.actions.invoices import NO_LINES, Preview, refuse_stale, take_details
from gstbillingapp.actions.numbering import take_number
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import Business, Invoice, Quotation, QuotationLine, QuotationState
from gstbillingapp.models.document import DocumentLine
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.models.paper import QUOTATION

# What a draft takes over from what was typed, beside its last day.
TYPED = tuple(name for name in invoices.TYPED if name != "due_date")
LINE_FIELDS = tuple(field.attname for field in DocumentLine._meta.local_concrete_fields)
# Of what is worth a look before issuing an invoice, what is so before an offer, too; the rest is the law's.
WORTH_A_LOOK = frozenset(
    {
        *("customer_archived", "gstin_state", "place_chosen", "composition_inter_state"),
        *("stock_short", "lut_missing", "rcm_export"),
    }
)
NEEDED = {
    "customer_missing": "Choose the customer before sending.",
    "lines_missing": "Add at least one line before sending.",
    "date_ahead": "This day is yet to come; a quotation is sent on its day or after.",
}


class ExpiredError(Exception):
    """An attempt to convert a quotation whose last day is over, by somebody who may not know."""


def preview(business: Business, data: InvoiceData) -> Preview:
    """Totals and warnings of what was typed so far; as `invoices.preview`."""
    return invoices.preview(business, _dated(business, data), _advice_of)


def data_of(quotation: Quotation) -> InvoiceData:
    """What was typed to make a stored draft, so that sending it works it out anew."""
    return typed_of(quotation, quotation.valid_until, quotation.lines.all())


def save_draft(
    business: Business, user: User | None, data: InvoiceData, quotation: Quotation | None = None
) -> Quotation:
    """Store a draft with what is there; what is missing is asked for when it is sent.

    Raises ValidationError where a value cannot be right, where `quotation` is sent by now, and where somebody
    else has changed it since `data.version`.
    """
    composed = compose(business, _dated(business, data))
    composed.checks.finish()
    with transaction.atomic():
        draft = Quotation(business=business, created_by=user, version=0)
        if quotation is not None:
            draft = locked(business, quotation.pk)
            _refuse_unless_draft(draft)
            refuse_stale(draft, data.version)
        _store(draft, composed)
    return draft


def delete_draft(business: Business, user: User | None, quotation_id: int) -> None:
    """Delete a draft; a sent quotation is refused."""
    with transaction.atomic():
        draft = locked(business, quotation_id)
        _refuse_unless_draft(draft)
        draft.delete()


def send(business: Business, user: User | None, quotation_id: int) -> Quotation:
    """Give a draft its number, for ever: totals and both parties' details as of now.

    Raises ValidationError naming what is missing, and Quotation.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        quotation = locked(business, quotation_id)
        _refuse_unless_draft(quotation)
        # Read again: the profile may have changed since the request began, and this is what is printed.
        quotation.business = Business.objects.get(pk=business.pk)
        composed = compose(quotation.business, data_of(quotation))
        _refuse_unready(composed)
        _store(quotation, composed)
        take_details(quotation)
        take_number(quotation, quotation.business.quotation_prefix)
        quotation.state = QuotationState.SENT
        quotation.sent_at, quotation.sent_by = timezone.now(), user
        quotation.save()
        announce.quotation_sent(quotation)
        papers.ask_ahead(PaperKey(quotation.business_id, QUOTATION, quotation.pk))
    return quotation


def approve(business: Business, user: User | None, quotation_id: int) -> Quotation:
    """Record that the customer takes the offer: in time, late, or after having declined it.

    Raises ValidationError where no answer is awaited, Quotation.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        quotation = locked(business, quotation_id)
        quotation.decline_reason, before = "", quotation.decided_at
        _decide(quotation, QuotationState.APPROVED, user)
        announce.quotation_approved(quotation, before)
    return quotation


def decline(business: Business, user: User | None, quotation_id: int, reason: str = "") -> Quotation:
    """Record that the customer does not take the offer, and why where they said so. As `approve`."""
    checks = Checks()
    text = checks.text("reason", reason, 200)
    checks.finish()
    with transaction.atomic():
        quotation = locked(business, quotation_id)
        quotation.decline_reason, before = text, quotation.decided_at
        _decide(quotation, QuotationState.DECLINED, user)
        announce.quotation_declined(quotation, before)
    return quotation


def copy(business: Business, user: User | None, quotation_id: int) -> Quotation:
    """A new draft with the same lines, good for as many days from today, at the rates of today.

    Raises ValidationError where a rate typed by hand is no longer in law, Quotation.DoesNotExist for one of
    another business.
    """
    origin = Quotation.objects.select_related("customer").get(business=business, pk=quotation_id)
    last_day = today() + (origin.valid_until - origin.date)
    composed = compose(business, replace(_as_of_today(origin), due_date=last_day))
    composed.checks.finish()
    draft = Quotation(business=business, created_by=user, version=0, revises=origin)
    with transaction.atomic():
        _store(draft, composed)
    return draft


def convert(
    business: Business, user: User | None, quotation_id: int, *, though_expired: bool = False
) -> Invoice:
    """Make a draft invoice of an offer, dated today and at the rates of today; once.

    Where that draft is deleted the quotation is open again. Raises ValidationError where there is an invoice
    already, where it cannot be converted, and where a rate typed by hand is no longer in law; ExpiredError
    where it has expired, unless that is known; Quotation.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        quotation = locked(business, quotation_id)
        refuse_converting(quotation)
        if quotation.status == QuotationState.EXPIRED and not though_expired:
            raise ExpiredError(f"{quotation.number} expired on {day_text(quotation.valid_until)}.")
        draft = invoices.save_draft(business, user, _as_of_today(quotation))
        quotation.state, quotation.invoice = QuotationState.CONVERTED, draft
        quotation.save(update_fields=["state", "invoice", "updated_at"])
        announce.quotation_settled(quotation)
    return draft


def locked(business: Business, quotation_id: int) -> Quotation:
    """A quotation of the business, locked until the transaction ends."""
    rows = Quotation.objects.select_for_update(of=("self",), no_key=True)
    quotation: Quotation = rows.select_related("customer").get(business=business, pk=quotation_id)
    quotation.business = business
    return quotation


def refuse_deciding(quotation: Quotation, decision: QuotationState) -> None:
    """Raise ValidationError that says why where this answer cannot be recorded."""
    if quotation.state == QuotationState.DRAFT:
        raise refusal("This is a draft: send it, then record the answer.")
    if quotation.state in (decision, QuotationState.CONVERTED):
        raise refusal(f"{quotation.number} is {quotation.state} already.")


def refuse_converting(quotation: Quotation) -> None:
    """Raise ValidationError that says why where no invoice can come of it."""
    if quotation.state == QuotationState.DRAFT:
        raise refusal("This is a draft: send it, then convert it.")
    if quotation.state == QuotationState.DECLINED:
        raise refusal(f"{quotation.number} is declined: copy it to make a new offer.")
    if quotation.state == QuotationState.CONVERTED:
        raise refusal(f"{quotation.number} is converted already: see its invoice.")


def _decide(quotation: Quotation, state: QuotationState, user: User | None) -> None:
    refuse_deciding(quotation, state)
    quotation.state, quotation.decided_at, quotation.decided_by = state, timezone.now(), user
    quotation.save(update_fields=["state", "decided_at", "decided_by", "decline_reason", "updated_at"])


def _refuse_unless_draft(quotation: Quotation) -> None:
    if quotation.state != QuotationState.DRAFT:
        raise refusal(f"{quotation.number} is sent and no longer changes; copy it instead.")


def _refuse_unready(composed: Composed) -> None:
    checks, offered = composed.checks, composed.invoice
    if offered.customer is None:
        checks.refuse("customer_id", "Choose the customer.")
    if not composed.lines and not any(key.startswith("lines") for key in checks.errors):
        checks.refuse("lines", NO_LINES)
    if offered.date > today():
        checks.refuse("date", f"A quotation is dated today, {day_text(today())}, or earlier.")
    if offered.due_date < today():
        checks.refuse("due_date", _is_over())
    checks.finish()


def usual_span(business: Business) -> datetime.timedelta:
    """How long an offer holds, where nobody says otherwise."""
    return datetime.timedelta(days=business.quotation_days)


def _is_over() -> str:
    return f"This day is over: choose today, {day_text(today())}, or a later one."


def _dated(business: Business, data: InvoiceData) -> InvoiceData:
    """With the business's usual last day where none is said."""
    date = data.date or today()
    # A day that cannot be is refused as such, and by itself.
    is_said = data.due_date is not None or not GST_BEGAN <= date <= LAST_DAY
    return data if is_said else replace(data, due_date=date + usual_span(business))


def _store(draft: Quotation, composed: Composed) -> None:
    for name in TYPED:
        setattr(draft, name, getattr(composed.invoice, name))
    draft.valid_until = composed.invoice.due_date
    draft.version += 1
    draft.save()
    draft.lines.all().delete()
    QuotationLine.objects.bulk_create(
        QuotationLine(quotation=draft, **{name: getattr(line, name) for name in LINE_FIELDS})
        for line in composed.lines
    )


def _as_of_today(quotation: Quotation) -> InvoiceData:
    """What was offered, typed again today."""
    lines = quotation.lines.select_related("product").prefetch_related("product__rates")
    data = typed_of(quotation, None, ())
    return replace(data, date=today(), lines=[_line_as_of_today(line, quotation.date) for line in lines])


def _line_as_of_today(line: QuotationLine, offered_on: datetime.date) -> LineData:
    """The same line; a rate that was the product's goes with the product, one that was typed stays."""
    data, product = line_data_of(line), line.product
    stored = product.rate_on(offered_on) if product else None
    if product is None or stored is None or line.supply != product.supply:
        return data
    terms = (stored.rate, stored.cess_pct, stored.cess_per_unit)
    if terms != (line.rate, line.cess_pct, line.cess_per_unit):
        return data
    return replace(data, rate=None, cess_pct=None, cess_per_unit=None)


def _advice_of(composed: Composed) -> list[Advice]:
    found = [
        replace(advice, message=NEEDED.get(advice.code, advice.message))
        for advice in advice_of(composed)
        if advice.code in NEEDED or advice.code in WORTH_A_LOOK
    ]
    if composed.invoice.due_date < today() and not composed.checks.has("due_date"):
        found.append(Advice("validity_over", "due_date", _is_over()))
    return found
