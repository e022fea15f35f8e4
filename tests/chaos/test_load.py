"""What one web process carries: open sockets, idle ones, many that come and go, and all of them at once."""

import http.client
import os
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from time import monotonic
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.models import Count

from delivery import reading
from delivery.models import Notification
from gstbillingapp.utils import create_notification, mark_all_notifications_read
from tests.chaos.load_table import Load
from tests.support.background import in_background
from tests.support.stack import Stack
from tests.support.swarm import Swarm, Tab, Visitor, visitors
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

POSTS_A_SECOND = 40
# Seconds for what the whole swarm is owed to arrive: two cores carry server, worker, posts and swarm.
ARRIVAL = 30.0
# Seconds that anybody else's request may take meanwhile.
ANSWER = 1.0
# Seconds within which a socket is to end with its session.
SESSION_END = 2.0
# Seconds of silence: past redis-py's 5, and the layer's 10 after which it asks Redis for a sign of life. In
# full past the 60 of proxies, the 20 and 20 of uvicorn's pings, daphne's 20 and 30, and the browser's 75.
IDLE, IDLE_IN_FULL = 12.0, 100.0
# Resident memory that an ended socket may leave behind on average; an open one holds ten times as much.
LEFT_BEHIND_KIB = 3.0
# Rounds until one changes nothing: threads are started as they are needed, and none is after a few.
WARM_UPS = 6
KIB_A_PAGE = os.sysconf("SC_PAGE_SIZE") // 1024
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

names = (f"crowd-{number}" for number in count(1))


def test_every_open_socket_gets_its_own_frames_and_stays_open(shared_stack, loads, full_length):
    sockets, seconds = (5000, 60.0) if full_length else (400, 4.0)
    people = visitors(sockets * 9 // 10, next(names))
    web = WebProcess(shared_stack)
    with Swarm(shared_stack.url) as swarm:
        swarm.open(people[:10])  # what the process needs once is not counted as a socket's
        started, before = monotonic(), web.cost()
        swarm.open([*people[10:], *people[: sockets - len(people)]])  # a tenth has a second tab
        opened_in, spent = monotonic() - started, web.cost() - before
        with shared_stack.posting(), answering(shared_stack) as answers:
            owed = post_for(seconds, people, random.Random(sockets))
        wait_until(lambda: not astray(swarm.tabs, owed), ARRIVAL, "frames went astray")
        assert all(tab.is_open for tab in swarm.tabs)
        with_traffic = web.cost() - before
        ended_in = seconds_until_signed_out(swarm.tabs, people[-20:])
    loads += [
        Load("opened", sockets, opened_in, spent.kib / sockets, 1000 * spent.cpu / sockets),
        Load(
            f"held open under {POSTS_A_SECOND} posts a second",
            *(sockets, seconds, with_traffic.kib / sockets, None),
            f"{healthz(answers)}; signed out in {ended_in:.1f} s",
        ),
    ]
    assert slow(answers) < ANSWER
    assert ended_in < SESSION_END


def slow(answers: list[float]) -> float:
    """What 98 of 100 answers keep to; the slowest are the scheduler's, on a machine with much else to do."""
    return sorted(answers)[int(len(answers) * 0.98)]


def healthz(answers: list[float]) -> str:
    return f"/healthz in {slow(answers) * 1000:.0f} ms, {max(answers) * 1000:.0f} at most"


def post_for(seconds: float, people: list[Visitor], dice: random.Random) -> dict[int, list[int]]:
    """Post to some of them, and have some of those read all; what each is owed, by person."""
    owed: dict[int, list[int]] = defaultdict(list)
    users = User.objects.in_bulk([person.user_id for person in people])
    deadline, pause = monotonic() + seconds, threading.Event()
    while monotonic() < deadline:
        user = users[dice.choice(people).user_id]
        owed[user.pk].append(create_notification(user, "Invoice", "₹1,180.00 for Asha Traders", "INVOICE").pk)
        if dice.random() < 0.1:
            mark_all_notifications_read(user)
        pause.wait(1 / POSTS_A_SECOND)
    return owed


def astray(tabs: list[Tab], owed: dict[int, list[int]]) -> list[Tab]:
    """Those that lack a frame, have somebody else's, or show another number than the database has."""
    unread = dict(
        Notification.objects.filter(user__in=owed, is_read=False, is_deleted=False)
        .values_list("user")
        .annotate(Count("pk"))
    )
    return [
        tab
        for tab in tabs
        if tab.visitor
        if sorted(set(tab.shown)) != owed.get(tab.visitor.user_id, [])
        or tab.count != unread.get(tab.visitor.user_id, 0)
    ]


def seconds_until_signed_out(tabs: list[Tab], people: list[Visitor]) -> float:
    """End some sessions: only their sockets close, and how long that took."""
    ended = {person.user_id for person in people}
    keys = [person.cookie.partition("=")[2] for person in people]
    started = monotonic()
    Session.objects.filter(session_key__in=keys).delete()
    theirs = [tab for tab in tabs if tab.visitor and tab.visitor.user_id in ended]
    wait_until(lambda: all(tab.close_code == 4401 for tab in theirs), ARRIVAL, "their sockets are open")
    seconds = monotonic() - started
    assert sum(not tab.is_open for tab in tabs) == len(theirs)
    return seconds


def test_an_idle_socket_outlives_every_timeout_in_the_stack(shared_stack, daphne, loads, full_length):
    seconds = IDLE_IN_FULL if full_length else IDLE
    asha = visitors(1, next(names))
    with Swarm(shared_stack.url) as on_uvicorn, Swarm(daphne.url) as on_daphne:
        tabs = on_uvicorn.open(asha) + on_daphne.open(asha)
        threading.Event().wait(seconds)  # nothing is to happen: there is no event to wait for
        with shared_stack.posting():
            row = create_notification(User.objects.get(pk=asha[0].user_id), "Invoice", "₹1,180.00", "INVOICE")
        wait_until(lambda: all(tab.shown == [row.pk] for tab in tabs), 10, "the idle sockets heard nothing")
        assert all(tab.is_open for tab in tabs)
    loads.append(Load("idle, on uvicorn and on daphne", len(tabs), seconds))


# Enough of them in full that all garbage is collected more than once: of daphne's, some goes in circles.
@pytest.mark.parametrize(("server", "in_full"), [("uvicorn", (20, 1000)), ("daphne", (60, 250))])
def test_sockets_that_come_and_go_in_every_way_leave_nothing_behind(
    server, in_full, shared_stack, daphne, loads, full_length
):
    web = daphne if server == "daphne" else shared_stack
    rounds, size = in_full if full_length else (5, 60)
    people = visitors(size, next(names))
    process = WebProcess(web)
    with Swarm(web.url) as swarm:
        began = warmed_up(process, lambda: come_and_go(swarm, people))
        started, memory, before = monotonic(), [], process.cost()
        for _ in range(rounds):
            come_and_go(swarm, people)
            wait_until(lambda: process.gauges() == began, ARRIVAL, f"not back at {began}")
            memory.append(process.cost().kib)
        spent, seconds = process.cost() - before, monotonic() - started
    settled = rounds // 2  # by then what is allocated once has been
    left_behind = (memory[-1] - memory[settled]) / (size * (rounds - 1 - settled))
    loads.append(
        Load(
            f"came and went on {server}",
            *(rounds * size, seconds, left_behind, 1000 * spent.cpu / rounds / size),
            str(began),
        )
    )
    if full_length:  # a short run ends before the first full collection of garbage
        assert left_behind < LEFT_BEHIND_KIB


def warmed_up(process: "WebProcess", come_and_go: Callable[[], None]) -> "Gauges":
    """The gauges after a round that changed none: those before it start threads, each with its connection."""
    began = None
    for _ in range(WARM_UPS):
        come_and_go()
        before, began = began, wait_until(process.settled, ARRIVAL)
        if began == before:
            return began
    raise AssertionError(f"each round leaves something behind: {before}, {began}")


def come_and_go(swarm: Swarm, people: list[Visitor]) -> None:
    """Sockets for all of them: most say goodbye, others are reset, refused or dropped in the handshake."""
    fifth = len(people) // 5
    stay, vanish, foreign, strangers, dropped = people[: fifth * 2], *(
        people[fifth * part : fifth * (part + 1)] for part in (2, 3, 4)
    ), fifth  # fmt: skip
    opened = swarm.open(stay)
    reset = swarm.open(vanish)
    refused = swarm.open(foreign, origin="https://evil.example")
    turned_away = swarm.open([None] * len(strangers))
    swarm.drop_in_handshake(people[:dropped])
    assert all(tab.is_open for tab in [*opened, *reset])
    assert {tab.status for tab in refused} == {403}
    assert {tab.close_code for tab in turned_away} == {4401}
    swarm.each(opened, Tab.leave)
    swarm.each(reset, Tab.reset)
    wait_until(lambda: all(tab.is_lost for tab in swarm.tabs), ARRIVAL, "a socket did not end")
    swarm.forget()


def test_all_pages_are_back_soon_after_the_web_process_was_killed(shared_stack, loads, full_length):
    sockets = 2000 if full_length else 300
    people = visitors(sockets, next(names))
    asha = User.objects.get(pk=people[0].user_id)
    with Swarm(shared_stack.url) as swarm:
        tabs = swarm.open(people)
        shared_stack.kill("web")
        wait_until(lambda: all(tab.is_lost for tab in tabs), ARRIVAL, "nobody noticed")
        with shared_stack.posting():
            create_notification(asha, "Posted while nobody listened", "")
        shared_stack.start("web")
        web = WebProcess(shared_stack)
        started, before = monotonic(), web.cost()
        with answering(shared_stack) as answers:
            back = swarm.open(people, at_once=sockets)  # nobody is as unkind as that: pages spread over 5 s
        seconds, spent = monotonic() - started, web.cost() - before
    assert all(tab.count == reading.snapshot(tab.visitor.user_id).unread_count for tab in back)
    loads.append(
        Load(
            "all back at once after the process was killed",
            *(sockets, seconds, spent.kib / sockets, 1000 * spent.cpu / sockets),
            healthz(answers),
        )
    )


@dataclass(frozen=True)
class Cost:
    """Resident memory, and CPU seconds spent."""

    kib: float
    cpu: float

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.kib - other.kib, self.cpu - other.cpu)


@dataclass(frozen=True)
class Gauges:
    """What a web process holds, seen from outside."""

    files: int
    threads: int
    groups: int
    redis_clients: int

    def __str__(self) -> str:
        return f"{self.files} files, {self.threads} threads, {self.groups} groups, as before"


class WebProcess:
    """The gauges of a stack's web process."""

    def __init__(self, stack: Stack) -> None:
        self._redis = stack.redis
        self._folder = f"/proc/{stack.process('web').pid}"

    def cost(self) -> Cost:
        with open(f"{self._folder}/statm") as memory, open(f"{self._folder}/stat") as status:
            pages = int(memory.read().split()[1])
            user, system = status.read().rpartition(")")[2].split()[11:13]
        return Cost(pages * KIB_A_PAGE, (int(user) + int(system)) / TICKS_A_SECOND)

    def gauges(self) -> Gauges:
        with self._redis.client() as client:
            return Gauges(
                files=len(os.listdir(f"{self._folder}/fd")),
                threads=len(os.listdir(f"{self._folder}/task")),
                groups=len(client.pubsub_channels("*inbox*")),
                redis_clients=len(client.client_list()),
            )

    def settled(self) -> Gauges | None:
        """The gauges, once no group is left and nothing moves."""
        first = self.gauges()
        threading.Event().wait(0.5)
        return first if first.groups == 0 and first == self.gauges() else None


@contextmanager
def answering(stack: Stack) -> Iterator[list[float]]:
    """Ask for /healthz all the time of the block; how long each answer took."""
    seconds: list[float] = []
    over = threading.Event()

    def ask() -> None:
        while True:  # at least once, however short the block is
            started = monotonic()
            connection = http.client.HTTPConnection(urlsplit(stack.url).netloc, timeout=ARRIVAL)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
            seconds.append(monotonic() - started)
            if over.wait(0.2):
                return

    with in_background(ask):
        try:
            yield seconds
        finally:
            over.set()
