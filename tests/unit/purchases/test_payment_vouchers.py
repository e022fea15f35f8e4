"""Payment vouchers of what is paid to vendors on reverse charge: s.31(3)(g), Rule 52, table 13."""

import pytest
from django.test import Client
from django.urls import reverse

from gstbillingapp.actions import bill_payments
from gstbillingapp.gst.gstr1 import as_json
from gstbillingapp.gst.returns import Period
from gstbillingapp.models import Paper, PaymentVoucher, VendorKind
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.models.paper import PAYMENT_VOUCHER
from gstbillingapp.returns.books import books_of
from tests.factories import BusinessFactory, VendorFactory, bill, owing_tax, paid_out
from tests.refusals import refused
from tests.unit.papers.conftest import Printed

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(people, client: Client) -> Client:
    client.force_login(people.owner)
    return client


def test_each_payment_on_reverse_charge_gets_the_next_number_of_their_series(business):
    registered = bill(business, rcm=True)
    made = [paid_out(owing_tax(business)).voucher, paid_out(registered, "1").voucher]
    year = made[0].financial_year[2:]
    assert [row.number for row in made] == [f"PV/{year}/0001", f"PV/{year}/0002"]


def test_no_other_payment_gets_one(business):
    abroad = VendorFactory(business=business, kind=VendorKind.OVERSEAS)
    for other in (bill(business), bill(business, vendor=abroad)):
        paid_out(other)
    paid_out(owing_tax(BusinessFactory(scheme="unregistered", gstin="")))
    assert not PaymentVoucher.objects.exists()


def test_a_payment_that_is_refused_takes_no_number(business):
    owed = owing_tax(business)
    with refused("amount", "at most"):
        paid_out(owed, "1000")
    assert paid_out(owed).voucher.sequence == 1


def test_table_13_counts_those_of_reversed_payments_as_cancelled(business):
    first = paid_out(owing_tax(business))
    bill_payments.reverse(business, None, first.pk, "Returned")
    last = paid_out(owing_tax(business))
    paid_out(owing_tax(BusinessFactory()))
    period = Period.month(today().year, today().month)
    [counted] = as_json(books_of(business, period).gstr1(period))["doc_issue"]["doc_det"]
    assert (counted["doc_num"], counted["doc_typ"]) == (7, "Payment Voucher")
    [row] = counted["docs"]
    assert (row["from"], row["to"]) == (first.voucher.number, last.voucher.number)
    assert (row["totnum"], row["cancel"], row["net_issue"]) == (2, 1, 1)


def test_its_paper_says_all_that_rule_52_asks_for(owner, business):
    vendor = VendorFactory(business=business, kind="unregistered", name="Ramu Coir", address="7 Canal Road")
    owed = owing_tax(business, vendor=vendor)
    payment = paid_out(owed, "40", mode="upi", reference="4711")
    row = payment.voucher
    assert Paper.objects.get(kind=PAYMENT_VOUCHER).ahead
    said = Printed(owner.get(reverse("payment_voucher_pdf", args=[row.pk])).content).text
    for words in (
        "Payment voucher",
        f"GSTIN {business.gstin}",
        f"Number {row.number}",
        f"Date {day_text(payment.date)}",
        f"Supplier's bill {owed.number}",
        "Paid by UPI, 4711",
        "Supplied by Ramu Coir 7 Canal Road, Bengaluru Karnataka (29) Not registered",
        "Place of supply Karnataka (29)",
        "Reverse charge Yes",
        "1 Drum of wire 8544 1 NOS 100.00 100.00 9% 9.00 9% 9.00",
        "Payable to the supplier ₹100.00",
        "Paid ₹40.00",
        "Rupees Forty Only",
        "Authorised signatory",
    ):
        assert words in said, (words, said)
    assert row.number in owner.get(reverse("payment_voucher_print", args=[row.pk])).text
    bill_payments.reverse(business, None, payment.pk, "Returned")
    assert "REVERSED" in Printed(owner.get(reverse("payment_voucher_pdf", args=[row.pk])).content).text


def test_the_bills_page_lists_them_and_other_bills_have_none(owner, business):
    owed = owing_tax(business)
    row = paid_out(owed).voucher
    page = owner.get(owed.get_absolute_url()).text
    assert row.number in page
    assert reverse("payment_voucher_pdf", args=[row.pk]) in page
    assert "voucher" not in owner.get(bill(business).get_absolute_url()).text


def test_it_is_for_members_only(people, client: Client, business):
    row = paid_out(owing_tax(business)).voucher
    for user, status in ((people.owner, 200), (people.teammate, 200), (people.stranger, 404)):
        client.force_login(user)
        for name in ("print", "pdf", "pdf_status"):
            assert client.get(reverse(f"payment_voucher_{name}", args=[row.pk])).status_code == status
