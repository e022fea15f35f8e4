"""docker-compose.yml without an engine: each service's own command with its own environment.

Only what an engine would provide is put in: the hosts of the services, the ports, the folders.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import wait_until
from tests.support.browserless import Client
from tests.support.databases import ROOT
from tests.support.processes import Process, free_port
from tests.support.redis_server import redis_program
from tooling.postgres import Postgres

pytestmark = pytest.mark.once

ORIGIN = "https://billing.example.in"
DOTENV = {
    "SECRET_KEY": "kT7vQ2m-" * 8,
    "POSTGRES_PASSWORD": "only-letters-and-digits-0",
    "ALLOWED_HOSTS": "billing.example.in",
    "TRUSTED_ORIGINS": ORIGIN,
}
OURS = ("web", "worker", "beat", "migrate")
_VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


def compose(**dotenv: str) -> dict[str, Any]:
    """The file as an engine reads it, variables replaced. KeyError where a required one is empty."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if not dotenv.get(name) and kind == "?":
            raise KeyError(f"{name}: {rest}")
        return dotenv.get(name) or (rest or "")

    def replaced(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: replaced(child) for key, child in node.items()}
        if isinstance(node, list):
            return [replaced(child) for child in node]
        return _VARIABLE.sub(value, node) if isinstance(node, str) else node

    return replaced(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


class Compose:
    """The services, with what an engine would have put in."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self.services = compose(**DOTENV)["services"]
        self.folder = folder
        self.web_port, self.redis_port = free_port(), free_port()
        self.places = {
            "@postgres:5432/": f"@127.0.0.1:{postgres.port}/",
            "redis://redis:6379/": f"redis://127.0.0.1:{self.redis_port}/",
            "0.0.0.0": "127.0.0.1",
            "--port=8000": f"--port={self.web_port}",
            "/tmp/": f"{folder}/",
        }

    def environment(self, name: str) -> dict[str, str]:
        """What a service is told, and nothing of ours but where programs are."""
        told = {key: self._placed(text) for key, text in self.services[name]["environment"].items()}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": programs, "LANG": "C.UTF-8", **told}

    def command(self, name: str) -> list[str]:
        """The service's own command."""
        return [self._placed(word) for word in self.services[name]["command"]]

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> Process:
        """Start a service's process."""
        return Process(name, command, self.folder / f"{name}.log", environment, ROOT)

    def once(self, command: list[str]) -> str:
        """Run a command in the image, with the web service's environment; its output."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment("web"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _placed(self, text: str) -> str:
        for theirs, ours in self.places.items():
            text = text.replace(theirs, ours)
        return text


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Compose]:
    """Everything of the file, started in its order."""
    with Postgres(free_port()) as postgres, ExitStack() as cleanup:
        running = Compose(postgres, tmp_path)
        told = running.services["postgres"]["environment"]
        postgres.execute(f"CREATE ROLE {told['POSTGRES_USER']} LOGIN CREATEDB")
        postgres.execute(f"CREATE DATABASE {told['POSTGRES_DB']} OWNER {told['POSTGRES_USER']}")

        def start(name: str, command: list[str], environment: dict[str, str]) -> Process:
            process = running.start(name, command, environment)
            cleanup.callback(process.kill)
            cleanup.callback(lambda: print(f"--- {name} ---\n{process.tail()}"))
            return process

        place = ["--port", str(running.redis_port), "--bind", "127.0.0.1", "--dir", str(tmp_path)]
        options = [word for option in running.command("redis")[1:] for word in shlex.split(option)]
        start("redis", [redis_program(), *options, *place], {})
        running.once(running.command("migrate"))
        # What the image holds already.
        running.once(["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"])
        started = {name: start(name, running.command(name), running.environment(name)) for name in OURS[:3]}
        started["worker"].wait_for_line(" ready.", 30)
        wait_until(lambda: _is_healthy(running), 30, "the web service is not healthy")
        yield running


def _is_healthy(services: Compose) -> bool:
    """Whether the web service's own health check is content."""
    _, *check = services.services["web"]["healthcheck"]["test"]
    here = [word.replace("127.0.0.1:8000", f"127.0.0.1:{services.web_port}") for word in check]
    environment = services.environment("web")
    return subprocess.run(here, env=environment, capture_output=True, check=False).returncode == 0


def test_the_services_start_as_written_and_a_notification_reaches_a_socket(services: Compose) -> None:
    create = (
        "from django.contrib.auth.models import User; User.objects.create_user('asha', password='tulsi-leaf')"
    )
    services.once(["python", "manage.py", "shell", "-c", create])
    proxy = {"Host": "billing.example.in", "X-Forwarded-Proto": "https"}
    person = Client(f"http://127.0.0.1:{services.web_port}", ORIGIN, proxy).sign_in("asha", "tulsi-leaf")
    with person.socket() as socket:
        assert socket.receive("unread_count")["count"] == 0
        services.once(["python", "manage.py", "notify", "asha", "Over Redis", "From PostgreSQL"])
        assert socket.receive("notification")["notification"]["title"] == "Over Redis"
    assert person.get("/notifications/api/count/").json()["unread_count"] == 1


@pytest.mark.parametrize("name", DOTENV)
def test_a_secret_that_is_missing_from_dotenv_stops_the_start(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        compose(**{key: value for key, value in DOTENV.items() if key != name})


def test_the_example_names_every_variable_that_the_file_reads() -> None:
    read = set(_VARIABLE.findall((ROOT / "docker-compose.yml").read_text()))
    example = (ROOT / ".env.example").read_text()
    assert {name for name, _, _ in read} == set(re.findall(r"^(\w+)=", example, re.MULTILINE))


def test_every_service_is_bounded_and_watched() -> None:
    for name, service in compose(**DOTENV)["services"].items():
        assert service["mem_limit"], name
        assert service.get("healthcheck") or name == "migrate", name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name


def test_nothing_but_the_web_service_is_reachable_and_that_only_from_this_machine() -> None:
    published = {
        name: service["ports"]
        for name, service in compose(**DOTENV)["services"].items()
        if "ports" in service
    }
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_the_image_runs_as_an_unprivileged_user_and_holds_what_the_product_imports() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (\w+)$", text, re.MULTILINE) == ["app"]
    copied = set(re.findall(r"^COPY (\w[\w.]*) \./", text, re.MULTILINE))
    allowed = set(re.findall(r"^!([\w.-]+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    assert copied >= {"manage.py", "gstbilling", "gstbillingapp", "delivery", "worker", "templates", "static"}
    assert copied <= allowed
