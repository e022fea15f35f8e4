"""Tells people when the pipeline needs one: raised once for each cause, and cleared when the cause has gone.

The look is taken in the web processes: a worker behind a Redis that is away hears of nothing. All of them
look, and the row in the database makes it one alarm however many they are. People are told in their inbox, in
the same transaction, and by e-mail after it: should the mail server be away, the next look tries again.
"""

import logging
import random
import threading
import time
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import close_old_connections, transaction
from django.db.models import Count, Q, QuerySet
from django.db.utils import Error as AnyDatabaseError
from django.urls import reverse
from django.utils import timezone

from delivery import health, inbox
from delivery.drafts import Draft
from delivery.models import Alarm, Delivery, DeliveryState, Letter, NotificationType, Priority

logger = logging.getLogger(__name__)

# Seconds between two looks of one process, give or take a tenth: several do not look in the same moment.
INTERVAL = 15.0
# Seconds that something due has waited: above the one it is an alarm, below the other all is clear. Far
# apart, so that a pipeline at its limit is one alarm and not one a minute.
LATE, ON_TIME = health.LONGEST_WAIT, 10.0
# Longer than a mail server may take in all: after it, whoever was sending is dead, and another tries.
MAILING = timedelta(seconds=60)
PERMISSION = "delivery.view_delivery"
LATE_CAUSE, DEAD_CAUSE = "late", "dead:"
# The same of letters, which nobody expects within seconds: mail servers are restarted, and come back.
LETTERS_LATE, LETTERS_ON_TIME = 900.0, 60.0
LATE_LETTERS_CAUSE, DEAD_LETTERS_CAUSE = "letters late", "letters:"


def look() -> None:
    """See how the pipeline stands; raise, clear, tell and mail what is new. Any number at once."""
    oldest, letters = health.oldest_due_seconds(), health.letters()
    standing = {alarm.cause: alarm for alarm in Alarm.objects.filter(cleared_at=None)}
    causes = _dead() | _dead_letters()
    if oldest > LATE:
        causes[LATE_CAUSE] = f"The oldest notification that is due has waited for {oldest:.0f} s."
    if letters.oldest_due_seconds > LETTERS_LATE:
        causes[LATE_LETTERS_CAUSE] = _late_letters(letters)
    recovered = {
        LATE_CAUSE: oldest < ON_TIME,
        LATE_LETTERS_CAUSE: letters.oldest_due_seconds < LETTERS_ON_TIME,
    }
    for cause in causes.keys() - standing.keys():
        _raise(cause, causes[cause])
    for cause in standing.keys() - causes.keys():
        if recovered.get(cause, True):
            _clear(standing[cause])
    _mail_what_is_new()


def _late_letters(letters: health.Letters) -> str:
    why = f", as the mail server is away: {letters.away_error}" if letters.away_seconds is not None else ""
    return f"The oldest letter that is due has waited for {letters.oldest_due_seconds / 60:.0f} min{why}."


def _dead() -> dict[str, str]:
    """What is to be said of dead deliveries, by class and place of their failure."""
    return {
        f"{DEAD_CAUSE}{fingerprint}": f"{_counted(count, 'notification')} given up after the last attempt: "
        f"{fingerprint or 'an unknown failure'}."
        for fingerprint, count in _by_failure(Delivery.objects.filter(state=DeliveryState.DEAD))
    }


def _dead_letters() -> dict[str, str]:
    """The same of letters, by class and answer."""
    return {
        f"{DEAD_LETTERS_CAUSE}{fingerprint}": f"{_counted(count, 'letter')} not delivered: {fingerprint}."
        for fingerprint, count in _by_failure(Letter.objects.filter(state=DeliveryState.DEAD))
    }


def _by_failure(dead: QuerySet) -> QuerySet:
    return dead.values_list("fingerprint").annotate(Count("pk")).order_by()


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} was" if count == 1 else f"{count} {noun}s were"


@transaction.atomic
def _raise(cause: str, detail: str) -> None:
    """Raise an alarm, unless it is; whoever raises it tells of it."""
    alarm, is_new = Alarm.objects.get_or_create(
        cause=cause, cleared_at=None, defaults={"detail": detail, "raised_at": timezone.now()}
    )
    if is_new:
        logger.warning("alarm: %s", detail, extra={"cause": cause})
        _tell(alarm, Priority.URGENT)


@transaction.atomic
def _clear(alarm: Alarm) -> None:
    """Say that it is over; one process does."""
    now = timezone.now()
    if Alarm.objects.filter(pk=alarm.pk, cleared_at=None).update(cleared_at=now, mailed_at=None):
        alarm.cleared_at = now
        logger.warning("all clear: %s", alarm.detail, extra={"cause": alarm.cause})
        _tell(alarm, Priority.NORMAL)


def _tell(alarm: Alarm, priority: Priority) -> None:
    title, message = words(alarm)
    draft = Draft(
        title=title,
        message=message,
        notification_type=NotificationType.SYSTEM,
        priority=priority,
        link_url=reverse("pipeline:now"),
        link_text="Open the pipeline",
    )
    inbox.post(people().values_list("pk", flat=True), draft)
    Alarm.objects.filter(pk=alarm.pk).update(told_at=timezone.now())


# Raised and cleared, by what stands before the colon of a cause.
TITLES = {
    LATE_CAUSE: ("Notifications are late", "Notifications are on time again"),
    DEAD_CAUSE.rstrip(":"): ("Notifications were given up", "No notification is given up any more"),
    LATE_LETTERS_CAUSE: ("E-mail is late", "E-mail is on time again"),
    DEAD_LETTERS_CAUSE.rstrip(":"): ("E-mail was not delivered", "No e-mail is given up any more"),
}


def words(alarm: Alarm) -> tuple[str, str]:
    """Title and text; nothing of any notification is in them."""
    kind, _, failure = alarm.cause.partition(":")
    raised, cleared = TITLES[kind]
    if alarm.cleared_at is None:
        return raised, alarm.detail
    took = _duration(alarm.cleared_at - alarm.raised_at)
    if kind in (LATE_CAUSE, LATE_LETTERS_CAUSE):
        return cleared, f"They were late for {took}."
    return cleared, f"None is left of: {failure or 'an unknown failure'}. It took {took}."


def _duration(time_taken: timedelta) -> str:
    minutes = round(time_taken.total_seconds() / 60)
    return f"{minutes} min" if minutes else f"{time_taken.total_seconds():.0f} s"


def people() -> QuerySet:
    """Who is told: the staff that may see the pipeline, and whoever may see everything."""
    allowed = get_user_model().objects.with_perm(
        PERMISSION, backend="django.contrib.auth.backends.ModelBackend"
    )
    return allowed.filter(is_staff=True).order_by("pk")


def _mail_what_is_new() -> None:
    """Send the e-mails that are still to be sent. At the first failure the others wait for the next look."""
    now = timezone.now()
    free = Q(mailing_until=None) | Q(mailing_until__lt=now)
    for alarm in Alarm.objects.filter(free, mailed_at=None).order_by("pk"):
        mine = Alarm.objects.filter(free, pk=alarm.pk, mailed_at=None, cleared_at=alarm.cleared_at)
        if mine.update(mailing_until=now + MAILING) and not _mailed(alarm):
            return


def _mailed(alarm: Alarm) -> bool:
    """Send one e-mail, with no transaction open: a mail server may take its time. False where it is away."""
    try:
        _send(alarm)
    except (OSError, SMTPException) as error:
        logger.warning("no e-mail of an alarm: %s", type(error).__name__, extra={"cause": alarm.cause})
        Alarm.objects.filter(pk=alarm.pk).update(mailing_until=None)
        return False
    # If it was cleared meanwhile, that is still to be mailed.
    sent = Alarm.objects.filter(pk=alarm.pk, cleared_at=alarm.cleared_at)
    sent.update(mailed_at=timezone.now())
    Alarm.objects.filter(pk=alarm.pk).update(mailing_until=None)
    return True


def _send(alarm: Alarm) -> None:
    addresses = list(people().exclude(email="").values_list("email", flat=True))
    # Without a mail server Django writes mail to the log, where the alarm stands already, in one line.
    if not addresses or settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return
    title, message = words(alarm)
    origin = next(iter(settings.TRUSTED_ORIGINS), "")
    lines = [message, "", f"Raised {_when(alarm.raised_at)}."]
    if alarm.cleared_at:
        lines.append(f"Cleared {_when(alarm.cleared_at)}.")
    if origin:
        lines += ["", origin + reverse("pipeline:now")]
    EmailMessage(settings.EMAIL_SUBJECT_PREFIX + title, "\n".join(lines), to=addresses).send()


def _when(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%d %b %Y, %H:%M:%S")


class Watch:
    """Looks again and again, in a thread of a web process."""

    def __init__(self) -> None:
        self._is_away = False

    def glance(self) -> None:
        """One look. A database that is away is told once, and found again by the next look."""
        try:
            look()
        except AnyDatabaseError as error:
            if not self._is_away:
                logger.warning("nobody can tell how the pipeline stands: %s", type(error).__name__)
            self._is_away = True
        except Exception:
            # Whatever it was, this thread must live: nobody else would tell.
            logger.exception("a look at the pipeline failed")
        else:
            self._is_away = False
        finally:
            close_old_connections()

    def run(self) -> None:
        """For as long as this process lives."""
        while True:
            time.sleep(INTERVAL * random.uniform(0.9, 1.1))  # noqa: S311 - spreads load, guards nothing
            self.glance()


def start() -> None:
    """Look in a thread of this process."""
    threading.Thread(target=Watch().run, name="alarms", daemon=True).start()
