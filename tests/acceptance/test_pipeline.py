"""From a committed row to a browser, on real processes, while nothing breaks; tests/chaos breaks them."""

from itertools import count
from time import monotonic

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction

from delivery import bell, handoff, meters
from gstbillingapp.utils import create_notification, create_notifications
from tests.support.followers import Follower
from tests.support.inbox_client import truth
from tests.support.waiting import wait_until

PASSWORD = "gst-demo-people"
names = (f"in-the-pipeline-{number}" for number in count(1))


@pytest.fixture
def comes():
    """`comes(stack)`: somebody new with an open page there; the user and the follower."""
    followers = []

    def come(stack, user=None, **where):
        if user is None:
            hashed = make_password(PASSWORD, hasher="pbkdf2_sha256")
            user = User.objects.create(username=next(names), password=hashed)
        followers.append(Follower(stack.sign_in(user.username, PASSWORD, **where)))
        followers[-1].follow_until(lambda client: client.catch_ups > 0)
        return user, followers[-1]

    yield come
    for follower in followers:
        follower.close()


def post(user, number=0):
    return create_notification(user, f"Invoice {number}", "₹1,180.00", "INVOICE", "/invoices/")


def agrees(user):
    """Whether a client shows what the database says: badge, revision and every row, each shown once."""

    def check(client):
        return client.state() == truth(user.pk) and len(client.shown) == len(set(client.shown))

    return check


def a_post_reaches_every_socket_of_its_people_at_once_and_nobody_else(stack, comes):
    (asha, hers), (ravi, his), (_, strangers) = (comes(stack) for _ in range(3))
    _, second_tab = comes(stack, asha)
    with stack.posting():
        started = monotonic()
        create_notifications([asha, ravi], "Invoice 1", "For both", "INVOICE", "/invoices/")
        for user, follower in ((asha, hers), (ravi, his), (asha, second_tab)):
            follower.follow_until(lambda client: len(client.shown) == 1 and client.count == 1)
            follower.follow_until(agrees(user))
        assert monotonic() - started < 5
    strangers.hear_out()
    assert strangers.client.shown == []


def test_a_post_reaches_every_socket_of_its_people_at_once_and_nobody_else(shared_stack, comes):
    a_post_reaches_every_socket_of_its_people_at_once_and_nobody_else(shared_stack, comes)


@pytest.mark.once
@pytest.mark.parametrize(("stack", "redis_server"), [("daphne", "redis")], indirect=True)
def test_daphne_and_the_systems_own_redis_do_as_well(stack, comes):
    a_post_reaches_every_socket_of_its_people_at_once_and_nobody_else(stack, comes)
    signing_out_ends_the_sockets_of_that_session_and_no_others(stack, comes)


def test_what_is_rolled_back_is_never_sent(shared_stack, comes):
    asha, hers = comes(shared_stack)
    with shared_stack.posting():
        with transaction.atomic():
            post(asha, 1)
            transaction.set_rollback(True)
        kept = post(asha, 2)
        hers.follow_until(lambda client: client.shown)
    assert hers.client.shown == [kept.pk]
    assert hers.client.revision == 1


def signing_out_ends_the_sockets_of_that_session_and_no_others(stack, comes):
    asha, hers = comes(stack)
    _, elsewhere = comes(stack, asha)
    hers.http.sign_out()
    hers.follow_until(lambda _client: hers.is_final, timeout=2)
    elsewhere.hear_out()
    assert not elsewhere.is_final


@pytest.mark.once
def test_signing_out_ends_the_sockets_of_that_session_within_two_seconds_and_no_others(shared_stack, comes):
    signing_out_ends_the_sockets_of_that_session_and_no_others(shared_stack, comes)


@pytest.mark.once
def test_what_one_web_process_posts_and_changes_reaches_sockets_on_another(shared_stack, comes):
    asha, hers = comes(shared_stack)
    shared_stack.start("web-2")
    _, other = comes(shared_stack, asha, web="web-2")
    with shared_stack.posting():
        post(asha)
        for follower in (hers, other):
            follower.follow_until(agrees(asha))
    [item] = other.client.items
    other.http.post(f"/notifications/{item}/read/")
    hers.follow_until(lambda client: client.count == 0)
    hers.follow_until(agrees(asha))
    shared_stack.mend()


def test_two_workers_may_finish_in_any_order_and_the_badge_is_right_all_the_same(shared_stack, comes):
    asha, hers = comes(shared_stack)
    shared_stack.start("worker-2")
    with shared_stack.posting():
        for number in range(300):
            post(asha, number)
        hers.follow_until(lambda client: len(client.shown) == 300, timeout=30)
        hers.follow_until(agrees(asha))
    revisions = [revision for revision, _ in hers.client.counts_seen]
    assert revisions == sorted(revisions)
    shared_stack.mend()


@pytest.mark.once
def test_a_drain_that_stays_is_rung_for_and_leaves_when_its_worker_is_told_to_end(shared_stack, comes):
    asha, hers = comes(shared_stack)
    redis = shared_stack.redis.client()
    with shared_stack.posting():
        post(asha, 1)
        wait_until(lambda: redis.exists(handoff.LISTENING), 10)
        before = meters.rings._value.get()
        for number in range(2, 12):
            hers.follow_until(lambda client, number=number: len(client.shown) == number - 1)
            post(asha, number)
        hers.follow_until(agrees(asha))
        assert meters.rings._value.get() - before >= 9
        started = monotonic()
        shared_stack.terminate("worker")
        assert monotonic() - started < bell.QUIET, "it was sent away, and did not leave by itself"
        post(asha, 12)
        shared_stack.start("worker")
        hers.follow_until(lambda client: len(client.shown) == 12)
        hers.follow_until(agrees(asha))
    redis.close()


@pytest.mark.once
def test_what_was_rung_for_when_the_listener_was_killed_comes_with_the_sweep(shared_stack, comes):
    asha, hers = comes(shared_stack)
    shared_stack.start("worker-2")
    redis = shared_stack.redis.client()
    with shared_stack.posting():
        post(asha, 1)
        name = wait_until(lambda: redis.get(handoff.LISTENING), 10).decode()
        shared_stack.kill(name.partition("@")[0])
        post(asha, 2)
        hers.follow_until(lambda client: len(client.shown) == 2, timeout=20)
        hers.follow_until(agrees(asha))
    redis.close()
    shared_stack.mend()
