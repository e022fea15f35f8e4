"""A credit note in a real browser: totals while one types, a look before it counts, the ledger after."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_screens import first_of, listen, signed_in
from tests.support.stack import Stack

pytestmark = [pytest.mark.once, pytest.mark.parametrize("live_database", ["demo"], indirect=True)]


def fits(page: Page) -> None:
    for width in (320, 390, 640, 800, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width} px"


def test_a_credit_note_from_typing_to_the_ledger(stack: Stack, chromium: Browser) -> None:
    complaints: list[str] = []
    page = signed_in(chromium, stack)
    listen(page, complaints)
    page.goto(first_of(page, "/invoices/?status=issued&sort=-total"))
    fits(page)
    page.get_by_role("link", name="New credit note").click()
    page.get_by_label("Reason").select_option("02")
    amount = page.locator("#id_lines-0-amount")
    amount.fill("99999999")
    expect(page.locator("#id_lines-0-amount_error")).to_contain_text("Enter at most")
    page.get_by_role("button", name="Preview").click()
    refused = page.get_by_role("alert").filter(has_text="One thing needs a change")
    expect(refused).to_contain_text("Enter at most")
    amount.fill("100")
    expect(page.locator("[data-total]")).to_have_text(re.compile(r"₹1\d\d\.\d\d"))
    expect(page.locator("[data-effect]")).to_contain_text("left to pay")
    expect(page.locator("#id_lines-0-amount_error")).to_be_empty()
    expect(refused).to_have_count(0)
    fits(page)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Issue this credit note?")
    page.get_by_role("button", name="Issue credit note").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("CN/")
    fits(page)
    number = page.get_by_role("heading", level=1).inner_text().split()[0]
    page.locator(".page-sub a").first.click()
    page.get_by_role("link", name="Ledger and statement").click()
    expect(page.locator(".ledger")).to_contain_text(number)
    fits(page)
    assert complaints == []
