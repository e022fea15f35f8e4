"""The screens of vendors' credit notes: without a script, for the people of the business alone."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gstbillingapp import search
from gstbillingapp.models import Bill, VendorNote, VendorRefund
from gstbillingapp.models.fields import today
from tests.factories import bill, paid_out, vendor_noted

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(people, client: Client) -> Client:
    client.force_login(people.owner)
    return client


def typed(**said: object) -> dict[str, object]:
    return {"number": "CN-7", "date": today(), "reason": "price", "lines-0-amount": "50", **said}


def test_a_note_is_recorded_from_its_bill_and_both_pages_say_so(owner, business):
    recorded = bill(business)
    page = owner.get(recorded.get_absolute_url())
    address = reverse("vendor_note_new", args=[recorded.pk])
    assert address in page.text
    page = owner.post(address, typed(), follow=True)
    note = VendorNote.objects.get()
    assert page.redirect_chain[-1][0] == note.get_absolute_url()
    assert f"Credit note CN-7 of ₹59.00 is recorded. Bill {recorded} has ₹59.00 left to pay." in page.text
    page = owner.get(recorded.get_absolute_url())
    assert "₹59.00 credited" in page.text
    assert "CN-7" in page.text


def test_what_was_refused_stays_typed_and_totals_are_shown_without_a_script(owner, business):
    address = reverse("vendor_note_new", args=[bill(business).pk])
    page = owner.post(address, typed(number=""))
    assert "stands on the note" in page.text
    assert 'value="50"' in page.text
    assert "₹59.00" in owner.post(address, typed(do="update")).text
    assert not VendorNote.objects.exists()


def test_the_totals_say_what_it_comes_to_and_what_the_vendor_will_owe(owner, business):
    recorded = bill(business)
    paid_out(recorded, "100")
    answer = owner.post(reverse("vendor_note_totals", args=[recorded.pk]), typed()).json()
    assert answer["total"] == "₹59.00"
    assert answer["effect"].endswith("₹0.00 left to pay. " + f"{recorded.vendor_name} will owe you ₹41.00.")
    assert (answer["errors"], answer["refused"]) == ({}, [])


def test_money_comes_back_on_the_page_of_the_note_and_of_the_vendor(owner, business):
    recorded = bill(business)
    paid_out(recorded)
    note = vendor_noted(recorded)
    assert "They owe you" in owner.get(recorded.vendor.get_absolute_url()).text
    address = reverse("vendor_note_refund", args=[note.pk])
    owner.post(address, {"amount": "12", "date": today(), "mode": "bank"})
    came = VendorRefund.objects.get()
    assert "They owe you" not in owner.get(recorded.vendor.get_absolute_url()).text
    undo = reverse("vendor_note_refund_reverse", args=[note.pk, came.pk])
    assert undo in owner.get(note.get_absolute_url()).text
    page = owner.post(undo, {"reason": "Cheque returned"}, follow=True)
    assert "₹12.00 of credit note" in page.text


def test_cancelling_asks_why_and_says_what_is_owed_again(owner, business):
    note = vendor_noted(bill(business))
    address = reverse("vendor_note_cancel", args=[note.pk])
    assert "is owed as before" in owner.get(address).text
    page = owner.post(address, {"reason": "Wrong bill"}, follow=True)
    assert "has ₹118.00 left to pay." in page.text
    assert Bill.objects.get().balance == Decimal(118)


@pytest.mark.parametrize(
    ("query", "found"),
    [("?q=cn-1", 1), ("?q=pd-1", 1), ("?q=polycab", 2), ("?status=open", 1), ("?status=cancelled", 0)],
)
def test_the_list_is_searched_by_number_bill_and_vendor(owner, business, query, found):
    first, second = bill(business, number="PD-1"), bill(business, number="XX-2")
    vendor_noted(first, number="CN-1")
    paid_out(second)
    vendor_noted(second, number="ZZ-2")
    page = owner.get(reverse("vendor_note_list") + query)
    assert len(page.context["page"].object_list) == found


def test_the_box_that_finds_everything_finds_a_note_by_its_number(business):
    note = vendor_noted(bill(business), number="CN-77")
    groups = {group.title: group.hits for group in search.search(business, "cn-77")}
    assert [hit.url for hit in groups["Vendors' credit notes"]] == [note.get_absolute_url()]


@pytest.mark.parametrize(("who", "answer"), [("owner", 200), ("teammate", 200), ("stranger", 404)])
def test_a_note_is_seen_by_the_people_of_its_business(people, client, who, answer):
    note = vendor_noted(bill(people.business))
    client.force_login(getattr(people, who))
    assert client.get(note.get_absolute_url()).status_code == answer
    shown = client.get(reverse("vendor_note_list")).context["page"].object_list
    assert list(shown) == ([] if who == "stranger" else [note])


@pytest.mark.parametrize(
    ("name", "most"), [("vendor_note_list", 7), ("vendor_note", 8), ("vendor", 11), ("bill", 12)]
)
def test_screens_cost_as_many_queries_with_many_notes_as_with_few(owner, business, name, most):
    recorded = bill(business)
    known = {"vendor": recorded.vendor_id, "bill": recorded.pk, "vendor_note": vendor_noted(recorded).pk}
    address = reverse(name, args=[known[name]] if name in known else [])

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert owner.get(address).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for _ in range(7):
        vendor_noted(recorded)
    assert cost() == few <= most
