"""A drain that stays while there is much to do, and hears of it by a bell instead of a task each.

Publishing a Celery task and having it picked up costs a few milliseconds each time, a push to a list that
somebody waits at a tenth of one. So a drain that has done its work stays for a while; as long as it does,
`handoff` rings instead of publishing. The bell carries as little as a task: losing it costs what losing a
task does, the seconds until the sweep.
"""

import logging
import mmap
import os
import uuid
from collections.abc import Callable
from functools import cache
from time import monotonic

from celery.signals import celeryd_after_setup, worker_shutting_down
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from delivery.handoff import BELL, LISTENING, TIMEOUT

logger = logging.getLogger(__name__)

# Seconds without a ring after which the process is given back, and after which it is in any case: a worker
# has other tasks, and whoever stops it waits for this one.
QUIET, LONGEST = 10.0, 60.0
# Seconds one wait for the bell takes, after which it is made sure that this is still the one who listens.
WAIT = 1.0
# How long it counts as listening without saying so again: longer than a wait and most drains, short enough
# that tasks are published again soon after it was killed. In a drain longer than this they are, and others
# come to help. Not longer than a ring is kept (`handoff.FLAG_MILLISECONDS`): what rang for it must be heard.
LISTENING_MILLISECONDS = 2_000
# Only by whom it belongs to: another may have begun to listen after it had lapsed.
_KEEP = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_GIVE_BACK = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1])"

# Whether a drain may stay here: in a worker with a single process, nothing else would be done meanwhile.
may_stay = False


@celeryd_after_setup.connect
def _count_processes(instance: object = None, **_: object) -> None:
    """In the parent, before its children are forked."""
    global may_stay
    pool = str(getattr(instance, "pool_cls", ""))
    may_stay = "prefork" in pool and int(getattr(instance, "concurrency", 0) or 0) > 1


# One byte that a worker shares with the processes it forks: set, it is ending, and waits for their tasks. Not
# by way of Redis, which may be what is broken.
_ending = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def _send_away(**_: object) -> None:
    """A worker that ends waits for its tasks: the one that stays is to go now."""
    _ending[0] = 1


@cache
def _redis(_pid: int) -> Redis:
    return Redis.from_url(
        str(settings.REDIS_URL), socket_timeout=WAIT + TIMEOUT, socket_connect_timeout=TIMEOUT
    )


class Bell:
    """The bell as its one listener hears it. Everything here may raise a RedisError."""

    def __init__(self, hostname: str) -> None:
        self._redis = _redis(os.getpid())
        self._name = f"{hostname}|{uuid.uuid4().hex}"
        self._said = 0.0

    def listen(self) -> bool:
        """Begin to listen; False where somebody does already."""
        self._said = monotonic()
        return bool(self._redis.set(LISTENING, self._name, nx=True, px=LISTENING_MILLISECONDS))

    def is_kept(self) -> bool:
        """Say again that this one listens, where it is time to. False where another does by now."""
        return monotonic() - self._said <= WAIT or self._keep()

    def rings(self) -> bool:
        """Wait a second at most for a ring; whether there was one."""
        return self._redis.blpop([BELL], timeout=WAIT) is not None

    def give_back(self) -> None:
        """Listen no more: from now on, tasks are published."""
        self._redis.eval(_GIVE_BACK, 1, LISTENING, self._name)

    def _keep(self) -> bool:
        kept = self._redis.eval(_KEEP, 1, LISTENING, self._name, LISTENING_MILLISECONDS)
        self._said = monotonic()
        return bool(kept) or self.listen()


def stay(hostname: str, work: Callable[[], bool], more: Callable[[], None]) -> None:
    """Do the work whenever the bell rings, for as long as that is often. `more` where there is too much."""
    if not may_stay or _ending[0]:
        return
    try:
        _stay(Bell(hostname), work, more)
    except RedisError as error:
        logger.debug("the bell cannot be heard: %s", error)
    # What came between the last look and the giving back had only rung.
    if not work():
        more()


def _stay(bell: Bell, work: Callable[[], bool], more: Callable[[], None]) -> None:
    if not bell.listen():
        return
    began = last = monotonic()
    try:
        while (now := monotonic()) - last < QUIET and now - began < LONGEST:
            if _ending[0] or not bell.is_kept():
                return
            if bell.rings():
                last = now
                if not work():
                    more()
    finally:
        bell.give_back()
