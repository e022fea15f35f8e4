"""Events that come by e-mail: to whom, in which words, when, and that what has lost its cause is not sent."""

import datetime

import pytest
import time_machine
from django.core import mail as outbox
from django.utils import timezone

from delivery import inbox, mail
from delivery.models import DeliveryState, Letter, Notification
from gstbillingapp.actions import announce, mailing
from gstbillingapp.actions import people as deeds
from gstbillingapp.actions.mailing import MailData
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.models import EventKind
from gstbillingapp.models.fields import INDIA
from gstbillingapp.models.paper import INVOICE
from tests.factories import CustomerFactory, MembershipFactory, issued, paid
from tests.unit.preferences.conftest import choose

pytestmark = pytest.mark.django_db
ISSUED, DUE = EventKind.INVOICE_ISSUED, EventKind.INVOICE_DUE


@pytest.fixture(autouse=True)
def _a_mail_server(settings):
    settings.DEBUG = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.TRUSTED_ORIGINS = ["https://billing.example.in"]


def letters(user) -> list[Letter]:
    return list(Letter.objects.filter(user=user).order_by("pk"))


def test_nothing_comes_by_e_mail_unless_a_person_switches_it_on(people):
    choose(people.teammate, mailed=(ISSUED,))
    invoice = issued(people.business)
    paid(invoice)
    assert letters(people.owner) == letters(people.stranger) == []
    [letter] = letters(people.teammate)
    told = Notification.objects.get(user=people.teammate, dedupe_key=f"inv:{invoice.pk}:issued")
    assert (letter.to, letter.subject) == (people.teammate.email, f"Invoice {invoice.number} created")
    assert letter.notification_id == told.pk
    assert told.message in letter.text
    assert f"View invoice: https://billing.example.in{invoice.get_absolute_url()}" in letter.text
    assert "https://billing.example.in/accounts/notifications/" in letter.text


def test_without_an_address_nothing_is_written(people):
    choose(people.owner, mailed=(ISSUED,))
    people.owner.email = ""
    people.owner.save()
    issued(people.business)
    assert letters(people.owner) == []


def test_a_name_over_two_lines_makes_a_subject_of_one(people):
    choose(people.owner, mailed=(EventKind.PAYMENT_RECORDED,))
    buyer = CustomerFactory(business=people.business, name="Ravi\r\nBcc: x@example.in\tTraders")
    paid(issued(customer=buyer))
    [letter] = letters(people.owner)
    assert letter.subject == "₹118.00 received from Ravi Bcc: x@example.in Traders"


def test_told_again_it_is_one_letter(people):
    choose(people.owner, mailed=(ISSUED,), off=(ISSUED,))
    invoice = issued(people.business)
    announce.invoice_issued(invoice)
    assert len(letters(people.owner)) == 1


def test_in_quiet_hours_it_waits_for_their_end(people):
    choose(people.owner, mailed=(ISSUED,), quiet="21:00-07:00")
    choose(people.teammate, mailed=(ISSUED,))
    with time_machine.travel(datetime.datetime(2027, 4, 1, 23, 30, tzinfo=INDIA), tick=False):
        issued(people.business)
    [waiting], [pending] = letters(people.owner), letters(people.teammate)
    assert waiting.state == DeliveryState.WAITING
    assert waiting.due_at == datetime.datetime(2027, 4, 2, 7, tzinfo=INDIA)
    assert (pending.state, pending.due_at) == (DeliveryState.PENDING, None)


def test_what_was_read_in_the_app_is_not_sent_any_more(people):
    choose(people.owner, mailed=(ISSUED,))
    invoice = issued(people.business)
    told = Notification.objects.get(user=people.owner, dedupe_key=f"inv:{invoice.pk}:issued")
    inbox.mark_read(people.owner.pk, told.pk)
    mail.carry()
    assert [letter.state for letter in letters(people.owner)] == [DeliveryState.SUPERSEDED]
    assert outbox.outbox == []


@pytest.mark.parametrize("off", [(), (DUE,)], ids=["in the app too", "by e-mail alone"])
def test_a_reminder_that_is_paid_before_its_letter_was_sent_is_not_sent(people, off):
    choose(people.owner, mailed=(DUE,), off=off)
    MembershipFactory(business=people.business)
    invoice = issued(people.business)
    members = announce.audience(people.business)
    announce.invoices_unpaid(people.business, {invoice: 0}, invoice.due_date, members)
    assert len(letters(people.owner)) == 1
    paid(invoice)
    mail.carry()
    assert [letter.state for letter in letters(people.owner)] == [DeliveryState.SUPERSEDED]
    assert outbox.outbox == []


def test_whoever_is_shut_out_gets_no_letter_that_was_waiting(people):
    choose(people.owner, mailed=(ISSUED,))
    choose(people.teammate, mailed=(ISSUED,), quiet="21:00-07:00")
    with time_machine.travel(datetime.datetime(2027, 4, 1, 23, 30, tzinfo=INDIA), tick=False):
        issued(people.business)
        deeds.deactivate_staff(people.business, people.teammate.pk)
        deeds.reactivate_staff(people.business, people.teammate.pk)
    Letter.objects.update(due_at=timezone.now())
    mail.carry()
    assert [letter.state for letter in letters(people.teammate)] == [DeliveryState.SUPERSEDED]
    assert [letter.state for letter in letters(people.owner)] == [DeliveryState.SENT]


def test_nor_does_one_whom_the_administration_shuts_out(people):
    choose(people.owner, mailed=(ISSUED,))
    issued(people.business)
    type(people.owner).objects.filter(pk=people.owner.pk).update(is_active=False)
    mail.carry()
    assert [letter.state for letter in letters(people.owner)] == [DeliveryState.SUPERSEDED]
    assert outbox.outbox == []


def test_a_letter_goes_to_the_address_that_its_person_has_when_it_is_sent(people):
    choose(people.owner, mailed=(ISSUED,))
    issued(people.business)
    people.owner.email = "asha@new.example.in"
    choose(people.owner, mailed=(ISSUED,))
    mail.carry()
    [letter] = letters(people.owner)
    assert (letter.state, letter.to) == (DeliveryState.SENT, "asha@new.example.in")
    assert [message.to for message in outbox.outbox] == [["asha@new.example.in"]]


def test_what_goes_to_a_customer_goes_whoever_sent_it_is_shut_out(people):
    customer = CustomerFactory(business=people.business, email="ravi@kaveri.example")
    key = PaperKey(people.business.pk, INVOICE, issued(customer=customer).pk)
    mailing.send(people.business, people.teammate, key, MailData(customer.email, "Your invoice", "Attached."))
    deeds.deactivate_staff(people.business, people.teammate.pk)
    mail.carry()
    assert [message.to for message in outbox.outbox] == [[customer.email]]


def test_a_kind_that_is_switched_off_by_e_mail_is_not_sent_any_more(people):
    choose(people.owner, mailed=(ISSUED, EventKind.PAYMENT_RECORDED), off=(ISSUED,))
    paid(issued(people.business))
    choose(people.owner, mailed=(EventKind.PAYMENT_RECORDED,))
    mail.carry()
    assert [letter.state for letter in letters(people.owner)] == [
        DeliveryState.SUPERSEDED,
        DeliveryState.SENT,
    ]


def test_who_takes_over_an_account_keeps_no_letter_of_it_from_its_owner(people):
    owner, own = people.owner, people.owner.email
    choose(owner, mailed=(EventKind.PASSWORD_CHANGED,), quiet="00:00-23:59")
    announce.password_changed(owner, "a phone", timezone.now())
    owner.email = "thief@example.org"
    choose(owner)
    inbox.mark_all_read(owner.pk)
    mail.carry()
    assert [letter.to for letter in outbox.outbox] == [[own]]
