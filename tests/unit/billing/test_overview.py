"""The figures of the first page: right to the paisa, of the right days, and never another's."""

import datetime
import itertools
import random
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gstbillingapp import overview
from gstbillingapp.actions import invoices, opening
from gstbillingapp.models import (
    Bill,
    BillLine,
    Business,
    Credit,
    Expense,
    ExpenseCategory,
    Invoice,
    InvoiceLine,
    InvoiceState,
    Note,
    NoteKind,
    NoteLine,
    Vendor,
)
from gstbillingapp.models.fields import today
from gstbillingapp.overview import Sales, Window, Year, receivables, top_customers, top_products, windows
from gstbillingapp.receivables import ageing
from gstbillingapp.reminders.digest import owed_on
from gstbillingapp.templatetags import charts
from tests.factories import (
    BusinessFactory,
    CustomerFactory,
    ProductFactory,
    days_ago,
    draft,
    issued,
    line,
    owed_before,
    paid,
)

pytestmark = pytest.mark.django_db

NOVEMBER = datetime.date(2026, 11, 25)


def window(key: str, on: datetime.date | None = None) -> Window:
    return next(row for row in windows(on or today()) if row.key == key)


@pytest.fixture
def trade(business) -> Business:
    """A year and more of trade of three buyers in three wares, some of it cancelled, drafted or paid."""
    dice = random.Random(20)
    buyers = [CustomerFactory(business=business) for _ in range(3)]
    wares = [ProductFactory(business=business, stock=10_000) for _ in range(3)]
    for n in range(30):
        date = days_ago(dice.randrange(400))
        terms = {
            "customer": dice.choice(buyers),
            "date": date,
            "due_date": max(date, days_ago(dice.randrange(120))),
        }
        lines = [
            line(
                dice.choice(wares),
                qty=Decimal(dice.randint(1, 9)),
                price=Decimal(dice.randint(1, 99_999)) / 100,
            )
            for _ in range(dice.randint(1, 3))
        ]
        if n % 7 == 0:
            draft(business, *lines, **terms)
            continue
        row = issued(business, *lines, line(), rcm=n % 9 == 0, **terms)
        if n % 5 == 0:
            invoices.cancel(business, None, row.pk, "Wrong")
        elif n % 3 == 0:
            paid(row, row.balance / 2 if n % 2 else None)
    return business


def kept(business: Business, chosen: Window) -> list[Invoice]:
    """What counts, found without a query that adds up."""
    rows = Invoice.objects.filter(business=business).prefetch_related("lines__product", "customer")
    return [
        row for row in rows if row.state == InvoiceState.ISSUED and chosen.first <= row.date <= chosen.last
    ]


def added_up(rows: list[Invoice]) -> Sales:
    owed = [row for row in rows if not row.rcm]
    return Sales(
        amount=sum((row.taxable for row in rows), Decimal(0)),
        tax=sum((row.cgst + row.sgst + row.igst + row.cess for row in owed), Decimal(0)),
        count=len(rows),
    )


def test_sales_and_tops_of_every_window_are_what_the_invoices_come_to(trade):
    for chosen in windows(today()):
        rows = kept(trade, chosen)
        assert Year(trade, today()).within(chosen.first, chosen.last) == added_up(rows)
        bought, brought = Counter[str](), Counter[str]()
        for row in rows:
            bought[row.party] += row.taxable
            for stored in row.lines.all():
                if stored.product:
                    brought[stored.product.name] += stored.taxable
        customers, products = top_customers(trade, chosen, 2), top_products(trade, chosen, 2)
        assert [(str(top.row), top.amount) for top in customers] == bought.most_common(2)
        assert [(str(top.row), top.amount) for top in products] == brought.most_common(2)


def test_each_month_is_what_its_invoices_come_to(trade):
    months = Year(trade, today()).months()
    assert len(months) == overview.MONTHS
    assert months[-1].last == window("month").last
    for before, month in itertools.pairwise(months):
        assert before.last + datetime.timedelta(days=1) == month.first
    for month in months:
        days = Window(key="", name="", label="", first=month.first, last=month.last)
        assert month.sales == added_up(kept(trade, days))


def test_what_is_owed_falls_into_bands_by_how_late_it_is(business):
    ages = {0: 0, 1: 1, 30: 1, 31: 2, 60: 2, 61: 3, 90: 3, 91: 4, 400: 4, -5: 0}
    for late in ages:
        issued(business, date=min(today(), days_ago(late)), due_date=days_ago(late))
    invoices.cancel(business, None, issued(business, date=days_ago(9), due_date=days_ago(9)).pk, "Wrong")
    draft(business, date=days_ago(9), due_date=days_ago(9))
    paid(Invoice.objects.get(due_date=days_ago(400)), "18")
    owed = receivables(business, today())
    counted = Counter(ages.values())
    assert [band.count for band in owed.bands] == [counted[n] for n in range(5)]
    assert [band.amount for band in owed.bands] == [236, 236, 236, 236, 218]
    assert (owed.amount, owed.count, owed.overdue, owed.overdue_count) == (1162, 10, 926, 8)


def test_what_is_owed_from_before_counts_as_it_does_in_the_report_and_the_digest(business):
    buyer = CustomerFactory(business=business)
    issued(business, customer=buyer)
    owed_before(buyer, "1000", due_date=days_ago(70))
    old = owed_before(buyer, "500", reference="OLD/8", date=today())
    opening.pay(business, None, old.pk, Decimal(200))
    opening.pay(business, None, owed_before(buyer, "7", reference="OLD/9").pk, Decimal(7))
    owed = receivables(business, today())
    assert [band.amount for band in owed.bands] == [418, 0, 0, 1000, 0]
    assert (owed.amount, owed.before, owed.count, owed.overdue_count) == (1418, 1300, 3, 1)
    assert owed.amount == ageing(business).total.owed
    assert owed_on(business, today()) == (300, owed.overdue)


def test_a_cancelled_invoice_leaves_every_figure(business):
    row = issued(business, line(ProductFactory(business=business)))
    invoices.cancel(business, None, row.pk, "Wrong")
    chosen = window("month")
    assert Year(business, today()).within(chosen.first, chosen.last) == Sales()
    assert top_customers(business, chosen, 5) == top_products(business, chosen, 5) == []
    assert receivables(business, today()).count == 0


def noted(invoice: Invoice, kind: str, taxable: str, date: datetime.date | None = None, **terms: Any) -> Note:
    """A note on the first line of an invoice, at 18 per cent within the state."""
    money = Decimal(taxable)
    half = (money * 9 / 100).quantize(Decimal("0.01"))
    amounts = {"taxable": money, "cgst": half, "sgst": half, "total": money + 2 * half}
    number = f"N{Note.objects.count() + 1}"
    note = Note.objects.create(
        **amounts,
        business=invoice.business,
        customer=invoice.customer,
        invoice=invoice,
        kind=kind,
        reason="07",
        date=date or today(),
        number=number,
        number_key=number,
        financial_year="2026-27",
        **{"applied": amounts["total"], **terms},
    )
    of = invoice.lines.get(position=0)
    NoteLine.objects.create(
        **amounts, note=note, invoice_line=of, product=of.product, position=0, qty=0, price=money, rate=18
    )
    return note


def test_notes_change_the_sales_of_their_own_days_and_who_and_what_is_on_top(business):
    first, second, third = (
        issued(business, line(ProductFactory(business=business, name=name), price=Decimal(price)))
        for name, price in (("Fan", 1000), ("Lamp", 900), ("Bulb", 100))
    )
    noted(first, NoteKind.CREDIT, "950")
    noted(third, NoteKind.DEBIT, "1000")
    noted(second, NoteKind.CREDIT, "900", date=window("month").first - datetime.timedelta(days=1))
    noted(second, NoteKind.CREDIT, "1", state="cancelled", cancelled_at=timezone.now(), applied=0)
    chosen, year = window("month"), Year(business, today())
    sales = year.within(chosen.first, chosen.last)
    assert sales == Sales(amount=Decimal(2050), tax=Decimal(369), count=3)
    assert year.months()[-2].sales == Sales(amount=Decimal(-900), tax=Decimal(-162))
    expected = [("Bulb", 1100), ("Lamp", 900), ("Fan", 50)]
    assert [(str(top.row), top.amount) for top in top_products(business, chosen, 3)] == expected
    customers = top_customers(business, chosen, 2)
    assert [(top.row, top.amount) for top in customers] == [(third.customer, 1100), (second.customer, 900)]


@pytest.mark.parametrize("spare", [0, 1, 50])
@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_on_top_after_notes_is_found_however_few_are_looked_at(business, monkeypatch, spare, seed):
    monkeypatch.setattr(overview, "SPARE", spare)
    dice, net = random.Random(seed), {}
    for _ in range(7):
        price = dice.choice((100, 200, 300, 1000))
        sold = issued(business, line(ProductFactory(business=business), price=Decimal(price)))
        change = 0
        for kind in dice.choice(((), (), (NoteKind.CREDIT,), (NoteKind.DEBIT,), NoteKind)):
            amount = dice.randrange(1, price) + dice.choice((0, 500)) * (kind == NoteKind.DEBIT)
            noted(sold, kind, str(amount))
            change += overview.SIGNS[kind] * amount
        net[sold.customer_id] = Decimal(price + change)
    expected = sorted((amount for amount in net.values() if amount > 0), reverse=True)[:3]
    found = top_customers(business, window("month"), 3)
    assert [top.amount for top in found] == [top.amount for top in top_products(business, window("month"), 3)]
    assert [top.amount for top in found] == expected
    assert all(net[top.row.pk] == top.amount for top in found)


def billed(business: Business, credit: str, date: datetime.date, **terms: Any) -> None:
    """A vendor's bill of ₹100.00 with ₹18.00 of tax, of which that becomes."""
    amounts = {"taxable": 100, "cgst": 9, "sgst": 9, "total": 118}
    vendor = Vendor.objects.create(business=business, name="Wire Mills")
    said = {"number": "7", "number_key": "7", "financial_year": "2026-27", "place_of_supply": "29"}
    stored = Bill.objects.create(
        **{"balance": 118, **said, **amounts, **terms},
        business=business,
        vendor=vendor,
        vendor_name=vendor.name,
        vendor_kind=vendor.kind,
        date=date,
        due_date=date,
    )
    BillLine.objects.create(**amounts, bill=stored, position=0, qty=1, price=100, rate=18, itc=credit)


def test_input_tax_is_what_is_claimed_on_the_bills_and_expenses_of_the_month(business):
    month = window("month")
    before = month.first - datetime.timedelta(days=1)
    for credit in Credit.values:
        billed(business, credit, month.first)
    billed(business, Credit.ELIGIBLE, before)
    billed(business, Credit.ELIGIBLE, month.last, state="cancelled", cancelled_at=timezone.now(), balance=0)
    spent = {"business": business, "category": ExpenseCategory.objects.create(business=business, name="Rent")}
    spent |= {
        "payee_gstin": "29ABCDE1234F1Z5",
        "taxable": 10,
        "igst": Decimal("1.80"),
        "total": Decimal("11.80"),
    }
    for date, claimed in ((month.last, True), (month.last, False), (before, True)):
        Expense.objects.create(**spent, date=date, itc=claimed)
    assert overview.input_tax(business, month.first, month.last) == Decimal("37.80")
    assert overview.input_tax(BusinessFactory(), month.first, month.last) == 0


def test_what_was_given_back_whole_is_no_top(business):
    noted(issued(business, line(ProductFactory(business=business))), NoteKind.CREDIT, "100")
    assert top_customers(business, window("month"), 5) == top_products(business, window("month"), 5) == []


def test_nothing_of_it_is_seen_by_another_business(business):
    noted(issued(business, line(ProductFactory(business=business))), NoteKind.DEBIT, "100")
    theirs, chosen = BusinessFactory(), window("months")
    assert Year(theirs, today()).within(chosen.first, chosen.last) == Sales()
    assert top_customers(theirs, chosen, 5) == top_products(theirs, chosen, 5) == []
    assert receivables(theirs, today()).amount == 0


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (
            NOVEMBER,
            {
                "month": ("Nov 2026", "2026-11-01", "2026-11-30"),
                "quarter": ("Oct–Dec 2026", "2026-10-01", "2026-12-31"),
                "year": ("FY 2026-27", "2026-04-01", "2027-03-31"),
                "months": ("the last 12 months", "2025-12-01", "2026-11-30"),
            },
        ),
        (
            datetime.date(2028, 2, 29),
            {
                "month": ("Feb 2028", "2028-02-01", "2028-02-29"),
                "quarter": ("Jan–Mar 2028", "2028-01-01", "2028-03-31"),
                "year": ("FY 2027-28", "2027-04-01", "2028-03-31"),
                "months": ("the last 12 months", "2027-03-01", "2028-02-29"),
            },
        ),
    ],
)
def test_months_quarters_and_years_are_those_of_india(on: datetime.date, expected: dict):
    assert {row.key: (row.label, str(row.first), str(row.last)) for row in windows(on)} == expected


def columns(model: type[Model], name: str) -> set[str]:
    """The columns of an index, and the key, by which it leads to its rows."""
    [index] = [row for row in model._meta.indexes if row.name == name]
    named = [model._meta.get_field(field.removeprefix("-")).column for field in index.fields]
    return {"id", *named}


def test_sums_read_nothing_that_their_indexes_have_not(business):
    chosen = window("months")
    with CaptureQueriesContext(connection) as queries:
        overview.sales_by_day(business, chosen)
        top_products(business, chosen, 5)
        top_customers(business, chosen, 5)
    sums = [query["sql"] for query in queries if "SUM(" in query["sql"]]
    assert len(sums) == 6  # and those of notes
    for model, index in ((Invoice, "invoice_by_state"), (InvoiceLine, "invoice_line_sold")):
        read = {name for sql in sums for name in re.findall(rf'"{model._meta.db_table}"\."(\w+)"', sql)}
        assert read <= columns(model, index)


@pytest.mark.parametrize(
    ("largest", "top"),
    [
        ("0", "1"),
        ("0.5", "0.5"),
        ("1", "1"),
        ("1.01", "1.5"),
        ("1005000", "1500000"),
        ("81", "100"),
        ("-5", "1"),
    ],
)
def test_a_scale_ends_at_a_round_number_above_everything(largest: str, top: str):
    assert charts.scale_top([Decimal(largest), Decimal("-9")]) == Decimal(top)


def test_bars_are_shares_of_their_scale_and_never_longer_or_backwards():
    lengths = [charts.share_of(Decimal(part), Decimal(8)) for part in (0, 3, 8, 9, -3)]
    assert lengths == ["0%", "37.5%", "100.0%", "100.0%", "0%"]
    assert charts.share_of(Decimal(3), Decimal(0)) == "0%"
    assert charts.above_share(Decimal(3), Decimal(8)) == "62.5%"


@pytest.mark.parametrize(
    ("amount", "words"),
    [("12500000", "₹1.25 Cr"), ("5000000", "₹50 L"), ("7500", "₹7.5 K"), ("500", "₹500"), ("0", "₹0")],
)
def test_an_axis_has_amounts_as_people_say_them(amount: str, words: str):
    assert charts.short_rupees(Decimal(amount)) == words
