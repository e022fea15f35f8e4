"""Signs of life: workers and beat leave theirs in Redis, the readiness probe looks for them."""

import logging
import os
import socket
from functools import cache
from typing import Literal, NamedTuple, cast

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


# Seconds for which one that has gone silent is still shown, with how long ago its last sign was.
REMEMBERED = 3600
# Their names; which of them have left a sign lately, their own keys tell.
NAMES = "delivery:parts"


class Sign(NamedTuple):
    """The last sign of life of one process."""

    part: Part
    name: str
    seconds: float  # ago

    @property
    def is_alive(self) -> bool:
        return self.seconds < LIFETIME


@cache
def _redis(_pid: int) -> Redis:
    return Redis.from_url(
        str(settings.REDIS_URL),
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        decode_responses=True,
    )


def leave(part: Part, name: str) -> None:
    """Leave a sign of life."""
    member = f"{part}:{name}"
    try:
        with _redis(os.getpid()).pipeline(transaction=False) as pipeline:
            pipeline.sadd(NAMES, member)
            # How much of its life the key has left tells how old it is, by the clock of Redis alone.
            pipeline.set(_key(member), 1, ex=REMEMBERED)
            pipeline.execute()
    except RedisError as error:
        logger.debug("no sign of life of %s: %s", member, error)


def signs() -> list[Sign]:
    """The last sign of each worker and beat that left one within the hour. Raises a RedisError."""
    redis = _redis(os.getpid())
    members = sorted(str(member) for member in redis.smembers(NAMES))
    with redis.pipeline(transaction=False) as pipeline:
        for member in members:
            pipeline.pttl(_key(member))
        left = dict(zip(members, pipeline.execute(), strict=True))
    if forgotten := [member for member, milliseconds in left.items() if milliseconds < 0]:
        redis.srem(NAMES, *forgotten)
    return [
        Sign(cast(Part, part), name, max(0.0, REMEMBERED - milliseconds / 1000))
        for (part, _, name), milliseconds in ((member.partition(":"), left[member]) for member in members)
        if milliseconds >= 0
    ]


def look() -> dict[str, bool]:
    """Whether Redis answers, and whether a worker and beat have left a sign of life lately.

    In one process all of them are this process.
    """
    if settings.REDIS_URL is None:
        return {"redis": True, "worker": True, "beat": True}
    try:
        living = {sign.part for sign in signs() if sign.is_alive}
    except RedisError:
        return {"redis": False, "worker": False, "beat": False}
    return {"redis": True, "worker": "worker" in living, "beat": "beat" in living}


def _key(member: str) -> str:
    return f"delivery:alive:{member}"


@heartbeat_sent.connect
def _worker_lives(sender: object = None, **_: object) -> None:
    eventer = getattr(sender, "eventer", None)
    leave("worker", str(getattr(eventer, "hostname", None) or socket.gethostname()))


@beat_init.connect
def _watch_beat(**_: object) -> None:
    before_task_publish.connect(_beat_lives, weak=False)


def _beat_lives(**_: object) -> None:
    leave("beat", f"beat@{socket.gethostname()}")
