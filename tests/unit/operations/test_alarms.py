"""Alarms: raised once for each cause and cleared once, told to those who may see it, and mailed once."""

import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest
from celery import current_app
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.utils import timezone

from delivery import alarms, health, inbox
from delivery.drafts import Draft
from delivery.models import Alarm, Delivery, DeliveryState, Notification, NotificationType
from tests.support.background import in_background
from tests.support.mail_server import MailServer, SilentServer
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db

SECRETS = ("Kaveri Handlooms", "90,271")


@pytest.fixture
def root():
    return User.objects.create_superuser("root", "root@example.in", "a pass phrase")


@pytest.fixture
def mail(settings):
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def waiting(seconds, state=DeliveryState.PENDING, fingerprint=""):
    """Something that has been due for so long."""
    user, _ = User.objects.get_or_create(username="asha")
    [row] = inbox.post([user.pk], Draft(f"Paid by {SECRETS[0]}", f"₹{SECRETS[1]}.00"))
    since = timezone.now() - timedelta(seconds=seconds)
    Delivery.objects.filter(notification=row).update(created_at=since, state=state, fingerprint=fingerprint)
    return row.delivery.pk


def dead(fingerprint="ValueError in delivery.frames.body"):
    return waiting(0, DeliveryState.DEAD, fingerprint)


def told(user):
    rows = Notification.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("title", "priority"))


LATE, ON_TIME = ("Notifications are late", "urgent"), ("Notifications are on time again", "normal")
GIVEN_UP, NONE_LEFT = (
    ("Notifications were given up", "urgent"),
    ("No notification is given up any more", "normal"),
)


def test_what_waits_for_more_than_a_minute_is_one_urgent_notification_however_often_it_is_seen(root):
    waiting(61)
    for _ in range(3):
        alarms.look()
    assert told(root) == [LATE]
    row = Notification.objects.get(user=root)
    assert (row.notification_type, row.link_url) == (NotificationType.SYSTEM, "/admin/pipeline/")
    assert Alarm.objects.get().told_at


def test_it_is_over_below_ten_seconds_and_in_between_nothing_changes(root):
    alarms.look()
    pk = waiting(59)
    alarms.look()
    assert told(root) == []
    Delivery.objects.filter(pk=pk).update(created_at=timezone.now() - timedelta(seconds=75))
    alarms.look()
    Delivery.objects.filter(pk=pk).update(created_at=timezone.now() - timedelta(seconds=11))
    alarms.look()
    assert told(root) == [LATE]
    Delivery.objects.filter(pk=pk).update(state=DeliveryState.SENT)
    alarms.look()
    alarms.look()
    assert told(root) == [LATE, ON_TIME]


def test_the_same_cause_again_is_an_alarm_again(root):
    for _ in range(2):
        pk = waiting(61)
        alarms.look()
        Delivery.objects.filter(pk=pk).delete()
        alarms.look()
    assert told(root) == [LATE, ON_TIME, LATE, ON_TIME]


def test_each_way_of_failing_is_an_alarm_of_its_own_and_is_over_when_none_is_left(root):
    first, second = dead(), dead("KeyError in delivery.models.icon_class")
    dead()
    alarms.look()
    alarms.look()
    assert told(root) == [GIVEN_UP, GIVEN_UP]
    texts = set(Notification.objects.filter(user=root).values_list("message", flat=True))
    assert texts == {
        "2 notifications were given up after the last attempt: ValueError in delivery.frames.body.",
        "1 notification was given up after the last attempt: KeyError in delivery.models.icon_class.",
    }
    Delivery.objects.filter(pk__in=[first, second]).update(state=DeliveryState.PENDING)
    alarms.look()
    assert told(root) == [GIVEN_UP, GIVEN_UP, NONE_LEFT]
    assert Alarm.objects.get(cleared_at=None).cause == "dead:ValueError in delivery.frames.body"


def test_only_active_staff_who_may_see_deliveries_is_told(root, mail):
    allowed = Permission.objects.get(codename="view_delivery")
    people = {
        name: User.objects.create_user(name, f"{name}@example.in", **is_what)
        for name, is_what in {
            "operator": {"is_staff": True},
            "clerk": {"is_staff": True},
            "gone": {"is_staff": True, "is_active": False},
            "owner": {},
        }.items()
    }
    for name in ("operator", "gone", "owner"):
        people[name].user_permissions.add(allowed)
    waiting(61)
    alarms.look()
    heard = Notification.objects.filter(title=LATE[0]).values_list("user__username", flat=True)
    assert set(heard) == {"root", "operator"}
    assert [set(to) for to in mail.recipients] == [{"root@example.in", "operator@example.in"}]


def test_where_nobody_is_to_be_told_it_is_an_alarm_all_the_same():
    waiting(61)
    alarms.look()
    assert Alarm.objects.get().mailed_at


def test_it_is_mailed_once_with_when_and_where_and_nothing_of_any_notification(root, mail, settings):
    settings.TRUSTED_ORIGINS = ["https://billing.example.in"]
    pk = waiting(75)
    alarms.look()
    alarms.look()
    Delivery.objects.filter(pk=pk).delete()
    alarms.look()
    alarms.look()
    assert mail.subjects == [f"[GST Billing] {LATE[0]}", f"[GST Billing] {ON_TIME[0]}"]
    text = mail.messages[0].get_payload()
    assert "has waited for 75 s" in text
    assert "https://billing.example.in/admin/pipeline/" in text
    everything = "".join(str(message) for message in mail.messages)
    everything += "".join(Notification.objects.filter(user=root).values_list("message", flat=True))
    assert not any(secret in everything for secret in SECRETS)


def test_a_mail_server_that_is_away_is_tried_again_by_the_next_look_and_people_are_told_meanwhile(root, mail):
    mail.stop()
    waiting(61)
    alarms.look()
    alarms.look()
    assert told(root) == [LATE]
    mail.start()
    alarms.look()
    alarms.look()
    assert mail.subjects == [f"[GST Billing] {LATE[0]}"]


def test_what_was_over_before_it_could_be_mailed_is_one_mail_that_tells_both(root, mail):
    mail.stop()
    pk = waiting(61)
    alarms.look()
    Delivery.objects.filter(pk=pk).delete()
    alarms.look()
    mail.start()
    alarms.look()
    assert mail.subjects == [f"[GST Billing] {ON_TIME[0]}"]
    text = mail.messages[0].get_payload()
    assert "Raised" in text
    assert "Cleared" in text


def test_where_no_mail_server_is_set_the_line_of_the_log_is_all(root, settings, capfd):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    waiting(61)
    alarms.look()
    assert capfd.readouterr().out == ""
    assert Alarm.objects.get().mailed_at


def test_a_process_that_died_while_mailing_leaves_it_to_another(root, mail):
    waiting(61)
    mail.stop()
    alarms.look()
    mail.start()
    Alarm.objects.update(mailing_until=timezone.now() + timedelta(seconds=30))
    alarms.look()
    assert mail.messages == []
    Alarm.objects.update(mailing_until=timezone.now() - timedelta(seconds=1))
    alarms.look()
    assert len(mail.messages) == 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_look_at_once_raise_one_and_clear_one(root, mail):
    for pk in (waiting(61), dead()):
        for _ in range(2):
            together = threading.Barrier(2)

            def look(together=together):
                together.wait(10)
                alarms.look()

            with in_background(look), in_background(look):
                pass
            Delivery.objects.filter(pk=pk).delete()
    alarms.look()
    assert sorted(told(root)) == sorted([LATE, GIVEN_UP, ON_TIME, NONE_LEFT])
    assert len(mail.messages) == 4


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_stalls_holds_up_nobody_elses_look(root, mail, settings):
    settings.EMAIL_TIMEOUT = 30
    waiting(61)
    with ExitStack() as stalled:
        server = SilentServer()
        settings.EMAIL_PORT = stalled.enter_context(server).port
        with in_background(alarms.look):
            wait_until(server.is_called, 10, "nobody began to mail")
            alarm = Alarm.objects.get(mailing_until__isnull=False)
            settings.EMAIL_PORT = mail.port
            dead()
            alarms.look()
            assert mail.subjects == [f"[GST Billing] {GIVEN_UP[0]}"]
            alarm.refresh_from_db()
            assert alarm.mailed_at is None
            stalled.close()  # its connection breaks, which is one way for the wait to end
    alarms.look()
    assert sorted(mail.subjects) == sorted([f"[GST Billing] {GIVEN_UP[0]}", f"[GST Billing] {LATE[0]}"])


def test_a_database_that_is_away_is_told_once_and_a_look_never_ends_the_thread(monkeypatch, caplog):
    def away():
        raise OperationalError("gone")

    watch = alarms.Watch()
    monkeypatch.setattr(health, "oldest_due_seconds", away)
    monkeypatch.setattr(alarms, "close_old_connections", lambda: None)  # the test's own is among them
    watch.glance()
    watch.glance()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    monkeypatch.setattr(alarms, "_dead", lambda: 1 / 0)
    monkeypatch.setattr(health, "oldest_due_seconds", lambda: 0.0)
    watch.glance()
    assert caplog.records[-1].levelname == "ERROR"


def test_where_everything_is_one_process_a_task_looks(root):
    waiting(61)
    assert current_app.tasks["delivery.look"].apply().state == "SUCCESS"
    assert told(root) == [LATE]


def test_a_look_at_a_sound_pipeline_asks_little(django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        alarms.look()
