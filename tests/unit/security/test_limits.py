"""How often one may ask, and what somebody is told who asks too often."""

import pytest
from django.core.cache import cache

from gstbillingapp import limits
from tests.refusals import everything
from tests.unit.screens.people import Person
from tests.unit.security.addresses import ADDRESSES, World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

HTML = {"Accept": "text/html,application/xhtml+xml"}
BY_NAME = {address.name: address for address in ADDRESSES}
# Where a member's requests are counted: not at the doors, the probes and the inbox, which has its own limit.
COUNTED = [a for a in ADDRESSES if a.nobody == "login" and a.name not in ("logout", "password_change")]


@pytest.fixture(autouse=True)
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds into a minute, which does not pass."""
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)


def used_up(name: str, times: int) -> None:
    """So many requests have been counted."""
    cache.clear()
    for _ in range(times):
        assert limits.seconds_to_wait(name, times) == 0


def test_every_costly_page_is_a_page() -> None:
    assert set(BY_NAME) >= limits.COSTLY


def test_what_lists_computes_prints_or_makes_a_file_is_costly() -> None:
    works = (
        "list",
        "lookup",
        "preview",
        "totals",
        "print",
        "pdf",
        "csv",
        "json",
        "download",
        "export",
        "import",
    )
    assert {name for name in BY_NAME if name.rpartition("_")[2] in works} <= limits.COSTLY


def test_who_searches_computes_or_prints_too_often_is_told_when_to_come_back_and_changes_nothing(
    world: World, owner: Person, teammate: Person
) -> None:
    used_up(f"costly:{owner.membership.user_id}", limits.ALLOWED_COSTLY)
    before = everything()
    for name in sorted(limits.COSTLY):
        method = BY_NAME[name].methods[-1]  # issuing is a POST
        for headers, words in ((HTML, "That was too much at once"), ({}, "rate_limited")):
            refused = owner.client.generic(method, world.path(name), headers=headers)
            assert (refused.status_code, refused["Retry-After"]) == (429, "50"), name
            assert words in refused.text, name
    assert everything() == before
    assert owner.client.get(world.path("customer")).status_code == 200
    assert teammate.client.get(world.path("customer_list")).status_code == 200


def test_who_asks_too_often_for_anything_is_told_to_wait_everywhere(world: World, owner: Person) -> None:
    used_up(f"pages:{owner.membership.user_id}", limits.ALLOWED)
    answers = {a.name: owner.client.generic(a.asks, world.path(a.name), headers=HTML) for a in COUNTED}
    assert {name: answer.status_code for name, answer in answers.items() if answer.status_code != 405} == (
        dict.fromkeys(answers, 429)
    )
    assert {answer["Retry-After"] for answer in answers.values()} == {"50"}


def test_typing_an_invoice_for_a_minute_meets_no_limit() -> None:
    preview_every_ms, typeahead_every_ms = 400, 400  # somebody who never rests
    assert 60_000 / preview_every_ms + 60_000 / typeahead_every_ms <= limits.ALLOWED_COSTLY
