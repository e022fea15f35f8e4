"""A client that follows frames by the contract's rules, and the assertion that holds it to a fresh fetch."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from delivery import channel, drain, frames, reading

Fetch = Callable[[int, str | None], dict[str, Any]]


class InboxClient:
    """What a browser knows of one inbox, and the rules it follows (PROTOCOL, «the browser»)."""

    def __init__(self, fetch: Fetch, revision: int = 0) -> None:
        self.fetch = fetch
        self.revision = revision
        self.count = 0
        self.items: dict[int, dict[str, Any]] = {}
        self.shown: list[int] = []  # ids in the order their toasts were shown
        self.titles: list[str] = []  # and what they said
        self.heard: Counter[int] = Counter()  # how often each id came over the wire
        self.counts_seen: list[tuple[int, int]] = []
        self.catch_ups = 0
        self.resets = 0

    def opened(self) -> None:
        """A socket has opened: fetch what changed meanwhile."""
        self.catch_up()

    def follow(self, texts: Iterable[str]) -> None:
        for text in texts:
            self.apply(json.loads(text))

    def apply(self, frame: dict[str, Any]) -> None:
        kind = frame["type"]
        if kind == "notification":
            self._notification(frame)
        elif kind == "unread_count":
            self._count(frame["count"], frame["revision"])
        elif kind == "inbox_changed" and frame["revision"] > self.revision:
            self.catch_up()

    def _notification(self, frame: dict[str, Any]) -> None:
        item = frame["notification"]
        self.heard[item["id"]] += 1
        if frame["revision"] > self.revision and item["id"] not in self.items:
            self._store({**item, "revision": frame["revision"]})
        if frame["revision"] == self.revision + 1:
            self.revision = frame["revision"]

    def _count(self, count: int, revision: int) -> None:
        if revision < self.revision:
            return
        if revision > self.revision:
            self.catch_up()
            return
        self._set_count(count, revision)

    def _set_count(self, count: int, revision: int) -> None:
        self.count = count
        self.counts_seen.append((revision, count))

    def catch_up(self) -> None:
        self.catch_ups += 1
        before = self.revision
        cursor: str | None = None
        while True:
            answer = self.fetch(self.revision, cursor)
            if answer["reset"]:
                self.resets += 1
                self.items.clear()
            for row in answer["notifications"]:
                self._store(row)
            cursor = answer["next"]
            if cursor is None:
                break
        if answer["revision"] < before:
            self._restored()
        self.revision = answer["revision"]
        self._set_count(answer["unread_count"], answer["revision"])

    def _store(self, row: dict[str, Any]) -> None:
        known = self.items.get(row["id"])
        if known is not None and known["revision"] > row["revision"]:
            return
        self.items[row["id"]] = row
        if not row.get("is_deleted") and not row["is_read"] and row["id"] not in self.shown:
            self.shown.append(row["id"])
            self.titles.append(row["title"])

    def _restored(self) -> None:
        """A restored database gives the ids above its newest a second time, to other notifications."""
        newest = max(self.items, default=0)
        self.shown = [pk for pk in self.shown if pk <= newest]
        self.counts_seen.clear()

    def state(self) -> dict[str, Any]:
        """What can be compared with a fresh fetch."""
        alive = {pk: row for pk, row in self.items.items() if not row.get("is_deleted")}
        return {"revision": self.revision, "unread_count": self.count, "items": alive}


def fetch_from_database(user_id: int, limit: int = 100) -> Fetch:
    """The changes endpoint's answers, without HTTP."""

    def fetch(since: int, cursor: str | None) -> dict[str, Any]:
        found = reading.changes(user_id, since, limit, cursor)
        return {
            "revision": found.revision,
            "unread_count": found.unread_count,
            "notifications": [dict(frames.change(row)) for row in found.rows],
            "next": found.next_cursor,
            "reset": found.reset,
        }

    return fetch


def truth(user_id: int) -> dict[str, Any]:
    """What a fresh client must show, counted from the rows themselves."""
    rows = list(reading.notifications(user_id))
    return {
        "revision": reading.snapshot(user_id).revision,
        "unread_count": sum(not row.is_read for row in rows),
        "items": {row.pk: dict(frames.change(row)) for row in rows},
    }


class RecordingLayer:
    """A channel layer that keeps what was sent, for tests of what stands before it."""

    is_listening = True

    def __init__(self) -> None:
        self.sent: list[tuple[str, frames.Relay]] = []
        self.failing: dict[str, BaseException] = {}

    async def group_send(self, group: str, message: frames.Relay) -> None:
        if group in self.failing:
            raise self.failing[group]
        self.sent.append((group, message))

    def frames_of(self, user_id: int) -> list[str]:
        """Every frame sent to one user so far, in order."""
        return [
            text
            for group, message in self.sent
            if group == frames.group_of(user_id)
            for text in message["frames"]
        ]


@contextmanager
def recorded_layer() -> Iterator[RecordingLayer]:
    """Send to a `RecordingLayer` inside the block."""
    layer = RecordingLayer()
    with mock.patch.object(channel, "get_channel_layer", return_value=layer):
        yield layer


@contextmanager
def state_equals_events(user_id: int) -> Iterator[InboxClient]:
    """Whatever the block does to an inbox: who followed the frames and who fetches afresh agree after it.

    Also: the badge never showed an older revision after a newer one, and nothing was shown twice.
    """
    client = InboxClient(fetch_from_database(user_id))
    client.opened()
    with recorded_layer() as layer:
        yield client
        assert drain.drain(), "the drain left something behind"
    client.follow(layer.frames_of(user_id))
    assert client.state() == truth(user_id)
    fresh = InboxClient(fetch_from_database(user_id))
    fresh.opened()
    assert fresh.state() == truth(user_id)
    revisions = [revision for revision, _ in client.counts_seen]
    assert revisions == sorted(revisions), f"the badge went back: {client.counts_seen}"
    assert len(client.shown) == len(set(client.shown))
