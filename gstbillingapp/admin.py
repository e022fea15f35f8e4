"""Billing in the admin: to be looked at. What changes it are the actions, which number, notify and lock."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from gstbillingapp.models import (
    Business,
    Customer,
    GstRate,
    Invoice,
    InvoiceLine,
    Membership,
    NumberSeries,
    Payment,
    Product,
    ProductRate,
    StockMovement,
)


class ReadOnly:
    """May be seen by whoever has the permission to view it, and changed by nobody."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes here."""
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    show_full_result_count = False  # counting a hundred thousand rows again for a subtitle


class MembershipInline(ReadOnly, admin.TabularInline):
    model = Membership
    extra = 0


class LineInline(ReadOnly, admin.TabularInline):
    model = InvoiceLine
    extra = 0
    fields = ("position", "description", "hsn", "qty", "unit", "price", "rate", "taxable", "total")


class PaymentInline(ReadOnly, admin.TabularInline):
    model = Payment
    extra = 0
    fields = ("date", "amount", "mode", "reference", "recorded_by", "reversed_at")


class ProductRateInline(ReadOnly, admin.TabularInline):
    model = ProductRate
    extra = 0


@admin.register(Business)
class BusinessAdmin(ReadOnlyAdmin):
    list_display = ("name", "gstin", "scheme", "state_code", "created_at")
    search_fields = ("name", "gstin")
    inlines = (MembershipInline,)


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("name", "gstin", "kind", "state_code", "business", "is_archived")
    list_select_related = ("business",)
    search_fields = ("name_key", "gstin")


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "hsn", "price", "stock", "reorder_level", "business")
    list_select_related = ("business",)
    search_fields = ("name_key", "sku")
    inlines = (ProductRateInline,)


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "business", "buyer_name", "state", "date", "due_date", "total", "balance")
    list_select_related = ("business",)
    list_filter = ("state",)
    search_fields = ("=number_key", "=buyer_gstin")
    inlines = (LineInline, PaymentInline)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("invoice", "amount", "date", "mode", "reference", "recorded_by", "reversed_at")
    list_select_related = ("invoice", "recorded_by")
    search_fields = ("=reference",)


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ("product", "qty", "reason", "invoice", "created_at")
    list_select_related = ("product", "invoice")


@admin.register(NumberSeries)
class NumberSeriesAdmin(ReadOnlyAdmin):
    list_display = ("business", "financial_year", "prefix", "last")
    list_select_related = ("business",)


@admin.register(GstRate)
class GstRateAdmin(admin.ModelAdmin):
    """The one table of billing that an administrator keeps: rates change by notification, not by release."""

    list_display = ("rate", "valid_from", "valid_until", "note")
