"""Quotations: sent, answered or forgotten; reminded of by their last day."""

import datetime
from dataclasses import dataclass
from random import Random

from gstbillingapp.actions import quotations
from gstbillingapp.models.fields import INDIA
from tests.factories import sent
from tests.unit.reminders.year.history import DAY, FOREVER, History, Key

MOST_OPEN = 5
STAGES = (-3, 1)


@dataclass
class Offer:
    """A quotation as the oracle knows it."""

    pk: int
    sent_at: datetime.datetime
    last_day: datetime.date
    answered_at: datetime.datetime = FOREVER


class Offers:
    """What is offered in a year."""

    keys = "^q:[0-9]+:exp:"

    def __init__(self) -> None:
        self.offers: list[Offer] = []

    def happen(self, history: History, random: Random) -> None:
        today = history.now.astimezone(INDIA).date()
        waiting = [one for one in self.offers if one.answered_at > history.now and one.last_day >= today]
        move = random.choice(["send", "answer", "", "", ""])
        if move == "send" and len(waiting) < MOST_OPEN:
            stored = sent(history.business, due_date=today + random.choice([0, 2, 5, 12]) * DAY)
            self.offers.append(Offer(stored.pk, history.now, stored.valid_until))
        elif move == "answer" and waiting:
            one = random.choice(waiting)
            decide = random.choice([quotations.approve, quotations.decline])
            decide(history.business, None, one.pk)
            one.answered_at = history.now

    def expected(self, history: History) -> set[Key]:
        said: set[Key] = set()
        for day, run in history.mornings():
            for one in self.offers:
                said |= self._said(history, one, day, run)
        return said

    def _said(self, history: History, one: Offer, day: datetime.date, run: datetime.datetime) -> set[Key]:
        stage = (day - one.last_day).days
        if stage not in STAGES or one.answered_at <= run or one.sent_at >= history.morning(day, run):
            return set()
        if any(later > stage and one.last_day + later * DAY <= history.today_at(run) for later in STAGES):
            return set()
        return history.told("quotation_expiry", f"q:{one.pk}:exp:{stage}:{one.last_day}", run)
