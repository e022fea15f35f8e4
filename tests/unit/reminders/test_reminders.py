"""What is said of an unpaid invoice, on which morning, to whom; and that it is said once."""

import datetime

import pytest

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import announce, invoices
from gstbillingapp.actions.announce import REMINDER_STAGES
from gstbillingapp.models import Invoice, PeriodicDeed
from gstbillingapp.models.fields import INDIA, day_text
from gstbillingapp.reminders import days, engine
from gstbillingapp.reminders import invoices as invoice_reminders
from tests.factories import BusinessFactory, MembershipFactory, draft, paid
from tests.support.databases import on_postgres
from tests.unit.reminders.conftest import DUE, at, day, unpaid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invoices_only")]


def said(user=None) -> list[str]:
    """The titles of the reminders, in the order they were posted; everybody's unless of one person."""
    rows = Notification.objects.filter(dedupe_key__regex="^inv:[0-9]+:(due|over):").order_by("pk")
    return list((rows.filter(user=user) if user else rows).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("stage", "title", "message", "type_", "priority", "key"),
    [
        (-3, "{n} due {due}", "₹118.00 of {buyer}", "INVOICE", "normal", "due:3"),
        (0, "{n} due {due}", "₹118.00 of {buyer}", "INVOICE", "normal", "due:0"),
        (1, "{n} overdue 1 day", "₹118.00 of {buyer}, due {due}", "WARNING", "high", "over:1"),
        (7, "{n} overdue 7 days", "₹118.00 of {buyer}, due {due}", "WARNING", "high", "over:7"),
        (15, "{n} overdue 15 days", "₹118.00 of {buyer}, due {due}", "WARNING", "high", "over:15"),
        (30, "{n} overdue 30 days", "₹118.00 of {buyer}, due {due}", "WARNING", "high", "over:30"),
    ],
)
def test_each_stage_is_said_on_its_morning_and_not_before(
    begun, people, stage, title, message, type_, priority, key
):
    invoice = unpaid(begun)
    words = {"n": invoice.number, "buyer": invoice.buyer_name, "due": day_text(DUE)}
    reminders.do_all(at(stage - 1))
    before = said(people.owner)
    reminders.do_all(at(stage, "08:59"))
    assert said(people.owner) == before
    reminders.do_all(at(stage))
    row = Notification.objects.get(user=people.owner, dedupe_key=f"inv:{invoice.pk}:{key}:{DUE}")
    assert (row.title, row.message) == (title.format(**words), message.format(**words))
    assert (row.notification_type, row.priority) == (type_, priority)
    assert (row.link_url, row.thread_key) == (invoice.get_absolute_url(), f"inv:{invoice.pk}")


def test_on_all_other_days_nothing_is_said(begun, people):
    unpaid(begun)
    on = []
    for number in range(-10, 40):
        before = len(said(people.owner))
        reminders.do_all(at(number))
        on += [number] * (len(said(people.owner)) - before)
    assert on == list(REMINDER_STAGES)


def test_the_members_are_told_and_nobody_else(begun, people):
    left = MembershipFactory(business=begun)
    left.user.is_active = False
    left.user.save()
    unpaid(begun)
    reminders.do_all(at(0))
    assert len(said(people.owner)) == len(said(people.teammate)) == 1
    assert said(people.stranger) == said(left.user) == []


def test_each_business_is_told_of_its_own(begun, people):
    ours = unpaid(begun)
    theirs = unpaid(people.stranger.membership.business)
    reminders.do_all(at(0))
    assert said(people.owner) == said(people.teammate) == [f"{ours.number} due {day_text(DUE)}"]
    assert said(people.stranger) == [f"{theirs.number} due {day_text(DUE)}"]


def test_what_is_not_owed_is_not_spoken_of(begun, people):
    draft(begun, due_date=DUE)
    paid(unpaid(begun))
    invoices.cancel(begun, None, unpaid(begun).pk, "Billed twice")
    for stage in REMINDER_STAGES:
        reminders.do_all(at(stage))
    assert said() == []


def test_of_a_part_paid_invoice_the_rest_is_spoken_of(begun, people):
    invoice = unpaid(begun)
    paid(invoice, "100")
    reminders.do_all(at(0))
    row = Notification.objects.get(user=people.owner, title__contains=" due ")
    assert row.message == f"₹18.00 of {invoice.buyer_name}"


def test_asked_a_hundred_times_a_day_it_is_said_once(begun, people):
    invoice = unpaid(begun)
    reminders.do_all(at(-3))
    for minute in range(0, 60, 2):
        for hour in ("08", "09", "23"):
            reminders.do_all(at(0, f"{hour}:{minute:02}"))
    assert said(people.owner)[1:] == [f"{invoice.number} due {day_text(DUE)}"]


def test_what_fell_into_an_outage_is_said_afterwards(begun, people):
    invoice = unpaid(begun)
    reminders.do_all(at(6))
    before = len(said(people.owner))
    reminders.do_all(at(12))
    assert said(people.owner)[before:] == [f"{invoice.number} overdue 12 days"]
    assert Notification.objects.filter(user=people.owner, dedupe_key__contains=":over:7:").count() == 1


def test_after_a_long_outage_only_the_latest_stage_is_said(begun, people):
    invoice = unpaid(begun)
    reminders.do_all(at(-4))
    reminders.do_all(at(16))
    reminders.do_all(at(17))
    assert said(people.owner) == [f"{invoice.number} overdue 16 days"]
    assert Notification.objects.filter(user=people.owner, dedupe_key__contains=":over:15:").exists()


def test_another_due_date_is_another_reminder(begun, people):
    invoice = unpaid(begun)
    reminders.do_all(at(0))
    # Nothing in the product moves the due date of an issued invoice; a correction by hand may.
    Invoice._base_manager.filter(pk=invoice.pk).update(due_date=day(5))
    reminders.do_all(at(5))
    assert said(people.owner) == [
        f"{invoice.number} due {day_text(DUE)}",
        f"{invoice.number} due {day_text(day(5))}",
    ]


def test_an_invoice_issued_after_the_morning_has_told_its_due_date_itself(begun, people):
    late, early = unpaid(begun), unpaid(begun)
    for invoice, time in ((late, "09:30"), (early, "08:30")):
        Invoice._base_manager.filter(pk=invoice.pk).update(issued_at=at(0, time))
    reminders.do_all(at(0, "11:00"))
    assert said(people.owner) == [f"{early.number} due {day_text(DUE)}"]


def test_a_business_is_not_flooded_with_the_past_the_first_time(people, business):
    today = unpaid(business, due_date=day(3))
    unpaid(business, due_date=day(-2))
    unpaid(business, due_date=day(1))
    reminders.do_all(at(3))
    assert said(people.owner) == [f"{today.number} due {day_text(day(3))}"]


def test_a_new_member_is_told_of_what_comes_and_not_of_what_was(begun, people):
    unpaid(begun)
    reminders.do_all(at(0))
    newcomer = MembershipFactory(business=begun).user
    reminders.do_all(at(0, "10:00"))
    assert said(newcomer) == []
    reminders.do_all(at(1))
    assert len(said(newcomer)) == 1


def test_a_clock_an_hour_ahead_and_one_an_hour_behind_say_it_once(begun, people):
    unpaid(begun)
    for time in ("09:10", "07:10", "09:20", "07:20", "10:10", "08:10", "11:00", "09:00"):
        reminders.do_all(at(0, time))
    assert len(said(people.owner)) == 1


def test_a_clock_that_was_years_ahead_does_not_silence_what_comes(begun, people):
    unpaid(begun)
    reminders.do_all(at(3650))
    assert said(people.owner) == []
    reminders.do_all(at(0))
    reminders.do_all(at(1))
    assert len(said(people.owner)) == 2


def test_a_clock_that_was_years_behind_repeats_nothing(begun, people):
    unpaid(begun)
    reminders.do_all(at(0))
    reminders.do_all(datetime.datetime(1970, 1, 1, 10, tzinfo=INDIA))
    reminders.do_all(at(0, "10:00"))
    assert len(said(people.owner)) == 1
    assert PeriodicDeed.objects.get(business=begun).day == DUE


def test_the_morning_is_the_morning_in_india():
    utc = datetime.UTC
    morning = datetime.datetime(2027, 4, 1, 3, 30, tzinfo=utc)
    assert reminders.latest_morning(morning) == datetime.date(2027, 4, 1)
    assert reminders.latest_morning(morning - datetime.timedelta(seconds=1)) == datetime.date(2027, 3, 31)
    # Ten at night in UTC is half past three in the night of the next day.
    assert reminders.latest_morning(morning.replace(hour=22)) == datetime.date(2027, 4, 1)


class Crash(BaseException):
    """The process is gone: nothing of the program goes on after it."""


@pytest.fixture
def crash_at(monkeypatch):
    """Have a process die with the n-th page posted and not committed, counted from now on."""
    remind = announce.invoices_unpaid

    def crash_at(number: int) -> None:
        left = iter([False] * (number - 1) + [True])

        def remind_or_die(*arguments):
            remind(*arguments)
            if next(left, False):
                raise Crash

        monkeypatch.setattr(announce, "invoices_unpaid", remind_or_die)

    return crash_at


@pytest.mark.parametrize("died_at", [1, 2, 3])
def test_a_run_that_dies_in_the_middle_is_gone_on_with(begun, people, crash_at, monkeypatch, died_at):
    monkeypatch.setattr(days, "PAGE", 2)
    numbers = [unpaid(begun).number for _ in range(5)]
    crash_at(died_at)
    with pytest.raises(Crash):
        reminders.do_all(at(0))
    kept = len(said(people.owner))
    assert kept == (died_at - 1) * 2, "a page is posted as a whole or not at all"
    reminders.do_all(at(0, "09:10"))
    assert said(people.owner) == said(people.teammate) == [f"{n} due {day_text(DUE)}" for n in numbers]


def test_a_run_that_takes_too_long_leaves_the_rest_to_the_next(begun, people, monkeypatch):
    unpaid(begun)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "PATIENCE", 0.0)
        reminders.do_all(at(0))
    assert said() == []
    reminders.do_all(at(0, "09:10"))
    assert len(said(people.owner)) == 1


def test_what_is_wrong_with_one_business_keeps_no_other_waiting(begun, people, monkeypatch, caplog):
    theirs = people.stranger.membership.business
    unpaid(begun)
    unpaid(theirs)
    remind = invoice_reminders.remind_of_invoices

    def stumble(business, *when):
        if business == begun:
            raise ValueError("no such thing")
        return remind(business, *when)

    monkeypatch.setitem(engine.DEEDS, "invoices", stumble)
    reminders.do_all(at(0))
    assert len(said(people.stranger)) == 1
    assert said(people.owner) == []
    assert "was not done" in caplog.text
    monkeypatch.undo()
    reminders.do_all(at(0, "09:10"))
    assert len(said(people.owner)) == 1
    assert len(said(people.stranger)) == 1


def test_a_run_with_nothing_to_do_asks_two_questions(begun, django_assert_num_queries):
    BusinessFactory.create_batch(5)
    reminders.do_all(at(0))
    with django_assert_num_queries(2):
        reminders.do_all(at(0, "09:10"))


@pytest.mark.parametrize("invoice_count", [3, 50])
def test_the_statements_of_a_morning_grow_with_businesses_and_not_with_invoices_or_people(
    begun, people, django_assert_num_queries, invoice_count
):
    business_count = 3  # ours, the stranger's and one without people
    for _ in range(invoice_count):
        unpaid(begun)
    MembershipFactory.create_batch(5, business=begun)
    BusinessFactory()
    reminders.do_all(at(-4))
    a_page = 5  # savepoint, the row under its lock, the invoices under theirs, the row moved, savepoint
    # What a post costs, of any number of invoices to any number of people; some 70 rows are stored at once.
    further = (invoice_count * 7 - 1) // 71
    posting = 7 + further if on_postgres() else 9 + 3 * further
    pages = business_count + invoice_count // days.PAGE  # a full one may have another after it
    with django_assert_num_queries(2 + pages * a_page + 1 + posting):
        reminders.do_all(at(-3))
    assert len(said(people.owner)) == invoice_count
