"""Deeds from the dashboard: proposed, started once, followed, cancelled, undone."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from delivery import deeds, drain
from delivery.criteria import Criteria
from delivery.dashboard import deed_list, memo
from delivery.models import Deed, DeedKind, DeedState, Delivery, DeliveryState, Notification
from tests.factories import UserFactory
from tests.support.inbox_client import recorded_layer
from tests.unit.dashboard.conftest import dead, posted, states

pytestmark = pytest.mark.django_db

DEEDS = reverse("pipeline:deeds")
LIST = reverse("pipeline:deliveries")


def said(answer) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def ids(rows) -> list[str]:
    return [str(row.pk) for row in rows]


def carry_on() -> None:
    """As many slices as it takes."""
    for _ in range(20):
        deeds.advance()


def test_a_few_chosen_rows_are_retried_at_once_and_told_of(operator, asha) -> None:
    rows = dead(asha, 2)
    answer = operator.post(DEEDS, {"kind": "retry", "id": ids(rows), "next": f"{LIST}?state=dead"})
    assert answer.url == f"{LIST}?state=dead"
    assert said(answer) == ["2 deliveries retried."]
    assert states(rows) == ["pending"] * 2


def test_what_was_delivered_meanwhile_is_passed_over_and_said_so(operator, asha) -> None:
    rows = dead(asha, 2)
    Delivery.objects.filter(pk=rows[0].pk).update(state=DeliveryState.SENT)
    answer = operator.post(DEEDS, {"kind": "retry", "id": ids(rows)})
    assert said(answer) == ["1 delivery retried. 1 was passed over, no longer in a state that allows it."]
    assert states(rows) == ["sent", "pending"]


def test_a_discard_offers_undo_and_undo_brings_back_what_it_touched(operator, asha) -> None:
    rows = dead(asha, 2)
    page = operator.post(DEEDS, {"kind": "discard", "id": ids(rows)}, follow=True)
    deed = Deed.objects.get()
    assert states(rows) == ["discarded"] * 2
    assert f'name="undo" value="{deed.pk}"' in page.text
    operator.post(DEEDS, {"kind": "restore", "undo": str(deed.pk)})
    assert states(rows) == ["dead"] * 2


def test_a_discard_of_many_is_undone_in_the_background(operator, asha, monkeypatch) -> None:
    monkeypatch.setattr(deed_list, "WITHOUT_ASKING", 2)
    rows = dead(asha, 3)
    done = deeds.do_now(DeedKind.DISCARD, [row.pk for row in rows], None)
    answer = operator.post(DEEDS, {"kind": "restore", "undo": str(done.pk)})
    restore = Deed.objects.get(kind=DeedKind.RESTORE)
    assert answer.url == reverse("pipeline:deed", args=[restore.pk])
    carry_on()
    assert states(rows) == ["dead"] * 3


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kind": "bury", "id": "1"}, "kind: "),
        ({"id": "1"}, "kind: "),
        ({"kind": "retry"}, "choose at least one delivery"),
        ({"kind": "retry", "id": "x"}, "ids: must be a whole number above 0."),
        ({"kind": "reschedule", "id": "1"}, "due_at: choose a date and time to come."),
        ({"kind": "reschedule", "id": "1", "due_at": "2020-01-01T10:00"}, "due_at: "),
        ({"kind": "reschedule", "id": "1", "due_at": "soon"}, "due_at: "),
        ({"kind": "retry", "everything": "1", "criteria": "state=dad"}, "state: must be one of"),
        ({"kind": "restore", "undo": "77"}, "undo: "),
        ({"kind": "retry", "id": [str(n) for n in range(1, 1100)]}, "ids: must be at most"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_name_of_its_field(operator, asha, wanted, words: str) -> None:
    rows = dead(asha)
    answer = operator.post(DEEDS, wanted)
    assert answer.status_code == 302
    [text] = said(answer)
    assert text.startswith("Nothing was done")
    assert words in text
    assert states(rows) == ["dead"]
    assert not Deed.objects.exists()


def test_a_time_is_of_no_account_where_nothing_is_rescheduled(operator, asha) -> None:
    rows = dead(asha)
    operator.post(DEEDS, {"kind": "retry", "id": ids(rows), "due_at": ""})
    assert states(rows) == ["pending"]


def test_rescheduling_takes_a_time_in_india(operator, asha) -> None:
    rows = dead(asha)
    answer = operator.post(DEEDS, {"kind": "reschedule", "id": ids(rows), "due_at": "2099-01-02T10:30"})
    row = Delivery.objects.get()
    assert (row.state, row.due_at.isoformat()) == ("waiting", "2099-01-02T05:00:00+00:00")
    assert said(answer) == ["1 delivery rescheduled to 2 Jan 2099, 10:30."]


def test_superseding_asks_first_even_for_one(operator, asha) -> None:
    rows = dead(asha)
    page = operator.post(DEEDS, {"kind": "supersede", "id": ids(rows)}, follow=True).text
    assert "That cannot be undone" in page
    assert states(rows) == ["dead"]


def test_many_are_proposed_with_their_number_and_a_sample(operator, asha) -> None:
    rows = dead(asha, 30)
    posted(asha)
    wanted = {"kind": "retry", "everything": "1", "criteria": "?state=dead"}
    page = operator.post(DEEDS, wanted, follow=True)
    assert "Retry 30 deliveries?" in page.text
    assert "One is tried first." in page.text
    assert len(page.context["sample"]) == 10
    assert states(rows) == ["dead"] * 30
    chosen = operator.post(DEEDS, {"kind": "retry", "id": ids(rows)}, follow=True).text
    assert "30 ticked one by one" in chosen


def test_start_is_pressed_twice_and_starts_once(operator, asha) -> None:
    dead(asha, 3)
    deed = deeds.propose(DeedKind.RETRY, Criteria(), None)
    start = reverse("pipeline:deed_start", args=[deed.pk])
    assert [operator.post(start).status_code for _ in range(2)] == [302, 302]
    assert LogEntry.objects.filter(change_message__startswith="Started").count() == 1


def test_a_retry_that_succeeds_tries_one_and_then_the_rest(operator, asha) -> None:
    rows = dead(asha, 5)
    deed = deeds.propose(DeedKind.RETRY, Criteria(), None)
    live = reverse("pipeline:deed_live", args=[deed.pk])
    assert "html" not in operator.get(live, {"state": "proposed"}).json()
    operator.post(reverse("pipeline:deed_start", args=[deed.pk]))
    assert "Trying one of 5 first." in operator.get(live, {"state": "proposed"}).json()["html"]
    with recorded_layer():
        carry_on()
    assert states(rows) == ["sent"] * 5
    answer = operator.get(live, {"state": "trying"}).json()
    assert (answer["state"], answer["past"], answer["is_under_way"]) == ("done", 5, False)
    assert answer["said"] == "Done: 5 deliveries retried."


def test_a_first_one_that_fails_stops_the_others_and_a_person_decides(operator, asha) -> None:
    rows = dead(asha, 4)
    Notification.objects.update(notification_type="BOGUS")
    deed = deeds.propose(DeedKind.RETRY, Criteria(), None)
    operator.post(reverse("pipeline:deed_start", args=[deed.pk]))
    with recorded_layer():
        carry_on()
    page = operator.get(reverse("pipeline:deed", args=[deed.pk])).text
    assert "The first one failed again, so the others were left alone." in page
    assert "KeyError: &#x27;BOGUS&#x27;" in page
    assert "Go on with the other 3" in page
    assert "Stop here" in page
    assert states(rows)[1:] == ["dead"] * 3
    operator.post(reverse("pipeline:deed_cancel", args=[deed.pk]))
    assert Deed.objects.get().state == DeedState.CANCELLED
    assert states(rows)[1:] == ["dead"] * 3


def test_going_on_does_the_others(operator, asha) -> None:
    rows = dead(asha, 4)
    deed = deeds.propose(DeedKind.RETRY, Criteria(), None)
    Deed.objects.update(state=DeedState.STOPPED)
    operator.post(reverse("pipeline:deed_go_on", args=[deed.pk]))
    with recorded_layer():
        carry_on()
        drain.drain()
    assert states(rows) == ["sent"] * 4


def test_never_mind_goes_back_to_the_list_as_it_was(operator, asha) -> None:
    dead(asha, 3)
    deed = deeds.propose(DeedKind.DISCARD, Criteria(state="dead"), None)
    answer = operator.post(reverse("pipeline:deed_cancel", args=[deed.pk]))
    assert answer.url == f"{LIST}?state=dead"
    assert said(answer) == ["Nothing was done."]
    assert Deed.objects.get().state == DeedState.CANCELLED


def test_a_deed_that_touches_nothing_cannot_be_started_from_its_page(operator, asha) -> None:
    deed = deeds.propose(DeedKind.RETRY, Criteria(), None)
    page = operator.get(reverse("pipeline:deed", args=[deed.pk])).text
    assert "Nothing that matches is in a state in which this can be done to it." in page
    assert reverse("pipeline:deed_start", args=[deed.pk]) not in page


def test_a_done_discard_offers_undo_on_its_page(operator, asha) -> None:
    rows = dead(asha, 2)
    done = deeds.do_now(DeedKind.DISCARD, [row.pk for row in rows], None)
    page = operator.get(reverse("pipeline:deed", args=[done.pk])).text
    assert "Done: 2 deliveries discarded." in page
    assert "Undo" in page
    assert f"{LIST}?deed={done.pk}" in page
    assert operator.get(LIST, {"deed": done.pk}).context["matching"] == 2


def test_the_list_of_deeds_has_pages_and_refuses_a_bad_one(operator, asha, monkeypatch) -> None:
    monkeypatch.setattr(deed_list, "PAGE", 2)
    assert "Nobody has retried" in operator.get(DEEDS).text
    made = [deeds.propose(DeedKind.RETRY, Criteria(), None).pk for _ in range(3)]
    first = operator.get(DEEDS)
    assert [deed.pk for deed in first.context["rows"]] == made[:0:-1]
    second = operator.get(DEEDS, {"before": first.context["older"]})
    assert [deed.pk for deed in second.context["rows"]] == made[:1]
    bad = operator.get(DEEDS, {"before": "x"})
    assert (bad.status_code, bad.text) == (400, "before: must be a whole number.")


@pytest.mark.parametrize(
    "place", ["https://elsewhere.example/", "//elsewhere.example", "/accounts/logout/", "\\\\x"]
)
def test_a_deed_leads_nowhere_but_to_the_dashboard(operator, asha, place: str) -> None:
    rows = dead(asha)
    assert operator.post(DEEDS, {"kind": "retry", "id": ids(rows), "next": place}).url == LIST


def test_when_it_waits_for_its_time_the_page_says_when(operator, asha) -> None:
    rows = dead(asha)
    deeds.do_now(DeedKind.RESCHEDULE, [rows[0].pk], None, timezone.now() + timezone.timedelta(hours=3))
    assert "Due again in 2 h" in operator.get(reverse("pipeline:delivery", args=[rows[0].pk])).text


def key_in(page: str) -> str:
    """The key of the form on a page."""
    [key] = set(re.findall(r'name="form_key" value="(\w{32})"', page))
    return key


def sent_twice(client, wanted: dict) -> list:
    return [client.post(DEEDS, wanted) for _ in range(2)]


@pytest.mark.parametrize("kind", ["retry", "discard", "reschedule", "supersede"])
@pytest.mark.parametrize("page", ["list", "delivery"])
def test_a_form_sent_twice_is_one_deed_and_says_the_same_twice(operator, asha, kind: str, page: str) -> None:
    [row] = dead(asha)
    shown = operator.get(LIST if page == "list" else reverse("pipeline:delivery", args=[row.pk])).text
    wanted = {"kind": kind, "id": str(row.pk), "due_at": "2099-01-01T10:00", "form_key": key_in(shown)}
    first, second = sent_twice(operator, wanted)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    deed = Deed.objects.get()
    assert deed.rows.count() == (0 if kind == "supersede" else 1)
    assert LogEntry.objects.count() == (0 if kind == "supersede" else 1)


def test_a_retry_that_has_failed_again_is_not_retried_by_a_second_click(operator, asha) -> None:
    [row] = dead(asha)
    Notification.objects.update(notification_type="BOGUS")
    wanted = {"kind": "retry", "id": str(row.pk), "form_key": key_in(operator.get(LIST).text)}
    attempts = row.failed_attempts.count()
    for _ in range(2):
        operator.post(DEEDS, wanted)
        with recorded_layer():
            drain.drain()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.failed_attempts.count() == attempts + 1
    assert Deed.objects.count() == LogEntry.objects.count() == 1


@pytest.mark.parametrize("many", [False, True])
def test_an_undo_sent_twice_undoes_once(operator, asha, monkeypatch, many: bool) -> None:
    rows = dead(asha, 3)
    done = deeds.do_now(DeedKind.DISCARD, [row.pk for row in rows], None)
    monkeypatch.setattr(deed_list, "WITHOUT_ASKING", 2 if many else 20)
    page = operator.get(reverse("pipeline:deed", args=[done.pk])).text
    first, second = sent_twice(operator, {"kind": "restore", "undo": str(done.pk), "form_key": key_in(page)})
    assert first.url == second.url
    carry_on()
    assert Deed.objects.filter(kind=DeedKind.RESTORE).count() == 1
    assert LogEntry.objects.filter(object_id=str(Deed.objects.get(kind=DeedKind.RESTORE).pk)).count() == (
        2 if many else 1
    )
    assert states(rows) == ["dead"] * 3


def test_many_proposed_twice_are_one_proposal(operator, asha) -> None:
    dead(asha, 3)
    key = key_in(operator.get(LIST).text)
    wanted = {"kind": "retry", "everything": "1", "criteria": "?state=dead", "form_key": key}
    first, second = sent_twice(operator, wanted)
    assert first.url == second.url == reverse("pipeline:deed", args=[Deed.objects.get().pk])


def test_another_choice_in_a_form_that_was_gone_back_to_is_another_deed(operator, asha) -> None:
    rows = dead(asha, 2)
    key = key_in(operator.get(LIST).text)
    for row in rows:
        operator.post(DEEDS, {"kind": "retry", "id": str(row.pk), "form_key": key})
    assert states(rows) == ["pending"] * 2
    assert Deed.objects.count() == 2


def test_each_rendering_of_a_form_has_a_key_of_its_own_and_is_sent_once(operator, asha) -> None:
    dead(asha)
    pages = [operator.get(LIST).text for _ in range(2)]
    assert len({key_in(page) for page in pages}) == 2
    undo = operator.post(DEEDS, {"kind": "discard", "id": ids(Delivery.objects.all())}, follow=True).text
    assert undo.count("data-once") == undo.count('name="form_key"') == 2


def test_whoever_started_it_is_named_on_every_screen_and_after_they_have_left(operator, asha) -> None:
    rows = dead(asha, 3)
    proposer, starter = UserFactory(username="ravi"), UserFactory(username="meera-k")
    deed = deeds.propose(DeedKind.DISCARD, Criteria(state="dead"), proposer)
    deeds.start(deed.pk, starter)
    carry_on()
    for user in (None, starter, proposer):
        if user:
            user.delete()
        for path in (
            reverse("pipeline:deed", args=[deed.pk]),
            DEEDS,
            reverse("pipeline:now"),
            reverse("pipeline:delivery", args=[rows[0].pk]),
        ):
            memo.forget()
            page = operator.get(path).text
            assert "meera-k" in page, path
            assert "ravi" not in page, path


def test_what_a_command_did_is_by_a_command(operator, asha) -> None:
    rows = dead(asha)
    deeds.do_now(DeedKind.DISCARD, [rows[0].pk], None)
    assert "a command" in operator.get(DEEDS).text


def test_the_sample_is_of_what_the_deed_would_still_touch(operator, asha) -> None:
    rows = dead(asha, 3)
    deed = deeds.propose(DeedKind.RETRY, Criteria(), None)
    Delivery.objects.filter(pk=rows[0].pk).update(state=DeliveryState.SENT)
    dead(asha)
    sample = operator.get(reverse("pipeline:deed", args=[deed.pk])).context["sample"]
    assert [row.pk for row in sample] == [row.pk for row in rows[1:]]


def test_a_retry_that_is_done_says_what_has_become_of_what_it_touched(operator, asha) -> None:
    rows = dead(asha, 2)
    deed = deeds.do_now(DeedKind.RETRY, [row.pk for row in rows], None)
    Delivery.objects.filter(pk=rows[0].pk).update(state=DeliveryState.SENT)
    Delivery.objects.filter(pk=rows[1].pk).update(state=DeliveryState.WAITING)
    assert "1 sent, 1 waiting" in operator.get(reverse("pipeline:deed", args=[deed.pk])).text
