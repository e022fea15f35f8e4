"""Now: the numbers, the sentences, the errors by window, and what it costs to open."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from delivery import deeds, health, pulse, tally
from delivery.criteria import Criteria
from delivery.dashboard import charts, errors, memo, standing, words
from delivery.models import Deed, DeedKind, DeedState, Delivery, DeliveryState, Tally
from tests.support.background import in_background
from tests.unit.dashboard.conftest import ERROR, dead, posted

pytestmark = pytest.mark.django_db

NOW = reverse("pipeline:now")
LIVE = reverse("pipeline:now_live")


def said(now: health.Now) -> list[str]:
    return [line.text for line in standing.lines(now)]


def test_it_says_that_all_is_well_when_nothing_is_due(operator) -> None:
    assert "Everything due has been sent." in operator.get(NOW).text
    assert operator.get(LIVE).json()["keys"] == ["well"]


def test_it_says_what_is_dead_and_leads_to_it(operator, asha) -> None:
    dead(asha, 3)
    page = operator.get(NOW).text
    assert "3 are dead: somebody has to decide." in page
    assert f"{reverse('pipeline:deliveries')}?state=dead" in page


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ({"dead": 1}, "1 is dead: somebody has to decide."),
        ({"pending": 12, "parked": 12}, "12 are waiting out an outage of Redis."),
        ({"waiting": 1}, "1 failed, and will be tried again by itself."),
        ({"waiting": 2}, "2 failed, and will be tried again by themselves."),
        ({"pending": 3, "claimed": 1}, "4 are on the way."),
        ({"pending": 1, "oldest_due_seconds": 240.0}, "The oldest delivery has been due for 4 min."),
        ({"database": False}, "The database cannot be reached: nothing is known of the queue."),
    ],
)
def test_each_thing_that_goes_on_has_its_sentence(numbers: dict, text: str) -> None:
    assert text in said(health.Now(**numbers))


def test_a_silent_worker_and_beat_are_told_of(settings) -> None:
    settings.REDIS_URL = "redis://somewhere"
    silent, alive = pulse.Sign("worker", "a", 60.0), pulse.Sign("worker", "b", 1.0)
    assert "No worker is alive: nothing is sent until one starts." in said(health.Now(workers=[silent]))
    now = health.Now(workers=[silent, alive], beats=[pulse.Sign("beat", "c", 2.0)])
    assert said(now) == ["Everything due has been sent."]
    tones = {part.name: part.tone for part in standing.parts(now)}
    assert tones["Worker a"] == "quiet"
    assert tones["Worker b"] == "success"
    [text] = said(health.Now(redis=False))
    assert text.startswith("Redis cannot be reached.")


def test_nothing_is_red_but_what_a_person_must_act_on(asha) -> None:
    calm = health.Now(pending=5, claimed=2, waiting=3, parked=2, discarded=9, superseded=4)
    assert "danger" not in {figure.tone for figure in standing.figures(calm)}
    assert "danger" not in {line.tone for line in standing.lines(calm)}
    assert {figure.key for figure in standing.figures(health.Now(dead=1)) if figure.tone == "danger"} == {
        "dead"
    }


def test_a_deed_that_has_stopped_asks_for_somebody(operator, asha) -> None:
    dead(asha, 2)
    deed = deeds.propose(DeedKind.RETRY, Criteria(), None)
    Deed.objects.update(state=DeedState.STOPPED)
    page = operator.get(NOW).text
    assert "An action has stopped at its first delivery: retry 2 deliveries." in page
    assert reverse("pipeline:deed", args=[deed.pk]) in page


def test_errors_are_counted_by_window_and_a_cell_lists_as_many_deliveries(operator, asha) -> None:
    dead(asha, 2, ago=timedelta(minutes=5))
    dead(asha, 3, ago=timedelta(hours=5))
    dead(asha, 1, error="LeaseExpired", ago=timedelta(days=2))
    dead(asha, 4, error="Old in another", ago=timedelta(days=8))
    found = {group.fingerprint: [cell.count for cell in group.cells] for group in errors.groups()}
    assert found == {ERROR: [2, 5, 5, 5], "LeaseExpired": [0, 0, 0, 1]}
    for group in errors.groups():
        for cell in group.cells:
            if cell.count:
                assert operator.get(cell.link).context["matching"] == cell.count
            else:
                assert cell.link == ""


def test_the_charts_show_what_was_sent_in_each_minute_and_how_long_it_took(operator) -> None:
    minute = tally.this_minute()
    for ago, sent in ((0, 4), (2, 6), (70, 9)):
        numbers = {"sent": sent, **tally.times([timedelta(milliseconds=4)] * sent)}
        for name, value in numbers.items():
            Tally.objects.create(minute=minute - ago, source="w", name=name, value=value)
    hour, day = charts.chart("hour"), charts.chart("day")
    assert len(hour["points"]) == 60
    assert len(day["points"]) == 96
    assert sum(point["sent"] for point in hour["points"]) == 10
    assert hour["sent"] == "10 sent"
    assert day["sent"] == "19 sent"
    last = hour["points"][-1]
    assert 3 <= last["p50"] <= last["p95"] <= last["p99"] <= 5
    assert hour["points"][-2]["p50"] is None
    assert operator.get(LIVE, {"span": "day"}).json()["chart"]["span"] == "day"
    assert operator.get(LIVE, {"span": "<script>"}).json()["chart"]["span"] == "hour"


def test_the_script_gets_the_regions_as_they_are_on_the_page(operator, asha) -> None:
    dead(asha, 2)
    page, answer = operator.get(NOW).text, operator.get(LIVE).json()
    for name, html in answer["regions"].items():
        assert html.strip() in page, name


def many_dead(user, count: int) -> None:
    """Ten thousand as quickly as a test may make them."""
    [first] = posted(user)
    when = timezone.now()
    notification = first.notification
    kind = type(notification)
    start = notification.pk + 1
    kind.objects.bulk_create(
        kind(pk=start + n, user=user, revision=start + n, title=f"N {n}", message="", created_at=when)
        for n in range(count)
    )
    Delivery.objects.bulk_create(
        Delivery(
            user=user,
            notification_id=start + n,
            revision=start + n,
            state=DeliveryState.DEAD,
            created_at=when,
            settled_at=when,
            fingerprint=ERROR,
            last_error="ValueError: no body",
        )
        for n in range(count)
    )


def test_any_number_of_viewers_cost_one_reading_of_errors_and_charts(operator, asha, monkeypatch) -> None:
    def read(path: str = LIVE) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert operator.get(path).status_code == 200
        tables = ("delivery_attempt", "delivery_tally")
        return [query["sql"] for query in queries if any(table in query["sql"] for table in tables)]

    dead(asha)
    assert len(read(NOW)) == 3
    assert [read() for _ in range(3)] == [[], [], []]
    assert len(read(f"{LIVE}?span=day")) == 1
    monkeypatch.setattr(memo, "monotonic", lambda: time.monotonic() + memo.SECONDS + 0.1)
    dead(asha)
    assert len(read()) == 3


def test_who_asks_while_it_is_being_asked_waits_for_that_answer() -> None:
    asked, begun, go_on = [], threading.Event(), threading.Event()

    @memo.kept
    def slow() -> str:
        asked.append(1)
        begun.set()
        go_on.wait(10)
        return "read"

    with in_background(slow):
        begun.wait(10)
        with in_background(slow):
            go_on.set()
    assert slow() == "read"
    assert len(asked) == 1


def test_of_a_flood_of_errors_the_latest_are_counted(operator, asha, monkeypatch) -> None:
    monkeypatch.setattr(errors, "MOST_READ", 3)
    dead(asha, 2, ago=timedelta(minutes=5))
    dead(asha, 1, ago=timedelta(hours=5))
    dead(asha, 4, error="Older", ago=timedelta(days=1))
    assert {group.fingerprint: [cell.count for cell in group.cells] for group in errors.groups()} == {
        ERROR: [2, 3, 3, 3]
    }
    assert "in the latest 3 failed attempts" in operator.get(NOW).text


@pytest.mark.parametrize("count", [3, 300])
def test_opening_a_page_takes_the_same_queries_with_few_rows_and_with_many(
    operator, asha, count: int, django_assert_max_num_queries
) -> None:
    many_dead(asha, count)
    pages = {
        NOW: 21,
        LIVE: 18,
        f"{reverse('pipeline:deliveries')}?state=dead": 10,
        reverse("pipeline:deeds"): 7,
        reverse("pipeline:delivery", args=[Delivery.objects.order_by("-pk")[0].pk]): 12,
    }
    for path, most in pages.items():
        operator.get(path)
        memo.forget()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert operator.get(path).status_code == 200
        assert len(queries) <= most, (path, len(queries))


def test_words_are_as_people_write_them() -> None:
    assert words.figure(1234567) == "12,34,567"
    assert words.figure(-1234) == "-1,234"
    assert [words.figure(n) for n in (0, 999, 1000, 100000)] == ["0", "999", "1,000", "1,00,000"]
    assert [words.span(s) for s in (5, 65, 7300, 200_000)] == ["5 s", "1 min", "2 h", "2 days"]
    assert [words.took(s) for s in (0.0042, 0.14, 2.44, 180)] == ["4.2 ms", "140 ms", "2.4 s", "3 min"]
    assert words.deliveries(1) == "1 delivery"
    moment = timezone.datetime(2026, 11, 22, 9, 34, 5, tzinfo=timezone.get_fixed_timezone(0))
    assert words.moment(moment) == "22 Nov 2026, 15:04"
    assert words.exact(moment) == "22 Nov 2026, 15:04:05"
