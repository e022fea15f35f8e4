"""Something done beside a test, in a thread of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")


@contextmanager
def in_background(deed: Callable[[], Result]) -> Iterator["Future[Result]"]:
    """Do the deed beside the block and wait for its end. What it raised, the block's end raises."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        doing = pool.submit(_alone, deed)
        yield doing
    doing.result()


def _alone(deed: Callable[[], Result]) -> Result:
    """A thread's database connections end with its work: nobody else would close them."""
    try:
        return deed()
    finally:
        connections.close_all()
