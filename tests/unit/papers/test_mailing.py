"""An invoice by e-mail: what the form says, what arrives, what the timeline and its sender hear of it."""

import email
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delivery import letters, mail
from delivery.models import DeliveryState, Letter, Notification
from gstbillingapp import limits
from gstbillingapp import papers as maker
from gstbillingapp.actions import invoices, mailing
from gstbillingapp.actions.mailing import MailData
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.models import Customer, Invoice, Mailing, MailingState, Paper, PaperState
from gstbillingapp.models.paper import INVOICE
from tests.factories import CustomerFactory, days_ago, debited, draft, issued, line, noted, paid
from tests.unit.papers.conftest import Printed
from tests.unit.screens.people import Person

RAVI = "ravi@kaveri.example"


@pytest.fixture(autouse=True)
def no_limits_kept() -> None:
    """Limits count in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def customer(owner: Person) -> Customer:
    return CustomerFactory(business=owner.business, name="Kaveri Handlooms", email=RAVI)


@pytest.fixture
def invoice(owner: Person, customer: Customer) -> Invoice:
    return issued(owner.business, line(), customer=customer)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """What the mail server answers, one after another, before it takes what it gets."""
    from smtplib import SMTPRecipientsRefused

    answers: list[Exception] = []
    take = EmailBackend.send_messages

    def send(self: EmailBackend, messages: list) -> int:
        if answers:
            raise SMTPRecipientsRefused({RAVI: (550, b"5.1.1 No such mailbox")})
        return take(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return answers


def path(invoice: Invoice) -> str:
    return reverse("invoice_mail", args=[invoice.pk])


def send(person: Person, invoice: Invoice, **typed: str) -> HttpResponse:
    """Fill in the form and send it."""
    fields = {"to": RAVI, "subject": "Your invoice", "message": "It is attached.", "form_key": ""}
    return person.client.post(path(invoice), fields | typed)


def page(person: Person, invoice: Invoice) -> str:
    return " ".join(person.client.get(invoice.get_absolute_url()).text.split())


def letter_for_tomorrow(like: Letter) -> letters.LetterDraft:
    """Another one with the same paper, which is not due yet."""
    enclosed = {"attachment_kind": like.attachment_kind, "attachment_id": like.attachment_id}
    tomorrow = timezone.now() + timedelta(days=1)
    return letters.LetterDraft(RAVI, "Your invoice", "It is attached.", **enclosed, not_before=tomorrow)


def told(person: Person) -> list[tuple[str, str, bool]]:
    rows = Notification.objects.filter(user=person.membership.user, dedupe_key__startswith="mail:")
    return list(rows.values_list("notification_type", "priority", "is_read"))


def test_the_form_is_filled_in_with_the_address_and_plain_words(owner: Person, invoice: Invoice) -> None:
    text = owner.client.get(path(invoice)).text
    assert f'value="{RAVI}"' in text
    assert f'value="Tax invoice {invoice.number} from {owner.business.name}"' in text
    assert "Dear Kaveri Handlooms," in text
    assert f"Tax invoice {invoice.number} of" in text
    assert "for ₹118.00 is attached." in text
    assert "₹118.00 is due by" in text
    assert f"{invoice.number.replace('/', '-')}.pdf" in text


def test_a_letter_names_everything_that_changed_what_is_owed(owner: Person, invoice: Invoice) -> None:
    noted(invoice)
    debited(invoice, "20")
    paid(invoice, "18")
    page = owner.client.get(path(invoice)).text
    changes = (
        "₹23.60 was added by debit notes, ₹11.80 was taken off by credit notes, ₹18.00 has been received; "
        "₹111.80 is due by"
    )
    assert changes in page


@pytest.mark.parametrize(
    ("received", "words"),
    [("18", "₹18.00 has been received; ₹100.00 is due by"), ("118", "It is paid in full. Thank you.")],
)
def test_the_words_follow_what_is_owed(owner: Person, invoice: Invoice, received: str, words: str) -> None:
    paid(invoice, received)
    assert words in owner.client.get(path(invoice)).text


def test_what_is_late_was_due(owner: Person) -> None:
    late = issued(owner.business, date=days_ago(9), due_date=days_ago(5))
    assert "₹118.00 was due by" in owner.client.get(path(late)).text


def test_a_cancelled_one_says_that_nothing_is_owed_and_a_draft_is_not_sent(
    owner: Person, invoice: Invoice
) -> None:
    invoices.cancel(owner.business, None, invoice.pk, "Twice")
    assert "It is cancelled, and nothing is owed on it." in owner.client.get(path(invoice)).text
    assert owner.client.get(path(draft(owner.business))).status_code == 404


def test_it_arrives_with_the_pdf_as_the_invoice_is_then_in_the_name_of_the_business(
    owner: Person, invoice: Invoice, settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "billing@site.example"
    type(owner.business).objects.update(email="shop@asha.example")
    answer = send(owner, invoice, message="नमस्ते\nIt is attached.")
    assert answer["Location"] == invoice.get_absolute_url()
    assert f"{invoice.number} is on its way to {RAVI}." in page(owner, invoice)
    assert "On its way to" in page(owner, invoice)
    assert "data-waits" in page(owner, invoice)
    paid(invoice, "18")
    assert mail.carry()
    [message] = outbox.outbox
    assert (message.to, message.reply_to, message.subject) == ([RAVI], ["shop@asha.example"], "Your invoice")
    assert message.from_email == f'"{owner.business.name}" <billing@site.example>'
    assert message.body == "नमस्ते\nIt is attached.\n"
    [(name, content, mimetype)] = message.attachments
    assert (name, mimetype) == (f"{invoice.number.replace('/', '-')}.pdf", "application/pdf")
    assert "Balance due ₹100.00" in Printed(content).text
    shown = page(owner, invoice)
    assert f"Sent to {RAVI} by e-mail" in shown
    assert "data-waits" not in shown
    assert told(owner) == []


def test_answers_go_to_the_sender_where_the_business_has_no_address(owner: Person, invoice: Invoice) -> None:
    type(owner.business).objects.update(email="")
    type(owner.membership.user).objects.filter(pk=owner.membership.user_id).update(email="asha@example.in")
    send(owner, invoice)
    assert Letter.objects.get().reply_to == "asha@example.in"


def test_a_business_whose_name_has_several_lines_is_one_line_in_a_letter(owner: Person) -> None:
    type(owner.business).objects.update(name="Asha\nElectricals", email="no address")
    send(owner, issued(owner.business))
    letter = Letter.objects.get()
    assert (letter.sender_name, letter.reply_to) == ("Asha Electricals", owner.membership.user.email)


def test_it_waits_for_a_pdf_that_is_being_made(
    owner: Person, invoice: Invoice, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Paper.objects.all().delete()
    send(owner, invoice)
    monkeypatch.setattr("delivery.handoff.wake_task", lambda _name: None)  # a worker will come to it
    assert mail.carry()
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == (DeliveryState.WAITING, 0)
    assert "Not taken yet" not in page(owner, invoice)
    later = letters.post(owner.membership.user.pk, letter_for_tomorrow(letter))
    maker.make_all()
    mail.carry()
    assert len(outbox.outbox) == 1, "it goes at once when the PDF is there"
    later.refresh_from_db()
    assert later.state == DeliveryState.WAITING, "one for later does not"


def test_one_that_is_not_delivered_says_why_and_its_sender_hears_of_it(
    owner: Person, teammate: Person, invoice: Invoice, refusing: list[Exception]
) -> None:
    refusing.append(OSError())
    send(teammate, invoice)
    mail.carry()
    [row] = Notification.objects.filter(user=teammate.membership.user, dedupe_key__startswith="mail:")
    assert (row.notification_type, row.priority) == ("ERROR", "high")
    assert row.title == f"{invoice.number} not delivered to {RAVI}"
    assert row.message.startswith("550 5.1.1 No such mailbox. Check the address and send it again")
    assert row.link_url == invoice.get_absolute_url()
    assert told(owner) == []
    shown = page(owner, invoice)
    assert f"Not delivered to {RAVI}" in shown
    assert "550 5.1.1 No such mailbox" in shown
    again = f"{path(invoice)}?again={Mailing.objects.get().pk}"
    assert again in shown
    Customer.objects.update(email="other@kaveri.example")
    assert f'value="{RAVI}"' in owner.client.get(again).text


def test_one_that_is_sent_after_all_takes_that_back(
    owner: Person, invoice: Invoice, refusing: list[Exception]
) -> None:
    refusing.append(OSError())
    send(owner, invoice)
    mail.carry()
    assert told(owner) == [("ERROR", "high", False)]
    refusing.clear()
    Letter.objects.update(state=DeliveryState.PENDING, attempts=0)
    mail.carry()
    assert Mailing.objects.get().state == MailingState.SENT
    assert told(owner) == [("ERROR", "high", True)]


def test_one_that_is_tried_again_by_itself_says_when(
    owner: Person, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from smtplib import SMTPRecipientsRefused

    def later(_self: EmailBackend, _messages: list) -> int:
        raise SMTPRecipientsRefused({RAVI: (450, b"4.2.0 Greylisted")})

    monkeypatch.setattr(EmailBackend, "send_messages", later)
    send(owner, invoice)
    mail.carry()
    shown = page(owner, invoice)
    assert "Not taken yet: 450 4.2.0 Greylisted. It is tried again at " in shown
    assert told(owner) == []


def test_a_pdf_that_cannot_be_made_is_told_and_made_anew_when_it_is_sent_again(
    owner: Person, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_paper: Paper) -> tuple[str, bytes]:
        raise ValueError("no such glyph")

    with monkeypatch.context() as patched:
        patched.setattr(maker, "drawn", broken)
        send(owner, invoice)
        mail.carry()
    assert Mailing.objects.get().reason == f"{invoice.number} could not be made as PDF."
    assert Paper.objects.get(object_id=invoice.pk).state == PaperState.FAILED
    send(owner, invoice)
    mail.carry()
    assert len(outbox.outbox) == 1


def test_cancelling_calls_off_what_was_not_sent_yet(owner: Person, invoice: Invoice) -> None:
    send(owner, invoice)
    invoices.cancel(owner.business, None, invoice.pk, "Twice")
    mail.carry()
    assert outbox.outbox == []
    assert f"Not sent to {RAVI}: it was called off" in page(owner, invoice)
    send(owner, invoice)
    mail.carry()
    assert "CANCELLED" in Printed(outbox.outbox[0].attachments[0][1]).text


def test_what_is_rolled_back_is_not_sent(owner: Person, invoice: Invoice) -> None:
    key = PaperKey(owner.business.pk, INVOICE, invoice.pk)
    with transaction.atomic():
        mailing.send(owner.business, owner.membership.user, key, MailData(RAVI, "Your invoice", "Attached."))
        transaction.set_rollback(True)
    mail.carry()
    assert outbox.outbox == []
    assert not Mailing.objects.exists()


def test_a_form_that_is_sent_twice_is_one_letter(owner: Person, invoice: Invoice) -> None:
    for _ in range(2):
        assert send(owner, invoice, form_key="a1b2")["Location"] == invoice.get_absolute_url()
    assert (Letter.objects.count(), Mailing.objects.count()) == (1, 1)
    send(owner, invoice, form_key="c3d4")
    assert Letter.objects.count() == 2


@pytest.mark.parametrize(
    "corrected", [{"to": "ravi@kaveri.in"}, {"subject": "Your bill"}, {"message": "Here it is."}]
)
def test_a_form_that_is_gone_back_to_and_corrected_is_another_letter(
    owner: Person, invoice: Invoice, corrected: dict[str, str]
) -> None:
    send(owner, invoice, form_key="a1b2")
    send(owner, invoice, form_key="a1b2", **corrected)
    mail.carry()
    sent = [{"to": to, "subject": subject} for to, subject in Letter.objects.values_list("to", "subject")]
    assert len(sent) == len(outbox.outbox) == Mailing.objects.count() == 2
    assert f"{invoice.number} is on its way to {corrected.get('to', RAVI)}." in page(owner, invoice)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("to", "", "Enter the e-mail address that it goes to."),
        ("to", "ravi", "Enter an address such as name@example.in"),
        ("to", f"{RAVI}, meera@example.in", "Enter an address such as name@example.in"),
        ("to", f"{RAVI}\r\nBcc: all@example.in", "Enter an address such as name@example.in"),
        ("subject", "", "Say what it is about."),
        ("subject", "Your invoice\r\nBcc: all@example.in", "Use a single line."),
        ("message", " ", "Write a line to whoever gets it."),
        ("message", "x" * 20_001, "Use at most 20000 characters"),
    ],
)
def test_what_cannot_be_sent_says_why_and_keeps_what_was_typed(
    owner: Person, invoice: Invoice, field: str, value: str, words: str
) -> None:
    answer = send(owner, invoice, **({"message": "Dear Ravi, as we spoke."} | {field: value}))
    assert answer.status_code == 200
    assert words in answer.text
    assert field == "message" or "Dear Ravi, as we spoke." in answer.text
    assert not Letter.objects.exists()


def test_a_site_without_a_mail_server_says_so_and_sends_nothing(
    owner: Person, invoice: Invoice, settings
) -> None:
    settings.EMAIL_BACKEND = letters.CONSOLE
    assert mailing.NOT_SET_UP in owner.client.get(path(invoice)).text
    assert mailing.NOT_SET_UP in send(owner, invoice).text
    assert not Letter.objects.exists()


def test_a_person_sends_so_many_in_an_hour_and_a_business_in_a_day(
    owner: Person, teammate: Person, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ALLOWED_LETTERS", 2)
    monkeypatch.setattr(mailing, "MOST_A_DAY", 3)
    assert [send(owner, invoice).status_code for _ in range(2)] == [302, 302]
    waits = send(owner, invoice, message="Dear Ravi, as we spoke.")
    assert (waits.status_code, int(waits["Retry-After"]) > 0) == (429, True)
    assert "You have sent 2 e-mails within an hour." in waits.text
    assert "Dear Ravi, as we spoke." in waits.text, "nothing that was typed is lost"
    assert send(teammate, invoice).status_code == 302
    refused = send(teammate, invoice)
    assert "3 e-mails have been sent in the last 24 hours" in refused.text
    Mailing.objects.update(asked_at=timezone.now() - timedelta(hours=25))
    cache.clear()
    assert send(teammate, invoice).status_code == 302


def test_the_owner_and_a_teammate_send_it_and_a_stranger_does_not(
    owner: Person, teammate: Person, stranger: Person, client: Client, invoice: Invoice
) -> None:
    for person in (owner, teammate):
        assert person.client.get(path(invoice)).status_code == 200
        assert send(person, invoice).status_code == 302
    assert stranger.client.get(path(invoice)).status_code == 404
    assert send(stranger, invoice).status_code == 404
    assert client.get(path(invoice))["Location"].startswith("/accounts/login/")
    assert Letter.objects.count() == 2


def test_a_paper_of_a_kind_that_only_a_newer_version_knows_is_tried_again(
    owner: Person, invoice: Invoice
) -> None:
    send(owner, invoice)
    Letter.objects.update(attachment_kind="challan")
    mail.carry()
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == (DeliveryState.WAITING, 1)
    assert "older version" in page(owner, invoice)
    Letter.objects.update(attachment_kind=INVOICE, due_at=timezone.now() - timedelta(minutes=1))
    mail.carry()
    assert Letter.objects.get().state == DeliveryState.SENT


def test_no_letter_takes_a_paper_of_another_business(
    owner: Person, stranger: Person, invoice: Invoice
) -> None:
    key = PaperKey(stranger.business.pk, INVOICE, invoice.pk)
    mailing.send(stranger.business, stranger.membership.user, key, MailData(RAVI, "Theirs", "Attached."))
    mail.carry()
    assert outbox.outbox == []
    assert Mailing.objects.get().reason == "The document is there no more."
    assert told(stranger) == [("ERROR", "high", False)]


def test_another_documents_address_is_not_taken_over(owner: Person, stranger: Person) -> None:
    theirs = issued(stranger.business, customer=CustomerFactory(business=stranger.business, email=RAVI))
    send(stranger, theirs)
    ours = issued(owner.business, customer=CustomerFactory(business=owner.business, email=""))
    for again in (Mailing.objects.get().pk, "x", 10**30):
        assert RAVI not in owner.client.get(f"{path(ours)}?again={again}").text


def test_what_arrives_is_a_message_that_can_be_read_back(owner: Person, invoice: Invoice) -> None:
    send(owner, invoice, subject="बिल: ₹118")
    mail.carry()
    read = email.message_from_bytes(outbox.outbox[0].message().as_bytes())
    text, file = read.get_payload()
    assert text.get_payload(decode=True).decode() == "It is attached.\n"
    assert file.get_payload(decode=True).startswith(b"%PDF-")
    assert read["Message-ID"] == mail.message_id(Letter.objects.get())
