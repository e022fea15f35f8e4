"""From what was typed of a vendor's bill to a bill that is worked out but not yet stored.

One road for the live totals, for recording and for changing, so that what a person saw is what is stored.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import BigIntegerField

from gstbillingapp.actions.checks import Checks, must_be
from gstbillingapp.actions.data import BillData, BillLineData
from gstbillingapp.actions.identity import STATE_CODES
from gstbillingapp.actions.products import LARGEST_CESS, LARGEST_CESS_PCT, LARGEST_PRICE, checked_unit
from gstbillingapp.gst import calc
from gstbillingapp.gst import hsn as codes
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import indian_format, round_rupee
from gstbillingapp.gst.numbers import financial_year, number_key
from gstbillingapp.gst.place import Kind
from gstbillingapp.gst.rates import rates_on
from gstbillingapp.models import (
    Bill,
    BillLine,
    Business,
    Credit,
    GstRate,
    Product,
    ProductKind,
    ProductRate,
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
AMOUNTS = ("taxable", "cgst", "sgst", "igst", "cess", "total")
FIELDS_OF_CALC = {"doc_disc": "doc_discount", "supplier_state": "__all__"}


@dataclass(slots=True)
class Reckoned:
    """An unsaved bill with the lines that could be read, and what was wrong with the rest.

    `places[i]` is the position in `data.lines` of `lines[i]`, as blank rows are left out. `result` is None
    where nothing could be computed.
    """

    bill: Bill
    checks: Checks
    lines: list[BillLine] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    result: calc.DocumentResult | None = None


def reckon(business: Business, data: BillData) -> Reckoned:
    """Work out what was typed; nothing is written, and nothing raised for what a person typed."""
    checks = Checks()
    reckoned = Reckoned(_bill(checks, business, data), checks)
    products = _products(business, data.lines)
    for place, line in enumerate(data.lines):
        if not line.is_blank:
            _add_line(reckoned, place, line, products)
    _work_out(reckoned, data)
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
        checks.refuse("vendor_id", "Choose a vendor of the list.")
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


def _products(business: Business, lines: Sequence[BillLineData]) -> dict[int, Product]:
    # SQLite takes no larger number, not even to say that there is no such row.
    ids = {line.product_id or 0 for line in lines}
    possible = {pk for pk in ids if 0 < pk <= BigIntegerField.MAX_BIGINT}
    rows = Product.objects.filter(business=business, pk__in=possible).prefetch_related("rates")
    return {product.pk: product for product in rows}


def _add_line(reckoned: Reckoned, place: int, data: BillLineData, products: Mapping[int, Product]) -> None:
    checks = reckoned.checks.under(f"lines-{place}-")
    known = len(reckoned.checks.errors)
    product = products.get(data.product_id) if data.product_id is not None else None
    if data.product_id is not None and product is None:
        checks.refuse("product_id", "Choose a product of the list.")
        return
    line = _line(checks, reckoned.bill, data, product)
    line.position = len(reckoned.lines)
    if len(reckoned.checks.errors) == known:
        reckoned.lines.append(line)
        reckoned.places.append(place)


def _line(checks: Checks, bill: Bill, data: BillLineData, product: Product | None) -> BillLine:
    base = product or Product(unit="NOS")
    is_service = _is_service(data, product)
    description = data.description or base.name
    return BillLine(
        product=product,
        description=checks.text("description", description, 300, required="Say what was bought."),
        is_service=is_service,
        hsn=_hsn(checks, data.hsn.strip() or base.hsn, is_service),
        qty=_qty(checks, data.qty),
        unit=checked_unit(checks, data.unit or base.unit),
        price=_price(checks, data.price),
        price_includes_tax=bool(data.price_includes_tax),
        disc_pct=checks.number("disc_pct", data.disc_pct or NOTHING, most=HUNDRED, places=3),
        disc_amt=checks.number("disc_amt", data.disc_amt or NOTHING, most=LARGEST_AMOUNT, places=2),
        itc=_itc(checks, bill.business, data.itc),
        **_tax(checks, bill, data, product),
    )


def _is_service(data: BillLineData, product: Product | None) -> bool:
    """As the product is; without one, by the code: chapter 99 of the tariff is of services alone."""
    if data.is_service is not None:
        return data.is_service
    if product is not None:
        return product.kind == ProductKind.SERVICE
    return data.hsn.strip().startswith("99")


def _hsn(checks: Checks, code: str, is_service: bool) -> str:
    kind = Kind.SERVICE if is_service else Kind.GOODS
    return checks.attempt("hsn", lambda: codes.check(code, kind)) or code if code else ""


def _qty(checks: Checks, value: Decimal | None) -> Decimal:
    if value is None or (value.is_finite() and value <= 0):
        checks.refuse("qty", "Enter a quantity above 0.")
        return NOTHING
    return checks.number("qty", value, most=calc.MAX_QTY, places=3)


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


def _tax(checks: Checks, bill: Bill, data: BillLineData, product: Product | None) -> dict[str, str | Decimal]:
    supply = data.supply or (product.supply if product else Supply.TAXABLE)
    checks.choice("supply", supply, Supply.values)
    untaxed: dict[str, str | Decimal] = {
        "supply": supply,
        "rate": NOTHING,
        "cess_pct": NOTHING,
        "cess_per_unit": NOTHING,
    }
    if supply != Supply.TAXABLE or not bears_tax(bill):
        return untaxed
    stored = (product.rate_on(bill.date) if product else None) or ProductRate(rate=None)
    rate = stored.rate if data.rate is None else data.rate
    if rate is None:
        checks.refuse("rate", "Choose the rate of tax.")
        return untaxed
    cess_pct = stored.cess_pct if data.cess_pct is None else data.cess_pct
    cess_per_unit = stored.cess_per_unit if data.cess_per_unit is None else data.cess_per_unit
    return {
        "supply": supply,
        "rate": checks.number("rate", rate, most=HUNDRED, places=3),
        "cess_pct": checks.number("cess_pct", cess_pct, most=LARGEST_CESS_PCT, places=3),
        "cess_per_unit": checks.number("cess_per_unit", cess_per_unit, most=LARGEST_CESS, places=4),
    }


def _work_out(reckoned: Reckoned, data: BillData) -> None:
    if not reckoned.lines:
        return
    document = _calc_input(reckoned)
    checks = reckoned.checks
    # On a day that cannot be, every rate would be refused as well, and that is not what is wrong.
    slabs = None if checks.has("date") else rates_on(GstRate.objects.all(), reckoned.bill.date)
    problems = calc.problems(document, allowed_rates=slabs)
    for problem in problems:
        _note(reckoned, problem)
    if problems:
        return
    result = calc.compute(document)
    if result.total + result.tax > LARGEST_AMOUNT:
        checks.refuse("lines", f"A bill is worth at most {indian_format(LARGEST_AMOUNT)}.")
        return
    _keep(reckoned, result, _round_off(checks, data.round_off, result.total))


def _calc_input(reckoned: Reckoned) -> calc.DocumentInput:
    bill = reckoned.bill
    return calc.DocumentInput(
        supplier_state=_supplier_state(bill),
        place_of_supply=bill.place_of_supply,
        lines=tuple(_calc_line(line) for line in reckoned.lines),
        sez=bill.sez or bill.imported,
        registered=bears_tax(bill),
        rcm=bill.rcm,
        doc_disc=bill.doc_discount,
        round_off=False,
    )


def _supplier_state(bill: Bill) -> str:
    """The vendor's state; of one that is abroad or has not said, the business's own."""
    return bill.vendor_state_code if bill.vendor_state_code in STATE_CODES else bill.business.state_code


def _calc_line(line: BillLine) -> calc.LineInput:
    return calc.LineInput(
        qty=line.qty,
        price=line.price,
        rate=line.rate,
        exempt=line.supply != Supply.TAXABLE,
        disc_pct=line.disc_pct,
        disc_amt=line.disc_amt,
        cess_pct=line.cess_pct,
        cess_per_unit=line.cess_per_unit,
        inclusive=line.price_includes_tax,
    )


def _note(reckoned: Reckoned, problem: InputError) -> None:
    name = FIELDS_OF_CALC.get(problem.name, problem.name)
    prefix = "" if problem.line is None else f"lines-{reckoned.places[problem.line]}-"
    if not reckoned.checks.has(prefix + name):
        reckoned.checks.refuse(prefix + name, must_be(problem))


def _round_off(checks: Checks, typed: Decimal | None, exact: Decimal) -> Decimal:
    """As on the vendor's paper; where nothing is said, to the nearest rupee, as most papers do it."""
    if typed is None:
        return round_rupee(exact) - exact
    checks.number("round_off", typed, least=-LARGEST_ROUND_OFF, most=LARGEST_ROUND_OFF, places=2)
    if not checks.has("round_off") and exact + typed < 0:
        checks.refuse("round_off", f"Take off at most {indian_format(exact)}, what the lines come to.")
    return ZERO if checks.has("round_off") else typed


def _keep(reckoned: Reckoned, result: calc.DocumentResult, round_off: Decimal) -> None:
    reckoned.result, bill = result, reckoned.bill
    for name in AMOUNTS:
        setattr(bill, name, getattr(result, name))
    bill.round_off = round_off
    bill.total += round_off
    for line, worked_out in zip(reckoned.lines, result.lines, strict=True):
        for name in AMOUNTS:
            setattr(line, name, getattr(worked_out, name))


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
