"""A page in a real Chromium whose server fails it: a frame lost, a process killed, a session over."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, WebSocketRoute, expect

from delivery.models import Delivery, DeliveryState, Notification
from gstbillingapp.utils import create_notification
from tests.browser.conftest import PASSWORD, Visit, newcomer
from tests.support.browser import Visitor, told
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

PING_EVERY_MS = 25_000
RETRIES_AT_MOST_APART_MS = 30_000
# What a connection to this machine may take, where it is busy.
CONNECTS_WITHIN_MS = 1_000
# The third ping after the last count is the first that is a minute away.
PINGS_A_MINUTE = 3


class Wire:
    """Between a browser and its WebSocket: counts what passes, and on request lets what comes down vanish."""

    def __init__(self, visitor: Visitor) -> None:
        self.is_deaf = False
        self.lost: list[str] = []
        self.passed: list[str] = []
        visitor.context.route_web_socket("**/ws/notifications/", self._join)

    def _join(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()

        def down(text: str | bytes) -> None:
            (self.lost if self.is_deaf else self.passed).append(str(text))
            if not self.is_deaf:
                browser.send(text)

        server.on_message(down)


def post(user: User, title: str) -> Notification:
    return create_notification(user, title, "₹1,180.00", "INVOICE", "/invoices/", "View invoice")


def bell(page: Page, unread: int) -> Any:
    name = f"Notifications, {unread} unread" if unread else "Notifications"
    return page.get_by_role("button", name=name, exact=True)


def toast(page: Page, notification: Notification) -> Any:
    return page.locator(f"#notification-toasts [data-notification-id='{notification.pk}']")


def state(page: Page) -> Any:
    return page.locator("#notification-connection")


def until(page: Page, predicate: Callable[[], object]) -> None:
    """Wait, letting the browser's messages through meanwhile."""

    def look() -> object:
        page.wait_for_timeout(10)
        return predicate()

    wait_until(look, 10, "nothing passed")


def caught_up_tab(hers: Visitor, path: str) -> Page:
    """A live tab that has the answer to what every page asks on opening; that would find a lost frame too."""
    answered: list[str] = []
    hers.context.on("requestfinished", lambda request: answered.append(request.url))
    page = hers.live_tab(path)
    until(page, lambda: any("/api/changes/" in url for url in answered))
    return page


def is_back_after_a_retry(hers: Visitor, page: Page) -> bool:
    """Let the next attempt come, and see."""
    hers.context.clock.fast_forward(RETRIES_AT_MOST_APART_MS)
    page.wait_for_timeout(CONNECTS_WITHIN_MS)
    return state(page).get_attribute("data-state") == "live"


def lost_in_silence(page: Page, wire: Wire, user: User, title: str) -> Notification:
    """Post; Redis, worker and web process do their work, and nobody hears of it."""
    wire.is_deaf, wire.lost = True, []
    notification = post(user, title)
    until(page, lambda: any(title in text for text in wire.lost) and '"unread_count"' in wire.lost[-1])
    until(page, lambda: Delivery.objects.get(notification=notification).state == DeliveryState.SENT)
    wire.is_deaf = False
    return notification


def test_a_frame_lost_in_silence_is_found_when_the_page_is_looked_at_and_within_a_minute_if_not(
    visit: Visit, site: Stack, asha: User
):
    hers = visit(site.url).sign_in(asha.username, PASSWORD)
    wire = Wire(hers)
    hers.context.clock.install()
    page = caught_up_tab(hers, "/invoices/")

    first = lost_in_silence(page, wire, asha, "Lost while away")
    expect(bell(page, 0)).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(bell(page, 1)).to_be_visible()
    expect(toast(page, first)).to_be_visible()

    second = lost_in_silence(page, wire, asha, "Lost in sight")
    for _ in range(PINGS_A_MINUTE):
        pongs = wire.passed.count('{"type":"pong"}')
        expect(bell(page, 1)).to_be_visible()
        hers.context.clock.fast_forward(PING_EVERY_MS)
        until(page, lambda pongs=pongs: wire.passed.count('{"type":"pong"}') > pongs)
    expect(bell(page, 2)).to_be_visible()
    expect(toast(page, second)).to_be_visible()
    assert told(page)["toasts"] == [first.pk, second.pk]
    expect(state(page)).to_have_attribute("data-state", "live")


def test_a_web_process_killed_is_back_on_the_open_page_with_nothing_missed_or_shown_twice(
    stack: Stack, visit: Visit
):
    asha = newcomer()
    hers = visit(stack.url, offline=True).sign_in(asha.username, PASSWORD)
    hers.context.clock.install()
    page = hers.live_tab("/invoices/")
    came = page.evaluate("performance.timeOrigin")
    with stack.posting():
        before = post(asha, "Before")
        expect(toast(page, before)).to_be_visible()
        stack.kill("web")
        expect(state(page)).to_have_attribute("data-state", "reconnecting")
        away = [post(asha, f"Away {number}") for number in (1, 2)]
        stack.start("web")
        wait_until(lambda: is_back_after_a_retry(hers, page), 20, "the page did not come back")
        expect(bell(page, 3)).to_be_visible()
        after = post(asha, "After")
        expect(bell(page, 4)).to_be_visible()
    wait_until(lambda: not Delivery.objects.exclude(state=DeliveryState.SENT).exists(), 10, "not all sent")
    expect(toast(page, after)).to_be_visible()
    assert told(page)["toasts"] == [before.pk, *(notification.pk for notification in away), after.pk]
    assert page.evaluate("performance.timeOrigin") == came, "the page was loaded again"


def test_a_page_whose_person_is_deactivated_says_so_and_asks_no_more(visit: Visit, site: Stack, asha: User):
    hers = visit(site.url).sign_in(asha.username, PASSWORD)
    hers.context.clock.install()
    page = caught_up_tab(hers, "/customers/")
    User.objects.filter(pk=asha.pk).update(is_active=False)
    expect(page.locator("#notification-signed-out")).to_be_visible()
    expect(state(page)).to_have_attribute("data-state", "signed-out")
    asked, opened = len(hers.requests), len(hers.sockets)
    hers.context.clock.fast_forward(20 * PING_EVERY_MS)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(50)
    assert (hers.requests[asked:], len(hers.sockets)) == ([], opened)
