"""Sending the paper of a document by e-mail, and following what becomes of it."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from delivery import letters
from delivery.letters import LetterDraft
from delivery.models import SENDER_LENGTH, SUBJECT_LENGTH, TEXT_LENGTH, DeliveryState, Letter
from gstbillingapp.actions import papers
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.papers import PaperKey
from gstbillingapp.models import Business, Mailing, MailingState, PaperState

# Letters of one business in a day: more than a shop sends, and too few to be worth abusing our name for.
MOST_A_DAY = 300
DAY = timedelta(days=1)
NOT_SET_UP = "This site has no mail server, so it cannot send e-mail. Whoever runs it can set one up."
STATES: dict[str, MailingState] = {
    DeliveryState.SENT: MailingState.SENT,
    DeliveryState.DEAD: MailingState.FAILED,
    DeliveryState.SUPERSEDED: MailingState.CALLED_OFF,
    DeliveryState.DISCARDED: MailingState.CALLED_OFF,
}


@dataclass(frozen=True, slots=True)
class MailData:
    """What was typed. `form_key` is the form's own: sent twice as it is, it is one letter."""

    to: str
    subject: str
    message: str
    form_key: str = ""


def send(business: Business, user: User, key: PaperKey, data: MailData) -> Mailing:
    """Send a paper of the business to somebody, once the transaction has committed.

    The letter comes from this site, under the business's name; answers go to the business or, where it has
    no address, to whoever sends it. Raises ValidationError by field, and where the site has no mail server or
    the business has sent MOST_A_DAY in the last 24 hours.
    """
    draft = _draft(business, user, key, data)
    _refuse_too_many(business)
    if key.rows().filter(state=PaperState.FAILED).exists():
        papers.ask(key)  # who sends it again wants it tried again
    with transaction.atomic():
        letter = letters.post(user.pk, draft)
        mailing, _ = Mailing.objects.get_or_create(
            letter_id=letter.pk,
            defaults={
                "business": business,
                "kind": key.kind,
                "object_id": key.object_id,
                "variant": key.variant,
                "to": letter.to,
                "sent_by": user,
                "asked_at": letter.created_at,
            },
        )
    return mailing


def call_off(key: PaperKey) -> None:
    """Have what was not sent yet of a document stay unsent: it is not what it was when it was sent off."""
    letters.call_off(key.kind, _enclosed(key))


def paper_is_made(key: PaperKey) -> None:
    """Have the letters go that wait for this paper."""
    letters.enclosure_is_ready(key.kind, _enclosed(key), key.variant)


def told(letter: Letter) -> Mailing | None:
    """Write down what has become of a letter, in the pipeline's transaction; None where it is of no paper."""
    mailing = Mailing.objects.select_related("business", "sent_by").filter(letter_id=letter.pk).first()
    if mailing is None:
        return None
    mailing.state = STATES.get(letter.state, MailingState.QUEUED)
    mailing.settled_at, mailing.reason = letter.settled_at, letter.last_error
    mailing.save(update_fields=["state", "settled_at", "reason"])
    return mailing


def key_of(letter: Letter) -> PaperKey:
    """Which paper goes with a letter. Raises ValueError where it is no paper's."""
    business_id, _, object_id = letter.attachment_id.partition(":")
    return PaperKey(int(business_id), letter.attachment_kind, int(object_id), letter.attachment_variant)


def _enclosed(key: PaperKey) -> str:
    """A paper as letters name it: with its business, so that it cannot be one of another's."""
    return f"{key.business_id}:{key.object_id}"


def _draft(business: Business, user: User, key: PaperKey, data: MailData) -> LetterDraft:
    if not letters.is_set_up():
        raise refusal(NOT_SET_UP)
    checks = Checks()
    to = checks.email("to", data.to)
    if not to:
        checks.refuse("to", "Enter the e-mail address that it goes to.")
    subject = checks.text("subject", data.subject, SUBJECT_LENGTH, required="Say what it is about.")
    if len(subject.splitlines()) > 1 or "\t" in subject:
        checks.refuse("subject", "Use a single line.")
    message = checks.text("message", data.message, TEXT_LENGTH, required="Write a line to whoever gets it.")
    checks.finish()
    return LetterDraft(
        to=to,
        subject=subject,
        text=message.replace("\r\n", "\n") + "\n",
        reply_to=answers_to(business, user),
        attachment_kind=key.kind,
        attachment_id=_enclosed(key),
        attachment_variant=key.variant,
        dedupe_key=_dedupe_key(key, data, to) if data.form_key else None,
        sender_name=" ".join(business.name.split())[:SENDER_LENGTH],
    )


def _dedupe_key(key: PaperKey, data: MailData, to: str) -> str:
    """Of the form and of what it says: gone back to and corrected, it is another letter."""
    said = hashlib.sha256("\0".join((to, data.subject, data.message)).encode(errors="replace"))
    return f"mail:{key.kind}:{key.object_id}:{data.form_key[:64]}:{said.hexdigest()[:32]}"


def answers_to(business: Business, user: User) -> str:
    """Where answers go: to the business, or else to whoever sends the letter; empty where neither can."""
    for address in (business.email, user.email):
        try:
            validate_email(address)
        except ValidationError:
            continue
        return address
    return ""


def _refuse_too_many(business: Business) -> None:
    today = Mailing.objects.filter(business=business, asked_at__gt=timezone.now() - DAY)
    if today.count() >= MOST_A_DAY:
        raise refusal(
            f"{MOST_A_DAY} e-mails have been sent in the last 24 hours, which is as many as a business may. "
            "Send this one tomorrow, or download the PDF."
        )
