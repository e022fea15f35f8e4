"""The paper: what CGST Rule 46 asks for, field by field."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from gstbillingapp.actions import invoices
from gstbillingapp.models import BuyerKind, Invoice, Scheme
from gstbillingapp.models.fields import day_text
from tests.factories import CustomerFactory, draft, issued, line, paid
from tests.unit.screens.people import Person

pytestmark = pytest.mark.once


def paper(person: Person, invoice: Invoice) -> str:
    return person.client.get(reverse("invoice_print", args=[invoice.pk])).text


def words_of(text: str) -> str:
    """What a person reads: the text without its markup, blanks as one."""
    body = text.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_an_issued_invoice_says_all_that_rule_46_asks_for(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders", phone="9845012345")
    stored = issued(
        owner.business,
        line(qty=Decimal("2.5"), unit="KGS", disc_pct=Decimal(10)),
        customer=customer,
        notes="Rear gate",
    )
    said = words_of(paper(owner, stored))
    business = owner.business
    for words in (
        business.name,
        f"{business.address}, {business.city}, {business.pincode}",
        f"GSTIN {business.gstin}",
        "Tax invoice",
        "Original for recipient",
        stored.number,
        day_text(stored.date),
        "Asha Traders",
        f"{customer.address}, {customer.city}, {customer.pincode}",
        f"GSTIN {customer.gstin}",
        "Place of supply Karnataka (29)",
        "Reverse charge No",
        "LED lamp",
        "8539",
        "2.5 KGS 100.00 10% 225.00 9% 20.25 9% 20.25 265.50",
        "Total 225.00 20.25 20.25 265.50",
        "Total payable ₹266.00",
        "Rupees Two Hundred Sixty-Six Only",
        "8539 2.5 KGS 18% 225.00 20.25 20.25 40.50",
        "Account 50200031415926",
        f"UPI {business.upi_id}",
        "Authorised signatory",
        "Rear gate",
    ):
        assert words in said, words


def test_between_states_the_paper_has_igst_alone(owner: Person) -> None:
    buyer = CustomerFactory(business=owner.business, state_code="33")
    said = words_of(paper(owner, issued(owner.business, customer=buyer)))
    assert "IGST ₹" in said
    assert "18% 18.00" in said
    assert "CGST" not in said


def test_in_a_union_territory_without_legislature_the_state_half_is_utgst(owner: Person) -> None:
    owner.business.state_code = "04"
    owner.business.save()
    buyer = CustomerFactory(business=owner.business, state_code="04")
    said = words_of(paper(owner, issued(owner.business, customer=buyer)))
    assert "UTGST ₹" in said
    assert "SGST ₹" not in said.replace("UTGST", "")


def test_cess_has_its_column_only_where_there_is_any(owner: Person) -> None:
    with_cess = issued(owner.business, line(cess_pct=Decimal(12)))
    assert "Cess ₹" in words_of(paper(owner, with_cess))
    assert "12% 12.00" in words_of(paper(owner, with_cess))
    assert "Cess ₹" not in words_of(paper(owner, issued(owner.business)))


def test_a_composition_dealer_gives_a_bill_of_supply_without_tax(owner: Person) -> None:
    owner.business.scheme = Scheme.COMPOSITION
    owner.business.save()
    said = words_of(paper(owner, issued(owner.business, line(rate=None))))
    assert "Bill of supply" in said
    assert "Composition taxable person, not eligible to collect tax on supplies" in said
    assert "GST ₹" not in said


def test_an_export_under_lut_says_so_and_shows_the_lut(owner: Person) -> None:
    owner.business.lut_number = "AD290426001372K"
    owner.business.save()
    buyer = CustomerFactory(business=owner.business, kind=BuyerKind.OVERSEAS, gstin="", state_code="96")
    said = words_of(paper(owner, issued(owner.business, customer=buyer, zero_rated=True)))
    assert "Supply meant for export under bond or letter of undertaking" in said
    assert "LUT AD290426001372K" in said
    assert "Outside India (96)" in said


def test_reverse_charge_is_said_and_the_tax_stays_out_of_the_total(owner: Person) -> None:
    said = words_of(paper(owner, issued(owner.business, rcm=True)))
    assert "Reverse charge Yes" in said
    assert "Tax is payable on reverse charge" in said
    assert "Total payable ₹100.00" in said


def test_a_delivery_address_apart_from_the_buyers_is_shown(owner: Person) -> None:
    buyer = CustomerFactory(
        business=owner.business, ship_name="Site office", ship_address="Plot 7", ship_state_code="27"
    )
    said = words_of(paper(owner, issued(owner.business, customer=buyer)))
    assert "Delivered to Site office Plot 7 Maharashtra (27)" in said
    assert "Delivered to" not in words_of(paper(owner, issued(owner.business)))


def test_the_qr_code_asks_for_the_balance_and_is_gone_when_paid(owner: Person) -> None:
    stored = issued(owner.business)
    before = paper(owner, stored)
    paid(stored, "18")
    assert "data:image/svg+xml" in before
    assert paper(owner, stored) != before
    assert "Paid ₹18.00 Balance due ₹100.00" in words_of(paper(owner, stored))
    paid(stored, "100")
    assert "data:image/svg+xml" not in paper(owner, stored)


@pytest.mark.parametrize(("state", "mark"), [("draft", "DRAFT"), ("issued", ""), ("cancelled", "CANCELLED")])
def test_a_draft_and_a_cancelled_invoice_carry_a_mark(owner: Person, state: str, mark: str) -> None:
    stored = draft(owner.business) if state == "draft" else issued(owner.business)
    if state == "cancelled":
        invoices.cancel(owner.business, None, stored.pk, "Twice")
    found = re.findall(r'<div class="mark">(\w+)</div>', paper(owner, stored))
    assert found == ([mark] if mark else [])


def test_what_was_issued_stays_as_it_was_when_the_parties_change(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    stored = issued(owner.business, customer=customer)
    before = paper(owner, stored)
    customer.name = "Bala Stores"
    customer.save()
    owner.business.name = "New name"
    owner.business.save()
    assert paper(owner, stored) == before


def test_the_paper_has_neither_inline_styles_nor_inline_scripts(owner: Person) -> None:
    text = paper(owner, issued(owner.business))
    assert " style=" not in text
    assert not re.search(r"<script(?![^>]* src=)", text)


def test_a_draft_without_customer_and_lines_still_has_a_paper(owner: Person) -> None:
    empty = draft(owner.business)
    empty.lines.all().delete()
    empty.customer = None
    empty.save()
    assert "No customer yet" in words_of(paper(owner, empty))


@pytest.mark.parametrize("scheme", [Scheme.REGULAR, Scheme.COMPOSITION, Scheme.UNREGISTERED])
def test_who_is_not_registered_has_no_summary_by_hsn(scheme: Scheme, owner: Person) -> None:
    owner.business.scheme = scheme
    if scheme == Scheme.UNREGISTERED:
        owner.business.gstin = ""
    owner.business.save()
    text = paper(owner, draft(owner.business))
    assert ("Summary by HSN" in text) is (scheme != Scheme.UNREGISTERED)
