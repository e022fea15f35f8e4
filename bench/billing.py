# ruff: noqa: E402 - Django has to be set up before models can be imported
"""`python -m bench.billing`: what every page of billing costs a business that has very many of everything.

Every address is asked for as its owner and its staff, each time on a connection of the pool, as requests have
them. CPU is the time of the web process's thread and of its PostgreSQL backend: unlike the clock's, it does
not depend on what else the machine does.
"""

import argparse
import gc
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gstbilling.settings")
django.setup()

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from bench import kept
from bench.addresses import LINES, SIZES, Asked, Shop, pages, unasked
from gstbilling.environment import VAR_DIR
from gstbillingapp import papers
from gstbillingapp.models import Paper, Product
from gstbillingapp.models.paper import INVOICE
from gstbillingapp.servers import pool_connections

PAGE_MS, ISSUE_MS, PDF_MS, FILE_MS = 100, 50, 1_000, 1_000  # to reach
INVOICES = 100_000


def main(arguments: Sequence[str]) -> int:
    """Measure on each database, in a process of its own."""
    options = parse(arguments)
    if options.here:
        return measure(options)
    for database in options.database or kept.DATABASES:
        print(f"\n{database}, {options.invoices:,} invoices", flush=True)
        with kept.loaded(database, options.invoices, options.folder) as url:
            command = [sys.executable, "-m", "bench.billing", "--here", *arguments]
            subprocess.run(
                command, env=os.environ | {"DATABASE_URL": url, "LOG_LEVEL": "WARNING"}, check=True
            )
    return 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("python -m bench.billing", description=__doc__)
    parser.add_argument(
        "--database", action="append", choices=kept.DATABASES, help="both, unless one is named"
    )
    parser.add_argument("--invoices", type=int, default=INVOICES)
    parser.add_argument("--repeats", type=int, default=4, help="of each address and each issue")
    parser.add_argument("--only", default="", help="groups whose names have this in them")
    parser.add_argument("--all", action="store_true", help="every address, not only the dearest of a group")
    parser.add_argument("--folder", type=Path, default=VAR_DIR / "bench", help="where databases are kept")
    parser.add_argument("--here", action="store_true", help="on a loaded DATABASE_URL, which is written to")
    return parser.parse_args(arguments)


def measure(options: argparse.Namespace) -> int:
    """Ask for everything, print."""
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["*"]
    pool_connections()
    shop = Shop()
    dear = show_pages(shop, options) + show_issues(shop, options) + show_pdfs(shop, options)
    print(f"{dear} above what is to be reached" if dear else "nothing above what is to be reached")
    return 0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one address costs; milliseconds, the median of several."""

    asked: str
    queries: int
    cpu: float
    wall: float
    rows: int


class Watch:
    """Times what is done in this thread and in its PostgreSQL backend, on a connection taken for it."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.wall: list[float] = []

    def time(self, deed: Callable[[], Any]) -> Any:
        """Do it."""
        connection.ensure_connection()
        backend_before = backend_seconds()
        connection.close()  # the pool, of which there is but this one, lends it again
        gc.collect()  # of what others left: it costs as much as a page, and comes to one of very many
        began, cpu_before = time.perf_counter(), time.thread_time()
        answer = deed()
        cpu, wall = time.thread_time() - cpu_before, time.perf_counter() - began
        self.cpu.append((cpu + backend_seconds() - backend_before) * 1000)
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
    every = list(pages(shop))
    if left_out := unasked(every):
        raise RuntimeError(f"nothing asks for {', '.join(sorted(left_out))}")
    for asked in every:
        if options.only in asked.group:
            groups.setdefault(asked.group, []).append(asked)
    if groups:
        heading("page", "addresses", "median", "the dearest")
    dear = 0
    for name, some in groups.items():
        costs = [cost_of(asked, clients, options.repeats) for asked in some]
        costs.sort(key=lambda cost: -cost.cpu)
        middle = f"{median(cost.cpu for cost in costs):.1f}"
        limit = FILE_MS if name.startswith("file") else PAGE_MS
        for n, cost in enumerate(costs if options.all else costs[:1]):
            first = (name, f"{len(costs):,}", middle) if n == 0 else ("", "", "")
            line(*first, cost, limit)
        dear += sum(cost.cpu > limit for cost in costs)
    return dear


def cost_of(asked: Asked, clients: Sequence[Client], repeats: int) -> Cost:
    """Ask as each person in turn."""

    def ask(client: Client) -> Any:
        if asked.post is not None:
            return post(client, asked)
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
    rows = rows_of(response.getvalue().decode())
    return Cost(asked.path, max(counts), median(watch.cpu), median(watch.wall), rows)


def post(client: Client, asked: Asked) -> Any:
    """Post what is typed as a page does; the client by itself would send it in parts."""
    return client.post(asked.path, urlencode(asked.post or {}), "application/x-www-form-urlencoded")


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


def show_pdfs(shop: Shop, options: argparse.Namespace) -> int:
    """A line for each size of invoice: what a worker takes for its PDF. How many are too dear."""
    if options.only not in "pdf":
        return 0
    papers.load_drawers()
    heading("PDF, off the request", "lines", "", "how")
    dear = 0
    for count in SIZES:
        asked = Paper(business=shop.business, kind=INVOICE, object_id=shop.issued[count].pk)
        with CaptureQueriesContext(connection) as captured:
            papers.drawn(asked)
        watch = Watch()
        for _ in range(options.repeats):
            watch.time(partial(papers.drawn, asked))
        cost = Cost("drawn", len(captured), median(watch.cpu), median(watch.wall), count)
        line("PDF, off the request", f"{count}", "", cost, PDF_MS)
        dear += cost.cpu > PDF_MS
    return dear


def posting(typed: Asked, client: Client, repeats: int) -> Cost:
    """Post the editor with what was typed, which issues it."""
    watch = Watch()
    for n in range(repeats + 1):
        cache.clear()
        if n == 0:
            with CaptureQueriesContext(connection) as captured:
                post(client, typed)
        else:
            response = watch.time(partial(post, client, typed))
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
