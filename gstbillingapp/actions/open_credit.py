"""What a customer has open: advances, and credit notes that were more than was owed."""

from decimal import Decimal
from typing import TypeVar, cast

from gstbillingapp.gst.money import round2
from gstbillingapp.models import Business, Note, Payment, PaymentMode, Receipt, Refund
from gstbillingapp.models.fields import ZERO

Source = Receipt | Note
SourceT = TypeVar("SourceT", bound=Source)
TAXES = ("cgst", "sgst", "igst")
MODES: dict[type[Source], PaymentMode] = {Receipt: PaymentMode.ADVANCE, Note: PaymentMode.CREDIT}


def locked(business: Business, model: type[SourceT], pk: int) -> SourceT:
    """An advance or a note of the business, locked until the transaction ends.

    Raises the model's DoesNotExist for one of another business.
    """
    rows = model.objects.select_for_update(of=("self",), no_key=True).select_related("customer")
    source = cast(SourceT, rows.get(business=business, pk=pk))
    source.business = business
    return source


def source_of(row: Payment | Refund) -> Source | None:
    """What a set-off or a refund has drawn on; None for money that came in."""
    note = row.credit_note if isinstance(row, Payment) else row.note
    return row.receipt or note


def locked_source_of(business: Business, row: Payment | Refund) -> Source | None:
    """The same, locked."""
    source = source_of(row)
    return None if source is None else locked(business, type(source), source.pk)


def set_off(source: Source, amount: Decimal) -> None:
    """Use rupees of a locked source for an invoice, or with a minus have them open again."""
    if isinstance(source, Receipt):
        source.adjusted += amount
        _keep(source, "adjusted")
    else:
        source.used += amount
        _keep(source, "used")


def pay_back(source: Source, amount: Decimal) -> None:
    """Count rupees of a locked source as refunded, or with a minus as open again."""
    source.refunded += amount
    _keep(source, "refunded")


def given_back(payment: Payment) -> Source | None:
    """Have what a set-off used open again; the source, or None where the payment was money."""
    source = locked_source_of(payment.invoice.business, payment)
    if source is not None:
        set_off(source, -payment.amount)
    return source


def taxes_in(source: Source, amount: Decimal) -> dict[str, Decimal]:
    """The tax of an advance that goes with so much of its balance; none of a note, which has lowered its own.

    Of the tax that no set-off and no refund has taken, the share of the balance: so that the last one takes
    what is left, to the paisa.
    """
    if not isinstance(source, Receipt):
        return dict.fromkeys(TAXES, ZERO)
    taken = [*source.set_offs.filter(reversed_at=None), *source.refunds.filter(reversed_at=None)]
    left = {tax: getattr(source, tax) - sum((getattr(row, tax) for row in taken), ZERO) for tax in TAXES}
    return {tax: round2(left[tax] * amount / source.balance) for tax in TAXES}


def _keep(source: Source, field: str) -> None:
    source.balance = source.left()
    source.save(update_fields=[field, "balance", "updated_at"])
