"""Papers that were sent to somebody by e-mail, and what became of that."""

from django.conf import settings
from django.db import models

from gstbillingapp.models.business import Business
from gstbillingapp.models.paper import KIND_LENGTH, VARIANT_LENGTH


class MailingState(models.TextChoices):
    """How far it has come."""

    QUEUED = "queued", "On its way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not delivered"
    CALLED_OFF = "called off", "Called off"


class Mailing(models.Model):
    """That somebody sent a paper to an address. Kept with the document: the letter itself is removed in time.

    The letter is the pipeline's, and its row says what becomes of it; this follows it in the same transaction
    (`actions.mailing.told`).
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=KIND_LENGTH)
    object_id = models.BigIntegerField()
    variant = models.CharField(max_length=VARIANT_LENGTH, blank=True)
    letter_id = models.BigIntegerField(unique=True)
    to = models.CharField(max_length=254)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MailingState, default=MailingState.QUEUED)
    settled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True, help_text="Why it was not delivered")

    class Meta:
        indexes = [
            models.Index(fields=["business", "kind", "object_id", "id"], name="mailing_of_document"),
            models.Index(fields=["business", "asked_at"], name="mailing_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} by e-mail: {self.get_state_display().lower()}"
