"""Text that means harm is text on every screen, whoever typed it and wherever it shows."""

import json
import re

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from delivery.drafts import Draft
from tests.refusals import everything
from tests.unit.screens.people import Person, signed_in
from tests.unit.security.addresses import ADDRESSES, World
from tests.unit.security.hostile import COMPUTED, MARK, Page, everything_at_once, hostile_world

pytestmark = pytest.mark.django_db

HTML = {"Accept": "text/html"}
# What a field gets that no keyboard types.
UNTYPEABLE = ["a\x00b", "a\r\nb\tc\uffff९९९", "A" * 70_000]


@pytest.fixture
def harm(db: None) -> World:
    return hostile_world()


@pytest.fixture
def browser(harm: World) -> Client:
    return signed_in(harm.owner).client


def shown(answer: HttpResponse, name: str) -> Page:
    """A page in which nothing hostile became anything."""
    assert answer.status_code < 400 or answer.status_code in (400, 404, 405), name
    page = Page(answer.text)
    assert page.harm == [], name
    assert COMPUTED not in page.text, name
    return page


def test_on_every_screen_hostile_text_is_nothing_but_text(harm: World, browser: Client) -> None:
    showing = 0
    for address in ADDRESSES:
        if address.name == "logout":
            continue
        answer = browser.generic(address.asks, harm.path(address.name), headers=HTML)
        if answer.get("Content-Type", "").startswith("text/html"):
            showing += MARK in shown(answer, address.name).text
    assert showing > 20


def test_on_paper_and_on_a_cancelled_invoice_it_is_text_too(harm: World, browser: Client) -> None:
    for pk in harm.owner.business.invoices.values_list("pk", flat=True):
        for name in ("invoice", "invoice_print"):
            assert MARK in shown(browser.get(reverse(name, args=[pk])), name).text


def test_what_an_address_carries_is_shown_as_text(harm: World, browser: Client) -> None:
    for name in ("customer_list", "product_list", "invoice_list", "customer_new", "notifications", "login"):
        for field in ("q", "name", "page", "sort", "show", "status", "since", "next", "type"):
            shown(browser.get(reverse(name), {field: everything_at_once(600)}), f"{name}?{field}")


def test_messages_after_a_deed_are_text(harm: World, browser: Client) -> None:
    for name in ("customer_archive", "customer_restore", "product_archive", "product_restore", "team_remove"):
        page = shown(browser.post(harm.path(name), headers=HTML, follow=True), name)
        assert MARK in page.text
    page = shown(browser.post(harm.path("invoice_delete"), headers=HTML, follow=True), "invoice_delete")
    assert MARK in page.text


def test_json_is_json_and_escapes_what_would_end_a_script(harm: World, browser: Client) -> None:
    for name in ("notification_api", "customer_lookup", "product_lookup"):
        answer = browser.get(harm.path(name))
        assert answer["Content-Type"] == "application/json"
        assert MARK in json.dumps(answer.json())


def test_in_the_administration_it_is_text(harm: World, admin_client: Client) -> None:
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        admin_shown(admin_client.get(reverse(f"{name}_changelist")), name)
        row = model._default_manager.first()
        if row is not None:
            admin_shown(admin_client.get(reverse(f"{name}_change", args=[row.pk])), name)
    assert MARK in admin_client.get(reverse("admin:gstbillingapp_customer_changelist")).text


def admin_shown(answer: HttpResponse, name: str) -> None:
    """A page of the administration: Django's own markup, and nothing of ours in it but text."""
    assert answer.status_code == 200, name
    page = Page(answer.text)
    assert page.harm == [], name
    assert not re.search(rf"<(script|img|svg)[^>]*{MARK}", answer.text), name


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//elsewhere.example", "https://elsewhere.example", "\\x"]
)
def test_a_notification_takes_no_link_that_leaves_the_site(url: str) -> None:
    with pytest.raises(ValueError, match=r"^link_url: "):
        Draft(title="t", message="", link_url=url).checked()


def page_at(person: Person, path: str) -> str:
    """What a browser would show there; nothing, where it is given a file to keep."""
    answer = person.client.get(path)
    return "" if answer["Content-Type"] == "application/pdf" else answer.text


def fields_of(page: str) -> set[str]:
    """The names of what a page's forms send."""
    return set(re.findall(r'<(?:input|textarea|select)[^>]* name="([^"]+)"', page)) - {"csrfmiddlewaretoken"}


def test_every_field_of_every_form_takes_it_or_names_the_field_and_never_breaks(
    world: World, owner: Person
) -> None:
    for address in ADDRESSES:
        if not address.changes or address.name == "logout":
            continue
        path = world.path(address.name)
        names = fields_of(page_at(owner, path)) or {"reason", "qty", "rate", "valid_from", "name", "q"}
        counters = {name: "1" for name in names if name.endswith(("TOTAL_FORMS", "INITIAL_FORMS"))}
        for typed in (everything_at_once(400), *UNTYPEABLE):
            fields = dict.fromkeys(names, typed) | counters
            answer = owner.client.post(path, fields, headers=HTML)
            assert answer.status_code in (200, 201, 302, 400, 404), (address.name, typed[:12])
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                shown(answer, address.name)


@pytest.mark.parametrize("query", ["a%00b%ed%a0%80%ff", "%F0%9F%AA%94%25_%5C", "A" * 5000])
def test_every_search_takes_it_and_never_breaks(owner: Person, query: str) -> None:
    for name in ("customer_list", "customer_lookup", "product_list", "product_lookup", "invoice_list"):
        for field in ("q", "page", "sort", "status", "customer", "since", "show", "kind"):
            assert owner.client.get(f"{reverse(name)}?{field}={query}").status_code in (200, 404), name


def test_no_form_but_an_import_takes_a_file(world: World, owner: Person) -> None:
    before = everything()
    for address in ADDRESSES:
        if not address.changes or address.name in ("logout", "customer_archive", "product_archive"):
            continue
        path = world.path(address.name)
        page = page_at(owner, path)
        takes_files = address.name == "data_import"
        assert ('type="file"' in page) is takes_files, address.name
        assert ("multipart/form-data" in page) is takes_files, address.name
        for field in ("file", *fields_of(page)):
            upload = SimpleUploadedFile("../../evil.svg", b"<svg onload=alert(1)>", "image/svg+xml")
            if field in ("file", "name", "reason", "next"):
                assert owner.client.post(path, {field: upload}, headers=HTML).status_code < 500, address.name
    businesses = slice(0, 1)
    assert everything()[businesses] == before[businesses]
