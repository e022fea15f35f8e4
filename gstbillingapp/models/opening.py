"""What a customer owed before the business began to bill here."""

from django.db import models

from gstbillingapp.models.business import Business
from gstbillingapp.models.customer import Customer
from gstbillingapp.models.fields import day_text, money


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
    date = models.DateField()
    due_date = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["date", "pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="opening_balance_is_owed"),
            models.UniqueConstraint(
                fields=["customer", "reference"], name="opening_balance_once_a_reference"
            ),
        ]
        indexes = [models.Index(fields=["business", "date", "id"], name="opening_balance_by_date")]

    def __str__(self) -> str:
        return f"{self.reference or 'Opening balance'} of {day_text(self.date)}"

    def get_absolute_url(self) -> str:
        """The page of the customer, which lists what is owed from before."""
        return self.customer.get_absolute_url()
