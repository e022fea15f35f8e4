"""Very many invoices at once, for measuring lists and pages. They are read, not worked with."""

import datetime
import itertools
import random
from collections.abc import Iterator
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions.composing import Composed, compose
from gstbillingapp.actions.data import InvoiceData, LineData
from gstbillingapp.actions.invoices import BUYER, SUPPLIER
from gstbillingapp.actions.worked_out import AMOUNTS
from gstbillingapp.demo.catalogue import BUYERS, made_up_gstin
from gstbillingapp.demo.load import OWNER
from gstbillingapp.gst.numbers import financial_year, format_number
from gstbillingapp.models import (
    Business,
    BuyerKind,
    Customer,
    Invoice,
    InvoiceLine,
    InvoiceState,
    NumberSeries,
    Payment,
    Product,
)
from gstbillingapp.models.fields import ZERO, today

CHUNK = 5_000
CUSTOMERS_PER_INVOICE = Decimal("0.2")
PREFIX = "M"  # a series of its own: it leaves the demo's own numbers alone
DAYS = 3 * 365
PATTERNS = 60


def top_up(wanted: int) -> int:
    """Have the demo business hold so many invoices in all; how many were added."""
    business = Business.objects.get(memberships__user=get_user_model().objects.get(username=OWNER))
    missing = wanted - Invoice.objects.filter(business=business).count()
    if missing <= 0:
        return 0
    dice = random.Random(missing)  # noqa: S311, nothing secret hangs on it
    with transaction.atomic():
        buyers = _buyers(business, max(50, int(wanted * CUSTOMERS_PER_INVOICE)))
        patterns = _patterns(business, buyers, dice)
        _add(business, buyers, patterns, missing, dice)
    return missing


def _buyers(business: Business, wanted: int) -> list[Customer]:
    have = Customer.objects.filter(business=business).count()
    rows = [_buyer(business, n) for n in range(have, wanted)]
    Customer.objects.bulk_create(rows, batch_size=CHUNK)
    known = Customer.objects.filter(business=business, kind=BuyerKind.REGULAR, is_archived=False)
    return list(known.order_by("pk"))


def _buyer(business: Business, n: int) -> Customer:
    pattern = BUYERS[n % 36]
    customer = Customer(
        business=business,
        name=f"{pattern.name} {n}",
        kind=BuyerKind.REGULAR,
        gstin=made_up_gstin(pattern.state, "C", pattern.name, n),
        state_code=pattern.state,
        address=pattern.address,
        city=pattern.city,
        pincode=pattern.pincode,
    )
    customer.set_keys()
    return customer


def _patterns(business: Business, buyers: list[Customer], dice: random.Random) -> dict[bool, list[Composed]]:
    """Invoices worked out once, within the state and between two, that the others repeat."""
    products = list(Product.objects.filter(business=business, is_archived=False).order_by("pk"))
    patterns: dict[bool, list[Composed]] = {}
    for intra in (True, False):
        buyer = next(row for row in buyers if (row.state_code == business.state_code) is intra)
        patterns[intra] = [compose(business, _typed(buyer, products, dice)) for _ in range(PATTERNS)]
    return patterns


def _typed(buyer: Customer, products: list[Product], dice: random.Random) -> InvoiceData:
    wares = dice.sample(products, dice.choice((1, 1, 2, 3)))
    lines = [LineData(product_id=ware.pk, qty=Decimal(dice.randint(1, 30))) for ware in wares]
    return InvoiceData(customer_id=buyer.pk, lines=lines)


def _add(
    business: Business,
    buyers: list[Customer],
    patterns: dict[bool, list[Composed]],
    count: int,
    dice: random.Random,
) -> None:
    # In the order of their days, so that numbers and dates run together.
    days = sorted((dice.randrange(DAYS) for _ in range(count)), reverse=True)
    numbers: dict[str, int] = dict(
        NumberSeries.objects.filter(business=business, prefix=PREFIX).values_list("financial_year", "last")
    )
    for chunk in _chunks(days):
        pairs = []
        for age in chunk:
            buyer = dice.choice(buyers)
            pattern = dice.choice(patterns[buyer.state_code == business.state_code])
            pairs.append((_invoice(pattern, buyer, age, numbers, dice), pattern))
        _store(business, pairs)
    for year, last in numbers.items():
        NumberSeries.objects.update_or_create(
            business=business, financial_year=year, prefix=PREFIX, defaults={"last": last}
        )


def _invoice(
    pattern: Composed, buyer: Customer, age: int, numbers: dict[str, int], dice: random.Random
) -> Invoice:
    date = today() - datetime.timedelta(days=age)
    year = financial_year(date)
    numbers[year] = numbers.get(year, 0) + 1
    number = format_number(PREFIX, year, numbers[year])
    worked_out, business = pattern.invoice, pattern.invoice.business
    paid = worked_out.total if age > 20 and dice.random() < 0.9 else ZERO
    return Invoice(
        business=business,
        customer=buyer,
        state=InvoiceState.ISSUED,
        number=number,
        number_key=number,
        financial_year=year,
        sequence=numbers[year],
        date=date,
        due_date=date + datetime.timedelta(days=30),
        place_of_supply=buyer.state_code,
        place_reason=worked_out.place_reason,
        round_off=worked_out.round_off,
        paid=paid,
        balance=worked_out.total - paid,
        issued_at=timezone.now(),
        **{name: getattr(worked_out, name) for name in AMOUNTS},
        **{f"supplier_{name}": getattr(business, name) for name in SUPPLIER},
        **{f"buyer_{name}": getattr(buyer, name) for name in BUYER},
    )


def _store(business: Business, pairs: list[tuple[Invoice, Composed]]) -> None:
    Invoice.objects.bulk_create([invoice for invoice, _ in pairs])
    InvoiceLine.objects.bulk_create(
        _copied(line, invoice) for invoice, pattern in pairs for line in pattern.lines
    )
    Payment.objects.bulk_create(
        Payment(business=business, invoice=invoice, amount=invoice.paid, date=invoice.date)
        for invoice, _ in pairs
        if invoice.paid
    )


def _copied(line: InvoiceLine, invoice: Invoice) -> InvoiceLine:
    names = (field.attname for field in InvoiceLine._meta.concrete_fields if not field.primary_key)
    return InvoiceLine(**{name: getattr(line, name) for name in names} | {"invoice_id": invoice.pk})


def _chunks(days: list[int]) -> Iterator[list[int]]:
    rest = iter(days)
    while chunk := list(itertools.islice(rest, CHUNK)):
        yield chunk
