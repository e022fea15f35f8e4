"""Documents as PDF files: what is asked for, and what has been made."""

from django.db import models

from gstbillingapp.models.business import Business

# The kinds of paper. Others are named by the noun that has them: a kind is plain text, so that another one
# needs no migration.
INVOICE = "invoice"
QUOTATION = "quotation"
NOTE = "note"
RECEIPT = "receipt"
REFUND = "refund"
SELF_INVOICE = "self_invoice"
PAYMENT_VOUCHER = "payment_voucher"
STATEMENT = "statement"

KIND_LENGTH = 20
VARIANT_LENGTH = 60


class PaperState(models.TextChoices):
    """How far the making has come."""

    ASKED = "asked", "Asked for"
    MADE = "made", "Made"
    FAILED = "failed", "Failed"


class Paper(models.Model):
    """The PDF of one document. The row is the job: as long as it is asked for, whoever looks may make it.

    Which document, say its kind, its id there and, where one object has several papers, the variant, as the
    period of a statement. `digest` says which content it was made from; where the document says something
    else now, it is made anew. Every row can be made again at any time, so an old one is removed.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=KIND_LENGTH)
    object_id = models.BigIntegerField()
    variant = models.CharField(max_length=VARIANT_LENGTH, blank=True)
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
        # The release before writes into a table of its own: see the migration.
        db_table = "gstbillingapp_documentpaper"
        indexes = [models.Index(fields=["state", "ahead", "asked_at", "id"], name="paper_in_turn")]
        constraints = [
            models.UniqueConstraint(
                fields=["business", "kind", "object_id", "variant"], name="paper_once_a_document"
            ),
            models.CheckConstraint(
                condition=models.Q(state=PaperState.MADE, made_at__isnull=False)
                | ~models.Q(state=PaperState.MADE),
                name="paper_made_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} as PDF: {self.get_state_display().lower()}"
