"""The open page of an invoice, while others record its payments; and toasts where there is little room."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from gstbillingapp.actions import bill_payments, payments
from gstbillingapp.models import Business, Invoice, Membership
from gstbillingapp.utils import create_notification
from tests.browser.conftest import PASSWORD, Visit
from tests.factories import bill, issued, paid, paid_out
from tests.support.browser import Visitor, told
from tests.support.stack import Stack

pytestmark = pytest.mark.once

PHONE = {"width": 390, "height": 844}
BALANCE = ".balance-value"


@pytest.fixture
def hers(visit: Visit, site: Stack, asha: User) -> Visitor:
    """Asha's browser, signed in."""
    return visit(site.url).sign_in(asha.username, PASSWORD)


@pytest.fixture
def invoice(asha: User) -> Invoice:
    """₹118.00 that somebody owes Asha, who has a UPI id."""
    business = Membership.objects.get(user=asha).business
    Business.objects.filter(pk=business.pk).update(upi_id="asha@okbank")
    business.refresh_from_db()
    return issued(business)


def qr(page: Page) -> str:
    return page.locator(".qr-image").get_attribute("src") or ""


def test_an_open_invoice_follows_its_payments_and_disturbs_nobody(hers: Visitor, invoice: Invoice):
    page = hers.live_tab(invoice.get_absolute_url())
    came, code = page.evaluate("performance.timeOrigin"), qr(page)
    expect(page.locator(BALANCE)).to_have_text("₹118.00")
    page.get_by_role("link", name="Record payment").focus()
    focused = told(page)["focused"]

    first = paid(invoice, "18")
    expect(page.locator(BALANCE)).to_have_text("₹100.00")
    expect(page.locator(".timeline")).to_contain_text("₹18.00 received")
    expect(page.get_by_text("Scan with any UPI app to pay ₹100.00")).to_be_visible()
    assert qr(page) != code
    expect(page.get_by_role("link", name="Cancel invoice")).to_have_count(0)
    expect(page.get_by_role("link", name="Record payment")).to_be_focused()
    assert told(page)["focused"] == focused + 1, "the focus went further than back to where it was"

    page.keyboard.press("Enter")
    question = page.get_by_role("dialog", name="Record a payment")
    expect(question.get_by_label("Amount")).to_have_value("100")
    question.get_by_label("Reference").fill("UTR-7")
    paid(invoice, "40")
    expect(question).to_contain_text("₹60.00 of")
    expect(question.get_by_label("Reference")).to_have_value("UTR-7")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Record payment").click()
    expect(question.get_by_label("Amount")).to_have_value("60")
    page.keyboard.press("Escape")

    paid(invoice, "60")
    expect(page.locator("#balance-title")).to_have_text("Paid in full")
    expect(page.locator(".qr-image")).to_have_count(0)
    expect(page.get_by_role("link", name="Record payment")).to_have_count(0)
    payments.reverse(invoice.business, None, first.pk, "Not cleared")
    expect(page.locator(BALANCE)).to_have_text("₹18.00")
    page.get_by_role("link", name="Record payment").click()
    expect(question.get_by_label("Amount")).to_have_value("18")
    assert page.evaluate("performance.timeOrigin") == came, "the page was loaded again"


def test_what_one_does_oneself_is_confirmed_by_the_page_and_by_no_toast(
    hers: Visitor, asha: User, invoice: Invoice
):
    page = hers.live_tab(invoice.get_absolute_url())
    page.get_by_role("link", name="Record payment").click()
    page.get_by_role("dialog").get_by_role("button", name="Record payment").click()
    notice = page.locator(".notices > .notice")
    expect(notice).to_contain_text("is paid in full.")
    expect(notice).to_be_focused()
    other = create_notification(asha, "Stock count", "Starts at 18:00", "PRODUCT")
    expect(page.locator("#notification-toasts > li")).to_contain_text("Stock count")
    assert told(page)["toasts"] == [other.pk]


def test_an_open_bill_follows_its_payments_too(hers: Visitor, asha: User):
    owed = bill(Membership.objects.get(user=asha).business)
    page = hers.live_tab(owed.get_absolute_url())
    came = page.evaluate("performance.timeOrigin")
    payment = paid_out(owed)
    expect(page.locator("#balance-title")).to_have_text("Paid in full")
    expect(page.get_by_role("link", name="Record payment")).to_have_count(0)
    bill_payments.reverse(owed.business, None, payment.pk, "Returned")
    expect(page.locator(BALANCE)).to_have_text("₹118.00")
    page.get_by_role("link", name="Record payment").click()
    expect(page.get_by_role("dialog").get_by_label("Amount")).to_have_value("118")
    assert page.evaluate("performance.timeOrigin") == came, "the page was loaded again"


def test_an_open_invoice_that_cannot_be_read_anew_says_so(
    visit: Visit, site: Stack, asha: User, invoice: Invoice
):
    hers = visit(site.url, offline=True).sign_in(asha.username, PASSWORD)
    page = hers.live_tab(invoice.get_absolute_url())
    page.route(f"**{invoice.get_absolute_url()}", lambda route: route.abort())
    paid(invoice, "18")
    expect(page.get_by_role("alert")).to_contain_text("This invoice has changed since this page was opened.")
    expect(page.get_by_role("link", name="Show it as it is now")).to_be_visible()


def test_a_phone_shows_one_toast_at_a_time_and_never_over_the_main_button(
    visit: Visit, site: Stack, asha: User, invoice: Invoice
):
    hers = visit(site.url, viewport=PHONE).sign_in(asha.username, PASSWORD)
    page = hers.live_tab(invoice.get_absolute_url())
    for number in (1, 2, 3):
        words = f"₹1,18,000.00 received from Asha Traders and Company, payment {number}"
        create_notification(asha, words, "INV/26-27/0042 balance ₹59,000.00" * 2, "PAYMENT", "/invoices/")
    expect(page.get_by_role("button", name="Notifications, ")).to_have_accessible_name(
        "Notifications, 4 unread"
    )
    toasts = page.locator("#notification-toasts > li")
    expect(toasts).to_have_count(1)
    toast, button = toasts.bounding_box(), page.get_by_role("link", name="Record payment").bounding_box()
    assert toast is not None
    assert button is not None
    assert toast["y"] + toast["height"] <= page.locator(".page-actions").bounding_box()["y"]
    assert toast["x"] + toast["width"] <= PHONE["width"]


def test_an_invoice_is_sent_by_e_mail_and_its_page_follows_until_it_has_gone(hers: Visitor, invoice: Invoice):
    page = hers.live_tab(invoice.get_absolute_url())
    page.get_by_role("link", name="E-mail").click()
    page.get_by_label("To", exact=True).fill("nobody")
    page.get_by_label("Message").fill("As we spoke.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-error-summary]")).to_contain_text("Enter an address such as name@example.in")
    expect(page.get_by_label("Message")).to_have_value("As we spoke.")
    page.get_by_label("To", exact=True).fill("ravi@example.in")
    page.get_by_role("button", name="Send").click()
    expect(page).to_have_url(f"{hers.url}{invoice.get_absolute_url()}")
    expect(page.get_by_text(f"{invoice.number} is on its way to ravi@example.in.")).to_be_visible()
    came = page.evaluate("performance.timeOrigin")
    expect(page.locator(".timeline")).to_contain_text("Sent to ravi@example.in by e-mail")
    expect(page.locator("[data-waits]")).to_have_count(0)
    assert page.evaluate("performance.timeOrigin") == came, "the page was loaded anew"
