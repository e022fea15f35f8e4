"""What is kept: each person's inbox, what was posted to it, and what became of telling their browsers.

The `Delivery` rows are the queue itself (a transactional outbox): they are written with the notification and
claimed by conditional updates, so losing the broker, or all of Redis, loses no notification.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

TITLE_LENGTH = 200
MESSAGE_LENGTH = 2000
LINK_LENGTH = 500
LINK_TEXT_LENGTH = 60
KEY_LENGTH = 200
TOPIC_LENGTH = 30
ERROR_LENGTH = 1000
FINGERPRINT_LENGTH = 200
TASK_ID_LENGTH = 64


class Inbox(models.Model):
    """One person's inbox: its revision, and the unread count that belongs to that very revision.

    Both stand in one row so that whoever reads them reads a pair that was true together, at the same cost
    with ten notifications as with a million. Only `delivery.inbox` changes it.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="inbox"
    )
    revision = models.BigIntegerField(default=0)
    unread_count = models.PositiveIntegerField(default=0)
    # Changes up to here may have been pruned: whoever knows only an older revision must start afresh.
    history_from = models.BigIntegerField(default=0)
    # Ever posted to it: counted in the statement that posts, and not by counting rows, which are pruned.
    posted = models.BigIntegerField(default=0, db_default=0)
    # Days after which what is read is deleted, by its owner's choice; None keeps it for ever.
    keep_read_days = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "inboxes"

    def __str__(self) -> str:
        return f"inbox of user {self.user_id} at revision {self.revision}"


class NotificationType(models.TextChoices):
    """What a notification is about; decides its icon and tone."""

    INFO = "INFO"
    SUCCESS = "SUCCESS"
    WARNING = "WARNING"
    ERROR = "ERROR"
    INVOICE = "INVOICE"
    QUOTATION = "QUOTATION"
    ORDER = "ORDER"
    CUSTOMER = "CUSTOMER"
    PRODUCT = "PRODUCT"
    PAYMENT = "PAYMENT"
    SYSTEM = "SYSTEM"


class Priority(models.TextChoices):
    """How loudly the browser tells it: low shows no toast, urgent ones stay until dismissed."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Appearance:
    """The icon and the badge of a type, as classes of Bootstrap Icons and of the page's own style sheet."""

    ICONS: ClassVar[dict[str, str]] = {
        "INFO": "bi-info-circle text-info",
        "SUCCESS": "bi-check-circle text-success",
        "WARNING": "bi-exclamation-triangle text-warning",
        "ERROR": "bi-x-octagon text-danger",
        "INVOICE": "bi-receipt text-primary",
        "QUOTATION": "bi-file-earmark-text text-primary",
        "ORDER": "bi-bag text-primary",
        "CUSTOMER": "bi-person text-info",
        "PRODUCT": "bi-box-seam text-warning",
        "PAYMENT": "bi-currency-rupee text-success",
        "SYSTEM": "bi-gear text-secondary",
    }
    BADGES: ClassVar[dict[str, str]] = {
        "INFO": "badge-info",
        "SUCCESS": "badge-success",
        "WARNING": "badge-warning",
        "ERROR": "badge-danger",
        "INVOICE": "badge-primary",
        "QUOTATION": "badge-primary",
        "ORDER": "badge-primary",
        "CUSTOMER": "badge-info",
        "PRODUCT": "badge-warning",
        "PAYMENT": "badge-success",
        "SYSTEM": "badge-secondary",
    }


class Notification(models.Model):
    """One thing told to one person. Read and deleted are marks, so that other tabs can learn of them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    revision = models.BigIntegerField(help_text="The inbox's revision when this row last changed.")
    title = models.CharField(max_length=TITLE_LENGTH)
    message = models.CharField(max_length=MESSAGE_LENGTH)
    notification_type = models.CharField(
        max_length=20, choices=NotificationType.choices, default=NotificationType.INFO
    )
    priority = models.CharField(max_length=10, choices=Priority.choices, default=Priority.NORMAL)
    link_url = models.CharField(max_length=LINK_LENGTH, blank=True)
    link_text = models.CharField(max_length=LINK_TEXT_LENGTH, blank=True)
    related_object_type = models.CharField(max_length=50, blank=True)
    related_object_id = models.CharField(max_length=50, blank=True)
    # None, not "": a missing key collides with nothing.
    dedupe_key = models.CharField(max_length=KEY_LENGTH, null=True, blank=True)
    thread_key = models.CharField(max_length=KEY_LENGTH, blank=True)
    # What kind of event it tells of, in the words of whoever posted it: by this a person switches it off.
    topic = models.CharField(max_length=TOPIC_LENGTH, blank=True, default="", db_default="")
    is_read = models.BooleanField(default=False)
    is_deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # When the row itself goes, for one that is marked deleted: until then others may still learn of it.
    remove_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dedupe_key"],
                condition=Q(dedupe_key__isnull=False),
                name="notification_once_per_dedupe_key",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "revision", "id"], name="notification_changes"),
            models.Index(fields=["user", "-id"], condition=Q(is_deleted=False), name="notification_list"),
            models.Index(
                fields=["user", "-id"],
                condition=Q(is_read=False, is_deleted=False),
                name="notification_unread",
            ),
            models.Index(
                fields=["remove_at"], condition=Q(remove_at__isnull=False), name="notification_removal"
            ),
        ]

    def __str__(self) -> str:
        return f"notification {self.pk} of user {self.user_id}"

    @property
    def icon_class(self) -> str:
        return Appearance.ICONS.get(self.notification_type, Appearance.ICONS["INFO"])

    @property
    def badge_class(self) -> str:
        return Appearance.BADGES.get(self.notification_type, Appearance.BADGES["INFO"])


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "pending"  # due at once: no clock is asked, so no clock can be wrong
    CLAIMED = "claimed"  # a worker holds it until its lease ends
    WAITING = "waiting"  # failed; due again at `due_at`
    SENT = "sent"
    DEAD = "dead"  # out of attempts; kept for a person to look at
    SUPERSEDED = "superseded"  # nothing was left to tell when its turn came
    DISCARDED = "discarded"  # a person decided not to send it, and may decide otherwise


# What nothing happens to any more by itself, and how it is counted when it is listed.
SETTLED = (DeliveryState.SENT, DeliveryState.SUPERSEDED, DeliveryState.DISCARDED)
# What a person looks for, and what is little among a million that were sent.
ODD = (DeliveryState.DEAD, DeliveryState.SUPERSEDED, DeliveryState.DISCARDED)


class Delivery(models.Model):
    """That one change of an inbox has to reach its owner's browsers, and how far that has come.

    With a notification it tells of something posted; without, of something read or deleted elsewhere.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    notification = models.OneToOneField(
        Notification, on_delete=models.CASCADE, null=True, blank=True, related_name="delivery"
    )
    revision = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    created_at = models.DateTimeField()
    # While waiting, the next attempt's time; while claimed, the end of the lease. By the database's clock.
    due_at = models.DateTimeField(null=True, blank=True)
    # Counted when claimed, not when failed: a row that kills its worker must run out of attempts too.
    attempts = models.PositiveSmallIntegerField(default=0)
    # After a batch whose worker died nobody knows which row did it: each is then tried by itself.
    alone = models.BooleanField(default=False)
    # What it tells of has been settled otherwise since it was posted, as an invoice that was paid.
    is_moot = models.BooleanField(default=False, db_default=False)
    claim = models.CharField(max_length=32, blank=True, help_text="The token of whoever holds the lease.")
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    task_id = models.CharField(
        max_length=TASK_ID_LENGTH,
        blank=True,
        db_default="",
        help_text="The Celery task that claimed it last.",
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    # Since when it waits out an outage that is no fault of its own.
    parked_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=ERROR_LENGTH, blank=True)
    fingerprint = models.CharField(
        max_length=FINGERPRINT_LENGTH,
        blank=True,
        db_default="",
        help_text="Class and place of the last failure.",
    )
    # Since when it is due, where a person has made it due again: nobody has waited since it was posted.
    due_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        permissions = [
            ("retry_delivery", "Can retry and reschedule deliveries"),
            ("discard_delivery", "Can discard and supersede deliveries"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="pending"), name="delivery_pending"),
            # Without it every batch of a long queue would look through all of it for a row to try alone.
            models.Index(
                fields=["attempts", "id"], condition=Q(state="pending", alone=True), name="delivery_alone"
            ),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["due_at"], condition=Q(state="claimed"), name="delivery_leased"),
            models.Index(fields=["claim"], condition=~Q(claim=""), name="delivery_claim"),
            # One each: SQLite does not see that a state is one of several.
            *(
                models.Index(fields=["id"], condition=Q(state=state), name=f"delivery_{state}")
                for state in ("dead", "superseded", "discarded")
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} ({self.state})"


class Outcome(models.TextChoices):
    """How an attempt that did not deliver ended."""

    FAILED = "failed"
    LOST = "lost"  # its worker died, or was too slow for its lease


class Attempt(models.Model):
    """One attempt that did not deliver. The one that did is in the delivery's own row."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="failed_attempts")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    worker = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField()
    task_id = models.CharField(max_length=TASK_ID_LENGTH, blank=True, db_default="")
    error_class = models.CharField(max_length=200, blank=True)
    error_message = models.CharField(max_length=ERROR_LENGTH, blank=True)
    fingerprint = models.CharField(max_length=FINGERPRINT_LENGTH, blank=True, db_default="")

    class Meta:
        ordering = ["ended_at", "id"]
        indexes = [
            models.Index(fields=["ended_at", "fingerprint"], name="attempt_errors"),
            models.Index(fields=["task_id"], condition=~Q(task_id=""), name="attempt_task"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of delivery {self.delivery_id}: {self.outcome}"


class Tally(models.Model):
    """What happened in one minute, as one process counted it in the transactions that made it happen.

    A row a minute and process, so that no two processes wait for each other's; minute 0 holds what pruning
    has folded together.
    """

    minute = models.BigIntegerField(help_text="Minutes since 1970.")
    source = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=20)
    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=["minute", "source", "name"], name="tally_once_a_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.name} in minute {self.minute}"


class DeedKind(models.TextChoices):
    """What a person can do to deliveries."""

    RETRY = "retry", "Retry"
    DISCARD = "discard", "Discard"
    RESTORE = "restore", "Undo discard"
    RESCHEDULE = "reschedule", "Reschedule"
    SUPERSEDE = "supersede", "Supersede"


class DeedState(models.TextChoices):
    """How far a deed has come."""

    PROPOSED = "proposed"  # counted, and shown to whoever may start it
    TRYING = "trying"  # one row first
    STOPPED = "stopped"  # that one failed: a person decides
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


# What goes on in the background.
UNDER_WAY = (DeedState.TRYING, DeedState.RUNNING)


class Deed(models.Model):
    """What one person has done, or means to do, to the deliveries that match some criteria."""

    kind = models.CharField(max_length=12, choices=DeedKind.choices)
    state = models.CharField(max_length=12, choices=DeedState.choices, default=DeedState.PROPOSED)
    criteria = models.JSONField(default=dict)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # Whoever proposed it, and whoever had it done, by name: it outlives their accounts.
    who = models.CharField(max_length=150, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The form that it came from, so that a form sent twice is one deed.
    form_key = models.CharField(max_length=64, null=True, blank=True, unique=True)
    matching = models.PositiveIntegerField(default=0, help_text="How many matched when it was proposed.")
    # Exactly these are what a person agreed to, whatever comes to match later.
    ids = models.JSONField(default=list)
    position = models.BigIntegerField(default=0, help_text="How many of the ids it has come past.")
    done = models.PositiveIntegerField(default=0)
    passed_over = models.PositiveIntegerField(default=0, help_text="Matched no longer when their turn came.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="For what is rescheduled: when.")
    first = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=ERROR_LENGTH, blank=True, help_text="Why it stopped.")
    # One process at a time carries it on; the lease of one that died ends.
    token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=UNDER_WAY), name="deed_under_way"),
        ]

    def __str__(self) -> str:
        what = "delivery" if self.matching == 1 else "deliveries"
        return f"{self.get_kind_display()} {self.matching} {what} ({self.state})"


class DeedRow(models.Model):
    """That a deed has touched a delivery, and in which state it found it."""

    deed = models.ForeignKey(Deed, on_delete=models.CASCADE, related_name="rows", db_index=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="deed_rows")
    from_state = models.CharField(max_length=10, choices=DeliveryState.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deed", "delivery"], name="deed_touches_a_row_once"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.delivery_id} by deed {self.deed_id}"


# What a letter may hold. The longest address that mail can be delivered to has 254 characters (RFC 5321).
ADDRESS_LENGTH = 254
SUBJECT_LENGTH = 200
SENDER_LENGTH = 120
TEXT_LENGTH = 20_000


def message_key() -> str:
    """What tells the mail of one row from every other, of this database or of a copy of it."""
    return uuid.uuid4().hex


class Letter(models.Model):
    """One e-mail to one address, and how far it has come. The row is the queue, as a delivery is.

    A table of its own: a mail server takes seconds where Redis takes milliseconds, refuses for good where a
    browser never does, and what it has taken cannot be recognised by its reader but by its Message-ID.
    """

    # Whose mail it is: who asked for it to be sent or, where it tells of a notification, who is told.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Read or deleted by the time it would be sent, there is nothing left to tell. No foreign key: whoever
    # changes or removes notifications is not to wait for letters.
    notification_id = models.BigIntegerField(null=True, blank=True)
    to = models.CharField(max_length=ADDRESS_LENGTH)
    reply_to = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    sender_name = models.CharField(max_length=SENDER_LENGTH, blank=True)
    subject = models.CharField(max_length=SUBJECT_LENGTH)
    text = models.TextField()
    # What goes with it, as whoever registered `delivery.enclosures` finds it.
    attachment_kind = models.CharField(max_length=20, blank=True)
    attachment_id = models.CharField(max_length=50, blank=True)
    attachment_variant = models.CharField(max_length=60, blank=True)
    # None, not "": a missing key collides with nothing.
    dedupe_key = models.CharField(max_length=KEY_LENGTH, null=True, blank=True)
    # As of notifications: by this a person switches it off.
    topic = models.CharField(max_length=TOPIC_LENGTH, blank=True, default="", db_default="")
    message_key = models.CharField(max_length=32, default=message_key, editable=False)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    created_at = models.DateTimeField()
    # While waiting, the next attempt's time; while claimed, the end of the lease. By the database's clock.
    due_at = models.DateTimeField(null=True, blank=True)
    # Since when it is due: what waited for its time, or was made due again, is not late because it is old.
    due_since = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    is_moot = models.BooleanField(default=False)
    claim = models.CharField(max_length=32, blank=True, help_text="The token of whoever holds the lease.")
    claimed_by = models.CharField(max_length=100, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=ERROR_LENGTH, blank=True)
    fingerprint = models.CharField(max_length=FINGERPRINT_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "dedupe_key"],
                condition=Q(dedupe_key__isnull=False),
                name="letter_once_per_dedupe_key",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="letter_in_turn"),
            models.Index(
                fields=["attachment_kind", "attachment_id"],
                condition=~Q(attachment_kind=""),
                name="letter_attachment",
            ),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk} ({self.state})"


class Postman(models.Model):
    """Who carries the letters: one process at a time, so that a slow mail server holds no second one.

    One row. It rests after the mail server could not be reached: nobody asks it again before that.
    """

    token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    # Since when the mail server is away, and how that was found out.
    away_since = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=FINGERPRINT_LENGTH, blank=True)

    def __str__(self) -> str:
        return f"postman, resting until {self.rests_until}" if self.rests_until else "postman"


class Alarm(models.Model):
    """That something needs a person: raised once for each cause, and cleared when the cause has gone."""

    cause = models.CharField(max_length=FINGERPRINT_LENGTH + 10)
    detail = models.CharField(max_length=ERROR_LENGTH, blank=True)
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    # When its people were told of the latest of the two, in their inboxes and by e-mail.
    told_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    # Until when one process is about to send that e-mail, and no other.
    mailing_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["cause"], condition=Q(cleared_at__isnull=True), name="alarm_once_a_cause"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cause}: {'cleared' if self.cleared_at else 'open'}"
