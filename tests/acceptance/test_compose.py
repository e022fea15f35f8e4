"""What docker-compose.yml and the image promise, as far as it can be read; test_replicas.py starts it."""

import re

import pytest
from django.conf import settings

from tests.support.compose import DOTENV, VARIABLE, compose
from tests.support.databases import ROOT

pytestmark = pytest.mark.once

APPLICATION = ("migrate", "web", "worker", "beat")


@pytest.mark.parametrize("name", DOTENV)
def test_a_secret_that_is_missing_from_dotenv_stops_the_start(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        compose(**{key: value for key, value in DOTENV.items() if key != name})


def test_no_secret_is_in_the_file_itself() -> None:
    for service in compose(**DOTENV)["services"].values():
        for name, text in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|TOKEN", name):
                assert text in (*DOTENV.values(), ""), name


def test_the_example_names_every_variable_that_the_file_reads() -> None:
    read = {name for name, _, _ in VARIABLE.findall((ROOT / "docker-compose.yml").read_text()) if name}
    example = (ROOT / ".env.example").read_text()
    assert read == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_what_dotenv_leaves_out_is_as_the_settings_have_it() -> None:
    told = compose(**DOTENV)["services"]["web"]["environment"]
    assert told["DEFAULT_FROM_EMAIL"] == settings.DEFAULT_FROM_EMAIL
    assert told["LOG_LEVEL"] == settings.LOGGING["root"]["level"]
    assert told["LOG_FORMAT"] == "line"
    assert told["EMAIL_URL"] == told["METRICS_TOKEN"] == ""


def test_every_part_of_the_application_is_told_the_same_and_logs_as_much() -> None:
    services = compose(**DOTENV, LOG_LEVEL="WARNING")["services"]
    for name in APPLICATION:
        assert services[name]["environment"] == services["web"]["environment"], name
    for name in ("worker", "beat"):
        assert "--loglevel=WARNING" in services[name]["command"]


def test_every_service_is_bounded_and_watched() -> None:
    for name, service in compose(**DOTENV)["services"].items():
        assert service["mem_limit"], name
        assert service.get("healthcheck") or name == "migrate", name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name


def test_its_database_sorts_by_code_points_as_the_search_for_prefixes_asks() -> None:
    environment = compose(**DOTENV)["services"]["postgres"]["environment"]
    assert environment["POSTGRES_INITDB_ARGS"] == "--locale=C --encoding=UTF8"


def test_nothing_but_the_balancer_is_reachable_and_that_only_from_this_machine() -> None:
    services = compose(**DOTENV)["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"balancer": ["127.0.0.1:8000:8000"]}


def test_nothing_of_a_replica_is_there_only_once() -> None:
    services = compose(**DOTENV)["services"]
    for name in ("web", "worker"):
        assert {"container_name", "hostname", "ports", "volumes", "networks"}.isdisjoint(services[name]), name


def test_the_image_runs_as_an_unprivileged_user_and_holds_what_the_product_imports() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (\w+)$", text, re.MULTILINE) == ["app"]
    copied = set(re.findall(r"^COPY (\w[\w.]*) \./", text, re.MULTILINE))
    allowed = set(re.findall(r"^!([\w.-]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert copied >= {"manage.py", "gstbilling", "gstbillingapp", "delivery", "worker", "templates", "static"}
    assert copied <= allowed
