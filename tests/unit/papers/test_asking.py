"""Asked for, made, served: the row, the page that waits, and who may see it."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delivery import handoff
from gstbillingapp import papers as maker
from gstbillingapp.actions import invoices, papers
from gstbillingapp.models import Invoice, Paper, PaperState
from gstbillingapp.models.paper import INVOICE
from gstbillingapp.tasks import paper
from tests.factories import draft, issued, paid
from tests.unit.papers.conftest import Printed
from tests.unit.screens.people import Person


@pytest.fixture
def with_worker(settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """As if there were a worker: the names of the tasks it is woken for, which nobody runs."""
    settings.REDIS_URL = "redis://nowhere"
    woken: list[str] = []
    monkeypatch.setattr(handoff, "_waker", lambda: mock.Mock(wake=woken.append))
    return woken


def get(person: Person, invoice: Invoice) -> HttpResponse:
    return person.client.get(reverse("invoice_pdf", args=[invoice.pk]))


def status(person: Person, invoice: Invoice) -> dict[str, str]:
    answer = person.client.get(
        reverse("invoice_pdf_status", args=[invoice.pk]), headers={"Accept": "application/json"}
    )
    assert answer.status_code == 200
    return answer.json()


def row(invoice: Invoice) -> Paper:
    return Paper.objects.get(kind=INVOICE, object_id=invoice.pk)


def make_all() -> None:
    """What a worker does with its wake-ups: on a slow machine, one run has time for few of them."""
    while not maker.make_all():
        pass


def test_in_one_process_it_is_made_when_it_is_asked_for(owner: Person) -> None:
    stored = issued(owner.business)
    assert row(stored).state == PaperState.ASKED
    answer = get(owner, stored)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    name = stored.number.replace("/", "-")
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert stored.number in Printed(answer.content).text
    assert row(stored).state == PaperState.MADE
    assert row(stored).made_at is not None


def test_it_is_asked_for_when_the_invoice_is_issued_and_made_before_anybody_asks(
    owner: Person, with_worker: list[str], django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        stored = issued(owner.business)
    assert papers.TASK in with_worker
    assert row(stored).ahead
    make_all()
    with_worker.clear()
    assert get(owner, stored).status_code == 200
    assert with_worker == []


def test_an_issue_that_is_rolled_back_asks_for_nothing(
    owner: Person, with_worker: list[str], django_capture_on_commit_callbacks
) -> None:
    typed = draft(owner.business)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        invoices.issue(owner.business, None, typed.pk)
        transaction.set_rollback(True)
    assert papers.TASK not in with_worker
    assert not Paper.objects.exists()


def test_what_is_not_made_yet_is_asked_for_and_the_page_says_so_and_looks_again(
    owner: Person, with_worker: list[str]
) -> None:
    stored = issued(owner.business)
    Paper.objects.all().delete()
    answer = get(owner, stored)
    assert answer.status_code == 202
    assert answer["Refresh"] == "2"
    assert f"{stored.number} is being made as PDF…" in answer.text
    assert with_worker == [papers.TASK]
    assert status(owner, stored) == {"state": "making", "message": f"{stored.number} is being made as PDF…"}
    make_all()
    assert status(owner, stored)["state"] == "made"
    assert get(owner, stored)["Content-Type"] == "application/pdf"


def test_a_lost_wake_up_is_made_good_by_the_next_ask(owner: Person, with_worker: list[str]) -> None:
    stored = issued(owner.business)
    for _ in range(3):
        status(owner, stored)
    assert with_worker == [papers.TASK] * 3
    papers.claim(maker.PRINTABLES, ahead=True)
    status(owner, stored)
    assert with_worker == [papers.TASK] * 3, "it is being made"


def test_one_of_a_kind_that_only_a_newer_version_knows_is_left_to_it(owner: Person) -> None:
    stored = issued(owner.business)
    papers.ask(papers.PaperKey(owner.business.pk, "challan", stored.pk))
    make_all()
    waiting = Paper.objects.get(kind="challan")
    assert (waiting.state, waiting.attempts) == (PaperState.ASKED, 0)
    assert status(owner, stored)["state"] == "made"


def test_whoever_waits_is_told_how_many_come_first_and_comes_before_what_is_made_ahead(
    owner: Person, with_worker: list[str]
) -> None:
    ahead, first, second, third = (issued(owner.business) for _ in range(4))
    for stored in (first, second, third):
        status(owner, stored)
    assert status(owner, first)["message"].endswith("as PDF…")
    assert status(owner, second)["message"].endswith(" 1 is made before it.")
    assert status(owner, third)["message"].endswith(" 2 are made before it.")
    order = []
    while paper := papers.claim(maker.PRINTABLES, ahead=True):
        order.append(paper.object_id)
        papers.made(paper, "", b"")
    assert order == [first.pk, second.pk, third.pk, ahead.pk]


def test_a_balance_that_changed_makes_it_anew(owner: Person) -> None:
    stored = issued(owner.business)
    before = get(owner, stored).content
    digest = row(stored).digest
    assert get(owner, stored).content == before
    paid(stored, "18")
    after = get(owner, stored).content
    assert "Balance due ₹100.00" in Printed(after).text
    assert row(stored).digest != digest
    paid(stored, "100")
    assert "Balance due ₹0.00" in Printed(get(owner, stored).content).text


def test_a_cancelled_one_has_its_own_and_a_draft_has_none(owner: Person) -> None:
    stored = issued(owner.business)
    get(owner, stored)
    invoices.cancel(owner.business, None, stored.pk, "Twice")
    assert "CANCELLED" in Printed(get(owner, stored).content).text
    typed = draft(owner.business)
    for name in ("invoice_pdf", "invoice_pdf_status"):
        assert owner.client.get(reverse(name, args=[typed.pk])).status_code == 404
    assert owner.client.post(reverse("invoice_pdf", args=[typed.pk])).status_code == 404
    assert not Paper.objects.filter(kind=INVOICE, object_id=typed.pk).exists()


def test_a_change_while_it_is_being_made_is_seen_by_the_next_look(
    owner: Person, with_worker: list[str]
) -> None:
    stored = issued(owner.business)
    paper = papers.claim(maker.PRINTABLES, ahead=True)
    assert paper is not None
    digest, content = maker.drawn(paper)
    paid(stored, "18")
    papers.made(paper, digest, content)
    assert status(owner, stored)["state"] == "making"
    make_all()
    assert "Balance due ₹100.00" in Printed(get(owner, stored).content).text


def test_one_that_cannot_be_made_says_so_and_can_be_tried_again(
    owner: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = issued(owner.business), issued(owner.business)
    broken = {bad.pk}
    drawn = maker.drawn

    def draw(paper: Paper) -> tuple[str, bytes]:
        if paper.object_id in broken:
            raise ValueError("no such glyph")
        return drawn(paper)

    monkeypatch.setattr(maker, "drawn", draw)
    answer = get(owner, bad)
    assert answer.status_code == 202
    assert "Refresh" not in answer
    assert f"{bad.number} could not be made as PDF." in answer.text
    assert "Try again" in answer.text
    assert status(owner, bad) == {"state": "failed", "message": f"{bad.number} could not be made as PDF."}
    assert row(bad).error == "ValueError: no such glyph"
    assert "was not made" in caplog.text
    assert get(owner, good).status_code == 200
    again = owner.client.post(reverse("invoice_pdf", args=[bad.pk]))
    assert again["Location"] == reverse("invoice_pdf", args=[bad.pk])
    assert row(bad).state == PaperState.FAILED
    broken.clear()
    owner.client.post(reverse("invoice_pdf", args=[bad.pk]))
    assert get(owner, bad)["Content-Type"] == "application/pdf"
    assert row(bad).error == ""


def test_one_whose_maker_died_is_made_when_its_lease_has_ended(owner: Person, with_worker: list[str]) -> None:
    stored = issued(owner.business)
    assert papers.claim(maker.PRINTABLES, ahead=True) is not None
    assert papers.is_somebody_at_it()
    assert papers.claim(maker.PRINTABLES, ahead=True) is None
    lapsed(stored)
    assert not papers.is_somebody_at_it()
    make_all()
    assert row(stored).state == PaperState.MADE


def test_one_that_kills_its_makers_is_given_up_after_three(owner: Person, with_worker: list[str]) -> None:
    stored, other = issued(owner.business), issued(owner.business)
    status(owner, stored)
    for _ in range(papers.ATTEMPTS):
        claimed = papers.claim(maker.PRINTABLES, ahead=False)
        assert claimed is not None
        assert claimed.object_id == stored.pk
        lapsed(stored)
    make_all()
    assert (row(stored).state, row(stored).error) == (PaperState.FAILED, papers.CRASHED)
    assert row(other).state == PaperState.MADE


def lapsed(invoice: Invoice) -> None:
    """Let the lease of one end."""
    Paper.objects.filter(kind=INVOICE, object_id=invoice.pk).update(
        lease_until=timezone.now() - timedelta(minutes=1)
    )


def test_while_one_is_being_made_another_run_makes_only_what_somebody_waits_for(
    owner: Person, with_worker: list[str]
) -> None:
    held, ahead, wanted = (issued(owner.business) for _ in range(3))
    status(owner, held)
    papers.claim(maker.PRINTABLES, ahead=False)
    status(owner, wanted)
    make_all()
    states = [row(stored).state for stored in (held, ahead, wanted)]
    assert states == [PaperState.ASKED, PaperState.ASKED, PaperState.MADE]


def test_a_run_stops_after_a_while_and_is_woken_again(
    owner: Person, with_worker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = issued(owner.business)
    monkeypatch.setattr(maker, "LONGEST", 0.0)
    paper.apply()
    assert with_worker == [papers.TASK]
    monkeypatch.setattr(maker, "LONGEST", 60.0)
    monkeypatch.setattr(maker, "LONGEST_AHEAD", 60.0)
    paper.apply()
    assert with_worker == [papers.TASK]
    assert row(stored).state == PaperState.MADE


def test_what_nobody_waits_for_is_left_after_half_a_second_and_what_somebody_does_is_not(
    owner: Person, with_worker: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead, wanted = issued(owner.business), issued(owner.business)
    status(owner, wanted)
    monkeypatch.setattr(maker, "LONGEST_AHEAD", 0.0)
    assert not maker.make_all()
    assert [row(stored).state for stored in (ahead, wanted)] == [PaperState.ASKED, PaperState.MADE]


def test_a_document_that_is_there_no_more_takes_its_paper_with_it(
    owner: Person, with_worker: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    papers.ask(papers.PaperKey(owner.business.pk, INVOICE, 0))
    make_all()
    assert not Paper.objects.exists()
    assert not caplog.records


def test_a_paper_of_another_business_s_document_is_not_made(
    owner: Person, stranger: Person, with_worker: list[str]
) -> None:
    stored = issued(owner.business)
    Paper.objects.all().delete()
    papers.ask(papers.PaperKey(stranger.business.pk, INVOICE, stored.pk))
    make_all()
    assert not Paper.objects.exists()


def test_one_document_may_have_several_papers_each_once(owner: Person, with_worker: list[str]) -> None:
    april, may = (
        papers.PaperKey(owner.business.pk, "statement", 7, month) for month in ("2026-04", "2026-05")
    )
    for key in (april, may, april):
        papers.ask_ahead(key)
        papers.ask(key)
    assert [april.rows().count(), may.rows().count()] == [1, 1]


def test_old_ones_are_removed_and_made_again_when_they_are_asked_for(owner: Person) -> None:
    old, new, asked = (issued(owner.business) for _ in range(3))
    get(owner, old)
    get(owner, new)
    long_ago = timezone.now() - papers.KEEP - timedelta(hours=1)
    Paper.objects.filter(object_id__in=[old.pk, asked.pk]).update(asked_at=long_ago)
    make_all()
    assert set(Paper.objects.values_list("object_id", flat=True)) == {new.pk, asked.pk}
    assert get(owner, old)["Content-Type"] == "application/pdf"


def test_the_owner_and_a_teammate_get_it_and_a_stranger_does_not_even_ask(
    owner: Person, teammate: Person, stranger: Person, client: Client
) -> None:
    stored = issued(owner.business)
    Paper.objects.all().delete()
    for name in ("invoice_pdf", "invoice_pdf_status"):
        path = reverse(name, args=[stored.pk])
        assert stranger.client.get(path).status_code == 404
        assert stranger.client.post(path).status_code in (404, 405)
        assert client.get(path)["Location"].startswith("/accounts/login/")
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401
    assert not Paper.objects.exists()
    assert get(owner, stored).content == get(teammate, stored).content
    assert Paper.objects.get().business == owner.business


def test_the_page_of_an_invoice_offers_it_and_that_of_a_draft_does_not(owner: Person) -> None:
    stored, typed = issued(owner.business), draft(owner.business)
    assert reverse("invoice_pdf", args=[stored.pk]) in owner.client.get(stored.get_absolute_url()).text
    assert "/pdf/" not in owner.client.get(typed.get_absolute_url()).text


def test_asking_takes_few_statements(
    owner: Person, with_worker: list[str], django_assert_max_num_queries
) -> None:
    stored = issued(owner.business)
    make_all()
    with django_assert_max_num_queries(9):
        get(owner, stored)
