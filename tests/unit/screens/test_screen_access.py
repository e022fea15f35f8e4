"""What the owner, a teammate, a stranger and somebody without a business see on the screens they get.

Who gets which at all is in tests/unit/security.
"""

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
