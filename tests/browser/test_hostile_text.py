"""Hostile text in a real browser: no script of it runs, the policy refuses nothing, nobody is sent elsewhere.

A `Visitor` fails its test for any error in the console, each refusal of the content security policy included.
"""

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Visit
from tests.support.browser import LIVE
from tests.support.stack import Stack
from tests.unit.security.addresses import ADDRESSES, World
from tests.unit.security.hostile import MARK, hostile_notification, hostile_world

pytestmark = pytest.mark.once

# What a script of theirs would have left behind.
TRAP = f"window.caught = []; window.{MARK} = () => window.caught.push(1);"


@pytest.fixture
def harm(site: Stack) -> World:
    world = hostile_world()
    world.owner.user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    world.owner.user.save()
    return world


def opened(visitor, path: str) -> Page:
    """A page with the trap set, which nothing springs."""
    page = visitor.context.new_page()
    page.on("dialog", lambda dialog: visitor.complaints.append(f"{path}: {dialog.message}"))
    page.add_init_script(TRAP)
    page.goto(path)
    assert page.evaluate("window.caught") == [], path
    return page


# JSON; and what a worker has made by then, which is no page but a file.
NO_PAGES = ("_lookup", "quotation_pdf")


def assert_stays_here(visitor) -> None:
    """Nothing was asked of any other site, by whatever markup."""
    assert [url for url in visitor.requests if "://" in url and not url.startswith("data:")] == []


def test_no_screen_runs_a_script_of_theirs_or_leads_to_another_site(
    site: Stack, visit: Visit, harm: World
) -> None:
    visitor = visit(site.url).sign_in(harm.owner.user.username, PASSWORD)
    for address in ADDRESSES:
        is_page = address.asks == "GET" and address.nobody == "login"
        if is_page and not address.name.endswith(NO_PAGES):
            page = opened(visitor, harm.path(address.name))
            foreign = "[...document.links].map((a) => a.href).filter((href) => /^https?:/.test(href))"
            links = page.evaluate(f"{foreign}.filter((href) => !href.startsWith(location.origin))")
            assert links == [], address.name
            page.close()
    assert_stays_here(visitor)


def test_a_notification_that_arrives_is_text_in_toast_and_bell(
    site: Stack, visit: Visit, harm: World
) -> None:
    visitor = visit(site.url).sign_in(harm.owner.user.username, PASSWORD)
    page = opened(visitor, "/customers/")
    expect(page.locator(LIVE)).to_have_count(1)
    hostile_notification(harm.owner.user)
    expect(page.locator("#notification-toasts")).to_contain_text(MARK)
    page.locator("#notification-bell").click()
    expect(page.locator("#notification-panel")).to_contain_text(MARK)
    expect(page.locator(f"img[src*={MARK}], svg[onload], [onerror]")).to_have_count(0)
    assert page.evaluate("window.caught") == []
    assert_stays_here(visitor)


def test_the_administration_works_under_the_policy_without_inline_script_or_style(
    site: Stack, visit: Visit, harm: World
) -> None:
    User.objects.filter(pk=harm.owner.user_id).update(is_staff=True, is_superuser=True)
    visitor = visit(site.url).sign_in(harm.owner.user.username, PASSWORD)
    for path in (
        "/admin/",
        "/admin/gstbillingapp/invoice/",
        "/admin/gstbillingapp/customer/?q=zq9",
        f"/admin/gstbillingapp/invoice/{harm.rows['invoice'][0]}/change/",
        "/admin/gstbillingapp/gstrate/add/",
        "/admin/auth/user/add/",
        f"/admin/auth/user/{harm.owner.user_id}/change/",
        "/admin/django_celery_results/taskresult/",
    ):
        opened(visitor, path).close()
    page = opened(visitor, "/admin/gstbillingapp/gstrate/add/")
    page.locator(".datetimeshortcuts a:visible").first.click()  # Django's own calendar puts today's date in
    page.locator(".calendarbox .calendar-shortcuts a", has_text="Today").locator("visible=true").click()
    expect(page.locator("#id_valid_from")).not_to_have_value("")
    assert_stays_here(visitor)
