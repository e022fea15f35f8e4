"""The trail of each delivery in the logs: posted by which request, sent by which task, heard by which server.

A line an event names every delivery it is about, never one line a row: at 1,500 posts a second the log must
not be what takes the time. Nothing of a notification itself is in any line. Off where `delivery.trail` is
above INFO, and then it costs a comparison.
"""

import logging
from collections.abc import Collection, Iterable

from django.db import transaction

logger = logging.getLogger(__name__)


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
        _line("relayed", ids, sockets=sockets)


def _once_committed(event: str, ids: Collection[int]) -> None:
    if logger.isEnabledFor(logging.INFO):

        def committed() -> None:
            _line(event, ids)

        transaction.on_commit(committed, robust=True)


def _line(event: str, ids: Collection[int], **fields: object) -> None:
    logger.info(event, extra={"deliveries": list(ids), **fields})
