"""The editor without a script: saving, issuing, what is refused, and that nothing typed is lost."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from delivery.models import Notification
from gstbillingapp.models import BuyerKind, Invoice, InvoiceState, NumberSeries, Scheme
from gstbillingapp.models.fields import today
from tests.factories import CustomerFactory, ProductFactory, draft, issued
from tests.unit.invoices_screens.typing_forms import LAMP, typed
from tests.unit.screens.people import Person

NEW = "/invoices/new/"


def test_a_new_invoice_starts_with_todays_date_and_the_days_to_pay_of_the_business(owner: Person) -> None:
    form = owner.client.get(NEW).context["form"]
    assert form["date"].value() == today()
    assert form["due_date"].value() == today() + timedelta(days=owner.business.due_days)


def test_without_a_script_there_are_five_rows_to_type_in(owner: Person) -> None:
    page = owner.client.get(NEW)
    assert [f'name="lines-{n}-description"' in page.text for n in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize("who", ["owner", "teammate"])
def test_a_draft_is_saved_with_totals_that_the_server_worked_out(
    who: str, request: pytest.FixtureRequest, owner: Person
) -> None:
    person: Person = request.getfixturevalue(who)
    customer = CustomerFactory(business=owner.business)
    response = person.client.post(NEW, typed(customer))
    saved = Invoice.objects.get()
    assert response.url == saved.get_absolute_url()
    assert (saved.business, saved.created_by, saved.state) == (
        owner.business,
        person.membership.user,
        InvoiceState.DRAFT,
    )
    assert (saved.taxable, saved.cgst, saved.sgst, saved.total) == (200, 18, 18, 236)


def test_rows_left_blank_are_passed_over_and_the_rest_keep_their_order(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    fan = LAMP | {"description": "Fan", "hsn": "8414"}
    owner.client.post(NEW, typed(customer, {}, LAMP, {"discount_kind": "pct"}, fan, {}))
    lines = Invoice.objects.get().lines.all()
    assert [line.description for line in lines] == ["LED lamp", "Fan"]


def test_amounts_may_be_typed_with_commas_and_a_rupee_sign(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    owner.client.post(NEW, typed(customer, LAMP | {"price": " ₹1,18,000.50 ", "qty": "1"}))
    assert Invoice.objects.get().taxable == Decimal("118000.50")


@pytest.mark.parametrize(
    ("kind", "discount", "taxable"), [("pct", "10", "180.00"), ("amt", "10", "190.00"), ("pct", "", "200.00")]
)
def test_a_discount_is_in_per_cent_or_in_rupees(
    owner: Person, kind: str, discount: str, taxable: str
) -> None:
    customer = CustomerFactory(business=owner.business)
    row = LAMP | {"discount": discount, "discount_kind": kind}
    owner.client.post(NEW, typed(customer, row))
    assert Invoice.objects.get().taxable == Decimal(taxable)


@pytest.mark.parametrize("supply", ["exempt", "nil", "non_gst"])
def test_the_tax_field_also_says_why_a_line_bears_none(owner: Person, supply: str) -> None:
    customer = CustomerFactory(business=owner.business)
    owner.client.post(NEW, typed(customer, LAMP | {"rate": supply}))
    line = Invoice.objects.get().lines.get()
    assert (line.supply, line.rate, line.total) == (supply, 0, 200)


def test_a_products_exact_name_is_enough_without_a_script(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    product = ProductFactory(business=owner.business, name="Ceiling fan", hsn="8414", price=Decimal("1250.5"))
    owner.client.post(NEW, typed(customer, {"description": "ceiling FAN", "qty": "2"}))
    line = Invoice.objects.get().lines.get()
    assert (line.product, line.hsn, line.price, line.rate) == (product, "8414", Decimal("1250.5"), 18)


def test_a_customers_exact_name_is_enough_without_a_script(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    CustomerFactory(business=owner.business, name="Asha Traders and Sons")
    owner.client.post(NEW, typed(None, customer_name="asha traders"))
    assert Invoice.objects.get().customer == customer


def test_a_name_typed_over_a_picked_customer_counts_and_not_the_one_picked_before(owner: Person) -> None:
    picked = CustomerFactory(business=owner.business, name="Asha Traders")
    other = CustomerFactory(business=owner.business, name="Bala Stores")
    owner.client.post(NEW, typed(picked, customer_name="Bala Stores"))
    assert Invoice.objects.get().customer == other


def test_a_name_that_fits_several_customers_offers_them_and_writes_nothing(owner: Person) -> None:
    first = CustomerFactory(business=owner.business, name="Asha Traders")
    second = CustomerFactory(business=owner.business, name="Asha Stores")
    page = owner.client.post(NEW, typed(None, customer_name="asha"))
    assert page.context["form"].candidates == [second, first]
    assert not Invoice.objects.exists()
    owner.client.post(NEW, typed(None, customer_name="asha", customer_choice=str(first.pk)))
    assert Invoice.objects.get().customer == first


def test_issuing_asks_first_and_states_number_buyer_and_total(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    response = owner.client.post(NEW, typed(customer, do="issue"))
    stored = Invoice.objects.get()
    assert response.url == reverse("invoice_issue", args=[stored.pk])
    assert stored.state == InvoiceState.DRAFT
    page = owner.client.get(response.url)
    year = stored.financial_year[2:]
    for words in (f"INV/{year}/0001", "Asha Traders", "₹236.00", "no longer be edited or deleted"):
        assert words in page.text
    assert not NumberSeries.objects.exists()


def test_a_confirmed_invoice_is_saved_and_issued_at_once_and_everybody_is_told(
    owner: Person, teammate: Person, stranger: Person
) -> None:
    customer = CustomerFactory(business=owner.business, name="Asha Traders")
    response = owner.client.post(NEW, typed(customer, do="issue-confirmed"), follow=True)
    stored = Invoice.objects.get()
    assert stored.state == InvoiceState.ISSUED
    said = [str(message) for message in response.context["messages"]]
    due = f"{today().day} {today():%b %Y}"
    assert said == [f"Invoice {stored.number} issued to Asha Traders. ₹236.00 due {due}."]
    told = Notification.objects.filter(link_url=stored.get_absolute_url())
    assert {row.user.username for row in told.select_related("user")} == {owner.username, teammate.username}


WRONG = [
    ("lines-0-qty", {"qty": "-1"}, "Enter a quantity above 0."),
    ("lines-0-qty", {"qty": "0"}, "Enter a quantity above 0."),
    ("lines-0-qty", {"qty": "two"}, "Enter a number"),
    ("lines-0-qty", {"qty": "NaN"}, "Enter a number"),
    ("lines-0-qty", {"qty": "1e400"}, "Enter a number"),
    ("lines-0-hsn", {"hsn": "85AB"}, "digits only"),
    ("lines-0-hsn", {"hsn": "85"}, "digits long"),
    ("lines-0-price", {"price": "-5"}, "between 0"),
    ("lines-0-price", {"price": ""}, "Enter the price"),
    ("lines-0-description", {"description": ""}, "Say what is supplied."),
    ("lines-0-discount", {"discount": "101"}, "between 0 and 100"),
    ("lines-0-discount", {"discount": "201", "discount_kind": "amt"}, "at most ₹200.00"),
    ("lines-0-rate", {"rate": "17"}, "one of"),
    ("lines-0-rate", {"rate": ""}, "Choose the rate of tax."),
    ("lines-0-rate", {"rate": "<b>"}, "Select a valid choice"),
    ("lines-0-unit", {"unit": "XYZ"}, "unit"),
    ("lines-0-cess_pct", {"cess_pct": "-1"}, "between 0"),
    ("lines-0-description", {"product": "999999"}, "Choose a product from the list."),
]


@pytest.mark.parametrize(("field", "change", "words"), WRONG)
def test_a_bad_line_is_named_keeps_what_was_typed_and_writes_nothing(
    owner: Person, field: str, change: dict[str, str], words: str
) -> None:
    customer = CustomerFactory(business=owner.business)
    row = {**LAMP, "cess_pct": "", **change}
    page = owner.client.post(NEW, typed(customer, row))
    assert page.status_code == 200
    name = field.removeprefix("lines-0-")
    errors = page.context["lines"].forms[0].errors
    assert list(errors) == [name]
    assert words in errors[name][0]
    assert f'href="#id_{field}"' in page.text
    assert {key: page.context["lines"].forms[0][key].value() for key in row} == row
    assert page.context["form"]["customer_name"].value() == customer.name
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("field", "change", "words"),
    [
        ("date", {"date": "31-02-2026"}, "Enter a date"),
        ("date", {"date": "2017-06-30"}, "Enter a date from"),
        ("due_date", {"due_date": "2020-01-01"}, "its own date or a later one"),
        ("customer_name", {"customer": "", "customer_name": "Nobody"}, "no customer “Nobody”"),
        ("doc_discount", {"doc_discount": "500"}, "at most ₹200.00"),
        ("doc_discount", {"doc_discount": "some"}, "Enter a number"),
        ("place_of_supply", {"place_of_supply": "77"}, "Select a valid choice"),
        ("zero_rated", {"zero_rated": "on"}, ""),
    ],
)
def test_a_bad_field_of_the_document_is_named_and_nothing_is_written(
    owner: Person, field: str, change: dict[str, str], words: str
) -> None:
    customer = CustomerFactory(business=owner.business)
    page = owner.client.post(NEW, typed(customer) | change)
    errors = page.context["form"].errors
    assert list(errors) == [field]
    assert words in errors[field][0]
    assert not Invoice.objects.exists()


def test_every_mistake_is_told_at_once(owner: Person) -> None:
    page = owner.client.post(
        NEW, typed(None, LAMP | {"qty": "x"}, LAMP | {"hsn": "ab"}, customer_name="Nobody", date="soon")
    )
    fields = {problem.field for problem in page.context["summary"]}
    assert fields == {"customer", "date", "lines-0-qty", "lines-1-hsn"}


@pytest.mark.parametrize("deed", ["issue", "issue-confirmed"])
def test_a_draft_without_lines_is_not_issued(owner: Person, deed: str) -> None:
    customer = CustomerFactory(business=owner.business)
    page = owner.client.post(NEW, typed(customer, {}, do=deed), follow=True)
    assert "Lines: Add at least one line" in page.text
    assert not Invoice.objects.exclude(state=InvoiceState.DRAFT).exists()
    assert not NumberSeries.objects.exists()


def test_a_refused_issue_from_the_editor_leaves_no_draft_behind(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    page = owner.client.post(NEW, typed(customer, {}, do="issue-confirmed"))
    assert page.context["lines_error"].startswith("Add at least one line")
    assert not Invoice.objects.exists()


def test_an_invoice_of_tomorrow_is_not_issued_and_the_date_is_named(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    page = owner.client.post(NEW, typed(customer, date=tomorrow, due_date=tomorrow, do="issue-confirmed"))
    assert list(page.context["form"].errors) == ["date"]
    assert not Invoice.objects.exists()


def test_more_lines_than_a_form_takes_are_refused_with_a_message(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    page = owner.client.post(NEW, typed(customer, *[LAMP] * 201))
    assert "200" in page.context["lines_error"]
    assert not Invoice.objects.exists()


def test_two_hundred_lines_are_saved(owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    owner.client.post(NEW, typed(customer, *[LAMP] * 200))
    assert Invoice.objects.get().lines.count() == 200


@pytest.mark.parametrize(
    ("deed", "names"),
    [
        ("remove-0", ["B", "C"]),
        ("up-2", ["A", "C", "B"]),
        ("down-0", ["B", "A", "C"]),
        ("up-0", ["A", "B", "C"]),
        ("add-lines", ["A", "B", "C"]),
        ("remove-9", ["A", "B", "C"]),
        ("up-x", ["A", "B", "C"]),
    ],
)
def test_without_a_script_rows_are_removed_moved_and_added_and_nothing_typed_is_lost(
    owner: Person, deed: str, names: list[str]
) -> None:
    customer = CustomerFactory(business=owner.business)
    rows = [LAMP | {"description": name, "qty": "bad"} for name in "ABC"]
    page = owner.client.post(NEW, typed(customer, *rows, do=deed, notes="Rear gate", rcm="on"))
    shown = [form["description"].value() or "" for form in page.context["lines"].forms]
    assert [name for name in shown if name] == names
    assert len(shown) == len(names) + (5 if deed == "add-lines" else 0)
    assert page.context["form"]["notes"].value() == "Rear gate"
    assert page.context["form"]["rcm"].value()
    assert 'value="bad"' in page.text
    assert not Invoice.objects.exists()


def test_editing_shows_what_is_stored_and_stores_what_is_typed(teammate: Person) -> None:
    stored = draft(teammate.business, notes="Rear gate")
    url = reverse("invoice_edit", args=[stored.pk])
    page = teammate.client.get(url)
    first = page.context["lines"].forms[0]
    assert [first[name].value() for name in ("description", "hsn", "rate")] == ["LED lamp", "8539", "18"]
    assert page.context["form"]["notes"].value() == "Rear gate"
    teammate.client.post(url, typed(stored.customer, LAMP | {"qty": "3"}, version=str(stored.version)))
    stored.refresh_from_db()
    assert stored.total == 354
    assert stored.version == 2


def test_two_people_editing_one_draft_do_not_overwrite_each_other(owner: Person, teammate: Person) -> None:
    stored = draft(owner.business)
    url = reverse("invoice_edit", args=[stored.pk])
    version = str(stored.version)
    owner.client.post(url, typed(stored.customer, LAMP | {"qty": "3"}, version=version))
    page = teammate.client.post(url, typed(stored.customer, LAMP | {"qty": "9"}, version=version))
    assert "Somebody has changed this draft" in page.text
    assert 'value="9"' in page.text
    stored.refresh_from_db()
    assert stored.total == 354


def test_an_issued_invoice_has_no_editor(owner: Person) -> None:
    stored = issued(owner.business)
    url = reverse("invoice_edit", args=[stored.pk])
    assert owner.client.get(url).url == stored.get_absolute_url()
    page = owner.client.post(url, typed(stored.customer, LAMP | {"qty": "9"}))
    assert "no longer changes" in page.text
    stored.refresh_from_db()
    assert stored.total == 118


def test_a_composition_dealer_has_no_tax_field(owner: Person) -> None:
    owner.business.scheme = Scheme.COMPOSITION
    owner.business.save()
    assert 'name="lines-0-rate"' not in owner.client.get(NEW).text
    customer = CustomerFactory(business=owner.business)
    row = {name: value for name, value in LAMP.items() if name != "rate"}
    owner.client.post(NEW, typed(customer, row))
    assert Invoice.objects.get().total == 200


def test_an_overseas_customer_makes_it_an_export_and_lut_leaves_the_tax_out(owner: Person) -> None:
    buyer = CustomerFactory(business=owner.business, kind=BuyerKind.OVERSEAS, gstin="", state_code="96")
    owner.client.post(NEW, typed(buyer, zero_rated="on"))
    stored = Invoice.objects.get()
    assert (stored.export, stored.zero_rated, stored.igst, stored.total) == (True, True, 0, 200)


@pytest.mark.parametrize("number", ["x", "-1", "०", "9" * 19, "9" * 5000])
def test_a_number_that_no_row_has_is_passed_over_wherever_it_is_sent(owner: Person, number: str) -> None:
    assert owner.client.get(NEW, {"customer": number}).status_code == 200
    for post in ({"do": f"up-{number}"}, {"customer_choice": number}, {"lines-TOTAL_FORMS": number}):
        assert owner.client.post(NEW, {**typed(None), "do": "update", **post}).status_code == 200


def test_another_businesss_customer_is_not_taken(owner: Person, stranger: Person) -> None:
    theirs = CustomerFactory(business=stranger.business)
    page = owner.client.post(NEW, typed(theirs))
    assert list(page.context["form"].errors) == ["customer_name"]
    assert not Invoice.objects.exists()


def test_another_businesss_product_is_not_taken(owner: Person, stranger: Person) -> None:
    theirs = ProductFactory(business=stranger.business)
    customer = CustomerFactory(business=owner.business)
    page = owner.client.post(NEW, typed(customer, LAMP | {"product": str(theirs.pk)}))
    assert list(page.context["lines"].forms[0].errors) == ["description"]
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("url", ["/invoices/new/", "/invoices/preview/"])
def test_a_post_without_a_token_is_refused(owner: Person, url: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner.membership.user)
    customer = CustomerFactory(business=owner.business)
    assert strict.post(url, typed(customer)).status_code == 403
    assert not Invoice.objects.exists()


def test_what_is_worth_a_look_is_repeated_where_it_is_asked_whether_to_issue(owner: Person) -> None:
    owner.business.hsn_digits = 6
    owner.business.save()
    stored = draft(owner.business, customer=CustomerFactory(business=owner.business))
    editor = reverse("invoice_edit", args=[stored.pk])
    words = "Line 1: 8539 has 4 digits, 6 are needed here."
    link = f'<a href="%s#id_lines-0-hsn"%s>{words}</a>'
    for url, expected in (
        (reverse("invoice_issue", args=[stored.pk]), link % (editor, "")),
        (stored.get_absolute_url(), link % (editor, "")),
        (editor, link % ("", ' data-goto="lines-0-hsn"')),
    ):
        _, _, question = owner.client.get(url).text.partition("Issue this invoice?</h")
        warnings = re.search(r"<section[^>]* data-issue-warnings[^>]*>.*?</section>", question, re.DOTALL)
        assert warnings is not None
        assert expected in warnings[0]
        assert " hidden" not in warnings[0].partition(">")[0]


@pytest.mark.parametrize("who", ["without", "with"])
def test_a_new_invoice_begins_at_its_customer_unless_there_is_one(who: str, owner: Person) -> None:
    asked = {"customer": CustomerFactory(business=owner.business).pk} if who == "with" else {}
    field = re.search(r"<input[^>]* name=\"customer_name\"[^>]*>", owner.client.get(NEW, asked).text)
    assert field is not None
    assert ("autofocus" in field[0]) is (who == "without")


def test_the_editors_own_keys_are_in_the_list_of_keys(owner: Person) -> None:
    assert "Issue this invoice; it asks first" in owner.client.get(NEW).text
    assert "Issue this invoice; it asks first" not in owner.client.get(reverse("invoice_list")).text


@pytest.mark.parametrize(
    ("is_empty", "next_step"),
    [
        (False, "saved. Issue it next."),
        (True, "saved. Choose the customer before issuing. Add at least one line before issuing."),
    ],
)
def test_a_saved_draft_is_told_what_it_still_needs(is_empty: bool, next_step: str, owner: Person) -> None:
    customer = None if is_empty else CustomerFactory(business=owner.business)
    line = {"description": ""} if is_empty else LAMP
    page = owner.client.post(NEW, typed(customer, line), follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert len(said) == 1
    assert said[0].endswith(next_step)
