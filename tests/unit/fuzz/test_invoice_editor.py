"""The invoice editor with fields of any kind: a page, a stored draft or a refusal; nothing half-written."""

from typing import Any

import pytest
from django.http import HttpResponse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gstbillingapp.forms.invoices import InvoiceForm, LineForm
from gstbillingapp.models import Invoice
from gstbillingapp.models.fields import today
from tests.factories import CustomerFactory, MembershipFactory, ProductFactory, gstin
from tests.refusals import everything
from tests.unit.screens.people import Person, signed_in

pytestmark = pytest.mark.django_db

ROWS = 2
NAMES = [
    *InvoiceForm.base_fields,
    *(f"lines-{place}-{name}" for place in range(ROWS) for name in LineForm.base_fields),
    *("lines-TOTAL_FORMS", "lines-INITIAL_FORMS", "lines-99-qty", "customer_choice", "next"),
]
VALUES = st.one_of(
    *(st.text(max_size=30), st.text("0123456789.-+eE,₹ ", max_size=12), st.integers().map(str)),
    *(
        st.dates().map(str),
        st.decimals().map(str),
        st.sampled_from(["on", "", "29", "18", "exempt", "amt", "pct"]),
    ),
    st.sampled_from(
        ["9" * 400, "NaN", "1e400", "-0", "\0", "०१२", "0000-00-00", "9999-12-31", "<script>", "{{ 1 }}"]
    ),
)
DEEDS = st.sampled_from(
    [
        "save",
        "issue",
        "issue-confirmed",
        "update",
        "add-lines",
        "add-freight",
        "remove-0",
        "up-9",
        "down--1",
        "?",
    ]
)


@pytest.fixture
def owner() -> Person:
    return signed_in(MembershipFactory())


@pytest.fixture
def good(owner: Person) -> dict[str, str]:
    """A form that would be stored as it is."""
    customer = CustomerFactory(business=owner.business, gstin=gstin("29", 77))
    product = ProductFactory(business=owner.business)
    return {
        "customer": str(customer.pk),
        "customer_name": customer.name,
        "date": today().isoformat(),
        "due_date": today().isoformat(),
        "lines-TOTAL_FORMS": str(ROWS),
        "lines-INITIAL_FORMS": "0",
        "lines-0-product": str(product.pk),
        "lines-0-description": product.name,
        "lines-0-qty": "2",
        "lines-0-price": "100",
        "lines-0-rate": "18",
        "lines-0-hsn": "8544",
    }


SOUP = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)


@settings(settings.get_profile("fuzz"))
@given(soup=SOUP, deed=DEEDS, only_soup=st.booleans())
@example(soup={}, deed="save", only_soup=False)
@example(soup={}, deed="issue-confirmed", only_soup=False)
# A draft may still lack these, an issued invoice may not: the draft must not stay behind.
@example(soup={"customer": "", "customer_name": ""}, deed="issue-confirmed", only_soup=False)
@example(soup={"lines-0-rate": ""}, deed="issue-confirmed", only_soup=False)
@example(soup={"lines-TOTAL_FORMS": "9" * 400}, deed="save", only_soup=False)
@example(soup={"lines-TOTAL_FORMS": "-1"}, deed="add-lines", only_soup=False)
@example(soup={"date": "0001-01-01"}, deed="issue-confirmed", only_soup=False)
@example(soup={"date": "9999-12-31", "due_date": "9999-12-31"}, deed="issue-confirmed", only_soup=False)
@example(soup={"customer": "9" * 30}, deed="save", only_soup=False)
@example(soup={"lines-0-product": "9" * 30, "lines-0-qty": "9" * 30}, deed="save", only_soup=False)
@example(soup={"lines-0-rate": "9" * 400}, deed="update", only_soup=False)
@example(soup={"notes": "\0"}, deed="save", only_soup=False)
def test_any_form_is_stored_whole_or_not_at_all(soup, deed, only_soup, owner, good):
    before, known = everything(), set(Invoice.objects.values_list("pk", flat=True))
    posted = {**({} if only_soup else good), **soup, "do": deed}
    response = owner.client.post("/invoices/new/", posted)
    assert response.status_code in (200, 302, 400), response
    stored = Invoice.objects.exclude(pk__in=known)
    if response.status_code != 302:
        assert everything() == before
        return
    [invoice] = stored
    assert response["Location"] in redirects(invoice)
    taxes = (invoice.cgst, invoice.sgst, invoice.igst, invoice.cess)
    owed = () if invoice.rcm else taxes  # by reverse charge the customer pays them to the state
    assert invoice.total == sum((invoice.taxable, *owed, invoice.round_off))
    assert owner.client.get(response["Location"]).status_code == 200


def redirects(invoice: Invoice) -> tuple[str, ...]:
    return invoice.get_absolute_url(), f"/invoice/{invoice.pk}/issue/"


@settings(settings.get_profile("fuzz"))
@given(soup=SOUP, only_soup=st.booleans())
def test_the_totals_of_any_form_are_answered_and_nothing_is_written(soup, only_soup, owner, good):
    before = everything()
    response: HttpResponse | Any = owner.client.post(
        "/invoices/preview/", {**({} if only_soup else good), **soup}, headers={"accept": "application/json"}
    )
    assert response.status_code in (200, 400, 429)
    assert response.json()
    assert everything() == before
