"""Bell, toasts and the notifications page in a real Chromium, on real processes."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect

from delivery.models import Notification
from gstbillingapp.utils import create_notification
from tests.browser.conftest import PASSWORD
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

LIVE = "#notification-connection[data-state=live]"
TOASTS = "#notification-toasts > li"
Post = Callable[..., Notification]


@pytest.fixture
def post(asha: User) -> Post:
    """Posts a notification to Asha, whose pages are on the stack's own processes."""

    def to_asha(title: str, message: str = "₹1,180.00", **more: str) -> Notification:
        return create_notification(
            asha, title, message, **{"notification_type": "INVOICE", "link_url": "/invoices/", **more}
        )

    return to_asha


def signed_in(chromium: Browser, site: Stack, asha: User) -> BrowserContext:
    """A browser of Asha's own, signed in; nothing in it may fail in silence."""
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=username]", asha.username)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{site.url}/")
    page.close()
    return context


def opened(context: BrowserContext, path: str) -> Page:
    """A page with its notifications live."""
    page = context.new_page()
    page.goto(path)
    expect(page.locator(LIVE)).to_have_count(1)
    return page


def row(page: Page, notification: Notification) -> object:
    return page.locator(f"main [data-notification-id='{notification.pk}']")


def is_read(notification: Notification) -> bool:
    notification.refresh_from_db()
    return notification.is_read


def is_deleted(notification: Notification) -> bool:
    notification.refresh_from_db()
    return notification.is_deleted


def test_arrivals_wait_above_and_rows_change_where_they_stand(chromium, site, asha, post):
    rows = [post(f"Invoice {number}") for number in range(4)]
    page = opened(signed_in(chromium, site, asha), "/notifications/")
    arrived = [post("First arrival"), post("Second arrival")]
    news = page.get_by_role("link", name="2 new, show")
    expect(news).to_be_visible()
    expect(page.locator(TOASTS)).to_have_count(0)
    expect(page.get_by_role("link", name="Unread 6")).to_be_visible()
    for notification in arrived:
        expect(row(page, notification)).to_have_count(0)
    news.click()
    for notification in arrived:
        expect(row(page, notification)).to_be_visible()
    expect(news).to_be_hidden()

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(row(page, rows[3]).get_by_role("link").first).to_be_focused()
    page.keyboard.press("e")
    expect(row(page, rows[3])).not_to_have_class(re.compile("is-unread"))
    expect(page.locator("#notification-badge")).to_have_text("5")
    page.keyboard.press("#")
    expect(row(page, rows[3])).to_be_hidden()
    expect(row(page, rows[2]).get_by_role("link").first).to_be_focused()
    wait_until(lambda: is_deleted(rows[3]), 5, "the read row was not deleted")

    page.keyboard.press("#")  # an unread one asks first
    page.get_by_role("button", name="Go back").click()
    expect(row(page, rows[2])).to_be_visible()

    for notification in rows[:2]:
        row(page, notification).get_by_role("checkbox").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.locator("form[data-bulk=delete] button").click()
    page.get_by_role("button", name="Delete", exact=True).last.click()
    for notification in rows[:2]:
        expect(row(page, notification)).to_be_hidden()
    expect(page.get_by_role("link", name="All 3")).to_be_visible()
    wait_until(lambda: all(is_deleted(notification) for notification in rows[:2]), 5, "not deleted")


def test_opening_one_in_the_panel_marks_it_read_and_goes_to_its_object(chromium, site, asha, post):
    post("Not this one")
    chosen = post("Invoice 8 created", "<b>₹1,18,000.00</b> & more", link_url="/products/")
    page = opened(signed_in(chromium, site, asha), "/invoices/")
    bell = page.get_by_role("button", name="Notifications, 2 unread")
    bell.click()
    panel = page.locator("#notification-panel")
    expect(panel.get_by_role("heading", name="Today")).to_be_visible()
    expect(panel.get_by_text("<b>₹1,18,000.00</b> & more")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(bell).to_be_focused()
    bell.click()
    panel.get_by_role("link", name="Invoice 8 created").click()
    expect(page).to_have_url(f"{site.url}/products/")
    expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible()
    wait_until(lambda: is_read(chosen), 5, "not marked read")


def test_a_toast_follows_its_reader_to_the_next_page_and_a_burst_is_one_toast(chromium, site, asha, post):
    page = opened(signed_in(chromium, site, asha), "/invoices/")
    post("E-invoice refused", priority="urgent")
    expect(page.locator(TOASTS)).to_have_count(1)
    page.goto("/customers/")
    expect(page.locator(TOASTS)).to_contain_text("E-invoice refused")
    post("Quiet", priority="low")
    for number in range(12):
        post(f"Invoice {number}")
    expect(page.get_by_text("12 new notifications").locator("visible=true")).to_be_visible()
    expect(page.locator(TOASTS)).to_have_count(2)
    expect(page.locator("#notification-badge")).to_have_text("14")
