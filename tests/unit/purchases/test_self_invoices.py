"""Self-invoices of what unregistered vendors supply on reverse charge: s.31(3)(f), Rules 46 and 47A."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from gstbillingapp.actions import bills, self_invoices
from gstbillingapp.gst.gstr1 import as_json
from gstbillingapp.gst.returns import Period
from gstbillingapp.models import Bill, Business, NumberSeries, Paper, SelfInvoice, VendorKind
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.models.paper import SELF_INVOICE
from gstbillingapp.returns.books import books_of
from tests.factories import (
    BusinessFactory,
    VendorFactory,
    bill,
    bill_data,
    bill_line,
    owing_tax,
    paid_out,
    self_invoiced,
)
from tests.refusals import refused
from tests.unit.papers.conftest import Printed

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(people, client: Client) -> Client:
    client.force_login(people.owner)
    return client


def test_each_gets_the_next_number_of_a_series_of_its_own(business):
    made = [self_invoiced(owing_tax(business)) for _ in range(2)]
    year = made[0].financial_year[2:]
    assert [row.number for row in made] == [f"SELF/{year}/0001", f"SELF/{year}/0002"]
    assert {row.date for row in made} == {today()}
    assert NumberSeries.objects.get(prefix="SELF").last == 2


def test_only_a_bill_on_reverse_charge_of_an_unregistered_vendor_takes_one(business):
    others = [
        bill(business),
        bill(business, rcm=True),
        bill(business, vendor=VendorFactory(business=business, kind=VendorKind.OVERSEAS)),
        bill(business, bill_line(rate=None), vendor=VendorFactory(business=business, kind="unregistered")),
    ]
    for other in others:
        with refused("__all__", "unregistered vendor"):
            self_invoiced(other)


def test_a_bill_takes_one_at_a_time_and_none_once_it_is_cancelled(business):
    owed, void = owing_tax(business), owing_tax(business)
    standing = self_invoiced(owed)
    with refused("__all__", standing.number):
        self_invoiced(owed)
    bills.cancel(business, None, void.pk, "Twice")
    with refused("__all__", "cancelled"):
        self_invoiced(void)


def test_a_business_without_a_gstin_makes_none():
    owed = owing_tax(BusinessFactory(scheme="unregistered", gstin=""))
    with refused("__all__", "GSTIN"):
        self_invoiced(owed)


def test_while_it_stands_its_bill_neither_changes_nor_is_cancelled(business):
    owed = owing_tax(business)
    made = self_invoiced(owed)
    with refused("__all__", made.number):
        bills.cancel(business, None, owed.pk, "Twice")
    with refused("__all__", made.number):
        bills.change(business, None, owed.pk, bill_data(owed.vendor, rcm=True))
    paid_out(owed)


def test_one_made_by_mistake_is_cancelled_and_keeps_its_number(business):
    owed = owing_tax(business)
    first = self_invoiced(owed)
    with refused("reason", "Say why"):
        self_invoices.cancel(business, None, first.pk, " ")
    self_invoices.cancel(business, None, first.pk, "Wrong quantity")
    with refused("__all__", "cancelled already"):
        self_invoices.cancel(business, None, first.pk, "Again")
    bills.change(business, None, owed.pk, bill_data(owed.vendor, rcm=True))
    assert self_invoiced(owed).sequence == 2
    assert SelfInvoice.objects.get(sequence=1).cancel_reason == "Wrong quantity"


def test_table_13_counts_them_as_invoices_for_inward_supplies(business):
    first = self_invoiced(owing_tax(business))
    self_invoices.cancel(business, None, first.pk, "Twice")
    last = self_invoiced(owing_tax(business))
    elsewhere = BusinessFactory()
    self_invoiced(owing_tax(elsewhere))
    period = Period.month(today().year, today().month)
    [counted] = as_json(books_of(business, period).gstr1(period))["doc_issue"]["doc_det"]
    assert (counted["doc_num"], counted["doc_typ"]) == (
        2,
        "Invoices for inward supply from unregistered person",
    )
    [row] = counted["docs"]
    assert (row["from"], row["to"], row["totnum"], row["cancel"], row["net_issue"]) == (
        first.number,
        last.number,
        2,
        1,
        1,
    )


def test_its_paper_says_all_that_rule_46_asks_for_and_keeps_the_parties_as_they_were(owner, business):
    vendor = VendorFactory(
        business=business, kind="unregistered", name="Ramu Coir", address="7 Canal Road", pincode="688001"
    )
    owed = owing_tax(business, bill_line(qty=Decimal(2)), vendor=vendor)
    made = self_invoiced(owed)
    assert Paper.objects.get(kind=SELF_INVOICE).ahead
    name, gstin = business.name, business.gstin
    Business.objects.filter(pk=business.pk).update(name="New name")
    type(vendor).objects.filter(pk=vendor.pk).update(address="Elsewhere")
    said = Printed(owner.get(reverse("self_invoice_pdf", args=[made.pk])).content).text
    for words in (
        "Self-invoice",
        "Invoice made out by the recipient under section 31(3)(f) of the CGST Act",
        "Tax is payable on reverse charge",
        name,
        f"GSTIN {gstin}",
        f"Number {made.number}",
        f"Date {day_text(made.date)}",
        f"Supplier's bill {owed.number}",
        f"Its date {day_text(owed.date)}",
        "Supplied by Ramu Coir 7 Canal Road, Bengaluru, 688001 Karnataka (29) Not registered",
        "Place of supply Karnataka (29)",
        "Reverse charge Yes",
        "1 Drum of wire 8544 2 NOS 100.00 200.00 9% 18.00 9% 18.00",
        "CGST, paid by the recipient ₹18.00",
        "Payable to the supplier ₹200.00",
        "Authorised signatory",
    ):
        assert words in said, (words, said)
    page = owner.get(reverse("self_invoice_print", args=[made.pk])).text
    assert all(words in page for words in ("Self-invoice", made.number, "Ramu Coir"))
    self_invoices.cancel(business, None, made.pk, "Twice")
    assert "CANCELLED" in Printed(owner.get(reverse("self_invoice_pdf", args=[made.pk])).content).text


def test_the_bills_page_offers_it_makes_it_after_asking_and_takes_it_back(owner, business):
    owed = owing_tax(business)
    address = reverse("bill_self_invoice", args=[owed.pk])
    assert address in owner.get(owed.get_absolute_url()).text
    asked = owner.get(address).text
    assert "Make the self-invoice" in asked
    assert not SelfInvoice.objects.exists()
    page = owner.post(address, follow=True)
    made = SelfInvoice.objects.get()
    assert f"Self-invoice {made.number} made for {owed}." in page.text
    assert address not in page.text
    assert reverse("bill_edit", args=[owed.pk]) not in page.text
    assert all(
        reverse(f"self_invoice_{name}", args=[made.pk]) in page.text for name in ("print", "pdf", "cancel")
    )
    again = owner.post(address, follow=True)
    assert f"{made.number} already" in again.text
    cancelled = owner.post(reverse("self_invoice_cancel", args=[made.pk]), {"reason": "Twice"}, follow=True)
    assert "It keeps its number" in cancelled.text
    assert "cancelled: Twice" in cancelled.text
    assert address in cancelled.text


def test_other_bills_say_nothing_of_it(owner, business):
    assert "elf-invoice" not in owner.get(bill(business).get_absolute_url()).text


def test_it_is_for_members_only(people, client: Client, business):
    made = self_invoiced(owing_tax(business))
    for user, status in ((people.owner, 200), (people.teammate, 200), (people.stranger, 404)):
        client.force_login(user)
        for name in ("print", "pdf", "pdf_status", "cancel"):
            assert client.get(reverse(f"self_invoice_{name}", args=[made.pk])).status_code == status


def test_a_stranger_makes_none(people, client: Client, business):
    owed = owing_tax(business)
    client.force_login(people.stranger)
    assert client.post(reverse("bill_self_invoice", args=[owed.pk])).status_code == 404
    with pytest.raises(Bill.DoesNotExist):
        self_invoices.make(BusinessFactory(), None, owed.pk)
