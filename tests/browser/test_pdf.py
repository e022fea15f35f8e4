"""The PDF button on the page of an invoice."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from gstbillingapp.models import Invoice, Membership, Paper, PaperState
from gstbillingapp.models.paper import INVOICE
from tests.browser.conftest import PASSWORD, Visit
from tests.factories import issued
from tests.support.browser import Visitor
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once


@pytest.fixture
def invoice(asha: User) -> Invoice:
    stored = issued(Membership.objects.get(user=asha).business)
    wait_until(lambda: Paper.objects.get(kind=INVOICE, object_id=stored.pk).state == PaperState.MADE, 20)
    return stored


@pytest.fixture
def hers(visit: Visit, site: Stack, asha: User) -> Visitor:
    return visit(site.url).sign_in(asha.username, PASSWORD)


def assert_is_pdf_of(path: Path, invoice: Invoice, name: str) -> None:
    assert path.read_bytes().startswith(b"%PDF-")
    assert name == f"{invoice.number.replace('/', '-')}.pdf"


def test_the_button_downloads_what_is_made_and_has_made_what_is_not(hers: Visitor, invoice: Invoice):
    page = hers.live_tab(invoice.get_absolute_url())
    button = page.get_by_role("link", name="PDF", exact=True)
    with page.expect_download() as made:
        button.click()
    assert_is_pdf_of(made.value.path(), invoice, made.value.suggested_filename)
    Paper.objects.filter(kind=INVOICE, object_id=invoice.pk).delete()
    with page.expect_download() as anew:
        button.click()
    assert_is_pdf_of(anew.value.path(), invoice, anew.value.suggested_filename)
    expect(page.locator("#pdf-notice")).to_be_hidden()
    expect(page).to_have_url(f"{hers.url}{invoice.get_absolute_url()}")


def test_a_wait_is_shown_and_a_failure_is_said_and_can_be_tried_again(
    hers: Visitor, site: Stack, invoice: Invoice
):
    site.terminate("worker")
    try:
        Paper.objects.filter(kind=INVOICE, object_id=invoice.pk).delete()
        page = hers.live_tab(invoice.get_absolute_url())
        page.get_by_role("link", name="PDF", exact=True).click()
        notice = page.locator("#pdf-notice")
        expect(notice).to_contain_text(f"{invoice.number} is being made as PDF…")
        of_it = Paper.objects.filter(kind=INVOICE, object_id=invoice.pk)
        of_it.update(state=PaperState.FAILED, error="no such glyph")
        expect(notice).to_contain_text(f"{invoice.number} could not be made as PDF.")
    finally:
        site.start("worker")
    with page.expect_download() as made:
        notice.get_by_role("button", name="Try again").click()
    assert_is_pdf_of(made.value.path(), invoice, made.value.suggested_filename)


def test_without_scripts_a_page_waits_and_the_download_begins_by_itself(
    visit: Visit, site: Stack, asha: User, invoice: Invoice
):
    hers = visit(site.url, java_script_enabled=False).sign_in(asha.username, PASSWORD)
    site.terminate("worker")
    try:
        Paper.objects.filter(kind=INVOICE, object_id=invoice.pk).delete()
        page = hers.tab(invoice.get_absolute_url())
        page.get_by_role("link", name="PDF", exact=True).click()
        expect(page.get_by_role("heading", name=f"{invoice.number} as PDF")).to_be_visible()
        expect(page.locator(".panel").get_by_role("status")).to_contain_text("is being made as PDF…")
    finally:
        site.start("worker")
    with page.expect_download(timeout=20_000) as made:
        pass
    assert_is_pdf_of(made.value.path(), invoice, made.value.suggested_filename)
