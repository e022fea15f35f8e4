"""Loads the demo: made through the actions, as a person would have made it, day by day."""

import datetime
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import customers, invoices, payments, products, returns
from gstbillingapp.actions.business import checked_business
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import BusinessData, CustomerData, InvoiceData, LineData, ProductData
from gstbillingapp.demo import amends, bells, catalogue, offers, purchases
from gstbillingapp.demo.catalogue import Buyer, Order, Sold, Ware, made_up_gstin
from gstbillingapp.models import (
    Business,
    Customer,
    Invoice,
    Membership,
    Paper,
    Payment,
    PaymentMode,
    Product,
    Role,
)
from gstbillingapp.models.fields import INDIA, ZERO, today
from gstbillingapp.returns.calendar import begin_of, duties

PASSWORD = "gst-demo"  # noqa: S105, public on purpose: the command refuses where DEBUG is off
OWNER, STAFF, OTHER = "demo", "demo-staff", "demo-other"
USUAL_LINES = (1, 1, 2, 2, 3, 3, 4, 5, 6)
DUE_DAYS = (7, 15, 30, 30, 30, 45)
REASONS = ("Wrong customer chosen", "Order withdrawn before dispatch", "Billed twice")
BEFORE_ALL = datetime.datetime(2017, 7, 1, tzinfo=INDIA)

KAVERI = BusinessData(
    name="Kaveri Electricals",
    legal_name="Kaveri Electricals and Lighting Private Limited",
    gstin=made_up_gstin("29", "C", "Kaveri", 4),
    address="27 SJP Road, opposite the City Market",
    city="Bengaluru",
    pincode="560002",
    phone="+91 80 2222 0137",
    email="accounts@kaveri-electricals.example",
    bank_name="HDFC Bank, SJP Road",
    bank_account="50200031415926",
    bank_ifsc="HDFC0001372",
    upi_id="kaverielectricals@okhdfcbank",
    lut_number="AD290426001372K",
    signatory="Kavya Rao",
    invoice_terms="Goods are taken back within 7 days, unused. Interest at 18 % a year after the due date.",
    hsn_digits=6,
)
DECCAN = BusinessData(
    name="Deccan Fresh Foods",
    gstin=made_up_gstin("36", "F", "Deccan", 9),
    address="3-6-291 Himayatnagar",
    city="Hyderabad",
    pincode="500029",
    phone="+91 40 2322 0144",
    email="billing@deccan-fresh.example",
    upi_id="deccanfresh@oksbi",
    signatory="Salma Begum",
    invoice_prefix="DFF",
)


@dataclass(slots=True)
class Shop:
    """A business of the demo while it is loaded; `dice` are the same on every machine."""

    business: Business
    clerk: User
    dice: random.Random
    customers: list[Customer] = field(default_factory=list)
    wares: list[tuple[Product, Ware]] = field(default_factory=list)
    latest: datetime.datetime = BEFORE_ALL  # when the last invoice so far was issued


def is_loaded() -> bool:
    """Whether the demo's owner is there; whatever became of the rest is theirs to keep."""
    return get_user_model().objects.filter(username=OWNER).exists()


@transaction.atomic
def load() -> None:
    """Load both businesses, all or nothing.

    Nobody is a member while the past is made, so that nobody is told of it a hundred times; what a person
    would still have in the bell is posted at the end.
    """
    owner, staff, other = (
        _person(OWNER, "Kavya", "Rao"),
        _person(STAFF, "Imran", "Sheikh"),
        _person(OTHER, "Salma", "Begum"),
    )
    kaveri = open_kaveri(staff)
    deccan = _open_shop(DECCAN, other, catalogue.OTHER_BUYERS, catalogue.OTHER_WARES, seed=36)
    _trade(kaveri, invoices_count=118, drafts=6, days=235, written_down=catalogue.ORDERS)
    _trade(deccan, invoices_count=14, drafts=2, days=70)
    amends.amend(kaveri)
    offers.make(kaveri.business, staff, _enquiries(kaveri), drafts=2)
    purchases.buy(kaveri.business, staff)
    purchases.buy(deccan.business, other, small=True)
    for shop in (kaveri, deccan):
        _file_returns(shop)
    shops = [kaveri.business, deccan.business]
    Paper.objects.filter(business__in=shops).delete()  # made when somebody asks for one
    for business, user, role in (
        (kaveri.business, owner, Role.OWNER),
        (kaveri.business, staff, Role.STAFF),
        (deccan.business, other, Role.OWNER),
    ):
        Membership.objects.create(business=business, user=user, role=role)
    bells.fill(kaveri.business, staff, latest=9)
    bells.fill(deccan.business, other, latest=3)
    amends.over_the_limit(kaveri)


def _person(username: str, first_name: str, last_name: str) -> User:
    person: User = get_user_model().objects.create_user(
        username, f"{username}@example.in", PASSWORD, first_name=first_name, last_name=last_name
    )
    return person


def _open_shop(
    data: BusinessData, clerk: User, buyers: Sequence[Buyer], wares: Sequence[Ware], seed: int
) -> Shop:
    checks = Checks()
    business = checked_business(checks, data)
    checks.finish()
    business.save()
    shop = Shop(business, clerk, random.Random(seed))  # noqa: S311, nothing secret hangs on it
    shop.customers = [_add_customer(business, buyer, n) for n, buyer in enumerate(buyers)]
    shop.wares = [(_add_ware(business, ware), ware) for ware in wares]
    return shop


def _add_customer(business: Business, buyer: Buyer, n: int) -> Customer:
    gstin = made_up_gstin(buyer.state, buyer.firm, buyer.name, n + 20) if buyer.firm else ""
    first = buyer.name.split()[0].lower()
    return customers.save(
        business,
        CustomerData(
            name=buyer.name,
            kind=buyer.kind,
            gstin=gstin,
            state_code=buyer.state,
            country=buyer.country,
            address=buyer.address,
            city=buyer.city,
            pincode=buyer.pincode,
            phone=f"+91 98{n * 37 % 100:02d}0 {n * 7717 % 100_000:05d}" if buyer.city else "",
            email=f"accounts@{first}.example" if gstin else "",
        ),
    )


def _add_ware(business: Business, ware: Ware) -> Product:
    newest_rate, newest_day = ware.rates[-1]
    product = products.save(
        business,
        None,
        ProductData(
            name=ware.name,
            kind=ware.kind,
            sku=ware.sku,
            hsn=ware.hsn,
            unit=ware.unit,
            price=Decimal(ware.price),
            supply=ware.supply,
            rate=Decimal(newest_rate),
            rate_from=datetime.date.fromisoformat(newest_day) if newest_day else None,
            stock=Decimal(ware.stock),
            reorder_level=None if ware.reorder is None else Decimal(ware.reorder),
        ),
    )
    for rate, day in ware.rates[:-1]:
        first_day = datetime.date.fromisoformat(day or "2017-07-01")
        products.set_rate(business, product.pk, Decimal(rate), first_day)
    return product


def open_kaveri(clerk: User) -> Shop:
    """The demo's business with its customers and products, and nothing sold yet."""
    return _open_shop(KAVERI, clerk, catalogue.BUYERS, catalogue.WARES, seed=29)


def trade_month(shop: Shop, first: datetime.date) -> None:
    """The month that is written down in the catalogue, from its first day on."""
    for order in catalogue.ORDERS:
        _sell_on_the_day(shop, order, first.replace(day=order.day))


def _trade(
    shop: Shop, *, invoices_count: int, drafts: int, days: int, written_down: Sequence[Order] = ()
) -> None:
    # Squared, so that trade has grown; the last are of today and yesterday.
    ages = [int(days * shop.dice.random() ** 1.3) for _ in range(invoices_count)]
    last_month = (today().replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    deeds: list[tuple[datetime.date, Callable[[], None]]] = []
    for age in ages:
        date = today() - datetime.timedelta(days=age)
        if not written_down or date.replace(day=1) != last_month:
            deeds.append((date, partial(_trade_one, shop, age)))
    for order in written_down:
        date = last_month.replace(day=order.day)
        deeds.append((date, partial(_sell_on_the_day, shop, order, date)))
    for _, deed in sorted(deeds, key=itemgetter(0)):
        deed()
    for _ in range(drafts):
        invoices.save_draft(shop.business, shop.clerk, _order(shop, today(), shop.dice.choice((1, 2, 3))))


def _file_returns(shop: Shop) -> None:
    """Everything is filed that was due before the last month ended, each two days early."""
    business, last_month = shop.business, today().replace(day=1) - datetime.timedelta(days=1)
    for duty in duties(business, begin_of(business, today()), last_month):
        if duty.due < last_month:
            filed_on = duty.due - datetime.timedelta(days=2)
            returns.file(business, shop.clerk, duty.form, duty.period, filed_on=filed_on)


def _sell_on_the_day(shop: Shop, order: Order, date: datetime.date) -> None:
    customer = next(each for each in shop.customers if each.name == order.buyer)
    data = InvoiceData(
        customer_id=customer.pk,
        date=date,
        zero_rated=order.under_lut,
        rcm=order.rcm,
        lines=[_written_line(shop, sold) for sold in order.lines],
    )
    draft = invoices.save_draft(shop.business, shop.clerk, data)
    _issue(shop, draft, order.cancelled)


def _written_line(shop: Shop, sold: Sold) -> LineData:
    terms: dict[str, Any] = {
        "qty": Decimal(sold.qty),
        "disc_pct": Decimal(sold.disc_pct) if sold.disc_pct else None,
    }
    if sold.sku:
        return LineData(product_id=next(p.pk for p, ware in shop.wares if ware.sku == sold.sku), **terms)
    return LineData(
        description=sold.name,
        hsn=sold.hsn,
        unit=sold.unit,
        price=Decimal(sold.price),
        supply=sold.supply,
        **terms,
    )


def _trade_one(shop: Shop, age: int) -> None:
    date = today() - datetime.timedelta(days=age)
    draft = invoices.save_draft(shop.business, shop.clerk, _order(shop, date, shop.dice.choice(USUAL_LINES)))
    withdrawn = age > 3 and shop.dice.random() < 0.05
    _issue(shop, draft, shop.dice.choice(REASONS) if withdrawn else "")


def _issue(shop: Shop, draft: Invoice, cancelled: str) -> None:
    """Issue a draft on its day, and cancel it for a reason or collect what is owed."""
    invoice = invoices.issue(shop.business, shop.clerk, draft.pk)
    issued_at = shop.latest = max(_hour_of(shop, invoice.date), shop.latest)
    if cancelled:
        invoices.cancel(shop.business, shop.clerk, invoice.pk, cancelled)
        # The guard of Invoice.objects does not know that this is still the day it was issued on.
        Invoice._base_manager.filter(pk=invoice.pk).update(cancelled_at=issued_at)
    else:
        _collect(shop, invoice, (today() - invoice.date).days)
    Invoice._base_manager.filter(pk=invoice.pk).update(created_at=issued_at, issued_at=issued_at)


def _enquiries(shop: Shop) -> Iterator[InvoiceData]:
    """What customers ask the price of."""
    while True:
        yield _order(shop, today(), shop.dice.choice(USUAL_LINES))


def _order(shop: Shop, date: datetime.date, count: int) -> InvoiceData:
    dice = shop.dice
    customer = dice.choice(shop.customers)
    wares = dice.sample(shop.wares, min(count, len(shop.wares)))
    small = customer.kind == "unregistered"
    abroad = customer.kind in ("overseas", "sez")
    return InvoiceData(
        customer_id=customer.pk,
        date=date,
        due_date=date + datetime.timedelta(days=dice.choice(DUE_DAYS)),
        zero_rated=abroad and bool(shop.business.lut_number),
        lines=[_line(dice, product, ware, small) for product, ware in wares],
        notes=dice.choice(("", "", "", "Deliver at the site gate before 11 am.", "Your order by phone.")),
    )


def _line(dice: random.Random, product: Product, ware: Ware, small: bool) -> LineData:
    most = max(1, ware.most // 8) if small else ware.most
    return LineData(
        product_id=product.pk,
        qty=Decimal(dice.randint(1, most)),
        disc_pct=dice.choice((None, None, None, Decimal(5), Decimal("7.5"), Decimal(10))),
    )


def _collect(shop: Shop, invoice: Invoice, age: int) -> None:
    """Most pay near the due date, some in parts, some late, and a few are still owed."""
    dice = shop.dice
    late = age - (invoice.due_date - invoice.date).days
    if late < -12 and dice.random() < 0.8:
        return
    chance = dice.random()
    if late > 75 or chance < 0.68:
        _receive(shop, invoice, invoice.balance, age)
    elif chance < 0.82 and invoice.balance > 1000:
        _receive(shop, invoice, (invoice.balance * Decimal("0.4")).quantize(Decimal(100)), age)


def _receive(shop: Shop, invoice: Invoice, amount: Decimal, age: int) -> None:
    if amount <= ZERO:
        return
    taken = shop.dice.randint(0, min(age, 40))
    date = invoice.date + datetime.timedelta(days=taken)
    mode = shop.dice.choice((PaymentMode.BANK, PaymentMode.BANK, PaymentMode.UPI, PaymentMode.CHEQUE))
    reference = f"{'UTR' if mode == PaymentMode.BANK else 'REF'}{shop.dice.randint(10**9, 10**10 - 1)}"
    payment = payments.record(shop.business, shop.clerk, invoice.pk, amount, date, mode, reference)
    Payment.objects.filter(pk=payment.pk).update(created_at=_hour_of(shop, date))


def _hour_of(shop: Shop, date: datetime.date) -> datetime.datetime:
    """A moment of a working day, and never one that is yet to come."""
    time = datetime.time(shop.dice.randint(9, 18), shop.dice.randint(0, 59))
    return min(datetime.datetime.combine(date, time, INDIA), timezone.now())
