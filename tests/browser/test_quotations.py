"""A quotation in a real Chromium: typed, sent, answered, billed; and freight, which goes with the goods."""

import pytest
from playwright.sync_api import Page, expect

from gstbillingapp.models import Customer, Invoice, Quotation
from tests.browser.test_invoice_editor import (  # noqa: F401, the fixtures are the editor's
    asha,
    fan,
    member,
    page,
    rates,
    total,
    type_lamp,
)

pytestmark = pytest.mark.once


def choose_asha(page: Page) -> None:  # noqa: F811
    page.locator("#id_customer_name").fill("asha")
    page.get_by_role("option", name="Asha Traders").click()


def test_an_offer_becomes_an_invoice(page: Page, asha: Customer) -> None:  # noqa: F811
    page.goto("/quotations/new/")
    choose_asha(page)
    type_lamp(page)
    total(page).to_have_text("₹236.00")
    page.get_by_role("button", name="Send quotation").click()
    question = page.get_by_role("dialog", name="Send this quotation?")
    expect(question).to_contain_text("Valid until")
    question.get_by_role("button", name="Send quotation").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("QTN/")
    page.get_by_role("link", name="Mark as declined").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Too dear")
    page.get_by_role("button", name="Mark as declined").click()
    expect(page.locator("#invoice-timeline")).to_contain_text("Too dear")
    page.get_by_role("button", name="Mark as approved").click()
    page.get_by_role("link", name="Convert to invoice").click()
    page.get_by_role("dialog").get_by_role("button", name="Convert to invoice").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Draft invoice")
    assert Quotation.objects.get().invoice == Invoice.objects.get()


def test_freight_is_the_next_line_and_bears_the_rate_of_the_goods(page: Page, asha: Customer) -> None:  # noqa: F811
    page.goto("/invoices/new/")
    choose_asha(page)
    type_lamp(page, rate="5")
    page.get_by_role("button", name="Add freight").click()
    expect(page.locator("#id_lines-1-description")).to_have_value("Freight")
    expect(page.locator("#id_lines-1-rate")).to_have_value("5")
    expect(page.locator("#id_lines-1-price")).to_be_focused()
    page.keyboard.type("100")
    total(page).to_have_text("₹315.00")
