"""Who may see the dashboard, and who may do what there: everybody at every address, and every deed."""

import pytest
from django.urls import reverse
from django.utils import timezone

from delivery import deeds
from delivery.criteria import Criteria
from delivery.dashboard import deed_list
from delivery.models import Deed, DeedKind, DeedState, Delivery, DeliveryState
from tests.refusals import everything
from tests.unit.dashboard.conftest import PEOPLE, dead, person, posted, states

pytestmark = [pytest.mark.django_db, pytest.mark.once]

EVERYBODY = ["nobody", *PEOPLE, "superuser"]
SEES = {"views", "retries", "discards", "retries and discards", "superuser"}
MAY = {
    DeedKind.RETRY: {"retries", "retries and discards", "superuser"},
    DeedKind.RESCHEDULE: {"retries", "retries and discards", "superuser"},
    DeedKind.DISCARD: {"discards", "retries and discards", "superuser"},
    DeedKind.RESTORE: {"discards", "retries and discards", "superuser"},
    DeedKind.SUPERSEDE: {"discards", "retries and discards", "superuser"},
}
SHOWN = ["now", "now_live", "deliveries", "delivery", "notification", "deeds", "deed", "deed_live"]
MOVES = ["deed_start", "deed_go_on", "deed_cancel"]


def address(name: str, row: Delivery, deed: Deed) -> str:
    taken = {"delivery": row.pk, "notification": row.notification_id}
    takes = name not in ("now", "now_live", "deliveries", "deeds")
    return reverse(f"pipeline:{name}", args=[taken.get(name, deed.pk)] if takes else [])


def proposed(kind: str, user=None) -> Deed:
    due_at = timezone.now() + timezone.timedelta(hours=1) if kind == DeedKind.RESCHEDULE else None
    return deeds.propose(kind, Criteria(), user, due_at)


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("name", SHOWN)
def test_a_page_is_shown_to_whoever_may_view_deliveries_and_to_nobody_else(
    browser_of, asha, who: str, name: str
) -> None:
    [row] = dead(asha)
    answer = browser_of(who).get(address(name, row, proposed(DeedKind.RETRY)))
    if who in SEES:
        assert answer.status_code == (302 if name == "notification" else 200)
    elif who in ("nobody", "not staff"):
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("admin:login"))
    else:
        assert answer.status_code == 403
    assert ("Invoice 0" in answer.text) == (who in SEES and name in ("deliveries", "delivery", "deed"))


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("kind", DeedKind.values)
@pytest.mark.parametrize("scope", ["some", "everything"])
def test_a_deed_is_done_or_proposed_by_whoever_may_do_it(
    browser_of, asha, who: str, kind: str, scope: str
) -> None:
    rows = dead(asha, 2)
    if kind == DeedKind.RESTORE:
        deeds.do_now(DeedKind.DISCARD, [row.pk for row in rows], None)
    client = browser_of(who)
    before, known = states(rows), set(Deed.objects.values_list("pk", flat=True))
    wanted = {"kind": kind, "due_at": "2099-01-01T10:00"}
    wanted |= {"everything": "1"} if scope == "everything" else {"id": [str(row.pk) for row in rows]}
    answer = client.post(reverse("pipeline:deeds"), wanted)
    new = Deed.objects.exclude(pk__in=known)
    if who in MAY[kind]:
        assert answer.status_code == 302
        at_once = scope == "some" and kind != DeedKind.SUPERSEDE
        assert new.get().state == (DeedState.DONE if at_once else DeedState.PROPOSED)
        assert (states(rows) == before) != at_once
    else:
        assert answer.status_code == (302 if who in ("nobody", "not staff") else 403)
        assert not new.exists()
        assert states(rows) == before


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("kind", DeedKind.values)
@pytest.mark.parametrize("many", [False, True])
def test_an_undo_is_a_restore_whatever_kind_is_posted_with_it(
    browser_of, asha, monkeypatch, who: str, kind: str, many: bool
) -> None:
    rows = dead(asha, 2)
    done = deeds.do_now(DeedKind.DISCARD, [row.pk for row in rows], None)
    monkeypatch.setattr(deed_list, "WITHOUT_ASKING", 1 if many else 20)
    wanted = {"kind": kind, "undo": str(done.pk), "due_at": "2099-01-01T10:00"}
    answer = browser_of(who).post(reverse("pipeline:deeds"), wanted)
    new = Deed.objects.exclude(pk=done.pk)
    if who in MAY[DeedKind.RESTORE]:
        assert answer.status_code == 302
        assert new.get().state == (DeedState.RUNNING if many else DeedState.DONE)
        assert new.get().kind == DeedKind.RESTORE
        assert states(rows) == (["discarded"] if many else ["dead"]) * 2
    else:
        assert answer.status_code == (302 if who in ("nobody", "not staff") else 403)
        assert not new.exists()
        assert states(rows) == ["discarded"] * 2


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("kind", DeedKind.values)
@pytest.mark.parametrize("move", MOVES)
def test_a_deed_is_moved_on_by_whoever_may_do_it(browser_of, asha, who: str, kind: str, move: str) -> None:
    [row] = posted(asha)
    client, deed = browser_of(who), proposed(kind)
    before = everything()
    if move == "deed_go_on":
        Deed.objects.update(state=DeedState.STOPPED)
        before = everything()
    answer = client.post(address(move, row, deed))
    deed.refresh_from_db()
    if who in MAY[kind]:
        assert answer.status_code == 302
        assert deed.state == (DeedState.CANCELLED if move == "deed_cancel" else DeedState.RUNNING)
    else:
        assert answer.status_code == (302 if who in ("nobody", "not staff") else 403)
        assert everything() == before


@pytest.mark.parametrize("who", sorted(SEES))
def test_a_page_offers_only_what_its_reader_may_do(browser_of, asha, who: str) -> None:
    [row] = dead(asha)
    client = browser_of(who)
    for path in (reverse("pipeline:deliveries"), reverse("pipeline:delivery", args=[row.pk])):
        page = client.get(path).text
        for kind in (DeedKind.RETRY, DeedKind.DISCARD, DeedKind.SUPERSEDE, DeedKind.RESCHEDULE):
            assert (f'name="kind" value="{kind}"' in page) == (who in MAY[kind]), kind
    for kind in DeedKind.values:
        page = client.get(reverse("pipeline:deed", args=[proposed(kind).pk])).text
        assert ("Go back" in page) == (who in MAY[kind])


def test_a_get_moves_nothing_and_a_post_elsewhere_is_not_taken(operator, asha) -> None:
    [row] = dead(asha)
    deed = proposed(DeedKind.RETRY)
    before = everything()
    assert [operator.get(address(name, row, deed)).status_code for name in MOVES] == [405] * 3
    posts = [name for name in SHOWN if name != "deeds"]
    assert [operator.post(address(name, row, deed)).status_code for name in posts] == [405] * 7
    assert everything() == before
    assert Delivery.objects.get(pk=row.pk).state == DeliveryState.DEAD


def test_what_is_not_there_is_not_found(operator) -> None:
    for name in ("delivery", "notification", "deed", "deed_live"):
        assert operator.get(reverse(f"pipeline:{name}", args=[404])).status_code == 404
    for name in MOVES:
        assert operator.post(reverse(f"pipeline:{name}", args=[404])).status_code == 404


def test_the_menu_leads_here_for_whoever_may_view(browser_of) -> None:
    for who in ("staff", "views"):
        page = browser_of(who).get(reverse("admin:index")).text
        assert (reverse("pipeline:now") in page) == (who in SEES)


def test_who_may_view_without_more_sees_who_did_what(browser_of, asha) -> None:
    rows = dead(asha, 3)
    somebody = person("discards")
    deeds.do_now(DeedKind.DISCARD, [row.pk for row in rows], somebody)
    page = browser_of("views").get(reverse("pipeline:deeds")).text
    assert "Discard 3 deliveries" in page
    assert somebody.username in page
