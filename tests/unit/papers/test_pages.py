"""How it is set: pages, headings, columns, and how long it takes."""

import re
import resource
from decimal import Decimal
from itertools import pairwise
from time import process_time
from typing import Any

import pytest

from gstbillingapp.gst.money import indian_format
from gstbillingapp.pdf.flow import Block, pages_of
from gstbillingapp.pdf.text import clean, wrapped
from tests.factories import CustomerFactory, issued, line
from tests.unit.papers.conftest import many, overlaps, printed
from tests.unit.screens.people import Person

pytestmark = pytest.mark.once

HEADINGS = "# Description HSN/SAC Qty UQC Rate ₹ Taxable ₹"
# Most lines that any page has: more would be too small to read.
MOST_LINES = 60


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (12, 1), (13, 1), (40, 2), (200, 5)])
def test_a_dozen_lines_are_one_page_and_more_have_headings_and_numbers_on_each(
    count: int, pages: int, owner: Person
) -> None:
    paper = printed(issued(owner.business, *many(count)))
    assert len(paper.pages) == pages
    for number, page in enumerate(paper.pages, start=1):
        assert f"Page {number} of {pages}" in page
        lines = [place for place in range(1, count + 1) if f" {place} LED lamp {place} " in page]
        assert len(lines) <= MOST_LINES
        assert (HEADINGS in page) is bool(lines), page
        assert ("continued" in page) is (number > 1)
    places = [f" {place} LED lamp {place} " in paper.text for place in range(1, count + 1)]
    assert all(places)
    assert paper.text.count("Amount in words") == paper.text.count("Authorised signatory") == 1


def test_what_the_lines_come_to_so_far_is_carried_from_page_to_page(owner: Person) -> None:
    paper = printed(issued(owner.business, *many(130, price=Decimal(10))))
    for before, after in pairwise(paper.pages):
        [carried] = re.findall(r"Carried forward ([\d,.]+) ([\d,.]+) ([\d,.]+) ([\d,.]+)", before)
        assert re.findall(r"Brought forward ([\d,.]+) ([\d,.]+) ([\d,.]+) ([\d,.]+)", after) == [carried]
        last = max(place for place in range(1, 131) if f" {place} LED lamp {place} " in before)
        assert carried[0] == indian_format(Decimal(10 * last * (last + 1) // 2), symbol="")
    assert "Carried forward" not in paper.pages[-1]
    assert "Brought forward" not in paper.pages[0]
    assert all(overlaps(paper, page) == [] for page in range(len(paper.pages)))


def test_one_page_carries_nothing(owner: Person) -> None:
    assert "forward" not in printed(issued(owner.business, *many(12))).text


def test_a_dozen_lines_of_many_words_with_a_code_each_are_still_one_page(owner: Person) -> None:
    words = "MCB 32 A double pole, C curve, 10 kA breaking capacity, as per purchase order 4711 of November"
    lines = [line(description=f"{words}, {place}", hsn=str(8500 + place)) for place in range(12)]
    paper = printed(issued(owner.business, *lines, notes="Rear gate", terms="No returns"))
    assert len(paper.pages) == 1
    assert overlaps(paper) == []


def test_the_last_page_never_has_a_total_without_lines(owner: Person) -> None:
    for count in range(34, 46):
        paper = printed(issued(owner.business, *many(count)))
        with_total = next(page for page in paper.pages if "Total payable" in page)
        assert f" {count} LED lamp {count} " in with_total
        assert f" {count - 2} LED lamp {count - 2} " in with_total


WIDE = {
    "description": "W" * 300,
    "qty": Decimal("12345.678"),
    "price": Decimal("99999.123"),
    "disc_pct": Decimal("12.5"),
    "cess_pct": Decimal(12),
    "price_includes_tax": True,
}


def test_no_column_runs_into_the_next_however_long_a_word_or_an_amount_is(owner: Person) -> None:
    owner.business.name = "A" * 120
    owner.business.upi_id = "a" * 80 + "@okhdfcbank"
    owner.business.bank_name = "B" * 80
    owner.business.signatory = "S" * 120
    owner.business.save()
    buyer = CustomerFactory(
        business=owner.business,
        name="Supercalifragilistic" * 6,
        email=f"{'e' * 60}@{'d' * 60}.example",
        ship_name="N" * 120,
        ship_address="Q" * 300,
        ship_state_code="29",
    )
    for lines in ([line(**WIDE)] * 3, [line(**WIDE | {"qty": Decimal(9999999), "price": Decimal(9000)})]):
        paper = printed(issued(owner.business, *lines, customer=buyer))
        for page in range(len(paper.pages)):
            assert overlaps(paper, page) == []
            assert all(box[0] > 20 and box[2] < 595 - 20 for box in paper.boxes(page))


def test_long_notes_and_terms_go_on_over_pages(owner: Person) -> None:
    text = "\n".join(f"Point {place}" for place in range(1, 110))
    paper = printed(issued(owner.business, notes=text, terms=text))
    assert len(paper.pages) > 2
    assert paper.text.count("Point 109") == 2
    assert all(overlaps(paper, page) == [] for page in range(len(paper.pages)))
    assert all(box[1] > 20 for page in range(len(paper.pages)) for box in paper.boxes(page))


@pytest.mark.parametrize(("count", "most"), [(12, 0.6), (200, 2.0)])
def test_it_is_made_within_a_second(count: int, most: float, owner: Person) -> None:
    stored = issued(owner.business, *many(count))
    printed(stored)  # what is loaded once for a process
    began = process_time()
    paper = printed(stored)
    assert process_time() - began < most, "some five times what it takes where nothing else runs"
    assert len(paper.content) < 100_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000  # KiB, the tests and all


def block(height: float, **kinds: Any) -> Block:
    return Block(height, lambda _y: None, **kinds)


def test_blocks_that_are_kept_together_go_on_together() -> None:
    one, two, three = block(60), block(30, keeps=True), block(20)
    assert pages_of([one, two, three], 0, 10, 100) == [[(0, one)], [(10, two), (40, three)]]


def test_what_is_higher_than_a_page_is_put_on_one_of_its_own() -> None:
    small, tall = block(10), block(500)
    assert pages_of([small, tall, small], 0, 0, 100) == [[(0, small)], [(0, tall)], [(0, small)]]


def test_what_belongs_to_the_foot_stands_there() -> None:
    foot = block(20, at_foot=True)
    assert pages_of([block(10), foot], 0, 0, 100)[0][1] == (80, foot)


def test_what_stands_below_the_last_of_a_page_has_its_room_and_is_nowhere_else() -> None:
    foot = block(10)
    one, two, three = block(40, foot=foot), block(40, foot=foot), block(40)
    assert pages_of([one, two, three], 0, 0, 100) == [[(0, one), (40, two), (80, foot)], [(0, three)]]
    assert pages_of([one, two, three], 0, 0, 85)[0] == [(0, one), (40, foot)]


def length(text: str) -> float:
    return len(text)


def test_words_are_wrapped_and_only_too_long_ones_broken() -> None:
    assert wrapped("one two three", 7, length) == ["one two", "three"]
    assert wrapped("a abcdefghij b", 4, length) == ["a", "abcd", "efgh", "ij b"]
    assert wrapped("", 4, length) == [""]
    assert wrapped("a\n\nb", 4, length) == ["a", "", "b"]


def test_a_letter_is_never_parted_from_its_marks() -> None:
    pieces = wrapped("क्षत्रियक्षत्रिय", 5, length)
    assert "".join(pieces) == "क्षत्रियक्षत्रिय"
    assert all(piece[0] not in "\u093f\u094d" and piece[-1] != "\u094d" for piece in pieces)


def test_what_nobody_sees_is_taken_out() -> None:
    assert clean("a\x00b\u202ec\ud800d\u200de\tf") == "abcd\u200de f"
