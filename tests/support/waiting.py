"""Waiting for something to become true, never for time to pass."""

import time
from collections.abc import Callable
from typing import TypeVar

POLL_SECONDS = 0.02

Value = TypeVar("Value")


def wait_until(predicate: Callable[[], Value], timeout: float = 10.0, message: str = "") -> Value:
    """Poll until `predicate` gives something true and return it.

    Raises AssertionError after `timeout` seconds, with `message` and the last value seen.
    """
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(
                f"{message or 'it did not come true'} within {timeout:g} s; last seen: {value!r}"
            )
        time.sleep(POLL_SECONDS)
