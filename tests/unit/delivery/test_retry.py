"""The retry table, and whose fault a failure is."""

from datetime import timedelta

import pytest
from redis import exceptions as redis

from delivery import retry
from delivery.retry import Failure


def test_the_waits_grow_and_after_the_last_attempt_there_is_none():
    waits = [retry.wait(attempts, rand=lambda: 0.5) for attempts in range(1, retry.MAX_ATTEMPTS + 1)]
    assert waits == [timedelta(seconds=s) for s in (1, 5, 25, 120)] + [None]


@pytest.mark.parametrize(("rand", "seconds"), [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)])
def test_a_wait_is_spread_a_fifth_either_way(rand, seconds):
    assert retry.wait(1, rand=lambda: rand).total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize(
    "error",
    [
        redis.ConnectionError("refused"),
        redis.TimeoutError("stalled"),
        redis.BusyLoadingError("loading its file"),
        redis.ReadOnlyError("after a failover"),
        ConnectionResetError(),
        TimeoutError(),
        OSError("no route"),
    ],
)
def test_a_redis_that_is_away_is_nobodys_fault(error):
    assert retry.classify(error) is Failure.OUTAGE


@pytest.mark.parametrize(
    "error", [KeyError("BOGUS"), ValueError(), TypeError(), redis.ResponseError("too large")]
)
def test_anything_else_is_held_against_the_row(error):
    assert retry.classify(error) is Failure.RETRY
