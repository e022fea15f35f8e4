"""What is around every page, and the pages for what went wrong."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import reverse

from tests.factories import CustomerFactory
from tests.unit.screens.people import Person

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_the_frame_names_the_business_and_links_the_sections(teammate: Person) -> None:
    page = teammate.client.get(reverse("customer_list")).text
    assert teammate.business.name in page
    assert f'href="{reverse("customer_list")}" aria-current="page"' in page
    for name in ("home", "invoice_list", "product_list", "business", "team", "password_change"):
        assert f'href="{reverse(name)}"' in page
    assert f'method="post" action="{reverse("logout")}"' in page


def test_the_user_menu_with_its_way_out_opens_without_scripts(owner: Person) -> None:
    page = owner.client.get(reverse("customer_list")).text
    button = re.search(r'<button[^>]* popovertarget="([\w-]+)"[^>]* aria-label="[^"]*your account"', page)
    assert button is not None
    menu = re.search(rf'<div[^>]* id="{button[1]}" popover>(.*?)</form>', page, re.DOTALL)
    assert menu is not None
    assert f'action="{reverse("logout")}"' in menu[1]


def test_a_missing_page_is_told_in_plain_words_to_anybody(client: Client, owner: Person) -> None:
    for browser, way_out in ((client, reverse("login")), (owner.client, reverse("invoice_list"))):
        response = browser.get("/nothing/here/")
        assert response.status_code == 404
        assert "There is nothing at this address" in response.text
        assert f'href="{way_out}"' in response.text


def test_a_missing_row_is_told_in_plain_words_under_debug_too(stranger: Person, owner: Person) -> None:
    customer = CustomerFactory(business=owner.business)
    # Without the middleware of static files, which would look for them anew.
    middleware = [name for name in settings.MIDDLEWARE if "servestatic" not in name]
    with override_settings(DEBUG=True, MIDDLEWARE=middleware):
        for address in (customer.get_absolute_url(), "/nothing/here/"):
            response = stranger.client.get(address)
            assert response.status_code == 404
            assert "There is nothing at this address" in response.text
            assert "URLconf" not in response.text


def test_a_form_without_its_token_is_told_what_to_do(owner: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner.membership.user)
    response = strict.post(reverse("customer_new"), {"name": "Mehta"}, headers={"Accept": "text/html"})
    assert response.status_code == 403
    assert "Nothing was saved." in response.text
    assert not owner.business.customers.exists()


def test_the_page_of_a_broken_server_needs_nothing_of_the_server() -> None:
    page = render_to_string("500.html")
    assert "Something broke on our side" in page


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_needs_what_the_content_security_policy_forbids(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=", source)
    assert not re.search(r"<style|\son[a-z]+\s*=\s*[\"']|href=[\"']javascript:", source)
    for tag in re.findall(r"<script[^>]*>", source):
        assert "src=" in tag, tag


def test_every_way_back_has_the_same_arrow() -> None:
    crumbs = [
        found
        for template in TEMPLATES.rglob("*.html")
        for found in re.findall(r'<a class="crumb.*?<i class="bi ([\w-]+)"', template.read_text())
    ]
    assert len(crumbs) > 5
    assert set(crumbs) == {"bi-arrow-left"}


def test_every_table_of_a_screen_says_what_it_lists() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for table in re.findall(
            r'<table class="(?:table-list|pl-table|data-table)\b.*?</table>', path.read_text(), re.DOTALL
        ):
            assert "<caption" in table, path


def test_whatever_asks_or_fills_in_is_left_by_the_same_words() -> None:
    """To cancel is to cancel a document here: what leaves a form or a question alone is never called so."""
    sources = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    ways_out = set(re.findall(r'(?:data-close|value="no")[^>]*>([^<{]+)</button>', sources))
    assert ways_out <= {"Go back", "Keep it", "Keep as draft", "Go on editing", "Close"}
    assert not re.search(r"<a [^>]*>(?:Cancel|Leave|Not now|Not yet)</a>", sources)
