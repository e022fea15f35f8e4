"""The invoice editor in a real Chromium: keyboard, live totals, mistakes, and nothing typed is ever lost."""

import re
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from gstbillingapp.models import Customer, GstRate, Invoice, InvoiceState, Membership, Product
from tests.factories import CustomerFactory, MembershipFactory, ProductFactory, draft, gstin, issued, line

pytestmark = pytest.mark.once

RATES = import_module("gstbillingapp.migrations.0002_gst_rates")
NEW = "/invoices/new/"
PREVIEW = "**/invoices/preview/"


@pytest.fixture
def rates(transactional_db: None) -> None:
    """The table that a migration fills and that the test before this one has emptied."""
    if not GstRate.objects.exists():
        RATES.add_rates(apps, connection.schema_editor())


@pytest.fixture
def member(live_server: LiveServer, rates: None) -> Membership:
    return MembershipFactory()


@pytest.fixture
def asha(member: Membership) -> Customer:
    return CustomerFactory(business=member.business, name="Asha Traders")


@pytest.fixture
def fan(member: Membership) -> Product:
    return ProductFactory(
        business=member.business, name="Ceiling fan", hsn="8414", unit="NOS", price=Decimal("1250.5")
    )


def visitor(chromium: Browser, site: LiveServer, member: Membership, **options: object) -> BrowserContext:
    """A browser of this member's own, signed in."""
    context = chromium.new_context(base_url=site.url, **options)  # type: ignore[arg-type]
    sign_in(context, site, member)
    return context


def sign_in(context: BrowserContext, site: LiveServer, member: Membership) -> None:
    client = Client()
    client.force_login(member.user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, member: Membership) -> Iterator[Page]:
    context = visitor(chromium, live_server, member)
    opened = context.new_page()
    failures: list[str] = []
    opened.on("pageerror", lambda error: failures.append(str(error)))
    yield opened
    context.close()
    assert failures == []


def total(page: Page) -> object:
    return expect(page.locator("[data-panel=total]"))


def fill_line(page: Page, place: int, **fields: str) -> None:
    for name, value in fields.items():
        control = page.locator(f"#id_lines-{place}-{name}")
        if name in ("rate", "unit"):
            control.select_option(value)
        else:
            control.fill(value)


def type_lamp(page: Page, place: int = 0, **changed: str) -> None:
    lamp = {"description": "LED lamp", "hsn": "8539", "qty": "2", "price": "100", "rate": "18"}
    fill_line(page, place, **{**lamp, **changed})


def test_an_invoice_is_written_and_issued_without_touching_the_mouse(
    page: Page, asha: Customer, fan: Product
) -> None:
    page.goto(NEW)
    expect(page.locator("#id_customer_name")).to_be_focused()
    page.keyboard.type("asha")
    expect(page.get_by_role("option", name="Asha Traders")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#customer-detail")).to_contain_text(asha.gstin)
    expect(page.locator("#place-reason")).to_have_text("Karnataka: the registered buyer's address")
    expect(page.locator("#id_lines-0-description")).to_be_focused()
    page.keyboard.type("ceil")
    expect(page.get_by_role("option", name="Ceiling fan")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#id_lines-0-qty")).to_be_focused()
    page.keyboard.type("2")
    expect(page.locator("#id_lines-0-hsn")).to_have_value("8414")
    expect(page.locator("#id_lines-0-rate")).to_have_value("18")
    total(page).to_have_text("₹2,951.00")
    expect(page.locator("[data-amount]").first).to_have_text("₹2,501.00")
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog", name="Issue this invoice?")
    for words in ("/0001", "Asha Traders", "₹2,951.00"):
        expect(dialog).to_contain_text(words)
    assert not Invoice.objects.exists()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/invoice/\d+/$"))
    stored = Invoice.objects.get()
    assert (stored.state, stored.total) == (InvoiceState.ISSUED, 2951)
    assert stored.lines.get().product == fan
    expect(page.locator(".notices")).to_contain_text(f"Invoice {stored.number} issued to Asha Traders.")


def test_tab_leaves_words_of_ones_own_and_takes_a_suggestion_that_was_gone_to(
    page: Page, fan: Product
) -> None:
    page.goto(NEW)
    words, product = page.locator("#id_lines-0-description"), page.locator("#id_lines-0-product")
    words.fill("fan")
    expect(page.get_by_role("option", name="Ceiling fan")).to_be_visible()
    page.keyboard.press("Tab")
    expect(words).to_have_value("fan")
    expect(product).to_have_value("")
    words.fill("fans")
    words.fill("fan")
    expect(page.get_by_role("option", name="Ceiling fan")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(words).to_have_value("Ceiling fan")
    expect(product).to_have_value(str(fan.pk))


def test_an_address_with_a_field_opens_and_focuses_it(page: Page, member: Membership) -> None:
    stored = draft(member.business)
    page.goto(f"/invoice/{stored.pk}/edit/#id_lines-0-cess_pct")
    expect(page.locator("#id_lines-0-cess_pct")).to_be_focused()
    page.goto(f"/invoice/{stored.pk}/")
    page.goto(f"/invoice/{stored.pk}/edit/#id_rcm")
    expect(page.locator("#id_rcm")).to_be_focused()


def test_back_after_saving_shows_the_form_ready_to_go_on(page: Page) -> None:
    page.goto(NEW)
    type_lamp(page)
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/invoice/\d+/$"))
    page.go_back()
    expect(page.get_by_role("button", name="Save draft")).to_be_enabled()
    assert page.locator("input[name=do]").count() == 0


def test_enter_goes_to_the_next_line_and_makes_one_after_the_last(page: Page) -> None:
    page.goto(NEW)
    last = page.locator("tbody.line").count() - 1
    page.locator(f"#id_lines-{last}-price").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#id_lines-{last + 1}-description")).to_be_focused()
    expect(page.locator("#id_lines-TOTAL_FORMS")).to_have_value(str(last + 2))
    page.locator("#id_lines-0-price").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_lines-1-description")).to_be_focused()


def test_enter_in_the_head_of_the_form_sends_nothing(page: Page, asha: Customer) -> None:
    page.goto(NEW)
    page.locator("#id_due_date").focus()
    page.keyboard.press("Enter")
    page.locator("#id_doc_discount").press("Enter")
    expect(page.locator("h1")).to_have_text("New invoice")
    assert page.url.endswith(NEW)
    assert not Invoice.objects.exists()


def test_lines_are_moved_and_removed_and_saved_in_the_order_shown(page: Page, asha: Customer) -> None:
    page.goto(NEW)
    for place, name in enumerate("ABC"):
        type_lamp(page, place, description=name)
    page.locator("#id_lines-2-qty").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#id_lines-1-description")).to_have_value("C")
    expect(page.locator("#id_lines-1-qty")).to_be_focused()
    page.get_by_role("button", name="Remove line 1", exact=True).click()
    expect(page.locator("#id_lines-0-description")).to_have_value("C")
    expect(page.locator("#editor-status")).to_have_text("Line 1 removed.")
    total(page).to_have_text("₹472.00")
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/invoice/\d+/$"))
    assert [row.description for row in Invoice.objects.get().lines.all()] == ["C", "B"]


def test_an_older_answer_that_comes_late_does_not_replace_a_newer_one(page: Page) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if not held and "lines-0-qty=2&" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.goto(NEW)
    type_lamp(page, qty="1")
    total(page).to_have_text("₹118.00")
    page.route(PREVIEW, hold_the_first)
    page.locator("#id_lines-0-qty").fill("2")
    expect(page.locator("#invoice-panel")).to_have_attribute("aria-busy", "true")
    page.locator("#id_lines-0-qty").fill("3")
    total(page).to_have_text("₹354.00")
    assert len(held) == 1
    held[0].fulfill(json={"total": "₹0.01"})
    type_lamp(page, 1)
    total(page).to_have_text("₹590.00")


def test_a_new_customer_is_added_in_place_and_taken(page: Page, member: Membership) -> None:
    page.goto(NEW)
    type_lamp(page)
    page.locator("#id_customer_name").fill("Zeta Stores")
    page.get_by_role("option", name="New customer “Zeta Stores”").click()
    dialog = page.get_by_role("dialog", name="New customer")
    expect(dialog.get_by_label("Name")).to_have_value("Zeta Stores")
    dialog.get_by_label("GSTIN").fill("27AAPFU0939F1ZX")
    dialog.get_by_role("button", name="Add customer").click()
    expect(dialog.get_by_label("GSTIN")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("GSTIN")).to_be_focused()
    assert not Customer.objects.exists()
    dialog.get_by_label("GSTIN").fill(gstin("27"))
    expect(dialog.get_by_label("State")).to_have_value("27")
    dialog.get_by_role("button", name="Add customer").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("#place-reason")).to_have_text("Maharashtra: the registered buyer's address")
    expect(page.locator("[data-panel=rows]")).to_contain_text("IGST")
    stored = Customer.objects.get()
    assert (stored.business, stored.name) == (member.business, "Zeta Stores")
    expect(page.locator("#id_customer")).to_have_value(str(stored.pk))
    expect(page.locator("#id_lines-0-description")).to_have_value("LED lamp")


def test_changing_the_name_of_a_picked_customer_lets_go_of_it(page: Page, asha: Customer) -> None:
    page.goto(f"{NEW}?customer={asha.pk}")
    expect(page.locator("#id_customer")).to_have_value(str(asha.pk))
    page.locator("#id_customer_name").press("End")
    page.keyboard.type("x")
    expect(page.locator("#id_customer")).to_have_value("")


def test_a_mistake_is_said_beside_its_field_when_one_leaves_it_and_in_a_list_on_saving(
    page: Page, asha: Customer
) -> None:
    page.goto(NEW)
    type_lamp(page, hsn="85AB", qty="-2")
    page.locator("#id_notes").fill("Rear gate")
    message = page.locator("#id_lines-0-qty_error")
    expect(message).to_have_text("Enter a quantity above 0.")
    expect(page.locator("#id_lines-0-qty")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_lines-1-qty_error")).to_have_text("")
    page.get_by_role("button", name="Save draft").click()
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2 things need a change")
    summary.get_by_role("link", name="Line 1, quantity: Enter a quantity above 0.").click()
    expect(page.locator("#id_lines-0-qty")).to_be_focused()
    assert not Invoice.objects.exists()
    page.keyboard.press("Control+a")
    page.keyboard.type("4")
    expect(message).to_have_text("")
    expect(page.locator("#id_notes")).to_have_value("Rear gate")


def test_issuing_an_empty_form_names_what_is_missing(page: Page) -> None:
    page.goto(NEW)
    page.get_by_role("button", name="Issue invoice").first.click()
    summary = page.locator("#error-summary")
    expect(summary).to_contain_text("Customer: Choose the customer before issuing.")
    summary.get_by_role("link", name="Lines: Add at least one line before issuing.").click()
    expect(page.locator("#id_lines-0-description")).to_be_focused()
    assert not Invoice.objects.exists()


def test_a_warning_is_clicked_to_its_field(page: Page, asha: Customer) -> None:
    page.goto(f"{NEW}?customer={asha.pk}")
    type_lamp(page, hsn="")
    page.get_by_role("link", name="Line 1: LED lamp has no HSN: it needs 4 digits here.").click()
    expect(page.locator("#id_lines-0-hsn")).to_be_focused()
    page.keyboard.press("Control+Enter")
    question = page.get_by_role("dialog", name="Issue this invoice?")
    expect(question.get_by_role("button", name="Go on editing")).to_be_focused()
    question.get_by_role("link", name="Line 1: LED lamp has no HSN: it needs 4 digits here.").click()
    expect(question).to_be_hidden()
    expect(page.locator("#id_lines-0-hsn")).to_be_focused()
    page.keyboard.type("8539")
    expect(page.locator("[data-panel=warnings]")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(question).to_be_visible()
    expect(question.get_by_text("Worth a look")).to_be_hidden()


def test_a_session_that_ended_is_said_and_what_was_typed_is_saved_after_signing_in_again(
    page: Page, live_server: LiveServer, member: Membership, asha: Customer
) -> None:
    page.goto(f"{NEW}?customer={asha.pk}")
    type_lamp(page)
    total(page).to_have_text("₹236.00")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("#id_notes").fill("Rear gate")
    trouble = page.locator("[data-panel=trouble]")
    expect(trouble).to_contain_text("You are signed out")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("button", name="Save draft")).to_be_enabled()
    assert page.url.endswith(f"{NEW}?customer={asha.pk}")
    expect(page.locator("#id_lines-0-description")).to_have_value("LED lamp")
    sign_in(page.context, live_server, member)
    page.locator("#id_notes").fill("Front gate")
    expect(trouble).to_be_hidden()
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url(re.compile(r"/invoice/\d+/$"))
    stored = Invoice.objects.get()
    assert (stored.notes, stored.total) == ("Front gate", 236)


def test_a_server_that_cannot_be_reached_is_said_and_nothing_is_sent_into_the_void(page: Page) -> None:
    page.goto(NEW)
    type_lamp(page)
    total(page).to_have_text("₹236.00")
    page.context.set_offline(True)
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("[data-panel=trouble]")).to_contain_text("cannot be reached")
    page.context.set_offline(False)
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url(re.compile(r"/invoice/\d+/$"))
    assert Invoice.objects.get().total == 236


def test_leaving_with_unsaved_changes_asks_and_leaving_without_any_does_not(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(NEW)
    page.get_by_role("link", name="Products", exact=True).click()
    page.wait_for_url("**/products/")
    page.goto(NEW)
    page.locator("#id_notes").click()
    page.keyboard.type("Rear gate")
    page.get_by_role("link", name="Products", exact=True).click(no_wait_after=True)
    expect(page.locator("#id_notes")).to_have_value("Rear gate")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url(re.compile(r"/invoice/\d+/$"))
    assert asked == ["beforeunload"]


def test_two_tabs_on_one_draft_do_not_overwrite_each_other(page: Page, member: Membership) -> None:
    stored = draft(member.business)
    page.goto(f"/invoice/{stored.pk}/edit/")
    other = page.context.new_page()
    other.goto(f"/invoice/{stored.pk}/edit/")
    other.locator("#id_lines-0-qty").fill("3")
    other.get_by_role("button", name="Save draft").click()
    other.wait_for_url(f"**/invoice/{stored.pk}/")
    page.locator("#id_lines-0-qty").fill("9")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#error-summary")).to_contain_text("Somebody has changed this draft")
    expect(page.locator("#id_lines-0-qty")).to_have_value("9")
    stored.refresh_from_db()
    assert stored.total == 354


def test_without_scripts_an_invoice_is_written_issued_and_paid(
    chromium: Browser, live_server: LiveServer, member: Membership, asha: Customer, fan: Product
) -> None:
    page = visitor(chromium, live_server, member, java_script_enabled=False).new_page()
    page.goto(NEW)
    page.fill("#id_customer_name", "Asha Traders")
    fill_line(page, 0, description="Ceiling fan", qty="2")
    type_lamp(page, 1)
    page.get_by_role("button", name="Update totals").click()
    total(page).to_have_text("₹3,187.00")
    page.get_by_role("button", name="Move line 2 up").click()
    expect(page.locator("#id_lines-0-description")).to_have_value("LED lamp")
    page.get_by_role("button", name="Issue invoice").first.click()
    expect(page.locator("h1")).to_have_text("Issue this invoice?")
    page.get_by_role("button", name="Issue invoice").click()
    page.get_by_role("link", name="Record payment").click()
    page.fill("#id_amount", "187")
    page.get_by_role("button", name="Record payment").click()
    expect(page.locator(".balance-value")).to_have_text("₹3,000.00")
    stored = Invoice.objects.get()
    assert (stored.state, stored.paid, stored.balance) == (InvoiceState.ISSUED, 187, 3000)
    page.context.close()


def test_paying_cancelling_and_deleting_ask_in_a_dialog_where_one_is(page: Page, member: Membership) -> None:
    stored = issued(member.business)
    page.goto(stored.get_absolute_url())
    page.get_by_role("link", name="Record payment").click()
    dialog = page.get_by_role("dialog", name="Record a payment")
    expect(dialog.get_by_label("Amount")).to_have_value("118")
    dialog.get_by_label("Amount").fill("118.01")
    dialog.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("Enter at most ₹118.00").first).to_be_visible()
    page.goto(stored.get_absolute_url())
    page.get_by_role("link", name="Cancel invoice").click()
    dialog = page.get_by_role("dialog", name=f"Cancel {stored.number}?")
    dialog.get_by_label("Reason").fill("Wrong customer")
    dialog.get_by_role("button", name="Cancel the invoice").click()
    expect(page.locator(".page-title")).to_contain_text("Cancelled")
    unwanted = draft(member.business)
    page.goto(unwanted.get_absolute_url())
    page.get_by_role("link", name="Delete draft").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete draft").click()
    page.wait_for_url("**/invoices/")
    assert not Invoice.objects.filter(pk=unwanted.pk).exists()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_invoice_screen_scrolls_sideways_at_any_width(
    chromium: Browser, live_server: LiveServer, member: Membership, theme: str
) -> None:
    long = "Armoured copper cable, 3.5 core, 25 sq mm, with a name that goes on" * 2
    customer = CustomerFactory(business=member.business, name="Annapoorna-Venkateshwara" * 3)
    costly = line(description=long, price=Decimal("98765432.10"), qty=Decimal(999))
    sold = issued(member.business, costly, customer=customer)
    unsold = draft(member.business, costly, customer=customer)
    context = visitor(chromium, live_server, member, color_scheme=theme)
    page = context.new_page()
    paths = ["/invoices/", NEW, sold.get_absolute_url(), unsold.get_absolute_url()]
    paths += [f"{unsold.get_absolute_url()}edit/", f"{unsold.get_absolute_url()}issue/"]
    paths += [f"{sold.get_absolute_url()}{name}/" for name in ("payments/new", "cancel", "print")]
    for path in paths:
        page.goto(path)
        for width in (320, 390, 640, 800, 1000, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width} px"
    context.close()


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (12, 1), (40, 2)])
def test_a_dozen_lines_fit_one_page_and_headings_repeat_over_more(
    page: Page, member: Membership, asha: Customer, lines: int, pages: int
) -> None:
    rows = [line(description=f"Copper wire {n}", hsn=f"85{n:02}", disc_pct=Decimal(5)) for n in range(lines)]
    stored = issued(member.business, *rows, customer=asha)
    page.goto(f"{stored.get_absolute_url()}print/")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == pages
