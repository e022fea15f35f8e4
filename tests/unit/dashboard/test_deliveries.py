"""The list, its filters and pages, and the page of one delivery."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_celery_results.models import TaskResult

from delivery import inbox
from delivery.dashboard import delivery_list, filters
from delivery.models import Delivery, DeliveryState
from tests.factories import MembershipFactory
from tests.unit.dashboard.conftest import ERROR, dead, posted

pytestmark = pytest.mark.django_db

LIST = reverse("pipeline:deliveries")


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three make a test of pages short."""
    monkeypatch.setattr(delivery_list, "PAGE", 3)


def listed(answer) -> list[int]:
    return [row.pk for row in answer.context["shown"].rows]


def test_nothing_at_all_and_nothing_that_matches_are_two_things(operator, asha) -> None:
    assert "No notifications yet." in operator.get(LIST).text
    posted(asha)
    assert "No delivery matches." in operator.get(LIST, {"state": "dead"}).text


def test_the_newest_come_first_and_each_page_leads_to_the_next_and_back(operator, asha) -> None:
    ids = [row.pk for row in posted(asha, 8)][::-1]
    first = operator.get(LIST)
    assert listed(first) == ids[:3]
    assert first.context["shown"].newer is None
    second = operator.get(LIST, {"before": first.context["shown"].older})
    assert listed(second) == ids[3:6]
    third = operator.get(LIST, {"before": second.context["shown"].older})
    assert listed(third) == ids[6:]
    assert third.context["shown"].older is None
    back = operator.get(LIST, {"after": third.context["shown"].newer})
    assert listed(back) == ids[3:6]
    front = operator.get(LIST, {"after": back.context["shown"].newer})
    assert listed(front) == ids[:3]
    assert front.context["shown"].newer is None
    assert "Nothing is on this page any more." in operator.get(LIST, {"before": ids[-1]}).text


def test_every_filter_narrows_the_list_and_stays_in_its_field(operator, asha) -> None:
    [row] = dead(asha)
    other = MembershipFactory(user__username="ravi", business__name="Ravi Traders").user
    posted(other, 2, title="Payment")
    soon = timezone.localtime() + timedelta(minutes=1)
    for wanted in (
        {"state": "dead"},
        {"q": "invoice"},
        {"q": "no body"},
        {"user": "asha"},
        {"business": "asha tr"},
        {"tenant": str(asha.membership.business_id)},
        {"error": ERROR},
        {"error": ERROR, "window": "1"},
        {"task": "task-7"},
        {"window": "24", "state": "dead"},
        {"since": "2020-01-01T00:00", "until": soon.strftime("%Y-%m-%dT%H:%M"), "state": "dead"},
        {"ids": str(row.pk)},
    ):
        answer = operator.get(LIST, wanted)
        assert listed(answer) == [row.pk], wanted
        assert "1 delivery that match" in answer.text
    page = operator.get(LIST, {"since": "2020-01-01T00:00:00+00:00", "type": "INFO"}).text
    assert 'value="2020-01-01T05:30"' in page
    assert '<option value="INFO" selected>' in page


def test_a_business_is_found_by_part_of_its_name_and_asked_for_where_several_have_it(operator, asha) -> None:
    MembershipFactory(business__name="Asha Traders Kochi")
    exact = operator.get(LIST, {"business": "Asha Traders"})
    assert exact.context["filters"].typed["tenant"] == str(asha.membership.business_id)
    several = operator.get(LIST, {"business": "asha"})
    assert "Which business?" in several.text
    assert f"tenant={asha.membership.business_id}" in several.text
    none = operator.get(LIST, {"business": "nobody"})
    assert none.status_code == 400
    assert "business: No business has that in its name." in none.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("state", "dad"),
        ("type", "POEM"),
        ("tenant", "x"),
        ("deed", "-1"),
        ("since", "yesterday"),
        ("until", "2026-13-01T00:00"),
        ("window", "5"),
        ("before", "x"),
        ("after", "9" * 30),
        ("q", "x" * 201),
        ("ids", "1,x"),
        ("error", "a\x00b"),
        ("user", "\x00"),
    ],
)
def test_a_bad_parameter_is_a_page_that_names_it(operator, asha, name: str, text: str) -> None:
    posted(asha)
    answer = operator.get(LIST, {name: text})
    assert answer.status_code == 400
    assert f"<li>{name}: " in answer.text
    assert listed(answer) == []


def test_a_list_longer_than_anybody_counts_says_so(operator, asha, monkeypatch) -> None:
    posted(asha, 4)
    monkeypatch.setattr(delivery_list, "MOST_COUNTED", 3)
    assert "More than 3 deliveries" in operator.get(LIST).text


def test_it_offers_only_what_the_chosen_state_allows(operator, asha) -> None:
    dead(asha)
    kinds = [kind.value for kind in operator.get(LIST, {"state": "dead"}).context["kinds"]]
    assert kinds == ["retry", "discard", "reschedule", "supersede"]
    assert [kind.value for kind in operator.get(LIST, {"state": "discarded"}).context["kinds"]] == ["restore"]
    assert operator.get(LIST, {"state": "sent"}).context["kinds"] == []


def test_one_delivery_tells_what_it_says_to_whom_and_what_became_of_it(operator, asha) -> None:
    [row] = dead(asha)
    result = TaskResult.objects.create(task_id="task-7", task_name="delivery.drain", status="FAILURE")
    page = operator.get(reverse("pipeline:delivery", args=[row.pk])).text
    for text in (
        "Invoice 0",
        "Due soon",
        "asha",
        "Asha Traders",
        "Attempt 5 failed",
        "took 40 ms",
        "worker-1:311",
    ):
        assert text in page, text
    assert reverse("admin:django_celery_results_taskresult_change", args=[result.pk]) in page
    assert f"{LIST}?task=task-7" in page
    theirs = operator.get(reverse("admin:django_celery_results_taskresult_change", args=[result.pk])).text
    assert f"{LIST}?task=task-7" in theirs
    listed_page = operator.get(LIST, {"task": "task-7"}).text
    assert reverse("admin:django_celery_results_taskresult_change", args=[result.pk]) in listed_page


def test_a_notification_has_one_address_that_leads_to_its_delivery(operator, asha) -> None:
    [row] = posted(asha)
    answer = operator.get(reverse("pipeline:notification", args=[row.notification_id]))
    assert answer.url == reverse("pipeline:delivery", args=[row.pk])


def test_a_change_of_an_inbox_is_shown_and_nothing_can_be_done_to_it(operator, asha) -> None:
    [row] = posted(asha)
    Delivery.objects.all().delete()
    inbox.mark_read(asha.pk, row.notification_id)
    change = Delivery.objects.get()
    assert "A change of the inbox" in operator.get(LIST).text
    page = operator.get(reverse("pipeline:delivery", args=[change.pk])).text
    assert "A change of the inbox" in page
    assert 'name="kind"' not in page


def test_hostile_text_is_text_on_every_page(operator, asha) -> None:
    harm = "<script>alert(1)</script>"
    [row] = dead(asha)
    type(row.notification).objects.update(title=harm, message=harm)
    Delivery.objects.update(last_error=harm, fingerprint=harm[:25], state=DeliveryState.DEAD)
    row.failed_attempts.update(fingerprint=harm, error_message=harm)
    for path in (LIST, reverse("pipeline:now"), reverse("pipeline:delivery", args=[row.pk])):
        page = operator.get(path).text
        assert "<script>alert" not in page, path
        assert "&lt;script&gt;" in page, path
    assert "<script>alert" not in operator.get(LIST, {"q": harm, "user": harm, "task": harm}).text
    assert "<script>alert" not in "".join(
        operator.get(reverse("pipeline:now_live")).json()["regions"].values()
    )


def test_a_field_for_a_time_is_empty_where_none_was_typed() -> None:
    assert filters.read({"since": "soon", "until": "2026-11-22T15:04"}).since == ""
    assert filters.read({"until": "2026-11-22T15:04"}).until == "2026-11-22T15:04"
