"""The overview and the business profile."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from gstbillingapp.gst.returns import months_before
from gstbillingapp.models import Scheme
from gstbillingapp.models.fields import today
from tests.factories import CustomerFactory, ProductFactory, days_ago, draft, issued, line, paid
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
    owed = owner.client.get(reverse("home")).context["owed"]
    assert (owed.amount, owed.overdue) == (Decimal("218.00"), Decimal("118.00"))
    assert (owed.count, owed.overdue_count) == (2, 1)


def test_the_overview_is_of_the_period_in_the_address_and_links_what_is_behind_it(
    owner: Person, teammate: Person, stranger: Person
) -> None:
    product = ProductFactory(business=owner.business, name="Copper & tin", stock=1, reorder_level=1)
    invoice = issued(owner.business, line(product))
    issued(owner.business, line(product), date=months_before(today().replace(day=1), 11))
    for key, sales in (("month", 100), ("months", 200), ("nonsense", 100)):
        page = teammate.client.get(reverse("home"), {"period": key})
        window = page.context["window"]
        assert page.context["sales"].amount == sales
        assert f"?since={window.first}&amp;until={window.last}" in page.text
    for address in (invoice.customer.get_absolute_url(), product.get_absolute_url()):
        assert f'href="{address}"' in page.text
    assert "Copper &amp; tin" in page.text
    issued(stranger.business)
    assert "Copper" not in stranger.client.get(reverse("home")).text


def test_the_bars_say_in_words_and_in_a_table_what_they_show(owner: Person) -> None:
    issued(owner.business)
    page = owner.client.get(reverse("home")).text
    chart = page[page.index('id="months-title"') : page.index('id="ageing-title"')]
    month = f"{today():%b %Y}"
    assert f'<span class="visually-hidden">{month}: ₹100.00</span>' in chart
    assert f'title="{month}: ₹100.00, 1 invoice, so far"' in chart
    assert 'height="100.0%"' in chart
    assert chart.count("<tr>") == 13
    assert re.search(r'data-label="Output tax">₹18.00<', chart)


def test_before_anything_is_sold_the_panels_say_what_they_will_show(owner: Person) -> None:
    draft(owner.business)
    page = owner.client.get(reverse("home")).text
    for words in ("Nothing was sold in these months.", "Nobody owes you anything.", "1 draft not issued yet"):
        assert words in page
    assert "<rect" not in page


def test_tax_on_reverse_charge_is_not_ours_and_a_composition_dealer_is_shown_none(owner: Person) -> None:
    issued(owner.business, rcm=True)
    issued(owner.business)
    page = owner.client.get(reverse("home"))
    assert page.context["tax"].output == 18
    assert "Output tax, " in page.text
    owner.business.scheme = Scheme.COMPOSITION
    owner.business.save()
    assert "Output tax, " not in owner.client.get(reverse("home")).text


def test_the_overview_asks_the_database_as_often_for_many_invoices_as_for_one(
    owner: Person, django_assert_num_queries
) -> None:
    issued(owner.business, line(ProductFactory(business=owner.business)))
    owner.client.get(reverse("home"))
    with django_assert_num_queries(30) as one:
        owner.client.get(reverse("home"))
    for _ in range(5):
        issued(owner.business, line(ProductFactory(business=owner.business)))
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
