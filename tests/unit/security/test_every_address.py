"""Every address of the site, walked by everybody: who is let in, by which method, and what is not there.

An address without a row in the table fails the first test.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from gstbillingapp.headers import PERMISSIONS
from tests.factories import UserFactory
from tests.refusals import everything
from tests.unit.screens.people import Person
from tests.unit.security.addresses import ADDRESSES, PLACES, World, resolved

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HTML = {"Accept": "text/html,application/xhtml+xml"}
JSON = {"Accept": "application/json"}
CHANGING = [address for address in ADDRESSES if address.changes]
# Addresses that may change something when a stranger posts there: a business or a session of their own.
OWN = {"signup", "login", "logout", "password_change", "business", "team", "customer_new", "customer_quick"}
OWN |= {
    "data_import",
    "data_export_later",
    "product_new",
    "receipt_new",
    "invoice_new",
    "invoice_preview",
    "quotation_new",
    "quotation_preview",
    "vendor_new",
    "vendor_quick",
    "bill_new",
    "bill_preview",
    "expense_new",
    "expense_categories",
    "notification_preferences",
    "numbering",
    "reminder_settings",
    "notifications_read_all",
    "notifications_keep_read",
    "notifications_delete_read",
}
ADMIN = [address for address in resolved() if address.route.startswith("admin/")]
# Of the administration, what answers to people who do not administer anything.
ADMIN_DOORS = {"admin:login": 200, "admin:logout": 405, "": 302}


def told(response: HttpResponse) -> str:
    """An answer in the table's words."""
    if response.status_code != 302:
        return str(response.status_code)
    place = response["Location"].partition("?")[0]
    return next((word for word, path in PLACES.items() if path == place), "302")


def walked(client: Client, world: World, user: User | None = None) -> dict[str, str]:
    """What each address tells, asked by the first of its methods, each time with a session of its own."""
    answers = {}
    for address in ADDRESSES:
        if user is not None:
            client.force_login(user)
        headers = JSON if address.nobody == "401" else HTML
        answers[address.name] = told(client.generic(address.asks, world.path(address.name), headers=headers))
    return answers


@contextmanager
def nothing_changed(what: str) -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before, what


def test_no_address_is_forgotten() -> None:
    billing = {address.named for address in resolved() if not address.route.startswith("admin/")}
    assert billing == {address.name for address in ADDRESSES}


def test_somebody_who_is_not_signed_in_gets_no_page_of_any_business(world: World, client: Client) -> None:
    with nothing_changed("walking changed something"):
        assert walked(client, world) == {address.name: address.nobody for address in ADDRESSES}


def test_a_stranger_finds_no_row_of_the_business_at_any_address(world: World, stranger: Person) -> None:
    with nothing_changed("walking changed something"):
        answers = walked(stranger.client, world, stranger.membership.user)
    assert answers == {address.name: address.stranger for address in ADDRESSES}


def test_staff_gets_every_page_and_changes_no_team(world: World, teammate: Person) -> None:
    answers = walked(teammate.client, world, teammate.membership.user)
    assert answers == {address.name: address.staff for address in ADDRESSES}


def test_an_owner_gets_everything(world: World, owner: Person) -> None:
    answers = walked(owner.client, world, owner.membership.user)
    assert answers == {address.name: address.owner for address in ADDRESSES}


def test_a_stranger_who_posts_to_another_businesss_rows_finds_and_changes_nothing(
    world: World, stranger: Person
) -> None:
    theirs = [address for address in CHANGING if address.name not in OWN]
    typed = {
        "reason": "mine",
        "qty": "5",
        "amount": "1",
        "rate": "5",
        "valid_from": "2026-01-01",
        "name": "Mine",
    }
    with nothing_changed("a stranger changed a row"):
        answers = {a.name: stranger.client.post(world.path(a.name), typed).status_code for a in theirs}
    assert answers == dict.fromkeys(answers, 404)
    assert len(answers) == len(CHANGING) - len(OWN)


def test_an_address_that_only_changes_answers_a_get_with_405_and_changes_nothing(
    world: World, owner: Person
) -> None:
    with nothing_changed("a GET changed something"):
        answers = {
            a.name: owner.client.get(world.path(a.name)).status_code for a in CHANGING if a.asks == "POST"
        }
    assert answers == dict.fromkeys(answers, 405)


def test_a_get_changes_nothing_anywhere(world: World, owner: Person) -> None:
    with nothing_changed("a GET changed something"):
        for address in ADDRESSES:
            owner.client.get(world.path(address.name), {"confirm": "1", "_method": "POST"})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PROPFIND"])
def test_other_methods_change_nothing_and_break_nothing(world: World, owner: Person, method: str) -> None:
    with nothing_changed(f"{method} changed something"):
        answers = {
            address.name: owner.client.generic(
                method, world.path(address.name), "x=1", content_type="application/x-www-form-urlencoded"
            ).status_code
            for address in ADDRESSES
        }
    assert {name: status for name, status in answers.items() if status >= 500} == {}


def test_a_post_without_a_csrf_token_is_refused_everywhere_with_a_page_and_changes_nothing(
    world: World, owner: Person
) -> None:
    strict = Client(enforce_csrf_checks=True, headers=HTML)
    strict.force_login(owner.membership.user)
    with nothing_changed("a POST without a token changed something"):
        answers = {a.name: strict.post(world.path(a.name), {"reason": "x"}) for a in CHANGING}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert all("This page was open for too long" in answer.text for answer in answers.values())
    assert strict.get(reverse("home")).status_code == 200  # not even signed out


def test_a_post_without_a_csrf_token_is_refused_everywhere_with_json_for_a_script(
    world: World, owner: Person
) -> None:
    strict = Client(enforce_csrf_checks=True, headers=JSON)
    strict.force_login(owner.membership.user)
    with nothing_changed("a POST without a token changed something"):
        answers = {a.name: strict.post(world.path(a.name), {"reason": "x"}) for a in CHANGING}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert all(answer.json()["error"]["code"] == "csrf" for answer in answers.values())


def test_a_post_from_another_site_is_refused_even_with_the_token(world: World, owner: Person) -> None:
    strict = Client(enforce_csrf_checks=True, headers=HTML | {"Origin": "https://elsewhere.example"})
    strict.force_login(owner.membership.user)
    strict.get(reverse("customer_new"))
    token = strict.cookies["csrftoken"].value
    with nothing_changed("a POST from elsewhere changed something"):
        answers = {
            a.name: strict.post(world.path(a.name), {"csrfmiddlewaretoken": token}).status_code
            for a in CHANGING
        }
    assert answers == dict.fromkeys(answers, 403)


@pytest.mark.parametrize("who", ["nobody", "stranger", "staff", "owner"])
def test_the_administration_is_shut_to_everybody_who_does_not_administer(
    who: str, client: Client, stranger: Person, teammate: Person, owner: Person
) -> None:
    people = {"nobody": client, "stranger": stranger.client, "staff": teammate.client, "owner": owner.client}
    browser = people[who]
    for address in ADMIN:
        for answer in (browser.get(address.example()), browser.post(address.example(), {"post": "yes"})):
            if address.named in ADMIN_DOORS:
                assert answer.status_code in (ADMIN_DOORS[address.named], 200, 302, 404), address
            else:
                assert told(answer) in ("302", "login"), address
                assert "/login/" in answer["Location"] or "/accounts/password/" in answer["Location"], address


def test_an_administrator_without_permissions_sees_no_table(client: Client, world: World) -> None:
    client.force_login(UserFactory(is_staff=True))
    for address in ADMIN:
        if is_table(address.named):
            assert client.get(address.example()).status_code == 403, address


def is_table(name: str) -> bool:
    """Whether an address of the administration is a table's."""
    return name.endswith(("_changelist", "_add"))


def assert_guarded(answer: HttpResponse, name: str) -> None:
    """Every answer of ours carries these."""
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy, name
    assert "default-src 'none'" in policy, name
    assert "script-src 'self'" in policy and "style-src 'self'" in policy, name  # noqa: PT018
    assert "frame-ancestors 'none'" in policy, name
    assert "base-uri 'none'" in policy, name
    assert "form-action 'self'" in policy, name
    assert answer["X-Frame-Options"] == "DENY", name
    assert answer["X-Content-Type-Options"] == "nosniff", name
    assert answer["Referrer-Policy"] == "same-origin", name
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin", name
    assert answer["Permissions-Policy"] == PERMISSIONS, name
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", ")), name


def test_every_answer_carries_the_policy_and_is_kept_by_no_cache(
    world: World, owner: Person, client: Client
) -> None:
    for browser in (owner.client, client):
        for address in ADDRESSES:
            assert_guarded(browser.generic(address.asks, world.path(address.name)), address.name)


def test_every_answer_of_the_administration_carries_them_too(admin_client: Client, world: World) -> None:
    for address in ADMIN:
        answer = admin_client.get(address.example())
        assert answer.status_code < 500, address
        assert_guarded(answer, address.route)


@pytest.mark.parametrize(
    "path", ["/nothing/here/", "/static/nothing.js", "/customers/0/", "/%00", "/..%2fetc/passwd"]
)
def test_an_answer_that_something_is_not_there_carries_them_too(owner: Person, path: str) -> None:
    answer = owner.client.get(path)
    assert answer.status_code == 404
    assert_guarded(answer, path)
