"""Advances of a period (tables 11A and 11B): money that came before its invoice, and what became of it.

Only what bears tax is told: an advance on goods does not (Notification 66/2017). What was set off or paid
back in the period it came in is not told at all; of earlier ones, the setting off is.

A return that is filed stays as it was told. What is recorded after that with a day of its period counts on
the day it was recorded; what is taken back after that stays told there, and counts the other way on the day
it was taken back: an advance that did not clear in 11B, one that is open again in 11A. So each counts once,
whichever returns are filed in between.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Q
from django.urls import reverse

from gstbillingapp.gst.calc import tax_mode
from gstbillingapp.gst.money import ARITHMETIC, indian_format
from gstbillingapp.gst.outward import NOTHING, Advance, Amounts, total_of
from gstbillingapp.gst.returns import Document
from gstbillingapp.models import Business, Payment, PaymentMode, Receipt, Refund, ReturnFiling
from gstbillingapp.returns.filed import begins, day_of, filed_before


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


class Deed(NamedTuple):
    """What was done with an advance: what became open of it, or was used up, which is negative.

    `what` and `undone` say in words that it was done, and that it was taken back; `came_at` is when the
    advance was recorded.
    """

    voucher: Voucher
    date: datetime.date
    recorded_at: datetime.datetime
    undone_at: datetime.datetime | None
    amounts: Amounts
    what: str
    undone: str
    came_at: datetime.datetime


class Move(NamedTuple):
    """What an advance has more of, or less, on a day as the returns tell it.

    `missed` is the filed return that would have told of it, had it come before.
    """

    voucher: Voucher
    date: datetime.date
    amounts: Amounts
    what: str
    missed: ReturnFiling | None


AMOUNTS = ("igst", "cgst", "sgst")


def moves_of(
    business: Business, since: datetime.date, until: datetime.date, filings: Sequence[ReturnFiling]
) -> list[Move]:
    """What the returns tell between two days of advances, and what they tell later of what is dated there."""
    within = (business, since, until)
    deeds = (*_taken(*within), *_set_off(*within), *_paid_back(*within))
    return [move for deed in deeds for move in _moves(deed, filings)]


def _moves(deed: Deed, filings: Sequence[ReturnFiling]) -> Iterator[Move]:
    missed = filed_before(filings, deed.date, deed.recorded_at)
    day = _told_on(deed.date, deed.recorded_at, filings)
    if day < _told_on(deed.voucher.date, deed.came_at, filings):
        day = day_of(deed.recorded_at)  # nothing of an advance is used up before the return that tells of it
    told = Move(deed.voucher, day, deed.amounts, deed.what, missed)
    if deed.undone_at is None:
        yield told
    elif filing := filed_before(filings, day, deed.undone_at):
        yield told
        yield Move(deed.voucher, day_of(deed.undone_at), deed.amounts.negated(), deed.undone, filing)


def _told_on(
    date: datetime.date, recorded_at: datetime.datetime, filings: Sequence[ReturnFiling]
) -> datetime.date:
    """The day itself, or that of recording where the return with the day was filed before."""
    return day_of(recorded_at) if filed_before(filings, date, recorded_at) else date


def advances_of(moves: Iterable[Move], since: datetime.date, until: datetime.date) -> list[Advance]:
    """What came and is open at the end of the period (11A), then what was there before and is used (11B)."""
    of_voucher: defaultdict[int, list[Move]] = defaultdict(list)
    for move in moves:
        if since <= move.date <= until:
            of_voucher[move.voucher.pk].append(move)
    found = [advance for same in of_voucher.values() for advance in _told(same)]
    found.sort(key=lambda advance: advance.date)
    return sorted(found, key=lambda advance: advance.doc is not Document.ADVANCE)


def _told(moves: Sequence[Move]) -> Iterator[Advance]:
    """Of one advance, what came is told less what was used up at once; what was there before, each time."""
    came = [move for move in moves if move.amounts.taxable > 0]
    if not came:
        for move in moves:
            yield _advance(move, move.amounts)
        return
    left = total_of(move.amounts for move in moves)
    if left.taxable:
        yield _advance(came[0], left)


def _advance(move: Move, amounts: Amounts) -> Advance:
    """A row of 11A, or of 11B where the amounts are negative."""
    voucher = move.voucher
    mode = tax_mode(
        voucher.supplier_state_code, voucher.place_of_supply, sez=voucher.sez, export=voucher.export
    )
    came = amounts.taxable > 0
    return Advance(
        key=voucher,
        doc=Document.ADVANCE if came else Document.ADVANCE_ADJUSTED,
        number=voucher.number,
        date=move.date,
        place=voucher.place_of_supply,
        intra=mode.is_intra,
        rate=voucher.rate,
        amounts=amounts if came else amounts.negated(),
        party=voucher.buyer_name,
    )


def _taken(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Deed]:
    found = Receipt.objects.filter(
        _near(since, until, "cancelled_at"), business=business, **_of_returns(business)
    ).order_by("date", "id")
    read = (*Voucher._fields, "created_at", "cancelled_at", "taxable", *AMOUNTS)
    for *values, recorded_at, undone_at, taxable, igst, cgst, sgst in found.values_list(*read):
        voucher, amounts = Voucher._make(values), Amounts(taxable, igst, cgst, sgst)
        yield Deed(
            voucher, voucher.date, recorded_at, undone_at, amounts, "Recorded", "Cancelled", recorded_at
        )


def _set_off(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Deed]:
    # By way of the advances, of which there are far fewer than payments.
    found = Payment.objects.filter(
        _near(since, until, "reversed_at"),
        receipt__business=business,
        mode=PaymentMode.ADVANCE,
        **_of_returns(business, "receipt__"),
    )
    rows = found.order_by("date", "id").values_list(*OF_MONEY)
    return map(partial(_used, "{} set off", "The set-off of {} taken back"), rows)


def _paid_back(business: Business, since: datetime.date, until: datetime.date) -> Iterator[Deed]:
    found = Refund.objects.filter(
        _near(since, until, "reversed_at"), business=business, **_of_returns(business, "receipt__")
    )
    rows = found.order_by("date", "id").values_list(*OF_MONEY)
    return map(partial(_used, "{} paid back", "The refund of {} taken back"), rows)


def _of_returns(business: Business, of: str = "") -> dict[str, Any]:
    """Which advances the returns tell of: taxed ones of the registration that files, none under LUT."""
    return {f"{of}rate__gt": 0, f"{of}zero_rated": False, f"{of}supplier_gstin": business.gstin}


def _near(since: datetime.date, until: datetime.date, undone_at: str) -> Q:
    """Dated between two days, or recorded or taken back on one of them."""
    dated = Q(date__gte=since, date__lte=until)
    first, after = begins(since), begins(until, 1)
    recorded = Q(created_at__gte=first, created_at__lt=after)
    return dated | recorded | Q(**{f"{undone_at}__gte": first, f"{undone_at}__lt": after})


OF_MONEY = (
    *(f"receipt__{name}" for name in Voucher._fields),
    *("receipt__created_at", "date", "created_at", "reversed_at", "amount", *AMOUNTS),
)


def _used(what: str, undone: str, row: tuple[Any, ...]) -> Deed:
    """A set-off or a refund as it is stored; `amount` is with the tax in it."""
    width = len(Voucher._fields)
    came_at, date, recorded_at, undone_at, amount, *taxes = row[width:]
    tax = Amounts(NOTHING.taxable, *taxes)
    amounts = Amounts(ARITHMETIC.subtract(amount, tax.tax), *taxes).negated()
    said = indian_format(amount)
    return Deed(
        Voucher._make(row[:width]),
        date,
        recorded_at,
        undone_at,
        amounts,
        what.format(said),
        undone.format(said),
        came_at,
    )
