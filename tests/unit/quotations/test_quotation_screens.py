"""The list, the editor, the page of a quotation, its papers, and what is done there."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gstbillingapp.actions import business as profile
from gstbillingapp.actions import quotations
from gstbillingapp.actions.data import BusinessData
from gstbillingapp.models import Business, Invoice, Paper, Quotation, QuotationLine
from gstbillingapp.models.fields import day_text, today
from gstbillingapp.papers import make_all
from gstbillingapp.views.quotation_paper import sheet_of
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    days_ago,
    invoice_data,
    issued,
    line,
    offered,
    past,
    sent,
)
from tests.unit.invoices_screens.typing_forms import LAMP, typed
from tests.unit.screens.people import Person

LIST, NEW, PREVIEW = "/quotations/", "/quotations/new/", "/quotations/preview/"


def one_of_each(person: Person) -> dict[str, Quotation]:
    """A quotation of every status."""
    business = person.business
    stored = {"draft": offered(business)}
    stored |= {name: sent(business) for name in ("sent", "approved", "declined", "expired", "converted")}
    quotations.approve(business, None, stored["approved"].pk)
    quotations.decline(business, None, stored["declined"].pk, "Too dear")
    quotations.convert(business, None, stored["converted"].pk)
    past(stored["expired"])
    return {name: Quotation.objects.get(pk=row.pk) for name, row in stored.items()}


def at(name: str, quotation: Quotation) -> str:
    return reverse(name, args=[quotation.pk])


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_the_tabs_count_every_status_and_show_its_quotations(owner: Person) -> None:
    stored = one_of_each(owner)
    page = owner.client.get(LIST)
    assert {tab.status: tab.count for tab in page.context["tabs"]} == {"": 6, **dict.fromkeys(stored, 1)}
    for status, quotation in stored.items():
        shown = owner.client.get(LIST, {"status": status}).context["page"].object_list
        assert list(shown) == [quotation]


def test_the_list_is_narrowed_by_words_customer_and_days_and_sorted(owner: Person) -> None:
    asha = CustomerFactory(business=owner.business, name="Asha Traders")
    old = past(sent(owner.business, line(price=Decimal(900)), customer=asha), 9)
    new, other = sent(owner.business, customer=asha), sent(owner.business)
    for query, expected in (
        ({"q": "asha"}, [new, old]),
        ({"q": other.number[-4:]}, [other]),
        ({"customer": asha.pk}, [new, old]),
        ({"since": days_ago(1).isoformat()}, [other, new]),
        ({"q": "asha", "status": "expired"}, [old]),
        ({"sort": "-total"}, [old, other, new]),
        ({"sort": "valid"}, [old, new, other]),
        ({"sort": "number"}, [old, new, other]),
    ):
        assert list(owner.client.get(LIST, query).context["page"].object_list) == expected, query


@pytest.mark.parametrize(
    "query", ["status=paid", "sort=balance", "since=soon", "customer=x", "page=99", "q=%00"]
)
def test_an_address_with_nonsense_still_gives_a_list(owner: Person, query: str) -> None:
    sent(owner.business)
    assert owner.client.get(f"{LIST}?{query}").status_code == 200


def test_an_empty_list_says_what_to_do_and_a_search_without_a_match_leads_back(owner: Person) -> None:
    assert "No quotations yet" in owner.client.get(LIST).text
    sent(owner.business)
    page = owner.client.get(LIST, {"q": "nothing of this name"}).text
    assert "No quotation found" in page
    assert "Clear filters" in page
    assert "No quotation found" in owner.client.get(LIST, {"status": "declined"}).text


def test_the_page_of_a_customer_has_their_newest_quotations(owner: Person) -> None:
    asha = CustomerFactory(business=owner.business, name="Asha Traders")
    theirs = [sent(owner.business, customer=asha) for _ in range(6)]
    sent(owner.business)
    page = owner.client.get(asha.get_absolute_url())
    assert list(page.context["quotations"]) == theirs[:0:-1]
    assert f"{LIST}?customer={asha.pk}" in page.text


PAGES = {
    "list": lambda stored: LIST,
    "list, searched": lambda stored: f"{LIST}?q=traders&status=sent&sort=valid",
    "draft": lambda stored: at("quotation", stored["draft"]),
    "sent": lambda stored: at("quotation", stored["sent"]),
    "converted": lambda stored: at("quotation", stored["converted"]),
    "editor": lambda stored: at("quotation_edit", stored["draft"]),
    "editor, new": lambda stored: NEW,
    "paper": lambda stored: at("quotation_print", stored["sent"]),
}
# Session, user, membership and bell; then the rows of each.
COSTS = {
    "list": 5 + 3,
    "list, searched": 5 + 3,
    "draft": 5 + 9,
    "sent": 5 + 3,
    "converted": 5 + 3,
    "editor": 5 + 11,
    "editor, new": 5 + 4,
    "paper": 3 + 2,
}


@pytest.mark.parametrize("rows", [2, 20])
def test_a_page_costs_as_many_queries_with_few_rows_as_with_many(owner: Person, rows: int) -> None:
    wares = [ProductFactory(business=owner.business) for _ in range(rows)]
    lines = [line(ware) for ware in wares]
    for _ in range(rows):
        offered(owner.business)
        sent(owner.business)
    stored = {"draft": offered(owner.business, *lines), "sent": sent(owner.business, *lines)}
    stored["converted"] = sent(owner.business, *lines)
    quotations.convert(owner.business, None, stored["converted"].pk)
    found = {}
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as queries:
            assert owner.client.get(address(stored)).status_code == 200
        found[name] = len(queries)
    assert found == COSTS


def test_an_offer_typed_into_the_editor_is_stored_and_asked_about(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    page = owner.client.get(NEW).text
    for words in ("New quotation", "Valid until", "Quotation date", "Send quotation", "Send this quotation?"):
        assert words in page
    assert "Issue" not in page.replace("Issue invoice", "")
    response = owner.client.post(NEW, typed(customer, do="issue"))
    stored = Quotation.objects.get()
    assert (stored.total, stored.valid_until, stored.state) == (236, today(), "draft")
    assert response.url == at("quotation_send", stored)
    asked = owner.client.get(response.url).text
    for words in (f"QTN/{stored.financial_year[2:]}/0001", "Asha Traders", "₹236.00", "Valid until"):
        assert words in asked


def test_a_confirmed_offer_is_saved_and_sent_at_once(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    page = owner.client.post(NEW, typed(customer, do="issue-confirmed"), follow=True)
    stored = Quotation.objects.get()
    assert (stored.state, stored.sent_by) == ("sent", owner.membership.user)
    assert said(page) == [
        f"Quotation {stored.number} for Asha Traders is ready to go out. "
        f"₹236.00, valid until {day_text(today())}."
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"due_date": days_ago(3).isoformat(), "date": days_ago(9).isoformat()},
            "Valid until: This day is over",
        ),
        ({"due_date": days_ago(3).isoformat()}, "Valid until: Choose its own date or a later one."),
        ({"lines-0-qty": "two"}, "Line 1, quantity: Enter a number"),
        ({"customer": "", "customer_name": ""}, "Customer: Choose the customer."),
    ],
)
def test_what_is_wrong_is_named_in_the_quotations_words_and_nothing_is_written(
    owner: Person, change: dict[str, str], words: str
) -> None:
    customer = CustomerFactory(business=owner.business)
    page = owner.client.post(NEW, typed(customer, do="issue-confirmed", notes="Rear gate") | change)
    assert page.context["summary"][0].message.startswith(words)
    assert page.context["form"]["notes"].value() == "Rear gate"
    assert not Quotation.objects.exists()


def test_editing_shows_what_is_stored_and_stores_what_is_typed(teammate: Person) -> None:
    stored = offered(teammate.business, notes="Rear gate")
    page = teammate.client.get(at("quotation_edit", stored))
    assert page.context["form"]["due_date"].value() == stored.valid_until
    assert page.context["form"]["notes"].value() == "Rear gate"
    posted = typed(stored.customer, LAMP | {"qty": "3"}, version=str(stored.version))
    assert said(teammate.client.post(at("quotation_edit", stored), posted, follow=True))[0].endswith(
        "Send it next."
    )
    stored.refresh_from_db()
    assert (stored.total, stored.version) == (354, 2)
    again = teammate.client.post(at("quotation_edit", stored), posted)
    assert "Somebody has changed this draft" in again.text


def test_a_sent_quotation_has_no_editor(owner: Person) -> None:
    stored = sent(owner.business)
    assert owner.client.get(at("quotation_edit", stored)).url == stored.get_absolute_url()


def test_the_totals_of_what_is_typed_are_answered_in_the_quotations_words(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    answer = owner.client.post(PREVIEW, typed(customer, LAMP, {"description": ""})).json()
    assert (answer["total"], answer["issue"]["number"][:3]) == ("₹236.00", "QTN")
    assert answer["errors"] == answer["missing"] == {}
    bad = owner.client.post(PREVIEW, typed(customer, due_date=days_ago(2).isoformat())).json()
    assert bad["problems"][0]["message"].startswith("Valid until: ")
    assert not Quotation.objects.exists()


# What can be done on the page of each status, by the ends of addresses.
ACTIONS = {
    "draft": {"edit", "send", "delete", "print"},
    "sent": {"approve", "decline", "convert", "copy", "print", "mail", "pdf"},
    "approved": {"decline", "convert", "copy", "print", "mail", "pdf"},
    "declined": {"approve", "copy", "print", "mail", "pdf"},
    "expired": {"approve", "decline", "convert", "copy", "print", "mail", "pdf"},
    "converted": {"copy", "print", "mail", "pdf"},
}


def test_a_page_offers_what_can_be_done_and_nothing_else(owner: Person) -> None:
    for status, quotation in one_of_each(owner).items():
        page = owner.client.get(quotation.get_absolute_url()).text
        found = re.findall(rf'(?:href|action)="/quotation/{quotation.pk}/(\w+)/"', page)
        assert set(found) == ACTIONS[status], status
        assert 'class="chip chip-' in page
        made = quotation.invoice
        assert ("Open the invoice" in page) is (made is not None)


def test_an_answer_is_recorded_and_the_timeline_says_whose_it_is(owner: Person) -> None:
    stored = sent(owner.business, customer=CustomerFactory(business=owner.business, name="Asha Traders"))
    page = owner.client.post(at("quotation_decline", stored), {"reason": "Too dear"}, follow=True)
    assert said(page) == [f"{stored.number} is marked as declined. Copy it to make a new offer."]
    events = [(event.text, event.note, event.by) for event in page.context["timeline"]]
    assert events[-1] == ("Declined by the customer", "Too dear", owner.username)
    page = owner.client.post(at("quotation_approve", stored), follow=True)
    assert said(page) == [
        f"{stored.number} of Asha Traders is marked as approved. Convert it to an invoice next."
    ]
    assert page.context["timeline"][-1].text == "Approved by the customer"


@pytest.mark.parametrize("name", ["quotation_approve", "quotation_decline"])
def test_an_answer_that_is_recorded_already_leads_back_with_a_word(owner: Person, name: str) -> None:
    stored = sent(owner.business)
    owner.client.post(at(name, stored), {"reason": "No"})
    page = owner.client.post(at(name, stored), {"reason": "No"}, follow=True)
    assert said(page)[-1].endswith("already.")


def test_a_reason_that_is_too_long_is_named_and_kept(owner: Person) -> None:
    stored = sent(owner.business)
    page = owner.client.post(at("quotation_decline", stored), {"reason": "x" * 201})
    assert list(page.context["form"].errors) == ["reason"]
    assert "x" * 201 in page.text


def test_converting_leads_to_the_draft_and_both_pages_name_each_other(owner: Person) -> None:
    stored = sent(owner.business)
    page = owner.client.post(at("quotation_convert", stored), follow=True)
    made = Invoice.objects.get()
    assert page.request["PATH_INFO"] == made.get_absolute_url()
    assert said(page) == [f"{stored.number} is a draft invoice now. Check it, then issue it."]
    assert f'href="{stored.get_absolute_url()}">{stored.number}' in page.text
    back = owner.client.get(stored.get_absolute_url()).text
    assert f'href="{made.get_absolute_url()}"' in back
    twice = owner.client.post(at("quotation_convert", stored), follow=True)
    assert "converted already" in said(twice)[0]
    assert Invoice.objects.count() == 1


def test_an_expired_one_is_asked_about_before_it_is_converted(owner: Person) -> None:
    stored = past(sent(owner.business))
    asked = owner.client.post(at("quotation_convert", stored))
    assert "It expired on" in asked.text
    assert not Invoice.objects.exists()
    assert 'name="though_expired"' in asked.text
    owner.client.post(at("quotation_convert", stored), {"though_expired": "on"})
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("name", ["quotation_convert", "quotation_copy"])
def test_a_rate_that_is_no_longer_in_law_is_named_and_nothing_is_made(owner: Person, name: str) -> None:
    stored = sent(owner.business)
    QuotationLine._base_manager.filter(quotation=stored).update(rate=28)
    page = owner.client.post(at(name, stored), follow=True)
    assert said(page)[0].startswith("Line 1, tax: This must be one of")
    assert (Invoice.objects.count(), Quotation.objects.count()) == (0, 1)


def test_a_copy_opens_in_the_editor(owner: Person) -> None:
    stored = sent(owner.business)
    page = owner.client.post(at("quotation_copy", stored), follow=True)
    copied = Quotation.objects.exclude(pk=stored.pk).get()
    assert page.request["PATH_INFO"] == at("quotation_edit", copied)
    assert (
        f'Copied from</dt><dd><a class="tnum" href="{stored.get_absolute_url()}"'
        in owner.client.get(copied.get_absolute_url()).text
    )


def test_a_draft_is_deleted_only_when_asked_again_and_a_sent_one_never(owner: Person) -> None:
    stored, kept = offered(owner.business), sent(owner.business)
    assert "deleted for good" in owner.client.get(at("quotation_delete", stored)).text
    assert owner.client.post(at("quotation_delete", stored)).url == LIST
    assert "copy it instead" in said(owner.client.post(at("quotation_delete", kept), follow=True))[-1]
    assert list(Quotation.objects.all()) == [kept]


def test_a_draft_that_is_not_ready_says_what_is_missing_and_is_not_sent(owner: Person) -> None:
    stored = offered(owner.business, date=days_ago(9), due_date=days_ago(3))
    edit, url = at("quotation_edit", stored), at("quotation_send", stored)
    for page in (owner.client.get(url), owner.client.post(url)):
        assert f'href="{edit}#id_due_date"' in page.text
    assert "Valid until: This day is over" in owner.client.get(url).text
    stored.refresh_from_db()
    assert stored.state == "draft"


NAMES = ["quotation", "quotation_print", "quotation_edit", "quotation_send", "quotation_delete"]


@pytest.mark.parametrize("name", NAMES)
def test_members_see_it_and_a_stranger_gets_404(
    owner: Person, teammate: Person, stranger: Person, name: str
) -> None:
    url = at(name, offered(owner.business))
    assert owner.client.get(url).status_code == teammate.client.get(url).status_code == 200
    assert stranger.client.get(url).status_code == 404
    assert Client().get(url).url.startswith("/accounts/login/")


def words_of(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<body")[2]).split())


def test_its_paper_is_a_quotation_and_no_invoice(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders", ship_address="Plot 7")
    stored = sent(owner.business, line(disc_pct=Decimal(10)), customer=customer, notes="Rear gate")
    paper = words_of(owner.client.get(at("quotation_print", stored)).text)
    sheet = sheet_of(Quotation.objects.select_related("business", "customer").get(pk=stored.pk))
    until = day_text(stored.valid_until)
    for words in (
        "Quotation",
        f"Valid until {until}",
        "For Asha Traders",
        stored.number,
        "9% 8.10",
        "₹106.00",
    ):
        assert words in paper
    for words in ("nvoice", "Original for recipient", "Billed to", "Reverse charge", "Summary by HSN", "Due"):
        assert words not in paper
        assert words not in str(sheet)
    assert (sheet.title, sheet.hsn, sheet.pay_link) == ("Quotation", None, "")
    assert dict(sheet.facts)["Valid until"] == until
    assert 'class="mark">DRAFT<' in owner.client.get(at("quotation_print", offered(owner.business))).text


def test_its_pdf_is_made_and_the_same_whatever_becomes_of_it(owner: Person, stranger: Person) -> None:
    stored = sent(owner.business)
    make_all()
    answer = owner.client.get(at("quotation_pdf", stored))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"].endswith(f'"{stored.number.replace("/", "-")}.pdf"')
    quotations.approve(owner.business, None, stored.pk)
    status = owner.client.get(at("quotation_pdf_status", stored)).json()
    assert status["state"] == "made"
    assert Paper.objects.count() == 1
    assert stranger.client.get(at("quotation_pdf", stored)).status_code == 404
    assert owner.client.get(at("quotation_pdf", offered(owner.business))).status_code == 404


def test_it_is_sent_by_e_mail_with_words_that_fit(owner: Person, stranger: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders", email="asha@example.in")
    stored = sent(owner.business, customer=customer)
    form = owner.client.get(at("quotation_mail", stored)).context["form"]
    assert form["to"].value() == "asha@example.in"
    assert form["subject"].value() == f"Quotation {stored.number} from {owner.business.name}"
    assert f"valid until {day_text(stored.valid_until)}" in form["message"].value()
    assert stranger.client.get(at("quotation_mail", stored)).status_code == 404
    assert owner.client.get(at("quotation_mail", offered(owner.business))).status_code == 404


def test_a_quotation_and_an_invoice_of_one_id_have_papers_of_their_own(owner: Person) -> None:
    quotation, invoice = sent(owner.business), issued(owner.business)
    assert {(row.kind, row.object_id) for row in Paper.objects.all()} == {
        ("quotation", quotation.pk),
        ("invoice", invoice.pk),
    }


@pytest.mark.parametrize(
    ("field", "numbers", "prefix"),
    [("quotation_prefix", "invoices", "inv"), ("invoice_prefix", "quotations", "QTN")],
)
def test_a_prefix_that_others_are_numbered_with_is_refused_in_the_years_after_it_too(
    owner: Person, field: str, numbers: str, prefix: str
) -> None:
    kept = {name: getattr(owner.business, name) for name in BusinessData.__dataclass_fields__}
    with time_machine.travel("2026-06-01 10:00+05:30", tick=False):
        issued(owner.business)
        sent(owner.business)
        moved = kept | {"invoice_prefix": "BILL", "quotation_prefix": "EST"}
        profile.save(owner.business, BusinessData(**moved))
    said = f"Choose another one: {prefix.upper()} numbers {numbers} of 2026-27."
    # In April the papers of March are still written, in the series of the year before.
    for day in ("2026-06-01", "2027-04-01"):
        with time_machine.travel(f"{day} 10:00+05:30", tick=False), pytest.raises(ValidationError) as refused:
            profile.save(owner.business, BusinessData(**moved | {field: prefix}))
        assert refused.value.message_dict == {field: [said]}


def test_a_prefix_of_ones_own_from_before_may_be_had_again(owner: Person, stranger: Person) -> None:
    kept = {name: getattr(owner.business, name) for name in BusinessData.__dataclass_fields__}
    first = sent(owner.business)
    sent(stranger.business)
    for prefix in ("EST", "QTN"):
        profile.save(owner.business, BusinessData(**kept | {"quotation_prefix": prefix}))
    assert sent(owner.business).sequence == first.sequence + 1


def test_a_new_quotation_holds_for_as_long_as_the_business_says(owner: Person) -> None:
    kept = {name: getattr(owner.business, name) for name in BusinessData.__dataclass_fields__}
    for days in (0, 366):
        with pytest.raises(ValidationError) as refused:
            profile.save(owner.business, BusinessData(**kept | {"quotation_days": days}))
        assert refused.value.message_dict == {"quotation_days": ["Enter a number of days from 1 to 365."]}
    profile.save(owner.business, BusinessData(**kept | {"quotation_days": 7}))
    until = today() + timedelta(days=7)
    page = owner.client.get(reverse("quotation_new"))
    assert page.context["form"]["due_date"].value() == until
    saved = quotations.save_draft(Business.objects.get(pk=owner.business.pk), None, invoice_data(None))
    assert saved.valid_until == until


def test_the_prefix_of_quotations_is_not_that_of_invoices(owner: Person) -> None:
    kept = {name: getattr(owner.business, name) for name in BusinessData.__dataclass_fields__}
    with pytest.raises(ValidationError) as refused:
        profile.save(owner.business, BusinessData(**{**kept, "quotation_prefix": "inv"}))
    assert "INV numbers the invoices" in refused.value.message_dict["quotation_prefix"][0]
    for prefix in ("", "QUOTES", "0Q", "cn"):
        with pytest.raises(ValidationError) as refused:
            profile.save(owner.business, BusinessData(**{**kept, "quotation_prefix": prefix}))
        assert list(refused.value.message_dict) == ["quotation_prefix"]
    assert (
        profile.save(owner.business, BusinessData(**{**kept, "quotation_prefix": "EST"})).quotation_prefix
        == "EST"
    )


def test_a_last_day_that_is_near_is_counted_down(owner: Person) -> None:
    for days, words in ((3, "3 days left"), (1, "1 day left"), (0, "today")):
        stored = sent(owner.business, due_date=today() + timedelta(days=days))
        assert words in owner.client.get(stored.get_absolute_url()).text
