"""The voucher for an advance that is paid back: what CGST Rule 51 asks for, printed and as PDF."""

from decimal import Decimal

import pytest
from django.urls import reverse

from gstbillingapp.actions import set_offs
from gstbillingapp.actions.data import RefundData
from gstbillingapp.models import Note, Paper, Receipt, Refund
from gstbillingapp.models.fields import day_text
from gstbillingapp.models.paper import REFUND
from tests.factories import CustomerFactory, advance, issued, noted, paid
from tests.unit.papers.conftest import Printed
from tests.unit.screens.people import Person

pytestmark = pytest.mark.once


def refunded(source: Receipt | Note, amount: str = "590") -> Refund:
    data = RefundData(amount=Decimal(amount), mode="upi", reference="UTR 4711")
    return set_offs.refund(source.business, None, type(source), source.pk, data)


def words_of(person: Person, refund: Refund) -> str:
    answer = person.client.get(reverse("refund_pdf", args=[refund.pk]))
    assert answer.status_code == 200
    return Printed(answer.content).text


def test_it_says_all_that_rule_51_asks_for(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    receipt = advance(customer, "1180", purpose="Wiring of the hall", is_service=True, rate=Decimal(18))
    refund = refunded(receipt)
    said = words_of(owner, refund)
    business = owner.business
    for words in (
        "Refund voucher",
        business.name,
        f"GSTIN {business.gstin}",
        f"Number {refund.number}",
        f"Date {day_text(refund.date)}",
        f"Receipt voucher {receipt.number}",
        f"Its date {day_text(receipt.date)}",
        f"Refunded to {customer.name} {customer.address}",
        f"GSTIN {customer.gstin}",
        "Reverse charge No",
        "# Refund of Rate Taxable ₹ CGST ₹ SGST ₹ Total ₹",
        "1 Wiring of the hall 18% 500.00 45.00 45.00 590.00",
        "Paid by UPI, UTR 4711",
        "Refunded ₹590.00",
        "Rupees Five Hundred Ninety Only",
        "Authorised signatory",
    ):
        assert words in said, (words, said)
    page = owner.client.get(reverse("refund_print", args=[refund.pk])).text
    assert all(words in page for words in ("Refund voucher", receipt.number, "45.00", "590.00"))


def test_an_advance_for_goods_goes_back_without_tax_as_it_came(owner: Person) -> None:
    said = words_of(owner, refunded(advance(CustomerFactory(business=owner.business), is_service=False)))
    assert "# Refund of Amount ₹" in said
    assert "CGST" not in said


def test_open_credit_of_a_note_goes_back_with_a_voucher_that_names_the_note(owner: Person) -> None:
    invoice = issued(owner.business)
    paid(invoice)
    note = noted(invoice)
    said = words_of(owner, refunded(note, "10"))
    assert f"Credit note {note.number}" in said
    assert "Receipt voucher" not in said


def test_one_that_was_taken_back_says_so(owner: Person) -> None:
    refund = refunded(advance(CustomerFactory(business=owner.business)))
    assert "REVERSED" not in words_of(owner, refund)
    set_offs.reverse_refund(owner.business, None, refund.pk, "Bounced")
    assert "REVERSED" in words_of(owner, refund)


def test_it_is_asked_for_ahead_and_offered_where_the_refund_stands(owner: Person) -> None:
    receipt = advance(CustomerFactory(business=owner.business))
    refund = refunded(receipt)
    assert Paper.objects.get(kind=REFUND).ahead
    page = owner.client.get(receipt.get_absolute_url()).text
    assert all(reverse(f"refund_{name}", args=[refund.pk]) in page for name in ("print", "pdf"))


def test_it_is_for_members_only(owner: Person, teammate: Person, stranger: Person) -> None:
    refund = refunded(advance(CustomerFactory(business=owner.business)))
    for name in ("refund_print", "refund_pdf", "refund_pdf_status"):
        address = reverse(name, args=[refund.pk])
        assert [person.client.get(address).status_code for person in (owner, teammate, stranger)] == [
            200,
            200,
            404,
        ]
