"""What the environment says, read once, and refused in one plain line where it is wrong.

A process that starts with a bad setting fails later, in somebody's invoice; one that does not start
is noticed by the person who deploys it.
"""

import fcntl
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import dj_database_url
from environs import Env, EnvError

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
# Written by the supervisor of `make run`, which holds a lock on it for as long as it lives.
RUNNING = VAR_DIR / "run" / "running.json"

# Of hexadecimal digits: 64 bits, which nobody guesses over a network.
SHORTEST_TOKEN = 16
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMATS = ("line", "json")

# More than a content network, a balancer and a proxy: a slip.
MOST_PROXIES = 9

env = Env()


def refuse(name: str, reason: str) -> NoReturn:
    """Stop the start of any process with one line that names the setting."""
    sys.exit(f"{name}: {reason}")


def flag(name: str, default: bool) -> bool:
    """A yes-or-no setting."""
    try:
        return env.bool(name, default)
    except EnvError:
        refuse(name, "must be 1 or 0.")


def words(name: str) -> list[str]:
    """A comma-separated setting, blanks dropped."""
    return [word.strip() for word in env.str(name, "").split(",") if word.strip()]


def secret_key(debug: bool) -> str:
    """SECRET_KEY; outside DEBUG it must be set, long and not the development one."""
    development = "development-only-" + "0" * 40
    key = env.str("SECRET_KEY", "")
    if debug:
        return key or development
    if not key:
        refuse("SECRET_KEY", "is not set; outside DEBUG give it 50 or more random characters.")
    if key == development or len(key) < 50 or len(set(key)) < 5:
        refuse("SECRET_KEY", "is guessable; outside DEBUG give it 50 or more random characters.")
    return key


def allowed_hosts(debug: bool) -> list[str]:
    """ALLOWED_HOSTS; in DEBUG only loopback names are answered unless it says more."""
    hosts = words("ALLOWED_HOSTS")
    if not hosts and not debug:
        refuse("ALLOWED_HOSTS", "is not set; outside DEBUG name the hosts this site answers to.")
    return hosts or ["127.0.0.1", "localhost", "[::1]"]


def trusted_origins(debug: bool) -> list[str]:
    """TRUSTED_ORIGINS: full origins, scheme and port included, that may post and open sockets."""
    origins = words("TRUSTED_ORIGINS")
    for origin in origins:
        scheme, separator, host = origin.partition("://")
        if scheme not in ("http", "https") or not separator or not host or "/" in host or "*" in host:
            refuse("TRUSTED_ORIGINS", f"{origin!r} is not a full origin such as https://billing.example.in.")
    if not origins and not debug:
        refuse(
            "TRUSTED_ORIGINS",
            "is not set; outside DEBUG name the site's origin, such as https://billing.example.in.",
        )
    return origins


def proxy_count(debug: bool) -> int:
    """PROXY_COUNT: how many reverse proxies of ours stand in front and write `X-Forwarded-For`.

    Outside DEBUG there is at least the one that ends TLS.
    """
    count = env.str("PROXY_COUNT", "0" if debug else "1")
    if not (count.isascii() and count.isdigit() and int(count) <= MOST_PROXIES):
        refuse("PROXY_COUNT", f"must be a whole number from 0 to {MOST_PROXIES}.")
    return int(count)


def database(debug: bool = True) -> dict[str, Any]:
    """DATABASE_URL as Django's settings; a SQLite file under var/ by default.

    In DEBUG a live `make run` in this folder is asked first: a second terminal is to find its database.
    """
    url = env.str("DATABASE_URL", "") or (debug and _running("database_url")) or ""
    url = url or f"sqlite:///{VAR_DIR / 'db.sqlite3'}"
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=0))
    except (ValueError, KeyError) as error:
        refuse(
            "DATABASE_URL",
            f"cannot be read ({type(error).__name__}); use sqlite:///FILE or postgresql://USER@HOST/NAME.",
        )
    if config["ENGINE"] == "django.db.backends.sqlite3":
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        # Tests use a file too: SQLite's shared memory mode has locks of its own, unlike production's.
        name = Path(config["NAME"])
        config["TEST"] = {"NAME": str(name.with_name(f"{name.stem}.test-{os.getpid()}.sqlite3"))}
        # What the URL says (`?timeout=2`) comes before what is said here.
        config["OPTIONS"] = {
            # A transaction that reads and then writes would fail at once with "database is locked" where
            # another wrote in between: taking the write lock first makes it wait its turn instead.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL: an issued invoice survives a power cut, for about 0.1 ms a commit.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
            **config.get("OPTIONS", {}),
        }
    elif config["ENGINE"] == "django.db.backends.postgresql":
        # A server that vanished without a word is noticed within half a minute; by default it takes hours.
        config["OPTIONS"] = {
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 25_000,
            **config.get("OPTIONS", {}),
        }
        # What a page reads is in memory or on an SSD: planned for disks that seek, the lines of a month's
        # invoices would be looked for among those of all years.
        said = config["OPTIONS"].get("options", "")
        config["OPTIONS"]["options"] = f"-c random_page_cost=1.1 {said}".strip()
    else:
        refuse("DATABASE_URL", "names a database this project does not run on; use sqlite or postgresql.")
    return config


def redis_url(debug: bool = True) -> str | None:
    """REDIS_URL; in DEBUG else the server that a live `make run` in this folder started; else None.

    None means one process. Outside DEBUG nothing is guessed: there it stops the start.
    """
    url = env.str("REDIS_URL", "") or (debug and _running("redis_url")) or ""
    if not url and not debug:
        refuse("REDIS_URL", "is not set; outside DEBUG the web and worker processes meet there.")
    if url and url.partition("://")[0] not in ("redis", "rediss", "unix"):
        refuse("REDIS_URL", "must begin with redis://, rediss:// or unix://.")
    return url or None


def broker_url(redis: str | None) -> str:
    """The same Redis as Celery writes it: on a unix socket it calls the database's number otherwise."""
    if redis is None:
        return "memory://"
    if redis.startswith("unix://"):
        return redis.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)
    return redis


def _running(name: str) -> str:
    """What a live `make run` in this folder says of itself; empty where there is none."""
    try:
        with RUNNING.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:  # its supervisor holds it: `make run` is alive
                return str(json.load(file).get(name, ""))
            return ""  # left behind by one that was killed
    except (FileNotFoundError, json.JSONDecodeError):
        return ""


def beat_schedule() -> str:
    """The file that beat keeps its notes in. Its folder is made here, because beat makes none and ends."""
    VAR_DIR.mkdir(exist_ok=True)
    return str(VAR_DIR / "beat-schedule")


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """A setting that is one of a few words."""
    word = env.str(name, "") or default
    if word not in allowed:
        refuse(name, f"must be one of {', '.join(allowed)}.")
    return word


def metrics_token() -> str:
    """METRICS_TOKEN: what whoever asks for the metrics has to show; empty where nobody outside can ask."""
    token = env.str("METRICS_TOKEN", "")
    if token and not (len(token) >= SHORTEST_TOKEN and token.isascii() and token.isprintable()):
        refuse("METRICS_TOKEN", f"must have {SHORTEST_TOKEN} or more characters, letters and digits.")
    if " " in token:
        refuse("METRICS_TOKEN", "must not have blanks in it.")
    return token


def email() -> dict[str, object]:
    """EMAIL_URL (smtp://user:password@host:587/?tls=1) as Django's settings; the console by default."""
    url = env.str("EMAIL_URL", "")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    try:
        parsed = env.dj_email_url("EMAIL_URL")
        known = bool(parsed["EMAIL_BACKEND"])
    except (EnvError, ValueError, KeyError, ImportError):
        known = False
    if not known:
        refuse("EMAIL_URL", "cannot be read; use smtp://USER:PASSWORD@HOST:PORT or consolemail://.")
    return {name: value for name, value in parsed.items() if name.startswith("EMAIL_")}


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gstbilling.settings")
