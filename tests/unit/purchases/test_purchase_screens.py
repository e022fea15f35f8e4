"""The screens of purchases: the editor without a script, the lists, and what they cost."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gstbillingapp.actions import bills
from gstbillingapp.models import Bill, Expense, Product, Vendor
from tests.factories import (
    ProductFactory,
    VendorFactory,
    bill,
    bill_line,
    days_ago,
    expense,
    paid_out,
)

pytestmark = pytest.mark.django_db
NEW = "/bills/new/"


@pytest.fixture
def owner(people, client: Client) -> Client:
    client.force_login(people.owner)
    return client


def typed(vendor: Vendor | None, *rows: dict[str, object], **said: object) -> dict[str, str]:
    """The editor as a browser posts it; a drum of wire where no row is given."""
    rows = rows or ({"description": "Drum of wire", "qty": 2, "unit": "NOS", "price": 100, "rate": 18},)
    post: dict[str, object] = {"vendor_name": vendor.name if vendor else "", "number": "PD-7"}
    post |= {"date": days_ago(1), "lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": 0, **said}
    for n, row in enumerate(rows):
        post |= {f"lines-{n}-{name}": value for name, value in row.items()}
    return {name: str(value) for name, value in post.items()}


def test_a_bill_is_recorded_without_a_script_and_a_products_name_brings_its_goods_in(owner, business):
    vendor, wire = VendorFactory(business=business), ProductFactory(business=business, name="Wire")
    row = {"description": "wire", "qty": 3, "unit": "MTR", "price": 80, "rate": 18, "itc": "capital"}
    page = owner.post(NEW, typed(vendor, row), follow=True)
    saved = Bill.objects.get()
    assert page.redirect_chain[-1][0] == saved.get_absolute_url()
    assert f"Bill PD-7 of {vendor.name} is recorded." in page.text
    assert (saved.total, saved.lines.get().itc) == (Decimal("283.00"), "capital")
    assert Product.objects.get(pk=wire.pk).stock == 103


def test_a_refused_bill_keeps_everything_that_was_typed_and_says_what_is_missing(owner):
    page = owner.post(NEW, typed(None, number=""))
    assert "2 things need a change" in page.text
    assert "Vendor: Choose the vendor." in page.text
    assert 'value="Drum of wire"' in page.text
    assert not Bill.objects.exists()


def test_a_row_added_without_a_script_keeps_what_becomes_of_the_tax(owner):
    row = {"description": "Car", "qty": 1, "itc": "blocked"}
    page = owner.post(NEW, typed(None, row, do="add-lines"))
    assert '<option value="blocked" selected>' in page.text


def test_a_name_that_fits_several_vendors_asks_which(owner, business):
    VendorFactory(business=business, name="Polycab North")
    chosen = VendorFactory(business=business, name="Polycab South")
    post = typed(None, vendor_name="polycab")
    assert "Choose which vendor “polycab” is." in owner.post(NEW, post).text
    owner.post(NEW, {**post, "vendor_choice": str(chosen.pk)})
    assert Bill.objects.get().vendor == chosen


def test_the_preview_says_totals_the_due_day_and_a_number_that_is_there_already(owner, business):
    vendor = VendorFactory(business=business)
    bill(vendor=vendor, number="pd-7")
    answer = owner.post(reverse("bill_preview"), typed(vendor)).json()
    assert (answer["total"], answer["lines"]) == ("₹236.00", ["₹200.00"])
    assert {row["label"]: row["value"] for row in answer["totals"]}["Input tax claimed"] == "₹36.00"
    assert answer["due"].endswith("by the vendor's days to pay")
    assert [warning["field"] for warning in answer["warnings"]] == ["number"]
    assert not answer["errors"]


def test_a_product_is_offered_at_what_was_paid_for_it_last(owner, business):
    wire = ProductFactory(business=business, name="Wire", price=Decimal(150))
    bill(business, bill_line(wire, price=Decimal(90)))
    bill(business, bill_line(wire, price=Decimal("95.50")))
    [found] = owner.get(reverse("bill_products"), {"q": "wire"}).json()["results"]
    assert (found["price"], found["rate"]) == ("95.5", "18")
    assert "₹95.50 last time" in found["detail"]


def test_what_was_paid_last_is_by_the_day_of_the_bill_and_not_by_when_it_was_typed(owner, business):
    wire = ProductFactory(business=business, name="Wire")
    bill(business, bill_line(wire, price=Decimal(90)), date=days_ago(1))
    bill(business, bill_line(wire, price=Decimal(70)), date=days_ago(300))
    [found] = owner.get(reverse("bill_products"), {"q": "wire"}).json()["results"]
    assert found["price"] == "90"


def test_a_bill_on_which_something_is_paid_is_not_opened_for_editing(owner, business):
    recorded = bill(business)
    paid_out(recorded, "18")
    page = owner.get(reverse("bill_edit", args=[recorded.pk]), follow=True)
    assert page.redirect_chain == [(recorded.get_absolute_url(), 302)]
    assert "reverse the payment first" in page.text


def test_the_tabs_count_what_they_show(owner, business):
    late = bill(business, date=days_ago(40), due_date=days_ago(2))
    part, paid, wrong = bill(business), bill(business), bill(business)
    paid_out(part, "18")
    paid_out(paid)
    bills.cancel(business, None, wrong.pk, "Wrong")
    for query in ("", "?q=pd-"):
        tabs = owner.get(reverse("bill_list") + query).context["tabs"]
        assert [(tab.status, tab.count) for tab in tabs] == [
            ("", 4), ("to_pay", 2), ("overdue", 1), ("paid", 1), ("cancelled", 1)
        ]  # fmt: skip
    shown = owner.get(reverse("bill_list"), {"status": "overdue"}).context["page"]
    assert list(shown) == [late]


def test_the_expenses_of_a_month_are_summed_by_category(owner, business):
    expense(business, category="Rent", amount=Decimal(900), date=days_ago(0))
    expense(business, category="Travel", amount=Decimal(100), date=days_ago(0))
    expense(business, category="Rent", amount=Decimal(5000), date=days_ago(70))
    page = owner.get(reverse("expense_list"))
    assert [(row.name, row.amount, row.share) for row in page.context["sums"]] == [
        ("Rent", 900, 90), ("Travel", 100, 10)
    ]  # fmt: skip
    assert page.context["total"] == 1000


def test_an_expense_paid_to_a_vendor_by_name_is_the_vendors(owner, business):
    vendor = VendorFactory(business=business, state_code="33")
    said = {"amount": "1,180", "date": days_ago(0), "category": "Parking", "payee": vendor.name.upper()}
    said |= {"rate": "18", "price_includes_tax": "on", "itc": "on"}
    owner.post(reverse("expense_new"), said)
    saved = Expense.objects.get()
    assert (saved.vendor, saved.payee_gstin, saved.category.name) == (vendor, vendor.gstin, "Parking")
    assert (saved.taxable, saved.igst, saved.total, saved.itc) == (1000, 180, 1180, True)


@pytest.mark.parametrize(
    "address",
    [
        "/vendors/",
        "/vendors/{vendor}/",
        "/bills/",
        "/bills/?status=overdue&sort=total",
        "/bills/?q=depot",
        "/bill/{bill}/",
        "/bill/{bill}/edit/",
        "/bills/new/",
        "/expenses/",
        "/expenses/new/",
        "/expenses/categories/",
    ],
)
def test_a_page_costs_as_many_queries_with_few_rows_as_with_many(owner, business, address):
    vendor = VendorFactory(business=business)
    costs = []
    for _ in range(2):
        ProductFactory.create_batch(3, business=business)
        shown = bill(business, *(bill_line(ware) for ware in Product.objects.all()), vendor=vendor)
        for n in range(3):
            bill(business, date=days_ago(40), due_date=days_ago(3))
            expense(business, category=f"Category {shown.pk}-{n}", date=days_ago(0))
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(address.format(vendor=vendor.pk, bill=shown.pk)).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("year", ["0001", "0026", "0202", "9999"])
def test_a_year_that_is_half_typed_still_gives_a_list_of_expenses(owner, year):
    assert owner.get("/expenses/", {"since": f"{year}-11-25"}).status_code == 200
