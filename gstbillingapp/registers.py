"""The lists of notes and of advances, and what a customer has open: each query walks an index."""

from collections.abc import Mapping

from django.db.models import Q, QuerySet

from gstbillingapp.models import Business, Note, NoteState, Receipt, ReceiptState
from gstbillingapp.models.fields import ZERO
from gstbillingapp.queries import says

Orders = Mapping[str, tuple[str, ...]]
NOTE_ORDERS: Orders = {
    "date": ("date", "id"),
    "number": ("financial_year", "kind", "sequence", "id"),
    "total": ("total", "id"),
}
RECEIPT_ORDERS: Orders = {"date": ("date", "id")}
# What a person may narrow a list to; each has exactly one on a given day.
OPEN, SETTLED, CANCELLED = "open", "settled", "cancelled"
STATUSES = {OPEN: "Open", SETTLED: "Settled", CANCELLED: "Cancelled"}


def note_list(
    business: Business, *, search: str = "", kind: str = "", status: str = "", sort: str = "-date"
) -> QuerySet[Note]:
    """Notes by number, that of their invoice, or the customer; an unknown status or sort raises KeyError."""
    notes = Note.objects.filter(business=business)
    if kind:
        notes = notes.filter(kind=kind)
    if status:
        notes = notes.filter(standing(NoteState.CANCELLED)[status])
    if search.strip():
        text = search.strip()
        of_invoice = Q(invoice__number_key__contains=text.upper())
        notes = notes.filter(says(business, text) | of_invoice)
    return notes.select_related("customer", "invoice").order_by(*_order(NOTE_ORDERS, sort))


def receipt_list(
    business: Business, *, search: str = "", status: str = "", sort: str = "-date"
) -> QuerySet[Receipt]:
    """Advances by number or customer; an unknown status or sort raises KeyError."""
    receipts = Receipt.objects.filter(business=business)
    if status:
        receipts = receipts.filter(standing(ReceiptState.CANCELLED)[status])
    if search.strip():
        receipts = receipts.filter(says(business, search.strip()))
    return receipts.select_related("customer").order_by(*_order(RECEIPT_ORDERS, sort))


def open_sources(business: Business, customer_id: int) -> list[Receipt | Note]:
    """The advances and credit notes of a customer that something is left of, the oldest first."""
    found: list[Receipt | Note] = []
    for model in (Receipt, Note):
        found += model.objects.filter(business=business, customer_id=customer_id, balance__gt=ZERO)
    return sorted(found, key=lambda source: (source.date, source.created_at))


def standing(cancelled: str) -> dict[str, Q]:
    """How each of `STATUSES` is asked for, `cancelled` being the state of a paper that was taken back."""
    return {
        OPEN: Q(balance__gt=0),
        SETTLED: Q(balance=0) & ~Q(state=cancelled),
        CANCELLED: Q(state=cancelled),
    }


def _order(orders: Orders, sort: str) -> list[str]:
    sign = "-" if sort.startswith("-") else ""
    return [sign + column for column in orders[sort.removeprefix("-")]]
