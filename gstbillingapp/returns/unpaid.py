"""Input tax on bills that stay unpaid for 180 days: it is given back until they are paid (CGST Rule 37)."""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from gstbillingapp.gst.money import ARITHMETIC, indian_format, round2
from gstbillingapp.gst.returns import Period
from gstbillingapp.models import Bill, BillLine, BillState, Business, VendorNote, VendorNoteLine
from gstbillingapp.models.bill import CLAIMED
from gstbillingapp.models.fields import ZERO, day_text
from gstbillingapp.models.returns import period_of
from gstbillingapp.queries import rupees
from gstbillingapp.returns.care import Care

DAYS_TO_PAY = datetime.timedelta(days=180)
KINDS = {"igst": "IGST", "cgst": "CGST", "sgst": "SGST/UTGST", "cess": "Cess"}
Taxes = dict[str, Decimal]  # rupees by kind


def unpaid_care(business: Business, period: Period) -> list[Care]:
    """What is to be reversed in the return of a period: of bills whose 180 days ended in the one before.

    As much of the tax as is unpaid of the bill. On reverse charge the tax itself is what was paid.
    """
    before = period_of(period.span, period.first - datetime.timedelta(days=1))
    told = Q(claimed_in__isnull=True) | Q(claimed_in__lte=period.last)
    bills = Bill.objects.filter(
        # One that is claimed after its 180 days is to be reversed in the very return that claims it.
        Q(told, date__gte=before.first - DAYS_TO_PAY) | Q(claimed_in__range=(period.first, period.last)),
        business=business,
        date__lte=before.last - DAYS_TO_PAY,
        balance__gt=0,
        rcm=False,
        no_credit="",
    )
    unpaid = list(bills.order_by("date", "id"))
    return list(_cares(unpaid)) if unpaid else []


def _cares(unpaid: list[Bill]) -> Iterator[Care]:
    claimed = _sums(BillLine.objects.filter(bill__in=unpaid), "bill_id")
    standing = VendorNote.objects.filter(bill__in=unpaid, state=BillState.RECORDED)
    given_back = _sums(VendorNoteLine.objects.filter(note__in=standing), "note__bill_id")
    credited = dict(standing.order_by().values_list("bill_id").annotate(amount=Sum("total")))
    for bill in unpaid:
        worth = bill.total - rupees(credited.get(bill.pk))
        left = {
            kind: _share(tax - given_back.get(bill.pk, {}).get(kind, ZERO), bill.balance, worth)
            for kind, tax in claimed.get(bill.pk, {}).items()
        }
        words = ", ".join(f"{KINDS[kind]} {indian_format(tax)}" for kind, tax in left.items() if tax)
        if words:
            yield Care("unpaid_180_days", bill.number, _message(bill, words), bill.get_absolute_url())


def _sums(lines: "QuerySet[Any]", paper: str) -> dict[int, Taxes]:
    """The tax of these lines that is claimed, by bill."""
    sums = lines.filter(itc__in=CLAIMED).order_by().values_list(paper)
    rows = sums.annotate(**{f"{kind}_sum": Sum(kind) for kind in KINDS})
    return {pk: dict(zip(KINDS, map(rupees, taxes), strict=True)) for pk, *taxes in rows}


def _share(tax: Decimal, unpaid: Decimal, worth: Decimal) -> Decimal:
    return round2(ARITHMETIC.divide(ARITHMETIC.multiply(tax, min(unpaid, worth)), worth)) if worth else ZERO


def _message(bill: Bill, words: str) -> str:
    return (
        f"{indian_format(bill.balance)} is owed to {bill.vendor_name}, and the 180 days to pay it ended "
        f"on {day_text(bill.date + DAYS_TO_PAY)}: reverse {words} in 4(B)(2) (Rule 37). When it is paid, "
        "claim it again in 4(A)(5) and 4(D)(1)."
    )
