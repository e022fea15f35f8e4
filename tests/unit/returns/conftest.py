"""The people of the tests of billing, on a day in November 2026, with the papers of October before them."""

import datetime
from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db.models import Model

from gstbillingapp.gst.gstr1 import as_json
from gstbillingapp.gst.returns import Period
from gstbillingapp.models import Business, Invoice, Note, NoteLine, Payment, Receipt, Refund
from gstbillingapp.models.fields import INDIA
from gstbillingapp.returns.books import Books, books_of
from tests.factories import CustomerFactory, issued
from tests.unit.billing.conftest import business, people

__all__ = ["business", "people"]

OCTOBER = Period.month(2026, 10)
NOW = datetime.datetime(2026, 11, 5, 12, tzinfo=INDIA)


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    """It is noon on 5 November 2026."""
    with time_machine.travel(NOW, tick=False):
        yield


def october(day: int) -> datetime.date:
    return datetime.date(2026, 10, day)


def sold(business: Business, *lines: Any, day: int = 9, **terms: Any) -> Invoice:
    """An invoice of October."""
    return issued(business, *lines, date=october(day), **terms)


def consumer(business: Business, state: str = "29", **terms: Any):
    return CustomerFactory(business=business, kind="unregistered", gstin="", state_code=state, **terms)


def booked(business: Business, period: Period = OCTOBER) -> Books:
    business.refresh_from_db()
    return books_of(business, period)


def gstr1_of(business: Business, period: Period = OCTOBER) -> dict[str, Any]:
    return as_json(booked(business, period).gstr1(period))


def noted(invoice: Invoice, *, kind: str = "credit", day: int = 20, **terms: Any) -> Note:
    """A note over all of the first line of an invoice, as it would be stored."""
    [first, *_] = invoice.lines.all()
    sequence = Note.objects.filter(business=invoice.business).count() + 1
    number = f"{'CN' if kind == 'credit' else 'DN'}/26-27/{sequence:04d}"
    said = {"kind": kind, "reason": "01", "invoice": invoice, "date": october(day)}
    said |= {"number": number, "number_key": number, "sequence": sequence}
    said |= {"round_off": Decimal("0.00"), "applied": first.total}
    amounts = {name: getattr(first, name) for name in AMOUNTS}
    note = Note(**copied(invoice, Note, without={"state", "balance"}) | amounts | said | terms)
    note.save()
    NoteLine.objects.create(note=note, invoice_line=first, **copied(first, NoteLine))
    return note


AMOUNTS = ("taxable", "igst", "cgst", "sgst", "cess", "total")


def copied(source: Model, kind: type[Model], without: Collection[str] = ()) -> dict[str, Any]:
    """What a row of one kind has that one of another kind has, too."""
    columns = {field.attname for field in source._meta.fields} & {
        field.attname for field in kind._meta.fields
    }
    return {name: getattr(source, name) for name in columns - {"id"} - set(without)}


def advanced(business: Business, taxable: str, date: datetime.date, **terms: Any) -> Receipt:
    """An advance on a service at 18 per cent from a registered buyer in the same state."""
    value = Decimal(taxable)
    half = value * 9 / 100
    sequence = Receipt.objects.filter(business=business).count() + 1
    number = f"RV/26-27/{sequence:04d}"
    return Receipt.objects.create(
        **{
            "business": business,
            "customer": CustomerFactory(business=business),
            "date": date,
            "number": number,
            "number_key": number,
            "sequence": sequence,
            "financial_year": "2026-27",
            "place_of_supply": "29",
            "supplier_state_code": "29",
            "supplier_gstin": business.gstin,
            "buyer_name": "Ravi Traders",
            "purpose": "Rewiring",
            "is_service": True,
            "rate": Decimal(18),
            "taxable": value,
            "cgst": half,
            "sgst": half,
            "total": value + 2 * half,
            "balance": value + 2 * half,
        }
        | terms
    )


def set_off(receipt: Receipt, invoice: Invoice, taxable: str, day: int, **terms: Any) -> Payment:
    """A part of an advance that an invoice took, in October unless another date is said."""
    value = Decimal(taxable)
    half = value * 9 / 100
    return Payment.objects.create(
        business=receipt.business,
        invoice=invoice,
        receipt=receipt,
        mode="advance",
        amount=value + 2 * half,
        cgst=half,
        sgst=half,
        **{"date": october(day), **terms},
    )


def refunded(receipt: Receipt, taxable: str, date: datetime.date) -> Refund:
    """A part of an advance that was paid back."""
    value = Decimal(taxable)
    half = value * 9 / 100
    return Refund.objects.create(
        business=receipt.business,
        customer=receipt.customer,
        receipt=receipt,
        number="RF/26-27/0001",
        number_key="RF/26-27/0001",
        financial_year="2026-27",
        sequence=1,
        date=date,
        amount=value + 2 * half,
        cgst=half,
        sgst=half,
    )
