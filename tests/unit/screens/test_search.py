"""Searching everything: what is found, in which order, and never another's."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gstbillingapp import search
from gstbillingapp.models import Business
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    VendorFactory,
    bill,
    days_ago,
    draft,
    expense,
    issued,
    line,
    sent,
)
from tests.unit.screens.people import Person


def labels(business: Business, text: str) -> dict[str, list[str]]:
    """What is found, by the titles of its groups."""
    return {found.title: [hit.label for hit in found.hits] for found in search.search(business, text)}


def test_each_noun_is_found_by_its_words_and_those_that_begin_with_them_come_first(owner: Person) -> None:
    for name in ("Wire and Cable House", "Cable Palace", "Zed Cables"):
        CustomerFactory(business=owner.business, name=name)
    ProductFactory(business=owner.business, name="Copper cable", sku="CAB-1")
    assert labels(owner.business, "CABLE") == {
        "Customers": ["Cable Palace", "Wire and Cable House", "Zed Cables"],
        "Products": ["Copper cable"],
    }
    assert labels(owner.business, "cab-1") == {"Products": ["Copper cable"]}


def test_an_invoice_is_found_by_its_number_its_place_in_the_series_its_total_and_its_customer(
    owner: Person,
) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    lamp = line(price=Decimal("1000.50"))
    first, second = (
        issued(owner.business, lamp, customer=customer, round_off=False, date=days_ago(age)) for age in (2, 1)
    )
    issued(owner.business)
    typed = draft(customer=customer, date=days_ago(30))
    found = {
        first.number: [first.number],
        first.number.lower(): [first.number],
        first.number[-6:]: [first.number],
        "2": [],
        "02": [second.number],
        "1180.60": [second.number, first.number],
        "₹1,180": [second.number, first.number],
        "1180.59": [],
        "asha": [second.number, first.number, str(typed)],
        "99999999999999": [],
    }
    assert {text: labels(owner.business, text).get("Invoices", []) for text in found} == found


def test_the_beginning_of_a_series_finds_its_newest_invoices(owner: Person) -> None:
    numbers = [issued(owner.business, date=days_ago(age)).number for age in range(6, 0, -1)]
    prefix = numbers[0].split("/")[0]
    assert labels(owner.business, prefix + "/")["Invoices"] == numbers[:1:-1]


def test_nothing_is_asked_of_the_database_for_one_letter(owner: Person, django_assert_num_queries) -> None:
    CustomerFactory(business=owner.business, name="A")
    with django_assert_num_queries(0):
        assert search.search(owner.business, " a ") == []


@pytest.mark.parametrize(
    "text", ["9" * 5000, "1" * 10, "٣٣", "²²", "%_", "'\"", "a" * 5000, "₹", "1,,,2", "\0\0"]
)
def test_whatever_is_typed_is_answered(owner: Person, text: str) -> None:
    issued(owner.business)
    assert owner.client.get(reverse("search"), {"q": text}).status_code == 200
    assert owner.client.get(reverse("search_lookup"), {"q": text}).json() == {"results": []}


def test_what_is_archived_is_found_and_says_so(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Quiet Lamps", city="Hubli", is_archived=True)
    [found] = search.search(owner.business, "quiet")
    assert found.hits[0].detail.endswith("Hubli · archived")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new inv", ["New invoice"]),
        ("go to cust", ["Customers"]),
        ("open products", ["Products"]),
        ("customer", ["Customers", "New customer"]),
        ("go to", []),
        ("asha", []),
    ],
)
def test_commands_are_found_by_the_beginnings_of_their_words(text: str, expected: list[str]) -> None:
    assert [hit.label for hit in search.commands(text)] == expected


def test_members_find_the_same_and_a_stranger_finds_nothing_of_theirs(
    owner: Person, teammate: Person, stranger: Person, client: Client
) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    invoice = issued(owner.business, line(ProductFactory(business=owner.business)), customer=customer)
    for text in ("asha", invoice.number, "118", "copper", customer.gstin):
        asked = {"q": text}
        for person in (owner, teammate):
            assert person.client.get(reverse("search_lookup"), asked).json()["results"]
            assert "Nothing found" not in person.client.get(reverse("search"), asked).text
        assert stranger.client.get(reverse("search_lookup"), asked).json() == {"results": []}
        assert "Nothing found" in stranger.client.get(reverse("search"), asked).text
        assert client.get(reverse("search_lookup"), asked).status_code == 302


def test_suggestions_stand_in_their_groups_with_where_they_lead(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="New Lamp House")
    results = owner.client.get(reverse("search_lookup"), {"q": "new"}).json()["results"]
    assert [row["group"] for row in results] == ["Go to"] * 3 + ["Customers"]
    assert results[-1] == {
        "group": "Customers",
        "label": "New Lamp House",
        "detail": f"{customer.gstin} · Bengaluru",
        "url": customer.get_absolute_url(),
    }


def test_the_page_of_results_works_alone_and_leads_to_the_lists(owner: Person) -> None:
    CustomerFactory(business=owner.business, name="Asha & Sons")
    page = owner.client.get(reverse("search"), {"q": "asha & sons"}).text
    assert "Asha &amp; Sons</a>" in page
    assert f'href="{reverse("customer_list")}?q=asha+%26+sons"' in page
    assert 'value="asha &amp; sons"' in page
    assert "What are you looking for?" in owner.client.get(reverse("search")).text


def test_every_list_that_is_linked_takes_the_words(owner: Person) -> None:
    issued(owner.business)
    bill(owner.business)
    sent(owner.business)
    expense(owner.business)
    for provider in [provider for provider in search.PROVIDERS if provider.list_url_name]:
        page = owner.client.get(provider.found(search.Asked(business=owner.business, words="qqqq")).more_url)
        assert 'value="qqqq"' in page.text


def test_a_bill_is_found_by_its_number_and_by_its_vendor(owner: Person) -> None:
    depot = VendorFactory(business=owner.business, name="Polycab Depot")
    bill(owner.business, vendor=depot, number="PD/881")
    bill(number="PD/882")
    assert labels(owner.business, "pd/88") == {"Bills": ["PD/881"]}
    assert labels(owner.business, "polycab") == {"Vendors": ["Polycab Depot"], "Bills": ["PD/881"]}


def test_a_quotation_is_found_by_its_number_and_by_its_customer(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    first, second = (sent(owner.business, customer=customer, date=days_ago(age)) for age in (2, 1))
    sent()
    for text in ("qtn/", "asha"):
        assert labels(owner.business, text)["Quotations"] == [second.number, first.number]
    assert labels(owner.business, first.number.lower())["Quotations"] == [first.number]
    assert "Quotations" not in labels(owner.business, "traders of old")


@pytest.mark.parametrize("text", ["traders", "wire", "0001", "118", "qqqq"])
def test_a_search_costs_as_many_queries_with_many_rows_as_with_few(owner: Person, text: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            search.search(owner.business, text)
        return len(queries)

    def more(rows: int) -> None:
        for _ in range(rows):
            issued(owner.business, line(ProductFactory(business=owner.business)))

    more(search.SUGGESTED)
    few = asked()
    more(12)
    assert asked() == few <= 34
