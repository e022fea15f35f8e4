"""What a customer owed before the business began to bill here."""

from decimal import Decimal

from django.db import models
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.customer import Customer
from gstbillingapp.models.fields import ZERO, day_text, money
from gstbillingapp.models.payment import MONEY_MODES, MoneyMoved


class OpeningBalance(models.Model):
    """An amount in rupees that a customer owes from before, as of a day: one of their old invoices, or all.

    The customer's ledger begins with it. It is no supply: no return counts it, and no tax is due on it here.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="opening_balances", db_index=False
    )
    reference = models.CharField(max_length=40, blank=True, help_text="The number of the old invoice")
    amount = money()
    paid = money(db_default=ZERO)
    date = models.DateField()
    due_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["date", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="opening_balance_is_owed"),
            models.CheckConstraint(
                condition=models.Q(paid__gte=0, paid__lte=models.F("amount")),
                name="opening_balance_paid_at_most",
            ),
            models.UniqueConstraint(
                fields=["customer", "reference"], name="opening_balance_once_a_reference"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "date", "id"], name="opening_balance_by_date"),
            models.Index(fields=["business", "amount", "id"], name="opening_balance_by_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.reference or 'Opening balance'} of {day_text(self.date)}"

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("opening_balance", args=[self.pk])

    @property
    def name(self) -> str:
        """What it is called in a sentence: the number of the old invoice, where it has one."""
        return self.reference or "The opening balance"

    @property
    def balance(self) -> Decimal:
        """What payments have left of it, in rupees."""
        return self.amount - self.paid


class OpeningPayment(MoneyMoved):
    """Money received for what was owed from before. No tax is due on it: it was, on the old invoice."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    opening = models.ForeignKey(OpeningBalance, on_delete=models.PROTECT, related_name="payments")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="opening_payment_above_zero"),
            models.CheckConstraint(
                condition=models.Q(mode__in=MONEY_MODES), name="opening_payment_mode_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-date", "-id"], name="opening_payment_by_date"),
            models.Index(fields=["business", "amount", "id"], name="opening_payment_by_amount"),
        ]

    def get_absolute_url(self) -> str:
        """The page of what it was paid for."""
        return self.opening.get_absolute_url()
