"""The product's settings for the test run, kept apart from whatever else runs on this machine.

DATABASE_URL chooses the database; without it, a SQLite file of this run's own. The processes that
`tests.support` starts run with the product's own settings instead, as anybody's would.
"""

import os
from pathlib import Path

from gstbilling import environment

# Unit tests run without Redis: neither the caller's own nor that of a `make run` beside them is theirs.
os.environ.pop("REDIS_URL", None)
environment.RUNNING = Path(os.devnull)
os.environ.setdefault("DATABASE_URL", f"sqlite:///{environment.VAR_DIR / 'test' / 'db.sqlite3'}")

from gstbilling.settings import *  # noqa: E402, F403
from gstbilling.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",  # 100 ms less for every user made
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # for people that the processes of a stack let in
]

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # No test's rows have to survive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
# Connections of other threads end with their work: PostgreSQL drops no database that somebody is in.
DATABASES["default"]["CONN_MAX_AGE"] = 0
SOCKET_CONN_MAX_AGE = 0
# A test's client makes the middleware anew, and each would read all static files and node_modules: a fifth of
# the suite. Where a browser asks for files, a server's own handler gives them.
SERVESTATIC_USE_FINDERS = SERVESTATIC_USE_STATIC_ROOT = SERVESTATIC_AUTOREFRESH = False
