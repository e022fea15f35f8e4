"""The screens in a real browser: widths, keys, errors, undo, and nothing the content policy forbids."""

import re

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support.stack import Stack

SCREENS = [
    "/",
    "/search/?q=led",
    "/customers/",
    "/customers/?q=nobody-has-this-name",
    "/customers/new/",
    "/products/",
    "/products/new/",
    "/business/",
    "/business/team/",
    "/accounts/password/",
    "/invoices/",
    "/quotations/",
    "/quotations/new/",
    "/notes/",
    "/advances/",
    "/advances/new/",
    "/reports/ageing/",
    "/notifications/",
    "/vendors/",
    "/bills/",
    "/bills/new/",
    "/vendor-notes/",
    "/expenses/",
    "/expenses/new/",
    "/returns/",
    "/returns/gstr-1/",
    "/returns/gstr-3b/",
    "/data/",
    "/business/reminders/",
    "/accounts/notifications/",
]
# What a screen reader would stumble over; empty where it does not.
STUMBLES = """() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const missing = (element, name) =>
    (element.getAttribute(name) ?? "").split(" ").filter((id) => id && !document.getElementById(id));
  const ids = all("[id]").map((element) => element.id);
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `id twice: ${id}`),
    ...all("input:not([type=hidden]), select, textarea")
      .filter((field) => !field.labels.length && !field.ariaLabel)
      .map((field) => `no label: ${field.name}`),
    ...all("button, a[href]:not([hidden])")
      .filter((element) => !element.ariaLabel && !element.textContent.trim())
      .map((element) => `no name: ${element.outerHTML}`),
    ...["aria-labelledby", "aria-describedby", "aria-controls"].flatMap((name) =>
      all(`[${name}]:not([type=hidden])`)
        .flatMap((element) => missing(element, name).map((id) => `${name}: no ${id}`)),
    ),
    ...all("img:not([alt])").map((image) => `no alt: ${image.src}`),
  ];
}"""

pytestmark = [pytest.mark.once, pytest.mark.parametrize("live_database", ["demo"], indirect=True)]


def signed_in(browser: Browser, stack: Stack, **options: object) -> Page:
    page = browser.new_context(base_url=stack.url, **options).new_page()
    page.goto("/accounts/login/")
    page.fill("#id_username", "demo")
    page.fill("#id_password", "gst-demo")
    page.keyboard.press("Enter")
    page.wait_for_url(stack.url + "/")
    return page


def first_of(page: Page, listing: str) -> str:
    page.goto(listing)
    return page.locator(".table-list .cell-main a").first.get_attribute("href") or ""


def test_no_screen_scrolls_sideways_complains_or_lacks_a_name(stack: Stack, chromium: Browser) -> None:
    complaints: list[str] = []
    for theme in ("light", "dark"):
        page = signed_in(chromium, stack, color_scheme=theme)
        listen(page, complaints)
        rows = [first_of(page, listing) for listing in ("/customers/", "/products/")]
        for path in [*SCREENS, *rows, *(f"{row}edit/" for row in rows)]:
            page.goto(path)
            expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert page.evaluate(STUMBLES) == [], path
            if theme == "dark":  # as wide as in the light
                continue
            for width in (320, 390, 640, 800, 1000, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width} px"
    assert complaints == []


def listen(page: Page, complaints: list[str]) -> None:
    """Note what the console says: a refusal of the content security policy is an error there."""

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))


def test_keys_lead_through_the_screens_and_stay_out_of_fields(stack: Stack, chromium: Browser) -> None:
    page = signed_in(chromium, stack)
    for keys, path in (("gc", "/customers/"), ("gp", "/products/"), ("gi", "/invoices/"), ("gh", "/")):
        page.keyboard.type(keys)
        page.wait_for_url(stack.url + path)
    page.keyboard.press("/")
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.type("gc?n")
    expect(page.locator("#site-search")).to_have_value("gc?n")
    page.keyboard.press("Tab")
    page.goto("/products/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("New product")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url(stack.url + "/products/new/")


def test_one_box_finds_everything_by_keyboard(stack: Stack, chromium: Browser) -> None:
    page = signed_in(chromium, stack)
    page.goto("/products/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search everything")
    expect(box).to_be_focused()
    page.keyboard.type("asha tr")
    options = page.get_by_role("group", name="Customers").get_by_role("option")
    expect(options).to_have_text(re.compile("^Asha Traders"))
    expect(options).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    last = page.get_by_role("option", name="All results for “asha tr”")
    expect(last).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", last.get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    page.wait_for_url(stack.url + "/search/?q=asha+tr")
    page.keyboard.press("/")
    page.keyboard.type("new cust")
    expect(page.get_by_role("option", name="New customer")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(stack.url + "/customers/new/")
    page.goto("/")
    assert_a_group_closes_when_it_is_left(page)


def assert_a_group_closes_when_it_is_left(page: Page) -> None:
    sales = page.locator(".nav-group", has_text="Sales")
    customers = sales.get_by_role("link", name="Customers")
    for _ in ("to the content", "home", "the first group"):
        page.keyboard.press("Tab")
    expect(sales.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(customers).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(customers).to_be_hidden()
    expect(sales.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1).click()
    expect(customers).to_be_hidden()


def test_a_refused_form_is_mended_from_its_summary_and_an_archived_row_comes_back(
    stack: Stack, chromium: Browser
) -> None:
    page = signed_in(chromium, stack)
    page.goto("/customers/new/")
    page.fill("#id_gstin", "29abcde")
    expect(page.locator("#id_state_code")).to_have_value("29")
    page.get_by_role("button", name="Add the customer").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Name:").click()
    expect(page.locator("#id_name")).to_be_focused()
    page.keyboard.type("Undo & Sons")
    page.fill("#id_gstin", "")
    page.get_by_role("button", name="Add the customer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo & Sons")
    page.get_by_role("button", name="Archive").click()
    page.wait_for_url(stack.url + "/customers/")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".notice")).to_contain_text("Undo & Sons is back in the list.")


def test_what_cannot_be_taken_back_at_once_asks_first(stack: Stack, chromium: Browser) -> None:
    page = signed_in(chromium, stack)
    page.goto("/business/team/")
    remove = page.locator(".row-actions").get_by_role("button", name="Remove demo-staff")
    remove.click()
    dialog = page.get_by_role("dialog", name="Remove demo-staff from the team?")
    dialog.get_by_role("button", name="Go back").click()
    expect(remove).to_be_visible()
    remove.click()
    dialog.get_by_role("button", name="Remove demo-staff").click()
    expect(page.locator(".notice")).to_contain_text("demo-staff is off the team")


def test_a_phone_searches_from_its_bar_and_is_told_of_no_keys(stack: Stack, chromium: Browser) -> None:
    page = signed_in(chromium, stack, viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    bar = page.locator(".site-nav").bounding_box()
    assert bar is not None
    assert bar["height"] < 60, "the bar has broken into two rows"
    box = page.get_by_role("combobox", name="Search everything")
    expect(box).to_be_hidden()
    button = page.get_by_role("button", name="Search", exact=True)
    button.click()
    expect(box).to_be_focused()
    page.keyboard.type("asha tr")
    expect(page.get_by_role("option", name="All results for “asha tr”")).to_be_in_viewport()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(button).to_be_focused()
    page.get_by_role("button", name="your account").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.locator("kbd").locator("visible=true")).to_have_count(0)


def test_the_chosen_theme_outlives_the_page(stack: Stack, chromium: Browser) -> None:
    page = signed_in(chromium, stack, color_scheme="light")
    page.get_by_role("button", name="your account").click()
    page.get_by_role("button", name="Dark").click()
    page.goto("/products/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
