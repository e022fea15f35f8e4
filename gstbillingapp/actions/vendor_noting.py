"""From what was typed of a vendor's credit note to one that is worked out, at the rates of its bill.

One road for the live totals and for recording, so that what a person saw is what is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gstbillingapp.actions import claims
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import NoteLineData, VendorNoteData
from gstbillingapp.actions.reckoning import LARGEST_ROUND_OFF, taxed
from gstbillingapp.gst import calc
from gstbillingapp.gst.money import indian_format, round_rupee
from gstbillingapp.gst.notes import AMOUNTS, Worth, value_of
from gstbillingapp.gst.numbers import financial_year, number_key
from gstbillingapp.models import (
    Bill,
    BillLine,
    BillState,
    VendorNote,
    VendorNoteLine,
    VendorNoteReason,
)
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, day_text, plain_number, today

NOTHING = Decimal(0)
SUMMED = ("taxable", "cgst", "sgst", "igst", "cess")
OF_LINE = ("product", "description", "is_service", "hsn", "unit", "supply", "rate", "cess_pct", "itc")


@dataclass(frozen=True, slots=True)
class Left:
    """A line of a bill, and what notes have left of it."""

    line: BillLine
    worth: Worth


@dataclass(slots=True)
class ReckonedNote:
    """An unsaved note with the lines that could be read; `lefts` are the lines of the bill."""

    note: VendorNote
    checks: Checks
    lefts: list[Left]
    lines: list[VendorNoteLine] = field(default_factory=list)


def lines_left(bill: Bill) -> list[Left]:
    """What a note may still take of each line."""
    taken: dict[int | None, Worth] = {}
    standing = VendorNoteLine.objects.filter(note__bill=bill, note__state=BillState.RECORDED)
    for row in standing:
        taken[row.bill_line_id] = taken.get(row.bill_line_id, Worth()) + _worth_of(row)
    return [Left(line, _worth_of(line) - taken.get(line.pk, Worth())) for line in bill.lines.all()]


def room_of(bill: Bill) -> Decimal:
    """What notes have left of a bill's total, in rupees."""
    standing = bill.vendor_notes.filter(state=BillState.RECORDED).values_list("total", flat=True)
    return bill.total - sum(standing, ZERO)


def reckon(bill: Bill, data: VendorNoteData) -> ReckonedNote:
    """Work out what was typed; nothing is written, and nothing raised for what a person typed."""
    checks = Checks()
    reckoned = ReckonedNote(_note(checks, bill, data), checks, lines_left(bill))
    for place, (left, typed) in enumerate(zip(reckoned.lefts, data.lines, strict=False)):
        if typed.qty is not None or typed.amount is not None:
            _add_line(reckoned, checks.under(f"lines-{place}-"), left, typed)
    if not reckoned.lines and not any(key.startswith("lines") for key in checks.errors):
        checks.refuse("lines", "Enter a quantity or an amount on at least one line.")
    _sum_up(reckoned, data)
    return reckoned


def _note(checks: Checks, bill: Bill, data: VendorNoteData) -> VendorNote:
    number = checks.text("number", data.number, 40, required="Enter the number that stands on the note.")
    note = VendorNote(
        business=bill.business,
        bill=bill,
        vendor_id=bill.vendor_id,
        number=number,
        number_key=number_key(number),
        date=data.date or today(),
        reason=data.reason,
    )
    if not bill.date <= note.date <= today():
        checks.refuse("date", f"Enter a day from {day_text(bill.date)}, the day of {bill.number}, to today.")
    else:
        _place(note)
    note.financial_year = financial_year(note.date)
    if data.reason not in VendorNoteReason.values:
        checks.refuse("reason", "Choose why the vendor credits it.")
    needed = "Say the reason in words." if data.reason == VendorNoteReason.OTHER else ""
    note.reason_text = checks.text("reason_text", data.reason_text, 200, required=needed)
    return note


def _place(note: VendorNote) -> None:
    """Its tax is reversed with its date, or in the first return not filed; never before it was claimed."""
    since = max(note.date, note.bill.claimed_in or note.date)
    open_one = claims.first_open_for(note.business, since)
    note.claimed_in = open_one if open_one is not None and open_one > note.date else None
    note.no_credit = note.bill.no_credit


def _add_line(reckoned: ReckonedNote, checks: Checks, left: Left, typed: NoteLineData) -> None:
    known = len(checks.errors)
    worth = _worth(checks, reckoned.note.bill, left, typed)
    if len(checks.errors) > known:
        return
    line = VendorNoteLine(position=len(reckoned.lines), bill_line=left.line, qty=worth.qty)
    for name in OF_LINE:
        setattr(line, name, getattr(left.line, name))
    for name in AMOUNTS:
        setattr(line, name, getattr(worth, name))
    line.price = (worth.taxable / worth.qty).quantize(Decimal("0.001")) if worth.qty else worth.taxable
    reckoned.lines.append(line)


def _worth(checks: Checks, bill: Bill, left: Left, typed: NoteLineData) -> Worth:
    """What a line of the note is worth: all of what is left where all of it is credited."""
    if typed.qty is not None and typed.amount is not None:
        checks.refuse("amount", "Enter a quantity or an amount, not both.")
        return Worth()
    if typed.qty is not None:
        qty = _qty(checks, left, typed.qty)
        value = value_of(qty, left.worth) if qty else NOTHING
    else:
        qty, value = NOTHING, _amount(checks, left, typed.amount or NOTHING)
    if value == left.worth.taxable and qty in (NOTHING, left.worth.qty):
        whole = {name: getattr(left.worth, name) for name in AMOUNTS}
        return Worth(**{**whole, "qty": qty})
    return taxed(bill, left.line, qty, value).capped(left.worth)


def _qty(checks: Checks, left: Left, qty: Decimal) -> Decimal:
    if not qty.is_finite() or qty <= 0:
        checks.refuse("qty", "Enter a quantity above 0, or leave it empty.")
    elif qty > left.worth.qty:
        most = f"{plain_number(left.worth.qty)} {left.line.unit}"
        checks.refuse("qty", f"Enter at most {most}: no more is left of it.")
    else:
        return checks.number("qty", qty, most=calc.MAX_QTY, places=3)
    return NOTHING


def _amount(checks: Checks, left: Left, amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount <= 0:
        checks.refuse("amount", "Enter an amount above ₹0.00, or leave it empty.")
    elif amount > left.worth.taxable:
        most = indian_format(left.worth.taxable)
        checks.refuse("amount", f"Enter at most {most} before tax: no more is left of the line.")
    else:
        return checks.number("amount", amount, most=LARGEST_AMOUNT, places=2)
    return NOTHING


def _sum_up(reckoned: ReckonedNote, data: VendorNoteData) -> None:
    note, lines, checks = reckoned.note, reckoned.lines, reckoned.checks
    for name in SUMMED:
        setattr(note, name, sum((getattr(line, name) for line in lines), ZERO))
    exact = sum((line.total for line in lines), ZERO)
    room = room_of(note.bill)
    rounded = exact + _round_off(checks, data.round_off, exact)
    # Rounding belongs to the bill: what it rounded goes back with the last of its lines.
    takes_rest = bool(lines) and data.round_off is None and _takes_all(reckoned.lefts, lines)
    note.total = room if takes_rest or (data.round_off is None and exact <= room < rounded) else rounded
    note.round_off = note.total - exact
    if note.total > room:
        left = f"Only {indian_format(room)} of {note.bill.number} is left, tax included"
        checks.refuse("lines", f"{left}: enter less.")


def _round_off(checks: Checks, typed: Decimal | None, exact: Decimal) -> Decimal:
    """As on the vendor's paper; where nothing is said, to the nearest rupee."""
    if typed is None:
        return round_rupee(exact) - exact
    checks.number("round_off", typed, least=-LARGEST_ROUND_OFF, most=LARGEST_ROUND_OFF, places=2)
    if not checks.has("round_off") and exact + typed < 0:
        checks.refuse("round_off", f"Take off at most {indian_format(exact)}, what the lines come to.")
    return ZERO if checks.has("round_off") else typed


def _takes_all(lefts: Sequence[Left], lines: Sequence[VendorNoteLine]) -> bool:
    taken = {line.bill_line.pk: line.taxable for line in lines if line.bill_line is not None}
    return all(left.worth.taxable == taken.get(left.line.pk, NOTHING) for left in lefts)


def _worth_of(line: BillLine | VendorNoteLine) -> Worth:
    return Worth(**{name: getattr(line, name) for name in AMOUNTS})
