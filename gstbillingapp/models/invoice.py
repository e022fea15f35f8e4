"""Invoices: drafts that change freely, issued ones that never change again (CGST Rule 46 and s.34)."""

import datetime
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.document import Document, DocumentLine, line_checks
from gstbillingapp.models.fields import ANY_DAY, ZERO, money, today


class InvoiceState(models.TextChoices):
    """What was done to an invoice; what follows from its payments and the calendar is its status."""

    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued"
    CANCELLED = "cancelled", "Cancelled"


class InvoiceStatus(models.TextChoices):
    """What a person wants to know; each invoice has exactly one on a given day."""

    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued"
    PART_PAID = "part_paid", "Part-paid"
    PAID = "paid", "Paid"
    OVERDUE = "overdue", "Overdue"
    CANCELLED = "cancelled", "Cancelled"


# Said of one that counts as paid, though nobody has paid anything.
CREDITED = "credited"


class ImmutableError(Exception):
    """An attempt to change or delete an issued invoice, or a line of one."""


# What payments, notes and a cancellation write; everything else is as issued, for ever.
CHANGES_AFTER_ISSUE = frozenset(
    {
        *("state", "paid", "credited", "debited", "balance"),
        *("cancelled_at", "cancel_reason", "updated_at"),
    }
)


def status_condition(status: str, day: datetime.date) -> Q:
    """Which invoices have that status on that day. Raises ValueError for a status that does not exist."""
    owed = Q(balance__gt=0)  # only issued ones owe: the database holds it, and one index has them all
    conditions = {
        InvoiceStatus.DRAFT: Q(state=InvoiceState.DRAFT),
        InvoiceStatus.CANCELLED: Q(state=InvoiceState.CANCELLED),
        InvoiceStatus.PAID: Q(state=InvoiceState.ISSUED, balance=0),
        InvoiceStatus.OVERDUE: owed & Q(due_date__lt=day),
        InvoiceStatus.PART_PAID: owed & Q(due_date__gte=day, paid__gt=0),
        InvoiceStatus.ISSUED: owed & Q(due_date__gte=day, paid=0),
    }
    return conditions[InvoiceStatus(status)]


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def with_status(self, status: str, on: datetime.date | None = None) -> "InvoiceQuerySet":
        """Invoices that have that status on that day (today in India by default).

        Raises ValueError for a status that does not exist.
        """
        return self.filter(status_condition(status, on or today()))

    def owed_by(self, business_id: int, *customer_ids: int | None) -> "InvoiceQuerySet":
        """What customers have not paid, read off `invoice_owed_by_customer`."""
        theirs = self.filter(business=business_id, customer__in=customer_ids)
        return theirs.filter(balance__gt=0, due_date__gte=ANY_DAY)

    def update(self, **values: Any) -> int:
        """As Django's, but refuses to change what an issued invoice says."""
        if set(values) - CHANGES_AFTER_ISSUE and self.exclude(state=InvoiceState.DRAFT).exists():
            raise ImmutableError(f"An issued invoice does not change: {', '.join(sorted(values))}.")
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, but refuses where an issued invoice is among them."""
        if self.exclude(state=InvoiceState.DRAFT).exists():
            raise ImmutableError("An issued invoice is cancelled, never deleted.")
        return super().delete()


class Invoice(Document):
    """A tax invoice or bill of supply. Amounts are rupees; `balance` is what is still owed.

    `credited` is what credit notes took off its balance, `debited` what debit notes put on it.
    """

    state = models.CharField(max_length=9, choices=InvoiceState, default=InvoiceState.DRAFT)
    due_date = models.DateField()
    paid = money()
    credited = money(db_default=ZERO)
    debited = money(db_default=ZERO)
    balance = money()

    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    objects = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "financial_year", "number_key"], name="invoice_number_unique_in_year"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=InvoiceState.DRAFT, number="", number_key__isnull=True, issued_at__isnull=True
                )
                | (
                    Q(state__in=[InvoiceState.ISSUED, InvoiceState.CANCELLED])
                    & Q(number_key__isnull=False, issued_at__isnull=False, customer__isnull=False)
                    & ~Q(number="")
                    & ~Q(financial_year="")
                ),
                name="invoice_has_number_once_issued",
            ),
            models.CheckConstraint(
                condition=Q(state=InvoiceState.CANCELLED, cancelled_at__isnull=False)
                | (~Q(state=InvoiceState.CANCELLED) & Q(cancelled_at__isnull=True)),
                name="invoice_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    taxable__gte=0,
                    cgst__gte=0,
                    sgst__gte=0,
                    igst__gte=0,
                    cess__gte=0,
                    total__gte=0,
                    doc_discount__gte=0,
                ),
                name="invoice_amounts_not_negative",
            ),
            # Half a paisa either way: SQLite adds in binary floats.
            models.CheckConstraint(
                condition=Q(
                    paid__gte=0,
                    credited__gte=0,
                    debited__gte=0,
                    paid__lt=F("total") + F("debited") - F("credited") + Decimal("0.005"),
                ),
                name="invoice_paid_within_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=InvoiceState.ISSUED,
                    balance__gte=0,
                    balance__gt=F("total") + F("debited") - F("credited") - F("paid") - Decimal("0.005"),
                    balance__lt=F("total") + F("debited") - F("credited") - F("paid") + Decimal("0.005"),
                )
                | (~Q(state=InvoiceState.ISSUED) & Q(balance=0)),
                name="invoice_balance_is_what_is_owed",
            ),
            models.CheckConstraint(condition=Q(due_date__gte=F("date")), name="invoice_due_after_its_date"),
            # CGST and SGST, or IGST: no supply is both within a state and between two.
            models.CheckConstraint(condition=Q(igst=0) | Q(cgst=0, sgst=0), name="invoice_one_kind_of_tax"),
        ]
        indexes = [
            # Trailing columns let searches, counts and sums read the index alone, not the wide rows.
            models.Index(
                fields=[
                    *("business", "-date", "-id", "number_key", "customer"),
                    *("state", "due_date", "balance", "paid"),
                ],
                name="invoice_by_date",
            ),
            models.Index(
                fields=[
                    *("business", "state", "-date", "-id", "balance", "customer"),
                    *("taxable", "cgst", "sgst", "igst", "cess", "rcm"),
                ],
                name="invoice_by_state",
            ),
            models.Index(fields=["business", "customer", "-date", "-id"], name="invoice_by_customer"),
            models.Index(
                fields=["business", "-financial_year", "-sequence", "-id"], name="invoice_by_number"
            ),
            models.Index(fields=["business", "due_date", "id"], name="invoice_by_due_date"),
            models.Index(fields=["business", "total", "id"], name="invoice_by_total"),
            models.Index(fields=["business", "balance", "id"], name="invoice_by_balance"),
            models.Index(
                fields=["business", "due_date", "balance", "paid", "date", "id"],
                condition=Q(balance__gt=0),
                name="invoice_owed",
            ),
            # What was issued in a month with the date of another.
            models.Index(fields=["business", "issued_at", "date"], name="invoice_by_issue"),
            # Ageing, and what one customer owes: read off the index alone.
            models.Index(
                fields=["business", "customer", "due_date", "balance"],
                condition=Q(balance__gt=0),
                name="invoice_owed_by_customer",
            ),
        ]

    _stored_state: str | None = None

    def __str__(self) -> str:
        return self.number or f"Draft {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; raises ImmutableError where it would change what an issued invoice says."""
        if not self._may_change(kwargs.get("update_fields")):
            raise ImmutableError(f"{self.number} is issued and does not change; cancel it instead.")
        super().save(*args, **kwargs)
        self._stored_state = self.state

    def get_absolute_url(self) -> str:
        """The page of this invoice; notifications link to it."""
        return reverse("invoice", args=[self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's for a draft; raises ImmutableError for any other."""
        if self._state_in_database() != InvoiceState.DRAFT:
            raise ImmutableError(f"{self.number} is issued; it is cancelled, never deleted.")
        return super().delete(*args, **kwargs)

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> "Invoice":
        """Remember the state the row has, whatever is assigned to `state` before it is saved."""
        invoice = super().from_db(db, field_names, values, **kwargs)
        invoice._stored_state = invoice.__dict__.get("state")
        return invoice

    @property
    def status(self) -> InvoiceStatus:
        """What it is today in India; `with_status` filters by the same rule."""
        return self.status_on(today())

    def status_on(self, day: datetime.date) -> InvoiceStatus:
        """What it is on that day."""
        if self.state != InvoiceState.ISSUED:
            return InvoiceStatus(self.state)
        if self.balance == ZERO:
            return InvoiceStatus.PAID
        if self.due_date < day:
            return InvoiceStatus.OVERDUE
        return InvoiceStatus.PART_PAID if self.paid > ZERO else InvoiceStatus.ISSUED

    @property
    def chip(self) -> str:
        """What is said of it in a word: its status, or that credit notes and no money settled it."""
        settled = self.status == InvoiceStatus.PAID
        return CREDITED if settled and self.credited > ZERO and not self.paid else str(self.status.value)

    def get_status_display(self) -> str:
        """The same in words."""
        return "Credited" if self.chip == CREDITED else str(self.status.label)

    def owed(self) -> Decimal:
        """What payments and notes have left to pay, in rupees; `balance` keeps it."""
        return self.total + self.debited - self.credited - self.paid

    @property
    def is_draft(self) -> bool:
        """Whether it may still change."""
        return self.state == InvoiceState.DRAFT

    def _may_change(self, update_fields: Iterable[str] | None) -> bool:
        if update_fields is not None and set(update_fields) <= CHANGES_AFTER_ISSUE | {"cancelled_by"}:
            return True
        return self._state.adding or self._state_in_database() == InvoiceState.DRAFT

    def _state_in_database(self) -> str | None:
        if self._stored_state is None:
            return Invoice.objects.filter(pk=self.pk).values_list("state", flat=True).first()
        return self._stored_state


class InvoiceLineQuerySet(models.QuerySet["InvoiceLine"]):
    def update(self, **values: Any) -> int:
        """As Django's, but refuses to touch a line of an issued invoice."""
        self._refuse_issued()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, but refuses to touch a line of an issued invoice."""
        self._refuse_issued()
        return super().delete()

    def _refuse_issued(self) -> None:
        if self.exclude(invoice__state=InvoiceState.DRAFT).exists():
            raise ImmutableError("The lines of an issued invoice do not change.")


class InvoiceLine(DocumentLine):
    """One supply on an invoice; it copies its product, which may change later."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines", db_index=False)
    objects = InvoiceLineQuerySet.as_manager()

    class Meta:
        ordering = ["invoice", "position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_once"),
            *line_checks("invoice_line"),
        ]
        # What each product brought in some months is summed off it, without the wide rows.
        indexes = [models.Index(fields=["invoice", "product", "taxable"], name="invoice_line_sold")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; raises ImmutableError where the invoice is issued."""
        self._refuse_issued()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's; raises ImmutableError where the invoice is issued."""
        self._refuse_issued()
        return super().delete(*args, **kwargs)

    def _refuse_issued(self) -> None:
        if self.invoice._state_in_database() != InvoiceState.DRAFT:
            raise ImmutableError(f"{self.invoice.number} is issued; its lines do not change.")


class NumberSeries(models.Model):
    """The last number given in a series; its row is locked while an invoice is issued.

    One that goes on from another program begins with `first`: until then `last` is the one before it.
    """

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="number_series", db_index=False
    )
    financial_year = models.CharField(max_length=7)
    prefix = models.CharField(max_length=5)
    first = models.PositiveIntegerField(default=1, db_default=1)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first") - 1),
                name="number_series_begins_with_its_first",
            ),
            models.UniqueConstraint(
                fields=["business", "financial_year", "prefix"], name="number_series_once_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix} {self.financial_year}: {self.last}"

    @property
    def is_begun(self) -> bool:
        """Whether any document has a number of it."""
        return self.last >= self.first
