"""The administration's tables.

Billing is to be looked at: what changes it are the actions, which number, notify and lock. People and groups
are kept here, and what Celery and the administration wrote down of themselves is read here.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django_celery_results import admin as results_admin
from django_celery_results.models import GroupResult, TaskResult
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from gstbillingapp.actions import account
from gstbillingapp.models import (
    Bill,
    BillLine,
    BillPayment,
    Business,
    Customer,
    Expense,
    GstRate,
    Invoice,
    InvoiceLine,
    Membership,
    Note,
    NoteLine,
    NumberSeries,
    Payment,
    PaymentVoucher,
    Product,
    ProductRate,
    Quotation,
    QuotationLine,
    Receipt,
    Refund,
    ReturnDueDate,
    ReturnFiling,
    SelfInvoice,
    StockMovement,
    Vendor,
    VendorNote,
    VendorNoteLine,
    VendorRefund,
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


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    show_full_result_count = False  # counting a hundred thousand rows again for a subtitle


class MembershipInline(ReadOnly, TabularInline):
    model = Membership
    extra = 0


class LineInline(ReadOnly, TabularInline):
    model = InvoiceLine
    extra = 0
    fields = ("position", "description", "hsn", "qty", "unit", "price", "rate", "taxable", "total")


class PaymentInline(ReadOnly, TabularInline):
    model = Payment
    extra = 0
    fields = ("date", "amount", "mode", "reference", "recorded_by", "reversed_at")


class ProductRateInline(ReadOnly, TabularInline):
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


class OfferedLineInline(ReadOnly, TabularInline):
    model = QuotationLine
    extra = 0
    fields = ("position", "description", "hsn", "qty", "unit", "price", "rate", "taxable", "total")


@admin.register(Quotation)
class QuotationAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "business", "buyer_name", "state", "date", "valid_until", "total", "invoice")
    list_select_related = ("business", "invoice")
    list_filter = ("state",)
    search_fields = ("=number_key", "=buyer_gstin")
    inlines = (OfferedLineInline,)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("invoice", "amount", "date", "mode", "reference", "recorded_by", "reversed_at")
    list_select_related = ("invoice", "recorded_by")
    search_fields = ("=reference",)


class NoteLineInline(ReadOnly, TabularInline):
    model = NoteLine
    extra = 0
    fields = ("position", "description", "hsn", "qty", "unit", "rate", "taxable", "total")


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "kind",
        "business",
        "buyer_name",
        "invoice",
        "state",
        "date",
        "total",
        "balance",
    )
    list_select_related = ("business", "invoice")
    list_filter = ("kind", "state")
    search_fields = ("=number_key", "=buyer_gstin")
    inlines = (NoteLineInline,)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ("number", "business", "buyer_name", "state", "date", "total", "balance")
    list_select_related = ("business",)
    list_filter = ("state",)
    search_fields = ("=number_key", "=buyer_gstin")


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("number", "business", "customer", "amount", "date", "mode", "reversed_at")
    list_select_related = ("business", "customer")
    search_fields = ("=number_key",)


@admin.register(PaymentVoucher)
class PaymentVoucherAdmin(ReadOnlyAdmin):
    list_display = ("number", "business", "payment", "date")
    list_select_related = ("business", "payment")
    search_fields = ("=number_key",)


@admin.register(SelfInvoice)
class SelfInvoiceAdmin(ReadOnlyAdmin):
    list_display = ("number", "business", "bill", "date", "cancelled_at")
    list_select_related = ("business", "bill")
    search_fields = ("=number_key",)


@admin.register(Vendor)
class VendorAdmin(ReadOnlyAdmin):
    list_display = ("name", "gstin", "kind", "state_code", "business", "is_archived")
    list_select_related = ("business",)
    search_fields = ("name_key", "gstin")


class BoughtLineInline(ReadOnly, TabularInline):
    model = BillLine
    extra = 0
    fields = ("position", "description", "hsn", "qty", "unit", "price", "rate", "itc", "taxable", "total")


class PaidOutInline(ReadOnly, TabularInline):
    model = BillPayment
    extra = 0
    fields = ("date", "amount", "mode", "reference", "recorded_by", "reversed_at")


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin):
    list_display = ("number", "business", "vendor_name", "state", "date", "due_date", "total", "balance")
    list_select_related = ("business",)
    list_filter = ("state",)
    search_fields = ("=number_key", "=vendor_gstin")
    inlines = (BoughtLineInline, PaidOutInline)


class CreditedLineInline(ReadOnly, TabularInline):
    model = VendorNoteLine
    extra = 0
    fields = ("position", "description", "qty", "unit", "rate", "itc", "taxable", "total")


class CameBackInline(ReadOnly, TabularInline):
    model = VendorRefund
    extra = 0
    fields = ("date", "amount", "mode", "reference", "recorded_by", "reversed_at")


@admin.register(VendorNote)
class VendorNoteAdmin(ReadOnlyAdmin):
    list_display = ("number", "business", "vendor", "bill", "state", "date", "total", "balance")
    list_select_related = ("business", "vendor", "bill")
    list_filter = ("state",)
    search_fields = ("=number_key",)
    inlines = (CreditedLineInline, CameBackInline)


@admin.register(Expense)
class ExpenseAdmin(ReadOnlyAdmin):
    list_display = ("date", "business", "category", "payee", "state", "mode", "total", "itc", "rcm")
    list_select_related = ("business", "category")
    list_filter = ("state",)
    search_fields = ("=reference", "=payee_gstin")


@admin.register(StockMovement)
class StockMovementAdmin(ReadOnlyAdmin):
    list_display = ("product", "qty", "reason", "invoice", "created_at")
    list_select_related = ("product", "invoice")


@admin.register(NumberSeries)
class NumberSeriesAdmin(ReadOnlyAdmin):
    list_display = ("business", "financial_year", "prefix", "first", "last")
    list_select_related = ("business",)


@admin.register(GstRate)
class GstRateAdmin(ModelAdmin):
    """The one table of billing that an administrator keeps: rates change by notification, not by release."""

    list_display = ("rate", "valid_from", "valid_until", "note")


@admin.register(ReturnDueDate)
class ReturnDueDateAdmin(ModelAdmin):
    """Extensions of due dates, which are announced by notification: added, or taken back, never changed."""

    list_display = ("form", "period_label", "due", "states", "source", "created_at")
    list_filter = ("form",)
    fields = ("form", "span", "first", "states", "due", "source")

    @admin.display(description="Period", ordering="first")
    def period_label(self, extension: ReturnDueDate) -> str:
        """The period in words."""
        return extension.period.label

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A further extension is a row of its own: what was told of the day before is still known."""
        return False


@admin.register(ReturnFiling)
class ReturnFilingAdmin(ReadOnlyAdmin):
    list_display = ("form", "first", "business", "filed_on", "arn", "filed_by")
    list_select_related = ("business", "filed_by")
    list_filter = ("form",)
    search_fields = ("=arn",)


for model in (User, Group, TaskResult, GroupResult):  # registered by their own applications, in Django's look
    admin.site.unregister(model)


class PasswordForm(AdminPasswordChangeForm):
    """Django's own; whoever's password it is gets told."""

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        """Store it, and tell its owner."""
        user: User = super().save(commit)
        account.password_changed(user, "the administration of this site")
        return user


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = PasswordForm


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin, ModelAdmin):
    pass


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Who did what in the administration, deeds on deliveries among it."""

    list_display = ("action_time", "user", "object_repr", "what", "content_type")
    list_display_links = ("object_repr",)
    list_select_related = ("user", "content_type")
    list_filter = ("action_flag",)
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"

    @admin.display(description="What")
    def what(self, entry: LogEntry) -> str:
        """The entry's own words, as Django puts them."""
        return entry.get_change_message()


@admin.register(TaskResult)
class TaskResultAdmin(ReadOnly, results_admin.TaskResultAdmin, ModelAdmin):
    """Failed tasks: Celery's other results are not kept."""

    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> Any:
        """What tells failed tasks apart."""
        return ("task_id", "task_name", "status", "worker", "date_done")

    def get_list_filter(self, request: HttpRequest) -> Any:
        """The few values that there are."""
        return ("status", "task_name")

    def get_fieldsets(self, request: HttpRequest, obj: TaskResult | None = None) -> Any:
        """What they have always shown, and the way to the deliveries that the task held."""
        return [(None, {"fields": ("deliveries",)}), *super().get_fieldsets(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: TaskResult | None = None) -> Any:
        """All of them."""
        return ["deliveries", *super().get_readonly_fields(request, obj)]

    @admin.display(description="Deliveries")
    def deliveries(self, result: TaskResult) -> str:
        """A link to what this task had in its hands."""
        query = urlencode({"task": result.task_id})
        return format_html(
            '<a href="{}?{}">Deliveries of this task</a>', reverse("pipeline:deliveries"), query
        )


@admin.register(GroupResult)
class GroupResultAdmin(ReadOnly, results_admin.GroupResultAdmin, ModelAdmin):
    show_full_result_count = False
