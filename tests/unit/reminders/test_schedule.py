"""What beat sends, and when: also when its clock is set back, and where there is no beat."""

import datetime
from unittest import mock

import pytest
import time_machine
from celery import current_app
from celery.beat import SchedulingError
from kombu.exceptions import OperationalError

from delivery.models import Notification
from delivery.ticker import Ticker
from tests.unit.reminders.conftest import DUE, at, unpaid
from worker import app
from worker.beat import Scheduler
from worker.schedule import REMIND_SECONDS, SCHEDULE, SWEEP_SECONDS

NOON = datetime.datetime(2027, 4, 1, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def sent(monkeypatch):
    """The tasks that beat sends, instead of sending them."""
    names: list[str] = []
    monkeypatch.setattr(Scheduler, "apply_entry", lambda self, entry, producer=None: names.append(entry.task))
    return names


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def beat(tmp_path, clock):
    """Begins a beat on the one schedule file, ending the one before it."""
    running = []

    def begin() -> Scheduler:
        while running:
            running.pop().close()
        running.append(Scheduler(app=app, schedule_filename=str(tmp_path / "schedule")))
        return running[0]

    yield begin
    while running:
        running.pop().close()


def tick(scheduler: Scheduler) -> None:
    """Let it send everything that is due at this moment."""
    while not scheduler.tick():
        pass


def test_every_task_of_the_schedule_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(current_app.tasks)
    assert app.conf.beat_scheduler == "worker.beat:Scheduler"


def test_sweeps_and_reminders_are_sent_at_their_intervals(beat, clock, sent):
    scheduler = beat()
    tick(scheduler)
    for _ in range(121):
        clock.shift(SWEEP_SECONDS)
        tick(scheduler)
    assert sent.count("delivery.sweep") == 121
    assert sent.count("gstbillingapp.remind") == 1


def test_a_clock_set_back_stops_no_sweep(beat, clock, sent):
    scheduler = beat()
    tick(scheduler)
    clock.shift(-HOUR)
    tick(scheduler)
    for _ in range(121):
        clock.shift(SWEEP_SECONDS)
        tick(scheduler)
    assert sent.count("delivery.sweep") == 121
    assert sent.count("gstbillingapp.remind") == 1


def test_a_beat_started_with_a_clock_behind_that_of_its_file_stops_no_sweep(beat, clock, sent):
    scheduler = beat()
    clock.shift(SWEEP_SECONDS)
    tick(scheduler)
    clock.shift(-HOUR)
    scheduler = beat()
    tick(scheduler)
    clock.shift(SWEEP_SECONDS)
    tick(scheduler)
    assert sent.count("delivery.sweep") == 2


@pytest.mark.parametrize(
    ("cause", "has_traceback"), [(OperationalError("refused"), False), (KeyError("sweep"), True)]
)
def test_a_broker_that_is_away_is_a_line_of_the_log_and_a_defect_is_a_traceback(
    beat, monkeypatch, caplog, cause, has_traceback
):
    failed = SchedulingError("sweep")
    failed.__context__ = cause
    monkeypatch.setattr(Scheduler, "apply_async", mock.Mock(side_effect=failed))
    scheduler = beat()
    caplog.clear()
    scheduler.apply_entry(scheduler.schedule["sweep"])
    [line] = caplog.records
    assert "sweep" in line.getMessage()
    assert bool(line.exc_info) is has_traceback


def test_what_was_due_while_beat_was_stopped_is_sent_once_when_it_starts(beat, clock, sent):
    tick(beat())
    clock.shift(24 * HOUR)
    tick(beat())
    assert sorted(sent) == [
        "delivery.prune",
        "delivery.sweep",
        "gstbillingapp.job",
        "gstbillingapp.paper",
        "gstbillingapp.remind",
    ]


@pytest.mark.django_db
def test_where_there_is_no_beat_the_server_asks_by_itself(begun, people):
    invoice = unpaid(begun)
    ticker = Ticker({"gstbillingapp.remind": REMIND_SECONDS})
    with time_machine.travel(at(-1), tick=False) as clock:
        ticker.tick()
        clock.move_to(at(0))
        ticker.tick()
        assert not reminders_of(people.owner), "its time has not come again"
        Ticker({"gstbillingapp.remind": REMIND_SECONDS}).tick()
    assert reminders_of(people.owner) == [f"inv:{invoice.pk}:due:0:{DUE}"]


def reminders_of(user) -> list[str]:
    rows = Notification.objects.filter(user=user, dedupe_key__contains=":due:0")
    return list(rows.values_list("dedupe_key", flat=True))
