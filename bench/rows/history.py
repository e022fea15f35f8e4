"""Whether what has piled up over the years makes the next notification slower."""

from bench.arithmetic import Measured
from bench.rows.steady import at_rate
from bench.scale import HISTORY_RATE, HISTORY_ROWS, HISTORY_UNREAD, Scale
from bench.systems import System

FEW = 10


def history(system: System, scale: Scale) -> Measured:
    """`history_few` and `history_many`: ms from commit to frame, p50, with 10 rows and with 200,000.

    Of the 200,000 the person has not read 50,000.
    """
    measured = Measured()
    (person,) = system.people(1)
    for figure, rows, unread in (
        ("history_few", FEW, FEW),
        ("history_many", HISTORY_ROWS, HISTORY_UNREAD),
    ):
        system.poster.call("fill", user=person[0], rows=rows, unread=unread)
        system.listen([person])
        at = at_rate(system, [person[0]], HISTORY_RATE, scale.history_posts)
        measured.add(figure, *at.figures.get("latency_p50", []))
        measured.faults += at.faults
    system.poster.call("fill", user=person[0], rows=0, unread=0)
    return measured
