"""A vendor's bill typed by keyboard, and customers out of a file, in a real Chromium."""

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gstbillingapp.models import Bill, Customer, Membership, Product
from tests.browser.test_invoice_editor import (  # noqa: F401, the fixtures are the editor's
    asha,
    fan,
    fill_line,
    member,
    page,
    rates,
    total,
)
from tests.factories import VendorFactory

pytestmark = pytest.mark.once


def test_a_bill_is_typed_from_the_paper_and_paid(page: Page, member: Membership, fan: Product) -> None:  # noqa: F811
    VendorFactory(business=member.business, name="Voltas Supplies")
    page.goto("/bills/new/")
    expect(page.locator("#id_vendor_name")).to_be_focused()
    page.keyboard.type("volt")
    expect(page.get_by_role("option", name="Voltas Supplies")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.locator("#id_number").fill("VS/881")
    page.locator("#id_lines-0-description").click()
    page.keyboard.type("ceil")
    expect(page.get_by_role("option", name="Ceiling fan")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#id_lines-0-hsn")).to_have_value("8414")
    fill_line(page, 0, qty="4", price="1000")
    total(page).to_have_text("₹4,720.00")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", level=1)).to_contain_text("VS/881")
    page.get_by_role("link", name="Record payment").click()
    page.get_by_role("dialog").get_by_role("button", name="Record payment").click()
    expect(page.locator(".invoice-balance")).to_contain_text("Paid in full")
    stored = Bill.objects.get()
    assert (stored.total, stored.balance, stored.lines.get().product) == (4720, 0, fan)
    fan.refresh_from_db()
    assert fan.stock == Decimal(104)


def test_a_file_is_looked_through_first(page: Page, member: Membership, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "customers.csv"
    file.write_text("Name,Phone,GSTIN\nAsha Traders,9876543210,\nRavi Stores,9876543211,29WRONG\n")
    page.goto("/data/import/customers/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload the file").click()
    page.get_by_role("button", name="Check the rows").click()
    problems = page.get_by_role("region", name="Rows with errors")
    expect(problems).to_contain_text("29WRONG")
    assert not Customer.objects.exists()
    page.get_by_role("button", name="Import without the row with errors").click()
    expect(page.get_by_role("link", name="See the customers")).to_be_visible()
    assert [row.name for row in Customer.objects.filter(business=member.business)] == ["Asha Traders"]
    page.locator("#bell-button, [aria-label^='Notifications']").first.click()
    expect(page.get_by_text("2 rows, 1 error")).to_be_visible()
