"""Letters as they are carried to a real mail server, which takes, refuses, postpones, hangs up or is away."""

import logging
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message

import pytest
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from delivery import enclosures, handoff, inbox, letters, mail
from delivery.drafts import Draft
from delivery.enclosures import Enclosure, Enclosures, NotReady, UnavailableError
from delivery.letters import LetterDraft
from delivery.models import DeliveryState, Letter, Postman, Tally
from delivery.retry import LETTER_WAITS
from delivery.tasks import post_letters, sweep
from delivery.ticker import Ticker
from tests.support.mail_server import MailServer, SilentServer

pytestmark = pytest.mark.django_db

RAVI = "ravi@example.in"


@pytest.fixture
def asha() -> User:
    return User.objects.create_user("asha")


@pytest.fixture
def server(settings):
    with MailServer() as started:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", started.port
        yield started


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """What whoever registered hears; what goes with letters is a file of their variant."""
    heard: list[tuple[int, str]] = []

    def find(letter: Letter) -> Enclosure | NotReady:
        if letter.attachment_variant == "making":
            return NotReady(60)
        if letter.attachment_variant == "gone":
            raise UnavailableError("INV-1 is there no more.")
        if letter.attachment_variant == "broken":
            raise KeyError("rate")
        content = b"%PDF-" + b"x" * (mail.MOST_ENCLOSED if letter.attachment_variant == "large" else 1)
        return Enclosure("INV-1.pdf", "application/pdf", content)

    found = Enclosures(find=find, told=lambda letter: heard.append((letter.pk, letter.state)))
    monkeypatch.setattr(enclosures, "_registered", [found])
    return heard


def post(user: User, **fields: object) -> Letter:
    draft = {"to": RAVI, "subject": "Invoice INV-1", "text": "Please find it attached."}
    return letters.post(user.pk, LetterDraft(**(draft | fields)))


def enclosing(user: User, variant: str = "") -> Letter:
    return post(user, attachment_kind="invoice", attachment_id="1:7", attachment_variant=variant)


def now(letter: Letter) -> Letter:
    return Letter.objects.get(pk=letter.pk)


def lapse(**rows: object) -> None:
    """Let time go by for these letters: what they wait for has come."""
    Letter.objects.filter(**rows).update(due_at=timezone.now() - timedelta(minutes=1))


def rested() -> None:
    Postman.objects.update(rests_until=timezone.now() - timedelta(seconds=1))


def header(message: Message, name: str) -> str:
    return str(make_header(decode_header(message[name])))


def test_it_comes_with_its_words_its_file_and_its_sender(
    asha: User, server: MailServer, told: list[tuple[int, str]], settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "GST Billing <billing@site.example>"
    sender = {"reply_to": "shop@example.in", "sender_name": 'काशी "Silk", Varanasi'}
    words = {"subject": "बिल INV-1: ₹118.00", "text": "₹118.00 is due."}
    letter = post(asha, **words, **sender, attachment_kind="invoice")
    assert mail.carry()
    [message] = server.messages
    assert header(message, "Subject") == "बिल INV-1: ₹118.00"
    assert header(message, "From") == "काशी 'Silk', Varanasi <billing@site.example>"
    assert (message["To"], message["Reply-To"]) == (RAVI, "shop@example.in")
    assert message["Message-ID"] == f"<{letter.message_key}.{letter.pk}@site.example>"
    text, file = message.get_payload()
    assert text.get_payload(decode=True).decode() == "₹118.00 is due."
    assert (file.get_filename(), file.get_content_type()) == ("INV-1.pdf", "application/pdf")
    assert file.get_payload(decode=True) == b"%PDF-x"
    assert server.recipients == [[RAVI]]
    stored = now(letter)
    assert (stored.state, stored.attempts, stored.claim, stored.due_at) == (DeliveryState.SENT, 1, "", None)
    assert stored.settled_at is not None
    assert told == [(letter.pk, "sent")]


def test_a_sender_as_long_as_allowed_is_one_header(asha: User, server: MailServer) -> None:
    name = "वाराणसी रेशम भंडार " * 6
    post(asha, sender_name=name, subject="र" * 200)
    mail.carry()
    [message] = server.messages
    assert header(message, "From") == f"{name.strip()} <billing@localhost>"
    assert header(message, "Subject") == "र" * 200


def test_many_go_over_one_connection_in_the_order_they_were_posted(
    asha: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    connect = mail.get_connection
    monkeypatch.setattr(mail, "get_connection", lambda **options: asked.append(1) or connect(**options))
    for number in range(5):
        post(asha, subject=f"INV-{number}")
    assert mail.carry()
    assert server.subjects == [f"INV-{number}" for number in range(5)]
    assert asked == [1]


@pytest.mark.parametrize("where", [RAVI, "DATA"])
def test_what_is_refused_for_good_is_dead_at_once_and_the_others_go_out(
    asha: User, server: MailServer, told: list[tuple[int, str]], where: str
) -> None:
    server.answers[where] = "550 5.1.1 No such mailbox"
    bad = post(asha)
    mail.carry()
    del server.answers[where]
    good = post(asha)
    mail.carry()
    stored = now(bad)
    assert (stored.state, stored.attempts) == (DeliveryState.DEAD, 1)
    assert stored.last_error == "550 5.1.1 No such mailbox"
    assert stored.fingerprint.endswith(" 550")
    assert now(good).state == DeliveryState.SENT
    assert told == [(bad.pk, "dead"), (good.pk, "sent")]


def test_a_refusal_in_the_middle_leaves_its_neighbours_alone(asha: User, server: MailServer) -> None:
    server.answers["nobody@example.in"] = "550 No such mailbox"
    rows = [post(asha, to=address) for address in (RAVI, "nobody@example.in", "meera@example.in")]
    assert mail.carry()
    assert [now(row).state for row in rows] == ["sent", "dead", "sent"]


def test_what_is_postponed_is_tried_again_later_each_time_until_it_is_dead(
    asha: User, server: MailServer, told: list[tuple[int, str]]
) -> None:
    server.answers[RAVI] = "451 4.7.1 Greylisted, come again"
    letter = post(asha)
    for seconds in LETTER_WAITS:
        assert mail.carry()
        stored = now(letter)
        assert stored.state == DeliveryState.WAITING
        assert stored.last_error == "451 4.7.1 Greylisted, come again"
        wait = (stored.due_at - timezone.now()).total_seconds()
        assert 0.75 * seconds < wait < 1.25 * seconds
        assert mail.carry(), "it is not due"
        assert told == []
        lapse(pk=letter.pk)
    mail.carry()
    assert now(letter).state == DeliveryState.DEAD
    assert now(letter).attempts == len(LETTER_WAITS) + 1
    assert told == [(letter.pk, "dead")]
    assert server.messages == []


def test_one_that_was_postponed_comes_in_the_end(asha: User, server: MailServer) -> None:
    server.answers[RAVI] = "451 4.7.1 Greylisted, come again"
    letter = post(asha)
    mail.carry()
    server.answers.clear()
    lapse(pk=letter.pk)
    mail.carry()
    assert (now(letter).state, now(letter).last_error) == (DeliveryState.SENT, "")


def test_while_the_mail_server_is_away_nothing_counts_an_attempt_and_it_is_left_alone(
    asha: User, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    letter = post(asha)
    server.stop()
    for _ in range(3):
        assert mail.carry(), "nothing that could be done just now"
        assert not mail.is_due()
        rested()
        assert mail.is_due()
    assert (now(letter).state, now(letter).attempts) == (DeliveryState.PENDING, 0)
    postman = Postman.objects.get()
    assert postman.away_since is not None
    assert postman.error.startswith("ConnectionRefusedError")
    assert caplog.text.count("the mail server is away") == 1
    server.start()
    caplog.set_level(logging.INFO)
    assert mail.carry()
    assert now(letter).state == DeliveryState.SENT
    assert Postman.objects.get().away_since is None
    assert "the mail server is back" in caplog.text


def test_a_mail_server_that_stalls_is_away(asha: User, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "REACHING", 0.2)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    letter = post(asha)
    with SilentServer() as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", silent.port
        assert mail.carry()
    assert (now(letter).state, now(letter).attempts) == (DeliveryState.PENDING, 0)
    assert Postman.objects.get().error == "SMTPServerDisconnected in delivery.mail"


def test_a_server_that_refuses_our_own_address_is_no_fault_of_a_letter(
    asha: User, server: MailServer
) -> None:
    server.answers["MAIL"] = "550 5.4.5 Daily sending quota exceeded"
    letter = post(asha)
    assert mail.carry()
    assert (now(letter).state, now(letter).attempts) == (DeliveryState.PENDING, 0)
    assert Postman.objects.get().error == "SMTPSenderRefused 550"
    assert not mail.is_due()


def test_a_server_that_hangs_up_at_one_letter_takes_the_others(
    asha: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers[RAVI] = "421 4.3.2 Closing"
    bad, good = post(asha), post(asha, to="meera@example.in")
    assert mail.carry()
    assert (now(bad).state, now(bad).attempts) == (DeliveryState.WAITING, 1)
    assert now(good).state == DeliveryState.SENT


def test_what_a_killed_worker_was_sending_is_sent_again_under_the_same_id(
    asha: User, server: MailServer
) -> None:
    letter = post(asha)
    taken = mail.claim()
    assert taken is not None
    server_side = mail.get_connection()
    server_side.send_messages([mail.message_of(taken)])  # and here it was killed
    assert mail.claim() is None
    assert mail.carry()
    assert len(server.messages) == 1, "it is held"
    lapse(pk=letter.pk)
    assert mail.carry()
    assert now(letter).state == DeliveryState.SENT
    assert now(letter).attempts == 2
    assert [message["Message-ID"] for message in server.messages] == [mail.message_id(letter)] * 2


def test_one_that_kills_its_workers_is_dead_in_the_end(
    asha: User, told: list[tuple[int, str]], server: MailServer
) -> None:
    letter = post(asha)
    for _ in range(len(LETTER_WAITS) + 1):
        assert mail.claim() is not None
        lapse(pk=letter.pk)
        mail.take_back_expired()
    assert now(letter).state == DeliveryState.DEAD
    assert told == [(letter.pk, "dead")]


def test_what_was_sent_is_written_down_as_sent_also_after_its_lease(asha: User, server: MailServer) -> None:
    letter = post(asha)
    taken = mail.claim()
    assert taken is not None
    lapse(pk=letter.pk)
    mail.take_back_expired()
    assert now(letter).state == DeliveryState.PENDING
    mail.deliver(taken, mail.get_connection())
    assert now(letter).state == DeliveryState.SENT
    assert mail.carry()
    assert len(server.messages) == 1


def test_one_process_carries_at_a_time(asha: User, server: MailServer) -> None:
    letter = post(asha)
    token = mail._take_over()
    assert token is not None
    assert mail.carry()
    assert server.messages == []
    mail._hand_over(token, None)
    assert mail.carry()
    assert now(letter).state == DeliveryState.SENT


def test_what_is_posted_at_the_end_of_a_run_has_another_woken(
    asha: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry = mail._carry

    def carry_and_post() -> BaseException | None:
        outage = carry()
        post(asha)
        return outage

    monkeypatch.setattr(mail, "_carry", carry_and_post)
    post(asha)
    assert not mail.carry()
    assert len(server.messages) == 1


def test_a_run_takes_letters_for_a_while_only(
    asha: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "LONGEST", 0.0)
    woken: list[int] = []
    monkeypatch.setattr(handoff, "wake_letters", lambda: woken.append(1))
    post(asha)
    post_letters.apply()
    assert woken == [1]
    assert server.messages == []


def test_one_for_later_is_not_sent_before_and_is_then(asha: User, server: MailServer) -> None:
    letter = post(asha, not_before=timezone.now() + timedelta(hours=9))
    assert mail.carry()
    assert not mail.is_due()
    lapse(pk=letter.pk)
    assert mail.carry()
    assert now(letter).state == DeliveryState.SENT


def test_what_was_called_off_is_superseded_and_whoever_registered_hears(
    asha: User, server: MailServer, told: list[tuple[int, str]]
) -> None:
    letter = enclosing(asha)
    letters.call_off("invoice", "1:7")
    mail.carry()
    assert now(letter).state == DeliveryState.SUPERSEDED
    assert server.messages == []
    assert told == [(letter.pk, "superseded")]


@pytest.mark.parametrize("deed", ["read", "deleted", "removed"])
def test_what_tells_of_a_notification_that_is_read_or_gone_is_superseded(
    asha: User, server: MailServer, deed: str
) -> None:
    [row, other] = (inbox.post([asha.pk], Draft("Overdue", "₹118.00"))[0] for _ in range(2))
    letter, sent = post(asha, notification_id=row.pk), post(asha, notification_id=other.pk)
    if deed == "read":
        inbox.mark_read(asha.pk, row.pk)
    elif deed == "deleted":
        inbox.delete(asha.pk, row.pk)
    else:
        row.delete()
    mail.carry()
    assert [now(letter).state, now(sent).state] == [DeliveryState.SUPERSEDED, DeliveryState.SENT]
    [message] = server.messages
    assert message["Auto-Submitted"] == "auto-generated"


def test_what_goes_with_it_is_waited_for_at_no_cost(
    asha: User, server: MailServer, told: list[tuple[int, str]]
) -> None:
    letter = enclosing(asha, "making")
    assert mail.carry()
    assert (now(letter).state, now(letter).attempts) == (DeliveryState.WAITING, 0)
    Letter.objects.update(attachment_variant="")
    lapse(pk=letter.pk)
    mail.carry()
    assert (now(letter).state, now(letter).attempts) == (DeliveryState.SENT, 1)


@pytest.mark.parametrize(
    ("variant", "state", "words"),
    [
        ("gone", DeliveryState.DEAD, "INV-1 is there no more."),
        ("large", DeliveryState.DEAD, "INV-1.pdf is too large to be sent by e-mail."),
        ("broken", DeliveryState.WAITING, "'rate'"),
    ],
)
def test_without_what_goes_with_it_no_letter_is_sent(
    asha: User, server: MailServer, told: list[tuple[int, str]], variant: str, state: str, words: str
) -> None:
    letter, good = enclosing(asha, variant), enclosing(asha)
    assert mail.carry()
    assert (now(letter).state, now(letter).last_error) == (state, words)
    assert now(good).state == DeliveryState.SENT


def test_where_nobody_registered_what_goes_with_it_is_unknown(
    asha: User, server: MailServer, monkeypatch
) -> None:
    nobody = Enclosures(find=enclosures._nothing, told=lambda _letter: None)
    monkeypatch.setattr(enclosures, "_registered", [nobody])
    letter = enclosing(asha)
    mail.carry()
    assert now(letter).last_error == "Nobody knows what invoice is."


def test_whoever_hears_of_it_and_fails_does_not_have_it_sent_again(
    asha: User, server: MailServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_letter: Letter) -> None:
        raise KeyError("no such invoice")

    monkeypatch.setattr(enclosures, "_registered", [Enclosures(find=enclosures._nothing, told=fails)])
    letter = post(asha)
    mail.carry()
    mail.carry()
    assert now(letter).state == DeliveryState.SENT
    assert len(server.messages) == 1
    assert "nobody could be told" in caplog.text


def test_nothing_of_a_letter_is_in_the_log(
    asha: User, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="delivery")
    server.answers["nobody@kaveri.example"] = "550 <nobody@kaveri.example>: unknown, said Kaveri"
    post(asha, to="nobody@kaveri.example", subject="Kaveri owes ₹90,271", text="Kaveri owes ₹90,271")
    post(asha, subject="Kaveri owes ₹90,271", text="Kaveri owes ₹90,271", sender_name="Kaveri")
    mail.carry()
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("delivery"))
    assert "letter" in ours
    assert "averi" not in ours
    assert "90,271" not in ours


def test_what_became_of_letters_is_counted(asha: User, server: MailServer) -> None:
    server.answers["nobody@example.in"] = "550 No such mailbox"
    server.answers["later@example.in"] = "450 Later"
    for address in (RAVI, "nobody@example.in", "later@example.in"):
        post(asha, to=address)
    mail.carry()
    counted = dict(Tally.objects.filter(name__startswith="letters").values_list("name", "value"))
    assert counted == {"letters_sent": 1, "letters_dead": 1, "letters_failed": 1}


def test_the_sweep_wakes_for_letters_and_does_not_wait_for_a_mail_server(
    asha: User, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(handoff, "wake_letters", lambda: woken.append(1))
    sweep.apply()
    assert woken == []
    post(asha)
    sweep.apply()
    assert woken == [1]
    assert server.messages == []


def test_in_one_process_a_thread_of_its_own_sends_them(asha: User, server: MailServer) -> None:
    letter = post(asha)
    Ticker({handoff.LETTERS: 1.0}, sweeps=False).tick()
    assert now(letter).state == DeliveryState.SENT


def test_one_that_waits_where_there_is_no_mail_server_any_more_is_discarded_and_in_no_log(
    asha: User, server: MailServer, settings, capsys: pytest.CaptureFixture
) -> None:
    letter = post(asha, text="Kaveri owes ₹90,271")
    settings.EMAIL_BACKEND = letters.CONSOLE
    assert mail.carry()
    assert (now(letter).state, now(letter).last_error) == (DeliveryState.DISCARDED, letters.NO_SERVER)
    assert "90,271" not in "".join(capsys.readouterr())


def test_a_back_end_without_a_socket_will_do(asha: User, settings) -> None:
    assert settings.EMAIL_BACKEND.endswith(EmailBackend.__module__ + ".EmailBackend")
    post(asha)
    mail.carry()
    assert [message.subject for message in outbox.outbox] == ["Invoice INV-1"]
