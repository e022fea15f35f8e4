"""The product's worker with a saboteur in it, who kills it once at a chosen point of the drain.

`celery -A tests.support.saboteur worker`. A file in the folder SABOTAGE, named after the point, is the order;
it holds whom to kill: "process" (the one that drains) or "worker" (all of it). Until there is one, nothing is
different.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init
from django.db import transaction

from worker import app

__all__ = ["POINTS", "app", "order"]

POINTS = (
    "before the claim commits",
    "after the claim",
    "before the send",
    "after the send",
    "before the settling commits",
)


def order(folder: Path, point: str, victim: str) -> Path:
    """Order a death. The file is gone once it was died."""
    assert point in POINTS
    written = folder / "order being written"
    written.write_text(victim)
    return written.rename(folder / point)


def die_if_ordered(point: str) -> None:
    """Kill -9, if this is the point, and nobody else has died of this order."""
    file = Path(os.environ["SABOTAGE"]) / point
    try:
        victim = file.read_text()
        file.unlink()
    except FileNotFoundError:
        return
    if victim == "worker":
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


@worker_process_init.connect
def lie_in_wait(**_: object) -> None:
    """Stand behind the functions of the drain; Django is set up by now."""
    from delivery import channel, drain

    take, claim, send, settle_told = drain._take, drain.claim, channel.send, drain._settle_told

    def taken(*args: Any, **options: Any) -> list[Any]:
        with transaction.atomic():
            rows = take(*args, **options)
            if rows:
                die_if_ordered("before the claim commits")
        return rows

    def claimed(**options: Any) -> drain.Batch | None:
        batch = claim(**options)
        if batch is not None:
            die_if_ordered("after the claim")
        return batch

    def sent(messages: Mapping[int, list[str]], *more: Any) -> dict[int, BaseException]:
        die_if_ordered("before the send")
        failed = send(messages, *more)
        die_if_ordered("after the send")
        return failed

    def settled(*args: Any) -> Counter[str]:
        numbers = settle_told(*args)
        die_if_ordered("before the settling commits")
        return numbers

    replace(drain, _take=taken, claim=claimed, _settle_told=settled)
    replace(channel, send=sent)


def replace(module: object, **functions: Callable[..., Any]) -> None:
    """Put functions in the place of others, which have to be there."""
    for name, function in functions.items():
        assert callable(getattr(module, name))
        setattr(module, name, function)
