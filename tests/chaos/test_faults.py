"""Each fault in the middle of a burst, on real processes: nothing lost or shown twice, the badge right."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from time import monotonic

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connections

from delivery.models import Attempt, Delivery, DeliveryState
from gstbillingapp.utils import create_notification
from tests.chaos.conftest import Outcome
from tests.support.followers import Follower
from tests.support.inbox_client import truth
from tests.support.stack import Stack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

PASSWORD = "gst-demo-people"
BURST = 200
BEFORE = 20  # shown before anything is broken
RECOVERY = 60.0  # seconds; the lease of a dead worker and a sweep are 15 of them
STALL = 8.0  # seconds: past every timeout of a single command
names = (f"asha-{number}" for number in count(1))

Fault = Callable[[Stack], object]


def worker_killed(stack: Stack) -> None:
    stack.kill("worker")
    stack.start("worker")


def worker_terminated(stack: Stack) -> None:
    stack.terminate("worker")
    stack.start("worker")


def worker_killed_and_wake_ups_forgotten(stack: Stack) -> None:
    stack.kill("worker")
    stack.redis.flush()
    stack.start("worker")


def redis_killed(stack: Stack) -> None:
    stack.redis.kill()
    stack.redis.start()


def redis_stalled(stack: Stack) -> None:
    stack.redis.pause()
    threading.Event().wait(STALL)
    stack.redis.resume()


def redis_flushed(stack: Stack) -> None:
    stack.redis.flush()


def listening_connection_cut(stack: Stack) -> None:
    with stack.redis.client() as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


def web_killed(stack: Stack) -> None:
    stack.kill("web")
    stack.start("web")


def beat_killed_and_wake_ups_forgotten(stack: Stack) -> None:
    stack.kill("beat")
    stack.redis.flush()
    stack.start("beat")


FAULTS: dict[str, Fault] = {
    "worker killed -9": worker_killed,
    "worker ended by SIGTERM": worker_terminated,
    "worker killed -9, every wake-up forgotten": worker_killed_and_wake_ups_forgotten,
    "Redis killed -9 and started": redis_killed,
    f"Redis stalled for {STALL:.0f} s": redis_stalled,
    "Redis flushed": redis_flushed,
    "the web process's listening connection cut": listening_connection_cut,
    "web process killed -9": web_killed,
    "beat killed -9, every wake-up forgotten": beat_killed_and_wake_ups_forgotten,
}
BURNS_NO_ATTEMPT = [name for name in FAULTS if "Redis" in name]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_middle_of_a_burst_loses_nothing_and_repeats_nothing(fault, broken_stack, outcomes):
    asha = User.objects.create(username=next(names), password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    follower = Follower(broken_stack.sign_in(asha.username, PASSWORD))
    follower.follow_until(lambda client: client.catch_ups > 0)
    with broken_stack.posting():
        with burst(asha):
            follower.follow_until(lambda client: len(client.shown) >= BEFORE)
            FAULTS[fault](broken_stack)
        healed = monotonic()
        try:
            follower.follow_until(lambda client: len(client.shown) == BURST, RECOVERY)
            follower.follow_until(lambda client: client.state() == truth(asha.pk), RECOVERY)
            wait_until(lambda: not unsent(asha), RECOVERY, "rows were left behind")
        finally:
            shown = follower.client.shown
            outcomes.append(
                Outcome(
                    fault=fault,
                    posted=BURST,
                    shown=len(set(shown)),
                    shown_twice=len(shown) - len(set(shown)),
                    badge_is_right=follower.client.count == truth(asha.pk)["unread_count"],
                    seconds_to_recover=monotonic() - healed,
                )
            )
    follower.close()
    assert len(shown) == len(set(shown)) == BURST
    if fault in BURNS_NO_ATTEMPT:
        assert not Attempt.objects.filter(delivery__user=asha).exists()


def unsent(user: User) -> bool:
    return Delivery.objects.filter(user=user).exclude(state=DeliveryState.SENT).exists()


@contextmanager
def burst(user: User) -> Iterator[None]:
    """Post a burst from another thread, as web processes do; all of it is posted when the block ends."""

    def post() -> None:
        for number in range(BURST):
            create_notification(user, f"Invoice {number}", "₹1,180.00", "INVOICE", "/invoices/")
        connections.close_all()

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield
    finally:
        thread.join()
