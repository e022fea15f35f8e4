"""Fifty posts a second: what one costs its poster, and how soon a browser has it."""

from bench.arithmetic import Measured, Posted, median, percentile, waits
from bench.rows import notes
from bench.scale import PEOPLE, STEADY_RATE, Scale
from bench.systems import System

WARM_POSTS = 25


def steady(system: System, scale: Scale) -> Measured:
    """`cost_p50`, `latency_p50`, `latency_p99` in ms; one poster, open loop, to ten people in turn."""
    people = system.people(PEOPLE)
    system.listen(people)
    users = [user for user, _ in people]
    return at_rate(system, users, STEADY_RATE, scale.steady_posts)


def at_rate(system: System, users: list[int], rate: float, count: int) -> Measured:
    """The same for any people who have sockets open, rate and number of posts."""
    warm: list[Posted] = system.poster.call("steadily", users=users, rate=rate, posts=WARM_POSTS)
    system.hear(warm)
    with system.spending() as cpu:
        posts: list[Posted] = system.poster.call("steadily", users=users, rate=rate, posts=count)
        heard, faults = system.hear([*warm, *posts])
    taken = waits(posts, heard)
    measured = Measured(faults=faults, notes=[notes.punctual(posts), notes.spent(cpu)])
    measured.add("cost_p50", 1e3 * median(post.cost for post in posts))
    if taken:
        measured.add("latency_p50", 1e3 * median(taken))
        measured.add("latency_p99", 1e3 * percentile(taken, 0.99))
    return measured
