"""`make bench`: what one notification costs its poster, and how soon a browser has it, on real processes.

Latency is taken with one monotonic clock, from just after the commit to the frame at a socket; posts are
due at fixed moments whether the ones before are done or not, so that a slow one hides no other. A run that
lost anything counts for nothing.
"""

import json
import os
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

STEADY_RATE, STEADY_POSTS = 50, 500  # posts a second, posts
BURST_POSTS = 3_000
TIMEOUT = 60.0  # seconds to wait for the last frame
PASSWORD = "gst-demo-people"


@dataclass(frozen=True)
class Row:
    """One measured load; times in milliseconds."""

    name: str
    posts: int
    cost_p50: float
    latency_p50: float
    latency_p99: float
    per_second: float


def main() -> int:
    """Start the product in a folder of its own, measure, print."""
    from tests.support.redis_server import RedisServer

    with tempfile.TemporaryDirectory(prefix="gst-bench-") as name:
        folder = Path(name)
        redis = RedisServer("valkey", folder)
        redis.start()
        try:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
            os.environ["REDIS_URL"] = redis.url
            os.environ["DJANGO_SETTINGS_MODULE"] = "gstbilling.settings"
            show(measure(redis, folder))
        finally:
            redis.close()
    return 0


def measure(redis: object, folder: Path) -> list[Row]:
    """Every row of the table, on one set of processes."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from tests.support.databases import Database
    from tests.support.stack import Stack, running

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("asha", password=PASSWORD)
    with running(Stack(Database(os.environ["DATABASE_URL"]), redis, folder)) as stack:  # type: ignore[arg-type]
        socket = stack.sign_in("asha", PASSWORD).socket()
        socket.receive("unread_count")
        load(socket, user, 50, STEADY_RATE)  # warm
        return [
            Row("50 posts a second", STEADY_POSTS, *load(socket, user, STEADY_POSTS, STEADY_RATE)),
            Row("as fast as one poster can", BURST_POSTS, *load(socket, user, BURST_POSTS, None)),
        ]


def load(socket, user, posts: int, rate: float | None) -> tuple[float, float, float, float]:  # type: ignore[no-untyped-def]
    """Post, receive every frame, and return cost p50, latency p50 and p99 in ms, and frames a second."""
    from gstbillingapp.utils import create_notification

    received: dict[int, float] = {}
    reader = threading.Thread(target=receive, args=(socket, posts, received))
    reader.start()
    committed: dict[int, float] = {}
    costs: list[float] = []
    start = time.monotonic()
    for number in range(posts):
        if rate is not None:
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
        before = time.monotonic()
        row = create_notification(user, f"Invoice {number}", "₹1,180.00 for Asha Traders", "INVOICE")
        committed[row.pk] = time.monotonic()
        costs.append(committed[row.pk] - before)
    reader.join(TIMEOUT)
    if set(received) != set(committed):
        sys.exit(f"void: {len(set(committed) - set(received))} of {posts} notifications did not arrive")
    waits = sorted(received[pk] - committed[pk] for pk in committed)
    seconds = max(received.values()) - start
    return (1e3 * part(sorted(costs), 0.5), 1e3 * part(waits, 0.5), 1e3 * part(waits, 0.99), posts / seconds)


def receive(socket, posts: int, received: dict[int, float]) -> None:  # type: ignore[no-untyped-def]
    """Note when each notification's frame came."""
    while len(received) < posts:
        frame = json.loads(socket.connection.recv(TIMEOUT))
        if frame["type"] == "notification":
            received[frame["notification"]["id"]] = time.monotonic()


def part(values: list[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed."""
    return values[min(len(values) - 1, int(len(values) * share))]


def show(rows: list[Row]) -> None:
    """Print the table."""
    line = "{:<28}{:>8}{:>16}{:>20}{:>8}{:>12}"
    print(line.format("load", "posts", "cost p50", "commit-frame p50", "p99", "a second"))
    for row in rows:
        figures = [f"{value:.2f} ms" for value in (row.cost_p50, row.latency_p50)]
        print(line.format(row.name, row.posts, *figures, f"{row.latency_p99:.1f}", f"{row.per_second:.0f}"))


if __name__ == "__main__":
    sys.exit(main())
