"""Guessing a password: what is counted, what is locked for how long, and who is not locked out by it."""

import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import F
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from gstbillingapp import limits, sign_in
from gstbillingapp.limits import client_address
from gstbillingapp.sign_in import LIMITS, WINDOW
from tests.factories import PASSWORD, MembershipFactory, UserFactory
from tests.unit.screens.people import Person

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "another long phrase"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
# Every limit, made small: what is tested is what counts and for whom, and an attempt costs a page.
PER_ACCOUNT_AND_ADDRESS, PER_ACCOUNT, PER_ADDRESS, ATTEMPTS_PER_ACCOUNT = 3, 6, 8, 10
DOORS = ["login", "admin:login"]


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small = (PER_ACCOUNT_AND_ADDRESS, PER_ACCOUNT, PER_ADDRESS)
    for way, limit in zip(LIMITS, small, strict=True):
        monkeypatch.setitem(LIMITS, way, limit)
    monkeypatch.setattr(sign_in, "ATTEMPTS_PER_ACCOUNT", ATTEMPTS_PER_ACCOUNT)


@pytest.fixture
def asha() -> User:
    return MembershipFactory(user__username="asha").user


def attempt(
    password: str,
    username: str = "asha",
    address: str = HERE,
    door: str = "login",
    browser: Client | None = None,
) -> HttpResponse:
    """One attempt to sign in, from an address."""
    return (browser or Client()).post(
        reverse(door), {"username": username, "password": password}, REMOTE_ADDR=address
    )


def fail(times: int, **how: str) -> HttpResponse:
    """The answer to the last of so many wrong passwords."""
    for number in range(times):
        if number % ATTEMPTS_PER_ACCOUNT == 0:
            cache.clear()  # a minute passes
        response = attempt("not it", **how)
    return response


def fail_everywhere(times: int, username: str = "asha") -> None:
    """Wrong passwords for one account, each from another address."""
    for number in range(times):
        fail(1, username=username, address=f"192.0.2.{number}")


def time_passes(span: timedelta) -> None:
    """Every failure so far is that much older; what is counted by the minute begins afresh."""
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - span)
    cache.clear()


def lets_in(**how: str | Client) -> bool:
    """Whether the right password is taken."""
    return attempt(PASSWORD, **how).status_code == 302


@pytest.mark.parametrize("door", DOORS)
def test_some_wrong_passwords_lock_account_and_address_even_for_the_right_one(asha: User, door: str) -> None:
    User.objects.filter(pk=asha.pk).update(is_staff=True, is_superuser=True)
    assert fail(PER_ACCOUNT_AND_ADDRESS - 1, door=door).status_code == 200
    locked = fail(1, door=door)
    assert locked.status_code == 429
    for other_door in DOORS:
        assert attempt(PASSWORD, door=other_door).status_code == 429


def test_the_screen_of_a_lock_says_in_words_and_in_its_header_how_long(asha: User) -> None:
    page = fail(PER_ACCOUNT_AND_ADDRESS)
    assert int(page["Retry-After"]) in range(
        int(WINDOW.total_seconds()) - 30, int(WINDOW.total_seconds()) + 1
    )
    assert "Too many wrong passwords" in page.text
    assert "Try again in 15 minutes." in page.text
    time_passes(timedelta(minutes=14, seconds=30))
    assert "Try again in a minute." in attempt(PASSWORD).text


def test_a_lock_ends_by_itself_and_trying_on_does_not_make_it_longer(asha: User) -> None:
    fail(PER_ACCOUNT_AND_ADDRESS)
    time_passes(WINDOW / 2)
    assert fail(2).status_code == 429
    time_passes(WINDOW / 2 + timedelta(seconds=1))
    assert lets_in()


def without_its_own(page: str, username: str) -> str:
    """A page without what is different in every one."""
    return re.sub(r'value="\w{64}"', "", page.replace(username, ""))


def test_a_name_that_nobody_has_is_locked_alike_and_every_answer_is_the_same(asha: User) -> None:
    def answers(username: str) -> list[tuple[int, str]]:
        pages = [fail(1, username=username, address=address) for _ in range(6) for address in (HERE,)]
        return [
            (page.status_code, page.text.replace(username, "").split("csrfmiddlewaretoken")[0])
            for page in pages
        ]

    assert answers("asha") == answers("nobody-has-this-name")


def test_a_deactivated_account_is_answered_like_a_wrong_password(asha: User) -> None:
    User.objects.filter(pk=asha.pk).update(is_active=False)
    closed, wrong = attempt(PASSWORD), attempt("not it", username="nobody")
    assert closed.status_code == wrong.status_code == 200
    words = "This name and password do not go together."
    assert words in closed.text
    assert words in wrong.text


def test_somebody_signed_in_goes_on_working_while_her_name_is_hammered(asha: User) -> None:
    browser = Client(REMOTE_ADDR=HERE)
    assert lets_in(browser=browser)
    fail_everywhere(PER_ACCOUNT)
    assert browser.get(reverse("home")).status_code == 200


def test_a_name_hammered_from_one_address_is_not_locked_at_another(asha: User) -> None:
    assert fail(PER_ACCOUNT_AND_ADDRESS + 1, address=ELSEWHERE).status_code == 429
    assert lets_in(address=HERE)


def test_a_name_hammered_from_many_addresses_is_locked_in_browsers_it_does_not_know(asha: User) -> None:
    fail_everywhere(PER_ACCOUNT)
    assert attempt(PASSWORD, address=ELSEWHERE).status_code == 429


def test_a_browser_in_which_she_signed_in_before_lets_her_in_though_her_name_is_hammered(asha: User) -> None:
    browser = Client()
    assert lets_in(browser=browser)
    browser.post(reverse("logout"))
    fail_everywhere(PER_ACCOUNT)
    assert lets_in(browser=browser, address=ELSEWHERE)


def test_a_known_browser_may_not_guess_more_often_and_knows_only_its_own_accounts(asha: User) -> None:
    browser = Client()
    assert lets_in(browser=browser)
    browser.post(reverse("logout"))
    assert fail(PER_ACCOUNT_AND_ADDRESS, browser=browser).status_code == 429
    UserFactory(username="ravi")
    fail_everywhere(PER_ACCOUNT, username="ravi")
    assert attempt(PASSWORD, username="ravi", browser=browser).status_code == 429


def test_a_forged_or_copied_mark_of_a_known_browser_is_worth_nothing(asha: User) -> None:
    UserFactory(username="ravi")
    browser = Client()
    assert lets_in(browser=browser, username="ravi")
    own = browser.cookies[sign_in.KNOWN].value
    assert "ravi" not in own
    fail_everywhere(PER_ACCOUNT)
    for value in (own, sign_in._mark("asha"), own.replace(own[:16], sign_in._mark("asha")), "::", "a" * 4000):
        forger = Client()
        forger.cookies[sign_in.KNOWN] = value
        assert attempt(PASSWORD, browser=forger).status_code == 429


def test_one_address_that_tries_many_names_is_locked_for_all_of_them(asha: User) -> None:
    for number in range(PER_ADDRESS):
        fail(1, username=f"name-{number}")
    assert attempt(PASSWORD).status_code == 429
    assert lets_in(address=ELSEWHERE)


def test_an_office_behind_one_address_mistypes_and_gets_in(asha: User) -> None:
    for number in range(PER_ADDRESS):
        UserFactory(username=f"colleague-{number}")
        fail(PER_ACCOUNT_AND_ADDRESS - 1, username=f"colleague-{number}")
        assert lets_in(username=f"colleague-{number}")
    assert lets_in()


def test_an_account_of_ones_own_does_not_pay_for_guessing_at_others(asha: User) -> None:
    UserFactory(username="attacker")
    for number in range(PER_ADDRESS - 1):
        fail(1, username=f"name-{number}")
    assert lets_in(username="attacker")
    assert fail(1, username="name-x").status_code == 429


def test_many_guesses_in_the_same_instant_are_counted_before_any_is_looked_at(asha: User) -> None:
    # As if none of them had been recorded yet when the next was asked for.
    answers = []
    for number in range(ATTEMPTS_PER_ACCOUNT + 1):
        answers.append(attempt("not it", address=f"192.0.2.{number}"))
        AccessAttempt.objects.all().delete()
    assert [answer.status_code for answer in answers] == [200] * ATTEMPTS_PER_ACCOUNT + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= limits.WINDOW


def test_what_is_kept_of_a_failure_holds_no_password_and_no_token(asha: User) -> None:
    attempt("s3cret-guess")
    kept = AccessAttempt.objects.get()
    assert "s3cret" not in f"{kept.post_data}{kept.get_data}"
    assert len(kept.post_data) <= 1024


def test_what_was_got_wrong_is_forgotten_once_it_counts_no_more(asha: User) -> None:
    fail(2)
    time_passes(WINDOW + timedelta(seconds=1))
    assert lets_in(address=ELSEWHERE)
    assert not AccessAttempt.objects.exists()


def change(old: str) -> dict[str, str]:
    """The form of a new password."""
    return {"old_password": old, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}


def test_guessing_the_present_password_in_an_open_session_is_the_same_as_at_the_door(
    asha: User,
) -> None:
    browser = Client(REMOTE_ADDR=HERE)
    browser.force_login(asha)
    url = reverse("password_change")
    guess = {
        "old_password": "not it",
        "new_password1": "another long phrase",
        "new_password2": "another long phrase",
    }
    statuses = [browser.post(url, guess).status_code for _ in range(PER_ACCOUNT_AND_ADDRESS)]
    assert statuses == [200] * (PER_ACCOUNT_AND_ADDRESS - 1) + [429]
    assert browser.post(url, change(PASSWORD)).status_code == 429
    asha.refresh_from_db()
    assert asha.check_password(PASSWORD)
    assert attempt(PASSWORD).status_code == 429
    assert browser.get(reverse("home")).status_code == 200
    kept = "".join(AccessAttempt.objects.values_list("post_data", flat=True))
    assert "another long phrase" not in kept, "the password they wish for is not to be kept"


def test_the_administration_changes_passwords_on_the_same_page(asha: User) -> None:
    browser = Client()
    browser.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert browser.get(reverse("admin:password_change")).url == reverse("password_change")
    url = reverse("password_change")
    typed = {
        "old_password": PASSWORD,
        "new_password1": "another long phrase",
        "new_password2": "another long phrase",
    }
    assert browser.post(url, typed).url == reverse("admin:index")


def test_accounts_are_not_made_by_the_hundred(client: Client) -> None:
    url = reverse("signup")
    statuses = [client.post(url, {"username": "x"}).status_code for _ in range(limits.ALLOWED_SIGN_UPS)]
    assert set(statuses) == {200}
    refused = client.post(url, {"username": "x"}, headers={"Accept": "text/html"})
    assert refused.status_code == 429
    assert 1 <= int(refused["Retry-After"]) <= limits.HOUR
    assert "That was too much at once" in refused.text
    assert client.get(url).status_code == 200
    assert client.post(url, {"username": "x"}, REMOTE_ADDR=ELSEWHERE).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", HERE),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the client wrote the first itself
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", HERE),
        (1, "", HERE),
        (1, "no address, not one either", HERE),
        (1, "127.0.0.1\r\nX: y", HERE),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
        (1, "0x7f.1", HERE),
    ],
)
def test_the_address_that_counts_is_the_one_our_own_proxy_wrote(
    rf: RequestFactory, proxies: int, forwarded: str, address: str
) -> None:
    request = rf.get("/", REMOTE_ADDR=HERE, HTTP_X_FORWARDED_FOR=forwarded)
    with override_settings(PROXY_COUNT=proxies):
        assert client_address(request) == address


def test_a_new_forwarded_address_for_every_guess_does_not_help(asha: User) -> None:
    with override_settings(PROXY_COUNT=1):
        for number in range(PER_ACCOUNT_AND_ADDRESS):
            answer = Client().post(
                reverse("login"),
                {"username": "asha", "password": "not it"},
                HTTP_X_FORWARDED_FOR=f"10.9.8.{number}, {HERE}",
            )
    assert answer.status_code == 429


def test_a_request_without_any_address_is_counted_too(asha: User) -> None:
    assert fail(PER_ACCOUNT_AND_ADDRESS, address="").status_code == 429


def test_signing_in_through_the_screen_still_works_after_some_mistakes(client: Client, owner: Person) -> None:
    fail(PER_ACCOUNT_AND_ADDRESS - 1, username=owner.username)
    assert attempt(PASSWORD, username=owner.username, browser=client).url == reverse("home")
    assert get_user(client) == owner.membership.user
    assert not AccessAttempt.objects.exists()
