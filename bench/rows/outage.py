"""What a post costs while Redis is down, or stands still."""

import time

from bench.arithmetic import Measured
from bench.scale import STEADY_RATE, Scale
from bench.systems import System

POSTS = 100
# The naive pipeline waits out its retries each time.
NAIVE_POSTS = 3
# Seconds until web and worker are to be back after Redis is.
BACK = 30.0


def outage(system: System, _scale: Scale) -> Measured:
    """`down_max` and `stalled_max`: ms that the dearest call took, Redis stopped and Redis stalled.

    That everything arrives afterwards is what `make chaos` shows; here one post has to.
    """
    (person,) = system.people(1)
    system.listen([person])
    measured = Measured()
    system.redis.stop()
    costs = _post(system, person[0])
    measured.add("down_max", 1e3 * max(seconds for seconds, _ in costs))
    system.redis.start()
    if errors := {error for _, error in costs if error}:
        measured.notes.append(f"with Redis down the call raised {', '.join(sorted(errors))}")
    if system.kind.name == "product":  # the naive one would wait for ever
        system.redis.pause()
        try:
            costs = _post(system, person[0])
        finally:
            system.redis.resume()
        measured.add("stalled_max", 1e3 * max(seconds for seconds, _ in costs))
    mend(system)
    return measured


def _post(system: System, user: int) -> list[tuple[float, str]]:
    posts = POSTS if system.kind.name == "product" else NAIVE_POSTS
    costs: list[tuple[float, str]] = system.poster.call("in_spite", user=user, rate=STEADY_RATE, posts=posts)
    return costs


def mend(system: System) -> None:
    """Go on only when a post arrives as before."""
    deadline = time.monotonic() + BACK
    system.restart_web()
    while True:
        (person,) = system.people(1)
        system.listen([person])
        posts = system.poster.call("steadily", users=[person[0]], rate=STEADY_RATE, posts=1)
        if not system.hear(posts, 5.0)[1].lost:
            return
        if time.monotonic() > deadline:
            raise RuntimeError(f"{system.kind.name} did not come back after Redis did")
