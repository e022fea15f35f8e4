"""The owner of an inbox chooses how long what is read is kept: on the page, with and without scripts."""

import pytest
from django.test import Client

from delivery.models import Inbox
from gstbillingapp.models import Role
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

KEEP = "/notifications/keep-read/"


def signed_in(membership):
    browser = Client(headers={"accept": "text/html"})
    browser.force_login(membership.user)
    return browser


def chosen(page):
    """What the form shows as chosen."""
    form = page.content.decode().partition(f'action="{KEEP}"')[2].partition("</form>")[0]
    return form.partition(" selected>")[2].partition("<")[0]


def test_nothing_chosen_keeps_it_for_ever():
    assert chosen(signed_in(MembershipFactory()).get("/notifications/")) == "for ever"


@pytest.mark.parametrize(
    ("days", "words"), [("365", "a year"), ("90", "90 days"), ("30", "30 days"), ("", "for ever")]
)
def test_a_choice_is_said_and_shown_and_can_be_taken_back(days, words):
    member = MembershipFactory()
    browser = signed_in(member)
    browser.post(KEEP, {"days": "30"})
    page = browser.post(KEEP, {"days": days}, follow=True)
    assert chosen(page) == words
    assert f"are kept {words if not days else 'for ' + words}." in page.content.decode()
    assert Inbox.objects.get(user=member.user).keep_read_days == (int(days) if days else None)


def test_a_choice_is_of_ones_own_inbox_and_of_no_teammates():
    owner = MembershipFactory()
    teammate = MembershipFactory(business=owner.business, role=Role.STAFF)
    signed_in(owner).post(KEEP, {"days": "30"})
    assert chosen(signed_in(teammate).get("/notifications/")) == "for ever"


@pytest.mark.parametrize("days", ["1", "31", "-30", "365.0", "30 ", "many", "३०"])
@pytest.mark.once
def test_only_what_the_form_offers_is_taken(days):
    member = MembershipFactory()
    assert signed_in(member).post(KEEP, {"days": days}).status_code == 400
    assert not Inbox.objects.exists()
