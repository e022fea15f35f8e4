"""Who gets which screen: the owner, a teammate, a stranger and somebody who is not signed in."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import CustomerFactory, ProductFactory, UserFactory, issued
from tests.unit.screens.people import Person

PAGES = [
    "home",
    "business",
    "team",
    "password_change",
    "customer_list",
    "customer_new",
    "product_list",
    "product_new",
]
ROWS = ["customer", "customer_edit", "product", "product_edit"]
DEEDS = [
    "customer_archive",
    "customer_restore",
    "product_archive",
    "product_restore",
    "product_rate",
    "product_stock",
]
OWNERS_DEEDS = ["team_remove", "team_restore"]


def row_of(owner: Person, name: str) -> int:
    factory = CustomerFactory if name.startswith("customer") else ProductFactory
    return factory(business=owner.business).pk


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_owner_and_teammate(name: str, owner: Person, teammate: Person) -> None:
    for person in (owner, teammate):
        assert person.client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_with_rows_in_the_business(name: str, owner: Person) -> None:
    issued(owner.business)
    CustomerFactory(business=owner.business)
    ProductFactory(business=owner.business)
    assert owner.client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_page_sends_whoever_is_not_signed_in_to_sign_in_and_back(
    name: str, client: Client, db: None
) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url == f"{reverse('login')}?next={reverse(name)}"


@pytest.mark.parametrize("name", ROWS)
def test_a_row_opens_for_owner_and_teammate_and_is_not_there_for_a_stranger(
    name: str, owner: Person, teammate: Person, stranger: Person
) -> None:
    url = reverse(name, args=[row_of(owner, name)])
    assert [person.client.get(url).status_code for person in (owner, teammate, stranger)] == [200, 200, 404]


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_on_a_row_is_not_there_for_a_stranger_and_changes_nothing(
    name: str, owner: Person, stranger: Person
) -> None:
    pk = row_of(owner, name)
    response = stranger.client.post(reverse(name, args=[pk]), {"qty": "5", "reason": "purchase"})
    assert response.status_code == 404
    rows = owner.business.customers if name.startswith("customer") else owner.business.products
    assert rows.filter(pk=pk, is_archived=False).exists()


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_done_by_post_only(name: str, owner: Person) -> None:
    assert owner.client.get(reverse(name, args=[row_of(owner, name)])).status_code == 405


@pytest.mark.parametrize("name", OWNERS_DEEDS)
def test_only_an_owner_changes_the_team(name: str, owner: Person, teammate: Person, stranger: Person) -> None:
    url = reverse(name, args=[teammate.membership.user_id])
    assert teammate.client.post(url).status_code == 403
    assert stranger.client.post(url).status_code == 404
    assert owner.client.post(url).status_code == 302


@pytest.mark.parametrize("name", ["business", "team"])
def test_staff_reads_business_and_team_and_may_not_change_them(name: str, teammate: Person) -> None:
    assert b"Only an owner" in teammate.client.get(reverse(name)).content
    response = teammate.client.post(reverse(name), {"name": "Other"})
    assert response.status_code == 403
    assert b"Only an owner of the business may change this." in response.content


def test_lists_and_suggestions_hold_only_the_own_business(owner: Person, stranger: Person) -> None:
    CustomerFactory(business=owner.business, name="Kaveri Stores")
    ProductFactory(business=owner.business, name="Kaveri lamp")
    for name in ("customer_list", "customer_lookup", "product_list", "product_lookup"):
        url = reverse(name) + "?q=kaveri"
        assert b"Kaveri" in owner.client.get(url).content
        assert b"Kaveri" not in stranger.client.get(url).content


def test_a_person_without_a_business_gets_a_page_that_says_so(client: Client, db: None) -> None:
    client.force_login(UserFactory())
    response = client.get(reverse("home"))
    assert response.status_code == 403
    assert b"You belong to no business yet" in response.content
