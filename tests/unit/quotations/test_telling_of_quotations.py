"""What is told of a quotation, to whom, once; and what marks it read again."""

import pytest

from delivery.models import Notification
from gstbillingapp.actions import invoices, quotations
from gstbillingapp.models import Quotation
from gstbillingapp.models.fields import day_text
from gstbillingapp.utils import notify_quotation_approved, notify_quotation_created
from tests.factories import CustomerFactory, sent
from tests.support.inbox_client import state_equals_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def quotation(business) -> Quotation:
    return sent(business, customer=CustomerFactory(business=business, name="Asha Traders"))


def told(user, kind: str) -> Notification:
    return Notification.objects.get(user=user, dedupe_key__regex=f"^q:[0-9]+:{kind}")


def row(user, kind: str) -> tuple[str, str, str, str, str]:
    found = told(user, kind)
    return (found.title, found.message, found.notification_type, found.priority, found.dedupe_key)


@pytest.mark.parametrize("who", ["owner", "teammate"])
def test_every_step_is_told_to_the_members(quotation, people, who):
    business, person, number, pk = people.business, getattr(people, who), quotation.number, quotation.pk
    until = day_text(quotation.valid_until)
    assert row(person, "sent") == (
        f"{number} sent to Asha Traders",
        f"₹118.00, valid until {until}",
        *("QUOTATION", "high", f"q:{pk}:sent"),
    )
    quotations.decline(business, None, pk, "Too dear")
    assert row(person, "declined") == (
        f"Asha Traders declined {number}",
        "₹118.00: Too dear",
        *("WARNING", "high", f"q:{pk}:declined"),
    )
    quotations.approve(business, None, pk)
    assert row(person, "approved") == (
        f"Asha Traders approved {number}: convert to an invoice",
        "₹118.00 for Asha Traders",
        *("SUCCESS", "high", f"q:{pk}:approved"),
    )
    assert told(person, "approved").link_url == quotation.get_absolute_url()
    made = quotations.convert(business, None, pk)
    assert not Notification.objects.filter(dedupe_key=f"q:{pk}:conv").exists()  # it has no number yet
    made = invoices.issue(business, None, made.pk)
    assert row(person, "conv") == (
        f"{number} is now invoice {made.number}",
        "₹118.00 for Asha Traders",
        *("INVOICE", "normal", f"q:{pk}:conv"),
    )
    assert told(person, "conv").link_url == made.get_absolute_url()
    assert not Notification.objects.filter(user=people.stranger).exists()


def test_a_decline_without_a_reason_says_who_and_how_much(quotation, people):
    quotations.decline(people.business, None, quotation.pk)
    assert told(people.owner, "declined").message == "₹118.00 for Asha Traders"


@pytest.mark.parametrize("who", ["owner", "teammate", "stranger"])
def test_converting_marks_the_call_to_convert_read_on_every_page_that_is_open(quotation, people, who):
    person = getattr(people, who)
    with state_equals_events(person.pk):
        quotations.approve(people.business, None, quotation.pk)
    with state_equals_events(person.pk):
        quotations.convert(people.business, None, quotation.pk)
    rows = Notification.objects.filter(user=person, dedupe_key=f"q:{quotation.pk}:approved")
    assert [found.is_read for found in rows] == ([] if who == "stranger" else [True])


def test_another_answer_marks_the_one_before_read(quotation, people):
    quotations.approve(people.business, None, quotation.pk)
    with state_equals_events(people.owner.pk):
        quotations.decline(people.business, None, quotation.pk)
    assert (told(people.owner, "approved").is_read, told(people.owner, "declined").is_read) == (True, False)


def test_who_calls_the_python_interface_beside_it_tells_nobody_twice(quotation, people):
    quotations.approve(people.business, None, quotation.pk)
    assert notify_quotation_approved(people.owner, quotation) == told(people.owner, "approved")
    created = notify_quotation_created(people.owner, quotation)
    assert created.message == "₹118.00 for Asha Traders"


def test_a_refused_deed_tells_nobody(quotation, people):
    quotations.convert(people.business, None, quotation.pk)
    before = Notification.objects.count()
    for deed in (quotations.approve, quotations.decline, quotations.convert, quotations.send):
        with pytest.raises(Exception, match=r"already|no longer changes"):
            deed(people.business, None, quotation.pk)
    assert Notification.objects.count() == before
