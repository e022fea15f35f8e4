"""How each cost grows: one measurement at several sizes of one thing, everything else as it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bench.arithmetic import Measured
from bench.rows import bulk, fanout, memory, saturated, steady
from bench.scale import HISTORY_RATE, PEOPLE, STEADY_RATE, Scale
from bench.systems import System

POSTS = 100  # for each point where a rate is held
FANOUT_POSTS = 5
ROWS_AROUND = 60_000  # that an inbox has while its unread ones grow


@dataclass(frozen=True)
class Axis:
    """One chart: what grows, what is measured of it, and how far the naive pipeline follows in minutes."""

    name: str
    title: str
    grows: str
    unit: str
    figure: str
    sizes: Sequence[int]
    naive_up_to: int
    measure: Callable[[System, Scale, int], Measured]

    def sizes_of(self, system: str) -> list[int]:
        """The sizes that a system is measured at."""
        return [size for size in self.sizes if system == "product" or size <= self.naive_up_to]


def with_rows(system: System, scale: Scale, size: int) -> Measured:
    """An inbox of so many rows, ten of them unread."""
    return _filled(system, size, min(10, size))


def with_unread(system: System, scale: Scale, size: int) -> Measured:
    """An inbox of 60,000 rows, so many of them unread."""
    return _filled(system, ROWS_AROUND, size)


def _filled(system: System, rows: int, unread: int) -> Measured:
    (person,) = system.people(1)
    system.poster.call("fill", user=person[0], rows=rows, unread=unread)
    system.listen([person])
    measured = steady.at_rate(system, [person[0]], HISTORY_RATE, POSTS)
    system.poster.call("fill", user=person[0], rows=0, unread=0)
    return measured


def with_sockets(system: System, scale: Scale, size: int) -> Measured:
    """One post to so many sockets of one person."""
    (person,) = system.people(1)
    system.listen([person] * size)
    return fanout.to_one(system, person[0], FANOUT_POSTS)


def with_memory(system: System, scale: Scale, size: int) -> Measured:
    """So many sockets, each of another person."""
    kib, cpu = memory.opened(system, system.people(size + memory.WARM_SOCKETS))
    return Measured({"memory": [kib], "accept": [cpu]})


def with_tabs(system: System, scale: Scale, size: int) -> Measured:
    """Ten people with so many tabs each."""
    people = system.people(PEOPLE)
    system.listen(people * size)
    return steady.at_rate(system, [user for user, _ in people], STEADY_RATE, POSTS)


def with_users(system: System, scale: Scale, size: int) -> Measured:
    """One call that posts to so many people, each with a socket."""
    people = system.people(size)
    system.listen(people)
    return bulk.to_all(system, [user for user, _ in people], 1)


def with_workers(system: System, scale: Scale, size: int) -> Measured:
    """So many workers, of two processes each."""
    more = [f"worker-{number}" for number in range(2, size + 1)]
    for name in more:
        system.begin(name)
        system.wait_ready(name)
    try:
        return saturated.saturated(system, replace(scale, flat_out_seconds=5.0))
    finally:
        for name in more:
            system.stop(name)


MILLION = 1_000_000
AXES = (
    Axis("rows", "commit → frame, p50, 20/s", "rows in the inbox", "ms", "latency_p50",
         (10, 1_000, 10_000, 100_000, MILLION), MILLION, with_rows),
    Axis("unread", "commit → frame, p50, 20/s", "unread, of 60,000 rows", "ms", "latency_p50",
         (0, 10, 1_000, 10_000, 50_000), MILLION, with_unread),
    Axis("sockets", "one post to all sockets of one user, p99", "sockets", "ms", "fanout_p99",
         (1, 10, 100, 1_000, 5_000, 10_000), 1_000, with_sockets),
    Axis("memory", "memory of the web process, a socket", "sockets, each of another user", "KiB", "memory",
         (100, 1_000, 5_000, 10_000), 1_000, with_memory),
    Axis("accept", "CPU to accept a thousand sockets", "sockets, each of another user", "s", "accept",
         (100, 1_000, 5_000, 10_000), 1_000, with_memory),
    Axis("tabs", "commit → frame, p50, 50/s", "tabs a user", "ms", "latency_p50",
         (1, 2, 5, 10, 20), 20, with_tabs),
    Axis("users", "one call, until the last frame", "users a post", "ms", "bulk_last",
         (1, 10, 100, 1_000, 10_000), 1_000, with_users),
    Axis("workers", "sustained, one call each", "workers of two processes", "/s", "sustained",
         (1, 2), 2, with_workers),
)  # fmt: skip
