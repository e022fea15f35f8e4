# ruff: noqa: E402 - Django has to be set up before models can be imported
"""`python -m bench.trade COUNT`: fills DATABASE_URL with a business of so many invoices, and of much else."""

import os
import sys
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gstbilling.settings")
django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from bench import other_papers
from bench.filling import CONTENT, copies
from delivery.models import Inbox, Notification
from gstbillingapp.demo import bulk, load
from gstbillingapp.demo.catalogue import WARES
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import (
    Business,
    Customer,
    Invoice,
    InvoiceState,
    Product,
    ProductRate,
    StockMovement,
    StockReason,
)

PRODUCTS, NOTIFICATIONS, UNREAD = 5_000, 100_000, 20_000
# Of the one customer that buys most, and of the one product that moves most.
KEY_ACCOUNT, MOVEMENTS = 0.1, 20_000
ARCHIVED, RUNNING_LOW = 0.1, 0.05  # of customers and products


def fill(wanted: int) -> None:
    """The demo's business with so many invoices."""
    call_command("migrate", verbosity=0)
    load.load()
    owner = User.objects.get(username=load.OWNER)
    business = Business.objects.get(memberships__user=owner)
    with transaction.atomic():
        add_products(business)
        bulk.top_up(wanted)
        some_more_than_others(business, wanted)
        other_papers.add_other_papers(business)
        fill_inbox(owner)
    know_sizes()


def add_products(business: Business) -> None:
    """Very many wares, each like one of the catalogue's, a few of them running low."""
    rows = []
    for n in range(PRODUCTS):
        ware = WARES[n % len(WARES)]
        row = Product(
            business=business,
            name=f"{ware.name} {n}",
            kind=ware.kind,
            sku=f"{ware.sku}-{n}",
            hsn=ware.hsn,
            unit=ware.unit,
            price=Decimal(ware.price),
            supply=ware.supply,
            stock=Decimal(100_000),
        )
        if n % round(1 / RUNNING_LOW) == 0:
            row.stock, row.reorder_level, row.stock_level = Decimal(1), Decimal(5), "low"
        row.set_keys()
        rows.append(row)
    made = Product.objects.bulk_create(rows)
    ProductRate.objects.bulk_create(
        ProductRate(product=row, valid_from=GST_BEGAN, rate=Decimal(18 if row.supply == "taxable" else 0))
        for row in made
    )


def some_more_than_others(business: Business, wanted: int) -> None:
    """One customer with a tenth of the invoices, one product with thousands of movements, some archived."""
    buyer = Customer.objects.filter(business=business).order_by("pk")[0]
    few = Invoice._base_manager.filter(business=business, state=InvoiceState.ISSUED)
    keys = few.order_by("pk").values_list("pk", flat=True)[:: round(1 / KEY_ACCOUNT)]
    for start in range(0, len(keys), 500):
        Invoice._base_manager.filter(pk__in=list(keys[start : start + 500])).update(customer=buyer)
    seldom = Customer.objects.filter(business=business).order_by("-pk").values_list("pk", flat=True)
    for pk in seldom[: int(wanted / 5 * ARCHIVED)]:
        Customer.objects.filter(pk=pk).update(is_archived=True)
    goods = Product.objects.filter(business=business, kind="goods").order_by("pk")[0]
    pattern = StockMovement(
        business=business, product=goods, qty=1, reason=StockReason.PURCHASE, created_at=timezone.now()
    )
    copies(pattern, MOVEMENTS)


def fill_inbox(owner: User) -> None:
    """Notifications for years, the newest unread."""
    pattern = Notification(user=owner, revision=0, created_at=timezone.now(), **CONTENT)
    have = Notification.objects.filter(user=owner).count()
    copies(pattern, NOTIFICATIONS - UNREAD, revision=f"n + {have}", is_read="TRUE")
    copies(pattern, UNREAD, revision=f"n + {have + NOTIFICATIONS - UNREAD}")
    unread = Notification.objects.filter(user=owner, is_read=False, is_deleted=False).count()
    Inbox.objects.filter(user=owner).update(revision=have + NOTIFICATIONS, unread_count=unread)


def know_sizes() -> None:
    """What PostgreSQL does by itself a minute after so much was added."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    fill(int(sys.argv[1]))
