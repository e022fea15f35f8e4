"""The notifications page as plain HTML: what it lists, its filters and pages, and whose it is."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from delivery import inbox
from delivery.drafts import Draft
from delivery.models import Notification
from gstbillingapp.models import Role
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
PAGE = "/notifications/"


@pytest.fixture
def owner():
    return MembershipFactory()


@pytest.fixture
def browser(owner):
    return signed_in(owner)


def signed_in(membership):
    client = Client(headers={"accept": "text/html"})
    client.force_login(membership.user)
    return client


def post(membership, title="Invoice 1", **fields):
    return inbox.post([membership.user_id], Draft(title, "₹1,180.00", **fields))[0]


def titles(response):
    """The titles of the rows, in their order."""
    return re.findall(r'aria-label="Select: ([^"]+)"', response.content.decode())


def tabs(response):
    """The tabs as "All 3"."""
    found = re.findall(r'class="tab"[^>]*>(\w+) <span class="count">(\d+)', response.content.decode())
    return [f"{label} {count}" for label, count in found]


def links(response, rel):
    return re.findall(rf'rel="{rel}" href="([^"]+)"', response.content.decode().replace("&amp;", "&"))


def test_the_newest_comes_first_under_the_name_of_its_day(owner, browser):
    for title, days in (("Old", 40), ("Yesterday's", 1), ("New", 0)):
        row = post(owner, title)
        Notification.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days))
    response = browser.get(PAGE)
    assert titles(response) == ["New", "Yesterday&#x27;s", "Old"]
    names = re.findall(r'<h2 class="notification-day">([^<]+)<', response.content.decode())
    assert names[:2] == ["Today", "Yesterday"]
    assert re.fullmatch(r"\d{1,2} [A-Z][a-z]{2} \d{4}", names[2])


def test_tabs_and_types_narrow_the_list_and_count_what_they_hold(owner, browser):
    post(owner, "Invoice", notification_type="INVOICE")
    read = post(owner, "Read invoice", notification_type="INVOICE")
    post(owner, "Payment", notification_type="PAYMENT")
    inbox.mark_read(owner.user_id, read.pk)
    assert tabs(browser.get(PAGE)) == ["All 3", "Unread 2", "Read 1"]
    assert titles(browser.get(PAGE, {"status": "unread"})) == ["Payment", "Invoice"]
    assert titles(browser.get(PAGE, {"status": "read"})) == ["Read invoice"]
    narrowed = browser.get(PAGE, {"status": "unread", "type": "INVOICE"})
    assert titles(narrowed) == ["Invoice"]
    assert tabs(narrowed) == ["All 2", "Unread 1", "Read 1"]


@pytest.mark.parametrize(
    "query",
    [
        {"status": "seen", "type": "<b>"},
        {"before": "x", "after": ""},
        {"before": "²"},
        {"before": "9" * 19},
        {"before": "9" * 400},
    ],
)
def test_an_address_that_asks_for_nothing_sensible_shows_the_list(owner, browser, query):
    post(owner)
    response = browser.get(PAGE, query)
    assert response.status_code == 200
    assert titles(response) == ["Invoice 1"]


def test_pages_lead_to_every_row_once_and_back_whatever_arrives_meanwhile(owner, browser):
    rows = [post(owner, f"Row {number}").title for number in range(60)]
    seen, pages, address = [], [], PAGE
    while address:
        response = browser.get(address)
        seen += titles(response)
        pages.append(titles(response))
        address = f"{PAGE}{links(response, 'next')[0]}" if links(response, "next") else ""
        post(owner, "Arrival")
    assert seen == rows[::-1]
    newer = browser.get(f"{PAGE}{links(response, 'prev')[0]}")
    assert titles(newer) == pages[-2]
    assert links(newer, "next")


def test_forms_mark_read_and_delete_and_come_back_to_the_same_list(owner, browser):
    row = post(owner)
    here = f"{PAGE}?status=unread"
    assert f'name="next" value="{here}"' in browser.get(here).content.decode()
    response = browser.post(f"{PAGE}{row.pk}/read/", {"next": here})
    assert (response.status_code, response["Location"]) == (302, here)
    assert titles(browser.get(here)) == []
    browser.post(f"{PAGE}{row.pk}/delete/", {"next": here})
    assert titles(browser.get(PAGE)) == []


def test_deleting_what_is_read_is_offered_only_where_there_is_something_and_says_how_many(owner, browser):
    row = post(owner)
    assert "Delete read" not in browser.get(PAGE).content.decode()
    inbox.mark_read(owner.user_id, row.pk)
    assert "Delete 1 notification<" in browser.get(PAGE).content.decode()


def test_what_a_notification_says_is_text_never_markup(owner, browser):
    inbox.post([owner.user_id], Draft("<script>alert(1)</script>", "<img src=x>"))
    text = browser.get(PAGE).content.decode()
    assert "<script>alert" not in text
    assert "<img src=x>" not in text
    assert "&lt;script&gt;" in text


def test_the_bell_starts_from_the_revision_its_rows_were_read_at(owner, browser):
    row = post(owner)
    text = browser.get(PAGE).content.decode()
    assert 'data-revision="1" data-unread="1"' in text
    assert f'data-newest-id="{row.pk}"' in text
    assert 'aria-label="Notifications, 1 unread"' in text


def test_the_page_costs_the_same_queries_for_one_notification_as_for_many(
    owner, browser, django_assert_max_num_queries
):
    for number in range(30):
        post(owner, f"Row {number}")
    with django_assert_max_num_queries(12):
        browser.get(PAGE)


def test_everybody_sees_their_own_and_nobody_anothers(owner, browser):
    post(owner, "Owner's own")
    teammate = signed_in(MembershipFactory(business=owner.business, role=Role.STAFF))
    stranger = signed_in(MembershipFactory())
    for other in (teammate, stranger):
        assert titles(other.get(PAGE)) == []
    assert len(titles(browser.get(PAGE))) == 1


def test_an_anonymous_person_signs_in_first_and_comes_back():
    response = Client().get(f"{PAGE}?status=unread")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/notifications/")
