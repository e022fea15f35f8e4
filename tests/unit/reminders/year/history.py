"""A year of one business as it happened: the oracles work out from it what should have been said, to whom.

Nothing here asks the product: the rules of when a day is done and who is told are written down a second time.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from django.contrib.auth.models import User

from gstbillingapp.models import Business
from gstbillingapp.models.fields import INDIA

DAY = datetime.timedelta(days=1)
Key = tuple[int, str]  # whom, and by which dedupe key
Value = TypeVar("Value")
FOREVER = datetime.datetime(9999, 1, 1, tzinfo=INDIA)


@dataclass
class Changing(Generic[Value]):
    """What has another value from some moment on."""

    values: list[tuple[datetime.datetime, Value]]

    def at(self, moment: datetime.datetime) -> Value:
        return next(value for since, value in reversed(self.values) if since <= moment)

    def change(self, moment: datetime.datetime, value: Value) -> None:
        self.values.append((moment, value))


@dataclass
class Person:
    """A member, from when until when, and what they have switched off."""

    user: User
    since: datetime.datetime
    muted: Changing[frozenset[str]]
    until: datetime.datetime = FOREVER

    def hears(self, kind: str, moment: datetime.datetime) -> bool:
        return self.since <= moment < self.until and kind not in self.muted.at(moment)


@dataclass
class History:
    """What happened to a business, in the order of time; `now` is the moment that the clock shows."""

    business: Business
    now: datetime.datetime
    hour: Changing[int]
    stages: dict[str, Changing[Sequence[int]]]
    people: list[Person] = field(default_factory=list)
    runs: list[datetime.datetime] = field(default_factory=list)

    def today_at(self, moment: datetime.datetime) -> datetime.date:
        """The last day whose morning had come then."""
        day = moment.astimezone(INDIA).date()
        return day if self.morning(day, moment) <= moment else day - DAY

    def morning(self, day: datetime.date, moment: datetime.datetime) -> datetime.datetime:
        """When that day begins, by the hour that was chosen at that moment."""
        return datetime.datetime.combine(day, datetime.time(self.hour.at(moment)), INDIA)

    def mornings(self) -> Iterator[tuple[datetime.date, datetime.datetime]]:
        """Each day with the run that did it: the first one after its morning."""
        done = self.today_at(self.runs[0]) - DAY
        for run in self.runs:
            while done < self.today_at(run):
                done += DAY
                yield done, run

    def told(self, kind: str, key: str, moment: datetime.datetime) -> set[Key]:
        """Everybody who hears of it then, `key` with "{user}" in it where each has their own."""
        return {
            (person.user.pk, key.format(user=person.user.pk))
            for person in self.people
            if person.hears(kind, moment)
        }


class Noun(Protocol):
    """Something that a business is told of, in that year: add one to `NOUNS` of test_year.py."""

    # A regular expression of the dedupe keys that are its own.
    keys: str

    def happen(self, history: History, random: Any) -> None:
        """Something befalls it, or nothing; `history.now` is the moment. Called several times a day."""

    def expected(self, history: History) -> set[Key]:
        """What should have been said of it by now, worked out from the rules."""
