"""Drafting, sending, deciding, copying and converting."""

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from delivery.models import Notification
from gstbillingapp.actions import invoices, products, quotations
from gstbillingapp.actions.data import LineData
from gstbillingapp.models import (
    Business,
    ImmutableError,
    Invoice,
    NumberSeries,
    Paper,
    Quotation,
    QuotationLine,
    QuotationState,
)
from gstbillingapp.models.fields import today
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    days_ago,
    draft,
    invoice_data,
    issued,
    line,
    offered,
    past,
    sent,
)
from tests.support.inbox_client import state_equals_events

pytestmark = pytest.mark.django_db
DECIDED = {"approved": quotations.approve, "declined": quotations.decline}


def decided(business: Business, decision: str) -> Quotation:
    return DECIDED[decision](business, None, sent(business).pk)


def converted(business: Business) -> tuple[Quotation, Invoice]:
    quotation = sent(business)
    made = quotations.convert(business, None, quotation.pk)
    quotation.refresh_from_db()
    return quotation, made


def test_a_draft_is_worked_out_as_an_invoice_and_holds_for_thirty_days(business):
    stored = offered(business, line(disc_pct=Decimal(10)), doc_discount=Decimal(10))
    assert (stored.taxable, stored.cgst, stored.sgst, stored.total) == (
        80,
        Decimal("7.20"),
        Decimal("7.20"),
        94,
    )
    assert stored.valid_until == stored.date + datetime.timedelta(days=30)
    assert (stored.number, stored.state, stored.version) == ("", "draft", 1)


def test_a_draft_may_lack_customer_and_lines_and_a_sent_one_may_not(business):
    stored = quotations.save_draft(business, None, invoice_data(None, LineData()))
    with pytest.raises(ValidationError) as refused:
        quotations.send(business, None, stored.pk)
    assert set(refused.value.message_dict) == {"customer_id", "lines"}
    assert not NumberSeries.objects.exists()


def test_sending_gives_a_number_of_its_own_series_and_leaves_the_invoices_alone(business):
    first, second, billed = sent(business), sent(business), issued(business)
    year = first.financial_year[2:]
    assert [first.number, second.number] == [f"QTN/{year}/0001", f"QTN/{year}/0002"]
    assert billed.number == f"INV/{year}/0001"


def test_the_prefix_is_the_businesss_own(business):
    Business.objects.filter(pk=business.pk).update(quotation_prefix="est")
    assert sent(business).number.startswith("EST/")


def test_sending_freezes_parties_and_totals_and_asks_for_the_pdf(business):
    quotation = sent(business, customer=CustomerFactory(business=business, name="Asha Traders"))
    quotation.customer.name, business.name = "Bala Stores", "New name"
    quotation.customer.save()
    business.save()
    stored = Quotation.objects.get(pk=quotation.pk)
    assert (stored.buyer_name, stored.supplier_city) == ("Asha Traders", "Bengaluru")
    assert stored.supplier_name != "New name"
    assert Paper.objects.get().kind == "quotation"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"date": today() + datetime.timedelta(days=1)}, "date"),
        ({"date": days_ago(9), "due_date": days_ago(1)}, "due_date"),
    ],
)
def test_what_is_yet_to_come_or_over_is_not_sent(business, terms, field):
    stored = offered(business, **terms)
    with pytest.raises(ValidationError) as refused:
        quotations.send(business, None, stored.pk)
    assert list(refused.value.message_dict) == [field]
    preview = quotations.preview(business, quotations.data_of(stored))
    assert field in [advice.field for advice in preview.warnings]


def test_a_last_day_before_the_date_is_refused(business):
    with pytest.raises(ValidationError) as refused:
        offered(business, due_date=days_ago(1))
    assert list(refused.value.message_dict) == ["due_date"]


@pytest.mark.parametrize("year", [1, 9999])
def test_a_date_that_cannot_be_is_refused_by_itself(business, year):
    with pytest.raises(ValidationError) as refused:
        offered(business, date=datetime.date(year, 12, 31))
    assert list(refused.value.message_dict) == ["date"]


def test_the_law_on_invoices_is_not_asked_of_an_offer(business):
    dear = line(price=Decimal(90_000), hsn="")
    issued(business)
    warned = quotations.preview(
        business, invoice_data(CustomerFactory(business=business), dear, date=days_ago(3))
    )
    assert warned.warnings == []
    missing = quotations.preview(business, invoice_data(None, LineData()))
    assert [advice.message for advice in missing.warnings] == [
        "Choose the customer before sending.",
        "Add at least one line before sending.",
    ]


def test_sending_twice_gives_one_number(business):
    quotation = sent(business)
    with pytest.raises(ValidationError, match="is sent and no longer changes"):
        quotations.send(business, None, quotation.pk)
    with pytest.raises(ValidationError, match="no longer changes"):
        quotations.save_draft(business, None, invoice_data(quotation.customer), quotation)
    with pytest.raises(ValidationError, match="no longer changes"):
        quotations.delete_draft(business, None, quotation.pk)
    assert NumberSeries.objects.get().last == 1


def test_two_people_editing_one_draft_do_not_overwrite_each_other(business):
    stored = offered(business)
    quotations.save_draft(business, None, invoice_data(stored.customer, version=1), stored)
    with pytest.raises(ValidationError, match="Somebody has changed this draft"):
        quotations.save_draft(business, None, invoice_data(stored.customer, version=1), stored)


def test_neither_a_sent_quotation_nor_its_lines_can_be_changed_or_deleted(business):
    quotation = sent(business)
    offer = quotation.lines.get()
    for change in (
        lambda: quotation.save(),
        lambda: quotation.delete(),
        lambda: Quotation.objects.filter(pk=quotation.pk).update(total=1),
        lambda: Quotation.objects.filter(pk=quotation.pk).delete(),
        lambda: offer.save(),
        lambda: offer.delete(),
        lambda: QuotationLine.objects.filter(pk=offer.pk).update(qty=5),
        lambda: QuotationLine.objects.filter(pk=offer.pk).delete(),
    ):
        with pytest.raises(ImmutableError):
            change()
    assert Quotation.objects.get().total == 118


@pytest.mark.parametrize("decision", ["approved", "declined"])
def test_an_answer_is_recorded_with_who_and_when_in_time_or_late(people, decision):
    for quotation in (sent(people.business), past(sent(people.business))):
        answered = DECIDED[decision](people.business, people.teammate, quotation.pk)
        assert (answered.state, answered.decided_by) == (decision, people.teammate)
        assert answered.decided_at is not None
        assert answered.status == decision  # for good: an answer does not expire


def test_a_customer_may_change_their_mind_until_it_is_billed(business):
    quotation = decided(business, "declined")
    again = quotations.approve(business, None, quotation.pk)
    assert (again.state, again.decline_reason) == ("approved", "")
    with pytest.raises(ValidationError, match="approved already"):
        quotations.approve(business, None, quotation.pk)
    quotations.convert(business, None, quotation.pk)
    with pytest.raises(ValidationError, match="converted already"):
        quotations.decline(business, None, quotation.pk, "Too late")


def test_a_draft_gets_no_answer(business):
    stored = offered(business)
    for deed in (quotations.approve, quotations.decline, quotations.convert):
        with pytest.raises(ValidationError, match="This is a draft"):
            deed(business, None, stored.pk)


def test_a_sent_one_has_expired_when_its_last_day_is_over_and_not_before(business):
    quotation = sent(business)
    last = quotation.valid_until
    assert quotation.status_on(last) == "sent"
    assert quotation.status_on(last + datetime.timedelta(days=1)) == "expired"
    for days, status in ((0, "sent"), (1, "expired")):
        day = last + datetime.timedelta(days=days)
        found = {name for name in QuotationState.values if Quotation.objects.with_status(name, day).exists()}
        assert found == {status}


def test_a_status_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="paid"):
        Quotation.objects.with_status("paid")


@pytest.mark.parametrize("decision", ["", "approved"])
def test_converting_makes_a_draft_of_today_and_links_both_ways(people, decision):
    customer = CustomerFactory(business=people.business, state_code="33")
    quotation = sent(people.business, line(qty=Decimal(3)), customer=customer, notes="Rear gate", terms="Net")
    if decision:
        quotations.approve(people.business, None, quotation.pk)
    made = quotations.convert(people.business, people.teammate, quotation.pk)
    assert (made.state, made.date, made.customer, made.created_by) == (
        "draft",
        today(),
        customer,
        people.teammate,
    )
    assert (made.total, made.igst, made.notes, made.terms) == (354, 54, "Rear gate", "Net")
    assert made.due_date == today() + datetime.timedelta(days=people.business.due_days)
    stored = Quotation.objects.get(pk=quotation.pk)
    assert (stored.state, stored.invoice, made.quotation) == ("converted", made, stored)


def test_it_is_converted_once(business):
    quotation, _ = converted(business)
    with pytest.raises(ValidationError, match="converted already"):
        quotations.convert(business, None, quotation.pk)
    assert Invoice.objects.count() == 1


def test_a_declined_one_is_not_converted(business):
    with pytest.raises(ValidationError, match="copy it to make a new offer"):
        quotations.convert(business, None, decided(business, "declined").pk)


def test_an_expired_one_is_converted_by_whoever_knows_that_it_is(business):
    quotation = past(sent(business))
    with pytest.raises(quotations.ExpiredError, match="expired on"):
        quotations.convert(business, None, quotation.pk)
    assert not Invoice.objects.exists()
    assert quotations.convert(business, None, quotation.pk, though_expired=True).total == 118


@pytest.mark.parametrize(
    ("before", "after"), [("sent", "sent"), ("approved", "approved"), ("expired", "expired")]
)
def test_deleting_the_draft_that_was_made_of_it_opens_it_again(business, before, after):
    quotation = past(sent(business)) if before == "expired" else sent(business)
    if before == "approved":
        quotations.approve(business, None, quotation.pk)
    made = quotations.convert(business, None, quotation.pk, though_expired=True)
    invoices.delete_draft(business, None, made.pk)
    quotation.refresh_from_db()
    assert (quotation.state, quotation.invoice) == (after, None)
    again = quotations.convert(business, None, quotation.pk, though_expired=True)
    assert invoices.issue(business, None, again.pk).number.endswith("/0001")


def test_rates_that_have_changed_since_are_those_of_today_and_prices_stay(business):
    product = ProductFactory(business=business, price=Decimal(100))
    quotation = past(sent(business, line(product)), 5)
    product.price = Decimal(900)
    product.save()
    products.set_rate(business, product.pk, Decimal(5), days_ago(1))
    made = quotations.convert(business, None, quotation.pk, though_expired=True)
    assert (made.lines.get().rate, made.taxable, made.total) == (5, 100, 105)
    assert quotations.copy(business, None, quotation.pk).total == 105
    assert Quotation.objects.get(pk=quotation.pk).total == 118


def test_a_rate_typed_by_hand_is_kept(business):
    product = ProductFactory(business=business)
    quotation = past(sent(business, line(product, rate=Decimal(40))), 5)
    products.set_rate(business, product.pk, Decimal(5), days_ago(1))
    made = quotations.convert(business, None, quotation.pk, though_expired=True)
    assert made.lines.get().rate == 40


def test_a_rate_typed_by_hand_that_is_no_longer_in_law_is_named(business):
    quotation = sent(business)
    QuotationLine._base_manager.filter(quotation=quotation).update(rate=28)
    for deed in (quotations.convert, quotations.copy):
        with pytest.raises(ValidationError) as refused:
            deed(business, None, quotation.pk)
        assert list(refused.value.message_dict) == ["lines-0-rate"]
    assert (Quotation.objects.count(), Invoice.objects.count()) == (1, 0)


@pytest.mark.parametrize("state", ["draft", "sent", "declined", "converted"])
def test_a_copy_is_a_new_draft_that_holds_for_as_many_days(people, state):
    business, terms = people.business, {"due_date": today() + datetime.timedelta(days=12)}
    origin = offered(business, **terms) if state == "draft" else sent(business, **terms)
    if state == "declined":
        quotations.decline(business, None, origin.pk)
    if state == "converted":
        quotations.convert(business, None, origin.pk)
    copied = quotations.copy(business, people.teammate, origin.pk)
    assert (copied.state, copied.revises, copied.created_by) == ("draft", origin, people.teammate)
    assert (copied.date, copied.valid_until) == (today(), terms["due_date"])
    assert (copied.total, copied.customer, copied.decline_reason) == (118, origin.customer, "")
    assert copied.lines.get().pk != origin.lines.get().pk
    assert Quotation.objects.get(pk=origin.pk).state == state


def test_a_draft_is_deleted_and_its_copies_stay(business):
    origin = offered(business)
    copied = quotations.copy(business, None, origin.pk)
    quotations.delete_draft(business, None, origin.pk)
    copied.refresh_from_db()
    assert (list(Quotation.objects.all()), copied.revises) == ([copied], None)


DEEDS = [
    quotations.send,
    quotations.approve,
    quotations.decline,
    quotations.convert,
    quotations.copy,
    quotations.delete_draft,
]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("make", [offered, sent])
def test_what_belongs_to_another_business_is_not_there(people, deed, make):
    quotation = make(people.business)
    with pytest.raises(Quotation.DoesNotExist):
        deed(people.stranger.membership.business, people.stranger, quotation.pk)
    assert Quotation.objects.get().state == quotation.state


def test_an_invoice_of_no_quotation_is_deleted_as_ever(business):
    other, _ = converted(business)
    alone = draft(business)
    invoices.delete_draft(business, None, alone.pk)
    other.refresh_from_db()
    assert other.state == "converted"


BROKEN = [
    ("quotation_has_number_once_sent", {"state": "sent"}),
    ("quotation_converted_has_invoice", {"state": "converted", "number": "Q", "number_key": "Q"}),
    ("quotation_decided_has_time", {"state": "approved", "number": "Q", "number_key": "Q"}),
    ("quotation_reason_only_if_declined", {"decline_reason": "Too dear"}),
    ("quotation_valid_from_its_date", {"valid_until": days_ago(1)}),
    ("quotation_decided_has_time", {"state": "lost", "number": "Q", "number_key": "Q"}),
    ("quotation_amounts_not_negative", {"total": -1}),
    ("quotation_one_kind_of_tax", {"igst": 1}),
]


@pytest.mark.parametrize(("name", "change"), BROKEN, ids=lambda part: part if isinstance(part, str) else "")
def test_the_database_itself_refuses_what_cannot_be(business, name, change):
    stored = offered(business)
    if "number" in change:
        change = {**change, "financial_year": "2026-27", "sent_at": stored.created_at}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Quotation._base_manager.filter(pk=stored.pk).update(**change)


def test_one_invoice_is_never_of_two_quotations(business):
    first, made = converted(business)
    second = sent(business)
    with pytest.raises(IntegrityError), transaction.atomic():
        Quotation._base_manager.filter(pk=second.pk).update(state="converted", invoice=made)
    assert first.invoice == made


def test_everybody_hears_of_it_when_a_customer_comes_round_once_more(people):
    offer = sent(people.business)
    with state_equals_events(people.teammate.pk):
        quotations.approve(people.business, None, offer.pk)
        quotations.decline(people.business, None, offer.pk, "Too dear")
        quotations.approve(people.business, None, offer.pk)
    told = Notification.objects.filter(user=people.teammate, title__contains="approved").order_by("pk")
    assert [row.is_read for row in told] == [True, False]
    quotations.convert(people.business, None, offer.pk)
    assert not told.filter(is_read=False).exists()
