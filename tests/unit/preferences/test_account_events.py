"""Who is told of a new sign-in and of a changed password, and in which words; and who is not."""

import pytest
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse

from delivery.models import Notification
from gstbillingapp.actions import account
from gstbillingapp.models import KnownNetwork
from gstbillingapp.places import place_of
from tests.factories import PASSWORD, MembershipFactory, UserFactory, gstin
from tests.unit.preferences.conftest import choose, keys

pytestmark = pytest.mark.django_db

HOME, SAME_NETWORK, ELSEWHERE = "203.0.113.9", "203.0.113.200", "198.51.100.7"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"
NEW = "another long phrase"


@pytest.fixture
def asha() -> User:
    return MembershipFactory(user__username="asha").user


def sign_in(browser: Client, address: str = HOME) -> Client:
    browser.post(reverse("logout"))  # whoever is signed in is not asked again
    response = browser.post(
        reverse("login"),
        {"username": "asha", "password": PASSWORD},
        REMOTE_ADDR=address,
        HTTP_USER_AGENT=CHROME,
    )
    assert response.status_code == 302
    return browser


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user).order_by("pk").values_list("title", flat=True))


def test_the_first_sign_in_and_the_same_browser_at_the_same_place_tell_nothing(asha):
    browser = sign_in(Client())
    sign_in(browser)
    sign_in(browser, SAME_NETWORK)
    assert told(asha) == []


def test_another_browser_is_told_of_once(asha):
    sign_in(Client())
    other = sign_in(Client())
    sign_in(other)
    assert told(asha) == [f"New sign-in from Chrome on Windows, {HOME}"]
    row = Notification.objects.get(user=asha)
    assert (row.notification_type, row.priority) == ("SYSTEM", "high")
    assert row.link_url == reverse("password_change")
    assert row.dedupe_key.startswith("sec:sign_in:")


def test_another_network_is_told_of_once(asha):
    browser = sign_in(Client())
    sign_in(browser, ELSEWHERE)
    sign_in(browser, ELSEWHERE)
    sign_in(browser)
    assert told(asha) == [f"New sign-in from Chrome on Windows, {ELSEWHERE}"]


def test_a_browser_that_somebody_else_signed_in_in_is_new_to_her(asha):
    ravi = MembershipFactory(business=asha.membership.business, user__username="ravi").user
    sign_in(Client())
    shared = Client()
    shared.post(reverse("login"), {"username": "ravi", "password": PASSWORD}, REMOTE_ADDR=HOME)
    sign_in(shared)
    assert len(told(asha)) == 1
    assert told(ravi) == []


def test_nobody_silences_it_beforehand(asha):
    choose(asha, off=("sign_in", "password_changed"))
    sign_in(Client())
    sign_in(Client())
    assert len(told(asha)) == 1


def test_signing_up_and_coming_back_tells_nothing(client):
    fields = {"username": "new", "password": PASSWORD, "name": "New Traders", "scheme": "regular"}
    client.post(reverse("signup"), fields | {"gstin": gstin("29"), "state_code": "29"}, REMOTE_ADDR=HOME)
    user = get_user(client)
    client.post(reverse("logout"))
    client.post(reverse("login"), {"username": "new", "password": PASSWORD}, REMOTE_ADDR=HOME)
    assert get_user(client) == user
    assert told(user) == []


def test_networks_that_were_left_long_ago_are_forgotten(asha, monkeypatch):
    monkeypatch.setattr(account, "NETWORKS_KEPT", 2)
    for number in range(4):
        account.signed_in(asha, f"10.0.{number}.0/24", "a place", is_known_browser=True)
    kept = KnownNetwork.objects.filter(user=asha).order_by("network").values_list("network", flat=True)
    assert list(kept) == ["10.0.2.0/24", "10.0.3.0/24"]
    assert len(told(asha)) == 3


def test_a_changed_password_is_told_and_ends_the_other_sessions(asha):
    here, there = sign_in(Client()), sign_in(Client())
    typed = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    here.post(reverse("password_change"), typed, REMOTE_ADDR=HOME, HTTP_USER_AGENT=CHROME)
    assert told(asha)[-1] == "Password changed"
    newest = Notification.objects.filter(user=asha).order_by("-pk")[0]
    assert newest.message.startswith(f"From Chrome on Windows, {HOME}.")
    assert get_user(here) == asha
    assert not get_user(there).is_authenticated


def test_a_password_that_is_not_changed_is_not_told_of(asha):
    browser = sign_in(Client())
    typed = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    browser.post(reverse("password_change"), typed)
    assert told(asha) == []


def test_a_password_that_the_administration_changes_is_told_to_its_owner(asha, admin_client):
    url = reverse("admin:auth_user_password_change", args=[asha.pk])
    page = admin_client.post(url, {"password1": NEW, "password2": NEW, "usable_password": "true"})
    assert page.status_code == 302
    assert told(asha) == ["Password changed"]
    assert "the administration of this site" in Notification.objects.get(user=asha).message


def test_only_the_person_is_told(asha):
    teammate = MembershipFactory(business=asha.membership.business).user
    sign_in(Client())
    sign_in(Client())
    assert keys(teammate) == keys(UserFactory()) == []


@pytest.mark.parametrize(
    ("agent", "address", "words", "network"),
    [
        (CHROME, HOME, f"Chrome on Windows, {HOME}", "203.0.113.0/24"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
            "2001:db8:1:2:3::4",
            "Safari on iPhone, 2001:db8:1:2::",
            "2001:db8:1::/48",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            HOME,
            f"Firefox on Linux, {HOME}",
            "203.0.113.0/24",
        ),
        (f"{CHROME} Edg/142.0", HOME, f"Edge on Windows, {HOME}", "203.0.113.0/24"),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130",
            "",
            "Samsung Internet on Android",
            "",
        ),
        ("", "", "an unknown browser", ""),
        ("<script>" * 1000, HOME, f"an unknown browser, {HOME}", "203.0.113.0/24"),
    ],
)
def test_a_place_is_told_in_words(rf: RequestFactory, agent, address, words, network):
    place = place_of(rf.get("/", HTTP_USER_AGENT=agent, REMOTE_ADDR=address))
    assert (place.words, place.network) == (words, network)
