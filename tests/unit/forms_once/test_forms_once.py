"""A form does its deed once, however often it is sent: a double click, a phone that lost its answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db.models import Model
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from delivery import prune
from delivery.models import Delivery, Notification
from gstbillingapp.actions import form_keys, opening, set_offs
from gstbillingapp.actions.data import NoteLineData, RefundData
from gstbillingapp.models import (
    Bill,
    BillPayment,
    Business,
    Expense,
    FormKey,
    Invoice,
    Note,
    OpeningPayment,
    Payment,
    Quotation,
    Receipt,
    Refund,
    StockMovement,
    VendorNote,
    VendorRefund,
)
from gstbillingapp.models.fields import today
from tests.factories import (
    CustomerFactory,
    MembershipFactory,
    ProductFactory,
    VendorFactory,
    advance,
    bill,
    draft,
    expense,
    issued,
    offered,
    owed_before,
    paid,
    paid_out,
    sent,
    vendor_noted,
)
from tests.unit.billing.test_two_at_once import at_once
from tests.unit.invoices_screens.typing_forms import LAMP, typed
from tests.unit.screens.conftest import owner, stranger, teammate
from tests.unit.screens.people import Person, signed_in

__all__ = ["owner", "stranger", "teammate"]

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Filled:
    """A form with something typed into it: where it is sent and shown, and how its deeds are counted."""

    name: str
    pk: int | None
    fields: dict[str, str]
    made: Callable[[], int]
    query: str = ""
    shown_at: str = ""

    @property
    def url(self) -> str:
        return reverse(self.name, args=[] if self.pk is None else [self.pk]) + self.query

    def key(self, person: Person) -> str:
        page = person.client.get(self.shown_at or self.url).text
        form = page[page.index("<main") :]
        if self.shown_at:  # among others: the one that is sent there
            form = form[form.index(f'action="{self.url}"') :]
        return key_in(form)


def key_in(page: str) -> str:
    return re.search(r'name="form_key" value="(\w{32})"', page)[1]


def rows(model: type[Model], **which: object) -> Callable[[], int]:
    return lambda: model._default_manager.filter(**which).count()


def said_in(answer: HttpResponse) -> list[str]:
    notice = r'<div class="notice notice-success"[^>]*>.*?<span class="notice-text">([^<]*)</span>'
    return re.findall(notice, answer.text, re.DOTALL)


MONEY = {"amount": "18", "date": str(today()), "mode": "bank"}
WHY = {"reason": "Cheque returned"}
REVERSED = {"reversed_at__isnull": False}


def payment(business: Business) -> Filled:
    return Filled("payment_new", issued(business).pk, MONEY, rows(Payment))


def payment_in_full(business: Business) -> Filled:
    return Filled("payment_new", issued(business).pk, {**MONEY, "amount": "118"}, rows(Payment))


def payment_on_the_invoices_page(business: Business) -> Filled:
    invoice = issued(business)
    return Filled("payment_new", invoice.pk, MONEY, rows(Payment), shown_at=invoice.get_absolute_url())


def payment_of_what_was_owed_before(business: Business) -> Filled:
    owed = owed_before(CustomerFactory(business=business))
    return Filled("opening_pay", owed.pk, MONEY, rows(OpeningPayment))


def set_off(business: Business) -> Filled:
    invoice = issued(business)
    receipt = advance(invoice.customer)
    fields = {"source": f"receipt-{receipt.pk}", "amount": "18", "date": str(today())}
    return Filled("set_off_new", invoice.pk, fields, rows(Payment))


def advance_received(business: Business) -> Filled:
    customer = CustomerFactory(business=business)
    fields = {**MONEY, "purpose": "Wiring", "is_service": "goods"}
    return Filled("receipt_new", None, fields, rows(Receipt), query=f"?customer={customer.pk}")


def refund(business: Business) -> Filled:
    receipt = advance(CustomerFactory(business=business))
    return Filled("receipt_refund", receipt.pk, MONEY, rows(Refund))


def refund_reversed(business: Business) -> Filled:
    receipt = advance(CustomerFactory(business=business))
    row = set_offs.refund(business, None, Receipt, receipt.pk, RefundData(amount=Decimal(18)))
    return Filled("refund_reverse", row.pk, WHY, rows(Refund, **REVERSED))


def bill_recorded(business: Business) -> Filled:
    vendor = VendorFactory(business=business)
    fields = {**typed(None), "vendor": str(vendor.pk), "vendor_name": vendor.name, "number": "PD-7", "do": ""}
    return Filled("bill_new", None, {**fields, "round_off": ""}, rows(Bill))


def bill_changed(business: Business) -> Filled:
    stored = bill(business)
    fields = bill_recorded(business).fields | {"version": str(stored.version)}
    return Filled("bill_edit", stored.pk, fields, rows(Bill, version=2))


def bill_paid(business: Business) -> Filled:
    return Filled("bill_pay", bill(business).pk, MONEY, rows(BillPayment))


def bill_paid_on_its_page(business: Business) -> Filled:
    stored = bill(business)
    return Filled("bill_pay", stored.pk, MONEY, rows(BillPayment), shown_at=stored.get_absolute_url())


def vendors_note_recorded(business: Business) -> Filled:
    fields = {"number": "CN-1", "date": str(today()), "reason": "price", "lines-0-amount": "10"}
    return Filled("vendor_note_new", bill(business).pk, fields, rows(VendorNote))


def vendor_paid_back(business: Business) -> Filled:
    stored = bill(business)
    paid_out(stored)
    note = vendor_noted(stored, NoteLineData(amount=Decimal(50)))
    return Filled("vendor_note_refund", note.pk, MONEY, rows(VendorRefund))


def expense_recorded(business: Business) -> Filled:
    return Filled("expense_new", None, {**MONEY, "category": "Rent"}, rows(Expense))


def invoice_drafted(business: Business) -> Filled:
    return Filled("invoice_new", None, typed(CustomerFactory(business=business)), rows(Invoice))


def invoice_issued_from_the_editor(business: Business) -> Filled:
    fields = typed(CustomerFactory(business=business), do="issue-confirmed")
    return Filled("invoice_new", None, fields, rows(Invoice))


def invoice_edited(business: Business) -> Filled:
    stored = draft(business)
    fields = typed(stored.customer, LAMP, version=str(stored.version))
    return Filled("invoice_edit", stored.pk, fields, rows(Invoice, version=2))


def invoice_issued(business: Business) -> Filled:
    return Filled("invoice_issue", draft(business).pk, {}, rows(Invoice, state="issued"))


def quotation_drafted(business: Business) -> Filled:
    return Filled("quotation_new", None, typed(CustomerFactory(business=business)), rows(Quotation))


def quotation_sent(business: Business) -> Filled:
    return Filled("quotation_send", offered(business).pk, {}, rows(Quotation, state="sent"))


def quotation_converted(business: Business) -> Filled:
    return Filled("quotation_convert", sent(business).pk, {}, rows(Invoice))


def quotation_copied(business: Business) -> Filled:
    stored = sent(business)
    made = rows(Quotation, state="draft")
    return Filled("quotation_copy", stored.pk, {}, made, shown_at=stored.get_absolute_url())


def stock_corrected(business: Business) -> Filled:
    product = ProductFactory(business=business)
    fields = {"qty": "5", "reason": "purchase"}
    made = rows(StockMovement)
    return Filled("product_stock", product.pk, fields, made, shown_at=product.get_absolute_url())


FORMS = [
    *(payment, payment_in_full, payment_on_the_invoices_page, payment_of_what_was_owed_before),
    *(set_off, advance_received, refund, refund_reversed),
    *(bill_recorded, bill_changed, bill_paid, bill_paid_on_its_page, expense_recorded),
    *(vendors_note_recorded, vendor_paid_back),
    *(invoice_drafted, invoice_issued_from_the_editor, invoice_edited, invoice_issued),
    *(quotation_drafted, quotation_sent, quotation_converted, quotation_copied, stock_corrected),
]


@pytest.mark.parametrize("fill", FORMS)
def test_a_form_that_is_sent_twice_does_its_deed_once_and_is_answered_alike(owner: Person, fill):
    form = fill(owner.business)
    fields = {**form.fields, "form_key": form.key(owner)}
    before = form.made()
    first = owner.client.post(form.url, fields, follow=True)
    assert (first.redirect_chain != [], form.made()) == (True, before + 1), first.text
    told = (Notification.objects.count(), Delivery.objects.count())
    again = owner.client.post(form.url, fields, follow=True)
    assert again.redirect_chain == first.redirect_chain
    assert said_in(again) == said_in(first) != []
    assert form.made() == before + 1
    assert (Notification.objects.count(), Delivery.objects.count()) == told


def test_the_dialogs_that_ask_before_such_a_deed_have_a_key_as_well(owner: Person):
    for name, stored in (
        ("invoice_issue", draft(owner.business)),
        ("quotation_send", offered(owner.business)),
        ("quotation_convert", sent(owner.business)),
    ):
        shown_at = stored.get_absolute_url()
        assert Filled(name, stored.pk, {}, rows(Invoice), shown_at=shown_at).key(owner), name


def test_a_payment_is_taken_back_once(owner: Person):
    invoice, owed = issued(owner.business), owed_before(CustomerFactory(business=owner.business))
    received = paid(invoice)
    before = opening.pay(owner.business, None, owed.pk, Decimal(400))
    out = paid_out(bill(owner.business))
    for name, args in (
        ("payment_reverse", (invoice.pk, received.pk)),
        ("opening_payment_reverse", (owed.pk, before.pk)),
        ("bill_payment_reverse", (out.bill_id, out.pk)),
    ):
        url = reverse(name, args=args)
        fields = {**WHY, "form_key": key_in(owner.client.get(url).text)}
        first, again = (owner.client.post(url, fields, follow=True) for _ in range(2))
        assert said_in(again) == said_in(first)
        assert "is reversed." in said_in(first)[0]
    assert Notification.objects.filter(dedupe_key__endswith=":fail").count() == 3


def test_a_note_that_is_issued_twice_from_its_preview_is_one_note(owner: Person):
    invoice = issued(owner.business)
    url = reverse("note_new", args=[invoice.pk, "credit"])
    fields = {"date": str(today()), "reason": "02", "lines-0-amount": "10"}
    fields["form_key"] = key_in(owner.client.get(url).text)
    preview = owner.client.post(url, {**fields, "do": "preview"}).text
    assert re.findall(r'name="form_key" value="(\w+)"', preview) == [fields["form_key"]]
    first, again = (owner.client.post(url, {**fields, "do": "issue"}, follow=True) for _ in range(2))
    assert again.redirect_chain == first.redirect_chain == [(Note.objects.get().get_absolute_url(), 302)]
    assert said_in(again) == said_in(first)


def test_a_refused_form_that_is_put_right_keeps_its_key_and_works(owner: Person):
    form = payment(owner.business)
    key = form.key(owner)
    refused = owner.client.post(form.url, {**MONEY, "amount": "999", "form_key": key})
    assert refused.status_code == 200
    assert key_in(refused.text) == key
    assert not FormKey.objects.exists()
    for _ in range(2):
        assert owner.client.post(form.url, {**MONEY, "form_key": key}).status_code == 302
    assert Payment.objects.count() == 1


def test_a_form_that_was_used_and_then_changed_asks_whether_it_is_another_one(owner: Person):
    form = payment(owner.business)
    key = form.key(owner)
    owner.client.post(form.url, {**MONEY, "form_key": key})
    changed = {**MONEY, "amount": "20"}
    asked = owner.client.post(form.url, {**changed, "form_key": key}).text
    assert "This form was sent before, with something else in it: “₹18.00 from" in asked
    assert 'value="20"' in asked
    assert Payment.objects.count() == 1
    assert key_in(asked) != key
    owner.client.post(form.url, {**changed, "form_key": key_in(asked)})
    assert [row.amount for row in Payment.objects.order_by("pk")] == [18, 20]


@pytest.mark.parametrize("key", ["", "no key at all", "x" * 65, "\0", "कुंजी"])
def test_a_form_without_a_key_does_its_deed_as_often_as_it_is_sent(owner: Person, key):
    form = payment(owner.business)
    for _ in range(2):
        assert owner.client.post(form.url, {**MONEY, "form_key": key}).status_code == 302
    assert (Payment.objects.count(), FormKey.objects.count()) == (2, 0)


def test_a_key_is_its_businesss_a_teammate_finds_the_answer_and_a_stranger_nothing(owner, teammate, stranger):
    form, theirs = payment(owner.business), payment(stranger.business)
    fields = {**MONEY, "form_key": form.key(owner)}
    answer = owner.client.post(form.url, fields)
    assert teammate.client.post(form.url, fields)["Location"] == answer["Location"]
    assert Payment.objects.count() == 1
    missing = stranger.client.post(form.url, fields)
    assert missing.status_code == 404
    assert "recorded" not in missing.text
    assert stranger.client.post(theirs.url, fields)["Location"] != answer["Location"]
    assert Payment.objects.filter(business=stranger.business).count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_form_that_is_sent_twice_at_one_moment_is_one_payment(monkeypatch):
    person = signed_in(MembershipFactory())
    form = payment(person.business)
    fields = {**MONEY, "form_key": "a1b2"}
    monkeypatch.setattr(form_keys, "earlier_answer", lambda posted: None)  # neither finds the other's yet
    before = Notification.objects.count()
    answers = at_once(*[lambda: person.client.post(form.url, fields)] * 3)
    assert len({answer["Location"] for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {302}
    assert Payment.objects.get().amount == 18
    assert Notification.objects.count() == before + 1


def test_old_keys_are_removed_and_a_young_one_stays(owner: Person, monkeypatch):
    monkeypatch.setattr(prune, "LONGEST_REST", 0)
    for key, days in (("old", 31), ("young", 29)):
        made_at = timezone.now() - timedelta(days=days)
        FormKey.objects.create(business=owner.business, key=key, made_at=made_at)
    assert prune.prune()["keys of forms"] == 1
    assert FormKey.objects.get().key == "young"


def test_a_page_that_is_gone_back_to_does_not_say_that_it_is_saved(owner: Person) -> None:
    spent = expense(owner.business)
    address = reverse("expense_edit", args=[spent.pk])

    def send(key: str, payee: str, version: int) -> int:
        form = owner.client.get(address).context["form"]
        typed = {field.name: field.value() for field in form if field.value() not in (None, "")}
        changed = {"form_key": key * 32, "payee": payee, "version": version}
        return owner.client.post(address, typed | changed).status_code

    with time_machine.travel("2026-12-01 10:00+05:30", tick=False):
        assert [send("a", "Asha", 1), send("a", "Asha", 1), send("b", "Ravi", 2)] == [302, 302, 302]
    with time_machine.travel("2026-12-01 10:05+05:30", tick=False):
        assert send("a", "Asha", 1) == 200, "it has changed since"
    spent.refresh_from_db()
    assert (spent.payee, spent.version) == ("Ravi", 3)
