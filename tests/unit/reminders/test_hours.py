"""Each business's own hour and its own days: also where they are changed in the middle of one."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delivery.models import Notification
from gstbillingapp import reminders
from gstbillingapp.actions import preferences
from gstbillingapp.models import REMINDERS, Invoice, PeriodicDeed, ReminderSettings
from gstbillingapp.reminders import days, engine
from tests.factories import BusinessFactory, paid
from tests.unit.reminders.conftest import DUE, at, unpaid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invoices_only")]


def said(user) -> list[str]:
    """Which stages a person was reminded of, such as "due:0"."""
    rows = Notification.objects.filter(user=user, dedupe_key__regex=":(due|over):").order_by("pk")
    return [":".join(key.split(":")[2:4]) for key in rows.values_list("dedupe_key", flat=True)]


def at_hour(business, hour: int, **stages: list[int]) -> None:
    preferences.save_reminders(business, hour, stages)


@pytest.mark.parametrize("hour", [0, 6, 14, 23])
def test_a_business_is_reminded_at_its_own_hour_and_the_others_at_theirs(begun, people, hour):
    at_hour(begun, hour)
    unpaid(begun)
    unpaid(people.stranger.membership.business)
    reminders.do_all(at(-1, "23:30"))
    before = said(people.owner)
    if hour:
        reminders.do_all(at(0, f"{hour - 1:02}:59"))
    assert said(people.owner) == before
    reminders.do_all(at(0, f"{hour:02}:00"))
    assert said(people.owner)[len(before) :] == ["due:0"]
    assert ("due:0" in said(people.stranger)) == (hour >= 9)


@pytest.mark.parametrize(
    ("first", "changed_at", "second", "told_by"),
    [
        (9, "08:00", 14, "14:00"),
        (9, "10:00", 14, "09:00"),  # it was said, and is not said again
        (14, "10:00", 9, "10:10"),  # its hour is past by then: the next run says it
        (14, "08:00", 9, "09:00"),
        (23, "12:00", 0, "12:10"),
        (0, "12:00", 23, "00:00"),
    ],
)
def test_an_hour_that_is_changed_in_the_middle_of_a_day_loses_nothing_and_repeats_nothing(
    begun, people, first, changed_at, second, told_by
):
    at_hour(begun, first)
    unpaid(begun)
    reminders.do_all(at(-1, "23:50"))
    before, heard = said(people.owner), {}
    for minute in range(0, 24 * 60, 10):
        time = f"{minute // 60:02}:{minute % 60:02}"
        reminders.do_all(at(0, time))
        heard.setdefault(len(said(people.owner)) - len(before), time)
        if time == changed_at:
            at_hour(begun, second)
    assert said(people.owner)[len(before) :] == ["due:0"]
    assert heard[1] == told_by
    reminders.do_all(at(1, "23:50"))
    assert said(people.owner)[len(before) :] == ["due:0", "over:1"]


def test_a_run_that_slept_over_midnight_misses_nothing_at_a_late_hour(begun, people):
    at_hour(begun, 23)
    unpaid(begun)
    reminders.do_all(at(0, "22:59"))
    reminders.do_all(at(1, "00:05"))
    assert said(people.owner)[-1] == "due:0"
    reminders.do_all(at(1, "23:00"))
    assert said(people.owner)[-1] == "over:1"


def test_the_days_of_a_business_are_its_own(begun, people):
    at_hour(begun, 9, invoices=[-7, 0, 45])
    unpaid(begun)
    unpaid(people.stranger.membership.business)
    for number in range(-10, 50):
        reminders.do_all(at(number))
    assert said(people.owner) == ["due:7", "due:0", "over:45"]
    assert said(people.stranger) == ["due:3", "due:0", "over:1", "over:7", "over:15", "over:30"]


def test_switched_off_nothing_is_said_and_switched_on_again_not_the_past(begun, people):
    at_hour(begun, 9, invoices=[])
    unpaid(begun)
    for number in range(-10, 5):
        reminders.do_all(at(number))
    assert said(people.owner) == []
    at_hour(begun, 9, invoices=[0, 1, 7])
    reminders.do_all(at(5))
    assert said(people.owner) == []
    reminders.do_all(at(7))
    assert said(people.owner) == ["over:7"]


def test_any_stage_that_can_be_chosen_is_settled_by_a_payment(begun, people):
    at_hour(begun, 9, invoices=list(REMINDERS["invoices"].offered))
    invoice = unpaid(begun)
    for number in range(-10, 61):
        reminders.do_all(at(number))
    assert len(said(people.owner)) == len(REMINDERS["invoices"].offered)
    paid(invoice)
    assert not Notification.objects.filter(dedupe_key__regex=":(due|over):", is_read=False).exists()


def test_an_invoice_issued_after_the_hour_of_the_business_has_told_its_due_date_itself(begun, people):
    at_hour(begun, 14)
    early, late = unpaid(begun), unpaid(begun)
    for invoice, time in ((early, "13:30"), (late, "14:30")):
        Invoice._base_manager.filter(pk=invoice.pk).update(issued_at=at(0, time))
    reminders.do_all(at(0, "15:00"))
    told = Notification.objects.get(user=people.owner, dedupe_key__contains=":due:")
    assert told.related_object_id == str(early.pk)


def test_a_new_business_begins_at_the_hour_it_chose(business):
    at_hour(business, 17)
    reminders.do_all(at(0, "16:00"))
    row = PeriodicDeed.objects.get(business=business)
    assert (row.day, row.hour) == (DUE - days.DAY, 17)


def test_a_row_that_has_an_old_hour_is_put_right_where_it_is_done(begun):
    PeriodicDeed.objects.filter(business=begun).update(hour=3)
    reminders.do_all(at(0))
    assert PeriodicDeed.objects.get(business=begun).hour == 9


def test_hours_and_days_are_judged(business):
    with pytest.raises(ValidationError) as refused:
        preferences.save_reminders(business, 24, {"invoices": [2]})
    assert set(refused.value.message_dict) == {"hour", "invoices"}
    assert not ReminderSettings.objects.exists()


def test_a_business_that_was_committed_late_begins_too(begun, people):
    """Its key is lower than that of one that has begun."""
    late = BusinessFactory()
    BusinessFactory()
    PeriodicDeed.objects.all().delete()
    reminders.do_all(at(0))
    PeriodicDeed.objects.filter(business=late).delete()
    reminders.do_all(at(0, "09:10"))
    assert PeriodicDeed.objects.filter(business=late).exists()


def test_looking_for_what_is_due_reads_ranges_of_an_index(begun):
    """Ten thousand businesses are not looked at one by one, every ten minutes."""
    BusinessFactory.create_batch(3)
    reminders.do_all(at(0))
    with CaptureQueriesContext(connection) as queries:
        engine._behind(at(0, "12:00"))
        engine._begin("invoices", at(0, "12:00"))
    for query in queries:
        if connection.vendor == "postgresql":
            continue  # it reads small tables whole, whatever their indexes
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[-1] for row in cursor.fetchall()]
        assert not [step for step in plan if step.startswith("SCAN gstbillingapp")], plan
