"""The list, the page of an invoice, and what is done there."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gstbillingapp.models import Invoice, InvoiceState, Payment
from gstbillingapp.models.fields import today
from tests.factories import CustomerFactory, draft, issued, line, paid
from tests.unit.screens.people import Person

LIST = "/invoices/"


def numbers(page: object) -> list[str]:
    return [invoice.number for invoice in page.context["page"]]  # type: ignore[attr-defined]


def one_of_each(person: Person) -> dict[str, Invoice]:
    """An invoice of every status."""
    business = person.business
    past = today() - timedelta(days=40)
    stored = {
        "draft": draft(business),
        "issued": issued(business),
        "part_paid": issued(business),
        "paid": issued(business),
        "overdue": issued(business, date=past, due_date=past),
        "cancelled": issued(business),
    }
    paid(stored["part_paid"], "18")
    paid(stored["paid"])
    person.client.post(reverse("invoice_cancel", args=[stored["cancelled"].pk]), {"reason": "Twice"})
    return stored


def test_the_tabs_count_every_status_and_show_its_invoices(owner: Person) -> None:
    stored = one_of_each(owner)
    page = owner.client.get(LIST)
    assert {tab.status: tab.count for tab in page.context["tabs"]} == {"": 6, **dict.fromkeys(stored, 1)}
    for status, invoice in stored.items():
        shown = owner.client.get(LIST, {"status": status}).context["page"].object_list
        assert list(shown) == [invoice]


def test_counts_follow_the_search_but_not_the_chosen_status(owner: Person) -> None:
    asha = CustomerFactory(business=owner.business, name="Asha Traders")
    issued(owner.business, customer=asha)
    issued(owner.business)
    page = owner.client.get(LIST, {"q": "asha", "status": "paid"})
    counts = {tab.status: tab.count for tab in page.context["tabs"]}
    assert (counts[""], counts["issued"], counts["paid"]) == (1, 1, 0)


def test_the_list_is_narrowed_by_customer_and_dates_of_the_address(owner: Person) -> None:
    asha = CustomerFactory(business=owner.business, name="Asha Traders")
    old = issued(owner.business, customer=asha, date=today() - timedelta(days=10))
    new = issued(owner.business, customer=asha)
    other = issued(owner.business)
    assert numbers(owner.client.get(LIST, {"customer": asha.pk})) == [new.number, old.number]
    since = (today() - timedelta(days=1)).isoformat()
    assert numbers(owner.client.get(LIST, {"since": since})) == [other.number, new.number]
    assert numbers(owner.client.get(LIST, {"customer": asha.pk, "until": since})) == [old.number]


@pytest.mark.parametrize("sort", ["total", "-total"])
def test_the_list_is_sorted_by_a_columns_heading(owner: Person, sort: str) -> None:
    small = issued(owner.business, line(price=Decimal(10)))
    large = issued(owner.business, line(price=Decimal(900)))
    expected = [small.number, large.number] if sort == "total" else [large.number, small.number]
    assert numbers(owner.client.get(LIST, {"sort": sort})) == expected


@pytest.mark.parametrize(
    "query",
    ["status=nonsense", "sort=nonsense", "since=soon", "customer=x", "page=999", "customer=999999999"],
)
def test_an_address_with_nonsense_still_gives_a_list(owner: Person, query: str) -> None:
    issued(owner.business)
    assert owner.client.get(f"{LIST}?{query}").status_code == 200


def test_a_business_without_invoices_is_told_what_to_do(owner: Person) -> None:
    page = owner.client.get(LIST)
    assert "No invoices yet" in page.text
    assert "No invoice found" not in page.text


def test_a_search_without_a_match_says_so_and_leads_back(owner: Person) -> None:
    issued(owner.business)
    page = owner.client.get(LIST, {"q": "nothing of this name"})
    assert "No invoice found" in page.text
    assert "Clear filters" in page.text


def test_a_longer_list_takes_no_more_queries(owner: Person) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner.client.get(LIST)
        return len(captured)

    issued(owner.business)
    of_one = queries()
    for _ in range(5):
        issued(owner.business)
    assert queries() == of_one


PAGES = ["invoice", "invoice_edit", "invoice_issue", "invoice_delete", "invoice_print"]
PAGES_OF_ISSUED = ["invoice", "invoice_cancel", "payment_new", "invoice_print"]


@pytest.mark.parametrize("name", PAGES)
def test_members_see_a_draft_and_a_stranger_gets_404(
    owner: Person, teammate: Person, stranger: Person, name: str
) -> None:
    url = reverse(name, args=[draft(owner.business).pk])
    assert owner.client.get(url).status_code == 200
    assert teammate.client.get(url).status_code == 200
    assert stranger.client.get(url).status_code == 404
    assert Client().get(url).url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", PAGES_OF_ISSUED)
def test_members_see_an_issued_invoice_and_a_stranger_gets_404(
    owner: Person, teammate: Person, stranger: Person, name: str
) -> None:
    url = reverse(name, args=[issued(owner.business).pk])
    assert owner.client.get(url).status_code == 200
    assert teammate.client.get(url).status_code == 200
    assert stranger.client.get(url).status_code == 404


def test_issuing_a_draft_from_its_page(teammate: Person) -> None:
    stored = draft(teammate.business)
    response = teammate.client.post(reverse("invoice_issue", args=[stored.pk]))
    assert response.url == stored.get_absolute_url()
    stored.refresh_from_db()
    assert (stored.state, stored.issued_by) == (InvoiceState.ISSUED, teammate.membership.user)


def test_a_draft_that_is_not_ready_says_what_is_missing_and_is_not_issued(owner: Person) -> None:
    stored = draft(owner.business, line(), date=today() + timedelta(days=3))
    url = reverse("invoice_issue", args=[stored.pk])
    edit = reverse("invoice_edit", args=[stored.pk])
    for page in (owner.client.get(url), owner.client.post(url)):
        assert f'href="{edit}#id_date"' in page.text
    stored.refresh_from_db()
    assert stored.state == InvoiceState.DRAFT


def test_issuing_twice_gives_one_number_and_a_message(owner: Person) -> None:
    stored = draft(owner.business)
    url = reverse("invoice_issue", args=[stored.pk])
    owner.client.post(url)
    page = owner.client.post(url)
    assert "is issued and no longer changes" in page.text
    assert Invoice.objects.get().number.endswith("/0001")


def test_a_draft_is_deleted_only_when_asked_again(owner: Person) -> None:
    stored = draft(owner.business)
    url = reverse("invoice_delete", args=[stored.pk])
    assert "deleted for good" in owner.client.get(url).text
    assert Invoice.objects.exists()
    assert owner.client.post(url).url == LIST
    assert not Invoice.objects.exists()


def test_an_issued_invoice_is_not_deleted(owner: Person) -> None:
    stored = issued(owner.business)
    page = owner.client.post(reverse("invoice_delete", args=[stored.pk]), follow=True)
    assert "cancel it instead" in page.text
    assert Invoice.objects.filter(pk=stored.pk).exists()


def test_cancelling_needs_a_reason_and_keeps_the_number(owner: Person) -> None:
    stored = issued(owner.business)
    url = reverse("invoice_cancel", args=[stored.pk])
    page = owner.client.post(url, {"reason": " "})
    assert list(page.context["form"].errors) == ["reason"]
    owner.client.post(url, {"reason": "Wrong customer"})
    stored.refresh_from_db()
    assert (stored.state, stored.cancel_reason) == (InvoiceState.CANCELLED, "Wrong customer")
    assert "Wrong customer" in owner.client.get(stored.get_absolute_url()).text


def test_a_paid_invoice_is_not_cancelled_and_the_page_says_why(owner: Person) -> None:
    stored = issued(owner.business)
    paid(stored, "18")
    page = owner.client.post(reverse("invoice_cancel", args=[stored.pk]), {"reason": "Wrong"}, follow=True)
    assert "₹18.00 has been received" in page.text
    stored.refresh_from_db()
    assert stored.state == InvoiceState.ISSUED


def test_a_payment_starts_with_the_balance_and_says_what_is_left(teammate: Person) -> None:
    stored = issued(teammate.business)
    url = reverse("payment_new", args=[stored.pk])
    assert teammate.client.get(url).context["form"]["amount"].value() == "118"
    page = teammate.client.post(url, {"amount": "100", "date": today().isoformat()}, follow=True)
    assert f"{stored.number} has ₹18.00 left to pay." in page.text
    payment = Payment.objects.get()
    assert (payment.amount, payment.recorded_by) == (100, teammate.membership.user)
    page = teammate.client.post(url, {"amount": "18", "date": ""}, follow=True)
    assert f"{stored.number} is paid in full." in page.text


@pytest.mark.parametrize(
    ("field", "change", "words"),
    [
        ("amount", {"amount": "118.01"}, "at most ₹118.00"),
        ("amount", {"amount": "0"}, "above ₹0.00"),
        ("amount", {"amount": "-5"}, "above ₹0.00"),
        ("amount", {"amount": ""}, "above ₹0.00"),
        ("amount", {"amount": "lots"}, "Enter a number"),
        ("date", {"date": "2099-01-01"}, "or an earlier day"),
        ("date", {"date": "soon"}, "Enter a date"),
        ("mode", {"mode": "barter"}, "Select a valid choice"),
    ],
)
def test_a_bad_payment_is_refused_beside_its_field_and_nothing_is_written(
    owner: Person, field: str, change: dict[str, str], words: str
) -> None:
    stored = issued(owner.business)
    typed = {"amount": "118", "date": today().isoformat(), "mode": "upi", "reference": "UTR 1", **change}
    page = owner.client.post(reverse("payment_new", args=[stored.pk]), typed)
    errors = page.context["form"].errors
    assert list(errors) == [field]
    assert words in errors[field][0]
    assert page.context["form"]["reference"].value() == "UTR 1"
    assert not Payment.objects.exists()


def test_of_a_payment_above_the_balance_the_rest_is_led_to_be_an_advance(owner: Person) -> None:
    stored = issued(owner.business)
    url = reverse("payment_new", args=[stored.pk])
    page = owner.client.post(url, {"amount": "1,000", "date": today().isoformat()})
    [said] = page.context["form"].errors["amount"]
    assert said.startswith("Enter at most ₹118.00, the balance of ")
    assert said.endswith(", and record the rest as an advance.")
    assert "the rest, ₹882.00, as an advance" in page.text
    advance = owner.client.get(page.context["advance"])
    assert advance.context["customer"] == stored.customer
    assert advance.context["form"]["amount"].value() == "882"
    within = owner.client.post(url, {"amount": "100", "date": "soon"})
    assert "as an advance" not in within.text
    hostile = f"{reverse('receipt_new')}?customer={stored.customer_id}&amount=<script>"
    assert owner.client.get(hostile).context["form"]["amount"].value() is None


def test_a_payment_that_did_not_clear_is_reversed_with_a_reason(owner: Person, stranger: Person) -> None:
    payment = paid(issued(owner.business))
    url = reverse("payment_reverse", args=[payment.invoice_id, payment.pk])
    assert stranger.client.post(url, {"reason": "Mine"}).status_code == 404
    assert list(owner.client.post(url, {"reason": ""}).context["form"].errors) == ["reason"]
    page = owner.client.post(url, {"reason": "Cheque returned"}, follow=True)
    assert "₹118.00 left to pay" in page.text
    assert "Cheque returned" in page.text


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("payment_new", "draft", "This is a draft: issue it"),
        ("payment_new", "cancelled", "is cancelled: nothing is owed on it"),
        ("payment_new", "paid", "is paid in full"),
        ("invoice_cancel", "draft", "This is a draft; delete it instead."),
        ("invoice_cancel", "cancelled", "is cancelled already"),
        ("invoice_cancel", "part_paid", "₹18.00 has been received"),
    ],
)
def test_a_deed_that_is_not_open_leads_back_to_the_invoice_with_the_reason(
    owner: Person, name: str, status: str, reason: str
) -> None:
    stored = one_of_each(owner)[status]
    url = reverse(name, args=[stored.pk])
    for page in (owner.client.get(url, follow=True), owner.client.post(url, {"amount": "1"}, follow=True)):
        assert page.redirect_chain == [(stored.get_absolute_url(), 302)]
        assert reason in page.text


def test_a_payment_reversed_before_leads_back_to_its_invoice_with_the_reason(owner: Person) -> None:
    payment = paid(issued(owner.business))
    url = reverse("payment_reverse", args=[payment.invoice_id, payment.pk])
    owner.client.post(url, {"reason": "Cheque returned"})
    page = owner.client.get(url, follow=True)
    assert page.redirect_chain == [(payment.invoice.get_absolute_url(), 302)]
    assert "This payment is reversed already." in page.text


def test_the_timeline_says_who_took_a_payment_back(owner: Person, teammate: Person) -> None:
    payment = paid(issued(owner.business))
    url = reverse("payment_reverse", args=[payment.invoice_id, payment.pk])
    page = teammate.client.post(url, {"reason": "Cheque returned"}, follow=True)
    taken_back = page.context["timeline"][-1]
    assert (taken_back.note, taken_back.by) == ("Cheque returned", teammate.membership.user.username)


def test_the_timeline_tells_what_happened_in_its_order(owner: Person) -> None:
    stored = issued(owner.business)
    paid(stored, "18")
    texts = [event.text for event in owner.client.get(stored.get_absolute_url()).context["timeline"]]
    assert texts == ["Draft created", f"Issued as {stored.number}", "₹18.00 received"]


def test_a_supply_without_tax_under_lut_shows_no_rate_of_tax(owner: Person) -> None:
    buyer = CustomerFactory(business=owner.business, kind="overseas", state_code="96", gstin="")
    stored = issued(customer=buyer, zero_rated=True)
    page = owner.client.get(stored.get_absolute_url())
    assert [row["rate"] for row in page.context["tax_rows"]] == [0]
    assert "18%" not in page.text


def test_the_page_offers_what_can_be_done_and_nothing_else(owner: Person) -> None:
    stored = one_of_each(owner)
    pay, cancel = "Record payment", "Cancel invoice"
    offered = {}
    for status, invoice in stored.items():
        text = owner.client.get(invoice.get_absolute_url()).text
        offered[status] = (pay in text, cancel in text, "data:image/svg+xml" in text)
    assert offered == {
        "draft": (False, False, False),
        "issued": (True, True, True),
        "part_paid": (True, False, True),
        "paid": (False, False, False),
        "overdue": (True, True, True),
        "cancelled": (False, False, False),
    }


@pytest.mark.parametrize("name", ["invoice_cancel", "payment_new", "invoice_issue", "invoice_delete"])
def test_a_deed_without_a_token_is_refused(owner: Person, name: str) -> None:
    stored = draft(owner.business) if name in ("invoice_issue", "invoice_delete") else issued(owner.business)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner.membership.user)
    assert strict.post(reverse(name, args=[stored.pk]), {"reason": "x"}).status_code == 403
    assert Invoice.objects.get().state == stored.state


def test_markup_in_names_is_shown_as_text(owner: Person) -> None:
    asha = CustomerFactory(business=owner.business, name="<b>Asha</b>")
    stored = issued(owner.business, line(description="<script>x</script>"), customer=asha)
    for url in (LIST, stored.get_absolute_url(), reverse("invoice_print", args=[stored.pk])):
        text = owner.client.get(url).text
        assert "<b>Asha" not in text
        assert "<script>x" not in text


def test_an_invoice_with_a_payment_says_why_it_cannot_be_cancelled(owner: Person) -> None:
    stored = issued(owner.business)
    whole = owner.client.get(stored.get_absolute_url()).text
    assert ("Cancel invoice" in whole, "cannot be cancelled" in whole) == (True, False)
    paid(stored, "18")
    part_paid = owner.client.get(stored.get_absolute_url()).text
    assert "Cancel invoice" not in part_paid
    assert f"₹18.00 has been received against {stored.number}; reverse the payment first." in part_paid


def test_a_long_upi_id_breaks_before_its_bank_and_nowhere_else(owner: Person) -> None:
    owner.business.upi_id = "kaverielectricals@okhdfcbank"
    owner.business.save()
    page = owner.client.get(issued(owner.business).get_absolute_url()).text
    assert "<wbr>kaverielectricals<wbr>@okhdfcbank</span>" in page
