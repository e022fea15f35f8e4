"""How many queries each list, form and page costs, and issuing: the same with 3 rows as with 30."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gstbillingapp.actions import invoices
from gstbillingapp.actions.data import NoteLineData
from gstbillingapp.models import Business, Invoice, Product
from gstbillingapp.models.fields import today
from gstbillingapp.utils import create_notification
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    advance,
    days_ago,
    draft,
    issued,
    line,
    noted,
    paid,
    set_off,
)

FEW, MANY = 3, 30


class Shop:
    """A business with so many of everything, and one thing of each kind with so many rows of its own."""

    def __init__(self, people, rows: int) -> None:
        self.business: Business = people.business
        self.owner, self.teammate = people.owner, people.teammate
        self.products = [ProductFactory(business=self.business, reorder_level=1) for _ in range(rows)]
        self.buyer = CustomerFactory(business=self.business, phone="98450 90001")
        for n in range(rows):
            ProductFactory(business=self.business, stock=1, stock_level="low", reorder_level=5)
            ProductFactory(business=self.business, is_archived=True)
            CustomerFactory(business=self.business, is_archived=True)
            issued(self.business, date=days_ago(40), due_date=days_ago(9))
            paid(issued(customer=self.buyer, date=days_ago(n)))
            draft(customer=self.buyer)
            create_notification(self.owner, f"Number {n}", "Told", "INVOICE")
            create_notification(self.teammate, f"Number {n}", "Told", "INVOICE")
        lines = [line(product) for product in self.products]
        self.draft = draft(self.business, *lines, customer=self.buyer)
        self.issued = issued(self.business, *lines, customer=self.buyer)
        self.partly = issued(self.business, *lines, customer=self.buyer)
        self.payments = [paid(self.partly, "1.00") for _ in range(rows)]
        self.cancelled = issued(self.business, *lines, customer=self.buyer)
        invoices.cancel(self.business, self.owner, self.cancelled.pk, "Wrong")
        self.amended = issued(self.business, *lines, customer=self.buyer)
        self.receipts = [advance(self.buyer) for _ in range(rows)]
        self.receipt = self.receipts[0]
        for _ in range(rows):
            set_off(self.partly, self.receipt, "1.00")
            self.note = noted(self.amended, NoteLineData(amount=Decimal(1)))

    def typed(self) -> dict[str, str]:
        """The editor with a line of each product."""
        said = {"customer": self.buyer.pk, "customer_name": self.buyer.name, "date": today()}
        said |= {"lines-TOTAL_FORMS": len(self.products), "lines-INITIAL_FORMS": 0, "round_off": "on"}
        for n, product in enumerate(self.products):
            terms = {"product": product.pk, "description": product.name, "qty": 1, "price": 100, "rate": 18}
            said |= {f"lines-{n}-{name}": value for name, value in terms.items()}
        return {name: str(value) for name, value in said.items()}


# Session, user and membership; the place in the inbox costs two more on every page that has the bell.
SIGNED_IN, BELL = 3, 2
PAGE = SIGNED_IN + BELL
LIST = PAGE + 2  # the keys, the rows
TABS = 7  # a count of each status, where nothing narrows the list

Address = Callable[[Shop], str]


def at(name: str, query: str = "") -> Address:
    """An address without a thing in it."""
    return lambda shop: reverse(name) + query


def of(name: str, thing: str) -> Address:
    """The address of one thing of the shop's."""
    return lambda shop: reverse(name, args=[getattr(shop, thing).pk])


COUNTS: dict[str, tuple[Address, int]] = {
    "overview": (at("home"), PAGE + 25),
    "invoices": (at("invoice_list"), LIST + TABS),
    "invoices, second page": (at("invoice_list", "?page=2"), LIST + TABS),
    "invoices by number": (at("invoice_list", "?sort=number"), LIST + TABS),
    "invoices by due date": (at("invoice_list", "?sort=-due"), LIST + TABS),
    "overdue by total": (at("invoice_list", "?status=overdue&sort=total"), LIST + TABS),
    "paid by balance": (at("invoice_list", "?status=paid&sort=-balance"), LIST + TABS),
    "drafts": (at("invoice_list", "?status=draft"), LIST + TABS),
    "invoices searched": (at("invoice_list", "?q=traders"), LIST + 1),
    "invoices searched, by total": (at("invoice_list", "?q=traders&sort=total&status=overdue"), LIST + 1),
    "invoices of the month": (at("invoice_list", f"?since={days_ago(30)}"), LIST + 1),
    "invoices of a customer": (
        lambda shop: f"{reverse('invoice_list')}?customer={shop.buyer.pk}&sort=due",
        LIST + 2,
    ),
    "customers": (at("customer_list"), LIST),
    "customers searched": (at("customer_list", "?q=traders&sort=-name"), LIST),
    "customers archived": (at("customer_list", "?show=archived"), LIST),
    "products": (at("product_list"), LIST + 1),
    "products searched": (at("product_list", "?q=copper&kind=goods&sort=-name"), LIST + 1),
    "products running low": (at("product_list", "?show=low"), LIST + 1),
    "products archived": (at("product_list", "?show=archived"), LIST + 1),
    "type-ahead of customers": (at("customer_lookup", "?q=ravi"), SIGNED_IN + 4),
    "type-ahead of products": (at("product_lookup", "?q=copper"), SIGNED_IN + 6),
    "customer": (of("customer", "buyer"), PAGE + 8),
    "statement": (of("statement_print", "buyer"), SIGNED_IN + 10),
    "ageing": (at("ageing"), PAGE + 6),
    "notes": (at("note_list"), LIST),
    "notes searched": (at("note_list", "?q=traders&kind=credit&status=settled&sort=total"), LIST),
    "note": (of("note", "note"), PAGE + 5),
    "note, printed": (of("note_print", "note"), SIGNED_IN + 2),
    "note, new": (lambda shop: reverse("note_new", args=[shop.amended.pk, "credit"]), PAGE + 3),
    "advances": (at("receipt_list"), LIST),
    "advance": (of("receipt", "receipt"), PAGE + 5),
    "advance, new": (at("receipt_new"), PAGE + 1),
    "set-off": (of("set_off_new", "partly"), PAGE + 3),
    "search: customers": (at("search_lookup", "?q=ravi"), SIGNED_IN + 19),
    "search: page": (at("search", "?q=wire"), PAGE + 11),
    "customer, changed": (of("customer_edit", "buyer"), PAGE + 1),
    "customer, new": (at("customer_new"), PAGE),
    "product": (lambda shop: reverse("product", args=[shop.products[0].pk]), PAGE + 5),
    "product, changed": (lambda shop: reverse("product_edit", args=[shop.products[0].pk]), PAGE + 3),
    "product, new": (at("product_new"), PAGE + 1),
    "invoice issued": (of("invoice", "issued"), PAGE + 9),
    "invoice partly paid": (of("invoice", "partly"), PAGE + 8),
    "invoice amended": (of("invoice", "amended"), PAGE + 9),
    "invoice cancelled": (of("invoice", "cancelled"), PAGE + 6),
    "invoice as a draft": (of("invoice", "draft"), PAGE + 10),
    "paper": (of("invoice_print", "issued"), SIGNED_IN + 2),
    "sent by e-mail": (of("invoice_mail", "issued"), PAGE + 2),
    "editor, new": (at("invoice_new"), PAGE + 4),
    "editor of a draft": (of("invoice_edit", "draft"), PAGE + 11),
    "asked to issue": (of("invoice_issue", "draft"), PAGE + 8),
    "asked to cancel": (of("invoice_cancel", "issued"), PAGE + 2),
    "asked to delete": (of("invoice_delete", "draft"), PAGE + 1),
    "payment": (of("payment_new", "partly"), PAGE + 1),
    "payment taken back": (
        lambda shop: reverse("payment_reverse", args=[shop.partly.pk, shop.payments[0].pk]),
        PAGE + 1,
    ),
    "profile": (at("business"), PAGE),
    "team": (at("team"), PAGE + 1),
    "password": (at("password_change"), PAGE),
    "import and export": (at("data"), PAGE + 4),
    "notifications": (at("notifications"), PAGE + 6),
    "notifications of a type, unread": (at("notifications", "?status=unread&type=INVOICE"), PAGE + 8),
}


# What is likeliest is looked for step by step, until there is enough of it.
AT_MOST = {"type-ahead of customers", "type-ahead of products", "search: customers", "search: page"}


@pytest.fixture(params=[FEW, MANY])
def shop(people, request) -> Shop:
    return Shop(people, request.param)


def test_a_page_costs_as_many_queries_with_few_rows_as_with_many(shop, client: Client):
    found, expected = {}, {}
    for person in (shop.owner, shop.teammate):
        client.force_login(person)
        for name, (address, count) in COUNTS.items():
            path = address(shop)
            with CaptureQueriesContext(connection) as queries:
                response = client.get(path)
            assert response.status_code == 200, path
            found[name, person.username], expected[name, person.username] = len(queries), count
            if name in AT_MOST:
                found[name, person.username] = max(len(queries), count)
    assert found == expected


def test_totals_of_what_is_typed_cost_as_many_queries_with_few_lines_as_with_many(
    shop, client: Client, django_assert_num_queries
):
    client.force_login(shop.owner)
    with django_assert_num_queries(SIGNED_IN + 9):
        assert client.post(reverse("invoice_preview"), shop.typed()).status_code == 200


def wares(business: Business, count: int, **terms) -> list[Product]:
    return [ProductFactory(business=business, **terms) for _ in range(count)]


def of_issuing(people, stored: Invoice) -> int:
    with CaptureQueriesContext(connection) as queries:
        invoices.issue(people.business, people.owner, stored.pk)
    return len([query for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def of_fifty(statements: int, vendor: str) -> int:
    """SQLite takes 999 parameters a statement: fifty lines are inserted in two."""
    return statements + (1 if vendor == "sqlite" else 0)


def with_posts(statements: int, posts: int, vendor: str) -> int:
    """PostgreSQL posts to everybody in one statement, SQLite in three."""
    return statements + posts * (3 if vendor == "sqlite" else 1)


def test_issuing_fifty_lines_costs_as_many_statements_as_issuing_one(people):
    issued(people.business, line(wares(people.business, 1)[0]))  # the series is there
    one = draft(people.business, line(wares(people.business, 1)[0]))
    fifty = draft(people.business, *(line(ware) for ware in wares(people.business, 50)))
    counted = of_issuing(people, one)
    assert counted == with_posts(23, 1, connection.vendor)
    assert of_issuing(people, fifty) == of_fifty(counted, connection.vendor)


def test_telling_of_fifty_products_that_run_low_costs_as_many_statements_as_of_one(people):
    low = {"stock": Decimal(2), "reorder_level": Decimal(1)}
    issued(people.business, line(wares(people.business, 1)[0]))
    one = draft(people.business, line(wares(people.business, 1, **low)[0]))
    fifty = draft(people.business, *(line(ware) for ware in wares(people.business, 50, **low)))
    counted = of_issuing(people, one)
    assert counted == with_posts(28, 2, connection.vendor)
    assert counted <= of_issuing(people, fifty) <= counted + 8
    told = people.owner.notifications.filter(notification_type="PRODUCT")
    assert told.count() == 51
    assert len(set(told.values_list("revision", flat=True))) == 51
    assert people.owner.inbox.unread_count == people.owner.notifications.count()
