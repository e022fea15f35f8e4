"""Each fault in the middle of a burst, on real processes: nothing lost or shown twice, the badge right."""

import os
import random
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from statistics import median
from time import monotonic

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from delivery.models import Attempt, Delivery, DeliveryState
from gstbillingapp.models import Invoice
from gstbillingapp.models.fields import today
from gstbillingapp.utils import create_notification, create_notifications
from tests.support.browserless import Client
from tests.support.crowd import crowd
from tests.support.followers import Follower
from tests.support.inbox_client import truth
from tests.support.ordeal import suffer as suffer_on
from tests.support.stack import Stack
from tests.support.swarm import visitors
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once
full = pytest.mark.full_length

SEED = 20_170_701
UNDER_LOAD = 0.01  # seconds between posts
MOMENT = 0.3  # seconds within which a random moment falls
# Seconds of a stall. The short one is past every timeout of a single command (5).
SHORT_STALL, LONG_STALL = 6.0, 20.0
# Seconds for a drain that is under way to claim, between two looks for one, and for all of that.
CLAIM_SECONDS, BREATH, CATCH_SECONDS = 0.3, 0.05, 60.0
SETTLE_SECONDS = 0.5  # for what was sent to be settled; well within the time that a send is given
END_SECONDS = 20.0  # for a worker to end in order
REQUESTS = 5
# Seconds that most requests take at most; waiting for the broker, each would take this long and longer.
REQUEST_SECONDS = 1.0
SOCKETS = 200
RETURN_SECONDS = 60.0  # a third try may come after 35, and two cores serve all at once

Fault = Callable[[Stack], object]


# ---------- Workers ----------


@contextmanager
def caught_sending(stack: Stack) -> Iterator[None]:
    """In the block a worker holds a batch, and sends it to a Redis that stands still."""
    deadline = monotonic() + CATCH_SECONDS
    stack.redis.pause()
    try:
        while not is_held_soon():
            assert monotonic() < deadline, "no worker was caught with a batch"
            stack.redis.resume()
            threading.Event().wait(BREATH)  # wake-ups pass, and some moment later it stands still again
            stack.redis.pause()
        yield
    finally:
        stack.redis.resume()


def held() -> set[str]:
    """The claims that are held."""
    claims = Delivery.objects.filter(state=DeliveryState.CLAIMED).values_list("claim", flat=True)
    return set(claims.distinct())


def is_held_soon() -> bool:
    """Whether a batch is held by somebody who comes no further, and does not only settle what was sent."""
    try:
        claims = wait_until(held, CLAIM_SECONDS)
    except AssertionError:
        return False
    threading.Event().wait(SETTLE_SECONDS)
    return not claims.isdisjoint(held())


def worker_killed(stack: Stack) -> None:
    with caught_sending(stack):
        stack.kill("worker")
    stack.start("worker")


def worker_killed_and_wake_ups_forgotten(stack: Stack) -> None:
    with caught_sending(stack):
        stack.kill("worker")
    stack.redis.flush()
    stack.start("worker")


def all_workers_killed(stack: Stack) -> None:
    stack.start("worker-2")
    with caught_sending(stack):
        stack.kill("worker")
        stack.kill("worker-2")
    stack.start("worker")


def worker_terminated(stack: Stack) -> None:
    worker = stack.process("worker")
    with caught_sending(stack):
        worker.send(signal.SIGTERM)
    assert worker.popen.wait(END_SECONDS) == 0
    assert not held(), "a lease was left to expire"
    stack.start("worker")


def workers_killed_at_random(stack: Stack, times: int) -> None:
    chance = random.Random(SEED)
    stack.start("worker-2")
    for _ in range(times):
        threading.Event().wait(chance.uniform(0, MOMENT))
        killed = chance.choice([("worker",), ("worker-2",), ("worker", "worker-2")])
        for name in killed:
            stack.kill(name)
        for name in killed:
            stack.start(name, wait=False)
        for name in killed:
            stack.wait_ready(name)
    stack.kill("worker-2")


def processes_killed_at_random(stack: Stack, times: int) -> None:
    chance = random.Random(SEED)
    for _ in range(times):
        threading.Event().wait(chance.uniform(0, MOMENT))
        os.kill(chance.choice(wait_until(stack.process("worker").children)), signal.SIGKILL)


# ---------- Beat ----------


def worker_killed_with_two_beats(stack: Stack) -> None:
    stack.start("beat-2")
    worker_killed(stack)


def beat_killed_and_wake_ups_forgotten(stack: Stack) -> None:
    stack.kill("beat")
    stack.redis.flush()
    stack.start("beat")


# ---------- Redis and the web process ----------


def redis_flushed(stack: Stack) -> None:
    stack.redis.flush()


def web_killed(stack: Stack) -> None:
    stack.kill("web")
    stack.start("web")


def listening_connection_cut(stack: Stack) -> None:
    with stack.redis.client() as client:
        client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


FAULTS: dict[str, Fault] = {
    "Redis flushed": redis_flushed,
    "the web process's listening connection cut": listening_connection_cut,
    "web process killed -9": web_killed,
    "beat killed -9, every wake-up forgotten": beat_killed_and_wake_ups_forgotten,
}
LONGER: dict[str, Fault] = {
    "worker killed -9 while it sends, every wake-up forgotten": worker_killed_and_wake_ups_forgotten,
    "all workers killed -9 while one sends": all_workers_killed,
}


@pytest.mark.parametrize("fault", [*FAULTS, *(pytest.param(name, marks=full) for name in LONGER)])
def test_a_fault_in_the_middle_of_a_burst_loses_nothing_and_repeats_nothing(fault, shared_stack, suffer):
    ordeal = suffer(fault, partial((FAULTS | LONGER)[fault], shared_stack))
    if fault in FAULTS:  # in which no worker is touched
        ordeal.assert_no_attempt_burnt()


def test_workers_killed_at_random_under_load(full_length, shared_stack, suffer):
    deed = partial(workers_killed_at_random, shared_stack, 6 if full_length else 2)
    suffer(f"one worker of two, or both, killed -9 at random (seed {SEED})", deed, pace=UNDER_LOAD)


def test_processes_of_a_worker_killed_at_random_under_load(full_length, shared_stack, suffer):
    deed = partial(processes_killed_at_random, shared_stack, 30 if full_length else 5)
    suffer(f"a worker's processes killed -9 at random (seed {SEED})", deed, pace=UNDER_LOAD)


def test_a_worker_that_is_asked_to_end_finishes_what_is_in_flight(shared_stack, suffer):
    deed = partial(worker_terminated, shared_stack)
    ordeal = suffer("worker ended by SIGTERM while it sends", deed)
    ordeal.assert_no_attempt_burnt()


def test_the_sweeps_of_two_beats_take_a_dead_workers_rows_back_once(shared_stack, suffer):
    ordeal = suffer("worker killed -9 under two beats", partial(worker_killed_with_two_beats, shared_stack))
    attempts = Attempt.objects.filter(delivery__user=ordeal.user)
    assert set(Counter(attempts.values_list("delivery", flat=True)).values()) == {1}


# ---------- Redis is away: nobody waits, no row is to blame, and it begins again by itself ----------


@pytest.mark.parametrize("keeps_its_file", [False, pytest.param(True, marks=full)])
def test_redis_killed(keeps_its_file, shared_stack, suffer):
    demo = shared_stack.sign_in("demo", "gst-demo")

    def deed() -> None:
        shared_stack.redis.kill()
        if not keeps_its_file:
            shared_stack.redis.lose_file()
        business_goes_on(demo)
        shared_stack.redis.start()

    ordeal = suffer(f"Redis killed -9, started with{'' if keeps_its_file else 'out'} its file", deed)
    ordeal.assert_no_attempt_burnt()
    ordeal.assert_no_post_waited()
    ordeal.assert_recovery_began_by_itself()


@full
@pytest.mark.parametrize("redis_server", ["redis"], indirect=True)
@pytest.mark.parametrize("live_database", ["demo"], indirect=True)
def test_the_systems_own_redis_killed(stack, outcomes):
    def deed() -> None:
        stack.redis.kill()
        stack.redis.start()

    ordeal = suffer_on(stack, outcomes, "the system's own Redis killed -9, started with its file", deed)
    ordeal.assert_no_attempt_burnt()
    ordeal.assert_recovery_began_by_itself()


def test_redis_stalled(full_length, shared_stack, suffer):
    demo = shared_stack.sign_in("demo", "gst-demo")
    seconds = LONG_STALL if full_length else SHORT_STALL

    def deed() -> None:
        shared_stack.redis.pause()
        began = monotonic()
        business_goes_on(demo)
        threading.Event().wait(began + seconds - monotonic())
        shared_stack.redis.resume()

    ordeal = suffer(f"Redis stalled for {seconds:.0f} s", deed)
    ordeal.assert_no_attempt_burnt()
    ordeal.assert_no_post_waited()
    ordeal.assert_recovery_began_by_itself()


def business_goes_on(demo: Client) -> None:
    """Payments are recorded over HTTP, and what others want done after a commit is done."""
    costs = []
    for _ in range(REQUESTS):
        owed = Invoice.objects.filter(business__memberships__user__username="demo", balance__gte=1).latest(
            "pk"
        )
        started = monotonic()
        answer = demo.post(f"/invoice/{owed.pk}/payments/new/", {"amount": "1", "date": today().isoformat()})
        costs.append(monotonic() - started)
        assert (answer.status, answer.url) == (200, demo.url + owed.get_absolute_url())
    assert median(costs) < REQUEST_SECONDS, costs
    done = []
    with transaction.atomic():
        transaction.on_commit(lambda: 1 // 0, robust=True)
        create_notification(User.objects.get(username="demo-staff"), "In between", "Of three callbacks")
        transaction.on_commit(lambda: done.append("the last"))
    assert done == ["the last"]


def test_a_wake_up_that_was_never_sent_costs_seconds_and_no_notification(shared_stack):
    staff = User.objects.get(username="demo-staff")
    theirs = Follower(shared_stack.sign_in("demo-staff", "gst-demo"))
    theirs.follow_until(lambda client: client.catch_ups > 0)
    with shared_stack.posting(), suppress(ZeroDivisionError), transaction.atomic():
        transaction.on_commit(lambda: 1 // 0)  # somebody else's, before ours: Django stops there
        row = create_notification(staff, "Invoice 1", "₹1,180.00", "INVOICE", "/invoices/")
    theirs.follow_until(lambda client: client.shown[-1:] == [row.pk])
    theirs.close()


# ---------- The web process ----------


@full
def test_a_web_process_killed_with_many_sockets_open_has_all_of_them_back(shared_stack, suffer):
    people = visitors(SOCKETS, "crowd")
    users = list(User.objects.filter(pk__in=[person.user_id for person in people]))

    def deed() -> None:
        shared_stack.kill("web")
        create_notifications(users, "While nobody listened", "")
        shared_stack.start("web")

    with crowd(shared_stack.url, people) as pages:
        wait_until(lambda: pages.live == SOCKETS, RETURN_SECONDS, "not all sockets opened")
        ordeal = suffer(f"web process killed -9 with {SOCKETS} pages open", deed)
        wait_until(lambda: pages.live == SOCKETS, RETURN_SECONDS, "not all sockets came back")
        create_notifications(users, "And after it", "")
        wait_until(lambda: all(len(page.client.shown) == 2 for page in pages.pages), RETURN_SECONDS)
    returns = Counter(int(page.opened[-1] - ordeal.healed) for page in pages.pages)
    assert max(returns.values()) < SOCKETS / 2, f"they came back together: {returns}"
    for page, person in zip(pages.pages, people, strict=True):
        assert page.client.state() == truth(person.user_id)
