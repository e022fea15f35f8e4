"""What a person should see before issuing: lawful to go on, but likely a slip or a duty to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery

from gstbillingapp.actions.composing import REGISTERED, Composed, place_by_rule
from gstbillingapp.gst import eway
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.place import is_inter_state
from gstbillingapp.gst.rates import REFORM, kept_for
from gstbillingapp.gst.states import ABROAD, current_code, state_label
from gstbillingapp.models import (
    Business,
    BuyerKind,
    Customer,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Product,
    Scheme,
    StockMovement,
    StockReason,
    Supply,
)
from gstbillingapp.models.fields import day_text, plain_number, today
from gstbillingapp.receivables import net_owed

# B2C from here on needs the buyer's name, address and state (CGST Rule 46, proviso on unregistered buyers).
NAMED_FROM = Decimal(50_000)
# Above ₹5 crore of turnover in the year before (Notification 78/2020).
DIGITS_OF_THE_LARGE = 6
SHORT_HSN = "{code} has {digits} digits, {needed} are needed here."


@dataclass(frozen=True, slots=True)
class Advice:
    """Something to look at. `field` is keyed as the errors of the actions; `code` names the rule.

    `product` is one that it may be mended on for good, and not on this paper alone.
    """

    code: str
    field: str
    message: str
    product: Product | None = None


def advice_of(composed: Composed) -> list[Advice]:
    """Everything worth a look, in the order of the page."""
    invoice = composed.invoice
    found = [
        *_of_customer(invoice),
        *_of_credit_limit(invoice),
        *_of_date(invoice),
        *_of_place(composed),
        *_of_lines(composed),
        *_of_eway_bill(composed),
        *_of_supplier(invoice),
    ]
    return [advice for advice in found if not composed.checks.has(advice.field)]


def _of_customer(invoice: Invoice) -> Iterator[Advice]:
    customer = invoice.customer
    if customer is None:
        yield Advice("customer_missing", "customer_id", "Choose the customer before issuing.")
        return
    if customer.is_archived:
        yield Advice("customer_archived", "customer_id", f"{customer.name} is archived.")
    if invoice.rcm and not customer.gstin:
        yield Advice(
            "rcm_unregistered",
            "rcm",
            "Only a registered buyer pays the tax on reverse charge: add the GSTIN, or charge the tax.",
        )
    if invoice.export and customer.kind == BuyerKind.OVERSEAS and not customer.country:
        yield Advice(
            "no_country",
            "customer_id",
            f"An export invoice names the country of destination: add it to {customer.name}.",
        )
    missing = _missing(customer)
    if customer.kind not in REGISTERED and invoice.total >= NAMED_FROM and missing:
        yield Advice(
            "buyer_details",
            "customer_id",
            f"From {indian_format(NAMED_FROM, places=0)} on, an invoice to an unregistered buyer names their "
            f"{' and '.join(missing)}: add it to the customer.",
        )


def _of_credit_limit(invoice: Invoice) -> Iterator[Advice]:
    customer = invoice.customer
    if customer is None or customer.credit_limit is None:
        return
    owed = net_owed(customer) + invoice.total
    if owed > customer.credit_limit:
        yield Advice(
            "credit_limit",
            "customer_id",
            f"{customer.name} will owe {indian_format(owed)}, above the credit limit of "
            f"{indian_format(customer.credit_limit)}.",
        )


def _missing(customer: Customer) -> list[str]:
    return [
        words for words, value in (("address", customer.address), ("state", customer.state_code)) if not value
    ]


def _of_date(invoice: Invoice) -> Iterator[Advice]:
    if invoice.date > today():
        yield Advice(
            "date_ahead", "date", "This day is yet to come; an invoice is issued on its day or after."
        )
        return
    last = (
        Invoice.objects.filter(business=invoice.business, financial_year=invoice.financial_year)
        .exclude(state=InvoiceState.DRAFT)
        .order_by("-date", "-id")
        .values_list("number", "date")
        .first()
    )
    if last and last[1] > invoice.date:
        yield Advice(
            "date_order",
            "date",
            f"{last[0]} is dated {day_text(last[1])}: numbers and dates would not run in one order.",
        )


def _of_place(composed: Composed) -> Iterator[Advice]:
    invoice, customer = composed.invoice, composed.invoice.customer
    if customer is None:
        return
    of_gstin = current_code(customer.gstin[:2])
    if customer.gstin and customer.state_code and of_gstin != current_code(customer.state_code):
        yield Advice(
            "gstin_state",
            "customer_id",
            f"The GSTIN {customer.gstin} is of {state_label(of_gstin)}, "
            f"the address of {state_label(customer.state_code)}.",
        )
    elif invoice.place_chosen:
        by_rule = place_by_rule(invoice, composed.lines)
        yield Advice("place_chosen", "place_of_supply", f"By the rule it would be {by_rule.reason}.")
    own_state = invoice.business.state_code
    if invoice.composition and is_inter_state(own_state, invoice.place_of_supply, sez=invoice.sez):
        yield Advice(
            "composition_inter_state",
            "place_of_supply",
            "Under the composition scheme supplies to other states, to an SEZ and abroad are not allowed "
            "(CGST s.10(2)(c)).",
        )


def _of_lines(composed: Composed) -> Iterator[Advice]:
    if not composed.lines and not composed.checks.errors:
        yield Advice("lines_missing", "lines", "Add at least one line before issuing.")
    for place, line in zip(composed.places, composed.lines, strict=True):
        yield from _of_hsn(composed.invoice, line, place)
        yield from _of_rate(composed.invoice, line, place)
        yield from _of_slab(composed.invoice, line, place)
    yield from _of_stock(composed)


def _of_hsn(invoice: Invoice, line: InvoiceLine, place: int) -> Iterator[Advice]:
    needed = _hsn_digits(invoice)
    if not line.hsn and needed:
        name = "SAC" if line.is_service else "HSN"
        said = f"{line.description} has no {name}: it needs {needed} digits here."
        yield Advice("hsn_missing", f"lines-{place}-hsn", said, line.product)
    elif line.hsn and len(line.hsn) < needed:
        yield Advice("hsn_short", f"lines-{place}-hsn", _short(line.hsn, needed))


def _of_rate(invoice: Invoice, line: InvoiceLine, place: int) -> Iterator[Advice]:
    """A draft that is dated anew, over a change of the rate: the day of supply decides (CGST s.14).

    A rate that the product never had was chosen by hand, which is nobody's slip.
    """
    product = line.product
    due = product.rate_on(invoice.date) if product and line.supply == Supply.TAXABLE else None
    if product is None or due is None or due.rate == line.rate or not _is_of_another_day(product, line.rate):
        return
    if invoice.business.scheme == Scheme.REGULAR:
        yield Advice(
            "rate_of_another_day",
            f"lines-{place}-rate",
            f"{plain_number(line.rate)}% is the rate of {product.name} on other days: on "
            f"{day_text(invoice.date)} it is {plain_number(due.rate)}%.",
        )


def _of_slab(invoice: Invoice, line: InvoiceLine, place: int) -> Iterator[Advice]:
    """A slab that has ended for all but a few goods (Notifications 9/2025 and 14/2025)."""
    goods = kept_for(line.rate, line.hsn, invoice.date)
    if goods:
        said = f"{plain_number(line.rate)}% is only for {goods} since {day_text(REFORM)}."
        yield Advice("rate_kept", f"lines-{place}-rate", said)


def _is_of_another_day(product: Product, rate: Decimal) -> bool:
    return any(row.rate == rate for row in product.rates.all())


def short_hsn(business: Business, code: str) -> str:
    """What to say of a product's code that is too short for any invoice of the business; empty if nothing.

    It may be stored all the same: the turnover that asks for more digits changes with the year.
    """
    needed = hsn_digits(business)
    return _short(code, needed) if code and len(code) < needed else ""


def _short(code: str, needed: int) -> str:
    return SHORT_HSN.format(code=code, digits=len(code), needed=needed)


def hsn_digits(business: Business) -> int:
    """How many digits of HSN every invoice of the business needs, whoever buys; 0: none."""
    is_large = business.scheme != Scheme.UNREGISTERED and business.hsn_digits == DIGITS_OF_THE_LARGE
    return DIGITS_OF_THE_LARGE if is_large else 0


def _hsn_digits(invoice: Invoice) -> int:
    """Notification 78/2020: 6 above ₹5 crore of turnover; up to it 4, and none to unregistered buyers."""
    if invoice.business.scheme == Scheme.UNREGISTERED:
        return 0
    of_all = hsn_digits(invoice.business)
    if of_all:
        return of_all
    return 4 if invoice.customer is not None and invoice.customer.kind in REGISTERED else 0


def _of_stock(composed: Composed) -> Iterator[Advice]:
    """Each product that will be below zero, at its last line."""
    left: dict[Product, Decimal] = {}
    last: dict[Product, int] = {}
    for place, line in zip(composed.places, composed.lines, strict=True):
        if line.product is not None and line.product.tracks_stock and not line.is_service:
            left[line.product] = left.get(line.product, line.product.stock) - line.qty
            last[line.product] = place
    short = [product for product, stock in left.items() if stock < 0]
    for product in _counted(short):
        yield Advice("stock_short", f"lines-{last[product]}-qty", _below_zero(product, -left[product]))


def _counted(products: list[Product]) -> list[Product]:
    """Those whose stock somebody keeps: they have some, or a reorder level, or did not begin with a sale.

    Of what was only ever sold, the stock is below zero with every sale, and says nothing.
    """
    unsure = [product.pk for product in products if product.reorder_level is None and product.stock <= 0]
    if not unsure:
        return products
    first = StockMovement.objects.filter(product=OuterRef("pk")).order_by("pk").values("reason")[:1]
    begun = Product.objects.filter(pk__in=unsure).annotate(began=Subquery(first)).exclude(began=None)
    counted = set(begun.exclude(began=StockReason.SALE).values_list("pk", flat=True))
    return [product for product in products if product.pk not in unsure or product.pk in counted]


def _below_zero(product: Product, below: Decimal) -> str:
    unit = product.unit
    if product.stock < 0:
        now = f"{plain_number(-product.stock)} {unit} below zero already"
    else:
        now = f"{plain_number(product.stock)} {unit} in stock" if product.stock else "none in stock"
    return f"{product.name}: {now}, {plain_number(below)} {unit} below zero after this."


def value_of_goods(lines: Iterable[InvoiceLine]) -> Decimal:
    """What an e-way bill is judged by, in rupees: with tax, without services and without exempt goods.

    CGST Rule 138(1), explanation 2.
    """
    goods = [line for line in lines if not line.is_service and line.supply == Supply.TAXABLE]
    return sum((line.taxable + line.cgst + line.sgst + line.igst + line.cess for line in goods), Decimal(0))


def _of_eway_bill(composed: Composed) -> Iterator[Advice]:
    value = value_of_goods(composed.lines)
    if composed.result is not None and eway.is_required(value):
        yield Advice(
            "eway_bill",
            "lines",
            f"Goods worth {indian_format(value)}: they need an e-way bill before they move.",
        )


def _of_supplier(invoice: Invoice) -> Iterator[Advice]:
    business = invoice.business
    if not business.address:
        yield Advice("supplier_address", "business", "Your address is missing; an invoice must show it.")
    if invoice.zero_rated and not business.lut_number:
        yield Advice(
            "lut_missing", "zero_rated", "Without tax only under a LUT: add its number to the business."
        )
    if invoice.export and invoice.place_of_supply == ABROAD and invoice.rcm:
        yield Advice("rcm_export", "rcm", "A buyer abroad pays no reverse charge in India.")
