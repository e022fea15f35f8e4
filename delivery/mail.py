"""Letters to the mail server: take one, find what goes with it, send it, write down what became of it.

One process carries at a time (`Postman`), and one letter after another: a mail server that is slow or away
holds one process of a worker, never two, so browsers go on hearing. A letter that was sent when its worker
was killed is sent again, under the same Message-ID: at least once, and recognisable.
"""

import logging
import os
import uuid
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from functools import partial
from smtplib import SMTPException
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage, get_connection
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from delivery import enclosures, handoff, retry, tally
from delivery.drain import UNBUILDABLE, insist, storable, worker_name
from delivery.enclosures import Enclosure, NotReady, UnavailableError
from delivery.letters import NO_SERVER, is_set_up
from delivery.models import (
    FINGERPRINT_LENGTH,
    SETTLED,
    DeliveryState,
    Letter,
    Notification,
    Postman,
)
from delivery.retry import LETTER_WAITS, Failure

logger = logging.getLogger(__name__)

# Seconds one run goes on taking letters; another is woken then, and other tasks come in between.
LONGEST = 10.0
# Seconds for reaching the mail server, and for each of its answers after that. A letter is some six answers,
# and what a server thinks longest about is whether it takes what it was sent.
REACHING, ANSWERING = 5, 10
# Seconds after which Celery kills a process that a server keeps with one byte at a time.
TIME_LIMIT = 45
# How long one carries, and how long a letter is held: longer than any run can take.
LEASE = timedelta(seconds=TIME_LIMIT + 5)
# How long a mail server that could not be reached is left alone.
REST = timedelta(seconds=30)
# Bytes: most servers take messages of 20 to 25 MB, and a file grows by a third on its way.
MOST_ENCLOSED = 10 * 1024 * 1024
# The row there is one of.
THE_ONE = 1


def is_due() -> bool:
    """Whether a run would find something to do: nobody is at it, and the mail server is not left alone."""
    busy = Postman.objects.filter(Q(lease_until__gt=Now()) | Q(rests_until__gt=Now()))
    return _due().exists() and not busy.exists()


def carry() -> bool:
    """Send what is due, for a while. True when nothing is left that could be sent just now."""
    if not is_due():
        return True  # asked every second in one process: nothing is to be written for that
    token = _take_over()
    if token is None:
        return True
    outage: BaseException | None = None
    try:
        outage = _carry()
    finally:
        _hand_over(token, outage)
    # Also what was posted just now, and whose wake-up found somebody at it.
    return not is_due()


def _due() -> QuerySet[Letter]:
    pending = Q(state=DeliveryState.PENDING)
    waited = Q(state=DeliveryState.WAITING, due_at__lte=Now())
    left = Q(state=DeliveryState.CLAIMED, due_at__lt=Now())
    return Letter.objects.filter(pending | waited | left)


def _take_over() -> str | None:
    """Become the one who carries; None where another is, or the mail server is left alone."""
    Postman.objects.get_or_create(pk=THE_ONE)
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    rested = Q(rests_until=None) | Q(rests_until__lte=Now())
    token = uuid.uuid4().hex
    mine = Postman.objects.filter(free, rested, pk=THE_ONE).update(token=token, lease_until=Now() + LEASE)
    return token if mine else None


def _hand_over(token: str, outage: BaseException | None) -> None:
    """Let another carry: at once, or when a mail server that is away has been left alone for a while."""
    rest: dict[str, Any] = {"rests_until": None, "away_since": None, "error": ""}
    if outage is not None:
        since = Coalesce("away_since", Now())
        rest = {"rests_until": Now() + REST, "away_since": since, "error": _fingerprint(outage)}
    mine = Postman.objects.filter(pk=THE_ONE, token=token)
    was_away = mine.exclude(away_since=None).exists()
    mine.update(token="", lease_until=None, **rest)
    if outage is not None and not was_away:
        logger.warning("the mail server is away (%s); letters wait", _fingerprint(outage))
    elif outage is None and was_away:
        logger.info("the mail server is back")


def _carry() -> BaseException | None:
    """Send what is due, over one connection after another; what keeps every letter from being sent."""
    end = monotonic() + LONGEST
    while monotonic() < end and _due().exists():
        # Each time: a lease that ends meanwhile makes its letter due, and nobody else would free it.
        take_back_expired()
        server = get_connection(timeout=REACHING)
        try:
            server.open()
        except (OSError, SMTPException) as error:
            return error  # nothing is claimed yet: no letter is at fault, and none counts an attempt
        _be_patient(server)
        try:
            outage = _send_all(server, end)
        finally:
            # What a server that has hung up says to a farewell is of no interest.
            with suppress(OSError, SMTPException):
                server.close()
        if outage is not None:
            return outage
    return None


def _be_patient(server: Any) -> None:
    """Reached, a server may take its time; other back ends have no socket."""
    sock = getattr(getattr(server, "connection", None), "sock", None)
    if sock is not None:
        sock.settimeout(ANSWERING)


def _send_all(server: Any, end: float) -> BaseException | None:
    """Send one after another, until nothing is due or the connection may be of no more use."""
    while monotonic() < end:
        letter = insist(claim)
        if letter is None:
            return None
        error = deliver(letter, server)
        if error is not None:
            return error if retry.classify_letter(error) is Failure.OUTAGE else None
    return None


def claim() -> Letter | None:
    """Take the next that is due, for a lease, its attempt counted: what is pending before what waited."""
    pending = Letter.objects.filter(state=DeliveryState.PENDING).order_by("pk")
    waited = Letter.objects.filter(state=DeliveryState.WAITING, due_at__lte=Now()).order_by("due_at", "pk")
    for rows in (pending, waited):
        letter = rows.first()
        if letter is None:
            continue
        letter.claim, letter.claimed_by = uuid.uuid4().hex, worker_name(os.getpid())
        letter.claimed_at, letter.attempts = timezone.now(), letter.attempts + 1
        taken = Letter.objects.filter(pk=letter.pk, state=letter.state).update(
            state=DeliveryState.CLAIMED,
            claim=letter.claim,
            claimed_by=letter.claimed_by,
            claimed_at=letter.claimed_at,
            attempts=letter.attempts,
            due_at=Now() + LEASE,
        )
        if taken:
            return letter
    return None


def deliver(letter: Letter, server: Any) -> BaseException | None:
    """Send a claimed letter and write down what became of it; what the mail server, if it, made of it."""
    if not is_set_up():  # one of another day: nothing of it is to be in a log
        insist(partial(_settle, letter, DeliveryState.DISCARDED, NO_SERVER))
        return None
    if _is_moot(letter) or not _readdress(letter):
        insist(partial(_settle, letter, DeliveryState.SUPERSEDED))
        return None
    message = _written(letter)
    if message is None:
        return None
    try:
        server.send_messages([message])
    except (OSError, SMTPException, ValueError) as error:
        insist(partial(_fail, letter, error, retry.classify_letter(error)))
        return error
    insist(partial(_settle, letter, DeliveryState.SENT))
    return None


def _is_moot(letter: Letter) -> bool:
    """Whether nothing is left to tell, asked right before it would be sent."""
    if Letter.objects.filter(pk=letter.pk, is_moot=True).exists():
        return True
    if letter.notification_id is None:
        return False
    unread = Notification.objects.filter(pk=letter.notification_id, is_read=False, is_deleted=False)
    return not unread.exists()


def _readdress(letter: Letter) -> bool:
    """Have what tells a person of an event go to the address they have by now; False where there is none.

    Nor is there one for whoever has been shut out since.
    """
    if not letter.topic:
        return True
    person = get_user_model().objects.filter(pk=letter.user_id, is_active=True)
    to = person.values_list("email", flat=True).first()
    if to and to != letter.to:
        letter.to = to
        Letter.objects.filter(pk=letter.pk, claim=letter.claim).update(to=to)
    return bool(to)


def _written(letter: Letter) -> EmailMessage | None:
    """The message, with what goes with it; None where that is not there yet, or the letter has failed."""
    try:
        found = enclosures.current().find(letter) if letter.attachment_kind else None
        if isinstance(found, NotReady):
            insist(partial(_put_off, letter, found.seconds))
            return None
        return message_of(letter, found)
    except UnavailableError as reason:
        insist(partial(_fail, letter, reason, Failure.REFUSED))
    except (OperationalError, InterfaceError):
        raise  # the database is away, which is nobody's fault: the lease ends
    except (*UNBUILDABLE, OSError) as error:
        insist(partial(_fail, letter, error, Failure.RETRY))
    return None


def message_of(letter: Letter, enclosure: Enclosure | None = None) -> EmailMessage:
    """The letter as a message. Its id comes from the row, and is the same however often it is sent.

    Raises UnavailableError where what goes with it is larger than mail servers take.
    """
    headers = {"Message-ID": message_id(letter)}
    if letter.notification_id is not None or letter.topic:
        headers["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence is to answer it
    message = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        from_email=_sender(letter),
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
    )
    if enclosure is not None:
        if len(enclosure.content) > MOST_ENCLOSED:
            raise UnavailableError(f"{enclosure.filename} is too large to be sent by e-mail.")
        # A line's end in a name would be one in the header.
        message.attach(" ".join(enclosure.filename.split()), enclosure.content, enclosure.mimetype)
    return message


def message_id(letter: Letter) -> str:
    """What mail programs, and we, recognise it by."""
    domain = _own_address()[1].rpartition("@")[2] or "localhost"
    return f"<{letter.message_key}.{letter.pk}@{domain}>"


def _sender(letter: Letter) -> str:
    """This site's address, under the name of whoever the letter is from."""
    name, address = _own_address()
    name = (letter.sender_name or name).replace("\\", "").replace('"', "'")
    return f'"{name}" <{address}>' if name else address


def _own_address() -> tuple[str, str]:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)


def take_back_expired() -> int:
    """Take back what is held by one that is dead, or was too slow; how many letters.

    One of them may have been sent: nobody knows, and it is sent again.
    """
    expired = list(Letter.objects.filter(state=DeliveryState.CLAIMED, due_at__lt=Now()))
    for letter in expired:
        lost = TimeoutError("Whoever was sending it came to no end.")
        _fail(letter, lost, Failure.RETRY, at_once=True)
    return len(expired)


@transaction.atomic
def _settle(letter: Letter, state: DeliveryState, error: str = "", fingerprint: str = "") -> None:
    """Settle it for good. Sent is sent, also where its lease has ended meanwhile and nobody holds it."""
    rows = Letter.objects.filter(pk=letter.pk, claim__in=[letter.claim, ""]).exclude(state__in=SETTLED)
    letter.state, letter.settled_at = state, timezone.now()
    letter.last_error, letter.fingerprint = error, fingerprint
    if rows.update(
        state=state, claim="", due_at=None, settled_at=letter.settled_at, last_error=error,
        fingerprint=fingerprint,
    ):  # fmt: skip
        tally.add(worker_name(os.getpid()), {f"letters_{state}": 1})
        logger.info("letter %s %s", letter.pk, state)
        tell(letter)


def tell(letter: Letter) -> None:
    """Tell whoever registered for it what has become of a letter, in the transaction that wrote so.

    Whatever goes wrong there must not undo that: the letter would be sent again.
    """
    try:
        with transaction.atomic():
            enclosures.current().told(letter)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("nobody could be told what has become of letter %s", letter.pk)


def _fail(letter: Letter, error: BaseException, failure: Failure, *, at_once: bool = False) -> None:
    """Have it tried again later, or at once, or never; after an outage as if it had not been taken."""
    if failure is Failure.OUTAGE:
        _give_back(letter, state=DeliveryState.PENDING, due_at=None, attempts=F("attempts") - 1)
        return
    text, fingerprint = storable(_words(error)), _fingerprint(error)
    logger.warning("letter %s failed (attempt %s): %s", letter.pk, letter.attempts, fingerprint)
    pause = None if failure is Failure.REFUSED else retry.wait(letter.attempts, waits=LETTER_WAITS)
    if pause is None:
        _settle(letter, DeliveryState.DEAD, text, fingerprint)
        return
    fate: dict[str, Any] = {"state": DeliveryState.PENDING, "due_at": None}
    if not at_once:
        fate = {"state": DeliveryState.WAITING, "due_at": Now() + pause}
    with transaction.atomic():
        if _give_back(letter, last_error=text, fingerprint=fingerprint, **fate):
            tally.add(worker_name(os.getpid()), {"letters_failed": 1})


def _put_off(letter: Letter, seconds: float) -> None:
    """What goes with it is being made: it waits for that, and has not failed."""
    due = Now() + timedelta(seconds=seconds)
    _give_back(letter, state=DeliveryState.WAITING, due_at=due, attempts=F("attempts") - 1)


def _give_back(letter: Letter, **fate: Any) -> int:
    held = Letter.objects.filter(pk=letter.pk, claim=letter.claim, state=DeliveryState.CLAIMED)
    return held.update(claim="", **fate)


def _words(error: BaseException) -> str:
    """What went wrong, in the mail server's own words where it said any, as one line."""
    code, text = retry.smtp_answer(error)
    return " ".join((f"{code} {text}" if code else str(error) or type(error).__name__).split())


def _fingerprint(error: BaseException) -> str:
    """Class and answer of a failure; nothing of the letter is in it."""
    code = retry.smtp_code(error)
    kind = type(error).__qualname__
    return storable(f"{kind} {code}" if code else f"{kind} in delivery.mail")[:FINGERPRINT_LENGTH]


def wake() -> None:
    """Have a run begin, if it would find something to do."""
    if is_due():
        handoff.wake_letters()
