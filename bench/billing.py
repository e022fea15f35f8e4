# ruff: noqa: E402 - Django has to be set up before models can be imported
"""`python -m bench.billing`: what every page of billing costs a business that has very many of everything.

The business is loaded into a database of its own, and every address is asked for as its owner and its staff,
each time on a new connection, as requests have them. CPU is the time of the web process's thread and of its
PostgreSQL backend: unlike the clock's, it does not depend on what else the machine does.
"""

import argparse
import gc
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from itertools import product as combinations
from pathlib import Path
from statistics import median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gstbilling.settings")
django.setup()

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from bench import other_papers
from bench.filling import CONTENT, copies
from delivery.models import Inbox, Notification
from gstbilling.environment import VAR_DIR
from gstbillingapp.actions import invoices, payments
from gstbillingapp.actions.data import InvoiceData, LineData
from gstbillingapp.demo import bulk, load
from gstbillingapp.demo.catalogue import WARES
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import (
    Business,
    Customer,
    Invoice,
    InvoiceState,
    InvoiceStatus,
    Product,
    ProductRate,
    StockMovement,
    StockReason,
)
from gstbillingapp.models.fields import today
from gstbillingapp.overview import windows
from gstbillingapp.queries import COUNT_CAP, INVOICE_ORDERS, PER_PAGE
from tooling.postgres import Postgres

DATABASES = ("sqlite", "postgres")
PAGE_MS, ISSUE_MS = 100, 50  # to reach
INVOICES, PRODUCTS, NOTIFICATIONS, UNREAD = 100_000, 5_000, 100_000, 20_000
# Of the one customer that buys most, and of the one product that moves most.
KEY_ACCOUNT, MOVEMENTS = 0.1, 20_000
ARCHIVED, RUNNING_LOW = 0.1, 0.05  # of customers and products
LINES = (1, 10, 50)
DEEP = COUNT_CAP // PER_PAGE  # the last page that can be turned to
MISSED = "qqqq"  # found nowhere


def main(arguments: Sequence[str]) -> int:
    """Measure on each database, in a process of its own."""
    options = parse(arguments)
    if options.here:
        return measure(options)
    for database in options.database or DATABASES:
        print(f"\n{database}, {options.invoices:,} invoices", flush=True)
        with database_url(database, options.folder) as url:
            command = [sys.executable, "-m", "bench.billing", "--here", *arguments]
            subprocess.run(
                command, env=os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}, check=True
            )
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("python -m bench.billing", description=__doc__)
    parser.add_argument("--database", action="append", choices=DATABASES, help="both, unless one is named")
    parser.add_argument("--invoices", type=int, default=INVOICES)
    parser.add_argument("--repeats", type=int, default=4, help="of each address and each issue")
    parser.add_argument("--only", default="", help="groups whose names have this in them")
    parser.add_argument("--all", action="store_true", help="every address, not only the dearest of a group")
    parser.add_argument("--folder", type=Path, default=VAR_DIR / "bench", help="where SQLite's file is")
    parser.add_argument("--keep", type=Path, help="a SQLite file to load once and use again")
    parser.add_argument("--here", action="store_true", help="on DATABASE_URL, which is written to")
    return parser.parse_args(arguments)


@contextmanager
def database_url(name: str, place: Path) -> Iterator[str]:
    """An empty database that is gone afterwards."""
    if name == "postgres":
        with Postgres() as server:
            # Parallel workers' time would be nobody's.
            yield server.url() + "&options=-c%20max_parallel_workers_per_gather%3D0"
        return
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield f"sqlite:///{folder}/billing.sqlite3"


def measure(options: argparse.Namespace) -> int:
    """Load what is missing, ask for everything, print."""
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["*"]
    fill(options.invoices)
    shop = Shop()
    dear = show_pages(shop, options) + show_issues(shop, options)
    print(f"{dear} above what is to be reached" if dear else "nothing above what is to be reached")
    return 0


# The business


def fill(wanted: int) -> None:
    """The demo's business with so many invoices; done once for a database."""
    call_command("migrate", verbosity=0)
    if load.is_loaded():
        return
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


# What is asked


@dataclass(frozen=True, slots=True)
class Asked:
    """One address; `post` is what is posted there."""

    group: str
    path: str
    post: dict[str, str] | None = None


class Shop:
    """The business that was loaded, and the things in it whose pages are looked at."""

    def __init__(self) -> None:
        self.owner = User.objects.get(username=load.OWNER)
        self.staff = User.objects.get(username=load.STAFF)
        self.business = Business.objects.get(memberships__user=self.owner)
        theirs = {"business": self.business}
        goods = Product.objects.filter(**theirs, kind="goods", is_archived=False, reorder_level=None)
        self.goods = list(goods.order_by("pk")[: max(LINES) * 4])
        self.product = StockMovement.objects.latest("pk").product
        customers = Customer.objects.filter(**theirs, kind="regular").order_by("pk")
        self.buyer, self.other = customers[0], customers[customers.count() // 2]
        self.drafts = {count: self.draft(count) for count in (*LINES, 200)}
        self.issued = {count: self.issue(self.draft(count)) for count in (*LINES, 200)}
        self.cancelled = self.issue(self.draft(1))
        invoices.cancel(self.business, self.owner, self.cancelled.pk, "Measured")
        self.paid = self.issue(self.draft(2))
        for _ in range(12):
            self.payment = payments.record(self.business, self.owner, self.paid.pk, Decimal(1))

    def draft(self, count: int, wares: Sequence[Product] | None = None) -> Invoice:
        """A draft of so many lines, each of another product."""
        lines = [LineData(product_id=ware.pk, qty=Decimal(2)) for ware in (wares or self.goods)[:count]]
        data = InvoiceData(customer_id=self.buyer.pk, lines=lines)
        return invoices.save_draft(self.business, self.owner, data)

    def issue(self, draft: Invoice) -> Invoice:
        """Give it its number."""
        return invoices.issue(self.business, self.owner, draft.pk)

    def editor(self, count: int, **more: str) -> dict[str, str]:
        """The editor's fields with so many lines, as a browser posts them."""
        typed = {"customer": str(self.buyer.pk), "customer_name": self.buyer.name, "date": str(today())}
        typed |= {"lines-TOTAL_FORMS": str(count), "lines-INITIAL_FORMS": "0", "round_off": "on"}
        for n, ware in enumerate(self.goods[:count]):
            line = {"product": ware.pk, "description": ware.name, "qty": "2", "price": ware.price}
            line |= {"hsn": ware.hsn, "unit": ware.unit, "rate": "18"}
            typed |= {f"lines-{n}-{name}": str(value) for name, value in line.items()}
        return typed | more


def listed(group: str, name: str, **choices: Sequence[Any]) -> Iterator[Asked]:
    """Every combination of what the address of a list, its name or itself, may say."""
    path = name if name.startswith("/") else reverse(name)
    for chosen in combinations(*choices.values()):
        said = {key: value for key, value in zip(choices, chosen, strict=True) if value}
        yield Asked(group, f"{path}?{urlencode(said)}")


def both_ways(orders: Sequence[str]) -> list[str]:
    """Each order and its reverse."""
    return [sign + order for order in orders for sign in ("", "-")]


def pages(shop: Shop) -> Iterator[Asked]:
    """Every address that a person opens."""
    yield from listed("overview", "home", period=[window.key for window in windows(today())])
    yield from searches(shop)
    yield from invoice_lists(shop)
    yield from other_lists()
    yield from things(shop)
    yield from forms(shop)
    yield from inboxes(shop)
    yield from returns()
    for group, path, choices in other_papers.addresses(shop.business, ("", "sr", "traders", MISSED)):
        yield from listed(group, path, **choices)


def returns() -> Iterator[Asked]:
    """Returns of the last month and what they are made of, and as files."""
    last_month = f"{today().replace(day=1) - timedelta(days=1):%m%Y}"
    yield Asked("returns due", reverse("return_list"))
    for name in ("gstr1", "gstr1_json", "gstr3b", "gstr3b_json", "hsn_summary"):
        yield from listed(f"return, {name}", name, period=(last_month,))
    yield Asked("return, gstr1_section", reverse("gstr1_section", args=["b2b"]) + f"?period={last_month}")


def searches(shop: Shop) -> Iterator[Asked]:
    """The box that finds everything: names, beginnings and ends of numbers, amounts, and what is nowhere."""
    number = Invoice.objects.filter(business=shop.business).exclude(number="").latest("pk").number
    words = ("sr", "traders", "cable", number, number[:-2], number[-4:], "M/", "1180", "98450", MISSED)
    yield from listed("search everything, suggested", "search_lookup", q=words)
    yield from listed("search everything, page", "search", q=words)


def invoice_lists(shop: Shop) -> Iterator[Asked]:
    """The list of invoices: every status, order and end, under everything it may be narrowed by."""
    usual: dict[str, Sequence[Any]] = {
        "status": ("", *InvoiceStatus.values),
        "sort": both_ways(list(INVOICE_ORDERS)),
        "page": (None, DEEP),
    }
    month, long_ago = today().replace(day=1), today() - timedelta(days=600)
    number = Invoice.objects.filter(business=shop.business).exclude(number="").latest("pk").number
    narrowed: dict[str, dict[str, Sequence[Any]]] = {
        "all": {},
        "search: most": {"q": ("M/",)},
        "search: many": {"q": ("traders", "a")},
        "search: one": {"q": (number, shop.other.gstin, shop.other.name)},
        "search: none": {"q": (MISSED,)},
        "key account": {"customer": (shop.buyer.pk,)},
        "customer": {"customer": (shop.other.pk,)},
        "dates": {"since": (month, long_ago), "until": ("", long_ago + timedelta(days=30))},
        "all at once": {"q": ("a",), "customer": (shop.buyer.pk,), "since": (long_ago,)},
    }
    fewer = {"status": ("", "paid", "overdue", "draft"), "sort": ("-date", "number", "-balance")}
    for name, narrowing in narrowed.items():
        chosen = {**usual, **(fewer if narrowing else {}), **narrowing}
        yield from listed(f"invoices, {name}", "invoice_list", **chosen)


def other_lists() -> Iterator[Asked]:
    """Customers, products, and what is suggested of both while one types."""
    words = ("", "a", "traders", "29", "cable", MISSED)
    ends = ("", 2, DEEP)
    names = both_ways(["name"])
    yield from listed("customers", "customer_list", q=words, sort=names, show=("", "archived"), page=ends)
    kinds, show = ("", "goods", "service"), ("", "low", "archived")
    yield from listed("products", "product_list", q=words, kind=kinds, show=show, sort=names, page=ends)
    typed = ("", "s", "sr", "traders", "wire", "5 99", MISSED)
    yield from listed("ageing", "ageing", sort=both_ways(["customer", "owed", "older"]), page=("", 2))
    yield Asked("ageing as a file", reverse("ageing_csv"))
    yield from listed("notes", "note_list", q=words, status=("", "open"), page=("", 2))
    yield from listed("type-ahead of customers", "customer_lookup", q=typed)
    yield from listed("type-ahead of products", "product_lookup", q=typed)


def things(shop: Shop) -> Iterator[Asked]:
    """Every page of one thing."""
    for buyer in (shop.buyer, shop.other):
        yield Asked("customer", reverse("customer", args=[buyer.pk]))
        yield Asked("ledger", f"{reverse('customer_ledger', args=[buyer.pk])}?since=&until=")
        recent = today() - timedelta(days=30)  # of the one who buys most, more would be asked to be narrowed
        yield Asked("statement", f"{reverse('statement_print', args=[buyer.pk])}?since={recent}")
    for ware in (shop.product, shop.goods[0]):
        yield Asked("product", reverse("product", args=[ware.pk]))
    for count, row in shop.issued.items():
        yield Asked(f"invoice of {count}", reverse("invoice", args=[row.pk]))
        yield Asked(f"paper of {count}", reverse("invoice_print", args=[row.pk]))
        draft = shop.drafts[count]
        yield Asked(f"draft of {count}", reverse("invoice", args=[draft.pk]))
    for row in (shop.cancelled, shop.paid):
        yield Asked("invoice, cancelled or paid", reverse("invoice", args=[row.pk]))


def forms(shop: Shop) -> Iterator[Asked]:
    """Every form, empty or with what is stored, and the totals of what is typed."""
    for name in ("customer_new", "product_new", "business", "team", "password_change"):
        yield Asked("forms", reverse(name))
    yield Asked("forms", reverse("customer_edit", args=[shop.buyer.pk]))
    yield Asked("forms", reverse("product_edit", args=[shop.product.pk]))
    yield Asked("forms of an invoice", reverse("payment_new", args=[shop.issued[1].pk]))
    yield Asked("forms of an invoice", reverse("payment_reverse", args=[shop.paid.pk, shop.payment.pk]))
    yield Asked("forms of an invoice", reverse("note_new", args=[shop.issued[50].pk, "credit"]))
    yield Asked("forms of an invoice", reverse("invoice_cancel", args=[shop.issued[1].pk]))
    yield Asked("forms of an invoice", reverse("invoice_delete", args=[shop.drafts[50].pk]))
    yield Asked("forms of an invoice", reverse("invoice_issue", args=[shop.drafts[50].pk]))
    yield Asked("editor, new", reverse("invoice_new"))
    yield Asked("editor, new", f"{reverse('invoice_new')}?customer={shop.buyer.pk}")
    for count, draft in shop.drafts.items():
        yield Asked(f"editor of {count}", reverse("invoice_edit", args=[draft.pk]))
        yield Asked(f"totals of {count}", reverse("invoice_preview"), shop.editor(count))


def inboxes(shop: Shop) -> Iterator[Asked]:
    """The notifications page and what scripts ask."""
    oldest = Notification.objects.filter(user=shop.owner).order_by("pk")[PER_PAGE].pk
    yield from listed(
        "notifications",
        "notifications",
        status=("", "unread", "read"),
        type=("", "INVOICE", "ORDER"),
        before=("", oldest),
    )
    name = "notifications, JSON"
    yield from listed(name, "notification_api", status=("all", "unread", "read"), type=("INVOICE", "ORDER"))
    yield from listed(name, "notification_changes", since=("0", NOTIFICATIONS - 10))
    yield Asked(name, reverse("notification_count"))


# Measuring


@dataclass(frozen=True, slots=True)
class Cost:
    """What one address costs; milliseconds, the median of several."""

    asked: str
    queries: int
    cpu: float
    wall: float
    rows: int


class Watch:
    """Times what is done in this thread and in its PostgreSQL backend, on a connection of its own."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def time(self, deed: Callable[[], Any]) -> Any:
        """Do it."""
        connection.close()
        gc.collect()  # of what others left: it costs as much as a page, and comes to one of very many
        began, cpu_before = time.perf_counter(), time.thread_time()
        answer = deed()
        cpu, wall = time.thread_time() - cpu_before, time.perf_counter() - began
        self.cpu.append((cpu + backend_seconds()) * 1000)
        self.wall.append(wall * 1000)
        return answer


def backend_seconds() -> float:
    """What the PostgreSQL backend of this connection has used, since it began."""
    if connection.vendor != "postgresql" or connection.connection is None:
        return 0.0
    pid = connection.connection.info.backend_pid
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def show_pages(shop: Shop, options: argparse.Namespace) -> int:
    """A line for each group, of its dearest address; how many addresses are too dear."""
    clients = []
    for person in (shop.owner, shop.staff):
        client = Client(SERVER_NAME="localhost")
        client.force_login(person, settings.AUTHENTICATION_BACKENDS[-1])
        clients.append(client)
    groups: dict[str, list[Asked]] = {}
    for asked in pages(shop):
        if options.only in asked.group:
            groups.setdefault(asked.group, []).append(asked)
    if groups:
        heading("page", "addresses", "median", "the dearest")
    dear = 0
    for name, some in groups.items():
        costs = [cost_of(asked, clients, options.repeats) for asked in some]
        costs.sort(key=lambda cost: -cost.cpu)
        middle = f"{median(cost.cpu for cost in costs):.1f}"
        for n, cost in enumerate(costs if options.all else costs[:1]):
            first = (name, f"{len(costs):,}", middle) if n == 0 else ("", "", "")
            line(*first, cost, PAGE_MS)
        dear += sum(cost.cpu > PAGE_MS for cost in costs)
    return dear


def cost_of(asked: Asked, clients: Sequence[Client], repeats: int) -> Cost:
    """Ask as each person in turn."""

    def ask(client: Client) -> Any:
        if asked.post is not None:
            return client.post(asked.path, asked.post)
        return client.get(asked.path)

    counts, watch = [], Watch()
    for client in clients:
        cache.clear()  # the limits on how often one may ask
        with CaptureQueriesContext(connection) as queries:
            ask(client)
        counts.append(len(queries))
    for n in range(repeats):
        cache.clear()
        response = watch.time(partial(ask, clients[n % len(clients)]))
        if response.status_code != 200:
            raise RuntimeError(f"{asked.path}: {response.status_code}")
    rows = rows_of(response.content.decode())
    return Cost(asked.path, max(counts), median(watch.cpu), median(watch.wall), rows)


def rows_of(body: str) -> int:
    """How many rows a page shows."""
    return len(re.findall(r"<tr\b|<li class=\"notification|\"id\":", body)) - body.count("<thead")


def show_issues(shop: Shop, options: argparse.Namespace) -> int:
    """A line for each size of invoice; how many are too dear."""
    if options.only not in "issue":
        return 0
    heading("issue", "lines", "", "how")
    dear = 0
    for count in LINES:
        plain = issuing(shop, count, options.repeats, shop.goods)
        low = issuing(shop, count, options.repeats, shop.goods[: max(LINES)], runs_low=True)
        for cost in (plain, low):
            line("issue", f"{count}", "", cost, ISSUE_MS)
            dear += cost.cpu > ISSUE_MS
        client = Client(SERVER_NAME="localhost")
        client.force_login(shop.owner, settings.AUTHENTICATION_BACKENDS[-1])
        typed = Asked("", reverse("invoice_new"), shop.editor(count, do="issue-confirmed"))
        line("typed and issued", f"{count}", "", posting(typed, client, options.repeats), ISSUE_MS)
    return dear


def issuing(
    shop: Shop, count: int, repeats: int, wares: Sequence[Product], *, runs_low: bool = False
) -> Cost:
    """Issue drafts of so many lines. `runs_low` has each product reach its reorder level with it."""
    watch, queries = Watch(), 0
    for n in range(repeats + 1):
        draft = shop.draft(count, wares)
        if runs_low:
            keys = [ware.pk for ware in wares]
            low = {"stock": Decimal(3), "reorder_level": Decimal(2), "stock_level": ""}
            Product.objects.filter(pk__in=keys).update(**low)
        if n == 0:
            with CaptureQueriesContext(connection) as captured:
                shop.issue(draft)
            queries = len(captured)
        else:
            watch.time(partial(shop.issue, draft))
    if runs_low:
        enough = {"stock": Decimal(100_000), "reorder_level": None, "stock_level": ""}
        Product.objects.filter(pk__in=[ware.pk for ware in wares]).update(**enough)
    name = "each product runs low" if runs_low else "stock stays"
    return Cost(name, queries, median(watch.cpu), median(watch.wall), count)


def posting(typed: Asked, client: Client, repeats: int) -> Cost:
    """Post the editor with what was typed, which issues it."""
    watch = Watch()
    for n in range(repeats + 1):
        cache.clear()
        if n == 0:
            with CaptureQueriesContext(connection) as captured:
                client.post(typed.path, typed.post)
        else:
            response = watch.time(lambda: client.post(typed.path, typed.post))
            if response.status_code != 302:
                raise RuntimeError(f"{typed.path}: {response.status_code}")
    return Cost("posted by the editor", len(captured), median(watch.cpu), median(watch.wall), 0)


def heading(*names: str) -> None:
    """The table's head."""
    first, second, third, last = names
    print(f"\n{first:28}{second:>9}{third:>8}{'CPU ms':>8} {'':1}{'ms':>7}{'queries':>8}{'rows':>6}  {last}")


def line(name: str, count: str, middle: str, cost: Cost, to_reach: float) -> None:
    """A line of the table; what is too dear is marked."""
    mark = "!" if cost.cpu > to_reach else ""
    print(
        f"{name:28}{count:>9}{middle:>8}{cost.cpu:8.1f} {mark:1}{cost.wall:7.1f}{cost.queries:8}{cost.rows:6}"
        f"  {cost.asked}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
