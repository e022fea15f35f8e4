"""Money received against an invoice."""

from django.conf import settings
from django.db import models

from gstbillingapp.models.business import Business
from gstbillingapp.models.fields import ZERO, day_text, money


class PaymentMode(models.TextChoices):
    """How the money came."""

    BANK = "bank", "Bank transfer"
    UPI = "upi", "UPI"
    CASH = "cash", "Cash"
    CHEQUE = "cheque", "Cheque"
    CARD = "card", "Card"
    OTHER = "other", "Other"
    # No money came: what had come before, or was credited, is set off.
    ADVANCE = "advance", "Advance"
    CREDIT = "credit", "Credit note"


# Those that a person may choose, with their names: in each of them money moves.
MONEY_CHOICES = [
    (value, label)
    for value, label in PaymentMode.choices
    if value not in (PaymentMode.ADVANCE, PaymentMode.CREDIT)
]
MONEY_MODES = [value for value, _ in MONEY_CHOICES]
SET_OFF_MODES = [PaymentMode.ADVANCE, PaymentMode.CREDIT]


class MoneyMoved(models.Model):
    """Money that came or went, in rupees; what did not clear is reversed, never deleted."""

    amount = money()
    date = models.DateField()
    mode = models.CharField(max_length=7, choices=MONEY_CHOICES, default=PaymentMode.BANK)
    reference = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    reversed_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reverse_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"₹{self.amount} on {day_text(self.date)}"

    def get_absolute_url(self) -> str:
        """The page that shows it; each kind has its own."""
        raise NotImplementedError


class Payment(MoneyMoved):
    """What an invoice was paid with; one that did not clear is reversed, never deleted.

    Money that came in, or a set-off of an advance (`receipt`) or of a credit note (`credit_note`). The taxes
    are what was paid on the advance before and is now due with the invoice: rupees, 0 for all else.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="payments", db_index=False)
    invoice = models.ForeignKey("Invoice", on_delete=models.PROTECT, related_name="payments")
    mode = models.CharField(max_length=7, choices=PaymentMode, default=PaymentMode.BANK)
    note = models.CharField(max_length=300, blank=True)
    receipt = models.ForeignKey(
        "Receipt", on_delete=models.PROTECT, null=True, blank=True, related_name="set_offs"
    )
    credit_note = models.ForeignKey(
        "Note", on_delete=models.PROTECT, null=True, blank=True, related_name="set_offs"
    )
    cgst = money(db_default=ZERO)
    sgst = money(db_default=ZERO)
    igst = money(db_default=ZERO)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=models.Q(mode__in=PaymentMode.values), name="payment_mode_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(mode__in=MONEY_MODES, receipt__isnull=True, credit_note__isnull=True)
                | models.Q(mode=PaymentMode.ADVANCE, receipt__isnull=False, credit_note__isnull=True)
                | models.Q(mode=PaymentMode.CREDIT, receipt__isnull=True, credit_note__isnull=False),
                name="payment_has_its_source",
            ),
            models.CheckConstraint(
                condition=models.Q(cgst__gte=0, sgst__gte=0, igst__gte=0),
                name="payment_taxes_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-date", "-id"], name="payment_by_date"),
            models.Index(fields=["business", "amount", "id"], name="payment_by_amount"),
        ]

    def get_absolute_url(self) -> str:
        """The page of the invoice it was paid against."""
        return self.invoice.get_absolute_url()

    @property
    def is_set_off(self) -> bool:
        """Whether no money came with it."""
        return self.mode in SET_OFF_MODES
