"""The bell between whoever posts and a drain that stays, on a real Redis: nothing is missed."""

import os
import threading
from time import monotonic

import pytest
from django.db import connections

from delivery import bell, handoff, meters
from delivery.bell import Bell
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.once]


class Poster(handoff.Waker):
    """Whoever posts, with a broker that takes note."""

    def __init__(self):
        super().__init__()
        self.published = []

    def _apply_async(self, task):
        self.published.append(task)


@pytest.fixture
def poster(redis_server, settings, monkeypatch):
    settings.REDIS_URL = redis_server.url
    monkeypatch.setattr(bell, "may_stay", True)
    monkeypatch.setattr(bell, "WAIT", 0.2)
    bell._redis.cache_clear()
    yield Poster()
    bell._redis.cache_clear()


@pytest.fixture(autouse=True)
def nobody_is_ending():
    yield
    bell._ending[0] = 0


class Worker:
    """A drain that stays, in a thread, and how often it has looked."""

    def __init__(self):
        self.looks = 0
        self.helpers = 0
        self.is_busy = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.finds_more = False
        self.thread = threading.Thread(target=self._stay, daemon=True)

    def start(self, redis):
        self.thread.start()
        wait_until(lambda: redis.exists(handoff.LISTENING), 5)
        return self

    def _stay(self):
        bell.stay("celery@here", self._look, self._more)
        connections.close_all()

    def _look(self):
        self.is_busy.set()
        self.may_go_on.wait(10)
        self.looks += 1
        return not self.finds_more

    def _more(self):
        self.helpers += 1

    def ends(self, seconds=5):
        self.thread.join(seconds)
        return not self.thread.is_alive()


def rung():
    return meters.rings._value.get()


def test_where_nobody_listens_one_task_is_published_and_no_second_while_it_is_on_its_way(poster):
    assert poster._publish(handoff.DRAIN)
    assert poster._publish(handoff.DRAIN)
    assert poster.published == [handoff.DRAIN]


def test_where_a_drain_listens_it_is_rung_for_and_nothing_is_published(poster):
    worker, before = Worker().start(poster.redis), rung()
    for looks in (1, 2, 3):
        assert poster._publish(handoff.DRAIN)
        wait_until(lambda looks=looks: worker.looks == looks, 5)
    assert poster.published == []
    assert rung() == before + 3


def test_rings_while_it_looks_are_one_more_look_and_none_is_missed(poster):
    worker = Worker().start(poster.redis)
    worker.may_go_on.clear()
    poster._publish(handoff.DRAIN)
    assert worker.is_busy.wait(5)
    for _ in range(10):
        poster._publish(handoff.DRAIN)  # committed after it has begun to look
    assert poster.redis.llen(handoff.BELL) == 1
    worker.may_go_on.set()
    wait_until(lambda: worker.looks == 2, 5)


def test_only_one_listens_at_a_time(poster):
    worker = Worker().start(poster.redis)
    assert not Bell("celery@elsewhere").listen()
    second = Worker()
    second.thread.start()
    assert second.ends(), "who may not listen goes on its way"
    assert second.looks == 1
    assert not worker.ends(0)


def test_what_was_rung_for_as_it_left_is_looked_for_after_it_has_left(poster, monkeypatch):
    give_back = Bell.give_back

    def give_back_late(self):
        assert poster._publish(handoff.DRAIN)  # it still counts as listening, and hears no more
        give_back(self)

    monkeypatch.setattr(Bell, "give_back", give_back_late)
    monkeypatch.setattr(bell, "QUIET", 0.1)
    worker = Worker()
    worker.thread.start()
    assert worker.ends()
    assert poster.published == []
    assert worker.looks == 1


def test_after_it_has_left_a_task_is_published_again(poster, monkeypatch):
    monkeypatch.setattr(bell, "QUIET", 0.1)
    worker = Worker()
    worker.thread.start()
    assert worker.ends()
    assert poster._publish(handoff.DRAIN)
    assert poster.published == [handoff.DRAIN]


def lapse(redis):
    """The name is gone, as after a look that has taken longer than it holds."""
    redis.delete(handoff.LISTENING)


def test_in_a_look_that_takes_long_tasks_are_published_so_that_others_help(poster):
    worker = Worker().start(poster.redis)
    worker.may_go_on.clear()
    poster._publish(handoff.DRAIN)
    assert worker.is_busy.wait(5)
    lapse(poster.redis)
    poster._publish(handoff.DRAIN)
    assert poster.published == [handoff.DRAIN]
    worker.may_go_on.set()


def test_where_there_is_more_than_one_look_can_do_others_are_woken(poster):
    worker = Worker().start(poster.redis)
    worker.finds_more = True
    poster._publish(handoff.DRAIN)
    wait_until(lambda: worker.helpers == 1, 5)


def test_a_worker_that_is_told_to_end_has_its_listener_leave_though_it_is_rung_for(poster):
    worker = Worker().start(poster.redis)
    began = monotonic()
    bell._send_away()
    while not worker.ends(0.05):
        poster._publish(handoff.DRAIN)
        assert monotonic() - began < bell.QUIET, "it was sent away, and did not leave by itself"
    assert not poster.redis.exists(handoff.LISTENING)


def test_one_that_has_lapsed_in_a_long_look_leaves_all_the_same(poster):
    worker = Worker().start(poster.redis)
    worker.may_go_on.clear()
    poster._publish(handoff.DRAIN)
    assert worker.is_busy.wait(5)
    lapse(poster.redis)
    bell._send_away()
    worker.may_go_on.set()
    assert worker.ends()


def test_a_process_whose_worker_is_ending_does_not_begin_to_stay(poster):
    bell._send_away()
    worker = Worker()
    worker.thread.start()
    assert worker.ends()
    assert not poster.redis.exists(handoff.LISTENING)


def test_what_the_parent_sets_its_forked_processes_see():
    ready, answer = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.read(ready[0], 1)
        os.write(answer[1], bytes([bell._ending[0]]))
        os._exit(0)
    bell._send_away()
    os.write(ready[1], b"!")
    assert os.read(answer[0], 1) == b"\x01"
    os.waitpid(child, 0)


@pytest.mark.parametrize("fault", ["kill", "pause"])
def test_when_redis_goes_it_looks_once_more_and_leaves(poster, redis_server, fault):
    worker = Worker().start(poster.redis)
    getattr(redis_server, fault)()
    try:
        assert worker.ends(10)
    finally:
        if fault == "pause":
            redis_server.resume()
    assert worker.looks == 1


def test_one_whose_name_was_taken_by_another_leaves(poster):
    worker = Worker().start(poster.redis)
    poster.redis.set(handoff.LISTENING, "celery@elsewhere|1")
    assert worker.ends()
    assert poster.redis.get(handoff.LISTENING) == b"celery@elsewhere|1", "what is another's is not given back"


def test_a_worker_with_one_process_keeps_it_for_its_other_tasks(poster, monkeypatch):
    monkeypatch.setattr(bell, "may_stay", False)
    worker = Worker()
    worker.thread.start()
    assert worker.ends()
    assert worker.looks == 0
