"""What is in a line of the log, and how often an expected refusal is logged."""

import logging
from io import StringIO

import pytest
from django.conf import settings
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from gstbillingapp import limits
from gstbillingapp.log_lines import OneLine, expected
from tests.factories import CustomerFactory
from tests.unit.screens.people import Person

HTML = {"Accept": "text/html"}
NASTY = ["\nCRITICAL root: forged", "\r", "\x1b[2J", "\u202e", "\u2028", "\x00", "\x9b31m", "\u2066"]


def written(message: str, *args: object, error: Exception | None = None) -> str:
    """A line as the product's own format makes it."""
    told = settings.LOGGING["formatters"]["line"]
    formatter = OneLine(told["format"], style=told["style"])
    exc_info = (type(error), error, error.__traceback__) if error else None
    return formatter.format(logging.LogRecord("x", logging.WARNING, "", 1, message, args, exc_info))


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_what_somebody_typed_stays_in_its_line_and_is_escaped(nasty: str) -> None:
    line = written("no such name: %s", f"asha{nasty}ravi")
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert "asha" in line
    assert "ravi" in line


def test_a_name_in_any_script_is_still_read() -> None:
    assert written("%s", "आशा இந்தியா 🪔").endswith("आशा இந்தியா 🪔")


def test_a_traceback_cannot_forge_a_line_either() -> None:
    with pytest.raises(ValueError) as caught:
        int("no\n2026-11-23 00:00:00 CRITICAL root: forged\x1b[2J")
    first, *rest = written("failed", error=ValueError(f"{caught.value} \n CRITICAL forged")).splitlines()
    assert first.endswith("failed")
    assert rest
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_that_a_probe_finds_a_part_missing_is_its_answer_and_no_error_of_ours() -> None:
    def unavailable(path: str) -> logging.LogRecord:
        return logging.makeLogRecord({"status_code": 503, "request": RequestFactory().get(path)})

    assert not expected(unavailable("/readyz"))
    assert expected(unavailable("/invoices/"))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the product's own handler writes meanwhile."""
    [handler] = [h for h in logging.getLogger().handlers if isinstance(h.formatter, OneLine)]
    stream = StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    return stream


def forbidden(client: Client) -> int:
    return Client(enforce_csrf_checks=True).post(reverse("login"), headers=HTML).status_code


def host(client: Client) -> int:
    return client.get(reverse("login"), headers={"Host": "elsewhere.example"}).status_code


def missing(client: Client) -> int:
    return client.get("/nothing/here/?q=Ravi+Traders").status_code


def missing_row(client: Client) -> int:
    return client.get("/customers/999999/?q=Ravi+Traders", headers=HTML).status_code


def wrong_method(client: Client) -> int:
    return client.get(reverse("customer_quick"), {"name": "Ravi Traders"}).status_code


def not_allowed(client: Client) -> int:
    return client.post(reverse("business"), {"name": "Ravi Traders"}, headers=HTML).status_code


def too_often(client: Client) -> int:
    for _ in range(limits.ALLOWED_COSTLY + 1):
        limits.seconds_to_wait(f"costly:{client.session['_auth_user_id']}", limits.ALLOWED_COSTLY)
    return client.get(reverse("customer_list"), {"q": "Ravi Traders"}).status_code


def bad_parameter(client: Client) -> int:
    return client.get(reverse("notification_changes"), {"since": "Ravi Traders"}).status_code


def too_many_fields(client: Client) -> int:
    fields = {f"Ravi Traders {n}": "1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    return client.post(reverse("customer_new"), fields, headers=HTML).status_code


@pytest.mark.django_db
@pytest.mark.parametrize("debug", [False, True], ids=["production", "debug"])
@pytest.mark.parametrize(
    ("attack", "status"),
    [
        (forbidden, 403),
        (host, 400),
        (missing, 404),
        (missing_row, 404),
        (wrong_method, 405),
        (not_allowed, 403),
        (too_often, 429),
        (bad_parameter, 400),
        (too_many_fields, 400),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_expected_refusal_is_logged_once_and_not_as_an_error_and_without_what_was_typed(
    teammate: Person, log: StringIO, attack, status: int, debug: bool
) -> None:
    middleware = [name for name in settings.MIDDLEWARE if "servestatic" not in name]
    with override_settings(DEBUG=debug, MIDDLEWARE=middleware, ALLOWED_HOSTS=["testserver"]):
        assert attack(teammate.client) == status
    lines = log.getvalue().splitlines()
    assert len(lines) == 1, lines
    assert "WARNING" in lines[0]
    assert "Ravi" not in lines[0]


@pytest.mark.django_db
def test_a_wrong_password_is_logged_once_with_its_address_and_without_what_was_typed(
    client: Client, log: StringIO
) -> None:
    client.post(
        reverse("login"),
        {"username": "a-password-in-the-wrong-field\nforged", "password": "s3cret"},
        REMOTE_ADDR="203.0.113.7",
    )
    [line] = log.getvalue().splitlines()
    assert "203.0.113.7" in line
    assert "s3cret" not in line
    assert "wrong-field" not in line


@pytest.mark.django_db
def test_a_customers_name_with_line_ends_reaches_no_log(owner: Person, log: StringIO) -> None:
    CustomerFactory(business=owner.business, name="Ravi\nCRITICAL forged")
    owner.client.get(reverse("customer_list"))
    assert log.getvalue() == ""
