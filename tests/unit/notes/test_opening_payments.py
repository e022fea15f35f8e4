"""What a customer owed from before is paid, like an invoice, but without any tax."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from delivery.models import Notification
from gstbillingapp.actions import opening
from gstbillingapp.actions.data import OpeningData
from gstbillingapp.ledger import Ledger
from gstbillingapp.models import OpeningBalance, OpeningPayment
from gstbillingapp.models.fields import today
from gstbillingapp.receivables import ageing, ages_before, net_owed
from tests.factories import CustomerFactory, days_ago, owed_before
from tests.refusals import refused
from tests.support.inbox_client import state_equals_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer(people):
    return CustomerFactory(business=people.business, name="Asha Traders")


def pay(balance: OpeningBalance, amount: str = "400", **terms) -> OpeningPayment:
    return opening.pay(balance.business, None, balance.pk, Decimal(amount), **terms)


def in_browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_payment_lowers_what_is_owed_everywhere_and_tells_everybody(people, buyer):
    balance = owed_before(buyer, "1000")
    with state_equals_events(people.teammate.pk):
        payment = pay(balance)
    assert payment.opening.balance == ages_before(buyer).owed == net_owed(buyer) == 600
    assert [entry.balance for entry in Ledger(buyer).entries()] == [1000, 600]
    told = Notification.objects.filter(dedupe_key=f"pay:opening:{payment.pk}")
    assert set(told.values_list("user", flat=True)) == {people.owner.pk, people.teammate.pk}
    assert {(row.title, row.message, row.link_url) for row in told} == {
        ("₹400.00 received from Asha Traders", "OLD/7: balance ₹600.00", balance.get_absolute_url())
    }


def test_one_that_did_not_clear_is_owed_again_and_stays_in_the_ledger(people, buyer):
    balance = owed_before(buyer)
    payment = pay(balance)
    opening.reverse(people.business, None, payment.pk, "Cheque returned")
    assert OpeningBalance.objects.get().balance == net_owed(buyer) == 1000
    entries = Ledger(buyer).entries()
    assert [(entry.text, entry.balance) for entry in entries][1:] == [
        ("Payment", 600),
        ("Payment reversed", 1000),
    ]
    failed = Notification.objects.filter(user=people.owner, dedupe_key=f"pay:opening:{payment.pk}:fail").get()
    assert (failed.notification_type, failed.priority) == ("ERROR", "high")
    with pytest.raises(ValidationError, match="reversed already"):
        opening.reverse(people.business, None, payment.pk, "Again")


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        ({"amount": "1000.01"}, "amount", "at most ₹1,000.00, the balance of OLD/7"),
        ({"amount": "0"}, "amount", "above ₹0.00"),
        ({"date": today() + datetime.timedelta(days=1)}, "date", "or an earlier day"),
        ({"mode": "advance"}, "mode", "Choose one of"),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(buyer, terms, field, words):
    with refused(field, words):
        pay(owed_before(buyer), **terms)
    assert not OpeningPayment.objects.exists()


def test_nothing_is_paid_twice_and_who_owes_nothing_is_no_debtor(buyer):
    balance = owed_before(buyer)
    pay(balance, "1000")
    assert ageing(buyer.business).keys == []
    with refused("amount", "paid in full"):
        pay(balance, "1")
    with pytest.raises(IntegrityError, match="opening_balance_paid_at_most"), transaction.atomic():
        OpeningBalance.objects.update(paid=Decimal("1000.01"))


def test_a_balance_does_not_become_less_than_was_paid_of_it(buyer):
    balance = owed_before(buyer)
    pay(balance, "400")
    data = OpeningData(amount=Decimal(399), date=days_ago(100), reference="OLD/7")
    with refused("amount", "₹400.00 of it is paid"):
        opening.save(buyer.business, buyer.pk, data)
    assert OpeningBalance.objects.get().amount == 1000


def test_it_is_paid_and_taken_back_on_its_page_by_staff_too_and_not_by_strangers(people, buyer):
    balance = owed_before(buyer)
    page, deed = balance.get_absolute_url(), reverse("opening_pay", args=[balance.pk])
    typed = {"amount": "250", "date": today().isoformat(), "mode": "upi", "reference": "UTR 7"}
    staff, stranger = in_browser(people.teammate), in_browser(people.stranger)
    assert stranger.get(page).status_code == stranger.post(deed, typed).status_code == 404
    assertContains(staff.get(page), "No payments yet")
    assertContains(staff.post(deed, typed | {"amount": "9999"}), "at most ₹1,000.00")
    assertRedirects(staff.post(deed, typed), page)
    shown = in_browser(people.owner).get(page)
    for words in ("₹750.00", "₹250.00 of ₹1,000.00 paid", "UTR 7"):
        assertContains(shown, words)
    undo = reverse("opening_payment_reverse", args=[balance.pk, OpeningPayment.objects.get().pk])
    assert stranger.post(undo, {"reason": "Mine"}).status_code == 404
    assertRedirects(staff.post(undo, {"reason": "Wrong customer"}), page)
    assertContains(staff.get(page), "Reversed: Wrong customer")
    assert net_owed(buyer) == 1000
