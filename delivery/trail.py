"""The trail of each delivery in the logs: posted by which request, sent by which task, heard by which server.

A line an event names every delivery it is about, never one line a row. One a post would cost a tenth of its
time: what does not happen in a request, as the thousands of posts of a script, is gathered for a moment and
becomes one line. Nothing of a notification itself is in any. Where `delivery.trail` is above INFO it is off,
and costs a comparison.
"""

import atexit
import logging
import os
import threading
from collections.abc import Collection, Iterable
from contextvars import ContextVar

from django.db import transaction

logger = logging.getLogger(__name__)

# The id of the request that all of this happens in; the log writes it into every line.
request_id: ContextVar[str] = ContextVar("request_id", default="")
# Seconds that lines are gathered for: nobody who reads a log notices, and 1,500 posts a second are ten lines.
MOMENT = 0.1
# Ids in one line: collectors of logs cut what is longer than a few KiB.
MOST_IDS = 500

Fields = tuple[tuple[str, object], ...]


def posted(ids: Collection[int]) -> None:
    """These were written because something was posted. Only what is committed leaves a trail."""
    _once_committed("posted", ids)


def changed(ids: Collection[int]) -> None:
    """These were written because something was read or deleted."""
    _once_committed("changed", ids)


def settled(outcomes: dict[str, Iterable[int]], seconds: float, task_id: str = "") -> None:
    """What became of a claimed batch: a line for each outcome that there was, usually one."""
    if logger.isEnabledFor(logging.INFO):
        for outcome, rows in outcomes.items():
            if ids := sorted(rows):
                _line(outcome, ids, seconds=round(seconds, 4), task_id=task_id)


def lost(ids: Collection[int]) -> None:
    """Whoever held these is dead, or was too slow."""
    if ids and logger.isEnabledFor(logging.INFO):
        _line("lost", ids)


def relayed(ids: Collection[int], sockets: int) -> None:
    """One message has come to this process, for so many sockets of it."""
    if ids and logger.isEnabledFor(logging.INFO):
        _gathered.add("relayed", ids, (("sockets", sockets),))


def flush() -> None:
    """Write what is gathered."""
    _gathered.write()


def _once_committed(event: str, ids: Collection[int]) -> None:
    if logger.isEnabledFor(logging.INFO):

        def committed() -> None:
            if request_id.get():
                _line(event, ids)
            else:
                _gathered.add(event, ids)

        transaction.on_commit(committed, robust=True)


def _line(event: str, ids: Collection[int], **fields: object) -> None:
    rest = list(ids)
    while rest:
        logger.info(event, extra={"deliveries": rest[:MOST_IDS], **fields})
        rest = rest[MOST_IDS:]


class Gathered:
    """What is to be written in a moment, all that is alike in one line."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, Fields], list[int]] = {}

    def add(self, event: str, ids: Iterable[int], fields: Fields = ()) -> None:
        """Keep these; the first to be kept sees to it that all are written."""
        with self._lock:
            is_first = not self._kept
            self._kept.setdefault((event, fields), []).extend(ids)
        if is_first:
            timer = threading.Timer(MOMENT, self.write)
            timer.daemon = True
            timer.start()

    def write(self) -> None:
        """Write all that is kept."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for (event, fields), ids in kept.items():
            _line(event, ids, **dict(fields))


_gathered = Gathered()
# Neither the timer nor what it would write is a child's.
os.register_at_fork(after_in_child=_gathered.__init__)  # type: ignore[misc]
atexit.register(flush)
