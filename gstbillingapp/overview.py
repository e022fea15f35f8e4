"""The figures of the first page: sales, what is owed, tax, and who and what brings most of it.

All is added up when it is asked for, out of indexes that have the amounts (`invoice_by_state`,
`invoice_line_sold`, `invoice_owed`): no sum is kept that a cancellation, or an invoice of an earlier day,
could leave wrong. Drafts and cancelled invoices count nowhere; notes count on their own days. Amounts are
rupees; sales are without tax, as returns have them.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.outward import total_of
from gstbillingapp.gst.returns import Form, Period, months_before
from gstbillingapp.models import (
    BillLine,
    BillState,
    Business,
    Customer,
    Expense,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Note,
    NoteKind,
    NoteLine,
    Product,
    VendorNoteLine,
)
from gstbillingapp.models.bill import CLAIMED
from gstbillingapp.models.claim import taken_back_within, told_within
from gstbillingapp.models.fields import ZERO
from gstbillingapp.models.invoice import InvoiceQuerySet
from gstbillingapp.models.note import NoteQuerySet
from gstbillingapp.queries import rupees
from gstbillingapp.receivables import falling_due
from gstbillingapp.returns.advances import advances_of, moves_of
from gstbillingapp.returns.calendar import duty_of, period_under_way
from gstbillingapp.returns.filed import gstr1_filings

MONTHS = 12  # of the chart; every window lies within them
TAX = F("cgst") + F("sgst") + F("igst") + F("cess")
# So many more of the largest are looked at, as notes take from some of them.
SPARE = 50
# Which way a note changes sales.
SIGNS: dict[str, int] = {NoteKind.CREDIT: -1, NoteKind.DEBIT: 1}
# What is owed by how long it is overdue: the last day of each band, and its name.
BANDS: tuple[tuple[int | None, str], ...] = (
    (0, "Not due yet"),
    (30, "1 to 30 days late"),
    (60, "31 to 60 days late"),
    (90, "61 to 90 days late"),
    (None, "More than 90 days late"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days that sales are asked for, both included; `key` stands in the address."""

    key: str
    name: str
    label: str
    first: datetime.date
    last: datetime.date


def windows(on: datetime.date) -> tuple[Window, ...]:
    """What one may choose on that day, what is shown by itself first."""
    month = Period.month(on.year, on.month)
    periods = (
        ("month", "This month", month),
        ("quarter", "This quarter", Period.quarter(on.year, on.month)),
        ("year", "Financial year", Period.year(financial_year(on))),
    )
    chosen = [
        Window(key=key, name=name, label=period.label, first=period.first, last=period.last)
        for key, name, period in periods
    ]
    first = months_before(month.first, MONTHS - 1)
    return *chosen, Window(
        key="months", name="Last 12 months", label="the last 12 months", first=first, last=month.last
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """What was sold in some days. `tax` is without that of reverse charge, which the buyers pay."""

    amount: Decimal = ZERO
    tax: Decimal = ZERO
    count: int = 0

    def __add__(self, other: "Sales") -> "Sales":
        return Sales(
            amount=self.amount + other.amount, tax=self.tax + other.tax, count=self.count + other.count
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The sales of a calendar month."""

    first: datetime.date
    last: datetime.date
    sales: Sales


class Year:
    """The sales of the chart's months, day by day, up to the end of the month of that day."""

    def __init__(self, business: Business, on: datetime.date) -> None:
        self.on = on
        self._days = sales_by_day(business, windows(on)[-1])

    def within(self, first: datetime.date, last: datetime.date) -> Sales:
        """The sales between two days, both included."""
        return sum((sales for day, sales in self._days.items() if first <= day <= last), Sales())

    def months(self) -> list[Month]:
        """Each month, the oldest first."""
        this_month = self.on.replace(day=1)
        firsts = [months_before(this_month, MONTHS - 1 - n) for n in range(MONTHS)]
        periods = [Period.month(first.year, first.month) for first in firsts]
        return [
            Month(first=period.first, last=period.last, sales=self.within(period.first, period.last))
            for period in periods
        ]


def sold(business: Business, window: Window | Period) -> InvoiceQuerySet:
    """The invoices of some days."""
    return Invoice.objects.filter(
        business=business, state=InvoiceState.ISSUED, date__gte=window.first, date__lte=window.last
    )


def amended(business: Business, window: Window | Period) -> NoteQuerySet:
    """The credit and debit notes of some days: they change the sales of their own days, as in the returns."""
    notes = Note.objects.standing().of_supplies().filter(business=business)
    return notes.filter(date__gte=window.first, date__lte=window.last)


def sales_by_day(business: Business, window: Window) -> dict[datetime.date, Sales]:
    """The sales of each day that has any. An index is in the order of days, so nothing is sorted."""
    days: dict[datetime.date, Sales] = defaultdict(Sales)
    for row in _summed(sold(business, window), "date"):
        days[row["date"]] += Sales(
            amount=rupees(row["amount"]), tax=rupees(row["charged"]), count=row["count"]
        )
    for row in _summed(amended(business, window), "date", "kind"):
        sign = SIGNS[row["kind"]]
        days[row["date"]] += Sales(amount=sign * rupees(row["amount"]), tax=sign * rupees(row["charged"]))
    return days


def _summed(documents: QuerySet[Any], *by: str) -> QuerySet[Any]:
    charged = Sum(TAX, filter=Q(rcm=False))
    rows = documents.order_by().values(*by)
    return rows.annotate(amount=Sum("taxable"), charged=charged, count=Count("pk"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """A customer or a product and what it brought, without tax."""

    row: Customer | Product
    amount: Decimal


def top_customers(business: Business, window: Window, count: int) -> list[Top]:
    """Those who bought most."""
    bought = sold(business, window).order_by().values("customer_id").annotate(amount=Sum("taxable"))
    notes = amended(business, window).order_by().values_list("customer_id", "kind")
    amounts = _largest(bought, "customer_id", notes.annotate(amount=Sum("taxable")), count)
    rows = Customer.objects.in_bulk(list(amounts))
    return [Top(row=rows[pk], amount=amount) for pk, amount in amounts.items()]


def top_products(business: Business, window: Window, count: int) -> list[Top]:
    """What was sold most, by value; a line that was typed by hand is of no product."""
    lines = InvoiceLine.objects.filter(
        invoice__business=business,
        invoice__state=InvoiceState.ISSUED,
        invoice__date__gte=window.first,
        invoice__date__lte=window.last,
        product__isnull=False,
    )
    brought = lines.order_by().values("product_id").annotate(amount=Sum("taxable"))
    given_back = NoteLine.objects.filter(
        note__in=amended(business, window).values("pk"), product__isnull=False
    )
    notes = given_back.order_by().values_list("product_id", "note__kind").annotate(amount=Sum("taxable"))
    amounts = _largest(brought, "product_id", notes, count)
    rows = Product.objects.in_bulk(list(amounts))
    return [Top(row=rows[pk], amount=amount) for pk, amount in amounts.items()]


def _largest(
    gross: QuerySet[Any], key: str, notes: Iterable[tuple[int, str, Decimal]], count: int
) -> dict[int, Decimal]:
    """The largest amounts after notes, by key.

    A few more than are wanted are looked at: whoever is not among them has, before notes, at most the least
    of theirs. Where notes take so much from these that it does not do, as many more are as have notes at all.
    """
    changes: dict[int, Decimal] = defaultdict(Decimal)
    for pk, kind, amount in notes:
        changes[pk] += SIGNS[kind] * rupees(amount)
    pairs = gross.values_list(key, "amount")
    for look in (count + SPARE, count + len(changes)):
        seen = {pk: rupees(amount) for pk, amount in pairs.order_by("-amount", key)[:look]}
        others = min(seen.values()) if len(seen) == look else ZERO
        net = {pk: amount + changes.get(pk, ZERO) for pk, amount in seen.items()}
        least = _at_place(count, net.values())
        if others <= least:
            break
    # Debit notes may lift somebody else above them.
    lifted = [pk for pk, change in changes.items() if pk not in seen and others + change > least]
    sold_to = dict(pairs.filter(**{f"{key}__in": lifted})) if lifted else {}
    net |= {pk: rupees(sold_to.get(pk)) + changes[pk] for pk in lifted}
    best = sorted(net.items(), key=lambda pair: (-pair[1], pair[0]))
    return {pk: amount for pk, amount in best[:count] if amount > 0}


def _at_place(place: int, amounts: Iterable[Decimal]) -> Decimal:
    """The largest amount but `place` - 1; nothing where there are fewer, or where it is negative."""
    ranked = sorted(amounts, reverse=True)
    return max(ZERO, ranked[place - 1]) if len(ranked) >= place else ZERO


@dataclass(slots=True, kw_only=True)
class Band:
    """What is owed of one age, `before` of it from before; old invoices count with the others."""

    label: str
    is_late: bool
    amount: Decimal = ZERO
    before: Decimal = ZERO
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivables:
    """What is owed, by how late it is."""

    bands: list[Band]

    @property
    def amount(self) -> Decimal:
        """All that is owed."""
        return _amount(self.bands)

    @property
    def before(self) -> Decimal:
        """The part of it that was owed before the business began to bill here."""
        return sum((band.before for band in self.bands), ZERO)

    @property
    def count(self) -> int:
        """How many invoices are not paid in full."""
        return sum(band.count for band in self.bands)

    @property
    def overdue(self) -> Decimal:
        """What should have been paid by now."""
        return _amount(band for band in self.bands if band.is_late)

    @property
    def overdue_count(self) -> int:
        """How many invoices are past their due date."""
        return sum(band.count for band in self.bands if band.is_late)


def receivables(business: Business, on: datetime.date) -> Receivables:
    """What is owed on that day."""
    bands = {most: Band(label=label, is_late=most != 0) for most, label in BANDS}
    for due in falling_due(business):
        band = bands[_band((on - due.day).days)]
        band.amount += due.amount
        band.before += due.amount if due.is_from_before else ZERO
        band.count += due.count
    return Receivables(bands=list(bands.values()))


def _band(days_late: int) -> int | None:
    return next((most for most, _ in BANDS if most is not None and days_late <= most), None)


def _amount(bands: Iterable[Band]) -> Decimal:
    return sum((band.amount for band in bands), ZERO)


def input_tax(business: Business, first: datetime.date, last: datetime.date) -> Decimal:
    """The tax on bills and expenses that is claimed as credit in the returns of those days (CGST s.16).

    Less what they give back: of earlier claims, and on vendors' credit notes. What the return takes over is
    what vendors have reported by then (GSTR-2B).
    """
    lines = BillLine.objects.filter(bill__business=business, bill__no_credit="", itc__in=CLAIMED)
    expenses = Expense.objects.filter(business=business, no_credit="", itc=True)
    notes = VendorNoteLine.objects.filter(note__business=business, note__no_credit="", itc__in=CLAIMED)
    on_bills = _claimed(lines, first, last, "bill__") - _claimed(notes, first, last, "note__")
    return on_bills + _claimed(expenses, first, last)


def _claimed(rows: QuerySet[Any], first: datetime.date, last: datetime.date, paper: str = "") -> Decimal:
    """The tax of these rows in those days; `paper` leads to what says when. What a return has told stays."""
    counting = ~Q(**{f"{paper}state": BillState.CANCELLED}) | Q(**{f"{paper}reversed_in__isnull": False})
    told, taken_back = told_within(first, last, paper) & counting, taken_back_within(first, last, paper)
    sums = rows.filter(told | taken_back).aggregate(
        told=Sum(TAX, filter=told), back=Sum(TAX, filter=taken_back)
    )
    return rupees(sums["told"]) - rupees(sums["back"])


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxUnderWay:
    """The tax of the return period that is under way, as its GSTR-3B has it so far, and its due date.

    `output` is the tax on supplies and advances, 3.1(a) and (b); `credit` what may be set off, 4(C).
    """

    period: Period
    due: datetime.date
    output: Decimal
    credit: Decimal


def tax_under_way(business: Business, on: datetime.date) -> TaxUnderWay:
    """Of the month, or of the quarter where the business files by quarters."""
    period = period_under_way(business, on)
    return TaxUnderWay(
        period=period,
        due=duty_of(business, Form.GSTR_3B, period).due,
        output=output_tax(business, period),
        credit=input_tax(business, period.first, period.last),
    )


def output_tax(business: Business, period: Period) -> Decimal:
    """The tax on what was supplied in a period and on advances, as `returns.books` reads it, summed up.

    On reverse charge the buyers pay it; what has another GSTIN on it is no part of this one's return.
    """
    ours = Q(rcm=False) | Q(sez=True) | Q(export=True)
    invoices = sold(business, period).filter(ours, supplier_gstin=business.gstin)
    notes = amended(business, period).filter(ours, supplier_gstin=business.gstin).order_by()
    tax = rupees(invoices.aggregate(tax=Sum(TAX))["tax"])
    for kind, changed in notes.values_list("kind").annotate(tax=Sum(TAX)):
        tax += SIGNS[kind] * rupees(changed)
    return tax + _on_advances(business, period)


def _on_advances(business: Business, period: Period) -> Decimal:
    filings = gstr1_filings(business, period.last)
    moves = moves_of(business, period.first, period.last, filings)
    return total_of(each.signed for each in advances_of(moves, period.first, period.last)).tax
