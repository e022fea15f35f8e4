"""What a socket costs the web process: memory while it is open, CPU to open."""

from bench.arithmetic import Measured
from bench.scale import ACCEPTED_SOCKETS, Scale
from bench.systems import Person, System

# Sockets before those that count: what the process needs once is no socket's.
WARM_SOCKETS = 50


def memory(system: System, scale: Scale) -> Measured:
    """`memory` in KiB a socket, each of another person with a session of her own; a new web process.

    `memory_one` is the same with all sockets of one person; `accept` is CPU seconds of the web process to
    open a thousand sockets of as many people, from the handshake to the first count.
    """
    kib, cpu = opened(system, system.people(scale.memory_sockets + WARM_SOCKETS))
    measured = Measured(notes=[f"{scale.memory_sockets} sockets; proportional memory, once it has settled"])
    measured.add("memory", kib)
    measured.add("accept", cpu)
    if system.kind.name != "product" and scale.repeats == 1:
        return measured  # a variant that a short run has no time for
    (person,) = system.people(1)
    kib, _ = opened(system, [person] * (scale.memory_sockets + WARM_SOCKETS))
    measured.add("memory_one", kib)
    return measured


def opened(system: System, people: list[Person]) -> tuple[float, float]:
    """Open sockets on a new web process: KiB a socket, CPU seconds a thousand of them."""
    system.restart_web()
    system.open(people[:WARM_SOCKETS])
    before = system.memory_kib()
    spent, opened = 0.0, 0
    for start in range(WARM_SOCKETS, len(people), ACCEPTED_SOCKETS):
        some = people[start : start + ACCEPTED_SOCKETS]
        cpu = system.cpu("web")
        system.open(some)
        spent += system.cpu("web") - cpu
        opened += len(some)
    kib = (system.memory_kib() - before) / opened
    if gone := system.sockets.call("closed"):
        raise RuntimeError(f"{gone} of {len(people)} sockets did not stay open")
    return kib, spent * ACCEPTED_SOCKETS / opened
