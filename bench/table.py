"""The rows of the table: what each is called, which measurement gives it, and what is to be reached."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.arithmetic import Measured, median
from bench.rows.bulk import bulk
from bench.rows.fanout import fanout
from bench.rows.frames import frames
from bench.rows.history import history
from bench.rows.memory import memory
from bench.rows.outage import outage
from bench.rows.saturated import saturated
from bench.rows.steady import steady
from bench.scale import Scale
from bench.systems import System

# In the order in which they are run: those that end web processes and Redis come last.
MEASUREMENTS: dict[str, Callable[[System, Scale], Measured]] = {
    row.__name__: row for row in (steady, saturated, bulk, fanout, frames, history, memory, outage)
}
# With 200,000 rows "as with 10" is to be within what two runs of the same differ by.
CLOSE = 1.2


@dataclass(frozen=True)
class Row:
    """One row. `short` is the name on the command line; a figure's samples come from the measurement."""

    short: str
    title: str
    figure: str
    measurement: str
    unit: str
    target: float | None = None
    more: bool = False  # whether more is better
    # The figure to reach is another one of the same run, times CLOSE.
    like: str = ""
    # Whether it is alike on every database: measured beside PostgreSQL in full runs only.
    alike: bool = False

    def to_reach(self, figures: Mapping[str, list[float]]) -> float | None:
        """The figure to reach, in a run that gave these."""
        if self.like:
            return CLOSE * median(figures[self.like]) if figures.get(self.like) else None
        return self.target

    def is_reached(self, value: float, target: float) -> bool:
        """Whether a figure is as good as the one to reach."""
        return value >= target if self.more else value <= target

    def ratio(self, ours: float, naive: float) -> float:
        """How many times better than the naive pipeline."""
        return ours / naive if self.more else naive / ours


LATENCY, FRAMES = "commit → frame", "frames out of one web process"

ROWS = (
    Row("cost", "cost of one create_notification, 50/s, p50", "cost_p50", "steady", "ms", 1.5),
    Row("cost-down", "the same with Redis down, dearest", "down_max", "outage", "ms", 50, alike=True),
    Row(
        "cost-stalled", "the same with Redis stalled, dearest", "stalled_max", "outage", "ms", 50, alike=True
    ),
    Row("latency", f"{LATENCY}, 50/s, p50", "latency_p50", "steady", "ms", 3),
    Row("latency-p99", f"{LATENCY}, 50/s, p99", "latency_p99", "steady", "ms", 8),
    Row("sustained", "sustained, one call each", "sustained", "saturated", "/s", 1_500, more=True),
    Row("saturation", f"{LATENCY} under that saturation, p50", "saturated_p50", "saturated", "ms", 25),
    Row("cpu", "CPU of all processes for each of these", "cpu_each", "saturated", "ms"),
    Row("bulk", "bulk to many users, one call, on the wire", "bulk", "bulk", "/s", 5_000, more=True),
    Row("fanout", "one post to 1,000 sockets, p99", "fanout_p99", "fanout", "ms", 60, alike=True),
    Row("frames", f"{FRAMES}, a CPU second", "frames", "frames", "/s", 20_000, more=True, alike=True),
    Row(
        "frames-wall", "the same, a second of the clock", "frames_wall", "frames", "/s", more=True, alike=True
    ),
    Row("frames-people", "each of another user", "frames_people", "frames", "/s", more=True, alike=True),
    Row("memory", "memory a socket of the web process", "memory", "memory", "KiB", 25, alike=True),
    Row("memory-one", "the same, all sockets of one user", "memory_one", "memory", "KiB", alike=True),
    Row("accept", "CPU of the web process to accept 1,000 sockets", "accept", "memory", "s", 1, alike=True),
    Row(
        "history", f"{LATENCY}, 200,000 rows, 20/s, p50", "history_many", "history", "ms", like="history_few"
    ),
    Row("history-few", "the same with 10 rows", "history_few", "history", "ms"),
)
