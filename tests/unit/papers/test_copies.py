"""The copies of an invoice (CGST Rule 48): which there are, and that each is made and kept by itself."""

import re

import pytest
from django.http import HttpResponse
from django.urls import reverse

from gstbillingapp.models import Invoice, Paper
from gstbillingapp.models.paper import INVOICE
from tests.factories import draft, issued, line
from tests.unit.papers.conftest import Printed, many
from tests.unit.screens.people import Person

ORIGINAL = "Original for recipient"
OF_GOODS = [ORIGINAL, "Duplicate for transporter", "Triplicate for supplier"]
OF_SERVICES = [ORIGINAL, "Duplicate for supplier"]


def get(person: Person, name: str, invoice: Invoice, copy: str = "") -> HttpResponse:
    return person.client.get(reverse(name, args=[invoice.pk]), {"copy": copy} if copy else {})


def pages(person: Person, invoice: Invoice, copy: str = "") -> list[str]:
    answer = get(person, "invoice_pdf", invoice, copy)
    assert answer.status_code == 200
    return Printed(answer.content).pages


def service(business) -> Invoice:
    return issued(business, line(description="Wiring", hsn="995461", is_service=True))


def test_goods_have_three_copies_and_services_two(owner: Person) -> None:
    for invoice, marks in (
        (issued(owner.business), OF_GOODS),
        (service(owner.business), OF_SERVICES),
        (issued(owner.business, line(), line(hsn="995461", is_service=True)), OF_GOODS),
    ):
        said = pages(owner, invoice, "all")
        assert [[mark for mark in OF_GOODS + OF_SERVICES[1:] if mark in page] for page in said] == [
            [mark] for mark in marks
        ]
        page = get(owner, "invoice_print", invoice, "all").text
        assert [page.count(f'class="copy">{mark}<') for mark in marks] == [1] * len(marks)
        offered = get(owner, "invoice", invoice).text
        assert all(mark in offered for mark in [*marks, f"All {len(marks)} copies"])


@pytest.mark.parametrize(("copy", "mark"), [("", 0), ("original", 0), ("duplicate", 1), ("triplicate", 2)])
def test_one_copy_is_printed_and_made_by_itself(owner: Person, copy: str, mark: int) -> None:
    invoice = issued(owner.business)
    [page] = pages(owner, invoice, copy)
    assert OF_GOODS[mark] in page
    printed = get(owner, "invoice_print", invoice, copy).text
    assert re.findall(r'class="copy">([^<]+)<', printed) == [OF_GOODS[mark]]
    assert re.findall(r'aria-current="true">([^<]+)<', printed) == [OF_GOODS[mark]]


def test_every_copy_of_many_pages_counts_its_own_and_says_on_each_which_it_is(owner: Person) -> None:
    said = pages(owner, issued(owner.business, *many(60)), "all")
    assert len(said) == 6
    for place, page in enumerate(said):
        assert OF_GOODS[place // 2] in page
        assert f"Page {place % 2 + 1} of 2" in page
        assert ("continued" in page) is bool(place % 2)
    assert said[0].replace(ORIGINAL, "") == said[2].replace(OF_GOODS[1], "")


def test_copies_are_kept_apart_and_each_has_a_name_of_its_own(owner: Person) -> None:
    invoice = issued(owner.business)
    name = invoice.number.replace("/", "-")
    for copy, file in (("", name), ("duplicate", f"{name}-duplicate"), ("all", f"{name}-all")):
        answer = get(owner, "invoice_pdf", invoice, copy)
        assert answer["Content-Disposition"] == f'attachment; filename="{file}.pdf"'
        assert get(owner, "invoice_pdf_status", invoice, copy).json()["state"] == "made"
    get(owner, "invoice_pdf", invoice, "original")
    kept = Paper.objects.filter(kind=INVOICE, object_id=invoice.pk)
    assert sorted(kept.values_list("variant", flat=True)) == ["", "all", "duplicate"]
    assert len(set(kept.values_list("digest", flat=True))) == 3


@pytest.mark.parametrize("copy", ["fourth", "triplicate", "x" * 100])
def test_a_copy_that_the_invoice_does_not_have_is_not_there(owner: Person, copy: str) -> None:
    invoice = service(owner.business)
    Paper.objects.all().delete()
    for name in ("invoice_print", "invoice_pdf", "invoice_pdf_status"):
        assert get(owner, name, invoice, copy).status_code == 404
    address = reverse("invoice_pdf", args=[invoice.pk])
    assert owner.client.post(f"{address}?copy={copy}").status_code == 404
    assert not Paper.objects.exists()


def test_copies_are_for_members_only(owner: Person, teammate: Person, stranger: Person) -> None:
    invoice = issued(owner.business)
    for name in ("invoice_print", "invoice_pdf", "invoice_pdf_status"):
        assert get(teammate, name, invoice, "duplicate").status_code == 200
        assert get(stranger, name, invoice, "duplicate").status_code == 404


def test_trying_again_asks_for_the_same_copy(owner: Person) -> None:
    invoice = issued(owner.business)
    address = reverse("invoice_pdf", args=[invoice.pk]) + "?copy=triplicate"
    answer = owner.client.post(address)
    assert answer.url == address
    assert Paper.objects.filter(object_id=invoice.pk, variant="triplicate").exists()


def test_a_draft_is_no_copy_of_anything(owner: Person) -> None:
    typed = draft(owner.business)
    page = get(owner, "invoice_print", typed, "all").text
    assert page.count('class="copy">Draft, not an invoice yet<') == 1
    assert ORIGINAL not in page
    assert "Copies</button>" not in get(owner, "invoice", typed).text
