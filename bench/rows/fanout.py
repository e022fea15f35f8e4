"""One post to a thousand sockets of one person."""

from bench.arithmetic import Measured, Posted, percentile, waits
from bench.rows import notes
from bench.scale import FANOUT_SOCKETS, Scale
from bench.systems import System

RATE = 2.0  # posts a second: each has long arrived when the next is due
WARM_POSTS = 2


def fanout(system: System, scale: Scale) -> Measured:
    """`fanout_p99` in ms from the commit, over the sockets; a sample a post."""
    (person,) = system.people(1)
    system.listen([person] * FANOUT_SOCKETS)
    return to_one(system, person[0], scale.fanout_posts)


def to_one(system: System, user: int, count: int) -> Measured:
    """The same for any person who has sockets open."""
    with system.spending() as cpu:
        posts: list[Posted] = system.poster.call(
            "steadily", users=[user], rate=RATE, posts=count + WARM_POSTS
        )
        heard, faults = system.hear(posts)
    measured = Measured(faults=faults, notes=[f"{len(heard)} sockets", notes.spent(cpu)])
    for post in posts[WARM_POSTS:]:
        if taken := waits([post], heard):
            measured.add("fanout_p99", 1e3 * percentile(taken, 0.99))
            measured.add("fanout_p50", 1e3 * percentile(taken, 0.5))
    return measured
