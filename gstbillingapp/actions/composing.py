"""From what was typed to an invoice that is worked out but not yet stored.

One road for the live totals, for saving and for issuing, so that what a person saw is what is stored.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import BigIntegerField

from gstbillingapp.actions.checks import Checks, must_be
from gstbillingapp.actions.data import InvoiceData, LineData
from gstbillingapp.actions.identity import STATE_CODES
from gstbillingapp.actions.products import (
    LARGEST_CESS,
    LARGEST_CESS_PCT,
    LARGEST_PRICE,
    checked_unit,
)
from gstbillingapp.gst import calc
from gstbillingapp.gst import hsn as codes
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.place import Kind, Place, place_of_supply
from gstbillingapp.gst.rates import rates_on
from gstbillingapp.gst.states import ABROAD, state_name
from gstbillingapp.models import (
    Business,
    BuyerKind,
    Customer,
    GstRate,
    Invoice,
    InvoiceLine,
    Product,
    ProductKind,
    ProductRate,
    Scheme,
    Supply,
)
from gstbillingapp.models.document import Document, DocumentLine
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, today

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
REGISTERED = (BuyerKind.REGULAR, BuyerKind.SEZ)
# The names that the arithmetic gives to fields which are called otherwise on an invoice.
FIELDS_OF_CALC = {"doc_disc": "doc_discount", "supplier_state": "__all__"}
AMOUNTS = ("taxable", "cgst", "sgst", "igst", "cess", "total")


@dataclass(slots=True)
class Composed:
    """An unsaved invoice with the lines that could be read, and what was wrong with the rest.

    `places[i]` is the position in `data.lines` of `lines[i]`, as blank rows are left out. `result` is None
    where nothing could be computed.
    """

    invoice: Invoice
    checks: Checks
    lines: list[InvoiceLine] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    result: calc.DocumentResult | None = None


def compose(business: Business, data: InvoiceData) -> Composed:
    """Work out what was typed; nothing is written, and nothing raised for what a person typed."""
    checks = Checks()
    invoice = _document(checks, business, data)
    composed = Composed(invoice, checks)
    products = _products(business, data.lines)
    for place, line in enumerate(data.lines):
        if not line.is_blank:
            _add_line(composed, place, line, products)
    _set_place(composed, data)
    _work_out(composed)
    return composed


def data_of(invoice: Invoice) -> InvoiceData:
    """What was typed to make a stored draft, so that issuing it works it out anew."""
    return typed_of(invoice, invoice.due_date, invoice.lines.all())


def typed_of(
    document: Document, last_day: datetime.date | None, lines: Iterable[DocumentLine]
) -> InvoiceData:
    """What was typed to make a stored document with these lines."""
    return InvoiceData(
        customer_id=document.customer_id,
        date=document.date,
        due_date=last_day,
        place_of_supply=document.place_of_supply if document.place_chosen else "",
        zero_rated=document.zero_rated,
        rcm=document.rcm,
        deemed_export=document.deemed_export,
        doc_discount=document.doc_discount,
        round_off=document.round_off_enabled,
        notes=document.notes,
        terms=document.terms,
        lines=[line_data_of(line) for line in lines],
    )


def line_data_of(line: DocumentLine) -> LineData:
    """What was typed to make a stored line."""
    names = set(LineData.__dataclass_fields__)
    return LineData(**{name: getattr(line, name) for name in names})


def _document(checks: Checks, business: Business, data: InvoiceData) -> Invoice:
    date = checks.day("date", data.date or today())
    customer = _customer(checks, business, data.customer_id)
    kind = customer.kind if customer else ""
    discount = data.doc_discount or ZERO
    if data.deemed_export:
        _check_deemed_export(checks, business, customer)
    return Invoice(
        business=business,
        customer=customer,
        date=date,
        due_date=_due_date(checks, business, data.due_date, date),
        financial_year=financial_year(date),
        sez=kind == BuyerKind.SEZ,
        zero_rated=data.zero_rated,
        rcm=data.rcm,
        deemed_export=data.deemed_export,
        composition=business.scheme == Scheme.COMPOSITION,
        round_off_enabled=business.round_off if data.round_off is None else data.round_off,
        doc_discount=checks.number("doc_discount", discount, most=LARGEST_AMOUNT, places=2),
        notes=checks.text("notes", data.notes, 1000),
        terms=checks.text("terms", business.invoice_terms if data.terms is None else data.terms, 1000),
    )


def _customer(checks: Checks, business: Business, customer_id: int | None) -> Customer | None:
    if customer_id is None:
        return None
    customer = Customer.objects.filter(business=business, pk=customer_id).first()
    if customer is None:
        checks.refuse("customer_id", "Choose a customer of the list.")
    return customer


def _check_deemed_export(checks: Checks, business: Business, customer: Customer | None) -> None:
    """CGST s.147: goods that stay in India, with their tax, to a registered buyer who may get it back."""
    if business.scheme != Scheme.REGULAR:
        checks.refuse("deemed_export", "Only a business that charges tax makes deemed exports.")
    elif customer is not None and customer.kind != BuyerKind.REGULAR:
        checks.refuse("deemed_export", "Only for a customer with a GSTIN who is in India and in no SEZ.")


def _due_date(
    checks: Checks, business: Business, due_date: datetime.date | None, date: datetime.date
) -> datetime.date:
    if due_date is None and checks.has("date"):
        return date  # the last day there is has no days after it
    if due_date is None:
        return date + datetime.timedelta(days=business.due_days)
    checks.day("due_date", due_date)
    if due_date < date:
        checks.refuse("due_date", "Choose its own date or a later one.")
    return due_date


def _products(business: Business, lines: Sequence[LineData]) -> dict[int, Product]:
    # SQLite takes no larger number, not even to say that there is no such row.
    ids = {line.product_id or 0 for line in lines}
    possible = {pk for pk in ids if 0 < pk <= BigIntegerField.MAX_BIGINT}
    rows = Product.objects.filter(business=business, pk__in=possible).prefetch_related("rates")
    return {product.pk: product for product in rows}


def _add_line(composed: Composed, place: int, data: LineData, products: Mapping[int, Product]) -> None:
    checks = composed.checks.under(f"lines-{place}-")
    known = len(composed.checks.errors)
    product = products.get(data.product_id) if data.product_id is not None else None
    if data.product_id is not None and product is None:
        checks.refuse("product_id", "Choose a product of the list.")
        return
    line = _line(checks, composed.invoice, data, product)
    line.position = len(composed.lines)
    if len(composed.checks.errors) == known:
        composed.lines.append(line)
        composed.places.append(place)


def _line(checks: Checks, invoice: Invoice, data: LineData, product: Product | None) -> InvoiceLine:
    base = product or Product(unit="NOS", price_includes_tax=False)
    is_service = base.kind == ProductKind.SERVICE if data.is_service is None else data.is_service
    description = data.description or base.name
    return InvoiceLine(
        product=product,
        description=checks.text("description", description, 300, required="Say what is supplied."),
        is_service=is_service or _is_sac(data.hsn, product),
        hsn=_hsn(checks, data.hsn.strip() or base.hsn, is_service or _is_sac(data.hsn, product)),
        qty=_qty(checks, data.qty),
        unit=checked_unit(checks, data.unit or base.unit),
        price=_price(checks, data.price, product),
        price_includes_tax=_said(data.price_includes_tax, base.price_includes_tax),
        disc_pct=checks.number("disc_pct", data.disc_pct or NOTHING, most=HUNDRED, places=3),
        disc_amt=checks.number("disc_amt", data.disc_amt or NOTHING, most=LARGEST_AMOUNT, places=2),
        **_tax(checks, invoice, data, product),
    )


def _said(value: bool | None, default: bool) -> bool:
    return default if value is None else value


def _is_sac(code: str, product: Product | None) -> bool:
    """Whether a line without a product is a service: chapter 99 of the tariff is theirs alone."""
    return product is None and code.strip().startswith("99")


def _hsn(checks: Checks, code: str, is_service: bool) -> str:
    kind = Kind.SERVICE if is_service else Kind.GOODS
    return checks.attempt("hsn", lambda: codes.check(code, kind)) or code if code else ""


def _qty(checks: Checks, value: Decimal | None) -> Decimal:
    if value is None or (value.is_finite() and value <= 0):
        checks.refuse("qty", "Enter a quantity above 0.")
        return NOTHING
    return checks.number("qty", value, most=calc.MAX_QTY, places=3)


def _price(checks: Checks, value: Decimal | None, product: Product | None) -> Decimal:
    price = product.price if value is None and product is not None else value
    if price is None:
        checks.refuse("price", "Enter the price of one unit.")
        return NOTHING
    return checks.number("price", price, most=LARGEST_PRICE, places=3)


def _tax(checks: Checks, invoice: Invoice, data: LineData, product: Product | None) -> dict[str, object]:
    supply = data.supply or (product.supply if product else Supply.TAXABLE)
    checks.choice("supply", supply, Supply.values)
    untaxed = {"supply": supply, "rate": NOTHING, "cess_pct": NOTHING, "cess_per_unit": NOTHING}
    if supply != Supply.TAXABLE or invoice.business.scheme != Scheme.REGULAR:
        return untaxed
    stored = (product.rate_on(invoice.date) if product else None) or ProductRate(rate=None)
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


def _set_place(composed: Composed, data: InvoiceData) -> None:
    invoice = composed.invoice
    by_rule = place_by_rule(invoice, composed.lines)
    chosen = data.place_of_supply.strip()
    if chosen and chosen not in (*STATE_CODES, ABROAD):
        composed.checks.refuse("place_of_supply", "Choose a state or union territory from the list.")
        chosen = ""
    invoice.place_chosen = bool(chosen) and chosen != by_rule.code
    invoice.place_of_supply = chosen or by_rule.code
    invoice.place_reason = by_rule.reason[:120]
    if invoice.place_chosen:
        invoice.place_reason = f"{state_name(chosen)}: chosen by hand"
    invoice.export = invoice.place_of_supply == ABROAD


def place_by_rule(invoice: Invoice, lines: Sequence[InvoiceLine]) -> Place:
    """The place of supply by law; a document of goods and services goes by its goods."""
    services_only = bool(lines) and all(line.is_service for line in lines)
    customer = invoice.customer
    if customer is None:
        return place_of_supply(Kind.GOODS, supplier_state=invoice.business.state_code)
    registered = customer.kind in REGISTERED
    third_person = customer.ship_name.strip().casefold() not in ("", customer.name.casefold())
    return place_of_supply(
        Kind.SERVICE if services_only else Kind.GOODS,
        supplier_state=invoice.business.state_code,
        buyer_state=customer.state_code,
        delivery_state=customer.ship_state_code,
        registered=registered,
        overseas=customer.kind == BuyerKind.OVERSEAS,
        sez=customer.kind == BuyerKind.SEZ,
        delivered_to_third_person=third_person,
    )


def _work_out(composed: Composed) -> None:
    invoice = composed.invoice
    if not composed.lines:
        return
    document = _calc_input(composed)
    # On a day that cannot be, every rate would be refused as well, and that is not what is wrong.
    day_is_bad = composed.checks.has("date")
    slabs = None if day_is_bad else rates_on(GstRate.objects.all(), invoice.date)
    problems = calc.problems(document, allowed_rates=slabs)
    for problem in problems:
        _note(composed, problem)
    if problems:
        return
    result = calc.compute(document)
    if result.total + result.tax > LARGEST_AMOUNT:
        composed.checks.refuse("lines", f"They are worth at most {indian_format(LARGEST_AMOUNT)} together.")
        return
    _keep(composed, result)


def _calc_input(composed: Composed) -> calc.DocumentInput:
    invoice = composed.invoice
    return calc.DocumentInput(
        supplier_state=invoice.business.state_code,
        place_of_supply=invoice.place_of_supply,
        lines=tuple(_calc_line(line) for line in composed.lines),
        sez=invoice.sez,
        export=invoice.export,
        zero_rated=invoice.zero_rated,
        composition=invoice.composition,
        registered=invoice.business.scheme != Scheme.UNREGISTERED,
        rcm=invoice.rcm,
        doc_disc=invoice.doc_discount,
        round_off=invoice.round_off_enabled,
    )


def _calc_line(line: InvoiceLine) -> calc.LineInput:
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


def _note(composed: Composed, problem: InputError) -> None:
    name = FIELDS_OF_CALC.get(problem.name, problem.name)
    prefix = "" if problem.line is None else f"lines-{composed.places[problem.line]}-"
    if not composed.checks.has(prefix + name):
        composed.checks.refuse(prefix + name, must_be(problem))


def _keep(composed: Composed, result: calc.DocumentResult) -> None:
    composed.result = result
    for name in (*AMOUNTS, "round_off"):
        setattr(composed.invoice, name, getattr(result, name))
    for line, worked_out in zip(composed.lines, result.lines, strict=True):
        for name in AMOUNTS:
            setattr(line, name, getattr(worked_out, name))
