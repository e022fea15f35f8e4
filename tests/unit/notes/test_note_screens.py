"""The screens of notes, advances, ledgers and ageing, as their people see them."""

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from gstbillingapp.actions import set_offs
from gstbillingapp.actions.data import NoteLineData, RefundData
from gstbillingapp.models import Invoice, Mailing, Note, Paper, Payment, Receipt
from gstbillingapp.models.fields import today
from gstbillingapp.models.paper import STATEMENT
from gstbillingapp.views import statements
from tests.factories import CustomerFactory, advance, days_ago, issued, line, noted, paid
from tests.unit.screens.conftest import owner, stranger, teammate
from tests.unit.screens.people import Person

__all__ = ["owner", "stranger", "teammate"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(owner: Person) -> Invoice:
    """Four lamps and a service, ₹590.00 in all."""
    service = line(description="Fitting", hsn="998713", is_service=True)
    return issued(owner.business, line(qty=Decimal(4)), service)


def typed(**fields: str) -> dict[str, str]:
    """The form of a note as posted, with names such as lines_0_qty for lines-0-qty."""
    said = {"date": str(today()), "reason": "01", **fields}
    return {name.replace("_", "-") if name.startswith("lines") else name: text for name, text in said.items()}


def form_of(invoice: Invoice, kind: str = "credit") -> str:
    return reverse("note_new", args=[invoice.pk, kind])


def page(person: Person, name: str, *args: object, **query: str) -> str:
    response = person.client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_note_is_looked_at_before_it_is_issued_and_nothing_typed_is_lost(owner, invoice):
    said = typed(lines_0_qty="3", reason="07", reason_text="Wrong colour")
    preview = owner.client.post(form_of(invoice), {**said, "do": "preview"}).content.decode()
    assert "₹354.00" in preview
    assert "will have ₹236.00 left to pay" in preview
    assert not Note.objects.exists()
    changed = owner.client.post(form_of(invoice), {**said, "do": "change"}).content.decode()
    assert 'value="Wrong colour"' in changed
    assert 'value="3"' in changed
    answer = owner.client.post(form_of(invoice), {**said, "do": "issue"}, follow=True)
    note = Note.objects.get()
    assert answer.redirect_chain == [(note.get_absolute_url(), 302)]
    assert f"Credit note {note.number} of ₹354.00 issued" in answer.content.decode()
    assert note.created_by == owner.membership.user


def test_what_is_refused_stands_beside_its_field_and_in_the_summary(owner, invoice):
    said = typed(lines_0_qty="9", lines_1_amount="x", reason="")
    body = owner.client.post(form_of(invoice), {**said, "do": "preview"}).content.decode()
    assert "Enter a number" in body
    assert 'value="9"' in body
    said = typed(lines_0_qty="9")
    body = owner.client.post(form_of(invoice), {**said, "do": "issue"}).content.decode()
    assert body.count("at most 4 NOS") == 2
    assert not Note.objects.exists()


def test_the_totals_are_worked_out_as_one_types(owner, invoice):
    path = reverse("note_totals", args=[invoice.pk, "credit"])
    answer = owner.client.post(path, typed(lines_0_qty="3", lines_1_amount="999")).json()
    assert answer["total"] == "₹354.00"
    assert answer["totals"][0] == {"label": "Taxable value", "value": "₹300.00"}
    assert list(answer["errors"]) == ["lines-1-amount"]
    assert answer["effect"].endswith("₹236.00 left to pay.")
    assert answer["refused"] == ["lines-1-amount"]
    empty = owner.client.post(path, {}).json()
    assert empty["refused"] == ["lines", "reason"]
    assert (empty["total"], empty["effect"], empty["errors"]) == ("₹0.00", "", {})
    assert not Note.objects.exists()


def test_a_debit_note_asks_for_amounts_only(owner, invoice):
    body = page(owner, "note_new", invoice.pk, "debit")
    assert "lines-0-amount" in body
    assert "lines-0-qty" not in body
    assert owner.client.get(form_of(invoice, "gift")).status_code == 404


def test_the_page_of_an_invoice_tells_what_notes_did(owner, invoice):
    note = noted(invoice, NoteLineData(qty=Decimal(1)))
    body = page(owner, "invoice", invoice.pk)
    assert "₹118.00 taken off by credit notes" in body
    assert f"Credit note {note.number}: ₹118.00" in body
    assert form_of(invoice, "debit") in body
    paid(invoice, "472", date=today())
    assert "Nothing left to pay" in page(owner, "invoice", invoice.pk)


def test_a_note_on_what_is_exempt_shows_no_tax_as_its_bill_of_supply(owner):
    """CGST Rule 49: whose tax would it be."""
    exempt, taxed = (
        noted(issued(owner.business, line(supply=supply, rate=rate)))
        for supply, rate in (("exempt", Decimal(0)), ("taxable", Decimal(18)))
    )
    for suffix in ("", "print/"):
        assert "SGST" not in owner.client.get(f"{exempt.get_absolute_url()}{suffix}").text
        assert "SGST" in owner.client.get(f"{taxed.get_absolute_url()}{suffix}").text


def test_what_a_customer_has_open_is_offered_on_their_next_invoice(owner, invoice):
    receipt = advance(invoice.customer, "100")
    body = page(owner, "invoice", invoice.pk)
    assert "has ₹100.00 open in advances and credit notes" in body
    path = reverse("set_off_new", args=[invoice.pk])
    assert 'value="100"' in owner.client.get(path).content.decode()
    said = {"source": f"receipt-{receipt.pk}", "amount": "60", "date": str(today())}
    answer = owner.client.post(path, said, follow=True).content.decode()
    assert f"₹60.00 of {receipt.number} set off." in answer
    assert "Take back" in answer
    payment = Payment.objects.get()
    assert payment.receipt == receipt
    assert "Reverse the set-off of ₹60.00?" in page(owner, "payment_reverse", invoice.pk, payment.pk)


def test_nothing_is_set_off_where_nothing_is_open(owner, invoice):
    answer = owner.client.get(reverse("set_off_new", args=[invoice.pk]), follow=True)
    assert "has no open advance or credit note" in answer.content.decode()


def test_an_advance_is_recorded_printed_and_paid_back(owner):
    buyer = CustomerFactory(business=owner.business, name="Meera Stores")
    assert "Meera Stores" in page(owner, "receipt_new", q="meera")
    path = f"{reverse('receipt_new')}?customer={buyer.pk}"
    said = {
        "amount": "1180",
        "date": str(today()),
        "purpose": "Wiring",
        "is_service": "service",
        "rate": "18",
    }
    answer = owner.client.post(path, said, follow=True).content.decode()
    receipt = Receipt.objects.get()
    assert "Set it off on their next invoice" in answer
    assert (receipt.cgst, receipt.created_by) == (90, owner.membership.user)
    printed = page(owner, "receipt_print", receipt.pk)
    assert "Receipt voucher" in printed
    assert "Rupees One Thousand One Hundred Eighty Only" in printed
    refunded = owner.client.post(
        reverse("receipt_refund", args=[receipt.pk]), {"amount": "180", "date": str(today())}, follow=True
    ).content.decode()
    assert "Refund RF/" in refunded
    refund = receipt.refunds.get()
    owner.client.post(reverse("refund_reverse", args=[refund.pk]), {"reason": "Returned"})
    assert Receipt.objects.get().balance == 1180
    owner.client.post(reverse("receipt_cancel", args=[receipt.pk]), {"reason": "Cheque returned"})
    assert Receipt.objects.get().status == "cancelled"


def test_the_lists_find_by_number_customer_invoice_kind_and_status(owner, invoice):
    other = issued(owner.business)
    paid(other)
    settled, still_open = noted(invoice), noted(other)
    for query, wanted in (
        ({"q": settled.number[-4:]}, settled),
        ({"q": invoice.number}, settled),
        ({"q": other.customer.name}, still_open),
        ({"status": "open"}, still_open),
    ):
        body = page(owner, "note_list", **query)
        assert wanted.get_absolute_url() in body
        unwanted = still_open if wanted is settled else settled
        assert unwanted.get_absolute_url() not in body
    assert "No note found" in page(owner, "note_list", kind="debit")
    assert "No advance found" in page(owner, "receipt_list", status="open")


def test_empty_lists_say_what_to_do(owner):
    assert "No notes yet" in page(owner, "note_list")
    assert "No advances yet" in page(owner, "receipt_list")
    assert "Nobody owes anything" in page(owner, "ageing")


def test_a_note_is_cancelled_with_a_reason(owner, invoice):
    note = noted(invoice)
    path = reverse("note_cancel", args=[note.pk])
    assert "Say why" in owner.client.post(path, {"reason": ""}).content.decode()
    answer = owner.client.post(path, {"reason": "Wrong line"}, follow=True).content.decode()
    assert "is cancelled" in answer
    assert "Wrong line" in answer
    assert "CANCELLED" in page(owner, "note_print", note.pk)


def test_the_printed_note_says_what_rule_53_wants(owner, invoice):
    note = noted(invoice, reason="04", reason_text="Rate agreed by phone")
    body = page(owner, "note_print", note.pk)
    for words in ("Credit note", note.number, invoice.number, "Rate agreed by phone", note.buyer_gstin):
        assert words in body
    assert note.supplier_gstin in body


@pytest.mark.parametrize("name", ["note_pdf", "receipt_pdf", "statement_pdf"])
def test_each_paper_is_made_as_pdf(owner, invoice, name):
    note, receipt = noted(invoice), advance(invoice.customer)
    pk = {"note_pdf": note.pk, "receipt_pdf": receipt.pk, "statement_pdf": invoice.customer_id}[name]
    path = reverse(name, args=[pk])
    owner.client.get(path)
    answer = owner.client.get(path)
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert Paper.objects.filter(state="made").exists()


def test_a_statement_that_is_too_long_says_so_wherever_it_is_asked_for_and_is_not_made(
    owner, invoice, monkeypatch
):
    monkeypatch.setattr(statements, "MOST_ENTRIES", 0)
    status = owner.client.get(reverse("statement_pdf_status", args=[invoice.customer_id]))
    assert status.json() == {"state": "failed", "message": statements.TOO_LONG}
    for name in ("statement_pdf", "statement_print", "statement_mail"):
        answer = owner.client.get(reverse(name, args=[invoice.customer_id]), follow=True)
        assert statements.TOO_LONG in answer.text
    assert not Paper.objects.filter(kind=STATEMENT).exists()


def test_the_ledger_has_this_year_where_no_period_is_said_and_any_other_on_demand(owner, invoice):
    body = page(owner, "customer_ledger", invoice.customer_id)
    assert invoice.number in body
    assert invoice.number not in page(
        owner, "customer_ledger", invoice.customer_id, since="2019-04-01", until="2020-03-31"
    )
    assert invoice.number in page(owner, "customer_ledger", invoice.customer_id, since="", until="")
    statement = page(owner, "statement_print", invoice.customer_id, since=str(days_ago(1)))
    assert "Statement of account" in statement
    assert "Opening balance" in statement


def test_the_files_hold_plain_numbers_and_no_formula(owner, invoice):
    buyer = invoice.customer
    type(buyer).objects.filter(pk=buyer.pk).update(name="=2+2")
    paid(invoice, "90", reference="+91", date=today())
    rows = read(owner, "customer_ledger_csv", buyer.pk)
    assert rows[0][0] == "Date"
    assert rows[-1][-3:] == ["", "90.00", "500.00"]
    [_, debtor] = read(owner, "ageing_csv")
    assert (debtor[0], debtor[6], debtor[8]) == ("'=2+2", "500.00", "500.00")


def read(person: Person, name: str, *args: object) -> list[list[str]]:
    response = person.client.get(reverse(name, args=args))
    assert response["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_ageing_sorts_by_any_column_and_survives_one_that_is_not_there(owner):
    for name, count in (("Asha", 1), ("Zeba", 2)):
        buyer = CustomerFactory(business=owner.business, name=name)
        for _ in range(count):
            issued(customer=buyer)
    assert before(page(owner, "ageing"), "Zeba", "Asha")
    assert before(page(owner, "ageing", sort="customer"), "Asha", "Zeba")
    assert before(page(owner, "ageing", sort="luck"), "Zeba", "Asha")


def before(body: str, first: str, second: str) -> bool:
    return body.index(f">{first}<") < body.index(f">{second}<")


def test_a_teammate_sees_all_of_it_and_a_stranger_nothing(owner, teammate, stranger, invoice):
    note, receipt = noted(invoice), advance(invoice.customer)
    refund = set_offs.refund(owner.business, None, Receipt, receipt.pk, RefundData(amount=Decimal(1)))
    addresses = [
        *(("note", note.pk), ("note_print", note.pk), ("receipt", receipt.pk)),
        *(("receipt_print", receipt.pk), ("refund_reverse", refund.pk)),
        *(("customer_ledger", invoice.customer_id), ("customer_ledger_csv", invoice.customer_id)),
        *(("statement_print", invoice.customer_id), ("set_off_new", invoice.pk)),
    ]
    for name, pk in addresses:
        assert teammate.client.get(reverse(name, args=[pk])).status_code == 200, name
        assert stranger.client.get(reverse(name, args=[pk])).status_code == 404, name
    assert note.number not in page(stranger, "note_list")
    assert receipt.number not in page(stranger, "receipt_list")
    assert invoice.customer.name not in page(stranger, "ageing")


@pytest.mark.parametrize("name", ["note_mail", "receipt_mail", "statement_mail"])
def test_each_paper_is_sent_to_the_customer_of_today(owner, invoice, name):
    buyer = invoice.customer
    type(buyer).objects.filter(pk=buyer.pk).update(email="ravi@example.in")
    pk = {"note_mail": noted(invoice).pk, "receipt_mail": advance(buyer).pk, "statement_mail": buyer.pk}[name]
    body = page(owner, name, pk)
    assert "ravi@example.in" in body
    assert "is attached" in body
    said = {"to": "ravi@example.in", "subject": "Your paper", "message": "Here it is."}
    owner.client.post(reverse(name, args=[pk]), said)
    sent = Mailing.objects.get()
    assert (sent.to, sent.kind, sent.object_id) == ("ravi@example.in", name.removesuffix("_mail"), pk)


def test_one_box_finds_notes_and_advances_by_number_and_by_customer(owner, stranger, invoice):
    note, receipt = noted(invoice), advance(invoice.customer)
    for words in (note.number[:8], receipt.number[:8], invoice.customer.name):
        found = {note.get_absolute_url(), receipt.get_absolute_url()}
        body = page(owner, "search", q=words)
        assert any(url in body for url in found), words
        assert not any(url in page(stranger, "search", q=words) for url in found)
