"""Two people at one quotation at the same instant, each on a connection of their own."""

import pytest

from gstbillingapp.actions import invoices, quotations
from gstbillingapp.models import Invoice, Membership, NumberSeries, Quotation
from tests.factories import BusinessFactory, MembershipFactory, offered, sent
from tests.unit.billing.test_two_at_once import at_once

# Serialized: emptying the tables between tests would take the rates of the migration with it.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def kinds(outcomes) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


def test_one_quotation_converted_by_three_people_is_one_invoice():
    member: Membership = MembershipFactory()
    quotation = sent(member.business)

    def convert() -> Invoice:
        return quotations.convert(member.business, None, quotation.pk)

    assert kinds(at_once(convert, convert, convert)) == ["Invoice", "ValidationError", "ValidationError"]
    assert Quotation.objects.get().invoice == Invoice.objects.get()


def test_drafts_that_are_sent_at_once_get_consecutive_numbers():
    business = BusinessFactory()
    drafts = [offered(business) for _ in range(4)]
    outcomes = at_once(*(lambda pk=row.pk: quotations.send(business, None, pk) for row in drafts))
    assert sorted(outcome.sequence for outcome in outcomes) == [1, 2, 3, 4]
    assert NumberSeries.objects.get().last == 4


def test_an_answer_and_a_conversion_at_once_leave_it_converted_or_declined():
    quotation = sent()
    at_once(
        lambda: quotations.decline(quotation.business, None, quotation.pk),
        lambda: quotations.convert(quotation.business, None, quotation.pk),
    )
    stored = Quotation.objects.get()
    assert (stored.state, Invoice.objects.count()) in [("declined", 0), ("converted", 1)]


def test_a_draft_deleted_while_it_is_issued_is_issued_or_its_quotation_is_open_again():
    quotation = sent()
    made = quotations.convert(quotation.business, None, quotation.pk)

    def delete() -> None:
        try:
            invoices.delete_draft(quotation.business, None, made.pk)
        except Invoice.DoesNotExist:  # pragma: no cover
            raise AssertionError("nobody else deletes it") from None

    def issue() -> Invoice | None:
        try:
            return invoices.issue(quotation.business, None, made.pk)
        except Invoice.DoesNotExist:
            return None

    at_once(delete, issue)
    stored = Quotation.objects.get()
    assert (stored.state, list(Invoice.objects.values_list("state", flat=True))) in [
        ("converted", ["issued"]),
        ("sent", []),
    ]
