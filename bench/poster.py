"""The process that posts: Django is set up in it as in a web process, and it does nothing else."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import count
from typing import Any

from bench.arithmetic import Posted, due_times
from bench.remote import serve

# Seconds before the first post is due, so that no thread begins late.
HEAD_START = 0.05

people_made = count(1)


class Poster:
    """Posts by the calls of one system (`bench.product` or `bench.naive.calls`); its methods are called."""

    def __init__(self, calls: Any) -> None:
        self._calls = calls
        self._users: dict[int, Any] = {}

    def people(self, count: int) -> list[tuple[int, str]]:
        """Make so many people, each with a session: user ids and cookies."""
        from django.contrib.auth.models import User

        from tests.support.swarm import visitors

        made = visitors(count, f"people-{next(people_made)}")
        self._users.update(User.objects.in_bulk([person.user_id for person in made]))
        return [(person.user_id, person.cookie) for person in made]

    def steadily(self, users: Sequence[int], rate: float, posts: int) -> list[Posted]:
        """Post to these people in turn, at `rate` a second: open loop, each post at its own moment."""
        posted: list[Posted] = []
        for number, due in enumerate(due_times(time.monotonic() + HEAD_START, rate, posts)):
            time.sleep(max(0.0, due - time.monotonic()))
            posted.append(self._post(users[number % len(users)], due))
        return posted

    def flat_out(self, users: Sequence[int], seconds: float, threads: int) -> list[Posted]:
        """Post to these people in turn, as fast as so many threads can, for so long."""
        shares: list[list[Posted]] = [[] for _ in range(threads)]
        end = time.monotonic() + seconds

        def post(share: list[Posted], number: int) -> None:
            while time.monotonic() < end:
                share.append(self._post(users[number % len(users)], None))
                number += threads
            close_connection()

        if threads == 1:
            post(shares[0], 0)
        else:
            running = [threading.Thread(target=post, args=(shares[at], at)) for at in range(threads)]
            for thread in running:
                thread.start()
            for thread in running:
                thread.join()
        return [posted for share in shares for posted in share]

    def to_many(self, users: Sequence[int]) -> list[Posted]:
        """Post the same to all of these people, in one call."""
        everybody = [self._users[user] for user in users]
        called = time.monotonic()
        ids = self._calls.post_to_many(everybody)
        committed = time.monotonic()
        return [
            Posted(number, user, called, called, committed) for number, user in zip(ids, users, strict=True)
        ]

    def in_spite(self, user: int, rate: float, posts: int) -> list[tuple[float, str]]:
        """Post while the broker may be away: seconds that each call took, and what it raised."""
        costs = []
        for due in due_times(time.monotonic() + HEAD_START, rate, posts):
            time.sleep(max(0.0, due - time.monotonic()))
            called, error = time.monotonic(), ""
            try:
                self._calls.post(self._users[user])
            except Exception as raised:  # noqa: BLE001 - what a view would meet is what is measured
                error = type(raised).__name__
            costs.append((time.monotonic() - called, error))
        return costs

    def publish(self, users: Sequence[int], first: int, messages: int) -> None:
        """Send so many messages to the channel group of each of these people, past database and worker."""
        self._calls.publish(users, first, messages)

    def fill(self, user: int, rows: int, unread: int) -> None:
        """Have a person's inbox hold so many notifications, so many of them unread, all told long ago."""
        self._calls.fill(user, rows, unread)

    def _post(self, user: int, due: float | None) -> Posted:
        called = time.monotonic()
        number = self._calls.post(self._users[user])
        return Posted(number, user, called if due is None else due, called, time.monotonic())


def close_connection() -> None:
    """End this thread's connection to the database, if it is not the one that lives on."""
    from django.db import connection

    if threading.current_thread() is not threading.main_thread():
        connection.close()


def main(module: str, descriptor: str) -> None:
    """Set up Django, then serve calls."""
    import django

    django.setup()
    poster = Poster(import_module(module))
    served: Sequence[Callable[..., Any]] = (
        *(poster.people, poster.steadily, poster.flat_out, poster.to_many),
        *(poster.in_spite, poster.publish, poster.fill),
    )
    serve(int(descriptor), {call.__name__: call for call in served})


if __name__ == "__main__":
    main(*sys.argv[1:])
