"""From a committed row to a browser, on real processes: and through everything that breaks on the way."""

import threading
from time import monotonic, sleep

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import connection, transaction

from delivery.models import Attempt, Delivery, DeliveryState
from gstbillingapp.utils import create_notification, create_notifications
from tests.support.followers import Follower
from tests.support.inbox_client import truth
from tests.support.waiting import wait_until

PASSWORD = "gst-demo-people"


@pytest.fixture
def people(stack):
    """Two members and a stranger, each with an open page."""
    password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    users = [User.objects.create(username=name, password=password) for name in ("asha", "ravi", "stranger")]
    followers = [Follower(stack.sign_in(user.username, PASSWORD)) for user in users]
    for follower in followers:
        follower.follow_until(lambda client: client.catch_ups > 0)
    yield list(zip(users, followers, strict=True))
    for follower in followers:
        follower.close()


def post(user, number=0):
    return create_notification(user, f"Invoice {number}", "₹1,180.00", "INVOICE", "/invoices/")


def post_many(user, count):
    """In a thread of its own, whose database connection ends with it."""
    for number in range(count):
        post(user, number)
    connection.close()


def agrees(user):
    """Whether a client shows what the database says: badge, revision and every row, each shown once."""

    def check(client):
        return client.state() == truth(user.pk) and len(client.shown) == len(set(client.shown))

    return check


@pytest.mark.parametrize(
    ("stack", "redis_server"),
    [("uvicorn", "valkey"), ("uvicorn", "redis"), ("daphne", "valkey")],
    indirect=True,
)
def test_a_post_reaches_every_socket_of_its_people_at_once_and_nobody_else(stack, people):
    (asha, hers), (ravi, his), (_, strangers) = people
    second_tab = Follower(hers.http)
    second_tab.follow_until(lambda client: client.catch_ups > 0)
    with stack.posting():
        started = monotonic()
        create_notifications([asha, ravi], "Invoice 1", "For both", "INVOICE", "/invoices/")
        for user, follower in ((asha, hers), (ravi, his), (asha, second_tab)):
            follower.follow_until(lambda client: len(client.shown) == 1 and client.count == 1)
            follower.follow_until(agrees(user))
        assert monotonic() - started < 5
    strangers.ask_count()
    strangers.follow_until(lambda client: len(client.counts_seen) > 1)
    assert strangers.client.shown == []
    second_tab.close()


@pytest.mark.parametrize("redis_server", ["valkey", "redis"], indirect=True)
def test_what_is_posted_while_redis_is_down_appears_once_each_when_it_is_back(stack, people):
    (asha, hers), *_ = people
    with stack.posting():
        post(asha, 0)
        hers.follow_until(agrees(asha))
        stack.redis.kill()
        costs = []
        for number in range(1, 21):
            started = monotonic()
            post(asha, number)
            costs.append(monotonic() - started)
        assert max(costs) < 1, "a post waits for no broker"
        assert sorted(costs)[10] < 0.05
        stack.redis.start()
        hers.follow_until(lambda client: len(client.shown) == 21, timeout=15)
        hers.follow_until(agrees(asha))
        wait_until(lambda: not Delivery.objects.exclude(state=DeliveryState.SENT).exists(), 15)
    assert not Attempt.objects.exists(), "an outage burns no attempt"
    assert hers.client.shown == sorted(hers.client.shown)


def test_a_redis_that_stalls_holds_no_request_up_and_loses_nothing(stack, people):
    (asha, hers), *_ = people
    with stack.posting():
        post(asha, 0)
        hers.follow_until(agrees(asha))
        stack.redis.pause()
        costs = []
        for number in range(1, 11):
            started = monotonic()
            post(asha, number)
            costs.append(monotonic() - started)
        assert max(costs) < 1
        stack.redis.resume()
        hers.follow_until(lambda client: len(client.shown) == 11, timeout=20)
        hers.follow_until(agrees(asha))


def test_a_worker_killed_in_the_middle_of_a_burst_loses_nothing_and_shows_nothing_twice(stack, people):
    (asha, hers), *_ = people
    with stack.posting():
        burst = threading.Thread(target=post_many, args=(asha, 500))
        burst.start()
        hers.follow_until(lambda client: len(client.shown) >= 100)
        stack.kill("worker")
        burst.join()
        assert Delivery.objects.exclude(state=DeliveryState.SENT).exists(), "it was killed too late"
        stack.start("worker")
        hers.follow_until(lambda client: len(client.shown) == 500, timeout=60)
        wait_until(lambda: not Delivery.objects.exclude(state=DeliveryState.SENT).exists(), 60)
        hers.ask_count()
        hers.follow_until(agrees(asha))


def test_what_was_posted_while_no_worker_ran_is_delivered_when_one_starts(stack, people):
    (asha, hers), *_ = people
    stack.kill("worker")
    stack.kill("beat")
    with stack.posting():
        for number in range(5):
            post(asha, number)
    stack.redis.flush()  # and every wake-up is lost
    stack.start("worker")
    hers.follow_until(lambda client: len(client.shown) == 5, timeout=20)


def test_the_sweep_finds_what_no_wake_up_told_of(stack, people):
    (asha, hers), *_ = people
    post(asha)  # by a process that knows no broker
    hers.follow_until(agrees(asha), timeout=15)


def test_what_is_rolled_back_is_never_sent(stack, people):
    (asha, hers), *_ = people
    with stack.posting():
        with transaction.atomic():
            post(asha, 1)
            transaction.set_rollback(True)
        kept = post(asha, 2)
        hers.follow_until(lambda client: client.shown)
    assert hers.client.shown == [kept.pk]
    assert hers.client.revision == 1


def test_a_web_process_that_is_restarted_gets_its_sockets_back_with_nothing_missed(stack, people):
    (asha, hers), *_ = people
    with stack.posting():
        stack.kill("web")
        for number in range(3):
            post(asha, number)
        wait_until(lambda: not Delivery.objects.exclude(state=DeliveryState.SENT).exists(), 15)
        stack.start("web")
        hers.follow_until(lambda client: len(client.shown) == 3)
        hers.follow_until(agrees(asha))


@pytest.mark.parametrize("stack", ["uvicorn", "daphne"], indirect=True)
def test_signing_out_ends_the_sockets_of_that_session_within_two_seconds_and_no_others(stack, people):
    (asha, hers), *_ = people
    elsewhere = Follower(stack.sign_in(asha.username, PASSWORD))
    elsewhere.follow_until(lambda client: client.catch_ups > 0)
    hers.http.sign_out()
    hers.follow_until(lambda _client: hers.is_final, timeout=2)
    elsewhere.ask_count()
    elsewhere.follow_until(lambda client: len(client.counts_seen) > 1)
    assert not elsewhere.is_final
    elsewhere.close()


def test_a_notification_posted_through_one_web_process_reaches_sockets_on_another(stack, people):
    (asha, hers), *_ = people
    stack.start("web-2")
    other = Follower(stack.sign_in(asha.username, PASSWORD, web="web-2"))
    other.follow_until(lambda client: client.catch_ups > 0)
    with stack.posting():
        post(asha)
        for follower in (hers, other):
            follower.follow_until(agrees(asha))
    [item] = other.client.items
    other.http.post(f"/notifications/{item}/read/")
    hers.follow_until(lambda client: client.count == 0)
    hers.follow_until(agrees(asha))
    other.close()


def test_two_workers_may_finish_in_any_order_and_the_badge_is_right_all_the_same(stack, people):
    (asha, hers), *_ = people
    stack.start("worker-2")
    with stack.posting():
        for number in range(300):
            post(asha, number)
        hers.follow_until(lambda client: len(client.shown) == 300, timeout=30)
        hers.follow_until(agrees(asha))
    revisions = [revision for revision, _ in hers.client.counts_seen]
    assert revisions == sorted(revisions)


@pytest.mark.once
def test_an_idle_socket_outlives_every_five_second_timeout_of_the_client_library(stack, people):
    (asha, hers), *_ = people
    sleep(31)  # what is tested is that nothing happens: there is no event to wait for
    with stack.posting():
        post(asha)
        hers.follow_until(agrees(asha))
    assert hers.close_codes == []
