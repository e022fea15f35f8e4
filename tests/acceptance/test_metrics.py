"""The pipeline is operated: numbers, alarms and logs of real processes that fail and are killed."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from celery import current_app
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoDbBlocker

from delivery import inbox
from delivery.drafts import Draft
from delivery.models import Alarm, Attempt, Delivery, DeliveryState, Notification, Outcome
from gstbillingapp.utils import create_notification
from tests.support.browserless import Client, Socket
from tests.support.databases import Templates
from tests.support.mail_server import MailServer
from tests.support.redis_server import RedisServer
from tests.support.row_saboteur import KILLS, UNBUILDABLE, UNSENDABLE
from tests.support.stack import Stack, running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

SETTLED_WITHIN = 110.0  # seconds; the killer takes five leases
LOOKED_WITHIN = 40.0  # seconds: two looks, and a sweep between them
PASSWORD = "a pass phrase that the processes check"
UNSETTLED = (DeliveryState.PENDING, DeliveryState.CLAIMED, DeliveryState.WAITING)


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def operated(
    database_templates: Templates,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    mail: MailServer,
) -> Iterator[Stack]:
    """Two web processes, a saboteur among the workers, logs as JSON, and a mail server."""
    folder = tmp_path_factory.mktemp("operated")
    redis = RedisServer("valkey", folder)
    with ExitStack() as cleanup:
        cleanup.callback(redis.close)
        redis.start()
        database = cleanup.enter_context(database_templates.copy("migrated"))
        cleanup.enter_context(django_db_blocker.unblock())
        cleanup.enter_context(database.used_here())
        stack = Stack(database, redis, folder)
        stack.worker_app = "tests.support.row_saboteur"
        stack.environment |= {"HURRY": "1", "LOG_FORMAT": "json", "EMAIL_URL": mail.url}
        cleanup.enter_context(running(stack))
        stack.start("web-2")
        yield stack


def scraped(stack: Stack, web: str = "web") -> dict[tuple[str, ...], float]:
    answer = Client(stack.web_url(web)).get("/metrics")
    assert answer.status == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def person(name: str) -> User:
    hashed = make_password(PASSWORD, hasher="pbkdf2_sha256")
    return User.objects.create(username=name, password=hashed)


def of_the_pipeline(numbers: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    """Those that are not of the process that answered, nor of the moment."""
    words = ("posted", "deliveries", "delivery_seconds", "leases", "attempts", "wakeups_lost")
    return {key: value for key, value in numbers.items() if any(word in key[0] for word in words)}


def test_whoever_is_asked_the_numbers_agree_with_the_rows_exactly_whatever_was_killed(
    operated: Stack,
) -> None:
    asha, ravi, meena = person("asha"), person("ravi"), person("meena")
    seen = [scraped(operated)]
    with operated.sign_in("asha", PASSWORD).socket() as socket, operated.posting():
        socket.receive("unread_count")
        for title in (UNBUILDABLE, UNSENDABLE, UNBUILDABLE):
            create_notification(ravi, title, "")
        for number in range(30):
            create_notification(asha, f"Number {number}", "")
        create_notification(meena, KILLS, "")
        operated.kill("worker")
        for number in range(30):
            create_notification(asha, f"Number {number}", "")
        seen.append(scraped(operated))
        operated.start("worker")
        wait_until(lambda: is_settled(seen, operated), SETTLED_WITHIN, "something is still under way")
        numbers, heard = scraped(operated), frames_of(socket)
        elsewhere = scraped(operated, "web-2")
    for before, after in zip(seen, [*seen[1:], numbers], strict=True):
        fallen = [
            key for key in of_the_pipeline(before) if key[0].endswith("_total") and after[key] < before[key]
        ]
        assert fallen == [], "a counter went back"
    assert_agrees(numbers)
    assert of_the_pipeline(numbers) == of_the_pipeline(elsewhere)
    assert numbers["gstbilling_sockets",] == 1
    assert elsewhere["gstbilling_sockets",] == 0
    assert numbers["gstbilling_frames_relayed_total",] == heard


def is_settled(seen: list[dict[tuple[str, ...], float]], stack: Stack) -> bool:
    seen.append(scraped(stack))
    current_app.send_task("delivery.sweep")
    return not Delivery.objects.filter(state__in=UNSETTLED).exists()


def frames_of(socket: Socket) -> int:
    """How many frames have come over a socket, but for the count that it opened with."""
    socket.send({"type": "ping"})
    socket.receive("pong")
    return len(socket.frames) - 2


def assert_agrees(numbers: dict[tuple[str, ...], float]) -> None:
    attempts = {ending: Attempt.objects.filter(outcome=ending).count() for ending in Outcome.values}
    states = {state: Delivery.objects.filter(state=state).count() for state in DeliveryState.values}
    assert states["dead"] == 4
    assert attempts["lost"] >= 5
    told = {
        "notifications_posted": Notification.objects.count(),
        "deliveries_sent": states["sent"],
        "deliveries_superseded": states["superseded"],
        "deliveries_dead": states["dead"],
        "delivery_attempts_failed": attempts["failed"],
        "leases_lost": attempts["lost"],
        "deliveries_retried": sum(attempts.values()) - states["dead"],
    }
    assert {name: numbers[f"gstbilling_{name}_total",] for name in told} == told
    assert numbers["gstbilling_delivery_seconds_count",] == states["sent"]
    for state in ("pending", "claimed", "waiting", "dead", "superseded", "discarded"):
        assert numbers["gstbilling_deliveries", state] == states[state]
    assert numbers["gstbilling_database_up",] == numbers["gstbilling_redis_up",] == 1
    assert numbers["gstbilling_workers",] >= 1
    assert numbers["gstbilling_beats",] == 1


def test_with_redis_away_an_alarm_is_raised_once_by_all_web_processes_and_cleared_once(
    operated: Stack, mail: MailServer
) -> None:
    root = User.objects.create_superuser("root", "root@example.in", "a pass phrase")
    operated.redis.stop()
    [row] = inbox.post([root.pk], Draft("Title", "Message"))
    long_ago = timezone.now() - timedelta(minutes=2)
    Delivery.objects.filter(notification=row).update(created_at=long_ago)
    late = Alarm.objects.filter(cause="late", mailed_at__isnull=False)
    wait_until(late.filter(cleared_at=None).exists, LOOKED_WITHIN, "nobody has seen that something is late")
    operated.redis.start()
    wait_until(late.filter(cleared_at__isnull=False).exists, LOOKED_WITHIN, "nobody has seen that it is over")
    words = ["Notifications are late", "Notifications are on time again"]
    told = Notification.objects.filter(user=root, title__in=words).order_by("pk")
    assert list(told.values_list("title", flat=True)) == words
    mailed = [subject.partition("] ")[2] for subject in mail.subjects]
    assert [subject for subject in mailed if subject in words] == words
    assert set(map(tuple, mail.recipients)) == {("root@example.in",)}


def test_a_delivery_is_followed_through_the_logs_from_the_request_to_the_socket(operated: Stack) -> None:
    latha = person("latha")
    browser = operated.sign_in("latha", PASSWORD)
    with operated.posting():
        create_notification(latha, "Unread", "")
    with browser.socket() as socket:
        socket.receive("unread_count")
        answer = browser.post("/notifications/read-all/")
        socket.receive_until(lambda frames: frames[-1].get("count") == 0)
    request_id = answer.headers["X-Request-ID"]
    changed = line_of(operated, "web", "changed", lambda line: line.get("request_id") == request_id)
    [delivery] = changed["deliveries"]
    sent = line_of(operated, "worker", "sent", lambda line: delivery in line["deliveries"])
    assert sent["task_id"]
    relayed = line_of(operated, "web", "relayed", lambda line: delivery in line["deliveries"])
    assert relayed["sockets"] >= 1


def line_of(stack: Stack, name: str, message: str, fits) -> dict:
    """The one line with that message that fits; every line of such a log is one object."""

    def found():
        lines = [json.loads(line) for line in stack.process(name).log().splitlines() if line.strip()]
        return [line for line in lines if line["message"] == message and fits(line)]

    [line] = wait_until(found, 10, f"{name} wrote no such line: {message}")
    return line
