"""What is asked of the business that is measured: every list, page, form, report and file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import product as combinations
from typing import Any

from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils.http import urlencode

from bench.trade import NOTIFICATIONS
from delivery.models import Notification
from gstbillingapp.actions import (
    bill_payments,
    bills,
    invoices,
    jobs,
    opening,
    payments,
    quotations,
    receipts,
    set_offs,
)
from gstbillingapp.actions.data import BillData, BillLineData, InvoiceData, LineData, ReceiptData, RefundData
from gstbillingapp.demo import load
from gstbillingapp.models import (
    Bill,
    Business,
    Customer,
    Expense,
    Invoice,
    InvoiceStatus,
    Note,
    OpeningBalance,
    Product,
    Quotation,
    Receipt,
    StockMovement,
    Vendor,
)
from gstbillingapp.models.fields import today
from gstbillingapp.overview import windows
from gstbillingapp.payables import BILL_ORDERS, EXPENSE_ORDERS
from gstbillingapp.queries import COUNT_CAP, INVOICE_ORDERS, PER_PAGE, QUOTATION_ORDERS

LINES = (1, 10, 50)
SIZES = (*LINES, 200)  # the most that an editor takes
DEEP = COUNT_CAP // PER_PAGE  # the last page that can be turned to
MISSED = "qqqq"  # found nowhere


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
        self.drafts = {count: self.draft(count) for count in SIZES}
        self.issued = {count: self.issue(self.draft(count)) for count in SIZES}
        self.offers = {count: self.offer(count) for count in SIZES}
        self.bills = {count: self.bill(count) for count in SIZES}
        self.cancelled = self.issue(self.draft(1))
        invoices.cancel(self.business, self.owner, self.cancelled.pk, "Measured")
        self.paid = self.issue(self.draft(2))
        for _ in range(12):
            self.payment = payments.record(self.business, self.owner, self.paid.pk, Decimal(1))
        self.settle()

    def draft(self, count: int, wares: Sequence[Product] | None = None) -> Invoice:
        """A draft of so many lines, each of another product."""
        return invoices.save_draft(self.business, self.owner, self.typed(count, wares))

    def typed(self, count: int, wares: Sequence[Product] | None = None) -> InvoiceData:
        """So many lines as typed."""
        lines = [LineData(product_id=ware.pk, qty=Decimal(2)) for ware in (wares or self.goods)[:count]]
        return InvoiceData(customer_id=self.buyer.pk, lines=lines)

    def settle(self) -> None:
        """What forms of notes, advances, bills and imports are about."""
        here, by = self.business, self.owner
        self.note = Note.objects.filter(business=here, kind="credit", balance__gt=0).latest("pk")
        self.advance = Receipt.objects.filter(business=here, balance__gt=0).latest("pk")
        typed = ReceiptData(customer_id=self.buyer.pk, amount=Decimal(1180), purpose="Wiring")
        self.unused = receipts.record(here, by, typed)
        money = RefundData(amount=Decimal(1))
        self.refund = set_offs.refund(here, by, Receipt, self.advance.pk, money)
        self.opening = OpeningBalance.objects.filter(business=here).latest("pk")
        self.opening_payment = opening.pay(here, by, self.opening.pk, Decimal(1))
        self.bill_payment = bill_payments.pay(here, by, self.bills[50].pk, Decimal(1))
        self.sent = quotations.send(here, by, self.offer(50).pk)
        self.expense = Expense.objects.filter(business=here).latest("pk")
        self.job = jobs.upload(here, by, "customers", "customers.csv", b"Name\nAsha\n")

    def offer(self, count: int) -> Quotation:
        """A draft of a quotation of so many lines."""
        return quotations.save_draft(self.business, self.owner, self.typed(count))

    def bill(self, count: int) -> Bill:
        """A recorded bill of so many lines."""
        vendor = Vendor.objects.filter(business=self.business).order_by("pk")[0]
        lines = [
            BillLineData(product_id=ware.pk, qty=Decimal(2), price=ware.price) for ware in self.goods[:count]
        ]
        data = BillData(vendor_id=vendor.pk, number=f"BENCH-{count}", lines=lines)
        return bills.record(self.business, self.owner, data)

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
    """Every address that a person opens, or a page asks for by itself."""
    yield from listed("overview", "home", period=[window.key for window in windows(today())])
    yield from searches(shop)
    yield from invoice_lists(shop)
    yield from other_lists()
    yield from things(shop)
    yield from forms(shop)
    yield from editors(shop)
    yield from inboxes(shop)
    yield from returns()
    yield from files(shop)


def unasked(every: Iterable[Asked]) -> set[str]:
    """The names of addresses of billing that none of these leads to, and that are no exception."""
    asked = {resolve(each.path.partition("?")[0]).view_name for each in every}
    named = {entry.name for entry in _patterns(get_resolver()) if entry.name}
    return {name for name in named - asked if not name.startswith(EXCEPT) and name not in POSTED}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        elif not entry.namespace:
            yield from _patterns(entry)


# What is measured elsewhere, asked by machines, or given to who is not signed in.
EXCEPT = ("favicon", "healthz", "readyz", "metrics", "openapi", "login", "logout", "signup")
# Deeds: they answer with a redirect. PDFs are made by workers, and measured as that.
POSTED = frozenset(
    {
        *("team_remove", "team_restore", "customer_quick", "customer_archive", "customer_restore"),
        *("product_rate", "product_stock", "product_archive", "product_restore"),
        *("data_export_later", "data_job_columns", "data_job_start", "data_job_cancel", "data_job_file"),
        *("quotation_approve", "quotation_copy", "return_undo"),
        *("vendor_quick", "vendor_archive", "vendor_restore"),
        *("expense_category_rename", "expense_category_archive", "expense_category_restore"),
        *("notification_read", "notification_delete", "notifications_read_all"),
        *("notifications_keep_read", "notifications_delete_read"),
        *("invoice_pdf", "quotation_pdf", "note_pdf", "receipt_pdf", "statement_pdf"),
    }
)


def last_month() -> str:
    """The period of the returns that are due, as their addresses have it."""
    return f"{today().replace(day=1) - timedelta(days=1):%m%Y}"


def returns() -> Iterator[Asked]:
    """Returns of the last month and what they are made of."""
    period = (last_month(),)
    yield Asked("returns due", reverse("return_list"))
    yield Asked("returns due", f"{reverse('return_file')}?form=GSTR-1&span=month&period={last_month()}")
    for name in ("gstr1", "gstr3b", "hsn_summary"):
        yield from listed(f"return, {name}", name, period=period)
    for section in ("b2b", "b2cs", "cdnr", "nil", "at", "care"):
        path = reverse("gstr1_section", args=[section])
        yield from listed("return, a section of GSTR-1", path, period=period, page=(None, 20))
    yield Asked("registers", reverse("registers"))


def files(shop: Shop) -> Iterator[Asked]:
    """What is downloaded. It may take longer than a page."""
    period = (last_month(),)
    for name in ("gstr1_json", "gstr3b_json"):
        yield from listed(f"file, {name}", name, period=period)
    month = today().replace(day=1) - timedelta(days=1)
    since, until = f"{month.replace(day=1)}", f"{month}"
    for register in ("sales", "purchases"):
        said = urlencode({"register": register, "type": "csv", "since": since, "until": until})
        yield Asked(f"file, register of {register}", f"{reverse('register_download')}?{said}")
    yield Asked("file, ageing", reverse("ageing_csv"))
    yield Asked("file, ledger", reverse("customer_ledger_csv", args=[shop.buyer.pk]))
    yield Asked("file, export of customers", reverse("data_export", args=["customers", "csv"]))
    yield Asked("file, sample", reverse("data_sample", args=["customers", "csv"]))
    yield Asked("file, errors of an import", reverse("data_job_errors", args=[shop.job.pk]))


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
    """Every other list, and what is suggested while one types."""
    words = ("", "a", "traders", "29", "cable", MISSED)
    ends = ("", 2, DEEP)
    names = both_ways(["name"])
    yield from listed("customers", "customer_list", q=words, sort=names, show=("", "archived"), page=ends)
    kinds, show = ("", "goods", "service"), ("", "low", "archived")
    yield from listed("products", "product_list", q=words, kind=kinds, show=show, sort=names, page=ends)
    yield from listed("ageing", "ageing", sort=both_ways(["customer", "owed", "older"]), page=("", 2, 200))
    typed = ("", "s", "sr", "traders", "wire", "5 99", MISSED)
    for noun in ("customer", "product", "vendor"):
        yield from listed(f"type-ahead of {noun}s", f"{noun}_lookup", q=typed)
    yield from listed("type-ahead of products", "bill_products", q=typed)
    fewer = ("", "a", "traders", MISSED)
    for name, statuses, orders in (
        ("quotation", ("", "draft", "sent", "expired"), both_ways(list(QUOTATION_ORDERS))),
        ("bill", ("", "to_pay", "overdue", "paid"), both_ways(list(BILL_ORDERS))),
        ("note", ("", "open"), ("-date",)),
        ("receipt", ("", "open"), ("-date",)),
        ("expense", ("",), both_ways(list(EXPENSE_ORDERS))),
        ("vendor", ("",), names),
    ):
        chosen = {"status": statuses, "sort": orders, "q": fewer, "page": ends}
        yield from listed(f"{name}s", f"{name}_list", **chosen)


def things(shop: Shop) -> Iterator[Asked]:
    """Every page of one thing."""
    for buyer in (shop.buyer, shop.other):
        yield Asked("customer", reverse("customer", args=[buyer.pk]))
        ledger = reverse("customer_ledger", args=[buyer.pk])
        yield from listed("ledger", ledger, page=(None, 10))
        yield Asked("ledger of all years", f"{ledger}?since=&until=")
        yield Asked("ledger of all years", f"{ledger}?since=&until=&page=300")
        month = f"since={today() - timedelta(days=30)}&until={today()}"
        yield Asked("statement of a month", f"{reverse('statement_print', args=[buyer.pk])}?{month}")
    for ware in (shop.product, shop.goods[0]):
        yield Asked("product", reverse("product", args=[ware.pk]))
    for count, row in shop.issued.items():
        yield Asked(f"invoice of {count}", reverse("invoice", args=[row.pk]))
        yield Asked(f"paper of {count}", reverse("invoice_print", args=[row.pk]))
        draft = shop.drafts[count]
        yield Asked(f"draft of {count}", reverse("invoice", args=[draft.pk]))
    for row in (shop.cancelled, shop.paid):
        yield Asked("invoice, cancelled or paid", reverse("invoice", args=[row.pk]))
    for count, offer in shop.offers.items():
        yield Asked(f"quotation of {count}", reverse("quotation", args=[offer.pk]))
        yield Asked(f"bill of {count}", reverse("bill", args=[shop.bills[count].pk]))
    for thing in (shop.note, shop.advance, shop.opening, shop.expense, shop.sent):
        yield Asked("page of a note, an advance, an expense …", thing.get_absolute_url())
    yield Asked("page of a note, an advance, an expense …", reverse("vendor", args=[shop.bills[1].vendor_id]))
    yield Asked("page of a note, an advance, an expense …", reverse("data_job", args=[shop.job.pk]))
    for name, pk in (("note", shop.note.pk), ("receipt", shop.advance.pk), ("quotation", shop.sent.pk)):
        yield Asked("paper of another noun", reverse(f"{name}_print", args=[pk]))


def forms(shop: Shop) -> Iterator[Asked]:
    """Every form, empty or with what is stored."""
    made_new = ("customer_new", "product_new", "vendor_new", "receipt_new", "expense_new")
    of_the_business = ("business", "team", "numbering", "reminder_settings", "data")
    of_oneself = ("notification_preferences", "password_change")
    for name in (*made_new, *of_the_business, *of_oneself, "expense_categories"):
        yield Asked("forms", reverse(name))
    for slug in ("customers", "products", "opening"):
        yield Asked("forms", reverse("data_import", args=[slug]))
    issued, draft, offer, owed = shop.issued[50], shop.drafts[50], shop.offers[50], shop.bills[50]
    for name, *args in (
        ("customer_edit", shop.buyer.pk),
        ("product_edit", shop.product.pk),
        ("vendor_edit", owed.vendor_id),
        ("expense_edit", shop.expense.pk),
        ("expense_cancel", shop.expense.pk),
        ("payment_new", issued.pk),
        ("payment_reverse", shop.paid.pk, shop.payment.pk),
        ("set_off_new", issued.pk),
        ("note_new", issued.pk, "credit"),
        ("note_new", issued.pk, "debit"),
        ("invoice_cancel", issued.pk),
        ("invoice_mail", issued.pk),
        ("invoice_issue", draft.pk),
        ("invoice_delete", draft.pk),
        ("quotation_send", offer.pk),
        ("quotation_delete", offer.pk),
        ("quotation_decline", shop.sent.pk),
        ("quotation_convert", shop.sent.pk),
        ("quotation_mail", shop.sent.pk),
        ("note_cancel", shop.note.pk),
        ("note_refund", shop.note.pk),
        ("note_mail", shop.note.pk),
        ("receipt_cancel", shop.unused.pk),
        ("receipt_refund", shop.advance.pk),
        ("receipt_mail", shop.advance.pk),
        ("refund_reverse", shop.refund.pk),
        ("statement_mail", shop.other.pk),
        ("opening_pay", shop.opening.pk),
        ("opening_payment_reverse", shop.opening.pk, shop.opening_payment.pk),
        ("bill_pay", owed.pk),
        ("bill_cancel", shop.bills[10].pk),
        ("bill_payment_reverse", owed.pk, shop.bill_payment.pk),
    ):
        yield Asked("forms of a thing", reverse(name, args=args))


def editors(shop: Shop) -> Iterator[Asked]:
    """The editors, empty and of every size, and the totals of what is typed there."""
    for noun, stored in (("invoice", shop.drafts), ("quotation", shop.offers), ("bill", shop.bills)):
        yield Asked(f"editor of a new {noun}", reverse(f"{noun}_new"))
        for count, row in stored.items():
            name = f"editor of {count} lines, {noun}"
            yield Asked(name, reverse(f"{noun}_edit", args=[row.pk]))
            typed = shop.editor(count, vendor=f"{shop.bills[1].vendor_id}", number="BENCH-NEW")
            yield Asked(f"totals of {count} lines, {noun}", reverse(f"{noun}_preview"), typed)
    yield Asked("editor of a new invoice", f"{reverse('invoice_new')}?customer={shop.buyer.pk}")
    totals = reverse("note_totals", args=[shop.issued[50].pk, "credit"])
    yield Asked("totals of a note", totals, {"reason": "02"})


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
    for noun, row in (("invoice", shop.issued[1]), ("quotation", shop.sent), ("note", shop.note)):
        yield Asked("asked while one waits", reverse(f"{noun}_pdf_status", args=[row.pk]))
    yield Asked("asked while one waits", reverse("receipt_pdf_status", args=[shop.advance.pk]))
    yield Asked("asked while one waits", reverse("statement_pdf_status", args=[shop.other.pk]))
    yield Asked("asked while one waits", reverse("data_job_status", args=[shop.job.pk]))
