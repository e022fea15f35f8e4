"""Rows of one file that mean the same: what comes of them does not depend on where a part ends."""

import pytest

from gstbillingapp import jobs as worker
from gstbillingapp.models import BuyerKind, Customer, OpeningBalance, Product
from tests.factories import CustomerFactory, ProductFactory, gstin
from tests.unit.imports.conftest import checked, counts, csv, imported, problems
from tests.unit.screens.people import Person

NUMBER = gstin("29", 41)
PLAIN = {"kind": BuyerKind.UNREGISTERED, "gstin": ""}


@pytest.fixture(params=[1, 2, 3, 250], ids=lambda size: f"parts of {size}")
def parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many rows in one transaction."""
    monkeypatch.setattr(worker, "PART", request.param)


pytestmark = pytest.mark.usefixtures("parts")


def customers(person: Person) -> list[tuple[str, ...]]:
    rows = Customer.objects.filter(business=person.business).order_by("pk")
    return list(rows.values_list("name", "gstin", "city", "email"))


def test_a_customer_found_by_the_gstin_and_by_the_name_keeps_what_both_rows_say(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi Traders", gstin=NUMBER, city="Hubli")
    rows = csv("Name,GSTIN,City,E-mail", f"Ravi Traders,{NUMBER},Mysuru,", "ravi traders,,,ravi@example.in")
    job = imported(owner, rows)
    assert customers(owner) == [("ravi traders", NUMBER, "Mysuru", "ravi@example.in")]
    assert (problems(job), counts(job)) == ([], (0, 2, 0, 0))


def test_a_customer_that_an_earlier_row_renames_is_found_by_the_new_name_alone(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi Traders", gstin=NUMBER, city="Hubli", email="")
    rows = csv("Name,GSTIN,City", f"Ravi Stores,{NUMBER},", "Ravi Traders,,Mysuru", "Ravi Stores,,Gadag")
    job = imported(owner, rows)
    assert customers(owner) == [("Ravi Stores", NUMBER, "Gadag", ""), ("Ravi Traders", "", "Mysuru", "")]
    assert counts(job) == (1, 2, 0, 0)


def test_a_customer_whom_an_earlier_row_adds_is_there_for_the_later_ones(owner: Person) -> None:
    rows = [
        "Asha,,9845000001,Hubli",
        f"Asha,{NUMBER},,",
        "asha,,98450 00001,Mysuru",
        "Asha,,9845000002,Gadag",
    ]
    job = imported(owner, csv("Name,GSTIN,Phone,City", *rows))
    assert problems(job) == [
        (4, "", "Row 2 has this GSTIN, or this name and phone, too. Leave one of them out.")
    ]
    assert [row[:3] for row in customers(owner)] == [("Asha", NUMBER, "Hubli"), ("Asha", "", "Gadag")]
    assert counts(job) == (2, 1, 0, 1)


def test_where_existing_ones_are_left_alone_so_is_one_that_an_earlier_row_added(owner: Person) -> None:
    rows = csv("Name,GSTIN,City", f"Asha,{NUMBER},Hubli", "asha,,Mysuru", "ASHA,,")
    job = imported(owner, rows, update_existing=False)
    assert customers(owner) == [("Asha", NUMBER, "Hubli", "")]
    assert (job.added, job.unchanged, job.wrong) == (1, 1, 1)


def test_a_row_that_becomes_ambiguous_by_an_earlier_one_is_refused(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi", **PLAIN, phone="9845000001")
    rows = csv("Name,Phone,City", "Ravi,9845000002,Hubli", "Ravi,,Mysuru")
    job = imported(owner, rows)
    assert [(row, column) for row, column, _ in problems(job)] == [(3, "Name")]
    assert counts(job) == (1, 0, 0, 1)


def test_the_check_judges_each_row_by_what_is_stored(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi Traders", gstin=NUMBER, city="Hubli")
    rows = csv(
        "Name,GSTIN,City", f"Ravi Traders,{NUMBER},Mysuru", "Ravi Traders,,Mysuru", "Ravi Traders,,Hubli"
    )
    job = checked(owner, rows)
    assert counts(job) == (0, 2, 0, 1)  # the third is said twice
    assert Customer.objects.get().city == "Hubli"


def test_a_product_found_by_the_sku_and_by_the_name_keeps_what_both_rows_say(owner: Person) -> None:
    wire = ProductFactory(business=owner.business, name="Wire", sku="W-1", rate="18", price=100)
    rows = csv("Name,SKU,Price,GST rate,Reorder level", "Wire,W-1,120,5,", "wire,,,18,7")
    job = imported(owner, rows, "products")
    wire.refresh_from_db()
    assert (wire.price, wire.reorder_level, wire.rates.last().rate) == (120, 7, 18)
    assert (problems(job), counts(job)) == ([], (0, 2, 0, 0))


def test_a_product_that_an_earlier_row_adds_is_there_for_the_later_ones(owner: Person) -> None:
    rows = csv(
        "Name,SKU,Price,GST rate,Opening stock", "Wire,,100,18,5", "Wire,W-1,120,,9", "Wire,W-2,90,18,3"
    )
    job = imported(owner, rows, "products")
    found = Product.objects.filter(business=owner.business).order_by("pk")
    assert list(found.values_list("sku", "price", "stock")) == [("W-1", 120, 5), ("W-2", 90, 3)]
    assert (problems(job), counts(job)) == ([], (2, 1, 0, 0))


def test_a_balance_of_one_invoice_under_the_gstin_and_under_the_name_is_one_balance(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Ravi", gstin=NUMBER)
    rows = [
        "Name,GSTIN,Amount,Date,Invoice no",
        f",{NUMBER},500,31-03-2026,OLD/1",
        "Ravi,,600,31-03-2026,OLD/1",
    ]
    job = imported(owner, csv(*rows, "Ravi,,50,31-03-2026,OLD/2"), "opening")
    kept = OpeningBalance.objects.order_by("pk")
    assert list(kept.values_list("reference", "amount")) == [("OLD/1", 600), ("OLD/2", 50)]
    assert (problems(job), counts(job)) == ([], (2, 1, 0, 0))
