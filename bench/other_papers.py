"""Quotations, notes, advances, bills, expenses by the thousand, like those of the demo."""

import datetime
from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any

from django.db.models import Model

from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.models import (
    Bill,
    BillLine,
    Business,
    Customer,
    Expense,
    Note,
    NoteLine,
    OpeningBalance,
    Quotation,
    QuotationLine,
    Receipt,
    Vendor,
)
from gstbillingapp.models.fields import today

QUOTATIONS, NOTES, ADVANCES, VENDORS, BILLS, EXPENSES = 20_000, 10_000, 5_000, 2_000, 20_000, 5_000
OWED_FROM_BEFORE = 10_000
DAYS = 1_000
CHUNK = 2_000


def add_other_papers(business: Business) -> None:
    """Have the business hold so many of each, over the last years, spread over its customers and vendors."""
    customers = list(Customer.objects.filter(business=business).order_by("pk"))
    _add(Vendor, business, VENDORS, lambda row, n: _rename(row, n))
    vendors = list(Vendor.objects.filter(business=business).order_by("pk"))

    def of_a_customer(row: Any, n: int) -> None:
        row.customer = customers[n % len(customers)]
        row.buyer_name = row.customer.name

    def of_a_vendor(row: Any, n: int) -> None:
        row.vendor = vendors[n % len(vendors)]
        row.vendor_name = row.vendor.name

    _add(Quotation, business, QUOTATIONS, of_a_customer, QuotationLine, "quotation")
    _add(Note, business, NOTES, of_a_customer, NoteLine, "note")
    _add(Receipt, business, ADVANCES, of_a_customer)
    _add(Bill, business, BILLS, of_a_vendor, BillLine, "bill")
    _add(Expense, business, EXPENSES, lambda row, n: None)
    OpeningBalance.objects.bulk_create(
        OpeningBalance(business=business, customer=customer, amount=Decimal(1000), date=today())
        for customer in customers[:OWED_FROM_BEFORE]
    )


def _rename(row: Any, n: int) -> None:
    row.name, row.gstin = f"{row.name} {n}", ""
    row.kind = "unregistered"
    row.set_keys()


def _add(
    model: type[Any],
    business: Business,
    count: int,
    change: Callable[[Any, int], None],
    line_model: type[Any] | None = None,
    field: str = "",
) -> None:
    """Add `count` rows like the demo's, with their lines."""
    rows = model._base_manager.filter(business=business).order_by("pk")
    # What became an invoice became one of its own.
    patterns = list(rows.exclude(state="converted") if model is Quotation else rows)
    lines = {row.pk: list(row.lines.all()) for row in patterns} if line_model else {}
    for start in range(0, count, CHUNK):
        chosen = [patterns[n % len(patterns)] for n in range(start, min(count, start + CHUNK))]
        made = [_like(pattern, start + n, change) for n, pattern in enumerate(chosen)]
        model._base_manager.bulk_create(made)
        if line_model is not None:
            line_model._base_manager.bulk_create(
                _line_of(line, field, row)
                for row, pattern in zip(made, chosen, strict=True)
                for line in lines[pattern.pk]
            )


def _like(pattern: Any, n: int, change: Callable[[Any, int], None]) -> Any:
    row = _new(pattern)
    if hasattr(row, "date"):
        _move(row, n)
    if getattr(row, "number", ""):
        row.number = f"X{n:06d}"
        row.number_key, row.financial_year = row.number, financial_year(row.date)
    if hasattr(row, "sequence"):
        row.sequence = 100_000 + n
    change(row, n)
    return row


def _move(row: Any, n: int) -> None:
    """To another day, and what depends on it with it."""
    shift = today() - datetime.timedelta(days=n * 7919 % DAYS) - row.date
    for name in ("date", "due_date", "valid_until"):
        if getattr(row, name, None) is not None:
            setattr(row, name, getattr(row, name) + shift)


def _line_of(line: Any, field: str, row: Any) -> Any:
    copied = _new(line)
    setattr(copied, field, row)
    return copied


def _new(pattern: Model) -> Any:
    row = copy(pattern)
    row._state = copy(pattern._state)
    row._state.fields_cache = {}
    row.pk, row._state.adding = None, True
    return row
