"""Frames out of one web process, past database and worker: messages straight into the channel layer."""

import time

from bench.arithmetic import Measured, audit
from bench.rows import notes
from bench.scale import FANOUT_SOCKETS, Scale
from bench.systems import ARRIVAL, System

# Messages to each socket in a window, of which two at most are under way: no queue overflows or runs dry.
WINDOW = 20
FRAMES_A_MESSAGE = 2  # the notification and the count, as after each post
FIRST = 1_000_000_000  # ids that no row has


def frames(system: System, scale: Scale) -> Measured:
    """`frames` a CPU second of the web process, `frames_wall` a second of the clock: sockets of one person.

    `frames_people` is the first of these where each socket is of another person, and so gets its own message.
    """
    (person,) = system.people(1)
    system.listen([person] * FANOUT_SOCKETS)
    measured = published(system, [person[0]], FANOUT_SOCKETS, scale.windows)
    people = system.people(FANOUT_SOCKETS)
    system.listen(people)
    other = published(system, [user for user, _ in people], FANOUT_SOCKETS, max(2, scale.windows // 2))
    measured.add("frames_people", *other.figures["frames"])
    measured.faults += other.faults
    return measured


def published(system: System, users: list[int], sockets: int, windows: int) -> Measured:
    """`frames` and `frames_wall` for any people who have sockets open."""
    system.poster.call("publish", users=users, first=FIRST - WINDOW, messages=2)  # warm
    system.sockets.call("wait", notifications=2 * sockets, frames=4 * sockets, seconds=ARRIVAL)
    system.sockets.call("clear")
    with system.spending() as cpu:
        began = time.monotonic()
        for window in range(windows):
            system.poster.call("publish", users=users, first=FIRST + WINDOW * window, messages=WINDOW)
            system.sockets.call("wait", **owed(sockets * WINDOW * window))
        system.sockets.call("wait", **owed(sockets * WINDOW * windows))
        seconds = time.monotonic() - began
    _, count = system.sockets.call("wait", notifications=0, frames=0, seconds=0.0)
    ids = range(FIRST, FIRST + WINDOW * windows)
    measured = Measured(faults=audit(dict.fromkeys(users, ids), system.heard()))
    measured.add("frames", count / cpu["web"])
    measured.add("frames_wall", count / seconds)
    measured.notes += [f"{count} frames to {sockets} sockets in {seconds:.1f} s", notes.spent(cpu)]
    return measured


def owed(messages: int) -> dict[str, float]:
    """What to wait for when so many messages were to come, to all sockets together."""
    return {"notifications": messages, "frames": FRAMES_A_MESSAGE * messages, "seconds": ARRIVAL}
