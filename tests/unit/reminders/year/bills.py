"""Vendors' bills: recorded, paid in part and in full, cancelled; reminded of by their due date."""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from gstbillingapp.actions import bill_payments, bills
from gstbillingapp.models import BillPayment, Business
from gstbillingapp.models.fields import INDIA
from tests.factories import VendorFactory, bill
from tests.unit.reminders.year.history import DAY, History, Key

MOST_OWED = 6
STAGES = (-3, 0, 1, 7, 15)


@dataclass
class Owed:
    """A bill as the oracle knows it."""

    pk: int
    recorded_at: datetime.datetime
    due: datetime.date
    changes: list[tuple[datetime.datetime, Decimal]] = field(default_factory=list)
    paid: list[BillPayment] = field(default_factory=list)

    def left(self, moment: datetime.datetime) -> Decimal:
        return sum((amount for when, amount in self.changes if when <= moment), Decimal(0))


class Bills:
    """What is bought in a year."""

    keys = "^bill:"

    def __init__(self, business: Business) -> None:
        self.vendor = VendorFactory(business=business)
        self.bills: list[Owed] = []

    def happen(self, history: History, random: Random) -> None:
        owed = [one for one in self.bills if one.left(history.now)]
        move = random.choice(["record", "pay", "pay in part", "reverse", "cancel", "", "", ""])
        if move == "record" and len(owed) < MOST_OWED:
            self._record(history, random.choice([0, 2, 4, 10, 30]))
        elif move.startswith("pay") and owed:
            self._pay(history, random.choice(owed), all_of_it=move == "pay")
        elif move == "reverse":
            self._reverse(history, [one for one in self.bills if one.paid])
        elif move == "cancel":
            self._cancel(history, [one for one in owed if len(one.changes) == 1])

    def expected(self, history: History) -> set[Key]:
        said: set[Key] = set()
        for day, run in history.mornings():
            for one in self.bills:
                said |= self._said(history, one, day, run)
        return said

    def _said(self, history: History, one: Owed, day: datetime.date, run: datetime.datetime) -> set[Key]:
        stage = (day - one.due).days
        if stage not in STAGES or not one.left(run) or one.recorded_at >= history.morning(day, run):
            return set()
        if any(later > stage and one.due + later * DAY <= history.today_at(run) for later in STAGES):
            return set()
        return history.told("bill_due", f"bill:{one.pk}:{stage}:{one.due}", run)

    def _record(self, history: History, days: int) -> None:
        date = history.now.astimezone(INDIA).date()
        stored = bill(history.business, vendor=self.vendor, date=date, due_date=date + days * DAY)
        self.bills.append(Owed(stored.pk, history.now, stored.due_date, [(history.now, stored.total)]))

    def _pay(self, history: History, one: Owed, *, all_of_it: bool) -> None:
        left = one.left(history.now)
        amount = left if all_of_it else min(left, Decimal(20))
        one.paid.append(bill_payments.pay(history.business, None, one.pk, amount))
        one.changes.append((history.now, -amount))

    def _reverse(self, history: History, paid: list[Owed]) -> None:
        for one in paid[-1:]:
            payment = one.paid.pop()
            bill_payments.reverse(history.business, None, payment.pk, "Returned")
            one.changes.append((history.now, payment.amount))

    def _cancel(self, history: History, unpaid: list[Owed]) -> None:
        for one in unpaid[:1]:
            bills.cancel(history.business, None, one.pk, "Sent twice")
            one.changes.append((history.now, -one.left(history.now)))
