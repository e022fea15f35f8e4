"""The ledger of one customer: everything that changed what they owe, with the balance after each entry.

Positive amounts are rupees that the customer owes, as a debit; negative ones are credits. Setting an advance
or a credit note off moves nothing here: it changed the balance when it came.
"""

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import (
    DateField,
    ExpressionWrapper,
    F,
    IntegerField,
    Model,
    QuerySet,
    Value,
)
from django.db.models.functions import TruncDate

from gstbillingapp.gst.money import PAISA
from gstbillingapp.models import (
    Customer,
    Invoice,
    InvoiceState,
    Note,
    NoteKind,
    OpeningBalance,
    OpeningPayment,
    Payment,
    Receipt,
    ReceiptState,
    Refund,
)
from gstbillingapp.models.fields import INDIA
from gstbillingapp.models.payment import MONEY_MODES
from gstbillingapp.models.whole import Whole

PER_PAGE = 50


Row = tuple[datetime.date, int, int, int]  # day, kind, id, and what it changed in paise


class Kind(IntEnum):
    """What an entry is of; the order on one day."""

    OPENING = 0
    INVOICE = 1
    DEBIT_NOTE = 2
    CREDIT_NOTE = 3
    PAYMENT = 4
    ADVANCE = 5
    REFUND = 6
    PAYMENT_REVERSED = 7
    REFUND_REVERSED = 8
    OPENING_PAYMENT = 9
    OPENING_PAYMENT_REVERSED = 10


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that make entries: of which kind, from which day and column, and on which side."""

    kind: Kind
    rows: QuerySet[Any]
    sign: int
    amount: str = "total"
    day: str = "date"

    def entries(self) -> QuerySet[Any, Any]:
        """The day, kind, id and change of each row, whatever it is of."""
        on = F(self.day) if self.day == "date" else TruncDate(self.day, tzinfo=INDIA)
        rows = self.rows.annotate(
            on=ExpressionWrapper(on, output_field=DateField()),
            entry=Value(int(self.kind), output_field=IntegerField()),
            change=Whole(F(self.amount) * Value(self.sign)),
        )
        return rows.order_by().values_list("on", "entry", "pk", "change")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger. `change` is what it added, `balance` what is owed after it."""

    date: datetime.date
    kind: Kind
    text: str
    number: str
    url: str
    note: str
    change: Decimal
    balance: Decimal

    @property
    def debit(self) -> Decimal | None:
        """What the customer owes more."""
        return self.change if self.change > 0 else None

    @property
    def credit(self) -> Decimal | None:
        """What the customer owes less."""
        return -self.change if self.change <= 0 else None


@dataclass(frozen=True, slots=True)
class Span:
    """The sums of a period: what was owed before it, what came in it, and what is owed at its end."""

    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        """What is owed at its end."""
        return self.opening + self.debit - self.credit


@dataclass
class Ledger:
    """The ledger of a customer in a period; None for a day means that it has no such end."""

    customer: Customer
    since: datetime.date | None = None
    until: datetime.date | None = None

    @cached_property
    def _rows(self) -> list[Row]:
        """Everything up to the end of the period, in order: one query, and every sum is of it."""
        first, *rest = (source.entries() for source in sources(self.customer))
        rows = sorted(first.union(*rest, all=True))
        return rows if self.until is None else rows[: bisect_right(rows, self.until, key=_day)]

    @cached_property
    def _before(self) -> int:
        """How many of them are from before the period."""
        return 0 if self.since is None else bisect_left(self._rows, self.since, key=_day)

    def span(self) -> Span:
        """The sums of the period."""
        changes = [change for *_, change in self._rows[self._before :]]
        debit = sum(change for change in changes if change > 0)
        credit = debit - sum(changes)
        return Span(self._balance(self._before), debit * PAISA, credit * PAISA)

    def page(self, number: int | str | None) -> Page:
        """A page of entries, the oldest first."""
        page: Page[Any] = Paginator(self._rows[self._before :], PER_PAGE).get_page(number)
        balance = self._balance(self._before + max(0, page.start_index() - 1))
        page.object_list = entries_of(self.customer, list(page.object_list), balance)
        return page

    def entries(self) -> list[Entry]:
        """Every entry of the period."""
        return entries_of(self.customer, self._rows[self._before :], self._balance(self._before))

    def count(self) -> int:
        """How many entries the period has."""
        return len(self._rows) - self._before

    def _balance(self, place: int) -> Decimal:
        return sum(change for *_, change in self._rows[:place]) * PAISA


def _day(row: Row) -> datetime.date:
    return row[0]


def sources(customer: Customer) -> list[Source]:
    """Everything that changes what a customer owes, beginning with what was owed from before."""
    invoices = Invoice.objects.filter(business=customer.business_id, customer=customer)
    notes = Note.objects.filter(business=customer.business_id, customer=customer).standing()
    receipts = Receipt.objects.filter(
        business=customer.business_id, customer=customer, state=ReceiptState.ISSUED
    )
    refunds = Refund.objects.filter(business=customer.business_id, customer=customer)
    payments = Payment.objects.filter(invoice__customer=customer, mode__in=MONEY_MODES)
    opening = OpeningBalance.objects.filter(business=customer.business_id, customer=customer)
    for_opening = OpeningPayment.objects.filter(opening__customer=customer)
    return [
        Source(Kind.OPENING, opening, 1, "amount"),
        # In as many words: of two columns that are equal to something, SQLite would not take the customer.
        Source(Kind.INVOICE, invoices.exclude(state__in=(InvoiceState.DRAFT, InvoiceState.CANCELLED)), 1),
        Source(Kind.DEBIT_NOTE, notes.filter(kind=NoteKind.DEBIT), 1),
        Source(Kind.CREDIT_NOTE, notes.filter(kind=NoteKind.CREDIT), -1),
        Source(Kind.PAYMENT, payments, -1, "amount"),
        Source(Kind.ADVANCE, receipts, -1),
        Source(Kind.REFUND, refunds, 1, "amount"),
        Source(Kind.PAYMENT_REVERSED, payments.filter(reversed_at__isnull=False), 1, "amount", "reversed_at"),
        Source(Kind.REFUND_REVERSED, refunds.filter(reversed_at__isnull=False), -1, "amount", "reversed_at"),
        Source(Kind.OPENING_PAYMENT, for_opening, -1, "amount"),
        Source(
            Kind.OPENING_PAYMENT_REVERSED,
            for_opening.filter(reversed_at__isnull=False),
            1,
            "amount",
            "reversed_at",
        ),
    ]


def entries_of(customer: Customer, rows: Sequence[Row], balance: Decimal) -> list[Entry]:
    """Entries of rows in their order, after which the balance grows from `balance`."""
    found = _documents(customer, rows)
    entries = []
    for on, kind, pk, paise in rows:
        change = paise * PAISA
        balance += change
        entries.append(_entry(Kind(kind), found[Kind(kind)][pk], on, change, balance))
    return entries


def _documents(customer: Customer, rows: Sequence[Row]) -> dict[Kind, Mapping[int, Model]]:
    """The documents of the rows, in one query for each kind."""
    keys: dict[Kind, list[int]] = {}
    for _, kind, pk, _ in rows:
        keys.setdefault(Kind(kind), []).append(pk)
    found: dict[Kind, Mapping[int, Model]] = {}
    for source in sources(customer):
        if source.kind in keys:
            documents = _related(source)
            documents.query.clear_where()  # the keys have passed every filter
            found[source.kind] = documents.in_bulk(keys[source.kind])
    return found


def _related(source: Source) -> QuerySet[Any]:
    if source.rows.model in (Payment, Note):
        return source.rows.select_related("invoice")
    if source.rows.model is OpeningPayment:
        return source.rows.select_related("opening")
    if source.rows.model is Refund:
        return source.rows.select_related("receipt", "note")
    return source.rows


def _entry(kind: Kind, row: Any, on: datetime.date, change: Decimal, balance: Decimal) -> Entry:
    text, number, note = WORDS[kind](row)
    return Entry(on, kind, text, number, row.get_absolute_url(), note, change, balance)


def _of_note(note: Note) -> tuple[str, str, str]:
    return note.get_kind_display(), note.number, f"against {note.invoice.number}, {note.reason_in_words}"


def _of_payment(payment: Payment) -> tuple[str, str, str]:
    return "Payment", payment.invoice.number, _how(payment)


def _of_opening_payment(payment: OpeningPayment) -> tuple[str, str, str]:
    return "Payment", payment.opening.reference, _how(payment)


def _how(payment: Payment | OpeningPayment) -> str:
    return ", ".join(part for part in (payment.get_mode_display(), payment.reference) if part)


def _of_refund(refund: Refund) -> tuple[str, str, str]:
    source = refund.receipt or refund.note
    return "Refund", refund.number, f"of {source}"


# What an entry is called, its document's number, and a remark.
WORDS: dict[Kind, Callable[[Any], tuple[str, str, str]]] = {
    Kind.OPENING: lambda row: ("Opening balance", row.reference, "owed from before"),
    Kind.INVOICE: lambda invoice: ("Invoice", invoice.number, ""),
    Kind.DEBIT_NOTE: _of_note,
    Kind.CREDIT_NOTE: _of_note,
    Kind.PAYMENT: _of_payment,
    Kind.ADVANCE: lambda receipt: ("Advance", receipt.number, receipt.purpose),
    Kind.REFUND: _of_refund,
    Kind.PAYMENT_REVERSED: lambda payment: (
        "Payment reversed",
        payment.invoice.number,
        payment.reverse_reason,
    ),
    Kind.REFUND_REVERSED: lambda refund: ("Refund reversed", refund.number, refund.reverse_reason),
    Kind.OPENING_PAYMENT: _of_opening_payment,
    Kind.OPENING_PAYMENT_REVERSED: lambda payment: (
        "Payment reversed",
        payment.opening.reference,
        payment.reverse_reason,
    ),
}
