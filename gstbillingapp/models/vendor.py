"""Those whom a business buys from."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.customer import keyed, keys_kept


class VendorKind(models.TextChoices):
    """What the vendor is under GST; it decides whether a bill bears tax, and to whom that is owed."""

    REGULAR = "regular", "Registered"
    COMPOSITION = "composition", "Composition scheme"
    UNREGISTERED = "unregistered", "Not registered"
    SEZ = "sez", "SEZ unit or developer"
    OVERSEAS = "overseas", "Overseas"


# Those that have a GSTIN, and those whose bills bear tax: a composition dealer collects none (CGST s.10(4)).
REGISTERED_VENDORS = (VendorKind.REGULAR, VendorKind.COMPOSITION, VendorKind.SEZ)
TAXING_VENDORS = (VendorKind.REGULAR, VendorKind.SEZ)


class Vendor(models.Model):
    """A supplier to the business; its name, GSTIN, kind and state are copied to each bill."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="vendors", db_index=False)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=360, editable=False)
    search_key = models.CharField(max_length=900, editable=False)
    gstin = models.CharField("GSTIN", max_length=15, blank=True)
    kind = models.CharField(max_length=12, choices=VendorKind, default=VendorKind.UNREGISTERED)
    state_code = models.CharField("state", max_length=2, blank=True)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=80, blank=True)
    pincode = models.CharField("PIN code", max_length=6, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    due_days = models.PositiveSmallIntegerField("days to pay", default=30)
    bank_name = models.CharField(max_length=80, blank=True)
    bank_account = models.CharField(max_length=34, blank=True)
    bank_ifsc = models.CharField("IFSC", max_length=11, blank=True)
    upi_id = models.CharField("UPI ID", max_length=100, blank=True)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    KEYED = ("name", "gstin", "phone", "email", "city")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="vendor_has_name"),
            models.CheckConstraint(
                condition=(models.Q(kind__in=REGISTERED_VENDORS) & ~models.Q(gstin=""))
                | models.Q(kind__in=[VendorKind.UNREGISTERED, VendorKind.OVERSEAS], gstin=""),
                name="vendor_gstin_matches_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "is_archived", "name_key", "id"], name="vendor_by_name"),
            models.Index(fields=["business", "gstin"], name="vendor_by_gstin"),
            models.Index(fields=["business", "search_key"], name="vendor_by_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keep the keys that lists sort and search by in step with the names."""
        self.set_keys()
        super().save(*args, update_fields=keys_kept(update_fields, self.KEYED), **kwargs)

    def get_absolute_url(self) -> str:
        """The page of this vendor."""
        return reverse("vendor", args=[self.pk])

    def set_keys(self) -> None:
        """Fill the columns that lists sort and search by; bulk loading calls it by itself."""
        self.name_key = self.name.casefold()
        self.search_key = keyed(self)
