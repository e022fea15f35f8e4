"""Letters as they are posted: what is taken, in whose transaction, and once for each key."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from delivery import handoff, letters
from delivery.letters import LetterDraft
from delivery.models import DeliveryState, Letter

pytestmark = pytest.mark.django_db

DRAFT = {"to": "ravi@example.in", "subject": "Invoice INV-1", "text": "Please find it attached."}


@pytest.fixture
def asha() -> User:
    return User.objects.create_user("asha")


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """That somebody was woken to carry letters."""
    calls: list[str] = []
    monkeypatch.setattr(handoff, "wake_letters", lambda: calls.append(handoff.LETTERS))
    return calls


def post(user: User, **fields: object) -> Letter:
    return letters.post(user.pk, LetterDraft(**(DRAFT | fields)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", ""),
        ("to", "ravi"),
        ("to", "ravi@example.in, meera@example.in"),
        ("to", "Ravi <ravi@example.in>"),
        ("to", "ravi@example.in\r\nBcc: everybody@example.in"),
        ("to", "ravi@example.in\n"),
        ("to", f"{'r' * 250}@example.in"),
        ("reply_to", "asha"),
        ("reply_to", "asha@example.in\nBcc: everybody@example.in"),
        ("subject", ""),
        ("subject", "  "),
        ("subject", "Invoice\r\nBcc: everybody@example.in"),
        ("subject", "Invoice\u2028Bcc: everybody@example.in"),
        ("subject", "x" * 201),
        ("subject", "half \ud800"),
        ("sender_name", "Asha\nBcc: everybody@example.in"),
        ("sender_name", "x" * 121),
        ("text", ""),
        ("text", "x" * 20_001),
        ("text", "a\x00b"),
        ("text", None),
        ("attachment_kind", "x" * 21),
        ("attachment_id", "1\n2"),
        ("attachment_variant", "x" * 61),
        ("dedupe_key", "x" * 201),
        ("not_before", datetime(2026, 12, 1)),  # noqa: DTZ001 - that is what is wrong with it
    ],
)
def test_what_may_not_be_posted_names_its_field_and_writes_nothing(
    asha: User, field: str, value: object
) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        post(asha, **{field: value})
    assert not Letter.objects.exists()


def test_it_is_due_once_the_transaction_has_committed_and_somebody_is_woken(
    asha: User, woken: list[str], django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        row = post(asha, reply_to="asha@example.in", sender_name=" Asha Electricals ")
        assert woken == []
    assert woken == [handoff.LETTERS]
    assert row.state == DeliveryState.PENDING
    assert (row.sender_name, row.attempts, row.due_at) == ("Asha Electricals", 0, None)


def test_what_is_rolled_back_is_never_sent(
    asha: User, woken: list[str], django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        post(asha)
        transaction.set_rollback(True)
    assert woken == []
    assert not Letter.objects.exists()


def test_a_key_is_posted_once_for_a_person(asha: User) -> None:
    first = post(asha, dedupe_key="digest:1:2026-12-01")
    again = post(asha, dedupe_key="digest:1:2026-12-01", subject="Another")
    others = post(User.objects.create_user("meera"), dedupe_key="digest:1:2026-12-01")
    assert (again.pk, again.subject) == (first.pk, "Invoice INV-1")
    assert others.pk != first.pk
    assert post(asha).pk != post(asha).pk, "none collides with nothing"


def test_one_for_later_waits_for_its_time(asha: User) -> None:
    morning = timezone.now() + timedelta(hours=9)
    row = post(asha, not_before=morning)
    assert (row.state, row.due_at, row.due_since) == (DeliveryState.WAITING, morning, morning)
    past = post(asha, not_before=timezone.now() - timedelta(hours=9))
    assert (past.state, past.due_at) == (DeliveryState.PENDING, None)


def test_every_letter_has_a_message_key_of_its_own(asha: User) -> None:
    assert post(asha).message_key != post(asha).message_key


def test_what_is_called_off_is_only_what_has_it_attached_and_was_not_sent(asha: User) -> None:
    enclosed = {"attachment_kind": "invoice", "attachment_id": "1:7"}
    unsent, sent = post(asha, **enclosed), post(asha, **enclosed)
    other = post(asha, attachment_kind="invoice", attachment_id="1:8")
    Letter.objects.filter(pk=sent.pk).update(state=DeliveryState.SENT)
    assert letters.call_off("invoice", "1:7") == 1
    assert letters.call_off("invoice", "1:7") == 0
    moot = Letter.objects.filter(is_moot=True)
    assert [row.pk for row in moot] == [unsent.pk]
    assert not Letter.objects.get(pk=other.pk).is_moot


def test_without_a_mail_server_a_letter_is_kept_and_not_sent(asha: User, settings) -> None:
    settings.EMAIL_BACKEND = letters.CONSOLE
    assert not letters.is_set_up()
    row = post(asha)
    assert row.state == DeliveryState.DISCARDED
    assert "EMAIL_URL" in row.last_error
    settings.DEBUG = True
    assert letters.is_set_up(), "the console shows it to whoever develops"
    assert post(asha).state == DeliveryState.PENDING
