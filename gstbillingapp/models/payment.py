"""Money received against an invoice."""

from django.conf import settings
from django.db import models

from gstbillingapp.models.business import Business
from gstbillingapp.models.fields import day_text, money


class PaymentMode(models.TextChoices):
    """How the money came."""

    BANK = "bank", "Bank transfer"
    UPI = "upi", "UPI"
    CASH = "cash", "Cash"
    CHEQUE = "cheque", "Cheque"
    CARD = "card", "Card"
    OTHER = "other", "Other"


class Payment(models.Model):
    """A receipt; one that did not clear is reversed, never deleted."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="payments", db_index=False)
    invoice = models.ForeignKey("Invoice", on_delete=models.PROTECT, related_name="payments")
    amount = money()
    date = models.DateField()
    mode = models.CharField(max_length=6, choices=PaymentMode, default=PaymentMode.BANK)
    reference = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=300, blank=True)
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
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=models.Q(mode__in=PaymentMode.values), name="payment_mode_is_known"
            ),
        ]
        indexes = [models.Index(fields=["business", "-date", "-id"], name="payment_by_date")]

    def __str__(self) -> str:
        return f"₹{self.amount} on {day_text(self.date)}"

    def get_absolute_url(self) -> str:
        """The page of the invoice it was paid against."""
        return self.invoice.get_absolute_url()
