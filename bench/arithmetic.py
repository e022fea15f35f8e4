"""What figures are made of: shares of samples, moments that posts are due at, what went astray. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that this share (0 to 1) of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is no percentile of nothing")
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def median(values: Iterable[float]) -> float:
    """The middle one; of an even number the mean of the two."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def due_times(start: float, rate: float, posts: int) -> list[float]:
    """When each of so many posts is due at `rate` a second, whether those before it are done or not."""
    return [start + number / rate for number in range(posts)]


@dataclass(frozen=True)
class Posted:
    """One notification that was committed; moments by the machine's monotonic clock, in seconds."""

    id: int
    user_id: int
    due: float  # when it was to be posted; the moment of the call where it was not to wait
    called: float
    committed: float  # just after the call returned

    @property
    def cost(self) -> float:
        """Seconds that the call took."""
        return self.committed - self.called

    @property
    def late(self) -> float:
        """Seconds by which the poster missed the moment: its own fault, not the product's."""
        return max(0.0, self.called - self.due)


@dataclass(frozen=True)
class Heard:
    """What one socket was told: notifications in the order they came, each with its moment."""

    user_id: int
    ids: Sequence[int]
    moments: Sequence[float]
    counts_fell: int = 0  # times that the badge's number went down, while nobody read anything

    @property
    def first(self) -> dict[int, float]:
        """When each notification came first."""
        return dict(zip(reversed(self.ids), reversed(self.moments), strict=True))


@dataclass
class Faults:
    """What went astray between commit and socket, in numbers of frames."""

    lost: int = 0
    repeated: int = 0
    disordered: int = 0  # a notification after a later one of the same person
    counts_fell: int = 0
    foreign: int = 0  # somebody else's, or nobody's

    def __add__(self, other: "Faults") -> "Faults":
        return Faults(*(mine + theirs for mine, theirs in zip(self.numbers, other.numbers, strict=True)))

    @property
    def numbers(self) -> tuple[int, ...]:
        """All of them, in the order of the fields."""
        return (self.lost, self.repeated, self.disordered, self.counts_fell, self.foreign)

    @property
    def is_void(self) -> bool:
        """Whether figures beside this count for nothing: something was lost, or came to the wrong person."""
        return bool(self.lost or self.foreign)

    def __str__(self) -> str:
        return (
            f"{self.lost} lost, {self.repeated} repeated, {self.disordered} out of order, "
            f"count fell {self.counts_fell} times" + (f", {self.foreign} foreign" if self.foreign else "")
        )


def audit(owed: Mapping[int, Iterable[int]], heard: Iterable[Heard]) -> Faults:
    """Hold what each socket was told against what its person was owed: ids of notifications, by user."""
    wanted = {user: set(ids) for user, ids in owed.items()}
    faults = Faults()
    for socket in heard:
        mine, got = wanted.get(socket.user_id, set()), set(socket.ids)
        faults += Faults(
            lost=len(mine - got),
            repeated=len(socket.ids) - len(got),
            disordered=sum(later < earlier for earlier, later in pairwise(socket.ids)),
            counts_fell=socket.counts_fell,
            foreign=len(got - mine),
        )
    return faults


def owed_by(posts: Iterable[Posted]) -> dict[int, list[int]]:
    """The ids that each person is owed."""
    owed: dict[int, list[int]] = {}
    for post in posts:
        owed.setdefault(post.user_id, []).append(post.id)
    return owed


def waits(posts: Iterable[Posted], heard: Iterable[Heard]) -> list[float]:
    """Seconds from each commit to its frame, for every socket that was owed it."""
    committed = {post.id: post.committed for post in posts}
    return [
        moment - committed[number]
        for socket in heard
        for number, moment in socket.first.items()
        if number in committed
    ]


@dataclass
class Measured:
    """What one measurement of one system gave: samples by figure, faults, and notes for the reader."""

    figures: dict[str, list[float]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    notes: list[str] = field(default_factory=list)

    def add(self, figure: str, *samples: float) -> None:
        """More samples of a figure."""
        self.figures.setdefault(figure, []).extend(samples)

    def take(self, other: "Measured") -> None:
        """What another run of the same measurement gave; its notes only where they are new."""
        for figure, samples in other.figures.items():
            self.add(figure, *samples)
        self.faults += other.faults
        self.notes += [note for note in other.notes if note not in self.notes]
