"""The retry table, and whose fault a failure is."""

from datetime import timedelta

import pytest
from redis import exceptions as redis
from redis._parsers.base import BaseParser

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
        redis.InvalidResponse("not the protocol"),
        redis.MaxConnectionsError("too many"),
        redis.SlotNotCoveredError("a part of the cluster is away"),
        ConnectionResetError(),
        TimeoutError(),
        OSError("no route"),
    ],
)
def test_a_redis_that_is_away_is_nobodys_fault(error):
    assert retry.classify(error) is Failure.OUTAGE


@pytest.mark.parametrize(
    "answer",
    [
        "OOM command not allowed when used memory > 'maxmemory'.",
        "MISCONF Redis is configured to save RDB snapshots, but it is unable to persist to disk.",
        "LOADING Redis is loading the dataset in memory",
        "READONLY You can't write against a read only replica.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "NOREPLICAS Not enough good replicas to write.",
        "NOAUTH Authentication required.",
        "WRONGPASS invalid username-password pair or user is disabled.",
        "NOPERM this user has no permissions to access one of the channels",
        "CLUSTERDOWN The cluster is down",
        "TRYAGAIN Multiple keys request during rehashing of slot",
        "MOVED 3999 127.0.0.1:6381",
        "BUSY Redis is busy running a script.",
        "ERR max number of clients reached",
        "ERR unknown command 'PUBLISH', with args beginning with: 'asgi__group__inbox.1'",
        "ERR operation not permitted",
    ],
)
def test_what_redis_answers_of_itself_kills_no_row(answer):
    assert retry.classify(BaseParser.parse_error(answer)) is Failure.OUTAGE


@pytest.mark.parametrize(
    "error",
    [
        KeyError("BOGUS"),
        ValueError(),
        TypeError(),
        OverflowError(),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"),
        redis.DataError("Invalid input of type"),
        BaseParser.parse_error("ERR max request size exceeded"),
        BaseParser.parse_error("ERR DB index is out of range"),
    ],
)
def test_anything_else_is_held_against_the_row(error):
    assert retry.classify(error) is Failure.RETRY
