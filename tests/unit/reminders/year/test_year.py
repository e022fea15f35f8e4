"""A year of a business, day by day, with all that goes wrong: everything is said that should be, and no more.

Runs several times a day at any time of it, days without any, runs that die in the middle of a page and are
begun anew, two at once, hours and days that the owner changes, people who come, go and switch things off.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
import time_machine

from delivery import inbox
from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import preferences
from gstbillingapp.models import Business
from gstbillingapp.models.fields import INDIA
from gstbillingapp.reminders import days, engine
from tests.factories import MembershipFactory
from tests.unit.preferences.conftest import choose
from tests.unit.reminders.year.bills import Bills
from tests.unit.reminders.year.history import DAY, Changing, History, Noun, Person
from tests.unit.reminders.year.invoices import Invoices
from tests.unit.reminders.year.mornings import Digest, NewYear
from tests.unit.reminders.year.offers import Offers
from tests.unit.reminders.year.returns import CutOff, Returns
from tests.unit.reminders.year.stock import Stock

# A matter of clocks: what databases do at once is in test_at_once.py.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

BEGIN = datetime.datetime(2027, 1, 10, 6, tzinfo=INDIA)
DAYS = 366
MINUTES = 24 * 60
CAN_BE_SWITCHED_OFF = (
    *("invoice_due", "invoice_overdue", "bill_due", "quotation_expiry", "stock_low", "digest"),
    *("new_year", "return_due", "note_cut_off"),
)
CHOICES = ([-3, 0, 1, 7, 15, 30], [-7, 0, 45], [1, 3, 7], [])


class Crash(BaseException):
    """The process is gone: nothing of the program goes on after it."""


@dataclass
class Year:
    """The clock, the chances, and the business that they befall."""

    history: History
    nouns: list[Noun]
    clock: time_machine.Traveller
    random: Random
    outage: int = 0  # how many days yet nobody runs anything
    happened: set[str] = field(default_factory=set)

    def live(self) -> None:
        """A day after the other."""
        for number in range(DAYS):
            midnight = datetime.datetime.combine(BEGIN.date() + number * DAY, datetime.time(), INDIA)
            self._begin_outage()
            for minute, move in self._plan(first=0 if number else 6 * 60 + 1):
                self._set(midnight + datetime.timedelta(minutes=minute))
                self.happened.add(move.__name__)
                move()

    def _begin_outage(self) -> None:
        if self.outage:
            self.outage -= 1
        elif self.random.random() < 0.03:
            self.outage = self.random.choice([1, 2, 4, 9, 20])

    def _plan(self, first: int) -> list[tuple[int, Callable[[], None]]]:
        """What comes on a day, and at which minutes of it: even ones, the odd are for beginning anew."""
        runs = (
            []
            if self.outage
            else self.random.choices(
                [self.run, self.crash, self.two_at_once], [8, 1, 1], k=self.random.randint(1, 4)
            )
        )
        others = [self.something_happens] * self.random.randint(0, 3)
        others += [self.hour_is_changed] * (self.random.random() < 0.08)
        others += [self.days_are_chosen] * (self.random.random() < 0.03)
        others += [self.somebody_chooses] * (self.random.random() < 0.05)
        others += [self.people_come_and_go] * (self.random.random() < 0.02)
        moves = [*runs, *others]
        self.random.shuffle(moves)
        minutes = self.random.sample(range(first + first % 2, MINUTES, 2), len(moves))
        return list(zip(sorted(minutes), moves, strict=True))

    def _set(self, moment: datetime.datetime) -> None:
        self.history.now = moment
        self.clock.move_to(moment)

    def run(self) -> None:
        self.history.runs.append(self.history.now)
        reminders.do_all(self.history.now)

    def crash(self) -> None:
        """It dies while it posts, wherever that is; a minute later, in the same hour, another goes on."""
        left, post = self.random.randint(0, 5), inbox.post_all

        def post_or_die(*arguments: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise Crash
            return post(*arguments)

        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(inbox, "post_all", post_or_die)
                self.run()
        except Crash:
            self.happened.add("died")
            self._set(self.history.now + datetime.timedelta(minutes=1))
            self.run()

    def two_at_once(self) -> None:
        """Whenever the one lets go of its locks, the other does all that is left."""
        do_page = engine._do_page

        def after_the_other(pk: int, now: datetime.datetime) -> bool:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(engine, "_do_page", do_page)
                reminders.do_all(now)
            return do_page(pk, now)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "_do_page", after_the_other)
            self.run()

    def something_happens(self) -> None:
        for noun in self.nouns:
            noun.happen(self.history, self.random)

    def hour_is_changed(self) -> None:
        hour = self.random.choice([0, 6, 9, 9, 12, 18, 23])
        preferences.save_reminders(self.history.business, hour, {})
        self.history.hour.change(self.history.now, hour)

    def days_are_chosen(self) -> None:
        stages = self.random.choice(CHOICES)
        preferences.save_reminders(
            self.history.business, self.history.hour.at(self.history.now), {"invoices": stages}
        )
        self.history.stages["invoices"].change(self.history.now, stages)

    def somebody_chooses(self) -> None:
        person = self.random.choice(self.history.people)
        off = frozenset(self.random.sample(CAN_BE_SWITCHED_OFF, self.random.randint(0, 2)))
        choose(person.user, off=tuple(off))
        person.muted.change(self.history.now, off)

    def people_come_and_go(self) -> None:
        _owner, *others = self.history.people
        here = [person for person in others if person.until > self.history.now]
        if here and self.random.random() < 0.5:
            leaver = self.random.choice(here)
            leaver.user.is_active = False
            leaver.user.save()
            leaver.until = self.history.now
        else:
            self.history.people.append(joining(self.history.business, self.history.now))


def joining(business: Business, moment: datetime.datetime) -> Person:
    user = MembershipFactory(business=business).user
    return Person(user, moment, Changing([(moment, frozenset())]))


def said(keys: str, year: Year) -> list[tuple[int, str]]:
    people = [person.user.pk for person in year.history.people]
    rows = Notification.objects.filter(user__in=people, dedupe_key__regex=keys)
    return sorted(rows.values_list("user", "dedupe_key"))


@pytest.fixture
def year(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(days, "PAGE", 3)
    with time_machine.travel(BEGIN, tick=False) as clock:
        owner = MembershipFactory()
        business = owner.business
        usual = {"invoices": CHOICES[0], "digest": [0]}
        history = History(
            business,
            BEGIN,
            Changing([(BEGIN, 9)]),
            {name: Changing([(BEGIN, stages)]) for name, stages in usual.items()},
        )
        history.people = [
            Person(owner.user, BEGIN, Changing([(BEGIN, frozenset())])),
            joining(business, BEGIN),
        ]
        invoices = Invoices()
        nouns: list[Noun] = [
            *(invoices, Bills(business), Offers(), Stock(business)),
            *(Digest(invoices), NewYear(), Returns(), CutOff()),
        ]
        year = Year(history, nouns, clock, Random(2027))
        year.run()
        yield year


def test_in_a_year_of_a_business_everything_is_said_that_should_be_and_no_more(year: Year) -> None:
    year.live()
    year.run()
    for noun in year.nouns:
        assert said(noun.keys, year) == sorted(noun.expected(year.history)), noun.keys
    for noun in year.nouns:
        assert len(said(noun.keys, year)) > 0, f"nothing of {noun.keys} in a year proves nothing"
    year.nouns[0].check()  # type: ignore[attr-defined]
    assert {"crash", "died", "two_at_once", "hour_is_changed", "days_are_chosen"} <= year.happened
    assert {"somebody_chooses", "people_come_and_go", "something_happens"} <= year.happened
