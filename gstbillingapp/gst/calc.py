"""Totals of an invoice, from what was typed to what is payable.

    result = compute(DocumentInput(supplier_state="27", place_of_supply="29", lines=(LineInput(...),)))

Order of the work: line net after its own discount, the document's discount
spread over the lines, tax per line and component rounded to the paisa, the sum of the rounded lines, and the
payable rounded to the rupee. All amounts are `Decimal` rupees with two decimals; rounding is half up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import (
    ARITHMETIC,
    HUNDRED,
    MAX_AMOUNT,
    PAISA,
    ZERO,
    indian_format,
    problem_with,
    round2,
    round_rupee,
)
from gstbillingapp.gst.states import ABROAD, CENTRE, STATES, UTGST_CODES, current_code

MAX_LINES = 1000  # the e-invoice portal takes no more items in one document
MAX_QTY = Decimal("999999999")
MAX_PRICE = Decimal("9999999999999")
FINE = 6  # decimals of quantities and prices: finer than any balance or petrol pump bills
MAX_RATE = HUNDRED
MAX_CESS_RATE = Decimal(1000)  # the highest ever notified was 290 per cent


class TaxMode(StrEnum):
    """The tax columns a document has."""

    CGST_SGST = "CGST+SGST"
    CGST_UTGST = "CGST+UTGST"
    IGST = "IGST"
    NONE = "NONE"

    @property
    def is_intra(self) -> bool:
        """Whether tax is split between the centre and the state or territory."""
        return self in (TaxMode.CGST_SGST, TaxMode.CGST_UTGST)

    @property
    def state_tax_label(self) -> str:
        """The heading of the `sgst` column: UTGST in a territory without a legislature."""
        return "UTGST" if self is TaxMode.CGST_UTGST else "SGST"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInput:
    """One line as typed. Rates and `disc_pct` are per cent; `price` and `cess_per_unit` are rupees a unit.

    `disc_amt` is rupees off the whole line; a line has one kind of discount. `exempt` covers exempt,
    nil-rated and non-GST supplies: whatever its rate, the line bears no tax. `inclusive` None means as the
    document says.
    """

    qty: Decimal
    price: Decimal
    rate: Decimal = ZERO
    exempt: bool = False
    disc_pct: Decimal = ZERO
    disc_amt: Decimal = ZERO
    cess_pct: Decimal = ZERO
    cess_per_unit: Decimal = ZERO
    inclusive: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInput:
    """A document as typed. State codes are the two digits of `states.STATES`; `doc_disc` is rupees.

    `zero_rated` is an export or SEZ supply without tax under LUT. `rcm` shows the tax and leaves it to the
    buyer. `composition` and `registered=False` charge none. With `inclusive` prices contain the tax.
    `deemed_export` (CGST s.147) changes no figure.
    """

    supplier_state: str
    place_of_supply: str
    lines: tuple[LineInput, ...]
    sez: bool = False
    export: bool = False
    zero_rated: bool = False
    composition: bool = False
    registered: bool = True
    rcm: bool = False
    deemed_export: bool = False
    inclusive: bool = False
    doc_disc: Decimal = ZERO
    round_off: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LineResult:
    """One line worked out. `gross` is quantity × price, `discount` the line's own.

    `doc_discount` is its share of the document's. With tax-inclusive prices gross and discounts contain the
    tax. `rate` is the per cent charged, 0 where none is. `total` is what the line adds to the payable:
    without tax under reverse charge.
    """

    gross: Decimal
    discount: Decimal
    doc_discount: Decimal
    taxable: Decimal
    rate: Decimal
    cgst: Decimal
    sgst: Decimal
    igst: Decimal
    cess: Decimal
    total: Decimal

    @property
    def tax(self) -> Decimal:
        """All components together, cess included."""
        return ARITHMETIC.add(ARITHMETIC.add(self.cgst, self.sgst), ARITHMETIC.add(self.igst, self.cess))


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentResult:
    """A document worked out: the sums of its rounded lines, and the payable `total`."""

    mode: TaxMode
    lines: tuple[LineResult, ...]
    discount: Decimal
    taxable: Decimal
    cgst: Decimal
    sgst: Decimal
    igst: Decimal
    cess: Decimal
    total_before_round: Decimal
    round_off: Decimal
    total: Decimal

    @property
    def tax(self) -> Decimal:
        """All components together, cess included; under reverse charge the buyer pays it, not the total."""
        return ARITHMETIC.add(ARITHMETIC.add(self.cgst, self.sgst), ARITHMETIC.add(self.igst, self.cess))


@dataclass(frozen=True, slots=True)
class _Rates:
    """Per cents charged on one line, and the cess it bears by quantity in rupees."""

    cgst: Decimal = ZERO
    sgst: Decimal = ZERO
    igst: Decimal = ZERO
    cess: Decimal = ZERO
    cess_fixed: Decimal = ZERO

    @property
    def percent(self) -> Decimal:
        return self.cgst + self.sgst + self.igst + self.cess


@dataclass(frozen=True, slots=True)
class _Taxes:
    taxable: Decimal
    cgst: Decimal
    sgst: Decimal
    igst: Decimal
    cess: Decimal

    @property
    def total(self) -> Decimal:
        return self.taxable + self.cgst + self.sgst + self.igst + self.cess


@lru_cache(maxsize=1_000)
def tax_mode(
    supplier_state: str,
    place_of_supply: str,
    *,
    sez: bool = False,
    export: bool = False,
    charges_tax: bool = True,
) -> TaxMode:
    """Which tax a supply bears. SEZ and export are always inter-state (IGST Act s.7(5))."""
    if not charges_tax:
        return TaxMode.NONE
    here, there = current_code(supplier_state), current_code(place_of_supply)
    if sez or export or here != there:
        return TaxMode.IGST
    return TaxMode.CGST_UTGST if here in UTGST_CODES else TaxMode.CGST_SGST


def compute(document: DocumentInput, *, allowed_rates: Collection[Decimal] | None = None) -> DocumentResult:
    """Work a document out.

    `allowed_rates` are the slabs in force on its date (`rates.rates_on`); None takes any rate up to 100.
    Raises the first InputError of `problems`.
    """
    with localcontext(ARITHMETIC):
        for error in _problems(document, allowed_rates):
            raise error
        result = _computed(document)
        for error in _problems_of_result(result):
            raise error
        return result


def problems(
    document: DocumentInput, *, allowed_rates: Collection[Decimal] | None = None
) -> list[InputError]:
    """Everything wrong with a document, each error naming its field; empty when it can be computed."""
    with localcontext(ARITHMETIC):
        return list(_problems(document, allowed_rates)) or list(_problems_of_result(_computed(document)))


def spread(amount: Decimal, weights: Iterable[Decimal]) -> list[Decimal]:
    """Divide rupees over weights pro rata: each share floored to the paisa, then largest remainder first.

    Amount and weights are whole paise. Shares add up to `amount` exactly; a tie goes to the earlier weight;
    no share exceeds its weight as long as `amount` does not exceed their sum. Zero over anything is zeros.
    """
    parts = list(weights)
    with localcontext(ARITHMETIC):
        whole = sum(parts, ZERO)
        if not amount or not whole:
            return [ZERO] * len(parts)
        exact = [amount * part / whole for part in parts]
        shares = [share.quantize(PAISA, ROUND_FLOOR) for share in exact]
        missing = int((amount - sum(shares, ZERO)) / PAISA)
        by_remainder = sorted(range(len(parts)), key=lambda i: shares[i] - exact[i])
        for i in by_remainder[:missing]:
            shares[i] += PAISA
        return shares


def _computed(document: DocumentInput) -> DocumentResult:
    mode = tax_mode(
        document.supplier_state,
        document.place_of_supply,
        sez=document.sez,
        export=document.export,
        charges_tax=document.registered and not document.composition,
    )
    nets = [_net(line) for line in document.lines]
    shares = spread(document.doc_disc, nets)
    lines = tuple(
        _line(document, mode, line, net, share)
        for line, net, share in zip(document.lines, nets, shares, strict=True)
    )
    return _summed(mode, lines, round_off=document.round_off)


def _summed(mode: TaxMode, lines: tuple[LineResult, ...], *, round_off: bool) -> DocumentResult:
    """Totals are the sum of the rounded lines, as the e-invoice portal requires."""
    before = sum((line.total for line in lines), ZERO)
    total = round_rupee(before) if round_off else before
    return DocumentResult(
        mode=mode,
        lines=lines,
        discount=sum((line.discount + line.doc_discount for line in lines), ZERO),
        taxable=sum((line.taxable for line in lines), ZERO),
        cgst=sum((line.cgst for line in lines), ZERO),
        sgst=sum((line.sgst for line in lines), ZERO),
        igst=sum((line.igst for line in lines), ZERO),
        cess=sum((line.cess for line in lines), ZERO),
        total_before_round=before,
        round_off=total - before,
        total=total,
    )


def _gross(line: LineInput) -> Decimal:
    return line.qty * line.price


def _net(line: LineInput) -> Decimal:
    """Quantity × price less the line's discount, rounded once."""
    gross = _gross(line)
    return round2(gross - gross * line.disc_pct / HUNDRED - line.disc_amt)


def _line(
    document: DocumentInput, mode: TaxMode, line: LineInput, net: Decimal, share: Decimal
) -> LineResult:
    gross = round2(_gross(line))
    inclusive = document.inclusive if line.inclusive is None else line.inclusive
    rates = _rates(document, mode, line)
    taxes = _inside(net - share, rates) if inclusive else _on_top(net - share, rates)
    return LineResult(
        gross=gross,
        discount=gross - net,
        doc_discount=share,
        taxable=taxes.taxable,
        rate=rates.cgst + rates.sgst + rates.igst,
        cgst=taxes.cgst,
        sgst=taxes.sgst,
        igst=taxes.igst,
        cess=taxes.cess,
        total=taxes.taxable if document.rcm else taxes.total,
    )


def _rates(document: DocumentInput, mode: TaxMode, line: LineInput) -> _Rates:
    if mode is TaxMode.NONE or line.exempt or document.zero_rated:
        return _Rates()
    cess_fixed = round2(line.cess_per_unit * line.qty)
    if mode is TaxMode.IGST:
        return _Rates(igst=line.rate, cess=line.cess_pct, cess_fixed=cess_fixed)
    half = line.rate / 2
    return _Rates(cgst=half, sgst=half, cess=line.cess_pct, cess_fixed=cess_fixed)


def _on_top(net: Decimal, rates: _Rates) -> _Taxes:
    """Tax added to a price without tax."""
    return _Taxes(
        taxable=net,
        cgst=round2(net * rates.cgst / HUNDRED),
        sgst=round2(net * rates.sgst / HUNDRED),
        igst=round2(net * rates.igst / HUNDRED),
        cess=round2(net * rates.cess / HUNDRED) + rates.cess_fixed,
    )


def _inside(value: Decimal, rates: _Rates) -> _Taxes:
    """Tax taken out of a price that contains it (CGST Rule 35), so that the line's total is the price.

    Cess by quantity does not grow with the price: it comes off first, the per cents share what is left.
    """
    rest = value - rates.cess_fixed
    base = HUNDRED + rates.percent
    cgst, sgst, igst = (round2(rest * rate / base) for rate in (rates.cgst, rates.sgst, rates.igst))
    cess = round2(rest * rates.cess / base) + rates.cess_fixed
    return _Taxes(taxable=value - cgst - sgst - igst - cess, cgst=cgst, sgst=sgst, igst=igst, cess=cess)


def _problems(document: DocumentInput, allowed_rates: Collection[Decimal] | None) -> Iterator[InputError]:
    yield from _problems_of_supply(document)
    if not 1 <= len(document.lines) <= MAX_LINES:
        yield InputError("lines", f"at least one line, at most {MAX_LINES}")
        return
    of_lines = [
        error
        for index, line in enumerate(document.lines)
        for error in _problems_of_line(line, f"lines[{index}]", allowed_rates)
    ]
    yield from of_lines
    if not of_lines:  # a sum means something only once every number does
        yield from _problems_of_discount(document)


def _problems_of_supply(document: DocumentInput) -> Iterator[InputError]:
    if document.supplier_state not in STATES or document.supplier_state in (ABROAD, CENTRE):
        yield InputError("supplier_state", "the code of a state or territory")
    if document.place_of_supply not in STATES or document.place_of_supply == CENTRE:
        yield InputError("place_of_supply", "the code of a state or territory, or 96 for abroad")
    if document.zero_rated and not (document.sez or document.export or document.place_of_supply == ABROAD):
        yield InputError("zero_rated", "left out unless the supply is an export or to an SEZ")


@dataclass(frozen=True, slots=True)
class _Bounds:
    maximum: Decimal
    places: int = field(default=FINE)


_LINE_BOUNDS = {
    "qty": _Bounds(MAX_QTY),
    "price": _Bounds(MAX_PRICE),
    "rate": _Bounds(MAX_RATE, 3),
    "disc_pct": _Bounds(HUNDRED, 4),
    "disc_amt": _Bounds(MAX_AMOUNT, 2),
    "cess_pct": _Bounds(MAX_CESS_RATE, 3),
    "cess_per_unit": _Bounds(MAX_PRICE),
}


def _problems_of_line(
    line: LineInput, path: str, allowed_rates: Collection[Decimal] | None
) -> Iterator[InputError]:
    errors = [
        problem_with(getattr(line, name), f"{path}.{name}", maximum=bounds.maximum, places=bounds.places)
        for name, bounds in _LINE_BOUNDS.items()
    ]
    yield from filter(None, errors)
    if any(errors):
        return
    if allowed_rates is not None and not line.exempt and line.rate not in allowed_rates:
        slabs = ", ".join(f"{rate.normalize():f}" for rate in sorted(allowed_rates))
        yield InputError(f"{path}.rate", f"one of {slabs}")
    if line.disc_pct and line.disc_amt:
        yield InputError(f"{path}.disc_amt", "zero when the line has a discount in per cent")
    elif line.disc_amt > _gross(line):
        yield InputError(f"{path}.disc_amt", f"at most {indian_format(_gross(line))}, the line's amount")


def _problems_of_discount(document: DocumentInput) -> Iterator[InputError]:
    error = problem_with(document.doc_disc, "doc_disc", maximum=MAX_AMOUNT, places=2)
    whole = sum((_net(line) for line in document.lines), ZERO)
    if error:
        yield error
    elif document.doc_disc > whole:
        yield InputError("doc_disc", f"at most {indian_format(whole)}, the sum of the lines")


def _problems_of_result(result: DocumentResult) -> Iterator[InputError]:
    """What only the finished arithmetic shows."""
    for index, line in enumerate(result.lines):
        if line.taxable < 0:
            yield InputError(f"lines[{index}].cess_per_unit", "less than the price that contains it")
    if result.taxable + result.tax > MAX_AMOUNT:
        yield InputError("lines", f"worth at most {indian_format(MAX_AMOUNT)} together")
