"""The overview and the business profile."""

from decimal import Decimal

import pytest
from django.urls import reverse

from tests.factories import CustomerFactory, ProductFactory, days_ago, issued, paid
from tests.unit.screens.people import Person


def test_a_fresh_business_is_shown_its_first_three_steps(owner: Person) -> None:
    page = owner.client.get(reverse("home"))
    assert [step.is_done for step in page.context["steps"]] == [True, False, False]
    assert f'href="{reverse("customer_new")}"' in page.text
    CustomerFactory(business=owner.business)
    assert f'href="{reverse("product_new")}"' in owner.client.get(reverse("home")).text
    ProductFactory(business=owner.business)
    assert [step.is_done for step in owner.client.get(reverse("home")).context["steps"]] == [
        True,
        True,
        False,
    ]


def test_the_overview_adds_up_what_is_owed_and_what_is_late(owner: Person, stranger: Person) -> None:
    issued(owner.business, date=days_ago(40), due_date=days_ago(10))
    part = issued(owner.business)
    paid(part, "18.00")
    issued(stranger.business)
    totals = owner.client.get(reverse("home")).context["totals"]
    assert (totals.receivable, totals.overdue) == (Decimal("218.00"), Decimal("118.00"))
    assert (totals.receivable_count, totals.overdue_count) == (2, 1)


def test_the_overview_asks_the_database_as_often_for_many_invoices_as_for_one(
    owner: Person, django_assert_num_queries
) -> None:
    issued(owner.business)
    owner.client.get(reverse("home"))
    with django_assert_num_queries(13) as one:
        owner.client.get(reverse("home"))
    for _ in range(5):
        issued(owner.business)
    with django_assert_num_queries(len(one)):
        owner.client.get(reverse("home"))


def profile_fields(owner: Person) -> dict[str, object]:
    form = owner.client.get(reverse("business")).context["form"]
    return {name: form[name].value() for name in form.fields}


def test_an_owner_saves_the_profile(owner: Person) -> None:
    response = owner.client.post(
        reverse("business"), profile_fields(owner) | {"name": "Asha & Co", "bank_ifsc": "hdfc0001234"}
    )
    assert response.url == reverse("business")
    owner.business.refresh_from_db()
    assert (owner.business.name, owner.business.bank_ifsc, owner.business.round_off) == (
        "Asha & Co",
        "HDFC0001234",
        True,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("gstin", "29ABCDE1234F1Z5"),
        ("gstin", ""),
        ("state_code", "27"),
        ("pincode", "12"),
        ("bank_ifsc", "HDFC"),
        ("upi_id", "asha"),
        ("invoice_prefix", "0X"),
        ("due_days", "400"),
        ("due_days", "soon"),
        ("hsn_digits", "5"),
    ],
)
def test_what_is_wrong_in_the_profile_is_said_beside_its_field_and_nothing_is_written(
    owner: Person, field: str, value: str
) -> None:
    before = owner.business.updated_at
    response = owner.client.post(reverse("business"), profile_fields(owner) | {field: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in response.text
    owner.business.refresh_from_db()
    assert owner.business.updated_at == before
