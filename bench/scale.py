"""How much of everything: enough to see by, or enough to rely on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Sizes of the measurements; naive ones are smaller where that pipeline would take minutes."""

    name: str
    repeats: int  # runs of each measurement
    steady_posts: int  # at STEADY_RATE a second
    history_posts: int  # at HISTORY_RATE a second
    flat_out_seconds: float
    bulk_people: int
    bulk_calls: int
    fanout_posts: int
    windows: int  # of WINDOW messages to each of the sockets
    memory_sockets: int
    posting_threads: int = 1


STEADY_RATE = 50.0  # posts a second
HISTORY_RATE = 20.0
# People who are posted to in turn, each with one socket.
PEOPLE = 10
FANOUT_SOCKETS = 1_000  # of one person
ACCEPTED_SOCKETS = 1_000
HISTORY_ROWS, HISTORY_UNREAD = 200_000, 50_000

SHORT = Scale(
    name="short", repeats=1, steady_posts=200, history_posts=60, flat_out_seconds=2.5, bulk_people=1_000,
    bulk_calls=3, fanout_posts=7, windows=4, memory_sockets=1_000,
)  # fmt: skip
FULL = Scale(
    name="full", repeats=3, steady_posts=1_000, history_posts=300, flat_out_seconds=10.0, bulk_people=5_000,
    bulk_calls=3, fanout_posts=20, windows=10, memory_sockets=5_000,
)  # fmt: skip
