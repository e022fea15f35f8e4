"""docker-compose.yml without an engine: each service's own command with its own environment, as processes.

Only what an engine would provide is put in: the hosts of the services, the ports, the folders.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.support.browserless import Client
from tests.support.databases import ROOT, Database
from tests.support.processes import free_port
from tests.support.redis_server import RedisServer, redis_program
from tests.support.stack import Stack
from tooling import setup
from tooling.postgres import Postgres

HOST = "billing.example.in"
ORIGIN = f"https://{HOST}"
DOTENV = {
    "SECRET_KEY": "kT7vQ2m-" * 8,
    "POSTGRES_PASSWORD": "only-letters-and-digits-0",
    "ALLOWED_HOSTS": HOST,
    "TRUSTED_ORIGINS": ORIGIN,
}
# Whose browser it is, as the proxy that ends TLS writes it.
HERE = "203.0.113.7"
REPLICAS = ("web", "web-2", "worker", "worker-2", "beat")
VARIABLE = re.compile(r"\$(?:\$|\{(\w+)(?::([?-])([^}]*))?\})")
# What only an engine's own network can do: find the replicas by their name.
_BY_NAME = re.compile(r"^ *resolver .*;\n", re.MULTILINE)
_REPLICA = re.compile(r"server web:8000 resolve\b([^;]*);")


def compose(**dotenv: str) -> dict[str, Any]:
    """The file as an engine reads it, variables replaced. KeyError where a required one is empty."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if name is None:
            return "$"
        if not dotenv.get(name) and kind == "?":
            raise KeyError(f"{name}: {rest}")
        return dotenv.get(name) or (rest or "")

    def replaced(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: replaced(child) for key, child in node.items()}
        if isinstance(node, list):
            return [replaced(child) for child in node]
        return VARIABLE.sub(value, node) if isinstance(node, str) else node

    return replaced(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


class ComposeRedis(RedisServer):
    """The redis service."""

    def __init__(self, folder: Path, options: list[str]) -> None:
        super().__init__("redis", folder)
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        place = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(self._folder)]
        self._options = [*(word for option in options for word in shlex.split(option)), *place]

    def _command(self) -> list[str]:
        return [redis_program(), *self._options]


class ComposeStack(Stack):
    """The services, with replicas: "web-2", "worker-2". People come through the balancer."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self.file = compose(**DOTENV)
        self.services = self.file["services"]
        told = self.services["postgres"]["environment"]
        account = f"{told['POSTGRES_USER']}:{told['POSTGRES_PASSWORD']}"
        place = f"127.0.0.1:{postgres.port}/{told['POSTGRES_DB']}"
        redis = ComposeRedis(folder, self.services["redis"]["command"][1:])
        super().__init__(Database(f"postgresql://{account}@{place}"), redis, folder)
        self._urls = {name: f"http://127.0.0.1:{free_port()}" for name in ("balancer", "web", "web-2")}
        self.environment = self._environment("web")

    def sign_in(self, username: str, password: str, web: str = "balancer") -> Client:
        """A new session of that person, behind the proxy that ends TLS; `web` may lead past the balancer."""
        return self.visitor(web).sign_in(username, password)

    def visitor(self, web: str = "balancer") -> Client:
        """Somebody who is not signed in."""
        proxy = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": HERE}
        return Client(self.web_url(web), ORIGIN, proxy)

    def is_content(self, name: str) -> bool:
        """Whether a service's own health check is."""
        kind, *check = self.services[name]["healthcheck"]["test"]
        words = [self._placed(name, word) for word in check]
        shell = ["/bin/sh", "-c"] if kind == "CMD-SHELL" else []
        environment = self._environment(name) | {"HOSTNAME": name}
        done = subprocess.run([*shell, *words], cwd=ROOT, env=environment, capture_output=True, check=False)
        return done.returncode == 0

    def _environment(self, name: str) -> dict[str, str]:
        """What a service is told, and nothing of ours but where programs are."""
        service = self.services[name.partition("-")[0]]
        told = {key: self._placed(name, text) for key, text in service.get("environment", {}).items()}
        programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": programs, "LANG": "C.UTF-8", **told}

    def _command(self, name: str) -> list[str]:
        kind = name.partition("-")[0]
        command = [self._placed(name, word) for word in self.services[kind]["command"]]
        if kind == "worker":
            return [*command, f"--hostname=celery@{name}"]  # an engine gives each replica a name of its own
        if kind == "balancer":
            return [nginx_program(), *command[1:], "-c", str(self._configuration())]
        return command

    def _configuration(self) -> Path:
        """The balancer's own configuration, in which the replicas stand where DNS would have found them."""
        (mounted,) = self.services["balancer"]["configs"]
        assert mounted["target"] == "/etc/nginx/nginx.conf"
        text = self._placed("balancer", self.file["configs"][mounted["source"]]["content"])
        servers = [self._urls[name].removeprefix("http://") for name in ("web", "web-2")]
        text, found = _REPLICA.subn(lambda at: " ".join(f"server {one}{at[1]};" for one in servers), text)
        text, by_name = _BY_NAME.subn("", text)
        assert (found, by_name) == (1, 1), "the replicas are not asked of the engine's DNS, by the minute"
        file = self._folder / "nginx.conf"
        file.write_text(text)
        return file

    def _placed(self, name: str, text: str) -> str:
        address = self._urls.get(name, "").removeprefix("http://")
        port = address.rpartition(":")[2]
        places = {
            "postgres:5432/": f"{self.database.url.rpartition('@')[2].partition('/')[0]}/",
            "redis://redis:6379/0": self.redis.url,
            "0.0.0.0": "127.0.0.1",
            "--port=8000": f"--port={port}",
            "127.0.0.1:8000/": f"{address}/",
            "listen 8000;": f"listen {address};",
            "/tmp": str(self._folder),
        }
        for theirs, ours in places.items():
            text = text.replace(theirs, ours)
        return text


def nginx_program() -> str:
    """The system's nginx; set-up installs it, so its absence is a fault and nothing to skip over."""
    program = shutil.which("nginx", path=setup.program_path())
    assert program, "nginx is not installed; `make test` installs it as root, or names the package"
    return program


@contextmanager
def running_services(folder: Path) -> Iterator[ComposeStack]:
    """Everything of the file, started in its order: two web replicas, two workers, one beat, the balancer."""
    with Postgres(free_port()) as postgres, ExitStack() as cleanup:
        stack = ComposeStack(postgres, folder)
        told = stack.services["postgres"]["environment"]
        postgres.execute(f"CREATE ROLE {told['POSTGRES_USER']} LOGIN CREATEDB")
        postgres.execute(f"CREATE DATABASE {told['POSTGRES_DB']} OWNER {told['POSTGRES_USER']}")
        cleanup.callback(stack.redis.close)
        stack.redis.start()
        stack.run(stack._command("migrate"))
        stack.manage("collectstatic", "--noinput", "--verbosity", "0")  # what the image holds already
        cleanup.callback(stack.close)
        cleanup.callback(lambda: print(stack.report(), file=sys.stderr))
        for name in REPLICAS:
            stack.start(name, wait=False)
        for name in REPLICAS:
            stack.wait_ready(name)
        stack.start("balancer")
        cleanup.enter_context(stack.database.used_here())
        yield stack
