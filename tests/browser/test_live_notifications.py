"""Notifications on open pages, end to end: real browsers, web, worker, beat, Redis, and what befalls them."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from delivery.models import Delivery, DeliveryState, Inbox, Notification
from gstbillingapp.models import Invoice, InvoiceState
from gstbillingapp.utils import create_notification
from tests.browser.conftest import PASSWORD, Visit, newcomer
from tests.support.background import in_background
from tests.support.browser import Visitor, told
from tests.support.stack import Stack
from tests.support.waiting import wait_until

DEMO_PASSWORD = "gst-demo"
TOASTS = "#notification-toasts > li"
pytestmark = pytest.mark.once

BURST = 500
HALF_A_MINUTE = 30_000


@pytest.fixture
def hers(visit: Visit, site: Stack, asha: User) -> Visitor:
    """Asha's browser, signed in."""
    return visit(site.url).sign_in(asha.username, PASSWORD)


def post(user: User, title: str, message: str = "₹1,180.00 for Asha Traders", **more: str) -> Notification:
    more = {"notification_type": "INVOICE", "link_url": "/invoices/", "link_text": "View invoice", **more}
    return create_notification(user, title, message, **more)


def badge(page: Page) -> Locator:
    return page.locator("#notification-badge")


def bell(page: Page, unread: int) -> Locator:
    name = f"Notifications, {unread} unread" if unread else "Notifications"
    return page.get_by_role("button", name=name, exact=True)


def connection(page: Page) -> Locator:
    return page.locator("#notification-connection")


def toast(page: Page, notification: Notification) -> Locator:
    return page.locator(f"#notification-toasts [data-notification-id='{notification.pk}']")


def panel_row(page: Page, notification: Notification) -> Locator:
    return page.locator(f"#notification-panel [data-notification-id='{notification.pk}']")


def page_row(page: Page, notification: Notification) -> Locator:
    return page.locator(f"main [data-notification-id='{notification.pk}']")


def is_read(notification: Notification) -> bool:
    notification.refresh_from_db()
    return notification.is_read


def unread_in_database(user: User) -> int:
    return Notification.objects.filter(user=user, is_read=False, is_deleted=False).count()


def announced(page: Page) -> int:
    """How many arrivals the status region has told of, all its announcements together."""
    return sum(int(words.split()[0]) for words in told(page)["announced"])


def all_sent() -> bool:
    return not Delivery.objects.exclude(state=DeliveryState.SENT).exists()


# ---------- The main job ----------


def test_an_issued_invoice_is_on_every_members_screen_at_once_and_on_nobody_elses(visit: Visit, site: Stack):
    owner, phone, staff, other = (
        visit(site.url).sign_in(name, DEMO_PASSWORD) for name in ("demo", "demo", "demo-staff", "demo-other")
    )
    hers, his, strangers = phone.live_tab("/"), staff.live_tab("/customers/"), other.live_tab("/invoices/")
    before = {page: int(badge(page).inner_text() or 0) for page in (hers, his, strangers)}
    came = {page: page.evaluate("performance.timeOrigin") for page in (hers, his)}
    form = owner.live_tab("/invoices/new/")
    invoice = write_and_issue_by_keyboard(form)

    for page in (hers, his):
        news = page.locator(TOASTS, has_text=f"Invoice {invoice.number} created")
        expect(news).to_be_visible()
        expect(news).to_contain_text("for Asha Traders")
        expect(bell(page, before[page] + 1)).to_be_visible()
        assert page.evaluate("performance.timeOrigin") == came[page], "the page was loaded again"
    expect(bell(form, before[hers] + 1)).to_be_visible()

    his.locator(TOASTS).get_by_role("link", name="View invoice").click()
    his.wait_for_url(f"{site.url}{invoice.get_absolute_url()}")
    expect(his.get_by_role("heading", level=1)).to_contain_text(invoice.number)
    expect(bell(his, before[his])).to_be_visible()

    marker = post(User.objects.get(username="demo-other"), "Only for the other business")
    expect(toast(strangers, marker)).to_be_visible()
    expect(bell(strangers, before[strangers] + 1)).to_be_visible()
    assert told(strangers)["toasts"] == [marker.pk]
    for visitor in (owner, phone, staff, other):
        assert "Notification WebSocket connected" in visitor.console


def write_and_issue_by_keyboard(page: Page) -> Invoice:
    page.locator("#id_customer_name").focus()
    page.keyboard.type("asha")
    expect(page.get_by_role("option", name="Asha Traders")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.locator("#id_lines-0-description").focus()
    page.keyboard.type("regulator")
    expect(page.get_by_role("option", name="Fan regulator, 5 step")).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("Enter")
    expect(page.locator("#id_lines-0-qty")).to_be_focused()
    page.keyboard.type("2")
    expect(page.locator("[data-panel=total]")).not_to_have_text("₹0.00")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("dialog", name="Issue this invoice?")).to_contain_text("Asha Traders")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/invoice/\d+/$"))
    return Invoice.objects.get(pk=page.url.rstrip("/").rpartition("/")[2], state=InvoiceState.ISSUED)


# ---------- Tabs, devices, keyboard, screen reader ----------


def test_of_two_tabs_the_one_in_sight_shows_the_toast_and_both_follow_what_is_read(
    visit: Visit, site: Stack, hers: Visitor, asha: User
):
    elsewhere = visit(site.url).sign_in(asha.username, PASSWORD).live_tab("/products/")
    tab, other = hers.live_tab("/invoices/"), hers.live_tab("/customers/")
    first = post_with_in_front(asha, "Invoice 1 created", other, tab)
    for page in (tab, other, elsewhere):
        expect(bell(page, 1)).to_be_visible()
        wait_until(lambda page=page: announced(page) == 1, 10, "not announced")
    second = post_with_in_front(asha, "Invoice 2 created", tab, other)

    bring_to_front(other, tab)
    bell(other, 2).click()
    panel_row(other, second).hover()
    other.get_by_role("button", name="Mark as read: Invoice 2 created").click()
    expect(toast(tab, second)).to_have_count(0)
    for page in (tab, other, elsewhere):
        expect(bell(page, 1)).to_be_visible()

    elsewhere.goto("/notifications/")
    page_row(elsewhere, first).hover()
    elsewhere.get_by_role("main").get_by_role("button", name="Mark as read: Invoice 1 created").click()
    for page in (tab, other, elsewhere):
        expect(bell(page, 0)).to_be_visible()
        expect(badge(page)).to_be_hidden()
    wait_until(lambda: is_read(first) and is_read(second), 5, "not marked read")
    assert (told(tab)["toasts"], told(other)["toasts"]) == ([second.pk], [first.pk])


def post_with_in_front(user: User, title: str, front: Page, behind: Page) -> Notification:
    bring_to_front(front, behind)
    notification = post(user, title)
    expect(toast(front, notification)).to_be_visible()
    return notification


def bring_to_front(front: Page, behind: Page) -> None:
    """Without a screen Chromium takes every tab for visible: what it would tell the pages is told by hand."""
    for page, is_hidden in ((behind, True), (front, False)):
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setFocusEmulationEnabled", {"enabled": not is_hidden})
        page.evaluate(
            """(isHidden) => {
              const state = isHidden ? "hidden" : "visible";
              Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
              Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            is_hidden,
        )
    front.bring_to_front()


def test_a_screen_reader_is_told_and_nobodys_typing_is_interrupted(hers: Visitor, asha: User):
    page = hers.live_tab("/invoices/")
    search = page.locator("#site-search")
    search.focus()
    page.keyboard.type("Asha ")
    focused = told(page)["focused"]
    status = page.locator("#notification-status")
    expect(status).to_have_role("status")
    expect(status).to_have_attribute("aria-atomic", "true")
    arrived = post(asha, "Invoice 1 created")
    expect(status).to_have_text("1 new notification: Invoice 1 created")
    expect(toast(page, arrived)).to_be_visible()
    page.keyboard.type("Traders")
    expect(search).to_be_focused()
    expect(search).to_have_value("Asha Traders")
    assert told(page)["focused"] == focused
    expect(badge(page)).to_have_attribute("aria-hidden", "true")
    expect(bell(page, 1)).to_have_accessible_name("Notifications, 1 unread")


def test_the_panel_is_opened_worked_through_and_closed_by_keyboard(hers: Visitor, asha: User):
    older, newer = post(asha, "Invoice 1 created"), post(asha, "Invoice 2 created", link_url="/products/")
    page = hers.live_tab("/invoices/")
    panel = page.get_by_role("region", name="Notifications")
    bell(page, 2).focus()
    expect(bell(page, 2)).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(bell(page, 2)).to_have_attribute("aria-expanded", "true")
    expect(panel.get_by_role("listitem")).to_have_count(2)
    for name in ("Mark all as read", "Invoice 2 created", "Mark as read: Invoice 2 created"):
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_accessible_name(re.compile(f"^{name}"))
    page.keyboard.press("Enter")
    expect(bell(page, 1)).to_be_visible()
    expect(panel_row(page, newer).get_by_role("link")).to_be_focused()
    wait_until(lambda: is_read(newer), 5, "not marked read")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(bell(page, 1)).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(4):  # mark all, the newer one, its delete, the older one
        page.keyboard.press("Tab")
    expect(panel_row(page, older).get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bell(page, 0)).to_be_visible()
    wait_until(lambda: is_read(older), 5, "opening it did not mark it read")


def test_without_scripts_the_page_filters_marks_and_deletes_as_plain_forms(
    visit: Visit, site: Stack, asha: User
):
    invoice, payment = post(asha, "Invoice 1 created"), post(asha, "Paid", notification_type="PAYMENT")
    stock, kept = post(asha, "Low stock", notification_type="PRODUCT"), post(asha, "Invoice 2 created")
    page = visit(site.url, java_script_enabled=False).sign_in(asha.username, PASSWORD).tab("/notifications/")

    page.get_by_label("Type").select_option("PAYMENT")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Mark as read: Paid").click()
    assert (is_read(payment), is_read(invoice)) == (True, False)
    expect(page).to_have_url(re.compile("type=PAYMENT"))

    page.goto("/notifications/?status=unread")
    expect(page_row(page, payment)).to_have_count(0)
    page.get_by_role("button", name="Delete: Low stock").click()
    expect(page.get_by_role("link", name="Unread 2")).to_be_visible()
    stock.refresh_from_db()
    assert stock.is_deleted

    page.get_by_role("main").get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("heading", name="You're all caught up.")).to_be_visible()
    assert unread_in_database(asha) == 0
    page.get_by_role("link", name="Read 3").click()
    expect(page_row(page, kept)).to_have_count(1)


# ---------- Signed out, or cut off ----------


def test_signing_out_in_one_tab_ends_the_sockets_of_that_session_and_no_page_comes_back(
    visit: Visit, site: Stack, hers: Visitor, asha: User
):
    elsewhere = visit(site.url).sign_in(asha.username, PASSWORD).live_tab("/invoices/")
    hers.context.clock.install()
    leaving, left = hers.live_tab("/invoices/"), hers.live_tab("/customers/")
    socket, opened = hers.sockets[-1], len(hers.sockets)
    leaving.get_by_role("button", name="your account").click()
    with leaving.expect_response("**/accounts/logout/"):
        leaving.get_by_role("button", name="Sign out").click()
    expect(left.locator("#notification-signed-out")).to_be_visible(timeout=2000)
    expect(connection(left)).to_have_attribute("data-state", "signed-out")
    leaving.wait_for_url("**/accounts/login/**")
    expect(leaving.get_by_role("button", name="Sign in")).to_be_visible()
    assert socket.is_closed()

    asked = len(hers.requests)
    for _ in range(20):
        hers.context.clock.fast_forward(HALF_A_MINUTE)
    left.evaluate("dispatchEvent(new Event('online'))")
    post(asha, "Not for whoever has signed out")
    expect(bell(elsewhere, 1)).to_be_visible()
    expect(bell(left, 0)).to_be_visible()
    assert hers.requests[asked:] == []
    assert len(hers.sockets) == opened
    left.get_by_role("link", name="Sign in").click()
    left.wait_for_url("**/accounts/login/?next=/customers/")


class Barrier:
    """Stands between a browser and its WebSocket, open or shut."""

    def __init__(self, visitor: Visitor) -> None:
        self.is_shut = False
        self._passing: list[WebSocketRoute] = []
        visitor.context.route_web_socket("**/ws/notifications/", self._pass)

    def shut(self) -> None:
        self.is_shut = True
        while self._passing:
            self._passing.pop().close(code=1011, reason="blocked")

    def _pass(self, socket: WebSocketRoute) -> None:
        if self.is_shut:
            socket.close(code=1011, reason="blocked")
        else:
            socket.connect_to_server()
            self._passing.append(socket)


def test_a_page_whose_socket_is_blocked_polls_and_comes_back_when_it_may(hers: Visitor, asha: User):
    barrier = Barrier(hers)
    hers.context.clock.install()
    page = hers.live_tab("/invoices/")
    barrier.shut()
    expect(connection(page)).to_have_attribute("data-state", "reconnecting")
    hers.context.clock.fast_forward(HALF_A_MINUTE)
    expect(connection(page)).to_have_attribute("data-state", "polling")
    expect(page.locator("[data-connection-text]")).to_have_text("Checking every 30 seconds")

    blocked = post(asha, "While the socket was blocked")
    wait_until(all_sent, 10, "not sent")
    expect(bell(page, 0)).to_be_visible()
    hers.context.clock.fast_forward(HALF_A_MINUTE)
    expect(bell(page, 1)).to_be_visible()
    expect(toast(page, blocked)).to_be_visible()
    expect(connection(page)).to_have_attribute("data-state", "polling")

    barrier.is_shut = False
    hers.context.clock.fast_forward(HALF_A_MINUTE)
    expect(connection(page)).to_have_attribute("data-state", "live")
    at_once = post(asha, "By socket again")
    expect(toast(page, at_once)).to_be_visible()
    expect(bell(page, 2)).to_be_visible()
    assert told(page)["toasts"] == [blocked.pk, at_once.pk]


# ---------- Redis and the worker fail ----------


@pytest.mark.parametrize("redis_server", ["valkey", "redis"], indirect=True)
def test_what_is_posted_while_redis_is_away_is_on_open_pages_once_each_when_it_is_back(
    stack: Stack, visit: Visit
):
    asha = newcomer()
    laptop = visit(stack.url, offline=True).sign_in(asha.username, PASSWORD)
    phone = visit(stack.url, offline=True).sign_in(asha.username, PASSWORD)
    pages = [laptop.live_tab("/invoices/"), phone.live_tab("/customers/")]
    pids = [stack.process(name).pid for name in ("web", "worker", "beat")]
    with stack.posting():
        before = post(asha, "Before")
        for page in pages:
            expect(toast(page, before)).to_be_visible()
        stack.redis.stop()
        away = [post(asha, f"Away {number}") for number in range(1, 4)]
        stack.redis.start()
        for page in pages:
            expect(bell(page, 4)).to_be_visible(timeout=20_000)
        after = post(asha, "After")
        for page in pages:
            expect(bell(page, 5)).to_be_visible(timeout=20_000)
            expect(connection(page)).to_have_attribute("data-state", "live", timeout=40_000)
    for page in pages:
        wait_until(lambda page=page: announced(page) == 5, 10, "not all were announced")
        bell(page, 5).click()
        for notification in (before, *away, after):
            expect(panel_row(page, notification)).to_have_count(1)
        shown = told(page)["toasts"]
        assert len(shown) == len(set(shown)), shown
        assert announced(page) == 5
    wait_until(all_sent, 15, "a delivery is still waiting")
    assert unread_in_database(asha) == Inbox.objects.get(user=asha).unread_count == 5
    assert [stack.process(name).pid for name in ("web", "worker", "beat")] == pids
    assert all(stack.process(name).is_running for name in ("web", "worker", "beat"))


def test_a_burst_through_a_killed_worker_is_one_toast_that_counts_each_once(stack: Stack, visit: Visit):
    asha = newcomer()
    page = visit(stack.url).sign_in(asha.username, PASSWORD).live_tab("/invoices/")
    with stack.posting():
        post(asha, "Notification 1")
        page.locator(TOASTS).hover()  # while the pointer rests there, time stands still
        with in_background(lambda: [post(asha, f"Notification {n}") for n in range(2, BURST + 1)]):
            expect(page.locator(TOASTS).get_by_text(re.compile(r"^\d\d+ new notifications"))).to_be_visible()
            stack.kill("worker")
        assert not all_sent(), "the burst was over before the worker was killed"
        expect(badge(page)).not_to_have_text(str(BURST))
        stack.start("worker")
        expect(bell(page, BURST)).to_be_visible(timeout=60_000)
    wait_until(all_sent, 30, "a delivery is still waiting")
    expect(badge(page)).to_have_text("99+")
    expect(page.locator(TOASTS)).to_have_count(1)
    expect(page.locator(TOASTS)).to_contain_text(f"{BURST} new notifications")
    wait_until(lambda: announced(page) >= BURST, 10, "not all were announced")
    assert announced(page) == BURST
    assert unread_in_database(asha) == Inbox.objects.get(user=asha).unread_count == BURST
    shown = told(page)["toasts"]
    assert len(shown) == len(set(shown)) <= 5
    page.goto("/notifications/")
    expect(bell(page, BURST)).to_be_visible()
    expect(page.get_by_role("link", name=f"Unread {BURST}")).to_be_visible()
    bell(page, BURST).click()
    newest = Notification.objects.filter(user=asha).order_by("-pk")[:20]
    rows = page.locator("#notification-panel [data-notification-id]")
    expect(rows).to_have_count(20)
    assert [int(row.get_attribute("data-notification-id") or 0) for row in rows.all()] == [
        notification.pk for notification in newest
    ]
