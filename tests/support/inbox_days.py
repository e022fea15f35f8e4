"""Random days of one inbox: what befalls it, its drain and the wire, and a page that follows it all.

The page is anything with the methods of `Page`: the twin in Python, or the code that browsers run.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st

from delivery import drain, frames, inbox, reading
from delivery.drafts import Draft
from delivery.models import Delivery, DeliveryState, Notification
from tests.support.inbox_client import Fetch, InboxClient, RecordingLayer, fetch_from_database, truth

Move = tuple[str, Any]

# So that answers have several pages.
ROWS_A_PAGE = 3
# Within which every request of a page has been answered.
IN_FLIGHT_MS = 1_000
SERVER_RESTARTED, NETWORK_LOST = 1012, 1006

MOVES: st.SearchStrategy[Move] = st.one_of(
    st.tuples(st.just("post"), st.sampled_from([None, "a", "b"])),
    st.tuples(st.just("post_several"), st.integers(2, 5)),
    st.tuples(st.just("post_several"), st.integers(2, 5)),
    st.tuples(st.just("post_and_roll_back"), st.none()),
    st.tuples(st.just("read"), st.integers(0, 9)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
    st.tuples(st.just("read_all"), st.none()),
    st.tuples(st.just("delete_read"), st.none()),
    st.tuples(st.just("drain"), st.none()),
    st.tuples(st.just("crash_before_send"), st.none()),
    st.tuples(st.just("crash_after_send"), st.none()),
    st.tuples(st.just("refuse_a_message"), st.none()),
    st.tuples(st.just("repeat_frames"), st.integers(1, 3)),
    st.tuples(st.just("late_frame"), st.integers(0, 99)),
    st.tuples(st.just("late_frame"), st.integers(0, 99)),
    st.tuples(st.just("reverse_frames"), st.none()),
    st.tuples(st.just("settle"), st.none()),
    st.tuples(st.just("receive"), st.none()),
    st.tuples(st.just("reconnect"), st.none()),
    st.tuples(st.just("read_here"), st.integers(0, 9)),
    st.tuples(st.just("delete_here"), st.integers(0, 9)),
    st.tuples(st.just("read_all_here"), st.none()),
    st.tuples(st.just("wait"), st.sampled_from([20, 200, 3000])),
)
LOSSES: st.SearchStrategy[Move] = st.one_of(
    st.tuples(st.just("lose_frames"), st.none()),
    st.tuples(st.just("lose_connection"), st.none()),
    st.tuples(st.just("refuse_requests"), st.integers(1, 3)),
    st.tuples(st.just("trim_history"), st.none()),
    st.tuples(st.just("back_up"), st.none()),
    st.tuples(st.just("restore"), st.none()),
    st.tuples(st.just("restore_and_grow"), st.integers(0, 6)),
)


class Page(Protocol):
    """What a day needs of whoever follows it."""

    def opened(self) -> None:
        """The socket is open: for the first time, or again."""

    def lost(self, code: int) -> None:
        """The socket has closed, and for now opens no more."""

    def follow(self, texts: list[str]) -> None:
        """Frames arrive."""

    def look(self) -> None:
        """What a page does by itself from time to time, and after which it must know the truth."""

    def wait(self, milliseconds: int) -> None:
        """Time passes."""

    def do(self, deed: str, notification_id: int | None) -> None:
        """Its reader does it there: "read", "delete" or "read_all"."""

    def state(self) -> dict[str, Any]:
        """What it knows, to be held against `truth`."""

    def titles(self) -> list[str]:
        """What it has shown as news, in order."""


class Server:
    """The answers that pages get, without HTTP; the next `refusals` requests get none."""

    def __init__(self, user_id: int) -> None:
        self.user_id = user_id
        self.refusals = 0
        self.answers_get_count = True
        self.changes: Fetch = in_small_pages(user_id)
        self.deeds: dict[str, Callable[[int], object]] = {
            "read": lambda pk: inbox.mark_read(user_id, pk),
            "delete": lambda pk: inbox.delete(user_id, pk),
            "read_all": lambda _: inbox.mark_all_read(user_id),
        }

    def count_frame(self) -> str:
        now = reading.snapshot(self.user_id)
        return frames.unread_count(now.unread_count, now.revision)

    def count(self) -> dict[str, Any]:
        now = reading.snapshot(self.user_id)
        return {"unread_count": now.unread_count, "revision": now.revision}

    def answer(self, question: dict[str, Any]) -> dict[str, Any] | None:
        what = question["what"]
        if what == "get_count":
            return json.loads(self.count_frame()) if self.answers_get_count else None
        if self.refusals:
            self.refusals -= 1
            return {"status": 503}
        if what == "changes":
            return self.changes(question["since"], question["cursor"])
        if what in self.deeds and self.deeds[what](question.get("id", 0)) is None:
            return {"status": 404}
        return self.count()


def in_small_pages(user_id: int) -> Fetch:
    """The changes a few at a time; the rows that replace everything, all at once."""
    few, all_of_them = fetch_from_database(user_id, limit=ROWS_A_PAGE), fetch_from_database(user_id)

    def fetch(since: int, cursor: str | None) -> dict[str, Any]:
        answer = few(since, cursor)
        return all_of_them(since, cursor) if answer["reset"] else answer

    return fetch


class TwinPage:
    """`InboxClient` as a page of such a day."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.client = InboxClient(server.changes)
        self.is_open = False

    def opened(self) -> None:
        self.is_open = True
        self.client.opened()

    def lost(self, code: int) -> None:
        self.is_open = False

    def follow(self, texts: list[str]) -> None:
        if self.is_open:
            self.client.follow(texts)

    def look(self) -> None:
        if self.is_open:
            self.client.follow([self.server.count_frame()])
        else:
            self.client.catch_up()

    def wait(self, milliseconds: int) -> None:
        """It has no clock."""

    def do(self, deed: str, notification_id: int | None) -> None:
        self.server.deeds[deed](notification_id or 0)

    def state(self) -> dict[str, Any]:
        return self.client.state()

    def titles(self) -> list[str]:
        return self.client.titles


class Day:
    """One inbox, its drain, the wire with its faults, and a page at the end of it."""

    def __init__(self, user: User, layer: RecordingLayer, page: Page, server: Server) -> None:
        self.user = user
        self.layer = layer
        self.page = page
        self.server = server
        self.wire: list[str] = []
        self.sent: list[str] = []  # every frame since the server started
        self.is_open = True
        self.backup: Any = None
        self.posted: set[str] = set()
        self.excused: set[str] = set()  # of a restored database nobody knows what was shown before
        self.page.opened()

    def do(self, move: str, argument: Any) -> None:
        getattr(self, move)(argument)
        frames_ = self.layer.frames_of(self.user.pk)
        self.sent += frames_
        self.wire += frames_ if self.is_open else []
        self.layer.sent.clear()

    def post(self, key: str | None) -> None:
        title = f"Title {len(self.posted) + 1}"
        self.posted.add(title)
        inbox.post([self.user.pk], Draft(title=title, message="", dedupe_key=key))

    def post_several(self, times: int) -> None:
        for _ in range(times):
            self.post(None)

    def post_and_roll_back(self, _: None) -> None:
        with transaction.atomic():
            inbox.post([self.user.pk], Draft(title="Rolled back", message=""))
            transaction.set_rollback(True)

    def read(self, number: int | None) -> None:
        self._on(number, inbox.mark_read)

    def delete(self, number: int | None) -> None:
        self._on(number, inbox.delete)

    def read_all(self, _: None) -> None:
        inbox.mark_all_read(self.user.pk)

    def delete_read(self, _: None) -> None:
        inbox.delete_read(self.user.pk)

    def drain(self, _: None) -> None:
        drain.take_back_expired()
        drain.drain()

    def crash_before_send(self, _: None) -> None:
        drain.claim()
        self._end_leases()

    def crash_after_send(self, _: None) -> None:
        batch = drain.claim()
        if batch is not None:
            drain.deliver(batch)
            rows = [row for row in batch.rows if row.notification_id is not None]
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
                state=DeliveryState.CLAIMED, claim=batch.token, settled_at=None
            )
        self._end_leases()

    def refuse_a_message(self, _: None) -> None:
        """What was in it is tried one by one from then on; a row that was in it alone waits."""
        group = frames.group_of(self.user.pk)
        self.layer.failing[group] = ValueError("cannot be packed")
        batch = drain.claim()
        if batch is not None:
            drain.deliver(batch)
        del self.layer.failing[group]
        waiting = Delivery.objects.filter(state=DeliveryState.WAITING)
        waiting.update(due_at=timezone.now() - timedelta(hours=1))

    def lose_frames(self, _: None) -> None:
        self.wire.clear()

    def repeat_frames(self, times: int) -> None:
        self.wire *= times

    def late_frame(self, number: int) -> None:
        """One from before comes again, after everything that has come since."""
        if self.sent and self.is_open:
            self.page.follow([self.sent[number % len(self.sent)]])

    def reverse_frames(self, _: None) -> None:
        self.wire.reverse()

    def receive(self, _: None) -> None:
        self.page.follow(self.wire)
        self.wire.clear()

    def lose_connection(self, _: None) -> None:
        self._lose(NETWORK_LOST)

    def reconnect(self, _: None) -> None:
        self._lose(NETWORK_LOST)
        self.page.opened()
        self.is_open = True

    def refuse_requests(self, times: int) -> None:
        self.server.refusals = times

    def trim_history(self, _: None) -> None:
        """What was deleted so far is pruned, as it will be a month later."""
        deleted = Notification.objects.filter(user=self.user, is_deleted=True)
        deleted.update(remove_at=timezone.now() - timedelta(days=1))
        inbox.remove_deleted(timezone.now(), limit=1_000)

    def back_up(self, _: None) -> None:
        self.backup = transaction.savepoint()

    def restore(self, _: None) -> None:
        """Pages are back before much is posted: from then on they could not tell old revisions from new."""
        if self.backup is None:
            return
        self.page.wait(IN_FLIGHT_MS)  # no request from before meets the restored database
        self._lose(SERVER_RESTARTED)
        transaction.savepoint_rollback(self.backup)
        self.sent.clear()
        self.excused |= {row["title"] for row in truth(self.user.pk)["items"].values()}
        self.server.refusals = 0
        self.page.opened()
        self.page.look()
        self.is_open = True

    def restore_and_grow(self, times: int) -> None:
        """Pages are back so late that only `manage.py delivery restored` tells them of it."""
        if self.backup is None:
            return
        self.page.wait(IN_FLIGHT_MS)
        self._lose(SERVER_RESTARTED)
        transaction.savepoint_rollback(self.backup)
        inbox.begin_anew()
        self.sent.clear()
        self.excused |= {row["title"] for row in truth(self.user.pk)["items"].values()}
        self.server.refusals = 0
        self.post_several(times)
        self.page.opened()
        self.is_open = True

    def read_here(self, number: int) -> None:
        self._here("read", number)

    def delete_here(self, number: int) -> None:
        self._here("delete", number)

    def read_all_here(self, _: None) -> None:
        self.page.do("read_all", None)

    def wait(self, milliseconds: int) -> None:
        self.page.wait(milliseconds)

    def settle(self, _: None) -> None:
        self._end_leases()
        self.do("drain", None)
        self.receive(None)

    def look_and_hold(self, because: object) -> None:
        """The page looks: whatever it missed, it knows the truth now."""
        self.page.look()
        self.hold(because)

    def hold(self, because: object) -> None:
        """The page knows what a fresh one knows, and has shown everything once and nothing twice."""
        true = truth(self.user.pk)
        assert self.page.state() == true, because
        titles = self.page.titles()
        assert len(titles) == len(set(titles)), because
        assert set(titles) <= self.posted, because
        unread = {row["title"] for row in true["items"].values() if not row["is_read"]}
        assert unread <= set(titles) | self.excused, because

    def _here(self, deed: str, number: int) -> None:
        known = sorted(self.page.state()["items"])
        if known:
            self.page.do(deed, known[number % len(known)])

    def _lose(self, code: int) -> None:
        self.wire.clear()
        self.is_open = False
        self.page.lost(code)

    def _on(self, number: int | None, deed: Callable[[int, int], object]) -> None:
        rows = Notification.objects.filter(user=self.user, is_deleted=False)
        ids = list(rows.order_by("is_read", "pk").values_list("pk", flat=True))
        if ids:
            deed(self.user.pk, ids[(number or 0) % len(ids)])

    def _end_leases(self) -> None:
        Delivery.objects.filter(state=DeliveryState.CLAIMED).update(
            due_at=timezone.now() - timedelta(hours=1)
        )
