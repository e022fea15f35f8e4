"""Customers: list, page, form, archive with undo, and what an invoice being typed asks."""

import pytest
from django.urls import reverse

from gstbillingapp.models import BuyerKind, Customer
from tests.factories import CustomerFactory, gstin, issued
from tests.unit.screens.people import Person


def test_a_customer_typed_with_a_gstin_is_registered_in_its_state(owner: Person) -> None:
    number = gstin("27", 3)
    response = owner.client.post(
        reverse("customer_new"), {"name": "Mehta & Sons", "gstin": f" {number[:5]} {number[5:].lower()}"}
    )
    customer = Customer.objects.get()
    assert response.url == customer.get_absolute_url()
    assert (customer.business, customer.gstin, customer.kind, customer.state_code) == (
        owner.business,
        number,
        BuyerKind.REGULAR,
        "27",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("gstin", "27AAPFU0939F1ZX"),
        ("pincode", "012345"),
        ("email", "nobody"),
        ("phone", "call me"),
        ("state_code", "29"),
        ("kind", "unregistered"),
    ],
)
def test_what_is_wrong_with_a_customer_is_said_beside_a_field_and_nothing_is_written(
    owner: Person, field: str, value: str
) -> None:
    fields = {"name": "Mehta", "gstin": gstin("27"), "state_code": "27", field: value}
    response = owner.client.post(reverse("customer_new"), fields)
    named = list(response.context["form"].errors)
    assert named == (["gstin"] if field == "kind" else [field])
    assert f'href="#id_{named[0]}"' in response.text
    assert not Customer.objects.exists()


def test_editing_shows_what_is_stored_and_saves_what_is_typed(teammate: Person) -> None:
    customer = CustomerFactory(business=teammate.business, name="Old name")
    url = reverse("customer_edit", args=[customer.pk])
    form = teammate.client.get(url).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    assert fields["gstin"] == customer.gstin
    response = teammate.client.post(url, fields | {"name": "New name"})
    assert response.url == customer.get_absolute_url()
    customer.refresh_from_db()
    assert customer.name == "New name"


def test_a_buyer_overseas_can_be_edited_though_they_are_in_no_state(owner: Person) -> None:
    typed = {"name": "Gulf Imports", "kind": "overseas"}
    refused = owner.client.post(reverse("customer_new"), typed)
    assert "Enter the country" in refused.text
    owner.client.post(reverse("customer_new"), typed | {"country": "United Arab Emirates"})
    customer = Customer.objects.get()
    assert "United Arab Emirates" in owner.client.get(customer.get_absolute_url()).text
    form = owner.client.get(reverse("customer_edit", args=[customer.pk])).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    response = owner.client.post(reverse("customer_edit", args=[customer.pk]), fields | {"city": "Dubai"})
    assert response.status_code == 302
    customer.refresh_from_db()
    assert (customer.city, customer.kind) == ("Dubai", BuyerKind.OVERSEAS)


def test_an_archived_customer_leaves_list_and_suggestions_and_undo_brings_it_back(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Kaveri Stores")
    response = owner.client.post(reverse("customer_archive", args=[customer.pk]), follow=True)
    undo = reverse("customer_restore", args=[customer.pk])
    assert f'action="{undo}"' in response.text
    assert owner.client.get(reverse("customer_lookup")).json() == {"results": []}
    assert "Kaveri Stores" in owner.client.get(reverse("customer_list") + "?show=archived").text
    owner.client.post(undo)
    assert len(owner.client.get(reverse("customer_lookup")).json()["results"]) == 1


def test_the_list_searches_sorts_and_turns_pages_by_its_address(owner: Person) -> None:
    for n in range(60):
        CustomerFactory(business=owner.business, name=f"Lamp shop {n:02}", gstin="", kind="unregistered")
    CustomerFactory(business=owner.business, name="Zebra")
    first = owner.client.get(reverse("customer_list") + "?q=LAMP&sort=-name")
    names = [customer.name for customer in first.context["page"]]
    assert names[0] == "Lamp shop 59"
    assert len(names) == 50
    assert 'href="?q=LAMP&amp;sort=-name&amp;page=2"' in first.text
    second = owner.client.get(reverse("customer_list") + "?q=LAMP&sort=-name&page=2")
    assert [customer.name for customer in second.context["page"]][-1] == "Lamp shop 00"


@pytest.mark.parametrize("query", ["?sort=password", "?page=-3", "?page=x", "?show=nonsense", "?q=%00"])
def test_a_strange_address_still_shows_the_list(owner: Person, query: str) -> None:
    CustomerFactory(business=owner.business)
    assert owner.client.get(reverse("customer_list") + query).status_code == 200


def test_the_page_of_a_customer_says_what_they_owe(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    invoice = issued(customer=customer)
    page = owner.client.get(customer.get_absolute_url()).text
    assert "₹118.00" in page
    assert invoice.get_absolute_url() in page


def test_suggestions_are_ten_at_most_and_say_whom_they_mean(owner: Person) -> None:
    for _ in range(12):
        CustomerFactory(business=owner.business)
    results = owner.client.get(reverse("customer_lookup")).json()["results"]
    assert len(results) == 10
    assert results[0]["detail"] == f"{results[0]['gstin']} · Bengaluru, Karnataka"


def test_a_customer_is_added_in_place_as_json(teammate: Person) -> None:
    response = teammate.client.post(reverse("customer_quick"), {"name": "Counter sale", "state_code": "29"})
    customer = Customer.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": customer.pk,
        "name": "Counter sale",
        "detail": "Karnataka",
        "gstin": "",
        "kind": "unregistered",
        "state_code": "29",
    }


def test_a_customer_that_cannot_be_added_in_place_names_the_fields(owner: Person) -> None:
    response = owner.client.post(reverse("customer_quick"), {"name": "", "gstin": "29X"})
    assert response.status_code == 400
    assert set(response.json()["errors"]) == {"name", "gstin"}
    assert not Customer.objects.exists()
