"""Sessions: whose key it is, how long it lives, what ends it, and where signing in leads."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import PASSWORD, MembershipFactory
from tests.unit.screens.people import Person
from tests.unit.security.addresses import ADDRESSES, World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Each tried as a place to go to after signing in; none may leave this site.
ELSEWHERE = [
    "https://elsewhere.example/",
    "//elsewhere.example/",
    "///elsewhere.example/",
    "////elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "\\/elsewhere.example",
    "https:elsewhere.example",
    "https:///elsewhere.example",
    "http://testserver@elsewhere.example/",
    "javascript:alert(1)",
    "JaVaScRiPt://testserver/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\thttps://elsewhere.example",
    "/\t/elsewhere.example",
    "\x00//elsewhere.example",
    " //elsewhere.example",
]


@pytest.fixture
def asha() -> User:
    return MembershipFactory(user__username="asha").user


def sign_in(client: Client, **fields: str):
    return client.post(reverse("login"), {"username": "asha", "password": PASSWORD, **fields})


def test_a_session_key_that_somebody_else_planted_is_not_the_one_after_signing_in(
    asha: User, client: Client
) -> None:
    planted = SessionStore()
    planted["cart"] = "somebody's"
    planted.create()
    client.cookies["sessionid"] = planted.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != planted.session_key
    thief = Client()
    thief.cookies["sessionid"] = planted.session_key
    assert not get_user(thief).is_authenticated


def test_a_session_key_that_the_server_never_gave_is_not_taken(asha: User, client: Client) -> None:
    client.cookies["sessionid"] = "a" * 32
    sign_in(client)
    assert client.cookies["sessionid"].value != "a" * 32


def test_the_csrf_token_changes_with_signing_in(asha: User, client: Client) -> None:
    client.get(reverse("login"))
    before = client.cookies["csrftoken"].value
    sign_in(client)
    assert client.cookies["csrftoken"].value != before


def test_signing_out_ends_the_session_on_the_server_and_a_copied_cookie_is_worth_nothing(
    asha: User, client: Client
) -> None:
    sign_in(client)
    thief = Client()
    thief.cookies["sessionid"] = client.cookies["sessionid"].value
    assert thief.get(reverse("home")).status_code == 200
    client.post(reverse("logout"))
    assert not Session.objects.exists()
    assert thief.get(reverse("home")).status_code == 302


def test_asking_again_and_again_never_extends_a_session(world: World, owner: Person) -> None:
    ends = timezone.now() + timedelta(seconds=90)
    Session.objects.update(expire_date=ends)
    for address in ADDRESSES:
        if address.asks == "GET":
            answer = owner.client.get(world.path(address.name))
            assert "sessionid" not in answer.cookies, address.name
    assert Session.objects.get().expire_date == ends


def test_an_expired_session_lets_nobody_in(owner: Person) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert owner.client.get(reverse("home")).status_code == 302
    answer = owner.client.get(reverse("notification_count"))
    assert answer.status_code == 401


def test_no_script_reads_the_session_and_no_other_site_sends_it(asha: User, client: Client) -> None:
    for cookie in sign_in(client).cookies.values():
        assert cookie["samesite"] == "Lax", cookie.key
        assert cookie["httponly"] or cookie.key == "csrftoken", cookie.key
        assert not cookie["domain"], cookie.key


@pytest.mark.parametrize("place", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(asha: User, place: str) -> None:
    query = "?" + urlencode({"next": place})
    for client, url, fields in (
        (Client(), reverse("login"), {"next": place}),
        (Client(), reverse("login") + query, {}),
    ):
        page = client.get(url)
        assert page.status_code == 200
        answer = client.post(url, {"username": "asha", "password": PASSWORD, **fields})
        assert (answer.status_code, answer.url) == (302, reverse("home"))
    signed_in = client.get(reverse("login") + query)
    assert (signed_in.status_code, signed_in.url) == (302, reverse("home"))


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_deed_on_a_notification_never_leads_to_another_site(owner: Person, place: str) -> None:
    answer = owner.client.post(
        reverse("notifications_read_all"), {"next": place}, headers={"Accept": "text/html"}
    )
    assert (answer.status_code, answer["Location"]) == (302, reverse("notifications"))


def test_a_place_to_go_to_cannot_smuggle_a_header(asha: User, client: Client) -> None:
    answer = sign_in(client, next="/customers/\r\nSet-Cookie: stolen=1")
    assert "stolen" not in answer.cookies
    assert "\n" not in answer.url
