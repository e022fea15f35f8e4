"""Quotations: what a business offers, until when, and what the customer made of it."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from gstbillingapp.models.document import Document, DocumentLine, line_checks
from gstbillingapp.models.fields import today
from gstbillingapp.models.invoice import ImmutableError, Invoice


class QuotationState(models.TextChoices):
    """What was done to a quotation. One that is sent expires with its last day; see `Quotation.status`."""

    DRAFT = "draft", "Draft"
    SENT = "sent", "Sent"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    CONVERTED = "converted", "Converted"


# What a decision, the calendar and a conversion write; everything else is as sent, for ever.
CHANGES_AFTER_SENDING = frozenset(
    {"state", "decided_at", "decided_by", "decline_reason", "invoice", "updated_at"}
)


def status_condition(status: str, day: datetime.date) -> Q:
    """Which quotations have that status on that day. Raises ValueError for a status that does not exist."""
    known = QuotationState(status)
    if known == QuotationState.SENT:
        return Q(state=known, valid_until__gte=day)
    if known == QuotationState.EXPIRED:
        return Q(state=known) | Q(state=QuotationState.SENT, valid_until__lt=day)
    return Q(state=known)


class QuotationQuerySet(models.QuerySet["Quotation"]):
    def with_status(self, status: str, on: datetime.date | None = None) -> "QuotationQuerySet":
        """Quotations that have that status on that day (today in India by default).

        Raises ValueError for a status that does not exist.
        """
        return self.filter(status_condition(status, on or today()))

    def update(self, **values: Any) -> int:
        """As Django's, but refuses to change what a sent quotation says."""
        if set(values) - CHANGES_AFTER_SENDING and self.exclude(state=QuotationState.DRAFT).exists():
            raise ImmutableError(f"A sent quotation does not change: {', '.join(sorted(values))}.")
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, but refuses where a sent quotation is among them."""
        if self.exclude(state=QuotationState.DRAFT).exists():
            raise ImmutableError("A sent quotation is kept.")
        return super().delete()


class Quotation(Document):
    """An offer to a customer, good until `valid_until`, that day included. Amounts are rupees.

    `invoice` is what it was converted to, at first a draft; where that is deleted, it is open again.
    """

    state = models.CharField(max_length=9, choices=QuotationState, default=QuotationState.DRAFT)
    valid_until = models.DateField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True, help_text="Approved or declined")
    decline_reason = models.CharField(max_length=200, blank=True)
    revises = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="revisions"
    )
    # Whoever deletes the draft frees the quotation first; an issued invoice is never deleted. The database
    # holds it: asking whether there is a quotation would cost a statement whenever a draft is deleted.
    invoice = models.OneToOneField(
        Invoice, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="quotation"
    )

    objects = QuotationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "financial_year", "number_key"], name="quotation_number_unique_in_year"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=QuotationState.DRAFT, number="", number_key__isnull=True, sent_at__isnull=True
                )
                | (
                    ~Q(state=QuotationState.DRAFT)
                    & Q(number_key__isnull=False, sent_at__isnull=False, customer__isnull=False)
                    & ~Q(number="")
                    & ~Q(financial_year="")
                ),
                name="quotation_has_number_once_sent",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[QuotationState.APPROVED, QuotationState.DECLINED], decided_at__isnull=False
                )
                | Q(state=QuotationState.CONVERTED)
                | Q(
                    state__in=[QuotationState.DRAFT, QuotationState.SENT, QuotationState.EXPIRED],
                    decided_at__isnull=True,
                ),
                name="quotation_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=QuotationState.DECLINED) | Q(decline_reason=""),
                name="quotation_reason_only_if_declined",
            ),
            models.CheckConstraint(
                condition=Q(state=QuotationState.CONVERTED, invoice__isnull=False)
                | (~Q(state=QuotationState.CONVERTED) & Q(invoice__isnull=True)),
                name="quotation_converted_has_invoice",
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
                name="quotation_amounts_not_negative",
            ),
            models.CheckConstraint(condition=Q(igst=0) | Q(cgst=0, sgst=0), name="quotation_one_kind_of_tax"),
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("date")), name="quotation_valid_from_its_date"
            ),
        ]
        indexes = [
            # Trailing columns let searches and counts read the index alone, not the wide rows.
            models.Index(
                fields=[
                    *("business", "-date", "-id", "number_key", "customer"),
                    *("state", "valid_until"),
                ],
                name="quotation_by_date",
            ),
            models.Index(
                fields=["business", "-financial_year", "-sequence", "-id"], name="quotation_by_number"
            ),
            models.Index(fields=["business", "valid_until", "id", "state"], name="quotation_by_last_day"),
            models.Index(fields=["business", "total", "id"], name="quotation_by_total"),
            models.Index(fields=["business", "customer", "-date", "-id"], name="quotation_by_customer"),
            # Those that wait for an answer: what the mornings look at.
            models.Index(
                fields=["business", "id", "valid_until"],
                condition=Q(state=QuotationState.SENT),
                name="quotation_awaited",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"Draft {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; raises ImmutableError where it would change what a sent quotation says."""
        if not self._may_change(kwargs.get("update_fields")):
            raise ImmutableError(f"{self.number} is sent and does not change; copy it instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's for a draft; raises ImmutableError for any other."""
        if not self._is_stored_draft():
            raise ImmutableError(f"{self.number} is sent; it is kept.")
        return super().delete(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The page of this quotation; notifications link to it."""
        return reverse("quotation", args=[self.pk])

    @property
    def status(self) -> QuotationState:
        """What it is today in India; `with_status` filters by the same rule."""
        return self.status_on(today())

    def status_on(self, day: datetime.date) -> QuotationState:
        """What it is on that day: one that is sent has expired once its last day is over."""
        if self.state == QuotationState.SENT and self.valid_until < day:
            return QuotationState.EXPIRED
        return QuotationState(self.state)

    def state_without_invoice(self) -> QuotationState:
        """What it is again where the draft that was made of it is deleted."""
        if self.decided_at is not None:
            return QuotationState.APPROVED
        return QuotationState.EXPIRED if self.valid_until < today() else QuotationState.SENT

    def get_status_display(self) -> str:
        """The status in words."""
        return str(self.status.label)

    def _may_change(self, update_fields: Iterable[str] | None) -> bool:
        if update_fields is not None and set(update_fields) <= CHANGES_AFTER_SENDING:
            return True
        return self._state.adding or self._is_stored_draft()

    def _is_stored_draft(self) -> bool:
        return Quotation.objects.filter(pk=self.pk, state=QuotationState.DRAFT).exists()


class QuotationLineQuerySet(models.QuerySet["QuotationLine"]):
    def update(self, **values: Any) -> int:
        """As Django's, but refuses to touch a line of a sent quotation."""
        self._refuse_sent()
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """As Django's, but refuses to touch a line of a sent quotation."""
        self._refuse_sent()
        return super().delete()

    def _refuse_sent(self) -> None:
        if self.exclude(quotation__state=QuotationState.DRAFT).exists():
            raise ImmutableError("The lines of a sent quotation do not change.")


class QuotationLine(DocumentLine):
    """One supply that is offered; it copies its product, which may change later."""

    quotation = models.ForeignKey(Quotation, on_delete=models.CASCADE, related_name="lines", db_index=False)
    objects = QuotationLineQuerySet.as_manager()

    class Meta:
        ordering = ["quotation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quotation", "position"], name="quotation_line_position_once"),
            *line_checks("quotation_line"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's; raises ImmutableError where the quotation is sent."""
        self._refuse_sent()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """As Django's; raises ImmutableError where the quotation is sent."""
        self._refuse_sent()
        return super().delete(*args, **kwargs)

    def _refuse_sent(self) -> None:
        if not self.quotation._is_stored_draft():
            raise ImmutableError(f"{self.quotation.number} is sent; its lines do not change.")
