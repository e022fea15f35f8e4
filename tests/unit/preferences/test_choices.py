"""What a person chose decides what they are told in the app; what is never switched off; what is stored."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from delivery import inbox
from delivery.models import Delivery, DeliveryState, Notification
from gstbillingapp.actions import announce, invoices, preferences
from gstbillingapp.actions.data import PreferencesData
from gstbillingapp.models import ALWAYS_TOLD, EVENT_GROUPS, EventKind, NotificationPreferences
from gstbillingapp.models.fields import INDIA
from tests.factories import issued, paid
from tests.support.inbox_client import state_equals_events
from tests.unit.preferences.conftest import choose, keys

pytestmark = pytest.mark.django_db


def test_a_kind_that_is_switched_off_is_not_told_to_that_person_and_to_the_others_it_is(people):
    choose(people.teammate, off=(EventKind.INVOICE_ISSUED,))
    invoice = issued(people.business)
    paid(invoice)
    payment = invoice.payments.get()
    assert keys(people.owner) == [f"inv:{invoice.pk}:issued", f"pay:{payment.pk}"]
    assert keys(people.teammate) == [f"pay:{payment.pk}"]
    assert keys(people.stranger) == []


def test_switched_on_again_it_is_told_from_then_on(people):
    choose(people.owner, off=(EventKind.INVOICE_ISSUED,))
    issued(people.business)
    choose(people.owner)
    later = issued(people.business)
    assert keys(people.owner) == [f"inv:{later.pk}:issued"]


def test_what_concerns_the_safety_of_an_account_is_told_whatever_is_switched_off(people):
    choose(people.owner, off=tuple(EventKind))
    for kind in EventKind:
        announce.tell_person(people.owner, kind, title=kind.label, message="")
    told = Notification.objects.filter(user=people.owner).values_list("topic", flat=True)
    assert set(told) == ALWAYS_TOLD


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
def test_what_is_switched_off_before_it_was_sent_is_superseded(people, who):
    person = getattr(people, who)
    with state_equals_events(person.pk) as client:
        issued(people.business)
        choose(people.teammate, off=(EventKind.INVOICE_ISSUED,))
    states = set(Delivery.objects.filter(user=person, notification__isnull=False).values_list("state"))
    expected = {"owner": {("sent",)}, "teammate": {("superseded",)}, "stranger": set()}
    assert states == expected[who]
    assert len(client.shown) == (1 if who == "owner" else 0)
    assert Notification.objects.filter(user=people.teammate, is_read=False).count() == 0


def test_what_was_sent_before_it_was_switched_off_stays_as_it_is(people):
    with state_equals_events(people.owner.pk):
        issued(people.business)
    with state_equals_events(people.owner.pk):
        choose(people.owner, off=(EventKind.INVOICE_ISSUED,))
    assert Notification.objects.get(user=people.owner).is_read is False
    assert Delivery.objects.filter(user=people.owner, state=DeliveryState.SENT).count() == 1


def test_every_kind_stands_once_where_a_person_chooses():
    kinds = [kind for group in EVENT_GROUPS.values() for kind in group]
    assert sorted(kinds) == sorted(EventKind)


def test_what_is_not_on_the_list_is_refused_by_its_field_and_nothing_is_kept(people):
    wrong = PreferencesData(
        told=["invoice_issued"],
        emailed=["horoscope"],
        email="nowhere",
        quiet_from=datetime.time(21),
    )
    with pytest.raises(ValidationError) as refused:
        preferences.save(people.owner, wrong)
    assert set(refused.value.message_dict) == {"emailed", "email", "quiet_to"}
    assert not NotificationPreferences.objects.exists()


def test_letters_need_an_address(people):
    with pytest.raises(ValidationError) as refused:
        preferences.save(people.owner, PreferencesData(emailed=[EventKind.DIGEST]))
    assert set(refused.value.message_dict) == {"email"}


def test_quiet_hours_that_end_when_they_begin_are_refused(people):
    night = datetime.time(21)
    with pytest.raises(ValidationError) as refused:
        preferences.save(people.owner, PreferencesData(quiet_from=night, quiet_to=night))
    assert set(refused.value.message_dict) == {"quiet_to"}
    with pytest.raises(IntegrityError), transaction.atomic():
        NotificationPreferences.objects.create(user=people.owner, quiet_from=night, quiet_to=night)
    with pytest.raises(IntegrityError), transaction.atomic():
        NotificationPreferences.objects.create(user=people.owner, quiet_from=night)


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        ("13:00-14:00", "12:59", None),
        ("13:00-14:00", "13:00", "14:00"),
        ("13:00-14:00", "13:59", "14:00"),
        ("13:00-14:00", "14:00", None),
        ("21:00-07:00", "20:59", None),
        ("21:00-07:00", "21:00", "tomorrow 07:00"),
        ("21:00-07:00", "00:00", "07:00"),
        ("21:00-07:00", "06:59", "07:00"),
        ("21:00-07:00", "07:00", None),
        ("", "03:00", None),
    ],
)
def test_quiet_hours_have_an_end(people, quiet, now, until):
    today = datetime.date(2027, 4, 1)
    choose(people.owner, quiet=quiet)
    kept = NotificationPreferences.objects.get(user=people.owner)
    end = kept.quiet_until(datetime.datetime.combine(today, datetime.time.fromisoformat(now), INDIA))
    if until is None:
        assert end is None
    else:
        day, _, time = until.rpartition(" ")
        end_day = today + datetime.timedelta(days=1 if day else 0)
        assert end == datetime.datetime.combine(end_day, datetime.time.fromisoformat(time), INDIA)


def test_quiet_hours_do_not_touch_the_inbox(people):
    choose(people.owner, quiet="21:00-07:00")
    night = time_machine.travel(datetime.datetime(2027, 4, 1, 23, tzinfo=INDIA), tick=False)
    with night, state_equals_events(people.owner.pk) as client:
        issued(people.business)
    assert (client.count, len(client.shown)) == (1, 1)


def test_choices_cost_no_query_when_members_are_told(people, django_assert_num_queries):
    choose(people.teammate, off=(EventKind.PAYMENT_RECORDED,))
    with django_assert_num_queries(1):
        members = announce.audience(people.business)
        assert [NotificationPreferences.of(member).muted for member in members] == [
            [],
            [EventKind.PAYMENT_RECORDED],
        ]


def test_whoever_is_not_told_is_locked_with_the_others_before_anything_is_marked_read(people, monkeypatch):
    """Two cancellations at once must not each hold the inbox that the other waits for."""
    choose(people.owner, off=(EventKind.INVOICE_CANCELLED,))
    invoice = issued(people.business)
    locks, lock = [], inbox._lock
    monkeypatch.setattr(inbox, "_lock", lambda users: locks.append(list(users)) or lock(users))
    invoices.cancel(people.business, people.owner, invoice.pk, "Billed twice")
    assert locks[0] == sorted([people.owner.pk, people.teammate.pk])
