"""The totals of what is being typed: the server's, at every key."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from gstbillingapp.models import Customer, Invoice
from tests.factories import CustomerFactory, ProductFactory, draft, line
from tests.unit.invoices_screens.typing_forms import LAMP, typed
from tests.unit.screens.people import Person

pytestmark = pytest.mark.once

PREVIEW = "/invoices/preview/"


@pytest.fixture
def customer(owner: Person) -> Customer:
    return CustomerFactory(business=owner.business, name="Asha Traders")


def test_totals_come_from_the_server_and_nothing_is_written(teammate: Person, customer: Customer) -> None:
    answer = teammate.client.post(PREVIEW, typed(customer)).json()
    assert answer["total"] == "₹236.00"
    assert answer["lines"] == ["₹200.00"]
    assert answer["totals"] == [
        {"label": "Taxable value", "value": "₹200.00"},
        {"label": "CGST", "value": "₹18.00"},
        {"label": "SGST", "value": "₹18.00"},
    ]
    assert answer["errors"] == {}
    assert answer["place"]["reason"] == "Karnataka: the registered buyer's address"
    assert not Invoice.objects.exists()


def test_a_half_typed_row_does_not_hide_the_totals_of_the_others(owner: Person, customer: Customer) -> None:
    answer = owner.client.post(PREVIEW, typed(customer, LAMP, {"description": "Fa"}, {})).json()
    assert answer["total"] == "₹236.00"
    assert answer["lines"] == ["₹200.00", "", ""]
    assert set(answer["errors"]) == {"lines-1-qty", "lines-1-price", "lines-1-rate"}


def test_an_empty_form_has_no_errors_but_says_what_issuing_would_need(owner: Person) -> None:
    answer = owner.client.post(PREVIEW, typed(None, {}, {})).json()
    assert (answer["total"], answer["errors"], answer["warnings"]) == ("₹0.00", {}, [])
    assert set(answer["missing"]) == {"customer", "lines"}
    assert [problem["field"] for problem in answer["missing_problems"]] == [
        "customer",
        "lines-0-description",
    ]


def test_a_warning_leads_to_its_field(owner: Person, customer: Customer) -> None:
    answer = owner.client.post(PREVIEW, typed(customer, {}, LAMP | {"hsn": ""})).json()
    message = "Line 2: LED lamp has no HSN: it needs 4 digits here."
    [warning] = [each for each in answer["warnings"] if each["field"] == "lines-1-hsn"]
    assert (warning["message"], warning["url"], warning["more"]) == (message, "", "")


def test_a_code_that_is_missing_may_be_put_on_the_product_for_good(owner: Person, customer: Customer) -> None:
    lamp = ProductFactory(business=owner.business, name="LED lamp", hsn="")
    answer = owner.client.post(PREVIEW, typed(customer, LAMP | {"hsn": "", "product": lamp.pk})).json()
    [warning] = [each for each in answer["warnings"] if each["field"] == "lines-0-hsn"]
    assert warning["more"]
    assert warning["more_url"].startswith(reverse("product_edit", args=[lamp.pk]))


def test_what_will_be_below_zero_is_said_once_before_issuing_and_asked_again_there(
    owner: Person, customer: Customer
) -> None:
    wire = ProductFactory(business=owner.business, name="Copper wire", stock=5)
    four = LAMP | {"product": wire.pk, "description": wire.name, "qty": "4"}
    answer = owner.client.post(PREVIEW, typed(customer, four, four)).json()
    said = "Copper wire: 5 MTR in stock, 3 MTR below zero after this."
    [warning] = [each for each in answer["warnings"] if said in each["message"]]
    assert warning["field"] == "lines-1-qty"
    saved = draft(owner.business, line(wire, qty=Decimal(8)), customer=customer)
    assert said in owner.client.get(reverse("invoice_issue", args=[saved.pk])).text


def test_a_warning_about_the_business_leads_to_its_profile(owner: Person, customer: Customer) -> None:
    owner.business.address = ""
    owner.business.save()
    warnings = owner.client.post(PREVIEW, typed(customer)).json()["warnings"]
    assert [warning["url"] for warning in warnings] == ["/business/"]


def test_the_place_of_supply_is_named_with_its_reason(owner: Person) -> None:
    buyer = CustomerFactory(business=owner.business, state_code="33", ship_state_code="27")
    answer = owner.client.post(PREVIEW, typed(buyer)).json()
    assert answer["place"] == {
        "automatic": "Maharashtra (27), by the rule",
        "reason": "Maharashtra: delivery address",
    }
    assert [row["label"] for row in answer["totals"]] == ["Taxable value", "IGST"]


def test_reverse_charge_leaves_the_tax_out_of_the_total_and_says_so(
    owner: Person, customer: Customer
) -> None:
    answer = owner.client.post(PREVIEW, typed(customer, rcm="on")).json()
    assert answer["total"] == "₹200.00"
    assert "The customer pays the tax of ₹36.00" in answer["note"]
    assert "CGST, paid by the customer" in [row["label"] for row in answer["totals"]]


def test_the_rates_offered_are_those_in_law_on_the_invoices_date(owner: Person, customer: Customer) -> None:
    early = owner.client.post(PREVIEW, typed(customer, date="2025-09-21")).json()["rates"]
    late = owner.client.post(PREVIEW, typed(customer, date="2025-09-22")).json()["rates"]
    assert ["28", "28%"] in early
    assert ["40", "40%"] not in early
    assert ["40", "40%"] in late


def test_the_question_before_issuing_knows_number_buyer_total_and_due_date(
    owner: Person, customer: Customer
) -> None:
    answer = owner.client.post(PREVIEW, typed(customer, date="2026-11-02", due_date="2026-12-02")).json()
    assert answer["issue"] == {
        "number": "INV/26-27/0001",
        "buyer": "Asha Traders",
        "total": "₹236.00",
        "due": "2 Dec 2026",
    }


def test_a_stranger_learns_nothing_of_customers_and_products(stranger: Person, customer: Customer) -> None:
    product = ProductFactory(business=customer.business, name="Secret lamp")
    answer = stranger.client.post(
        PREVIEW, typed(customer, {"product": str(product.pk), "qty": "1"}, customer_name="x")
    )
    assert "Secret" not in answer.content.decode()
    assert customer.gstin not in answer.content.decode()
    assert {"customer", "lines-0-description"} <= set(answer.json()["errors"])


def test_an_anonymous_person_is_sent_to_sign_in(db: None) -> None:
    response = Client().post(PREVIEW, {})
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_only_a_post_is_answered(owner: Person) -> None:
    assert owner.client.get(PREVIEW).status_code == 405


@pytest.mark.parametrize("posted", [{}, {"lines-TOTAL_FORMS": "x"}, {"lines-TOTAL_FORMS": "-1"}])
def test_a_form_that_no_page_of_ours_sends_is_answered_with_errors(
    owner: Person, posted: dict[str, str]
) -> None:
    answer = owner.client.post(PREVIEW, posted)
    assert answer.status_code == 200
    assert "lines" in answer.json()["errors"]
