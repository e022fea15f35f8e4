"""Frames out of one web process, past database and worker: messages straight into the channel layer."""

import time

from bench.arithmetic import Measured, audit
from bench.rows import notes
from bench.scale import FANOUT_SOCKETS, Scale
from bench.systems import SILENCE, System

# Messages of one window, of which two at most are under way: no queue overflows, and none runs dry.
WINDOW = 20
NAIVE_WINDOW = 3  # which takes it longer
# Sends of one window where each person gets her own: what the naive pipeline's layer holds for a process.
SENDS = 2_000
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
    other = published(system, [user for user, _ in people], FANOUT_SOCKETS, scale.windows)
    measured.add("frames_people", *other.figures["frames"])
    measured.faults += other.faults
    return measured


def published(system: System, users: list[int], sockets: int, windows: int) -> Measured:
    """`frames` and `frames_wall` for any people who have sockets open."""
    most = WINDOW if system.kind.name == "product" else NAIVE_WINDOW
    window = max(1, min(most, SENDS // len(users)))
    system.poster.call("publish", users=users, first=FIRST - WINDOW, messages=2)  # warm
    arrived(system, 2 * sockets)
    system.sockets.call("clear")
    with system.spending() as cpu:
        began = time.monotonic()
        for number in range(windows):
            system.poster.call("publish", users=users, first=FIRST + window * number, messages=window)
            if not arrived(system, sockets * window * number):
                break
        arrived(system, sockets * window * windows)
        seconds = time.monotonic() - began
    count = sum(2 * len(told.ids) for told in system.heard())
    ids = range(FIRST, FIRST + window * windows)
    measured = Measured(faults=audit(dict.fromkeys(users, ids), system.heard()))
    measured.add("frames", count / cpu["web"])
    measured.add("frames_wall", count / seconds)
    measured.notes += [
        f"{count} frames to {sockets} sockets of {len(users)} in {seconds:.1f} s",
        notes.spent(cpu),
    ]
    return measured


def arrived(system: System, messages: int) -> bool:
    """Wait until so many messages have come, to all sockets together; whether they have."""
    frames = FRAMES_A_MESSAGE * messages
    got: tuple[int, int] = system.sockets.call("wait", notifications=messages, frames=frames, silence=SILENCE)
    return got[0] >= messages and got[1] >= frames
