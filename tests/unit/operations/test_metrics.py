"""`GET /metrics`: agrees with the rows, tells nothing of anybody, and to whom it answers at all."""

import asyncio
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from delivery import drain, handoff, health, inbox, meters, metrics, retry, tally
from delivery.drafts import Draft
from delivery.models import Attempt, Delivery, DeliveryState, Notification, Outcome
from gstbillingapp import limits
from tests.support.databases import ROOT
from tests.support.inbox_client import recorded_layer
from tests.unit.notifications.test_consumer import closed, opened, received, socket

TOKEN = "0123456789abcdef"
# What a value may be told apart by: nothing that anybody typed, and nothing that grows with the business.
LABELS = {
    "state": set(metrics.STATES),
    "code": {"other", *map(str, meters.CLOSE_CODES)},
    "where": {"http", "socket"},
    "le": {"+Inf", *map(str, tally.BUCKETS)},
}


def scraped(text=None):
    """Every sample by name and labels."""
    families = text_string_to_metric_families(text or metrics.exposed().decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def post(user, count=1, title="Title"):
    return [inbox.post([user.pk], Draft(title, "Message"))[0] for _ in range(count)]


@pytest.fixture
def asha(db):
    return User.objects.create_user("asha")


def drain_again():
    with recorded_layer():
        drain.drain()


def test_the_pipelines_numbers_agree_with_its_rows(asha):
    good, [bad], [deleted] = post(asha, 4), post(asha), post(asha)
    Notification.objects.filter(pk=bad.pk).update(notification_type="BOGUS")
    inbox.delete(asha.pk, deleted.pk)
    for _ in range(retry.MAX_ATTEMPTS):
        drain_again()
        Delivery.objects.filter(state=DeliveryState.WAITING).update(
            due_at=timezone.now() - timedelta(hours=1)
        )
    post(asha, 2)
    numbers = scraped()
    assert numbers["gstbilling_notifications_posted_total",] == Notification.objects.count() == 8
    assert numbers["gstbilling_deliveries_sent_total",] == len(good)
    assert numbers["gstbilling_deliveries_superseded_total",] == 1
    failed = Attempt.objects.filter(outcome=Outcome.FAILED).count()
    assert numbers["gstbilling_delivery_attempts_failed_total",] == failed == retry.MAX_ATTEMPTS
    assert numbers["gstbilling_deliveries_retried_total",] == retry.MAX_ATTEMPTS - 1
    assert numbers["gstbilling_deliveries_dead_total",] == 1
    for state in ("pending", "claimed", "waiting", "dead", "superseded", "discarded"):
        count = Delivery.objects.filter(state=state).count()
        assert numbers["gstbilling_deliveries", state] == count, state
    assert numbers["gstbilling_deliveries", "pending"] == 2
    assert numbers["gstbilling_database_up",] == 1


def test_the_time_to_a_frame_is_a_histogram_whose_buckets_contain_those_before(asha):
    post(asha, 3)
    Delivery.objects.update(created_at=timezone.now() - timedelta(seconds=2))
    drain_again()
    post(asha, 1)
    drain_again()
    numbers = scraped()
    name = "gstbilling_delivery_seconds"
    buckets = [numbers[f"{name}_bucket", str(bound)] for bound in (*tally.BUCKETS, "+Inf")]
    assert buckets == sorted(buckets)
    assert numbers[f"{name}_bucket", "1.0"] == 1
    assert numbers[f"{name}_bucket", "5.0"] == buckets[-1] == numbers[f"{name}_count",] == 4
    assert 6 <= numbers[f"{name}_sum",] < 10


def test_no_counter_goes_back_when_rows_are_pruned_or_their_owner_is_gone(asha):
    post(asha, 3)
    drain_again()
    before = scraped()
    tally.fold(tally.this_minute() + 1)
    Notification.objects.all().delete()
    asha.delete()
    after = scraped()
    for name, *labels in before:
        if name.endswith(("_total", "_count", "_bucket")) and not name.startswith("process"):
            assert after[name, *labels] >= before[name, *labels], name


@pytest.mark.once
def test_names_units_and_words_are_as_prometheus_wants_them(db):
    for family in text_string_to_metric_families(metrics.exposed().decode()):
        assert family.documentation, family.name
        assert family.name.startswith(("gstbilling_", "process_"))
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        if family.name.startswith("gstbilling_"):
            assert not family.name.endswith(("_ms", "_minutes", "_count", "_created"))


@pytest.mark.once
def test_each_of_them_is_explained_to_whoever_operates_this(db):
    told = (ROOT / "docs" / "operations.md").read_text()
    for family in text_string_to_metric_families(metrics.exposed().decode()):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        assert f"`{name}" in told or name.startswith("process_"), name


def test_nothing_of_any_business_or_person_is_in_it(asha):
    post(asha, 2, "Invoice of Kaveri Handlooms")
    drain_again()
    text = metrics.exposed().decode()
    assert "Kaveri" not in text
    assert "asha" not in text
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if family.name.startswith("gstbilling_"):
                assert all(value in LABELS[name] for name, value in sample.labels.items()), sample


def test_while_the_database_is_away_the_process_says_what_it_knows_itself(client, db, monkeypatch):
    def away(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(health, "_count", away)
    answer = client.get("/metrics")
    numbers = scraped(answer.content.decode())
    assert answer.status_code == 200
    assert numbers["gstbilling_database_up",] == 0
    assert ("gstbilling_notifications_posted_total",) not in numbers
    assert ("gstbilling_sockets",) in numbers
    monkeypatch.undo()
    monkeypatch.setattr(tally, "totals", away)  # gone between two questions
    assert scraped(client.get("/metrics").content.decode())["gstbilling_database_up",] == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": f"Bearer {TOKEN}"}, 200),
        ({"authorization": f"Bearer {TOKEN}", "x-forwarded-for": "198.51.100.1"}, 200),
        ({"authorization": f"bearer{TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN}x"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"authorization": "Bearer ₹"}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({}, 401),
    ],
)
@pytest.mark.once
def test_where_a_token_is_set_it_has_to_be_shown(client, db, settings, headers, status):
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == status
    if status == 401:
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert b"gstbilling" not in answer.content


@pytest.mark.parametrize("header", ["x-forwarded-for", "x-forwarded-proto", "forwarded", "via"])
@pytest.mark.parametrize(("debug", "status"), [(False, 404), (True, 200)])
@pytest.mark.once
def test_where_no_token_is_set_nobody_outside_finds_it(client, db, settings, header, debug, status):
    settings.DEBUG = debug
    assert client.get("/metrics", headers={header: "198.51.100.1"}).status_code == status
    assert client.get("/metrics").status_code == 200


@pytest.mark.once
def test_it_is_asked_over_plain_http_as_the_probes_are(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics/x").status_code == 301


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("10.0.3.7:8000", 200),
        ("10.0.3.7", 200),
        ("[fd00::7]:8000", 200),
        ("[fd00::7]", 200),
        ("elsewhere.example", 400),
        ("10.0.3.7.elsewhere.example", 400),
        ("10.0.3.7:8000@elsewhere.example", 400),
        ("elsewhere.example:10.0.3.7", 400),
        ("", 400),
    ],
)
@pytest.mark.parametrize("probe", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.once
def test_a_probe_may_name_a_replica_by_its_address_and_nobody_by_a_foreign_name(
    client, db, settings, probe, host, status
):
    settings.ALLOWED_HOSTS = ["billing.example.in"]
    assert client.get(probe, headers={"host": host}).status_code == status
    assert client.get("/accounts/login/", headers={"host": host}).status_code == 400


@pytest.mark.once
def test_it_takes_a_get_and_nothing_else_and_is_kept_by_no_cache(client, db):
    assert client.post("/metrics").status_code == 405
    assert "no-store" in client.get("/metrics")["Cache-Control"]


def grown(before, *labels):
    """How much a number has grown since."""
    return scraped().get(labels, 0) - before.get(labels, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_sockets_are_counted_while_open_and_by_how_they_were_closed(settings):
    settings.DEBUG = True
    scrape = database_sync_to_async(scraped)
    before = await scrape()
    communicator = await opened()
    await received(communicator)
    assert (await scrape())["gstbilling_sockets",] == before["gstbilling_sockets",] + 1
    await communicator.disconnect(1001)
    unwanted = socket()
    await unwanted.connect()
    assert await closed(unwanted) == 4401
    await unwanted.disconnect()
    strange = await opened()
    await strange.disconnect(4999)
    await asyncio.sleep(0)
    after = await scrape()
    assert after["gstbilling_sockets",] == before["gstbilling_sockets",]
    for code in ("1001", "4401", "other"):
        name = ("gstbilling_sockets_closed_total", code)
        assert after[name] == before.get(name, 0) + 1, code
    opened_here = ("gstbilling_sockets_opened_total",)
    assert after[opened_here] == before[opened_here] + 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_frames_are_counted_where_they_are_relayed(settings):
    settings.DEBUG = True
    scrape = database_sync_to_async(scraped)
    communicator = await opened()
    await received(communicator)
    before = await scrape()
    await database_sync_to_async(lambda: post(User.objects.get(username="asha")))()
    await received(communicator)
    await received(communicator)
    await communicator.disconnect()
    after = await scrape()
    for name, count in (("frames_relayed", 2), ("messages_heard", 1)):
        assert after[f"gstbilling_{name}_total",] == before[f"gstbilling_{name}_total",] + count


def test_catch_ups_and_fresh_starts_are_counted_once_however_many_pages_they_have(client, asha):
    client.force_login(asha)
    post(asha, 3)
    before = scraped()
    page = client.get("/notifications/api/changes/?since=0&limit=1").json()
    while page["next"]:
        page = client.get(f"/notifications/api/changes/?since=0&limit=1&cursor={page['next']}").json()
    client.get("/notifications/api/changes/?since=999")
    assert grown(before, "gstbilling_catch_ups_total") == 2
    assert grown(before, "gstbilling_catch_up_resets_total") == 1


def test_who_asks_too_often_is_counted(client, asha, monkeypatch):
    monkeypatch.setattr(limits.seconds_to_wait, "__defaults__", (2, limits.WINDOW))
    client.force_login(asha)
    before = scraped()
    statuses = [client.get("/notifications/api/count/").status_code for _ in range(4)]
    assert grown(before, "gstbilling_rate_limited_total", "http") == statuses.count(429) > 0


@pytest.mark.once
def test_wake_ups_are_counted_when_sent_and_when_the_broker_does_not_take_them(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    waker = handoff.Waker()
    before = meters.wake_ups_failed._value.get(), meters.wake_ups._value.get()
    assert waker._publish(handoff.DRAIN) is False
    monkeypatch.setattr(waker, "_summon", lambda **_: handoff.PUBLISH)
    monkeypatch.setattr(handoff.current_app.tasks[handoff.DRAIN], "apply_async", lambda **_: None)
    assert waker._publish(handoff.DRAIN) is True
    assert (meters.wake_ups_failed._value.get(), meters.wake_ups._value.get()) == (
        before[0] + 1,
        before[1] + 1,
    )
