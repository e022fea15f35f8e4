"""From what was typed to an invoice that is worked out but not yet stored.

One road for the live totals, for saving and for issuing, so that what a person saw is what is stored.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import InvoiceData, LineData
from gstbillingapp.actions.identity import STATE_CODES
from gstbillingapp.actions.products import LARGEST_PRICE, checked_unit
from gstbillingapp.actions.worked_out import WorkedOut, calc_line, checked_hsn, checked_qty, checked_tax
from gstbillingapp.gst import calc
from gstbillingapp.gst.numbers import financial_year
from gstbillingapp.gst.place import Kind, Place, place_of_supply
from gstbillingapp.gst.states import ABROAD, state_name
from gstbillingapp.models import (
    Business,
    BuyerKind,
    Customer,
    Invoice,
    InvoiceLine,
    Product,
    ProductKind,
    Scheme,
)
from gstbillingapp.models.document import Document, DocumentLine
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO, today

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
REGISTERED = (BuyerKind.REGULAR, BuyerKind.SEZ)


@dataclass(slots=True, kw_only=True)
class Composed(WorkedOut[InvoiceLine]):
    """An unsaved invoice with its lines, as far as they could be read."""

    invoice: Invoice


def compose(business: Business, data: InvoiceData) -> Composed:
    """Work out what was typed; nothing is written, and nothing raised for what a person typed."""
    checks = Checks()
    invoice = _document(checks, business, data)
    composed = Composed(invoice=invoice, checks=checks)
    composed.read(business, data.lines, partial(_line, invoice))
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
        checks.refuse("customer_id", "Choose a customer from the list.")
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


def _line(invoice: Invoice, checks: Checks, data: LineData, product: Product | None) -> InvoiceLine:
    base = product or Product(unit="NOS", price_includes_tax=False)
    is_service = base.kind == ProductKind.SERVICE if data.is_service is None else data.is_service
    description = data.description or base.name
    return InvoiceLine(
        product=product,
        description=checks.text("description", description, 300, required="Say what is supplied."),
        is_service=is_service or _is_sac(data.hsn, product),
        hsn=checked_hsn(checks, data.hsn.strip() or base.hsn, is_service or _is_sac(data.hsn, product)),
        qty=checked_qty(checks, data.qty),
        unit=checked_unit(checks, data.unit or base.unit),
        price=_price(checks, data.price, product),
        price_includes_tax=_said(data.price_includes_tax, base.price_includes_tax),
        disc_pct=checks.number("disc_pct", data.disc_pct or NOTHING, most=HUNDRED, places=3),
        disc_amt=checks.number("disc_amt", data.disc_amt or NOTHING, most=LARGEST_AMOUNT, places=2),
        **checked_tax(checks, data, product, invoice.date, taxed=invoice.business.scheme == Scheme.REGULAR),
    )


def _said(value: bool | None, default: bool) -> bool:
    return default if value is None else value


def _is_sac(code: str, product: Product | None) -> bool:
    """Whether a line without a product is a service: chapter 99 of the tariff is theirs alone."""
    return product is None and code.strip().startswith("99")


def _price(checks: Checks, value: Decimal | None, product: Product | None) -> Decimal:
    price = product.price if value is None and product is not None else value
    if price is None:
        checks.refuse("price", "Enter the price of one unit.")
        return NOTHING
    return checks.number("price", price, most=LARGEST_PRICE, places=3)


def _set_place(composed: Composed, data: InvoiceData) -> None:
    invoice = composed.invoice
    by_rule = place_by_rule(invoice, composed.lines)
    chosen = checked_place(composed.checks, data.place_of_supply.strip(), invoice.customer, by_rule)
    invoice.place_chosen = bool(chosen) and chosen != by_rule.code
    invoice.place_of_supply = chosen or by_rule.code
    invoice.place_reason = by_rule.reason[:120]
    if invoice.place_chosen:
        invoice.place_reason = f"{state_name(chosen)}: chosen by hand"
    invoice.export = invoice.place_of_supply == ABROAD


def checked_place(checks: Checks, chosen: str, customer: Customer | None, by_rule: Place) -> str:
    """The place that was chosen by hand; empty where none was, and where it cannot be, which is refused.

    What is supplied to somebody in India has its place in a state (IGST s.10, s.12), unless goods are sent
    abroad, as the delivery address then says.
    """
    if chosen and chosen not in (*STATE_CODES, ABROAD):
        checks.refuse("place_of_supply", "Choose a state or union territory from the list.")
        return ""
    is_abroad = chosen == ABROAD and by_rule.code != ABROAD
    if is_abroad and customer is not None and customer.kind != BuyerKind.OVERSEAS:
        checks.refuse(
            "place_of_supply",
            f"{customer.name} is in India: choose a state. To export, make the customer overseas, or the "
            "delivery address abroad.",
        )
        return ""
    return chosen


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
    if not composed.lines:
        return
    result = composed.compute(_calc_input(composed), composed.invoice.date)
    if result is not None:
        composed.keep(composed.invoice, result)
        composed.invoice.round_off = result.round_off


def _calc_input(composed: Composed) -> calc.DocumentInput:
    invoice = composed.invoice
    return calc.DocumentInput(
        supplier_state=invoice.business.state_code,
        place_of_supply=invoice.place_of_supply,
        lines=tuple(calc_line(line) for line in composed.lines),
        sez=invoice.sez,
        export=invoice.export,
        zero_rated=invoice.zero_rated,
        composition=invoice.composition,
        registered=invoice.business.scheme != Scheme.UNREGISTERED,
        rcm=invoice.rcm,
        doc_disc=invoice.doc_discount,
        round_off=invoice.round_off_enabled,
    )
