"""Those whom a business bills."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.fields import money

if TYPE_CHECKING:
    from gstbillingapp.models.vendor import Vendor


class BuyerKind(models.TextChoices):
    """What the buyer is under GST; it decides the place of supply and the kind of tax."""

    REGULAR = "regular", "Registered"
    UNREGISTERED = "unregistered", "Not registered"
    SEZ = "sez", "SEZ unit or developer"
    OVERSEAS = "overseas", "Overseas"


# What people put between the parts of a phone number or of a GSTIN; it says nothing.
BETWEEN = re.compile(r"[\s()-]+")
PHONE_IN_INDIA = re.compile(r"(?:\+?91|0)([6-9][0-9]{9})")


def closed_up(text: str) -> str:
    """A phone number or a GSTIN without what stands between its parts."""
    return BETWEEN.sub("", text)


def search_key(*parts: str) -> str:
    """What a list is searched by: folded here, as SQLite folds only ASCII and PostgreSQL nothing."""
    return " ".join(part.casefold() for part in parts if part)


def having(text: str) -> Q:
    """Rows whose `search_key` has the text; what may be a phone number or a GSTIN, however it is spaced.

    A number of India is looked for without the 0 or the 91 before it, which the stored one may lack.
    """
    folded = text.strip().casefold()
    found = Q(search_key__contains=folded)
    closed = closed_up(folded)
    if (phone := PHONE_IN_INDIA.fullmatch(closed)) is not None:
        closed = phone[1]
    if closed != folded and any(letter.isdecimal() for letter in closed):
        found |= Q(search_key__contains=closed)
    return found


def keyed(party: "Customer | Vendor") -> str:
    """The `search_key` of a customer or a vendor: its phone number stands closed up in it."""
    return search_key(party.name, party.gstin, closed_up(party.phone), party.email, party.city)


class Customer(models.Model):
    """A buyer; its details are copied to an invoice when that is issued."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="customers", db_index=False)
    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=360, editable=False)
    search_key = models.CharField(max_length=900, editable=False)
    gstin = models.CharField("GSTIN", max_length=15, blank=True)
    kind = models.CharField(max_length=12, choices=BuyerKind, default=BuyerKind.UNREGISTERED)
    state_code = models.CharField("state", max_length=2, blank=True)
    country = models.CharField(
        max_length=60, blank=True, db_default="", help_text="Of a buyer overseas; empty in India"
    )
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=80, blank=True)
    pincode = models.CharField("PIN code", max_length=6, blank=True)
    ship_name = models.CharField("deliver to", max_length=120, blank=True)
    ship_address = models.CharField("delivery address", max_length=300, blank=True)
    ship_city = models.CharField("delivery city", max_length=80, blank=True)
    ship_pincode = models.CharField("delivery PIN code", max_length=6, blank=True)
    ship_state_code = models.CharField("delivery state", max_length=2, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    credit_limit = money(default=None, null=True, blank=True, help_text="Empty: no limit")
    is_over_limit = models.BooleanField(default=False, db_default=False, editable=False)
    limit_crossing = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    KEYED = ("name", "gstin", "phone", "email", "city")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="customer_has_name"),
            models.CheckConstraint(
                condition=models.Q(kind=BuyerKind.REGULAR) & ~models.Q(gstin="")
                | models.Q(kind=BuyerKind.SEZ) & ~models.Q(gstin="")
                | models.Q(kind__in=[BuyerKind.UNREGISTERED, BuyerKind.OVERSEAS], gstin=""),
                name="customer_gstin_matches_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(credit_limit__isnull=True) | models.Q(credit_limit__gte=0),
                name="customer_credit_limit_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "is_archived", "name_key", "id"], name="customer_by_name"),
            models.Index(fields=["business", "gstin"], name="customer_by_gstin"),
            models.Index(fields=["business", "search_key"], name="customer_by_words"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keep the keys that lists sort and search by in step with the names."""
        self.set_keys()
        super().save(*args, update_fields=keys_kept(update_fields, self.KEYED), **kwargs)

    def get_absolute_url(self) -> str:
        """The page of this customer."""
        return reverse("customer", args=[self.pk])

    def set_keys(self) -> None:
        """Fill the columns that lists sort and search by; bulk loading calls it by itself."""
        self.name_key = self.name.casefold()
        self.search_key = keyed(self)


def keys_kept(update_fields: Iterable[str] | None, sources: Iterable[str]) -> Iterable[str] | None:
    """The fields to write when a row is saved: with its keys, unless nothing they come from is written."""
    if update_fields is None or not set(update_fields) & set(sources):
        return update_fields
    return {*update_fields, "name_key", "search_key"}
