"""Advances of a period (tables 11A and 11B): money that came before its invoice, and what became of it.

Only what bears tax is told: an advance on goods does not (Notification 66/2017). What was set off or paid
back in the period it came in is not told at all; of earlier ones, the setting off is.
"""

import datetime
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse

from gstbillingapp.gst.calc import tax_mode
from gstbillingapp.gst.money import ARITHMETIC
from gstbillingapp.gst.outward import NOTHING, Advance, Amounts
from gstbillingapp.gst.returns import Document
from gstbillingapp.models import Business, Payment, PaymentMode, Receipt, ReceiptState, Refund


class Voucher(NamedTuple):
    """What is read of a receipt voucher."""

    pk: int
    number: str
    date: datetime.date
    place_of_supply: str
    supplier_state_code: str
    sez: bool
    export: bool
    rate: Decimal
    buyer_name: str

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("receipt", args=[self.pk])


class Spent(NamedTuple):
    """A part of an advance that was set off or paid back on a day."""

    voucher: Voucher
    date: datetime.date
    amounts: Amounts


AMOUNTS = ("igst", "cgst", "sgst")


def advances_of(business: Business, since: datetime.date, until: datetime.date) -> list[Advance]:
    """What was taken and is open at the end of the period, then what was taken before and spent in it."""
    spent = [*_set_off(business, since, until), *_paid_back(business, since, until)]
    at_once: dict[int, Amounts] = {}
    for each in spent:
        at_once[each.voucher.pk] = at_once.get(each.voucher.pk, NOTHING).plus(each.amounts)
    earlier = (each for each in spent if each.voucher.date < since)
    return [*_taken(business, since, until, at_once), *map(_adjusted, earlier)]


def _taken(
    business: Business, since: datetime.date, until: datetime.date, at_once: dict[int, Amounts]
) -> Iterator[Advance]:
    found = Receipt.objects.filter(
        business=business,
        date__gte=since,
        date__lte=until,
        state=ReceiptState.ISSUED,
        **dict(_told(business)),
    ).order_by("date", "id")
    for *values, taxable, igst, cgst, sgst in found.values_list(*Voucher._fields, "taxable", *AMOUNTS):
        voucher = Voucher._make(values)
        left = Amounts(taxable, igst, cgst, sgst).plus(at_once.get(voucher.pk, NOTHING).negated())
        if left.taxable > 0:
            yield _advance(voucher, voucher.date, left, Document.ADVANCE)


def _told(business: Business) -> list[tuple[str, Any]]:
    """Which advances the returns tell of: taxed ones of the registration that files, none under LUT."""
    return [("rate__gt", 0), ("zero_rated", False), ("supplier_gstin", business.gstin)]


def _adjusted(spent: Spent) -> Advance:
    return _advance(spent.voucher, spent.date, spent.amounts, Document.ADVANCE_ADJUSTED)


def _set_off(business: Business, since: datetime.date, until: datetime.date) -> Iterable[Spent]:
    found = Payment.objects.filter(
        business=business,
        date__gte=since,
        date__lte=until,
        mode=PaymentMode.ADVANCE,
        reversed_at=None,
        **{f"receipt__{name}": value for name, value in _told(business)},
    )
    return _spent(found.order_by("date", "id").values_list(*OF_RECEIPT, "date", "amount", *AMOUNTS))


def _paid_back(business: Business, since: datetime.date, until: datetime.date) -> Iterable[Spent]:
    found = Refund.objects.filter(
        business=business,
        date__gte=since,
        date__lte=until,
        reversed_at=None,
        **{f"receipt__{name}": value for name, value in _told(business)},
    )
    return _spent(found.order_by("date", "id").values_list(*OF_RECEIPT, "date", "amount", *AMOUNTS))


OF_RECEIPT = tuple(f"receipt__{name}" for name in Voucher._fields)


def _spent(rows: Iterable[tuple[Any, ...]]) -> Iterator[Spent]:
    """`amount` is with the tax in it."""
    width = len(Voucher._fields)
    for row in rows:
        date, amount, *taxes = row[width:]
        tax = Amounts(NOTHING.taxable, *taxes)
        yield Spent(
            Voucher._make(row[:width]),
            date,
            Amounts(ARITHMETIC.subtract(amount, tax.tax), *taxes),
        )


def _advance(voucher: Voucher, date: datetime.date, amounts: Amounts, doc: Document) -> Advance:
    mode = tax_mode(
        voucher.supplier_state_code, voucher.place_of_supply, sez=voucher.sez, export=voucher.export
    )
    return Advance(
        key=voucher,
        doc=doc,
        number=voucher.number,
        date=date,
        place=voucher.place_of_supply,
        intra=mode.is_intra,
        rate=voucher.rate,
        amounts=amounts,
        party=voucher.buyer_name,
    )
