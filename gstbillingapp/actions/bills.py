"""Vendors' bills: recording, changing, cancelling, and the goods that come in with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import announce, claims, returns
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import BillData
from gstbillingapp.actions.products import LARGEST_QTY, move
from gstbillingapp.actions.products import locked as locked_products
from gstbillingapp.actions.reckoning import Reckoned, note_missing, reckon
from gstbillingapp.gst.calc import DocumentResult
from gstbillingapp.gst.money import indian_format
from gstbillingapp.models import (
    Bill,
    BillLine,
    BillState,
    Business,
    Product,
    StockMovement,
    StockReason,
    Vendor,
)
from gstbillingapp.models.fields import ZERO, day_text

NOTHING = Decimal(0)
# What a bill takes over from what was typed; the rest of the row is who, when, and what was paid.
TYPED = (
    "vendor",
    "vendor_name",
    "vendor_gstin",
    "vendor_kind",
    "vendor_state_code",
    "number",
    "number_key",
    "financial_year",
    "date",
    "due_date",
    "place_of_supply",
    "rcm",
    "claimed_in",
    "no_credit",
    "sez",
    "imported",
    "doc_discount",
    "notes",
    "taxable",
    "cgst",
    "sgst",
    "igst",
    "cess",
    "round_off",
    "total",
)
CANCELLING = (
    *("state", "balance", "reversed_in"),
    *("cancelled_at", "cancelled_by", "cancel_reason", "updated_at"),
)
# What a return has of a bill, and of each of its lines.
TOLD = ("vendor_kind", "vendor_state_code", "place_of_supply", "rcm")
TOLD_OF_LINE = ("supply", "itc", "is_service", "rate", "taxable", "cgst", "sgst", "igst", "cess")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a bill would be. `lines` run beside `data.lines`: None for a blank row or one in error.

    `result` is None where nothing can be computed yet; `errors` are keyed as those that `record` raises, and
    `missing` is what it would ask for besides.
    """

    bill: Bill
    lines: list[BillLine | None]
    result: DocumentResult | None
    errors: dict[str, list[str]]
    missing: dict[str, list[str]]


def preview(business: Business, data: BillData, stored: Bill | None = None) -> Preview:
    """Totals of what was typed so far; writes nothing and raises nothing for what was typed."""
    reckoned = reckon(business, data, stored)
    lines: list[BillLine | None] = [None] * len(data.lines)
    for place, line in zip(reckoned.places, reckoned.lines, strict=True):
        lines[place] = line
    errors = dict(reckoned.checks.errors)
    note_missing(reckoned)
    missing = {name: said for name, said in reckoned.checks.errors.items() if name not in errors}
    return Preview(reckoned.bill, lines, reckoned.result, errors, missing)


def record(business: Business, user: User | None, data: BillData) -> Bill:
    """Record a vendor's bill: what is owed on it, and its goods in the stock.

    Raises ValidationError that names what is missing or wrong, and for a number that the vendor has used.
    """
    with transaction.atomic():
        returns.lock(business)  # no return is filed between looking and recording
        reckoned = _ready(business, data)
        bill = Bill(business=business, recorded_by=user, version=0)
        _take_over(bill, reckoned)
        _refuse_taken_number(bill)
        bill.save()
        _keep_lines(bill, reckoned)
        _stock(bill, _bought(reckoned.lines), StockReason.PURCHASE, user)
    return bill


def change(business: Business, user: User | None, bill_id: int, data: BillData) -> Bill:
    """Put right what was typed of a bill on which nothing is paid; the difference is moved in the stock.

    Raises ValidationError as `record`, where something is paid, where somebody else has changed the bill
    since `data.version`, and for what a filed GSTR-3B has told; Bill.DoesNotExist for one of another
    business.
    """
    with transaction.atomic():
        returns.lock(business)
        bill = locked(business, bill_id)
        refuse_changing(bill)
        _refuse_stale(bill, data.version)
        reckoned = _ready(business, data, bill)
        due_before, total_before = bill.due_date, bill.total
        _refuse_retelling(bill, reckoned)
        _take_over(bill, reckoned)
        _refuse_taken_number(bill)
        bill.save()
        _keep_lines(bill, reckoned)
        _stock(bill, _bought(reckoned.lines), StockReason.BILL_CHANGE, user)
        if (bill.due_date, bill.total) != (due_before, total_before):
            announce.bill_settled(bill, due_before)
    return bill


def cancel(business: Business, user: User | None, bill_id: int, reason: str) -> Bill:
    """Take a bill back: its goods leave the stock, its number is free again.

    Input tax that a filed GSTR-3B has told is reversed in the first that is not filed.
    Raises ValidationError without a reason, and where money has been paid on it.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why; it is kept with the bill.")
    checks.finish()
    with transaction.atomic():
        returns.lock(business)
        bill = locked(business, bill_id)
        refuse_cancelling(bill)
        claims.take_back(bill)
        bill.state, bill.balance = BillState.CANCELLED, ZERO
        bill.cancelled_at, bill.cancelled_by, bill.cancel_reason = timezone.now(), user, text
        bill.save(update_fields=CANCELLING)
        _stock(bill, {}, StockReason.BILL_CANCELLED, user)
        announce.bill_settled(bill)
    return bill


def locked(business: Business, bill_id: int) -> Bill:
    """A bill of the business, locked until the transaction ends."""
    bill = Bill.objects.select_for_update(no_key=True).get(business=business, pk=bill_id)
    bill.business = business
    return bill


def refuse_changing(bill: Bill) -> None:
    """Raise ValidationError that says why where a bill can no longer be changed."""
    if bill.state == BillState.CANCELLED:
        raise refusal(f"{bill} is cancelled and no longer changes.")
    if bill.paid > ZERO:
        raise refusal(
            f"{indian_format(bill.paid)} has been paid on {bill}; reverse the payment first, then change it."
        )
    _refuse_self_invoiced(bill)
    _refuse_credited(bill)


def refuse_cancelling(bill: Bill) -> None:
    """Raise ValidationError that says why where a bill cannot be cancelled as it stands."""
    if bill.state == BillState.CANCELLED:
        raise refusal(f"{bill} is cancelled already.")
    if bill.paid > ZERO:
        raise refusal(f"{indian_format(bill.paid)} has been paid on {bill}; reverse the payment first.")
    _refuse_self_invoiced(bill)
    _refuse_credited(bill)


def _refuse_self_invoiced(bill: Bill) -> None:
    standing = bill.standing_self_invoice()
    if standing is not None:
        raise refusal(f"Self-invoice {standing.number} says what {bill} says; cancel that first.")


def _refuse_credited(bill: Bill) -> None:
    note = bill.vendor_notes.filter(state=BillState.RECORDED).first()
    if note is not None:
        raise refusal(f"Credit note {note} of {bill.vendor_name} stands against {bill}; cancel that first.")


def _ready(business: Business, data: BillData, stored: Bill | None = None) -> Reckoned:
    """The bill worked out. Raises ValidationError with everything that keeps it from being recorded."""
    reckoned = reckon(business, data, stored)
    note_missing(reckoned)
    reckoned.checks.finish()
    return reckoned


def _refuse_stale(bill: Bill, version: int | None) -> None:
    if version is not None and version != bill.version:
        raise refusal("Somebody has changed this bill since you opened it. Open it again to see what is new.")


def _refuse_retelling(bill: Bill, reckoned: Reckoned) -> None:
    held = claims.held_by(bill)
    if held is not None and _told(bill, bill.lines.all()) != _told(reckoned.bill, reckoned.lines):
        raise refusal(
            f"{bill} is in GSTR-3B for {held.label}, which is filed: its amounts and taxes stay. Cancel "
            "it and record it anew; the next return then reverses what was claimed."
        )


def _told(bill: Bill, lines: Iterable[BillLine]) -> tuple[list[object], list[list[object]]]:
    return [getattr(bill, name) for name in TOLD], [
        [getattr(line, name) for name in TOLD_OF_LINE] for line in lines
    ]


def _refuse_taken_number(bill: Bill) -> None:
    # Whoever else is about to record it waits here, and then finds it taken.
    Vendor.objects.select_for_update(no_key=True).get(pk=bill.vendor_id)
    same = Bill.objects.filter(
        vendor=bill.vendor_id,
        financial_year=bill.financial_year,
        number_key=bill.number_key,
        state=BillState.RECORDED,
    )
    other = same.exclude(pk=bill.pk or 0).first()
    if other is not None:
        raise refusal(
            f"{other} is recorded already, dated {day_text(other.date)} and worth "
            f"{indian_format(other.total)}. A vendor gives a number once in a financial year.",
            "number",
        )


def _take_over(bill: Bill, reckoned: Reckoned) -> None:
    for name in TYPED:
        setattr(bill, name, getattr(reckoned.bill, name))
    bill.balance = bill.total
    bill.version += 1


def _keep_lines(bill: Bill, reckoned: Reckoned) -> None:
    bill.lines.all().delete()
    for line in reckoned.lines:
        line.bill = bill
    BillLine.objects.bulk_create(reckoned.lines)


def _bought(lines: Iterable[BillLine]) -> dict[int, Decimal]:
    """How many came in of each product."""
    bought: dict[int, Decimal] = {}
    for line in lines:
        if line.product_id is not None and not line.is_service:
            bought[line.product_id] = bought.get(line.product_id, NOTHING) + line.qty
    return bought


def _stock(bill: Bill, bought: Mapping[int, Decimal], reason: StockReason, user: User | None) -> None:
    """Have the bill account for so many of each product in the stock, whatever it has brought in so far."""
    brought = _brought(bill)
    missing = {pk: bought.get(pk, NOTHING) - brought.get(pk, NOTHING) for pk in {*bought, *brought}}
    moving = {pk: qty for pk, qty in missing.items() if qty}
    goods = [product for product in locked_products(bill.business, moving).values() if product.tracks_stock]
    _refuse_overflow(goods, moving)
    move(goods, moving, reason, user, bill_id=bill.pk)


def _brought(bill: Bill) -> dict[int, Decimal]:
    """What the bill's movements come to; added here, as SQLite adds in binary floats."""
    brought: dict[int, Decimal] = {}
    for product_id, qty in StockMovement.objects.filter(bill=bill).values_list("product_id", "qty"):
        brought[product_id] = brought.get(product_id, NOTHING) + qty
    return brought


def _refuse_overflow(goods: Iterable[Product], moving: Mapping[int, Decimal]) -> None:
    for product in goods:
        if abs(product.stock + moving[product.pk]) > LARGEST_QTY:
            raise refusal(f"This leaves a stock of {product.name} too large to keep.", "lines")
