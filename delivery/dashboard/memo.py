"""What any number of viewers ask for at once is asked of the database once in a while, by each process."""

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

# Seconds for which an answer is given again; pages ask every 2.5.
SECONDS = 2.0

T = TypeVar("T")
_forgetting: list[Callable[[], None]] = []


def kept(ask: Callable[..., T]) -> Callable[..., T]:
    """Keep what a function answers for SECONDS; who asks while it is being asked waits for that answer.

    It must take a few different arguments only: what was answered to each of them is kept.
    """
    answers: dict[Hashable, tuple[float, T]] = {}
    lock = Lock()

    @wraps(ask)
    def asked(*arguments: Any) -> T:
        with lock:
            until, answer = answers.get(arguments, (0.0, None))
            if answer is None or until < monotonic():
                answer = ask(*arguments)
                answers[arguments] = (monotonic() + SECONDS, answer)
            return answer

    _forgetting.append(answers.clear)
    return asked


def forget() -> None:
    """Keep nothing of what was answered so far."""
    for clear in _forgetting:
        clear()
