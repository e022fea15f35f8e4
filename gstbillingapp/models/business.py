"""The business that bills, and the people who work for it."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.urls import reverse

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Scheme(models.TextChoices):
    """How the business stands under GST; it decides what its invoices may show."""

    REGULAR = "regular", "Regular"
    COMPOSITION = "composition", "Composition"
    UNREGISTERED = "unregistered", "Not registered"


class FilingFrequency(models.TextChoices):
    """How often a regular business files GSTR-1 and GSTR-3B; quarterly up to ₹5 crore of turnover (QRMP)."""

    MONTHLY = "monthly", "Every month"
    QUARTERLY = "quarterly", "Every quarter (QRMP)"


class Role(models.TextChoices):
    """What a member may do: an owner also changes the business and its people."""

    OWNER = "owner", "Owner"
    STAFF = "staff", "Staff"


class Business(models.Model):
    """A supplier: its identity on invoices, its bank account and its numbering."""

    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=120, blank=True)
    gstin = models.CharField("GSTIN", max_length=15, blank=True)
    scheme = models.CharField(max_length=12, choices=Scheme, default=Scheme.REGULAR)
    state_code = models.CharField("state", max_length=2)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=80, blank=True)
    pincode = models.CharField("PIN code", max_length=6, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    bank_name = models.CharField(max_length=80, blank=True)
    bank_account = models.CharField(max_length=34, blank=True)
    bank_ifsc = models.CharField("IFSC", max_length=11, blank=True)
    upi_id = models.CharField("UPI ID", max_length=100, blank=True)
    lut_number = models.CharField("LUT number", max_length=30, blank=True)
    signatory = models.CharField("authorised signatory", max_length=120, blank=True)
    invoice_prefix = models.CharField(max_length=5, default="INV")
    quotation_prefix = models.CharField(max_length=5, default="QTN", db_default="QTN")
    invoice_terms = models.CharField(max_length=1000, blank=True)
    due_days = models.PositiveSmallIntegerField("days to pay", default=30)
    quotation_days = models.PositiveSmallIntegerField("days a quotation holds", default=30, db_default=30)
    round_off = models.BooleanField("round totals to the rupee", default=True)
    hsn_digits = models.PositiveSmallIntegerField(
        "HSN digits",
        choices=[(4, "4 (turnover up to ₹5 crore)"), (6, "6 (turnover above ₹5 crore)")],
        default=4,
    )
    filing_frequency = models.CharField(
        "GST returns",
        max_length=9,
        choices=FilingFrequency,
        default=FilingFrequency.MONTHLY,
        db_default=FilingFrequency.MONTHLY,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "businesses"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(state_code=""), name="business_has_name_and_state"
            ),
            models.CheckConstraint(
                condition=models.Q(quotation_days__gte=1, quotation_days__lte=365),
                name="business_quotation_days_in_a_year",
            ),
            models.CheckConstraint(
                condition=models.Q(scheme=Scheme.UNREGISTERED, gstin="")
                | (~models.Q(scheme=Scheme.UNREGISTERED) & ~models.Q(gstin="")),
                name="business_gstin_matches_scheme",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The page of the business profile."""
        return reverse("business")

    def members(self) -> "models.QuerySet[User]":
        """The active people of the business, owners first: those whom its events concern."""
        return (
            get_user_model()
            .objects.filter(is_active=True, membership__business=self)
            .order_by("membership__role", "pk")
        )


class Membership(models.Model):
    """That a user works for a business; a user works for one."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="memberships")
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership")
    role = models.CharField(max_length=5, choices=Role, default=Role.STAFF)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user.get_username()}, {self.get_role_display()} of {self.business}"

    @property
    def is_owner(self) -> bool:
        """Whether this member may change the business and its people."""
        return self.role == Role.OWNER
