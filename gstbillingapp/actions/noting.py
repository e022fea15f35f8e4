"""From what was typed to a note that is worked out but not yet stored, at the rates of its invoice.

One road for the live totals, for the preview and for issuing, so that what a person saw is what is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import NoteData, NoteLineData
from gstbillingapp.actions.returns import last_day_to_credit
from gstbillingapp.gst import calc
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.notes import AMOUNTS, Worth, value_of
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.models import (
    Invoice,
    InvoiceLine,
    Note,
    NoteKind,
    NoteLine,
    NoteReason,
    Supply,
)
from gstbillingapp.models.document import Document
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, day_text, plain_number, today

NOTHING = Decimal(0)
TAXES = ("cgst", "sgst", "igst", "cess")
SUMMED = ("taxable", *TAXES)
# What a note says itself; the rest of a document it says as its invoice does.
OWN = frozenset(
    {
        *("id", "number", "number_key", "financial_year", "sequence", "date", "version"),
        *("round_off", "total", "doc_discount", "notes", "terms", *SUMMED),
        *("created_by", "created_at", "updated_at"),
    }
)
TAKEN_OVER = [field.name for field in Document._meta.local_fields if field.name not in OWN]
OF_LINE = ("product", "description", "is_service", "hsn", "unit", "supply", "rate", "cess_pct")


@dataclass(frozen=True, slots=True)
class Left:
    """A line of an invoice, and what notes have left of it."""

    line: InvoiceLine
    worth: Worth


@dataclass(slots=True)
class ComposedNote:
    """An unsaved note, with the lines that could be read, and what was wrong with the rest.

    `lefts` are the lines of the invoice; `places[i]` is the place among them of `lines[i]`.
    """

    note: Note
    checks: Checks
    lefts: list[Left]
    lines: list[NoteLine] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def lines_left(invoice: Invoice) -> list[Left]:
    """What credit notes may still take of each line; debit notes have added to it.

    Commercial ones leave the value of the supply as it is.
    """
    changed: dict[int, Worth] = {}
    standing = invoice.amendments.standing().of_supplies()
    rows = NoteLine.objects.filter(note__in=standing)
    for row in rows.select_related("note"):
        known = changed.get(row.invoice_line_id, Worth())
        changed[row.invoice_line_id] = known - worth_of(row) if row.note.is_credit else known + worth_of(row)
    return [Left(line, worth_of(line) + changed.get(line.pk, Worth())) for line in invoice.lines.all()]


def worth_of(line: InvoiceLine | NoteLine) -> Worth:
    """The amounts of a line."""
    return Worth(**{name: getattr(line, name) for name in AMOUNTS})


def compose(invoice: Invoice, data: NoteData) -> ComposedNote:
    """Work out what was typed; nothing is written, and nothing raised for what a person typed."""
    checks = Checks()
    composed = ComposedNote(_note(checks, invoice, data), checks, lines_left(invoice))
    for place, (left, typed) in enumerate(zip(composed.lefts, data.lines, strict=False)):
        if typed.qty is not None or typed.amount is not None:
            _add_line(composed, place, left, typed)
    if not composed.lines and not any(key.startswith("lines") for key in checks.errors):
        checks.refuse("lines", _nothing_typed(composed.note))
    _sum_up(composed)
    _check_cut_off(composed)
    return composed


def _note(checks: Checks, invoice: Invoice, data: NoteData) -> Note:
    kind = checks.choice("kind", data.kind, NoteKind.values)
    note = Note(kind=kind, invoice=invoice, date=data.date or today())
    for name in TAKEN_OVER:
        setattr(note, name, getattr(invoice, name))
    if not invoice.date <= note.date <= today():
        span = f"{day_text(invoice.date)}, the day of {invoice.number}, to today"
        checks.refuse("date", f"Enter a day from {span}.")
    note.financial_year = financial_year(note.date)
    note.commercial = data.commercial
    if note.commercial and not note.is_credit:
        checks.refuse("commercial", "Only a credit note can be without tax; leave this empty.")
    note.reason = data.reason
    if data.reason not in NoteReason.values:
        checks.refuse("reason", "Choose why the note is issued; it is printed on it.")
    needed = "Say the reason in words." if data.reason == NoteReason.OTHER else ""
    note.reason_text = checks.text("reason_text", data.reason_text, 200, required=needed)
    return note


def _nothing_typed(note: Note) -> str:
    if note.is_credit:
        return "Enter a quantity or an amount on at least one line."
    return "Enter an amount on at least one line."


def _add_line(composed: ComposedNote, place: int, left: Left, typed: NoteLineData) -> None:
    checks = composed.checks.under(f"lines-{place}-")
    known = len(composed.checks.errors)
    worth = _worth(checks, composed.note, left, typed)
    if len(composed.checks.errors) > known:
        return
    line = NoteLine(position=len(composed.lines), invoice_line=left.line, qty=worth.qty)
    for name in OF_LINE:
        setattr(line, name, getattr(left.line, name))
    if composed.note.commercial:
        line.rate = line.cess_pct = NOTHING
    for name in AMOUNTS:
        setattr(line, name, getattr(worth, name))
    line.price = _price(worth)
    composed.lines.append(line)
    composed.places.append(place)


def _worth(checks: Checks, note: Note, left: Left, typed: NoteLineData) -> Worth:
    """What a line of the note is worth: all of what is left where all of it was asked for."""
    if typed.qty is not None and typed.amount is not None:
        checks.refuse("amount", "Enter a quantity or an amount, not both.")
        return Worth()
    if note.commercial:
        return _taken_off(checks, left, typed)
    if typed.qty is not None:
        qty = _qty(checks, note, left, typed.qty)
        value = value_of(qty, left.worth) if qty else NOTHING
    else:
        most = left.worth.taxable if note.is_credit else None
        qty, value = NOTHING, _amount(checks, typed.amount or NOTHING, most, " before tax")
    if note.is_credit and value == left.worth.taxable and qty in (NOTHING, left.worth.qty):
        whole = {name: getattr(left.worth, name) for name in AMOUNTS}
        return Worth(**{**whole, "qty": qty})
    worth = _taxed(note, left.line, qty, value)
    return worth.capped(left.worth) if note.is_credit else worth


def _taken_off(checks: Checks, left: Left, typed: NoteLineData) -> Worth:
    """Rupees off a line as they stand: no goods, no tax."""
    if typed.qty is not None:
        checks.refuse("qty", "Without tax, enter an amount: goods come back with their tax.")
        return Worth()
    amount = _amount(checks, typed.amount or NOTHING, left.worth.total)
    return Worth(taxable=amount, total=amount)


def _qty(checks: Checks, note: Note, left: Left, qty: Decimal) -> Decimal:
    unit = left.line.unit
    if not note.is_credit:
        checks.refuse("qty", "A debit note raises the value: enter an amount. Bill more goods on an invoice.")
    elif not qty.is_finite() or qty <= 0:
        checks.refuse("qty", "Enter a quantity above 0, or leave it empty.")
    elif qty > left.worth.qty:
        checks.refuse("qty", f"Enter at most {plain_number(left.worth.qty)} {unit}: no more is left of it.")
    else:
        return checks.number("qty", qty, most=calc.MAX_QTY, places=3)
    return NOTHING


def _amount(checks: Checks, amount: Decimal, most: Decimal | None, which: str = "") -> Decimal:
    """Rupees off a line, or on it; at most so many where that is not None."""
    if not amount.is_finite() or amount <= 0:
        checks.refuse("amount", "Enter an amount above ₹0.00, or leave it empty.")
        return NOTHING
    if most is not None and amount > most:
        checks.refuse("amount", f"Enter at most {indian_format(most)}{which}: no more is left of the line.")
        return NOTHING
    return checks.number("amount", amount, most=LARGEST_AMOUNT, places=2)


def _taxed(note: Note, line: InvoiceLine, qty: Decimal, value: Decimal) -> Worth:
    """A value before tax with the tax that its invoice's line bears, at the rate of that day (s.34)."""
    document = calc.DocumentInput(
        supplier_state=note.supplier_state_code,
        place_of_supply=note.place_of_supply,
        lines=(
            calc.LineInput(
                qty=Decimal(1),
                price=value,
                rate=line.rate,
                exempt=line.supply != Supply.TAXABLE,
                cess_pct=line.cess_pct,
                cess_per_unit=line.cess_per_unit * qty,
                inclusive=False,
            ),
        ),
        sez=note.sez,
        export=note.export,
        zero_rated=note.zero_rated,
        composition=note.composition,
        registered=note.composition or bool(note.supplier_gstin),
        rcm=note.rcm,
        round_off=False,
    )
    [result] = calc.compute(document).lines
    return Worth(qty=qty, **{name: getattr(result, name) for name in AMOUNTS if name != "qty"})


def _price(worth: Worth) -> Decimal:
    """Rupees a unit before tax, to the tenth of a paisa as columns hold them; of an amount, the amount."""
    return (worth.taxable / worth.qty).quantize(Decimal("0.001")) if worth.qty else worth.taxable


def _sum_up(composed: ComposedNote) -> None:
    note, lines = composed.note, composed.lines
    for name in SUMMED:
        setattr(note, name, sum((getattr(line, name) for line in lines), ZERO))
    note.total = sum((line.total for line in lines), ZERO)
    if note.is_credit and lines:
        room, given = _room(note.invoice)
        # Rounding to the rupee belongs to the invoice: it goes back with the last of its lines.
        if not note.commercial and (note.total > room or _takes_all(composed.lefts, lines)):
            note.round_off, note.total = room - note.total, room
        if note.total > room - given:
            composed.checks.refuse("lines", _too_much(note, room - given, given))
    if note.total + note.invoice.debited > LARGEST_AMOUNT:
        composed.checks.refuse("lines", f"An invoice is worth at most {indian_format(LARGEST_AMOUNT)}.")


def _room(invoice: Invoice) -> tuple[Decimal, Decimal]:
    """What notes have left of an invoice's total, and what commercial ones took of that, in rupees."""
    room, given = invoice.total, ZERO
    for kind, commercial, total in invoice.amendments.standing().values_list("kind", "commercial", "total"):
        if commercial:
            given += total
        else:
            room += total if kind == NoteKind.DEBIT else -total
    return room, given


def _too_much(note: Note, left: Decimal, given: Decimal) -> str:
    said = f"Only {indian_format(left)} of {note.invoice.number} is left to credit, tax included"
    if not given:
        return f"{said}: enter less."
    took = f"commercial credit notes took {indian_format(given)}"
    return f"{said}: {took}. Enter less, or cancel those first."


def _takes_all(lefts: Sequence[Left], lines: Sequence[NoteLine]) -> bool:
    taken = {line.invoice_line_id or line.invoice_line.pk: line.taxable for line in lines}
    return all(left.worth.taxable == taken.get(left.line.pk, NOTHING) for left in lefts)


def _check_cut_off(composed: ComposedNote) -> None:
    note, year = composed.note, composed.note.invoice.financial_year
    bears_tax = any(getattr(note, name) for name in TAXES)
    if not (note.is_credit and bears_tax) or composed.checks.has("date"):
        return
    last = last_day_to_credit(note.business, year)
    if today() > last:
        composed.checks.refuse(
            "date",
            f"Credit notes for supplies of {year} that are made until {day_text(last)} lower the tax "
            "(CGST s.34), whatever their date. Choose a commercial credit note, without tax.",
        )
