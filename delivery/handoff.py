"""After commit: wake the drain. The only publisher.

A wake-up carries nothing: the rows are in the database, and the sweep finds what no wake-up told of. So
publishing is done by one background thread a process, and no request ever waits for the broker, whether it
answers, refuses or stalls. While a wake-up is on its way and its drain has not begun, no second one is sent.
"""

import atexit
import logging
import os
import threading
import time

from celery import current_app
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis import Redis
from redis.exceptions import RedisError

from delivery import meters

logger = logging.getLogger(__name__)

DRAIN = "delivery.drain"
SWEEP = "delivery.sweep"
DEEDS = "delivery.deeds"
LETTERS = "delivery.post_letters"
# Set while a wake-up is on its way. It expires, because the wake-up may be lost with its worker.
FLAG = "delivery:wake-up"
FLAG_MILLISECONDS = 2_000
# Set while a drain stays and listens (`delivery.bell`), and the list that it waits at.
LISTENING, BELL = "delivery:listening", "delivery:bell"
# What is to be done so that a drain looks: nothing, where one is on its way; ring, where one listens, once if
# it has not heard the last one yet; publish, otherwise. In one step, or the listener could leave in between.
ON_ITS_WAY, RUNG, PUBLISH = 0, 1, 2
_SUMMON = f"""
    if redis.call('EXISTS', KEYS[1]) == 1 then
        if redis.call('LLEN', KEYS[2]) == 0 then
            redis.call('RPUSH', KEYS[2], 'ring')
            redis.call('PEXPIRE', KEYS[2], ARGV[1])
        end
        return {RUNG}
    end
    return redis.call('SET', KEYS[3], 1, 'NX', 'PX', ARGV[1]) and {PUBLISH} or {ON_ITS_WAY}
"""
# Seconds after which a wake-up is dropped, so that they do not pile up for days while no worker runs. Celery
# compares the clocks of two hosts here: longer than they differ where each is off by an hour.
EXPIRES = 10_800
# Seconds a command to Redis may take here. Nobody waits for it but the thread itself.
TIMEOUT = 1.0
# Seconds between attempts while the broker is away: what was posted meanwhile is on its way this soon after.
PAUSE = 1.0
# Seconds a process that ends waits for its last wake-up; the sweep finds what it did not tell of.
FAREWELL = 1.5


def wake_on_commit() -> None:
    """Wake the drain when the outermost transaction has committed; never, if it rolls back."""
    # Robust: whatever happened here must not keep the callbacks of others from running.
    transaction.on_commit(wake, robust=True)


def wake() -> None:
    """Have the drain run soon. Returns at once, whatever state the broker is in."""
    if settings.REDIS_URL is None:
        _run_inline()
    else:
        _waker().wake()


def wake_deeds() -> None:
    """Have what a person has started be carried on soon. Returns at once; the sweep does it in any case."""
    if settings.REDIS_URL is not None:
        _waker().wake(DEEDS)
    else:
        started_here.set()


def wake_letters_on_commit() -> None:
    """Have letters be posted soon after the outermost transaction has committed; never, if it rolls back."""
    transaction.on_commit(wake_letters, robust=True)


def wake_letters() -> None:
    """Have letters be posted soon. Returns at once: no request waits for a mail server."""
    if settings.REDIS_URL is not None:
        _waker().wake(LETTERS)
    else:
        started_here.set()


def wake_task(name: str) -> None:
    """Have a task of somebody else's run soon. Its work is in the database, where it looks by itself, too.

    Returns at once, whatever state the broker is in; in one process, when the task has run.
    """
    if settings.REDIS_URL is not None:
        _waker().wake(name)
    else:
        current_app.tasks[name].apply()


def wake_task_on_commit(name: str) -> None:
    """The same when the outermost transaction has committed; in one process, not at all."""

    def wake_it() -> None:  # Django logs what fails under its name: a partial has none
        wake_task(name)

    if settings.REDIS_URL is not None:
        transaction.on_commit(wake_it, robust=True)


# In one process: that deeds were started or letters posted in it, which its tickers carry on though no socket
# may be open.
started_here = threading.Event()


def begun() -> None:
    """Say that a drain has begun: what is committed from now on needs a wake-up of its own."""
    if settings.REDIS_URL is not None:
        try:
            _waker().redis.delete(FLAG)
        except RedisError as error:
            logger.debug("the wake-up flag stays until it expires: %s", error)


def _run_inline() -> None:
    """In one process: run the drain here and now, if any socket is open that it could reach."""
    if get_channel_layer().is_listening:
        current_app.tasks[DRAIN].apply()


class Waker:
    """The thread that publishes, started by the first wake-up of its process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.redis = Redis.from_url(
            str(settings.REDIS_URL), socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=None
        )
        self._summon = self.redis.register_script(_SUMMON)
        self._state = threading.Condition()
        self._needed: set[str] = set()  # names of tasks
        self._publishing = False
        self._away = False
        self._thread: threading.Thread | None = None

    def wake(self, task: str = DRAIN) -> None:
        with self._state:
            self._needed.add(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)
                self._thread.start()
                atexit.register(self.finish)
            self._state.notify_all()

    def _run(self) -> None:
        while True:
            with self._state:
                self._publishing = False
                self._state.notify_all()
                self._state.wait_for(lambda: self._needed)
                tasks, self._needed, self._publishing = self._needed, set(), True
            try:
                tasks = {task for task in tasks if not self._publish(task)}
            except Exception:
                # Whatever it was, this thread must live: without it nothing of this process is told at once.
                logger.exception("a wake-up could not be published")
            if tasks:
                with self._state:
                    self._needed |= tasks
                time.sleep(PAUSE)

    def _summon_drain(self) -> None:
        answer = self._summon(keys=[LISTENING, BELL, FLAG], args=[FLAG_MILLISECONDS])
        if answer == RUNG:
            meters.rings.inc()
        elif answer == PUBLISH:
            try:
                self._apply_async(DRAIN)
            except OperationalError:
                self.redis.delete(FLAG)  # nothing is on its way, so the next attempt must not think so
                raise

    def _apply_async(self, task: str) -> None:
        current_app.tasks[task].apply_async(expires=EXPIRES)
        meters.wake_ups.inc()

    def finish(self) -> None:
        """Wait, but not for long, until what was woken for is published: at the end of a process."""
        with self._state:
            self._state.wait_for(lambda: not self._needed and not self._publishing, FAREWELL)

    def _publish(self, task: str) -> bool:
        """Publish one wake-up, of a drain only where none is on its way. False where the broker is away."""
        try:
            if task != DRAIN:
                self._apply_async(task)
            else:
                self._summon_drain()
        except (RedisError, OperationalError, OSError) as error:
            if not self._away:
                logger.warning("the broker is away (%s); notifications wait in the database", error)
            meters.wake_ups_failed.inc()
            self._away = True
            return False
        if self._away:
            logger.info("the broker is back")
        self._away = False
        return True


_lock = threading.Lock()
_current: Waker | None = None


def _waker() -> Waker:
    """This process's own, made on first use: threads and sockets do not survive a fork."""
    global _current
    if _current is None or _current.pid != os.getpid():
        with _lock:
            if _current is None or _current.pid != os.getpid():
                _current = Waker()
    return _current
