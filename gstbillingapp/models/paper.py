"""Invoices as PDF files: what is asked for, and what has been made."""

from django.db import models

from gstbillingapp.models.business import Business
from gstbillingapp.models.invoice import Invoice


class PaperState(models.TextChoices):
    """How far the making has come."""

    ASKED = "asked", "Asked for"
    MADE = "made", "Made"
    FAILED = "failed", "Failed"


class Paper(models.Model):
    """The PDF of one invoice. The row is the job: as long as it is asked for, whoever looks may make it.

    `digest` says which content it was made from; where the invoice says something else now, it is made anew.
    Every row can be made again at any time, so an old one is removed.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, related_name="pdf")
    state = models.CharField(max_length=6, choices=PaperState, default=PaperState.ASKED)
    ahead = models.BooleanField(default=False, help_text="Nobody waits for it yet")
    asked_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True, help_text="While it is being made")
    attempts = models.PositiveSmallIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(default=bytes)
    made_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "ahead", "asked_at", "id"], name="paper_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state=PaperState.MADE, made_at__isnull=False)
                | ~models.Q(state=PaperState.MADE),
                name="paper_made_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice} as PDF: {self.get_state_display().lower()}"
