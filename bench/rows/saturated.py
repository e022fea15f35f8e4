"""One poster that posts as fast as it can, a call each."""

from bench.arithmetic import Measured, Posted, median, waits
from bench.rows import notes
from bench.scale import PEOPLE, Scale
from bench.systems import System


def saturated(system: System, scale: Scale) -> Measured:
    """`sustained` in notifications a second at the sockets, `saturated_p50` in ms from commit to frame.

    `cpu_each` is CPU in ms that all processes of the system, the poster included, took for each of them.
    From the first call to the last frame, whatever queue has grown meanwhile: what is only posted counts for
    nothing.
    """
    people = system.people(PEOPLE)
    system.listen(people)
    users, threads = [user for user, _ in people], scale.posting_threads
    with system.spending() as cpu:
        posts: list[Posted] = system.poster.call(
            "flat_out", users=users, seconds=scale.flat_out_seconds, threads=threads
        )
        heard, faults = system.hear(posts)
    began, last = min(post.called for post in posts), max(max(told.moments, default=0.0) for told in heard)
    posted_in = max(post.committed for post in posts) - began
    measured = Measured(faults=faults)
    measured.notes += [
        f"one process, {threads} thread(s), posted {len(posts)} to {len(users)} people in {posted_in:.1f} s "
        f"({len(posts) / posted_in:.0f}/s), the last frame came {last - began - posted_in:.2f} s later",
        notes.spent(cpu),
    ]
    if taken := waits(posts, heard):
        measured.add("sustained", len(posts) / (last - began))
        measured.add("saturated_p50", 1e3 * median(taken))
        ours = sum(seconds for name, seconds in cpu.items() if name not in ("sockets", "wall"))
        measured.add("cpu_each", 1e3 * ours / len(posts))
    return measured
