"""Signs of life: workers and beat leave theirs in Redis, the readiness probe looks for them."""

import logging
import os
from functools import cache
from typing import Literal

from celery.signals import beat_init, before_task_publish, heartbeat_sent
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Part = Literal["worker", "beat"]
# Seconds a sign of life counts. Workers leave one every 2 s, beat with every sweep (5 s).
LIFETIME = 15
# Seconds a command may take: a probe that waits longer than its caller is of no use.
TIMEOUT = 1.0


@cache
def _redis(_pid: int) -> Redis:
    return Redis.from_url(str(settings.REDIS_URL), socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)


def leave(part: Part) -> None:
    """Leave a sign of life."""
    try:
        _redis(os.getpid()).set(f"delivery:alive:{part}", 1, ex=LIFETIME)
    except RedisError as error:
        logger.debug("no sign of life of %s: %s", part, error)


def look() -> dict[str, bool]:
    """Whether Redis answers, and whether a worker and beat have left a sign of life lately.

    In one process all of them are this process.
    """
    if settings.REDIS_URL is None:
        return {"redis": True, "worker": True, "beat": True}
    try:
        worker, beat = _redis(os.getpid()).mget("delivery:alive:worker", "delivery:alive:beat")
    except RedisError:
        return {"redis": False, "worker": False, "beat": False}
    return {"redis": True, "worker": worker is not None, "beat": beat is not None}


@heartbeat_sent.connect
def _worker_lives(**_: object) -> None:
    leave("worker")


@beat_init.connect
def _watch_beat(**_: object) -> None:
    before_task_publish.connect(_beat_lives, weak=False)


def _beat_lives(**_: object) -> None:
    leave("beat")
