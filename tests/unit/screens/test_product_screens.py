"""Products: list, form, dated rates, stock, and the suggestions an invoice takes."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from gstbillingapp.models import Product, StockReason
from gstbillingapp.models.fields import today
from tests.factories import ProductFactory
from tests.unit.screens.people import Person


def fields(**changes: str) -> dict[str, str]:
    typed = {"kind": "goods", "name": "Lamp", "hsn": "8539", "unit": "NOS", "supply": "taxable"}
    return typed | {"price": "1,250.50", "rate": "18", "stock": "40", "reorder_level": "5"} | changes


def test_a_product_is_added_with_its_rate_and_opening_stock(owner: Person) -> None:
    response = owner.client.post(reverse("product_new"), fields())
    product = Product.objects.get()
    assert response.url == product.get_absolute_url()
    assert (product.price, product.stock, product.reorder_level) == (Decimal("1250.50"), 40, 5)
    rate = product.rate_on(today())
    assert rate is not None
    assert rate.rate == 18
    assert product.movements.get().reason == StockReason.OPENING


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("price", ""),
        ("price", "-1"),
        ("price", "a lot"),
        ("price", "NaN"),
        ("hsn", "85AB"),
        ("hsn", "853"),
        ("rate", ""),
        ("rate", "17"),
        ("unit", "XYZ"),
        ("reorder_level", "-2"),
        ("stock", "1.2345"),
    ],
)
def test_what_is_wrong_with_a_product_is_said_beside_its_field_and_nothing_is_written(
    owner: Person, field: str, value: str
) -> None:
    response = owner.client.post(reverse("product_new"), fields(**{field: value}))
    assert list(response.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in response.text
    assert not Product.objects.exists()


def test_an_exempt_product_needs_no_rate(owner: Person) -> None:
    owner.client.post(reverse("product_new"), fields(supply="exempt", rate=""))
    assert Product.objects.get().supply == "exempt"


def test_a_service_is_called_one_and_shows_no_stock(owner: Person) -> None:
    owner.client.post(
        reverse("product_new"), fields(kind="service", hsn="998734", stock="", reorder_level="")
    )
    assert "Stock movements" not in owner.client.get(Product.objects.get().get_absolute_url()).text


def test_editing_keeps_the_stock_that_moved_meanwhile(owner: Person) -> None:
    product = ProductFactory(business=owner.business, stock=Decimal(100))
    url = reverse("product_edit", args=[product.pk])
    form = owner.client.get(url).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    assert "stock" not in typed
    Product.objects.filter(pk=product.pk).update(stock=Decimal(60))
    assert owner.client.post(url, typed | {"name": "Wire"}).status_code == 302
    product.refresh_from_db()
    assert (product.name, product.stock) == ("Wire", 60)
    assert product.rates.count() == 1


def test_a_rate_from_a_day_leaves_the_days_before_it(owner: Person) -> None:
    product = ProductFactory(business=owner.business, rate=18)
    starts = today() + datetime.timedelta(days=10)
    response = owner.client.post(
        reverse("product_rate", args=[product.pk]), {"rate": "5", "rate_from": starts.isoformat()}
    )
    assert response.status_code == 302
    product = Product.objects.get()
    before, after = product.rate_on(today()), product.rate_on(starts)
    assert before is not None
    assert after is not None
    assert (before.rate, after.rate) == (18, 5)


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"rate": "5", "rate_from": ""}, "rate_from"),
        ({"rate": "", "rate_from": "2026-11-01"}, "rate"),
        ({"rate": "5", "rate_from": "1 November"}, "rate_from"),
    ],
)
def test_a_rate_that_cannot_hold_names_the_field(owner: Person, typed: dict[str, str], refused: str) -> None:
    product = ProductFactory(business=owner.business)
    response = owner.client.post(reverse("product_rate", args=[product.pk]), typed)
    assert list(response.context["rate_form"].errors) == [refused]
    assert product.rates.count() == 1


def test_a_purchase_adds_to_the_stock_and_says_how_much_there_is(teammate: Person) -> None:
    product = ProductFactory(business=teammate.business, stock=Decimal(100), unit="MTR")
    response = teammate.client.post(
        reverse("product_stock", args=[product.pk]), {"qty": "1,200", "reason": "purchase"}, follow=True
    )
    assert "1,300 MTR in stock." in response.text
    product.refresh_from_db()
    assert product.stock == 1300


@pytest.mark.parametrize("qty", ["", "0", "many"])
def test_a_change_of_stock_by_nothing_names_the_field(owner: Person, qty: str) -> None:
    product = ProductFactory(business=owner.business)
    response = owner.client.post(
        reverse("product_stock", args=[product.pk]), {"qty": qty, "reason": "purchase"}
    )
    assert list(response.context["stock_form"].errors) == ["qty"]
    assert not product.movements.exists()


def test_an_archived_product_leaves_list_and_suggestions_and_undo_brings_it_back(owner: Person) -> None:
    product = ProductFactory(business=owner.business)
    response = owner.client.post(reverse("product_archive", args=[product.pk]), follow=True)
    undo = reverse("product_restore", args=[product.pk])
    assert f'action="{undo}"' in response.text
    assert owner.client.get(reverse("product_lookup")).json() == {"results": []}
    owner.client.post(undo)
    assert len(owner.client.get(reverse("product_lookup")).json()["results"]) == 1


def test_the_list_filters_by_kind_and_by_what_runs_low(owner: Person) -> None:
    owner.client.post(reverse("product_new"), fields(name="Low lamp", stock="2"))
    owner.client.post(reverse("product_new"), fields(name="Fitting", kind="service", hsn="998734", stock=""))
    ProductFactory(business=owner.business, name="Wire")

    def names(query: str) -> list[str]:
        return [product.name for product in owner.client.get(reverse("product_list") + query).context["page"]]

    assert names("?show=low") == ["Low lamp"]
    assert names("?kind=service") == ["Fitting"]
    assert names("?kind=nonsense&sort=-name") == ["Wire", "Low lamp", "Fitting"]


def test_a_suggestion_carries_what_a_row_of_an_invoice_needs(owner: Person) -> None:
    product = ProductFactory(business=owner.business, rate=18, price=Decimal("99.500"))
    starts = today() + datetime.timedelta(days=1)
    product.rates.create(rate=5, valid_from=starts)
    found = owner.client.get(reverse("product_lookup"), {"q": product.name, "on": today().isoformat()}).json()
    assert found["results"] == [
        {
            "id": product.pk,
            "name": product.name,
            "detail": "8544 · ₹99.50 · 18 % · 100 left",
            "is_service": False,
            "hsn": "8544",
            "unit": "MTR",
            "price": "99.5",
            "price_includes_tax": False,
            "supply": "taxable",
            "rate": "18",
            "cess_pct": "",
            "cess_per_unit": "",
        }
    ]
    later = owner.client.get(reverse("product_lookup"), {"on": starts.isoformat()}).json()
    assert later["results"][0]["rate"] == "5"


def test_a_search_that_no_database_takes_finds_nothing_and_breaks_nothing(owner: Person) -> None:
    ProductFactory(business=owner.business, name="Lamp")
    for name in ("product_list", "product_lookup", "customer_list", "customer_lookup", "invoice_list"):
        assert owner.client.get(reverse(name), {"q": "\0a\0"}).status_code == 200
    assert len(owner.client.get(reverse("product_lookup"), {"q": "la\0mp"}).json()["results"]) == 1


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-31"])
def test_suggestions_come_while_the_date_is_half_typed(owner: Person, day: str) -> None:
    ProductFactory(business=owner.business)
    results = owner.client.get(reverse("product_lookup"), {"on": day}).json()["results"]
    assert results[0]["rate"] == "18"


def test_a_code_too_short_for_the_business_is_stored_with_the_words_of_the_editor(owner: Person) -> None:
    owner.business.hsn_digits = 6
    owner.business.save()
    words = "8539 has 4 digits, 6 are needed here."
    new = owner.client.get(reverse("product_new")).text
    assert 'data-digits="6"' in new
    assert 'data-short="{code} has {digits} digits, 6 are needed here."' in new
    page = owner.client.post(reverse("product_new"), fields(), follow=True)
    assert [str(message) for message in page.context["messages"]][1:] == [f"HSN: {words}"]
    product = Product.objects.get()
    for url in (product.get_absolute_url(), reverse("product_edit", args=[product.pk])):
        assert words in owner.client.get(url).text
    typed = fields(hsn="853952")
    del typed["stock"]
    page = owner.client.post(reverse("product_edit", args=[product.pk]), typed, follow=True)
    assert len(page.context["messages"]) == 1
    assert "are needed here" not in page.text


def test_a_smaller_business_is_told_nothing_of_four_digits(owner: Person) -> None:
    assert "data-digits" not in owner.client.get(reverse("product_new")).text
    page = owner.client.post(reverse("product_new"), fields(), follow=True)
    assert "are needed here" not in page.text
