"""`python -m bench.pipeline`: the dashboard with ten thousand dead deliveries, and their retry to its end."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.support.databases import Database, manage
from tests.support.redis_server import RedisServer
from tooling.postgres import Postgres

PEOPLE = 50
PROMISED = 0.5  # seconds for a page


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a page is too slow, or anything was lost or came twice."""
    options = parse(arguments)
    with ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="bench-pipeline-")))
        url = f"sqlite:///{folder / 'pipeline.sqlite3'}"
        if options.database == "postgres":
            url = cleanup.enter_context(Postgres()).create_database()
        manage(url, "migrate", "--verbosity", "0")
        os.environ |= {"DJANGO_SETTINGS_MODULE": "gstbilling.settings", "DATABASE_URL": url}
        return measured(Database(url), folder, options)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser("python -m bench.pipeline", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--rows", type=int, default=10_000, help=f"dead ones, a multiple of {PEOPLE}")
    return parser.parse_args(arguments)


def measured(database: Database, folder: Path, options: argparse.Namespace) -> int:
    """Real processes, a socket for each of the people, the pages, the retry."""
    import django

    django.setup()
    from bench import bulk
    from tests.support.stack import Stack, running
    from tests.support.swarm import Swarm, visitors

    rows = options.rows - options.rows % PEOPLE
    print(f"{options.database}, {rows:,} dead, {PEOPLE} people; load {os.getloadavg()[0]:.1f}", flush=True)
    with ExitStack() as cleanup:
        redis = RedisServer("valkey", folder)
        cleanup.callback(redis.close)
        redis.start()
        people = visitors(PEOPLE, "people")
        bulk.fill(people, rows)
        stack = Stack(database, redis, folder)
        cleanup.enter_context(running(stack))
        swarm = cleanup.enter_context(Swarm(stack.url))
        swarm.open(people)
        desk = bulk.operator(stack)
        slow = 0
        for name, seconds in bulk.pages(desk).items():
            slow += seconds >= PROMISED
            verdict = "under" if seconds < PROMISED else "NOT UNDER"
            print(f"{name:<28}{seconds:>8.3f} s  {verdict} {PROMISED} s", flush=True)
        ended = bulk.retry_all(desk, swarm, rows)
    print(
        f"Retry: {ended.deed.state}, {ended.deed.done:,} of {rows:,} in {ended.seconds:.1f} s; "
        f"lost {len(ended.lost)}, twice {len(ended.twice)}, to others {ended.strayed}; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    is_well = ended.deed.done == rows and not (ended.lost or ended.twice or ended.strayed or slow)
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
