"""Any sequence of runs, at any times: each reminder whose morning came is said once, and none early."""

import datetime
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import announce
from gstbillingapp.actions.announce import REMINDER_STAGES
from gstbillingapp.models import Business, Invoice
from gstbillingapp.models.fields import INDIA
from gstbillingapp.reminders import days
from gstbillingapp.reminders.invoices import stages_on
from tests.factories import BusinessFactory, MembershipFactory, paid
from tests.unit.reminders.conftest import at, day, unpaid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invoices_only")]

HOUR = datetime.timedelta(hours=1)
BEGIN = at(-10, "12:00")
WAITS = st.one_of(
    st.timedeltas(datetime.timedelta(0), datetime.timedelta(minutes=30)),
    st.timedeltas(datetime.timedelta(0), datetime.timedelta(days=2)),
    st.timedeltas(datetime.timedelta(days=2), datetime.timedelta(days=25)),
)
STEPS = st.tuples(
    WAITS,
    st.sampled_from(["run", "run", "run", "run twice", "crash", "pay", "issue"]),
    st.sampled_from([-HOUR, 0 * HOUR, HOUR]),  # how far the clock of whoever does it is off
    st.integers(0, 9),
)


class Crash(BaseException):
    """The process is gone: nothing of the program goes on after it."""


class Year:
    """A business, its invoices, and what should have been said of them by now, worked out from the rules."""

    def __init__(self) -> None:
        self.business: Business = BusinessFactory()
        self.users = [MembershipFactory(business=self.business).user for _ in range(2)]
        self.now = BEGIN
        self.furthest = BEGIN  # what the clock that was furthest ahead has shown
        self.expected: set[tuple[int, int]] = set()
        self.invoices: list[Invoice] = []
        reminders.do_all(BEGIN)

    def do(self, wait: datetime.timedelta, step: str, off: datetime.timedelta, number: int) -> None:
        # Between two runs there is no more than what is made up for (`LONGEST_GAP`).
        self.now += min(wait, HOUR) if step in ("pay", "issue") else wait
        getattr(self, step.replace(" ", "_"))(self.now + off, number)

    def issue(self, _moment: datetime.datetime, number: int) -> None:
        if len(self.invoices) < 4:
            due = self.now.astimezone(INDIA).date() + number * datetime.timedelta(days=1)
            invoice = unpaid(self.business, due_date=due)
            Invoice._base_manager.filter(pk=invoice.pk).update(issued_at=self.now)
            self.invoices.append(Invoice.objects.get(pk=invoice.pk))

    def pay(self, _moment: datetime.datetime, number: int) -> None:
        owed = [invoice for invoice in self.invoices if invoice.balance]
        if owed:
            paid(owed[number % len(owed)])
            self.invoices = [Invoice.objects.get(pk=invoice.pk) for invoice in self.invoices]

    def run(self, moment: datetime.datetime, _number: int = 0) -> None:
        reminders.do_all(moment)
        self.furthest = max(self.furthest, moment)
        self.expected |= {
            (invoice.pk, stage)
            for invoice in self.invoices
            if invoice.balance and (stage := self._latest(invoice)) is not None
        }

    def run_twice(self, moment: datetime.datetime, _number: int) -> None:
        self.run(moment)
        self.run(moment)

    def crash(self, moment: datetime.datetime, number: int) -> None:
        """The process dies with its first page posted, or its second, and not committed."""
        remind = announce.invoices_unpaid
        done = []

        def remind_or_die(*arguments) -> None:
            done.append(remind(*arguments))
            if len(done) > number % 2:
                raise Crash

        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(announce, "invoices_unpaid", remind_or_die)
                self.run(moment)
        except Crash:
            # Pages finished before it stay, and are right only if a whole run at this moment says them too.
            self.run(moment)

    def said(self) -> set[tuple[int, int]]:
        """Each invoice with each stage that was said of it; all people were told the same, once."""
        rows = Notification.objects.filter(dedupe_key__regex="^inv:[0-9]+:(due|over):")
        told = Counter(rows.values_list("user", "dedupe_key"))
        assert set(told.values()) <= {1}
        first, second = ({key for user, key in told if user == person.pk} for person in self.users)
        assert first == second
        return {_read(key) for key in first}

    def _latest(self, invoice: Invoice) -> int | None:
        """The last stage whose morning came, by the clock that was furthest ahead."""
        come = [
            stage
            for stage in REMINDER_STAGES
            if max(BEGIN, invoice.issued_at) < _morning(invoice, stage) <= self.furthest
        ]
        return max(come, default=None)


def _morning(invoice: Invoice, stage: int) -> datetime.datetime:
    nine = datetime.datetime.combine(invoice.due_date, datetime.time(9), INDIA)
    return nine + stage * datetime.timedelta(days=1)


def _read(key: str) -> tuple[int, int]:
    _inv, pk, kind, stage, _due = key.split(":")
    return int(pk), int(stage) * (1 if kind == "over" else -1)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=6, max_size=16))
def test_every_reminder_whose_morning_came_is_said_once_and_none_early(db, steps):
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "PAGE", 2)
        year = Year()
        year.do(0 * HOUR, "issue", 0 * HOUR, 4)
        year.do(0 * HOUR, "issue", 0 * HOUR, 1)
        for step in steps:
            year.do(*step)
            assert year.said() == year.expected, step
        transaction.set_rollback(True)


def test_stages_that_were_overtaken_are_left_out():
    assert stages_on(day(0), day(0)) == {
        day(3): -3,
        day(0): 0,
        day(-1): 1,
        day(-7): 7,
        day(-15): 15,
        day(-30): 30,
    }
    assert set(stages_on(day(0), day(1)).values()) == {-3, 1, 7, 15, 30}
    assert set(stages_on(day(0), day(31)).values()) == {30}
