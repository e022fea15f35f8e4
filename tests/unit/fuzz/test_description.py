"""The published description: valid, served, complete, and saying what the code says."""

import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from delivery import frames
from delivery.models import NotificationType, Priority
from gstbillingapp import limits
from gstbillingapp.views.description import DESCRIPTION
from gstbillingapp.views.notification_api import CHANGES_ROWS, PAGE_ROWS, STATUSES
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[3]
DESCRIBED: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text())
SCHEMAS = DESCRIBED["components"]["schemas"]
OPERATIONS = [
    (method, path) for path, item in DESCRIBED["paths"].items() for method in item if method != "parameters"
]
JSON = {"accept": "application/json"}
FUNCTION = re.compile(r"^def (\w+)\(.*?\n((?:    .*\n|\n)+)", re.MULTILINE)
OPEN_TO_ALL = {"/healthz", "/readyz", "/metrics", "/api/openapi.yaml"}


def filled(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> list[tuple[str, Any]]:
    """Every address of the site as the description writes it, with its view."""
    found = []
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found += addresses(pattern.url_patterns, path)
        else:
            found.append(("/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path), pattern.callback))
    return found


def test_the_description_is_openapi_and_everybody_can_read_it(client):
    schemathesis.openapi.from_path(DESCRIPTION).validate()
    response = client.get("/api/openapi.yaml")
    assert (response.status_code, response["Content-Type"]) == (200, "application/yaml")
    assert response.content == DESCRIPTION.read_bytes()


@pytest.mark.parametrize("path", DESCRIBED["paths"])
def test_every_path_of_the_description_leads_to_a_view(path):
    assert resolve(filled(path))


def test_every_view_that_answers_json_is_described():
    """Known by what their source returns: JsonResponse, or a helper of ours that makes one."""
    views = ROOT / "gstbillingapp" / "views"
    answering = set()
    for module in views.glob("*.py"):
        for name, body in re.findall(
            r"^def (\w+)\(.*?\n((?:    .*\n|\n)+)", module.read_text(), re.MULTILINE
        ):
            if re.search(r"JsonResponse\(|_changed\(|printables\.status\(", body):
                answering.add((module.stem, name))
    described = set(DESCRIBED["paths"])
    for path, view in addresses(get_resolver().url_patterns):
        module, name = view.__module__.rpartition(".")[2], getattr(view, "__name__", "")
        if view.__module__.startswith("gstbillingapp.") and (module, name) in answering:
            assert path in described, f"{path} answers JSON and is not described"
            answering.discard((module, name))
    answering.discard(("printables", "status"))  # what the views of several nouns answer with
    assert all(name.startswith("_") for _, name in answering), f"no address leads to {answering}"


def test_the_schemas_have_the_keys_of_the_code():
    body = frames.NotificationBody.__annotations__
    assert set(SCHEMAS["Notification"]["properties"]) == set(SCHEMAS["Notification"]["required"]) == set(body)
    assert set(SCHEMAS["Deleted"]["properties"]) == set(frames.DeletedBody.__annotations__)
    assert SCHEMAS["NotificationType"]["enum"] == NotificationType.values
    assert SCHEMAS["Notification"]["properties"]["priority"]["enum"] == Priority.values


def test_the_parameters_have_the_limits_of_the_code():
    def schema(path: str, name: str) -> dict[str, Any]:
        [found] = [item for item in DESCRIBED["paths"][path]["get"]["parameters"] if item["name"] == name]
        return found["schema"]

    assert schema("/notifications/api/", "limit")["maximum"] == PAGE_ROWS
    assert schema("/notifications/api/", "status")["enum"] == list(STATUSES)
    assert schema("/notifications/api/changes/", "limit")["maximum"] == CHANGES_ROWS


def is_a_problem(response: Any, status: int) -> None:
    """The one shape of an error, whoever found it."""
    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    [error] = response.json().values()
    assert set(error) == {"code", "message"}
    assert re.fullmatch("[a-z_]+", error["code"])
    assert error["message"]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), [op for op in OPERATIONS if op[1] not in OPEN_TO_ALL])
def test_a_script_gets_every_refusal_in_the_same_shape(method, path, monkeypatch):
    url = filled(path)
    member, outsider, anonymous = MembershipFactory().user, UserFactory(), Client()
    script, stranger = Client(enforce_csrf_checks=True), Client()
    script.force_login(member)
    stranger.force_login(outsider)
    is_a_problem(anonymous.generic(method, url, headers=JSON), 401)
    if path.startswith("/notifications/"):
        is_a_problem(anonymous.generic(method, url), 401)  # nothing but scripts ask here without Accept
    else:
        is_a_problem(stranger.generic(method, url, headers=JSON), 403)
    if method == "post":
        is_a_problem(script.generic(method, url, headers=JSON), 403)
    signed_in = Client()
    signed_in.force_login(member)
    wrong = signed_in.generic("put", url, headers=JSON)
    is_a_problem(wrong, 405)
    assert wrong["Allow"]
    cache.clear()
    monkeypatch.setattr(limits, "seconds_to_wait", lambda *_: 7)
    monkeypatch.setattr("gstbillingapp.views.notification_api.seconds_to_wait", lambda *_: 7)
    limited = signed_in.generic(method, url, headers=JSON)
    is_a_problem(limited, 429)
    assert limited["Retry-After"] == "7"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/notifications/api/nothing/", "/notifications/x/read/", "/nothing/"])
def test_an_address_that_is_not_there_is_told_to_scripts_in_json_and_to_people_in_a_page(path, client):
    is_a_problem(client.get(path, headers=JSON), 404)
    page = client.get(path, headers={"accept": "text/html"})
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for method, path in OPERATIONS if method == "post"])
def test_a_body_that_cannot_be_read_is_told_in_json(path):
    script = Client(enforce_csrf_checks=True)
    script.force_login(MembershipFactory().user)
    script.cookies["csrftoken"] = "t" * 32
    too_many = "&".join(f"f{n}=1" for n in range(6000)) + "&csrfmiddlewaretoken=" + "t" * 32
    bodies = [
        ("multipart/form-data; boundary=", b"--"),
        ("application/x-www-form-urlencoded", too_many.encode()),
    ]
    for kind, body in bodies:
        response = script.post(filled(path), body, content_type=kind, headers=JSON)
        is_a_problem(response, 400 if kind.startswith("application") else response.status_code)
        assert response.status_code in (400, 403)
