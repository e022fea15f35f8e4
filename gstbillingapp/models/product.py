"""What a business sells, at which rate from which day, and how much of it is in stock."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.customer import keys_kept, search_key
from gstbillingapp.models.fields import cess_amount, day_text, percent, plain_number, quantity, unit_price


class ProductKind(models.TextChoices):
    """Goods have stock and an HSN; a service has a SAC, which begins with 99."""

    GOODS = "goods", "Goods"
    SERVICE = "service", "Service"


class Supply(models.TextChoices):
    """Why a line bears tax or not: exempt, nil-rated and non-GST are told apart in the returns."""

    TAXABLE = "taxable", "Taxable"
    EXEMPT = "exempt", "Exempt"
    NIL = "nil", "Nil rated"
    NON_GST = "non_gst", "Outside GST"


class StockLevel(models.TextChoices):
    """What the members were last told about the stock since it was last above the reorder level."""

    ENOUGH = "", "Enough"
    LOW = "low", "Low"
    OUT = "out", "Out"


class StockReason(models.TextChoices):
    """Why stock moved."""

    OPENING = "opening", "Opening stock"
    PURCHASE = "purchase", "Purchase"
    SALE = "sale", "Sale"
    CANCELLATION = "cancellation", "Cancelled invoice"
    CORRECTION = "correction", "Correction"
    RETURN = "return", "Sales return"
    RETURN_UNDONE = "unreturned", "Cancelled sales return"
    BILL_CHANGE = "bill_change", "Changed bill"
    BILL_CANCELLED = "unpurchased", "Cancelled bill"
    SENT_BACK = "sent_back", "Sent back to the vendor"
    SENT_BACK_UNDONE = "unsent", "Cancelled return to the vendor"


class Product(models.Model):
    """Goods or a service with its price; a line of an invoice copies it."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="products", db_index=False)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=600, editable=False)
    search_key = models.CharField(max_length=800, editable=False)
    kind = models.CharField(max_length=7, choices=ProductKind, default=ProductKind.GOODS)
    sku = models.CharField("SKU", max_length=40, blank=True)
    hsn = models.CharField("HSN/SAC", max_length=8, blank=True)
    unit = models.CharField(max_length=3, default="NOS", help_text="Unit quantity code (UQC)")
    price = unit_price()
    price_includes_tax = models.BooleanField(default=False)
    supply = models.CharField(max_length=7, choices=Supply, default=Supply.TAXABLE)
    stock = quantity(default=0)
    reorder_level = quantity(null=True, blank=True, help_text="Empty: nobody is told when stock runs low")
    stock_level = models.CharField(
        max_length=3, choices=StockLevel, default=StockLevel.ENOUGH, blank=True, editable=False
    )
    stock_crossing = models.PositiveIntegerField(default=0, editable=False)
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    KEYED = ("name", "sku", "hsn")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="product_has_name"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(
                condition=models.Q(reorder_level__isnull=True) | models.Q(reorder_level__gte=0),
                name="product_reorder_level_not_negative",
            ),
            models.UniqueConstraint(
                fields=["business", "sku"], condition=~models.Q(sku=""), name="product_sku_unique_in_business"
            ),
        ]
        indexes = [
            models.Index(fields=["business", "is_archived", "name_key", "id"], name="product_by_name"),
            models.Index(fields=["business", "search_key"], name="product_by_words"),
            models.Index(
                fields=["business", "name_key"],
                condition=~models.Q(stock_level=""),
                name="product_running_low",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keep the keys that lists sort and search by in step with the names."""
        self.set_keys()
        super().save(*args, update_fields=keys_kept(update_fields, self.KEYED), **kwargs)

    def get_absolute_url(self) -> str:
        """The page of this product."""
        return reverse("product", args=[self.pk])

    def set_keys(self) -> None:
        """Fill the columns that lists sort and search by; bulk loading calls it by itself."""
        self.name_key = self.name.casefold()
        self.search_key = search_key(*(getattr(self, name) for name in self.KEYED))

    def rate_on(self, date: datetime.date) -> "ProductRate | None":
        """The rate that stands on a supply of that day; before the first row, the first row's."""
        rows = sorted(self.rates.all(), key=lambda row: row.valid_from)
        begun = [row for row in rows if row.valid_from <= date]
        return next(iter(begun[-1:] or rows[:1]), None)

    @property
    def tracks_stock(self) -> bool:
        """Whether issuing an invoice takes from the stock."""
        return self.kind == ProductKind.GOODS


class ProductRate(models.Model):
    """The rate of a product from a day on, until the next row's day."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="rates", db_index=False)
    rate = percent()
    cess_pct = percent()
    cess_per_unit = cess_amount()
    valid_from = models.DateField()

    class Meta:
        ordering = ["product", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["product", "valid_from"], name="product_rate_begins_once"),
            models.CheckConstraint(
                condition=models.Q(rate__gte=0, rate__lte=100, cess_pct__gte=0, cess_per_unit__gte=0),
                name="product_rate_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {plain_number(self.rate)} % from {day_text(self.valid_from)}"


class StockMovement(models.Model):
    """Why the stock of a product is what it is: the sum of its movements is the stock."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="stock_movements")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="movements", db_index=False)
    qty = quantity(help_text="Positive into the stock, negative out of it")
    reason = models.CharField(max_length=12, choices=StockReason)
    invoice = models.ForeignKey(
        "Invoice", on_delete=models.PROTECT, null=True, blank=True, related_name="stock_movements"
    )
    note = models.ForeignKey(
        "Note", on_delete=models.PROTECT, null=True, blank=True, related_name="stock_movements"
    )
    bill = models.ForeignKey(
        "Bill", on_delete=models.PROTECT, null=True, blank=True, related_name="stock_movements"
    )
    vendor_note = models.ForeignKey(
        "VendorNote", on_delete=models.PROTECT, null=True, blank=True, related_name="stock_movements"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(qty=0), name="stock_movement_moves"),
            models.UniqueConstraint(
                fields=["invoice", "product", "reason"],
                condition=models.Q(invoice__isnull=False),
                name="stock_moves_once_an_invoice",
            ),
            models.UniqueConstraint(
                fields=["note", "product", "reason"],
                condition=models.Q(note__isnull=False),
                name="stock_moves_once_a_note",
            ),
            # In once and out once; in between it may change any number of times.
            models.UniqueConstraint(
                fields=["bill", "product", "reason"],
                condition=models.Q(bill__isnull=False) & ~models.Q(reason=StockReason.BILL_CHANGE),
                name="stock_moves_once_a_bill",
            ),
            models.UniqueConstraint(
                fields=["vendor_note", "product", "reason"],
                condition=models.Q(vendor_note__isnull=False),
                name="stock_moves_once_a_vendor_note",
            ),
        ]
        indexes = [models.Index(fields=["product", "-id"], name="stock_movement_by_product")]

    def __str__(self) -> str:
        return f"{self.product}: {self.qty:+} ({self.get_reason_display()})"
