"""Supplier and buyer as page and paper show them: every name a template asks for is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from gstbillingapp.actions.invoices import BUYER, SUPPLIER
from gstbillingapp.models import Invoice
from gstbillingapp.views.invoice_figures import Buyer, Supplier, buyer_of, supplier_of
from tests.factories import BusinessFactory, draft, issued

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates" / "invoices").glob("*.html"))
ASKED = sorted(
    {
        (path.name, party, name)
        for path in TEMPLATES
        for party, name in re.findall(r"\b(supplier|buyer)\.(\w+)", path.read_text())
    }
)


@pytest.mark.parametrize(("template", "party", "name"), ASKED)
def test_a_template_asks_a_party_only_for_what_it_has(template: str, party: str, name: str) -> None:
    assert {"paper.html", "detail.html"} <= {path for path, _, _ in ASKED}
    assert hasattr({"supplier": Supplier, "buyer": Buyer}[party](), name)


@pytest.mark.parametrize("party", [Supplier(), Buyer()])
def test_a_misspelt_name_of_a_party_is_an_error_and_not_a_blank(party: Supplier | Buyer) -> None:
    with pytest.raises(AttributeError):
        party.gstn  # noqa: B018


@pytest.mark.django_db
def test_a_draft_shows_the_parties_of_now_and_an_invoice_those_of_its_day() -> None:
    business = BusinessFactory(bank_name="HDFC Bank", signatory="Asha Rao")
    for stored in (draft(business), issued(business)):
        assert stored.customer is not None
        supplier, buyer = supplier_of(stored), buyer_of(stored)
        for name in set(SUPPLIER) - {"address"}:
            assert getattr(supplier, name) == getattr(business, name)
        for name in set(BUYER) - {"address"}:
            assert getattr(buyer, name) == getattr(stored.customer, name)
        assert supplier.address == f"{business.address}, {business.city}, {business.pincode}"
        assert buyer.address == "8 Avenue Road, Bengaluru, 560002"


@pytest.mark.django_db
def test_a_draft_without_a_customer_has_a_buyer_of_blanks() -> None:
    assert buyer_of(Invoice(business=BusinessFactory())) == Buyer()
