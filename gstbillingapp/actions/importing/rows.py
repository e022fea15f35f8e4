"""What the subjects of an import have in common: columns, rows as said, and what becomes of them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model

from gstbillingapp.models import Business
from gstbillingapp.sheets import cells

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is understood: how it is called, an example of a cell, and how a cell is read."""

    name: str
    label: str
    example: str = ""
    read: Callable[[str], Any] = cells.text
    note: str = ""


class Outcome(StrEnum):
    """What a row does to what is stored."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row, and what is allowed; the column's name is empty where it is the whole row."""

    column: str
    message: str


@dataclass(slots=True)
class Said:
    """What a row of a file says, by the names of the columns: as text, and as values where it makes sense."""

    number: int
    texts: Mapping[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """What is to become of a row.

    `before` is the stored row that it means, `row` what it leaves, not stored yet (a row of its own, so that
    no other row of the file is judged by it), and `beside` what goes with that.
    """

    said: Said
    outcome: Outcome
    problems: Sequence[Problem] = ()
    before: Model | None = None
    row: Model | None = None
    beside: Any = None


class Subject(ABC):
    """What can be imported: its columns, and how rows of it are judged and stored."""

    slug: str
    noun: str  # of many, as in a heading
    about: str  # what it is for, as a sentence
    columns: Sequence[Column]
    headings: Mapping[str, str]  # by the column's name: what else people call it, between commas
    list_name: str  # the address of the list it shows up in
    matching: str  # by what a row is known again, as a sentence
    key_words: str  # what two rows of one file may not have in common

    @abstractmethod
    def identity(self, said: Said) -> Hashable:
        """By what a row is told from the others of its file; None where it does not say."""

    @abstractmethod
    def judge(self, business: Business, rows: Sequence[Said], *, lock: bool) -> list[Verdict]:
        """What would become of the rows, in their order, as things are now; `lock` holds them as they are."""

    @abstractmethod
    def store(self, user: User | None, verdicts: Sequence[Verdict]) -> Callable[[], None]:
        """Do it: inside the transaction in which they were judged and locked.

        What is returned tells of it, which locks inboxes: to be called when nothing is locked any more.
        """

    @abstractmethod
    def asked(self, verdict: Verdict) -> Set[Hashable]:
        """Under which keys the row that it means was looked for, whether or not there is one."""

    @abstractmethod
    def written(self, verdict: Verdict) -> Set[Hashable]:
        """Under which keys what it changes is looked for, as it was before and as it is then."""

    def count_apart(self, verdicts: Sequence[Verdict], wanted: Container[Outcome]) -> int:
        """How many, from the first on, hold whichever of those before them are stored; one at least.

        The next one means what one of these changes, and is to be judged when that is stored.
        """
        written: set[Hashable] = set()
        for count, verdict in enumerate(verdicts):
            if not written.isdisjoint(self.asked(verdict)):
                return count
            if verdict.outcome in wanted:
                written |= self.written(verdict)
        return len(verdicts)

    def refuse_twice(self, said: Said, before: int) -> None:
        """Note that an earlier row of the file is about the same."""
        said.problems.append(Problem("", f"Row {before} has {self.key_words} too. Leave one of them out."))

    def column(self, name: str) -> Column | None:
        """A column by its name."""
        return next((column for column in self.columns if column.name == name), None)

    def label(self, name: str) -> str:
        """How a column is called; empty for none."""
        column = self.column(name)
        return column.label if column else ""

    def guess(self, headings: Sequence[str]) -> dict[str, int]:
        """Which column of a file holds what, by its heading: the position from 0 of each that is known."""
        places: dict[str, int] = {}
        taken: set[int] = set()
        plain = [cells.plain_key(heading) for heading in headings]
        # Our own words first, for all of them: a file may have both "Rate" and "GST rate".
        for words_of in (self._own_words, self._others_words):
            for column in self.columns:
                fits = (
                    place for place, key in enumerate(plain) if key in words_of(column) and place not in taken
                )
                place = None if column.name in places else next(fits, None)
                if place is not None:
                    places[column.name] = place
                    taken.add(place)
        return places

    def _own_words(self, column: Column) -> set[str]:
        return {cells.plain_key(column.label), cells.plain_key(column.name)}

    def _others_words(self, column: Column) -> set[str]:
        return {cells.plain_key(words) for words in self.headings.get(column.name, "").split(",")} - {""}

    def read(self, number: int, texts: Mapping[str, str]) -> Said:
        """A row with its cells read; one that makes no sense is noted as a problem."""
        said = Said(number, texts)
        for column in self.columns:
            cell = texts.get(column.name, "")
            if not cell:
                continue
            try:
                said.values[column.name] = column.read(cells.sound(cell))
            except cells.CellError as error:
                said.problems.append(Problem(column.name, str(error)))
        return said


def problems_of(error: ValidationError) -> list[Problem]:
    """What an action refused, as problems of a row."""
    return [
        Problem("" if name == NON_FIELD_ERRORS else name, " ".join(messages))
        for name, messages in error.message_dict.items()
    ]


def wrong(said: Said, *problems: Problem) -> Verdict:
    """The verdict on a row that is not taken."""
    return Verdict(said, Outcome.WRONG, [*said.problems, *problems])


def besides(said: Said, problems: Iterable[Problem]) -> list[Problem]:
    """Those of the problems that are not of a cell which made no sense anyway."""
    unread = {problem.column for problem in said.problems}
    return [problem for problem in problems if problem.column not in unread]


def changed(before: Row, values: Mapping[str, object]) -> Row:
    """Another object of a stored row, which holds these values."""
    row = copy(before)
    for name, value in values.items():
        setattr(row, name, value)
    return row


def is_as(row: Model, values: Mapping[str, object]) -> bool:
    """Whether the row holds these values already."""
    return all(getattr(row, name) == value for name, value in values.items())


def parted(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Those that are new, and those that are stored."""
    new: list[Row] = []
    old: list[Row] = []
    for row in rows:
        (new if row._state.adding else old).append(row)
    return new, old


def overwrite(model: type[Row], rows: Sequence[Row], fields: Iterable[str]) -> None:
    """Store these fields of locked rows, hundreds in one statement.

    As an insert that meets the row's own id: `bulk_update` builds a CASE for every row and field, which takes
    as long as a statement for each row.
    """
    if rows:
        model._default_manager.bulk_create(
            rows, update_conflicts=True, unique_fields=["id"], update_fields=[*fields, "updated_at"]
        )
