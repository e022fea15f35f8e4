"""Letters on real processes: with the real PDF, past a worker that was killed, and in nobody's way."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from delivery import mail as carrying
from delivery.models import DeliveryState, Letter, Notification, Postman
from gstbillingapp.models import Business, Invoice, Membership, Paper, Role
from gstbillingapp.utils import create_notification
from tests.factories import BusinessFactory, issued
from tests.support.browserless import Client, Socket
from tests.support.databases import Templates
from tests.support.mail_server import MailServer, SilentServer
from tests.support.redis_server import RedisServer
from tests.support.stack import Stack, running
from tests.support.waiting import wait_until

pytestmark = pytest.mark.once

PASSWORD = "a pass phrase that the processes check"
names = (f"mails-{number}" for number in count(1))


@pytest.fixture(scope="module")
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that has a worker die with a letter."""
    return tmp_path_factory.mktemp("order") / "die"


@pytest.fixture(scope="module")
def posting(
    database_templates: Templates,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
    mail: MailServer,
    order: Path,
) -> Iterator[Stack]:
    """The processes with a mail server, and a worker that may be told to die."""
    folder = tmp_path_factory.mktemp("letters")
    redis = RedisServer("valkey", folder)
    with ExitStack() as cleanup:
        cleanup.callback(redis.close)
        redis.start()
        database = cleanup.enter_context(database_templates.copy("migrated"))
        cleanup.enter_context(django_db_blocker.unblock())
        cleanup.enter_context(database.used_here())
        stack = Stack(database, redis, folder)
        stack.worker_app = "tests.support.mail_saboteur"
        stack.environment |= {"EMAIL_URL": mail.url, "SABOTAGE": str(order)}
        yield cleanup.enter_context(running(stack))


class Sender:
    """Somebody new with a business, signed in, and an invoice."""

    def __init__(self, stack: Stack) -> None:
        self.business: Business = BusinessFactory()
        hashed = make_password(PASSWORD, hasher="pbkdf2_sha256")
        self.user = User.objects.create(username=next(names), password=hashed)
        Membership.objects.create(business=self.business, user=self.user, role=Role.OWNER)
        self.client: Client = stack.sign_in(self.user.username, PASSWORD)
        self.invoice: Invoice = issued(self.business)

    def send(self, to: str) -> Letter:
        """Fill in the form and press the button."""
        path = f"/invoice/{self.invoice.pk}/mail/"
        typed = {"to": to, "subject": f"Invoice {self.invoice.number}", "message": "It is attached."}
        assert self.client.post(path, typed).status == 200
        return Letter.objects.get(user=self.user, to=to)

    def page(self) -> str:
        return self.client.get(self.invoice.get_absolute_url()).text


def heard(socket: Socket, title: str) -> dict[str, Any]:
    """The notification of that title, once it has come."""
    while (told := socket.receive("notification")["notification"])["title"] != title:
        pass
    return dict(told)


def is_sent(letter: Letter) -> bool:
    return Letter.objects.get(pk=letter.pk).state == DeliveryState.SENT


def arrived(mail: MailServer, to: str) -> list[str]:
    """The ids of the messages that came for an address."""
    return [message["Message-ID"] for message in mail.messages if message["To"] == to]


def test_an_invoice_that_is_sent_arrives_with_its_pdf(posting: Stack, mail: MailServer) -> None:
    asha = Sender(posting)
    Paper.objects.filter(object_id=asha.invoice.pk).delete()
    began = monotonic()
    letter = asha.send("ravi@example.in")
    wait_until(lambda: is_sent(letter), 20)
    print(f"sent, the PDF made for it, in {monotonic() - began:.2f} s")
    [message] = [message for message in mail.messages if message["To"] == "ravi@example.in"]
    text, file = message.get_payload()
    assert text.get_payload(decode=True).decode().strip() == "It is attached."
    assert file.get_payload(decode=True).startswith(b"%PDF-")
    assert file.get_filename() == f"{asha.invoice.number.replace('/', '-')}.pdf"
    assert asha.business.name in message["From"]
    assert "Sent to ravi@example.in by e-mail" in asha.page()
    began, another = monotonic(), asha.send("meera@example.in")
    wait_until(lambda: is_sent(another), 20)
    print(f"sent, the PDF being there, in {monotonic() - began:.2f} s")


def test_whoever_sent_one_that_is_refused_sees_it_at_once(posting: Stack, mail: MailServer) -> None:
    asha = Sender(posting)
    mail.answers["nobody@example.in"] = "550 5.1.1 No such mailbox"
    with asha.client.socket() as socket:
        letter = asha.send("nobody@example.in")
        title = f"{asha.invoice.number} not delivered to nobody@example.in"
        told = heard(socket, title)
    assert told["notification_type"] == "ERROR"
    assert "550 5.1.1 No such mailbox" in told["message"]
    assert Letter.objects.get(pk=letter.pk).state == DeliveryState.DEAD
    assert "Not delivered to nobody@example.in" in asha.page()


def test_a_mail_server_that_stalls_holds_up_no_notification_and_gets_its_letters_when_it_is_back(
    posting: Stack, mail: MailServer
) -> None:
    asha = Sender(posting)
    mail.stop()
    with SilentServer(mail.port) as silent, asha.client.socket() as socket:
        letter = asha.send("stalled@example.in")
        wait_until(silent.is_called, 20, "nobody has tried")
        for number in range(5):
            began, title = monotonic(), f"Meanwhile {number}"
            with posting.posting():
                create_notification(asha.user, title, "")
            heard(socket, title)
            print(f"a notification in {monotonic() - began:.3f} s beside a mail server that stalls")
        wait_until(Postman.objects.exclude(away_since=None).exists, 30, "nobody has noticed")
    mail.start()
    assert Letter.objects.get(pk=letter.pk).attempts == 0
    Postman.objects.update(rests_until=timezone.now())  # it is left alone for half a minute
    wait_until(lambda: is_sent(letter), 20)
    assert len(arrived(mail, "stalled@example.in")) == 1
    assert Notification.objects.filter(user=asha.user, title__startswith="Meanwhile").count() == 5


def test_what_a_killed_worker_had_sent_is_sent_again_under_the_same_id(
    posting: Stack, mail: MailServer, order: Path
) -> None:
    asha = Sender(posting)
    order.touch()
    letter = asha.send("killed@example.in")
    wait_until(lambda: not order.exists(), 20)
    wait_until(lambda: not posting.process("worker").is_running, 10)
    assert len(arrived(mail, "killed@example.in")) == 1
    assert Letter.objects.get(pk=letter.pk).state == DeliveryState.CLAIMED
    posting.start("worker")
    past = timezone.now() - timedelta(seconds=1)
    Letter.objects.filter(pk=letter.pk).update(due_at=past)  # the leases end, which takes LEASE otherwise
    Postman.objects.update(lease_until=past)
    wait_until(lambda: is_sent(letter), 20)
    assert Letter.objects.get(pk=letter.pk).attempts == 2
    assert arrived(mail, "killed@example.in") == [carrying.message_id(letter)] * 2
