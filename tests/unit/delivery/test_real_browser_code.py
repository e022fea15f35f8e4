"""The same random days as in test_interleavings, followed by the very code that browsers run."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.browser_code import Node
from tests.support.inbox_client import recorded_layer
from tests.support.inbox_days import LOSSES, MOVES, Day, Move, Server

pytestmark = pytest.mark.django_db

# With a connection: the answers to `get_count` and to the catch-up, three of them refused and tried again.
LOOK_MS = 20_000
# Without: the first failed attempt to connect, a poll every 30 s, three of them refused.
LOOK_BY_POLLING_MS = 180_000
# After a frame: the moment of grace, then a round of requests.
FOLLOW_MS = 5_000

# At full length each test takes minutes.
TIMES_AT_FULL_LENGTH = 20
DEEDS = {"read": "markRead", "delete": "remove", "read_all": "markAllRead"}


class BrowserPage:
    """A page under node, as a page of a random day."""

    def __init__(self, node: Node, server: Server, seed: int) -> None:
        self.node = node
        self.server = server
        self.is_open = False
        self._tell("loaded", seed=seed, snapshot={"revision": 0, "unread": 0, "newestId": 0})

    def opened(self) -> None:
        self._tell("opened")
        self.is_open = True

    def lost(self, code: int) -> None:
        self._tell("lost", code=code)
        self.is_open = False

    def follow(self, texts: list[str]) -> None:
        self._tell("received", frames=[json.loads(text) for text in texts])

    def look(self) -> None:
        self._tell("visible")
        self.wait(LOOK_MS if self.is_open else LOOK_BY_POLLING_MS)

    def wait(self, milliseconds: int) -> None:
        self._tell("passed", milliseconds=milliseconds)

    def do(self, deed: str, notification_id: int | None) -> None:
        self._tell("did", deed=DEEDS[deed], id=notification_id)

    def state(self) -> dict[str, Any]:
        known = self._tell("knows")
        assert known["badge"] in (None, known["unread"]), "the badge was not told"
        assert not known["wentBack"], "the badge believed a late count"
        items = {item["id"]: item for item in known["items"]}
        return {"revision": known["revision"], "unread_count": known["unread"], "items": items}

    def titles(self) -> list[str]:
        return self._tell("knows")["shown"]

    def _tell(self, do: str, **more: object) -> Any:
        return self.node.tell(self.server.answer, do, **more)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    node = Node()
    yield node
    node.close()


Examples = Callable[[int], settings]


@pytest.fixture
def examples(full_length: bool) -> Examples:
    """So many of the same days each time; at full length many more, and others each time."""

    def of(number: int) -> settings:
        return settings(
            max_examples=number * TIMES_AT_FULL_LENGTH if full_length else number,
            derandomize=not full_length,
            deadline=None,
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        )

    return of


def new_day(node: Node, layer, seed: int) -> Day:
    user = User.objects.create(username="asha")
    server = Server(user.pk)
    return Day(user, layer, BrowserPage(node, server, seed), server)


def lived(day: Day, moves: list[Move]) -> None:
    for move, argument in moves:
        day.do(move, argument)


SEEDS = st.integers(0, 2**32 - 1)


def test_after_every_step_of_any_day_a_browser_knows_what_a_fresh_fetch_knows(db, node, examples):
    @examples(30)
    @given(
        seed=SEEDS, steps=st.lists(st.lists(MOVES | LOSSES, min_size=1, max_size=4), min_size=4, max_size=12)
    )
    def on_any_day(seed, steps):
        with transaction.atomic(), recorded_layer() as layer:
            day = new_day(node, layer, seed)
            for step in steps:
                lived(day, step)
                day.look_and_hold(step)
            transaction.set_rollback(True)

    on_any_day()


def test_as_long_as_no_frame_is_lost_a_browser_need_not_ask(db, node, examples):
    @examples(12)
    @given(seed=SEEDS, moves=st.lists(MOVES, min_size=8, max_size=30))
    def on_any_day(seed, moves):
        with transaction.atomic(), recorded_layer() as layer:
            day = new_day(node, layer, seed)
            day.server.answers_get_count = False
            lived(day, [("post_several", 3), *moves, ("settle", None), ("post", None), ("settle", None)])
            day.page.wait(FOLLOW_MS)
            day.hold(moves)
            transaction.set_rollback(True)

    on_any_day()


def test_history_that_was_trimmed_while_a_browser_was_away_is_replaced_as_a_whole(db, node):
    with transaction.atomic(), recorded_layer() as layer:
        day = new_day(node, layer, seed=1)
        lived(day, [("post_several", 4), ("settle", None)])
        day.look_and_hold("before")
        lived(day, [("lose_connection", None)])
        lived(day, [("delete", 0), ("post_several", 2), ("trim_history", None), ("post", None)])
        asked = asked_since(day)
        lived(day, [("reconnect", None)])
        day.look_and_hold("trimmed while away")
        assert asked[0] == {"since": 4, "reset": True}


def test_a_database_restored_to_an_older_state_is_believed_and_its_ids_may_come_again(db, node):
    with transaction.atomic(), recorded_layer() as layer:
        day = new_day(node, layer, seed=1)
        lived(day, [("post_several", 2), ("settle", None), ("back_up", None), ("post_several", 2)])
        lived(day, [("settle", None), ("restore", None)])
        day.look_and_hold("restored")
        lived(day, [("post", None), ("settle", None)])
        day.look_and_hold("the first after it")
        assert day.page.titles() == ["Title 1", "Title 2", "Title 3", "Title 4", "Title 5"]


def asked_since(day: Day) -> list[dict[str, Any]]:
    """Every request for changes from here on: since which revision, and whether the answer replaces all."""
    asked: list[dict[str, Any]] = []
    fetch = day.server.changes

    def noted(since: int, cursor: str | None) -> dict[str, Any]:
        answer = fetch(since, cursor)
        asked.append({"since": since, "reset": answer["reset"]})
        return answer

    day.server.changes = noted
    return asked
