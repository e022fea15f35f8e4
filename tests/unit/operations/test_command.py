"""`manage.py delivery status|retry|prune`: what it says, how it exits, and what it leaves to the workers."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from delivery import alarms, deeds, health, inbox
from delivery.drafts import Draft
from delivery.models import Deed, Delivery, DeliveryState
from tests.support.inbox_client import recorded_layer

pytestmark = pytest.mark.django_db

BODY, ICON = "ValueError in delivery.frames.body", "KeyError in delivery.models.icon_class"


@pytest.fixture
def asha():
    return User.objects.create_user("asha")


@pytest.fixture
def run(capsys):
    def ran(*arguments):
        code = 0
        try:
            call_command("delivery", *arguments)
        except SystemExit as end:
            code = end.code
        return code, capsys.readouterr().out

    return ran


def given_up(user, count, fingerprint=BODY, state=DeliveryState.DEAD):
    rows = [inbox.post([user.pk], Draft("Paid by Kaveri Handlooms", "₹90,271"))[0] for _ in range(count)]
    found = Delivery.objects.filter(notification__in=rows)
    due = timezone.now() + timedelta(hours=1) if state == DeliveryState.WAITING else None
    found.update(state=state, fingerprint=fingerprint, attempts=5, claimed_at=timezone.now(), due_at=due)
    return list(found.values_list("pk", flat=True))


def test_a_sound_pipeline_is_said_to_be_and_exits_with_0(run):
    code, said = run("status")
    assert code == 0
    assert "NO" not in said
    assert "database             yes\n" in said
    assert "redis                none: whether a server runs here cannot be told" in said


def test_what_is_due_for_too_long_exits_with_1_and_says_since_when(run, asha):
    inbox.post([asha.pk], Draft("Title", "Message"))
    Delivery.objects.update(created_at=timezone.now() - timedelta(seconds=90))
    alarms.look()
    code, said = run("status")
    assert code == 1
    assert "90." in said
    assert "alarm since" in said


def test_errors_are_grouped_with_how_many_there_are_and_nothing_of_what_was_to_be_told(run, asha):
    given_up(asha, 2)
    given_up(asha, 1, ICON, DeliveryState.WAITING)
    _, said = run("status")
    assert f"2 dead     {BODY}" in said
    assert f"1 waiting  {ICON}" in said
    assert "Kaveri" not in said
    assert "90,271" not in said


def test_machines_get_the_same_as_one_object(run, asha):
    given_up(asha, 2)
    alarms.look()
    code, said = run("status", "--json")
    told = json.loads(said)
    assert (code, told["healthy"], told["dead"], told["database"]) == (0, True, 2, True)
    assert told["errors"][0]["error"] == BODY
    assert told["errors"][0]["deliveries"] == 2
    assert told["alarms"] == [f"dead:{BODY}"]


def test_with_the_database_away_it_says_so_and_exits_with_1(run, monkeypatch):
    def away(*_):
        raise OperationalError("gone")

    monkeypatch.setattr(health, "oldest_due_seconds", away)
    code, said = run("status")
    assert code == 1
    assert "database             NO" in said
    assert json.loads(run("status", "--json")[1])["database"] is False


def test_a_dry_run_says_how_many_and_leaves_nothing_behind(run, asha):
    given_up(asha, 3)
    assert run("retry", "--all", "--dry-run") == (0, "3 deliveries would be tried again.\n")
    assert not Deed.objects.exists()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dead"}


@pytest.mark.parametrize(
    ("arguments", "matching"),
    [
        (["--all"], 4),
        (["--state", "dead"], 3),
        (["--state", "waiting"], 1),
        (["--error", BODY], 2),
        (["--error", BODY, "--state", "waiting"], 0),
    ],
)
def test_those_that_match_are_a_deed_that_workers_carry_on(run, asha, arguments, matching):
    given_up(asha, 2)
    given_up(asha, 1, ICON)
    given_up(asha, 1, ICON, DeliveryState.WAITING)
    _, said = run("retry", *arguments)
    if not matching:
        assert said == "Nothing to try again.\n"
        assert not Deed.objects.exists()
        return
    deed = Deed.objects.get()
    assert (deed.matching, deed.user) == (matching, None)
    assert f"action {deed.pk}" in said
    with recorded_layer():
        deeds.advance()
    assert Delivery.objects.filter(state=DeliveryState.SENT).count() == matching


def test_one_is_named_by_its_id_and_several_by_theirs(run, asha):
    first, second, third = given_up(asha, 3)
    run("retry", "--id", str(first), "--id", str(third))
    with recorded_layer():
        deeds.advance()
    assert Delivery.objects.get(state=DeliveryState.DEAD).pk == second


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "--id, --state, --error, or --all"),
        (["--id", "0"], "ids: "),
        (["--id", "-5"], "ids: "),
        (["--state", "sent"], "--state"),
        (["--error", "x" * 300], "error: "),
        (["--id", "many"], "--id"),
    ],
)
@pytest.mark.once
def test_what_makes_no_sense_is_refused_in_one_line_that_names_it(run, asha, arguments, named):
    given_up(asha, 1)
    with pytest.raises(CommandError) as refused:
        run("retry", *arguments)
    assert named in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert not Deed.objects.exists()


def test_pruning_says_what_it_removed(run, asha):
    pks = given_up(asha, 2, state=DeliveryState.SENT)
    assert run("prune") == (0, "Nothing to remove.\n")
    old = timezone.now() - timedelta(days=31)
    Delivery.objects.filter(pk__in=pks).update(settled_at=old, created_at=old)
    assert run("prune") == (0, "       2 settled deliveries\n")
