"""What a business spends at once, without a bill to be paid later."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.claim import InputTax, claim_checks, claim_indexes
from gstbillingapp.models.fields import ZERO, day_text, money, percent
from gstbillingapp.models.payment import MONEY_CHOICES, MONEY_MODES, PaymentMode
from gstbillingapp.models.vendor import Vendor

# What is offered to a business beside the categories it has.
USUAL_CATEGORIES = (
    "Rent",
    "Electricity",
    "Salaries",
    "Freight",
    "Office supplies",
    "Travel",
    "Telephone and internet",
    "Repairs",
    "Bank charges",
    "Professional fees",
)


class ExpenseCategory(models.Model):
    """What expenses are summed up by; one that is used no more is archived."""

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="expense_categories", db_index=False
    )
    name = models.CharField(max_length=60)
    name_key = models.CharField(max_length=180, editable=False)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "expense categories"
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="expense_category_has_name"),
            models.UniqueConstraint(
                fields=["business", "name_key"], name="expense_category_once_in_business"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key, by which a name is there once however it is written, in step with it."""
        self.name_key = self.name.casefold()
        super().save(*args, **kwargs)


class ExpenseState(models.TextChoices):
    """An expense that was recorded by mistake is cancelled, never deleted."""

    RECORDED = "recorded", "Recorded"
    CANCELLED = "cancelled", "Cancelled"


class Expense(InputTax):
    """Money spent, with the tax in it. Amounts are rupees; `itc` says that the tax is claimed as credit.

    With `rcm` the tax is owed to the government by the business, as of a bill: it is not part of `total`,
    which is what was paid (CGST s.9(3) and 9(4)). `cess_amt` is cess in rupees, beside that of `cess_pct`.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="expenses", db_index=False)
    category = models.ForeignKey(ExpenseCategory, on_delete=models.PROTECT, related_name="expenses")
    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="expenses"
    )
    payee = models.CharField("paid to", max_length=120, blank=True)
    payee_gstin = models.CharField("GSTIN", max_length=15, blank=True)
    state = models.CharField(max_length=9, choices=ExpenseState, default=ExpenseState.RECORDED)
    date = models.DateField()
    description = models.CharField(max_length=300, blank=True)
    reference = models.CharField("bill number or reference", max_length=64, blank=True)
    mode = models.CharField(max_length=7, choices=MONEY_CHOICES, default=PaymentMode.BANK)
    inter_state = models.BooleanField("bought in another state", default=False)
    price_includes_tax = models.BooleanField("the amount contains the tax", default=True)
    rate = percent()
    cess_pct = percent(db_default=Decimal("0.000"))
    cess_amt = money(db_default=ZERO)
    rcm = models.BooleanField("tax payable on reverse charge", default=False, db_default=False)
    taxable = money()
    cgst = money()
    sgst = money()
    igst = money()
    cess = money(db_default=ZERO)
    total = money()
    itc = models.BooleanField("input tax credit is claimed", default=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gt=0, taxable__gte=0, cgst__gte=0, sgst__gte=0, igst__gte=0, rate__gte=0),
                name="expense_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(cess_pct__gte=0, cess_amt__gte=0, cess__gte=0), name="expense_cess_not_negative"
            ),
            models.CheckConstraint(condition=Q(igst=0) | Q(cgst=0, sgst=0), name="expense_one_kind_of_tax"),
            models.CheckConstraint(condition=Q(mode__in=MONEY_MODES), name="expense_mode_is_known"),
            models.CheckConstraint(
                # Of reverse charge the paper is one's own invoice to oneself (CGST s.31(3)(f)).
                condition=Q(itc=False) | Q(rcm=True) | ~Q(payee_gstin=""),
                name="expense_credit_needs_gstin",
            ),
            models.CheckConstraint(
                condition=Q(state=ExpenseState.CANCELLED, cancelled_at__isnull=False)
                | Q(state=ExpenseState.RECORDED, cancelled_at__isnull=True),
                name="expense_cancelled_has_time",
            ),
            *claim_checks("expense", ExpenseState.CANCELLED),
        ]
        indexes = [
            # Trailing columns let the sums of a month, and those by category, be read off the index alone.
            models.Index(
                fields=["business", "-date", "-id", "state", "category", "total"], name="expense_by_date"
            ),
            models.Index(fields=["business", "category", "-date", "-id"], name="expense_by_category"),
            models.Index(fields=["business", "total", "id"], name="expense_by_total"),
            *claim_indexes("expense"),
        ]

    def __str__(self) -> str:
        return f"₹{self.total} on {day_text(self.date)}"

    def get_absolute_url(self) -> str:
        """The page of this expense."""
        return reverse("expense", args=[self.pk])

    @property
    def tax(self) -> Decimal:
        """All components together, cess included."""
        return self.cgst + self.sgst + self.igst + self.cess

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back."""
        return self.state == ExpenseState.CANCELLED
