"""From what was typed of a vendor's bill to a bill that is worked out but not yet stored.

One road for the live totals, for recording and for changing, so that what a person saw is what is stored.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from gstbillingapp.actions import claims
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import BillData, BillLineData
from gstbillingapp.actions.identity import STATE_CODES
from gstbillingapp.actions.products import LARGEST_PRICE, checked_unit
from gstbillingapp.actions.worked_out import WorkedOut, calc_line, checked_hsn, checked_qty, checked_tax
from gstbillingapp.gst import calc
from gstbillingapp.gst.money import indian_format, round_rupee
from gstbillingapp.gst.notes import AMOUNTS, Worth
from gstbillingapp.gst.numbers import financial_year, number_key
from gstbillingapp.models import (
    Bill,
    BillLine,
    Business,
    Credit,
    Product,
    ProductKind,
    Scheme,
    Supply,
    Vendor,
    VendorKind,
)
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, day_text, today
from gstbillingapp.models.vendor import TAXING_VENDORS

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
# What a paper may differ by from the exact sum: a vendor who rounds each line, or the total to ten rupees.
LARGEST_ROUND_OFF = Decimal(10)


@dataclass(slots=True, kw_only=True)
class Reckoned(WorkedOut[BillLine]):
    """An unsaved bill with its lines, as far as they could be read."""

    bill: Bill


def reckon(business: Business, data: BillData, stored: Bill | None = None) -> Reckoned:
    """Work out what was typed; nothing is written, and nothing raised for what a person typed.

    `stored` is the bill that is being changed.
    """
    checks = Checks()
    bill = _bill(checks, business, data)
    reckoned = Reckoned(bill=bill, checks=checks)
    reckoned.read(business, data.lines, partial(_line, bill))
    _work_out(reckoned, data)
    own_paper = bill.rcm and not bill.vendor_gstin
    claims.place(checks, bill, data.claimed_in, stored, own_paper=own_paper, elsewhere=is_elsewhere(bill))
    return reckoned


def data_of(bill: Bill) -> BillData:
    """What was typed to make a stored bill."""
    usual = round_rupee(bill.total - bill.round_off) - (bill.total - bill.round_off)
    return BillData(
        vendor_id=bill.vendor_id,
        number=bill.number,
        date=bill.date,
        due_date=bill.due_date,
        place_of_supply=bill.place_of_supply,
        rcm=bill.rcm,
        claimed_in=bill.claimed_in,
        doc_discount=bill.doc_discount,
        round_off=None if bill.round_off == usual else bill.round_off,
        notes=bill.notes,
        lines=[_line_data_of(line) for line in bill.lines.all()],
        version=bill.version,
    )


def bears_tax(bill: Bill) -> bool:
    """Whether its lines have tax: the vendor charges it, or the business owes it on reverse charge."""
    return bill.rcm or bill.vendor_kind in ("", *TAXING_VENDORS)


def mode_of(bill: Bill) -> calc.TaxMode:
    """Which taxes the bill has."""
    return calc.tax_mode(
        _supplier_state(bill),
        bill.place_of_supply,
        sez=bill.sez or bill.imported,
        charges_tax=bears_tax(bill),
    )


def is_elsewhere(bill: Bill) -> bool:
    """Whether its CGST is of another state, which gives no credit here (CGST s.2(62), s.25(4))."""
    return bill.place_of_supply != bill.business.state_code and mode_of(bill).is_intra


def _line_data_of(line: BillLine) -> BillLineData:
    names = set(BillLineData.__dataclass_fields__)
    return BillLineData(**{name: getattr(line, name) for name in names})


def _bill(checks: Checks, business: Business, data: BillData) -> Bill:
    date = checks.day("date", data.date or today())
    vendor = _vendor(checks, business, data.vendor_id)
    number = checks.text("number", data.number, 40)
    bill = Bill(
        business=business,
        number=number,
        number_key=number_key(number),
        financial_year=financial_year(date),
        date=date,
        due_date=_due_date(checks, data.due_date, date, vendor),
        place_of_supply=_place(checks, business, data.place_of_supply),
        rcm=data.rcm,
        doc_discount=checks.number("doc_discount", data.doc_discount or ZERO, most=LARGEST_AMOUNT, places=2),
        notes=checks.text("notes", data.notes, 1000),
    )
    if vendor is not None:
        _take_vendor(bill, vendor)
    return bill


def _vendor(checks: Checks, business: Business, vendor_id: int | None) -> Vendor | None:
    if vendor_id is None:
        return None
    vendor = Vendor.objects.filter(business=business, pk=vendor_id).first()
    if vendor is None:
        checks.refuse("vendor_id", "Choose a vendor from the list.")
    return vendor


def _take_vendor(bill: Bill, vendor: Vendor) -> None:
    """Copy the vendor: a bill goes on saying what it said, and the returns with it."""
    bill.vendor = vendor
    bill.vendor_name, bill.vendor_gstin = vendor.name, vendor.gstin
    bill.vendor_kind, bill.vendor_state_code = vendor.kind, vendor.state_code
    bill.sez = vendor.kind == VendorKind.SEZ
    bill.imported = vendor.kind == VendorKind.OVERSEAS
    # Nobody abroad collects Indian tax: it is paid at customs, or on reverse charge (IGST s.5(1) and 5(3)).
    bill.rcm = bill.rcm or bill.imported


def _due_date(
    checks: Checks, due_date: datetime.date | None, date: datetime.date, vendor: Vendor | None
) -> datetime.date:
    if due_date is None:
        days = vendor.due_days if vendor and not checks.has("date") else 0
        return date + datetime.timedelta(days=days)
    checks.day("due_date", due_date)
    if due_date < date:
        checks.refuse("due_date", "Choose the bill's own date or a later one.")
    return due_date


def _place(checks: Checks, business: Business, typed: str) -> str:
    code = typed.strip()
    if code and code not in STATE_CODES:
        checks.refuse("place_of_supply", "Choose a state or union territory from the list.")
        code = ""
    return code or business.state_code


def _line(bill: Bill, checks: Checks, data: BillLineData, product: Product | None) -> BillLine:
    base = product or Product(unit="NOS")
    is_service = _is_service(data, product)
    description = data.description or base.name
    return BillLine(
        product=product,
        description=checks.text("description", description, 300, required="Say what was bought."),
        is_service=is_service,
        hsn=checked_hsn(checks, data.hsn.strip() or base.hsn, is_service),
        qty=checked_qty(checks, data.qty),
        unit=checked_unit(checks, data.unit or base.unit),
        price=_price(checks, data.price),
        price_includes_tax=bool(data.price_includes_tax),
        disc_pct=checks.number("disc_pct", data.disc_pct or NOTHING, most=HUNDRED, places=3),
        disc_amt=checks.number("disc_amt", data.disc_amt or NOTHING, most=LARGEST_AMOUNT, places=2),
        itc=_itc(checks, bill.business, data.itc),
        **checked_tax(checks, data, product, bill.date, taxed=bears_tax(bill)),
    )


def _is_service(data: BillLineData, product: Product | None) -> bool:
    """As the product is; without one, by the code: chapter 99 of the tariff is of services alone."""
    if data.is_service is not None:
        return data.is_service
    if product is not None:
        return product.kind == ProductKind.SERVICE
    return data.hsn.strip().startswith("99")


def _price(checks: Checks, value: Decimal | None) -> Decimal:
    if value is None:
        checks.refuse("price", "Enter what the vendor charges for one unit.")
        return NOTHING
    return checks.number("price", value, most=LARGEST_PRICE, places=3)


def _itc(checks: Checks, business: Business, typed: str) -> str:
    """What becomes of the tax: a business that charges none claims none (CGST s.10(4) and s.16(1))."""
    checks.choice("itc", typed or Credit.ELIGIBLE, Credit.values)
    if business.scheme != Scheme.REGULAR:
        return Credit.NONE
    return typed or Credit.ELIGIBLE


def _work_out(reckoned: Reckoned, data: BillData) -> None:
    if not reckoned.lines:
        return
    bill = reckoned.bill
    result = reckoned.compute(_calc_input(reckoned), bill.date)
    if result is not None:
        reckoned.keep(bill, result)
        bill.round_off = _round_off(reckoned.checks, data.round_off, result.total)
        bill.total += bill.round_off


def _calc_input(reckoned: Reckoned) -> calc.DocumentInput:
    bill = reckoned.bill
    return _document(bill, [calc_line(line) for line in reckoned.lines], bill.doc_discount)


def _document(bill: Bill, lines: Sequence[calc.LineInput], doc_discount: Decimal) -> calc.DocumentInput:
    return calc.DocumentInput(
        supplier_state=_supplier_state(bill),
        place_of_supply=bill.place_of_supply,
        lines=tuple(lines),
        sez=bill.sez or bill.imported,
        registered=bears_tax(bill),
        rcm=bill.rcm,
        doc_disc=doc_discount,
        round_off=False,
    )


def taxed(bill: Bill, line: BillLine, qty: Decimal, value: Decimal) -> Worth:
    """Rupees before tax with the tax that a line of a bill bears, for a note against it (CGST s.34)."""
    part = calc.LineInput(
        qty=Decimal(1),
        price=value,
        rate=line.rate,
        exempt=line.supply != Supply.TAXABLE,
        cess_pct=line.cess_pct,
        cess_per_unit=line.cess_per_unit * qty,
    )
    [result] = calc.compute(_document(bill, [part], ZERO)).lines
    return Worth(qty=qty, **{name: getattr(result, name) for name in AMOUNTS if name != "qty"})


def _supplier_state(bill: Bill) -> str:
    """The vendor's state; of one that is abroad or has not said, the business's own."""
    return bill.vendor_state_code if bill.vendor_state_code in STATE_CODES else bill.business.state_code


def _round_off(checks: Checks, typed: Decimal | None, exact: Decimal) -> Decimal:
    """As on the vendor's paper; where nothing is said, to the nearest rupee, as most papers do it."""
    if typed is None:
        return round_rupee(exact) - exact
    checks.number("round_off", typed, least=-LARGEST_ROUND_OFF, most=LARGEST_ROUND_OFF, places=2)
    if not checks.has("round_off") and exact + typed < 0:
        checks.refuse("round_off", f"Take off at most {indian_format(exact)}, what the lines come to.")
    return ZERO if checks.has("round_off") else typed


def note_missing(reckoned: Reckoned) -> None:
    """Note what a bill cannot be recorded without; while one types it is not wrong yet."""
    checks, bill = reckoned.checks, reckoned.bill
    if not bill.vendor_id and not checks.has("vendor_id"):
        checks.refuse("vendor_id", "Choose the vendor.")
    if not bill.number and not checks.has("number"):
        checks.refuse("number", "Enter the number that stands on the vendor's bill.")
    if not reckoned.lines and not any(key.startswith("lines") for key in checks.errors):
        checks.refuse("lines", "Add at least one line with a quantity and a price.")
    if bill.date > today() and not checks.has("date"):
        checks.refuse("date", f"A bill is dated today, {day_text(today())}, or earlier.")
