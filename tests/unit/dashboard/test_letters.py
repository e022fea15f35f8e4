"""Letters in the dashboard: who sees them, what stands there, and one, some or all of them retried."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from delivery import alarms, enclosures, health, letter_deeds, letters, mail, prune
from delivery.dashboard import letters as screen
from delivery.dashboard import standing
from delivery.enclosures import Enclosures
from delivery.letters import LetterDraft
from delivery.models import Alarm, DeedKind, DeliveryState, Letter, Postman
from tests.unit.dashboard.conftest import PEOPLE, person

pytestmark = pytest.mark.django_db

LIST, DO = reverse("pipeline:letters"), reverse("pipeline:letters_do")
EVERYBODY = ["nobody", *PEOPLE, "superuser"]
SEES = {"views", "retries", "discards", "retries and discards", "superuser"}
MAY = {
    DeedKind.RETRY: {"retries", "retries and discards", "superuser"},
    DeedKind.DISCARD: {"discards", "retries and discards", "superuser"},
}
ERROR = "SMTPRecipientsRefused 550"


def posted(user: User, count: int = 1, **fields: object) -> list[Letter]:
    draft = {"to": "ravi@example.in", "subject": "Invoice", "text": "It is attached."}
    return [letters.post(user.pk, LetterDraft(**(draft | fields))) for _ in range(count)]


def dead(user: User, count: int = 1, **fields: object) -> list[Letter]:
    rows = posted(user, count, **fields)
    Letter.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=DeliveryState.DEAD,
        attempts=1,
        settled_at=timezone.now(),
        last_error="550 5.1.1 No such mailbox",
        fingerprint=ERROR,
    )
    return rows


def states(rows: list[Letter]) -> list[str]:
    return list(
        Letter.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk").values_list("state", flat=True)
    )


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """What whoever posts letters is told."""
    told: list[tuple[int, str]] = []
    kept = Enclosures(find=enclosures._nothing, told=lambda letter: told.append((letter.pk, letter.state)))
    monkeypatch.setattr(enclosures, "_registered", [kept])
    return told


@pytest.mark.parametrize("who", EVERYBODY)
def test_letters_are_shown_to_whoever_may_view_deliveries(browser_of, asha, who: str) -> None:
    [row] = dead(asha)
    for path in (LIST, reverse("pipeline:letter", args=[row.pk])):
        answer = browser_of(who).get(path)
        if who in SEES:
            assert answer.status_code == 200
            assert "550 5.1.1 No such mailbox" in answer.text
            assert "Asha Traders" in answer.text
        else:
            assert answer.status_code == (302 if who in ("nobody", "not staff") else 403)
            assert "ravi@example.in" not in answer.text


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("kind", list(MAY))
@pytest.mark.parametrize("scope", ["one", "asked", "everything"])
def test_a_deed_is_done_by_whoever_may_do_it(browser_of, asha, who: str, kind: str, scope: str) -> None:
    rows = dead(asha, 2)
    wanted: dict[str, object] = {"kind": kind}
    if scope == "one":
        wanted["id"] = str(rows[0].pk)
    else:
        wanted |= {"everything": "1", "criteria": "?state=dead", "sure": "1" if scope == "everything" else ""}
    answer = browser_of(who).post(DO, wanted)
    if who in MAY[kind]:
        after = "pending" if kind == DeedKind.RETRY else "discarded"
        changed = {"one": 1, "asked": 0, "everything": 2}[scope]
        assert answer.status_code == (200 if scope == "asked" else 302)
        assert states(rows) == [after] * changed + ["dead"] * (2 - changed)
    else:
        assert answer.status_code == (302 if who in ("nobody", "not staff") else 403)
        assert states(rows) == ["dead", "dead"]


def test_one_that_is_retried_has_all_its_attempts_and_is_sent(operator, asha, heard) -> None:
    [row] = dead(asha)
    answer = operator.post(DO, {"kind": "retry", "id": str(row.pk)}, follow=True)
    assert "1 letter retried." in answer.text
    assert heard == [(row.pk, "pending")]
    assert mail.carry()
    assert [message.to for message in outbox.outbox] == [["ravi@example.in"]]
    assert heard[1:] == [(row.pk, "sent")]
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("1 letter", f"1 letter retried: {row.pk}")


def test_what_is_discarded_is_not_sent_and_can_be_retried(operator, asha, heard) -> None:
    rows = posted(asha, 2)
    ids = [str(row.pk) for row in rows]
    operator.post(DO, {"kind": "discard", "id": ids})
    assert mail.carry()
    assert outbox.outbox == []
    assert heard == [(row.pk, "discarded") for row in rows]
    operator.post(DO, {"kind": "retry", "id": ids})
    mail.carry()
    assert len(outbox.outbox) == 2


def test_what_was_sent_and_what_waits_for_its_time_is_not_retried(operator, asha) -> None:
    [sent] = posted(asha)
    mail.carry()
    [later] = posted(asha, not_before=timezone.now() + timedelta(hours=9))
    all_of_them = {"kind": "retry", "everything": "1", "sure": "1", "criteria": "?"}
    answer = operator.post(DO, all_of_them, follow=True)
    assert "0 letters retried." in answer.text
    assert states([sent, later]) == ["sent", "waiting"]


def test_all_that_match_are_asked_about_first_and_no_others_are_touched(operator, asha) -> None:
    rows, others = dead(asha, 12), dead(asha, 1, to="meera@example.in")
    wanted = {"kind": "retry", "everything": "1", "criteria": "?q=ravi&state=dead"}
    question = operator.post(DO, wanted).text
    assert "Retry 12 letters?" in question
    assert "The first 10 of them" in question
    assert set(states(rows)) == {"dead"}
    answer = operator.post(DO, {**wanted, "sure": "1"}, follow=True)
    assert "12 letters retried." in answer.text
    assert (set(states(rows)), states(others)) == ({"pending"}, ["dead"])
    again = operator.post(DO, {**wanted, "sure": "1"}, follow=True)
    assert "0 letters retried." in again.text, "a click that comes twice"


def test_more_than_one_click_may_touch_are_left_for_the_next(
    operator, asha, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_deeds, "MOST", 2)
    rows = dead(asha, 3)
    wanted = {"kind": "discard", "everything": "1", "criteria": "?state=dead"}
    assert "The first 2 of them are done now" in operator.post(DO, wanted).text
    answer = operator.post(DO, {**wanted, "sure": "1"}, follow=True)
    assert "2 letters discarded. 1 more match" in answer.text
    assert states(rows) == ["discarded", "discarded", "dead"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("?state=dead", 2),
        ("?q=meera", 1),
        ("?q=mailbox", 2),
        (f"?error={ERROR}", 2),
        ("?q=nobody", 0),
    ],
)
def test_the_list_is_filtered_by_its_address(operator, asha, query: str, found: int) -> None:
    dead(asha), dead(asha, to="meera@example.in"), posted(asha, subject="Digest")
    answer = operator.get(LIST + query)
    assert answer.text.count('name="id"') == found
    assert ("No letter matches." in answer.text) == (found == 0)


@pytest.mark.parametrize("query", ["?state=lost", f"?q={'x' * 201}", "?q=%00", "?before=x", "?before=²"])
def test_an_address_that_cannot_be_read_says_so(operator, asha, query: str) -> None:
    posted(asha)
    answer = operator.get(LIST + query)
    assert answer.status_code == 400
    assert "This address could not be read" in answer.text
    assert 'name="id"' not in answer.text


def test_what_makes_no_sense_does_nothing(operator, asha) -> None:
    rows = dead(asha)
    for wanted in (
        {"kind": "reschedule"},
        {},
        {"kind": "retry"},
        {"kind": "retry", "id": ["x", "²", str(10**19)]},
    ):
        assert operator.post(DO, wanted).url == LIST
    elsewhere = {"kind": "retry", "id": "0", "next": "https://evil.example/"}
    assert operator.post(DO, elsewhere).url == LIST
    broken = {"kind": "retry", "everything": "1", "sure": "1", "criteria": "?state=lost"}
    operator.post(DO, broken)
    assert states(rows) == ["dead"]
    assert operator.get(DO).status_code == 405
    assert operator.get(reverse("pipeline:letter", args=[0])).status_code == 404


def test_an_empty_list_says_what_will_be_there(operator) -> None:
    assert "No e-mail yet." in operator.get(LIST).text


def test_pages_follow_each_other(operator, asha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "PAGE", 2)
    rows = posted(asha, 3)
    first = operator.get(LIST).text
    assert f"before={rows[1].pk}" in first
    assert f"letters/{rows[0].pk}/" not in first
    second = operator.get(f"{LIST}?before={rows[1].pk}").text
    assert f"letters/{rows[0].pk}/" in second
    assert "Nothing is on this page any more." in operator.get(f"{LIST}?before={rows[0].pk}").text


def test_the_list_takes_the_same_queries_with_few_letters_and_with_many(operator, asha) -> None:
    counts = []
    for count in (2, 30):
        dead(asha, count)
        operator.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            operator.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_now_says_what_was_not_delivered_and_that_the_mail_server_is_away(operator, asha) -> None:
    dead(asha, 2), posted(asha)
    away = timezone.now() - timedelta(minutes=3)
    Postman.objects.create(pk=mail.THE_ONE, away_since=away, error="ConnectionRefusedError in delivery.mail")
    page = operator.get(reverse("pipeline:now")).text
    assert "2 letters were not delivered: somebody has to decide." in page
    assert f"{LIST}?state=dead" in page
    assert "The mail server has been away for 3 min (ConnectionRefusedError in delivery.mail)" in page
    assert "1 letter is to be sent." in page
    figures = {figure.key: figure.value for figure in standing.figures(health.now())}
    assert (figures["letters"], figures["letters-dead"]) == ("1", "2")


def test_a_mail_server_that_nothing_is_due_for_is_not_said_to_be_away(operator, asha) -> None:
    [row] = posted(asha)
    Postman.objects.create(pk=mail.THE_ONE, away_since=timezone.now(), error="TimeoutError in delivery.mail")
    assert health.letters().away_seconds is not None
    operator.post(DO, {"kind": "discard", "id": str(row.pk)})
    assert health.letters().away_seconds is None


def test_dead_letters_raise_an_alarm_which_is_cleared_when_none_is_left(asha) -> None:
    rows = dead(asha, 2)
    alarms.look()
    alarm = Alarm.objects.get()
    assert (alarm.cause, alarm.detail) == (f"letters:{ERROR}", f"2 letters were not delivered: {ERROR}.")
    assert alarms.words(alarm) == ("E-mail was not delivered", alarm.detail)
    given_up = Letter.objects.filter(pk__in=[row.pk for row in rows])
    letter_deeds.do(DeedKind.DISCARD, given_up, person("superuser"))
    alarms.look()
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None
    assert alarms.words(alarm)[0] == "No e-mail is given up any more"


def test_letters_that_wait_too_long_raise_an_alarm(asha) -> None:
    [row] = posted(asha)
    posted(asha, not_before=timezone.now() + timedelta(hours=9))
    alarms.look()
    assert not Alarm.objects.exists()
    Letter.objects.filter(pk=row.pk).update(due_since=timezone.now() - timedelta(minutes=20))
    Postman.objects.create(pk=mail.THE_ONE, away_since=timezone.now(), error="TimeoutError in delivery.mail")
    alarms.look()
    alarm = Alarm.objects.get()
    assert alarm.detail == (
        "The oldest letter that is due has waited for 20 min, as the mail server is away: "
        "TimeoutError in delivery.mail."
    )
    Postman.objects.all().delete()
    mail.carry()
    alarms.look()
    alarm.refresh_from_db()
    assert alarms.words(alarm)[0] == "E-mail is on time again"


def test_letters_are_pruned_as_deliveries_are(asha) -> None:
    old = [("dead", 181), ("sent", 31), ("discarded", 31), ("superseded", 31)]
    new = [
        ("dead", 31),
        ("pending", 31),
        ("waiting", 31),
        ("sent", 29),
        ("discarded", 29),
        ("superseded", 29),
    ]
    for state, days in old + new:  # ids rise with time
        moment = timezone.now() - timedelta(days=days)
        Letter.objects.filter(pk=posted(asha)[0].pk).update(
            state=state, created_at=moment, settled_at=None if state in ("pending", "waiting") else moment
        )
    assert prune.prune() == {"letters": len(old)}
    assert list(Letter.objects.order_by("pk").values_list("state", flat=True)) == [state for state, _ in new]
