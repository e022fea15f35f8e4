"""The product as it runs outside DEBUG, behind a proxy that ends TLS: attacked, and its logs read."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from pytest_django import DjangoDbBlocker

from delivery.models import Delivery
from gstbillingapp.models import Invoice, Membership, Role
from gstbillingapp.sign_in import LIMITS
from tests.factories import BusinessFactory, CustomerFactory, draft, line
from tests.support.browserless import Client, Response
from tests.support.databases import ROOT, Templates, clean_environment
from tests.support.redis_server import RedisServer
from tests.support.stack import Stack, running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

HOST = "billing.example.in"
ORIGIN = f"https://{HOST}"
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "kT7vQ2m-" * 8,
    "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
    "TRUSTED_ORIGINS": ORIGIN,
}
PASSWORD = "tulsi-leaf-and-brass"
HERE = "203.0.113.7"
GUESSES = LIMITS["username", "ip_address"]


@pytest.fixture(scope="module")
def production(
    database_templates: Templates,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """Two web processes, a worker and beat, with production's settings; each test brings its own people."""
    folder = tmp_path_factory.mktemp("production")
    redis = RedisServer("valkey", folder)
    with ExitStack() as cleanup:
        cleanup.callback(redis.close)
        redis.start()
        database = cleanup.enter_context(database_templates.copy("migrated"))
        stack = Stack(database, redis, folder)
        stack.environment.update(PRODUCTION)
        stack.manage("collectstatic", "--noinput", "--verbosity", "0")
        cleanup.enter_context(django_db_blocker.unblock())
        cleanup.enter_context(database.used_here())
        cleanup.enter_context(running(stack))
        stack.start("web-2")
        yield stack


def person(name: str) -> User:
    """Somebody with a business of their own."""
    user = User.objects.create(username=name, password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    Membership.objects.create(business=BusinessFactory(), user=user, role=Role.OWNER)
    return user


def browser(stack: Stack, address: str = HERE, web: str = "web", **headers: str) -> Client:
    """Somebody's browser, behind the proxy, which says where it comes from."""
    proxy = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": address}
    return Client(
        stack.web_url(web), ORIGIN, proxy | {"Referer": f"{ORIGIN}/", "Accept": "text/html"} | headers
    )


def guess(stack: Stack, username: str, password: str = "not it", **where: str) -> Response:
    """One attempt to sign in from a browser without a past."""
    return browser(stack, **where).post("/accounts/login/", {"username": username, "password": password})


def ask(stack: Stack, path: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], str]:
    """One request with exactly these headers, redirects not followed."""
    connection = HTTPConnection(stack.url.removeprefix("http://"), timeout=10)
    try:
        connection.putrequest("GET", path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        connection.close()


def test_djangos_own_check_for_deployment_finds_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"],
        cwd=ROOT,
        env=clean_environment(
            **PRODUCTION,
            DATABASE_URL="postgresql://billing@127.0.0.1:1/billing",
            REDIS_URL="redis://127.0.0.1:1",
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues (0 silenced)" in done.stdout


def test_cookies_are_for_https_only_and_no_script_reads_the_session(production: Stack) -> None:
    person("cookie-eater")
    client = browser(production)
    client.sign_in("cookie-eater", PASSWORD)
    cookies = {cookie.name: cookie for cookie in client.cookies}
    assert set(cookies) == {"sessionid", "csrftoken", "known_browser"}
    for name, cookie in cookies.items():
        assert cookie.secure, name
        assert cookie.get_nonstandard_attr("SameSite") == "Lax", name
        assert cookie.has_nonstandard_attr("HttpOnly") == (name != "csrftoken"), name


def test_a_browser_is_told_to_come_back_by_https_only(production: Stack) -> None:
    told = browser(production).get("/accounts/login/").headers["Strict-Transport-Security"]
    assert told == f"max-age={365 * 24 * 3600}; includeSubDomains; preload"
    status, headers, _ = ask(production, "/accounts/login/", {"Host": HOST})
    assert (status, headers["location"]) == (301, f"{ORIGIN}/accounts/login/")


@pytest.mark.parametrize(
    "host",
    ["elsewhere.example", f"{HOST}.elsewhere.example", f"elsewhere.example:443@{HOST}", f"{HOST}:80:80", ""],
)
def test_a_foreign_host_is_refused_and_never_repeated(production: Stack, host: str) -> None:
    status, headers, text = ask(production, "/accounts/login/", {"Host": host, "X-Forwarded-Proto": "https"})
    assert status == 400
    assert "elsewhere" not in f"{headers}{text}"


def test_a_forwarded_host_is_not_believed(production: Stack) -> None:
    told = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example"}
    status, headers, text = ask(production, "/customers/", told)
    assert (status, headers["location"]) == (302, "/accounts/login/?next=/customers/")
    assert "elsewhere" not in text


def test_what_breaks_or_is_missing_tells_nothing_of_the_inside(production: Stack) -> None:
    page = browser(production).get("/nothing/here/")
    assert page.status == 404
    for word in ("Traceback", "gstbilling.urls", "Django", "DEBUG", "site-packages"):
        assert word not in page.text


def test_a_lock_holds_in_every_web_process_and_its_screen_says_how_long(production: Stack) -> None:
    person("locked")
    for number in range(GUESSES - 1):
        assert guess(production, "locked", web=("web", "web-2")[number % 2]).status == 200
    assert guess(production, "locked", web="web-2").status == 429
    for web in ("web", "web-2"):
        refused = guess(production, "locked", PASSWORD, web=web)
        assert refused.status == 429
        assert 0 < int(refused.headers["Retry-After"]) <= 900
        assert "Too many wrong passwords" in refused.text


def test_only_the_address_that_the_proxy_wrote_counts(production: Stack) -> None:
    person("spoofed")
    for number in range(GUESSES):
        answer = guess(production, "spoofed", address=f"10.1.1.{number}, 198.51.100.{1}")
    assert answer.status == 429  # a new address in front, which the client wrote, is no new address
    assert guess(production, "spoofed", PASSWORD, address="198.51.100.2").status == 200


def test_a_copied_session_is_worth_nothing_after_signing_out_or_changing_the_password(
    production: Stack,
) -> None:
    person("copied")
    mine, thief = browser(production), browser(production, web="web-2")
    for leave in (
        lambda: mine.sign_out(),
        lambda: mine.post("/accounts/password/", _new_password()),
    ):
        mine.sign_in("copied", PASSWORD)
        for cookie in mine.cookies:
            thief.cookies.set_cookie(cookie)
        assert thief.get("/notifications/api/count/").status == 200
        leave()
        assert thief.get("/notifications/api/count/").url.endswith("/accounts/login/?next=/notifications/")


def _new_password() -> dict[str, str]:
    return {"old_password": PASSWORD, "new_password1": PASSWORD + "-2", "new_password2": PASSWORD + "-2"}


def test_a_days_work_leaves_no_secret_and_nothing_of_a_business_in_any_log(production: Stack) -> None:
    user = person("meenakshi")
    invoice, client = a_days_work(production, user)
    secrets = {cookie.name: cookie.value for cookie in client.cookies}
    log = "".join(production.process(name).log() for name in ("web", "web-2", "worker", "beat"))
    business = user.membership.business
    for secret in [
        *(PASSWORD, "a-wrong-guess", "meenakshi", *secrets.values()),
        *(invoice.buyer_name, invoice.number, invoice.buyer_gstin, business.name, business.gstin),
        *("Brass lamp", "90,271", "90271", "cheque-77", "Invoice "),
    ]:
        assert str(secret) not in log, secret
    assert "Traceback" not in log
    assert " ERROR " not in log
    assert HERE in log  # of the wrong password: whoever watches can shut an address out


def a_days_work(stack: Stack, user: User) -> tuple[Invoice, Client]:
    """Somebody signs in, at the second attempt, issues an invoice, is paid, and takes some wrong turns."""
    business = user.membership.business
    customer = CustomerFactory(business=business, name="Kaveri Handlooms")
    typed = draft(business, line(description="Brass lamp", price=Decimal(76_501)), customer=customer)
    guess(stack, user.username, "a-wrong-guess")
    client = browser(stack).sign_in(user.username, PASSWORD)
    paths = f"/invoice/{typed.pk}"
    assert client.post(f"{paths}/issue/").status == 200
    invoice = Invoice.objects.get(pk=typed.pk)
    assert invoice.number
    paid: dict[str, Any] = {
        "amount": "90271.00",
        "date": invoice.date,
        "mode": "cheque",
        "reference": "cheque-77",
    }
    assert client.post(f"{paths}/payments/new/", paid).status == 200
    assert not Invoice.objects.get(pk=typed.pk).balance
    client.get("/customers/?q=Kaveri+Handlooms")
    client.get("/invoice/999999/?q=Kaveri+Handlooms")
    client.get("/notifications/api/changes/?since=Kaveri+Handlooms")
    client.post("/customers/quick/", {"name": "Kaveri Handlooms", "gstin": "bad"})
    wait_until(lambda: not Delivery.objects.filter(state="pending").exists(), 20, "the worker sent nothing")
    return invoice, client


def test_a_log_line_is_one_event_whatever_was_typed(production: Stack) -> None:
    guess(production, "asha\n2026-01-01 00:00:00,000 CRITICAL root: forged")
    ask(
        production, "/%0a2026-01-01%20CRITICAL%20root:%20forged", {"Host": HOST, "X-Forwarded-Proto": "https"}
    )
    log = production.process("web").log()
    dated = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ +[\w.]+: ")
    for text in log.splitlines():
        assert dated.match(text) or text.startswith("    "), text
    forged = [text for text in log.splitlines() if "forged" in text]
    assert forged
    assert all(" WARNING django.request: " in text for text in forged)
