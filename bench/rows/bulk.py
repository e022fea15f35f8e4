"""The same to many people, in one call."""

from bench.arithmetic import Measured, Posted
from bench.rows import notes
from bench.scale import Scale
from bench.systems import System


def bulk(system: System, scale: Scale) -> Measured:
    """`bulk` in notifications a second on the wire, from the commit to the last of them; one socket a person.

    `bulk_call` is what the call took, in ms.
    """
    people = system.people(scale.bulk_people)
    system.listen(people)
    return to_all(system, [user for user, _ in people], scale.bulk_calls if is_quick(system) else 1)


def is_quick(system: System) -> bool:
    """Whether three calls take seconds, and not a minute."""
    return system.kind.name == "product"


def to_all(system: System, users: list[int], calls: int) -> Measured:
    """The same for any people who have sockets open."""
    measured, posts = Measured(), list[Posted]()
    for _ in range(calls):
        with system.spending() as cpu:
            call: list[Posted] = system.poster.call("to_many", users=users)
            posts += call
            heard, faults = system.hear(posts)
        ids = {post.id for post in call}
        last = max(
            (moment for told in heard for number, moment in told.first.items() if number in ids), default=0
        )
        committed = call[0].committed
        measured.add("bulk", len(call) / max(1e-9, last - committed))
        measured.add("bulk_call", 1e3 * call[0].cost)
        measured.add("bulk_last", 1e3 * (last - call[0].called))
    measured.faults = faults
    measured.notes += [f"{len(users)} people, each with a socket; {calls} call(s)", notes.spent(cpu)]
    return measured
