"""The menu as data: what it holds, which entry a page belongs to, and the keys that lead there."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from gstbillingapp import navigation
from gstbillingapp.navigation import Entry, Group
from tests.factories import CustomerFactory, draft, line
from tests.unit.screens.people import Person

CURRENT = re.compile(r'<(?:a href="([^"]+)"|summary) aria-current="(page|true)">(?:<i[^>]*></i>)?([\w ]+)')


def marked(page: str) -> list[tuple[str, str]]:
    """The lines of the menu that are marked as where one is."""
    menu = page[page.index('class="nav-links"') : page.index('role="search"')]
    return [(label, how) for _, how, label in CURRENT.findall(menu)]


def test_a_page_marks_its_entry_and_the_group_that_hides_it(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    invoice = draft(owner.business, line(), customer=customer)
    for name, args, expected in (
        ("customer_edit", [customer.pk], [("Sales", "true"), ("Customers", "page")]),
        ("invoice", [invoice.pk], [("Sales", "true"), ("Invoices", "page")]),
        ("product_new", [], [("Products", "page")]),
        ("home", [], []),
        ("team", [], []),
    ):
        assert marked(owner.client.get(reverse(name, args=args)).text) == expected


def test_a_missing_page_has_the_menu_and_marks_nothing(owner: Person) -> None:
    page = owner.client.get("/nothing/here/").text
    assert f'href="{reverse("customer_list")}"' in page
    assert marked(page) == []


def test_the_list_of_keys_leads_where_the_keys_do(owner: Person, client: Client) -> None:
    page = owner.client.get(reverse("team")).text
    keys = dict(re.findall(r'<a href="([^"]+)" data-go="(\w)">', page))
    assert keys == {reverse(entry.url_name): entry.key for entry in navigation.entries() if entry.key}
    assert len(set(keys.values())) == len(keys)
    assert "data-go" not in client.get(reverse("login")).text


@pytest.mark.parametrize(
    ("url_name", "label"),
    [
        ("customer", "Customers"),
        ("customer_statement", "Statements"),
        ("customers_of_others", None),
        ("payment_new", "Invoices"),
        ("", None),
    ],
)
def test_an_address_belongs_to_the_entry_that_names_it_longest(
    url_name: str, label: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = Entry(label="Statements", url_name="home", icon="list", sections=("customer_statement",))
    monkeypatch.setattr(navigation, "MENU", (longer, *navigation.MENU))
    here = navigation.current_entry(url_name)
    assert (here.label if here else None) == label


def test_a_group_without_entries_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "MENU", (Group(label="Purchases", entries=()),))
    assert navigation.navigation("home").menu == ()


def test_every_entry_leads_to_a_page_and_makes_what_it_says(owner: Person) -> None:
    for entry in navigation.entries():
        assert owner.client.get(reverse(entry.url_name)).status_code == 200
        assert bool(entry.new) == bool(entry.new_url_name)
        if entry.new:
            assert owner.client.get(reverse(entry.new_url_name)).status_code == 200
