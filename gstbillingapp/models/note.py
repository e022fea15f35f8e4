"""Credit and debit notes: what amends an issued invoice, which never changes itself (CGST s.34, Rule 53).

A credit note may be commercial: a reduction that was agreed on after the supply leaves its value and its tax
as they are (s.15(3)(b) is not met, so s.34 does not apply), and the returns have nothing of it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from gstbillingapp.models.document import Document, DocumentLine
from gstbillingapp.models.fields import ZERO, money
from gstbillingapp.models.invoice import ImmutableError, Invoice, InvoiceLine


class NoteKind(models.TextChoices):
    """Which way a note changes what the customer owes."""

    CREDIT = "credit", "Credit note"
    DEBIT = "debit", "Debit note"


class NoteState(models.TextChoices):
    """A note is issued at once; one that was wrong is cancelled, its number stays used."""

    ISSUED = "issued", "Issued"
    CANCELLED = "cancelled", "Cancelled"


class NoteReason(models.TextChoices):
    """Why a note was issued, by the codes that GSTR-1 asked for."""

    RETURN = "01", "Sales return"
    DISCOUNT = "02", "Post-sale discount"
    DEFICIENCY = "03", "Deficiency in services"
    CORRECTION = "04", "Correction in invoice"
    PLACE = "05", "Change in place of supply"
    PROVISIONAL = "06", "Finalisation of provisional assessment"
    OTHER = "07", "Others"


# What set-offs, refunds and a cancellation write; everything else is as issued, for ever.
CHANGES_OF_NOTES = frozenset(
    {
        *("state", "applied", "used", "refunded", "balance"),
        *("cancelled_at", "cancelled_by", "cancel_reason", "updated_at"),
    }
)


class NoteQuerySet(models.QuerySet["Note"]):
    def standing(self) -> "NoteQuerySet":
        """Those that are not cancelled."""
        return self.filter(state=NoteState.ISSUED)

    def of_supplies(self) -> "NoteQuerySet":
        """Those that change the value of a supply, which the returns are told of."""
        return self.filter(commercial=False)

    def update(self, **values: Any) -> int:
        """As Django's, but refuses to change what a note says."""
        if set(values) - CHANGES_OF_NOTES:
            raise ImmutableError(f"A note does not change: {', '.join(sorted(values))}.")
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused: a note is cancelled."""
        raise ImmutableError("A note is cancelled, never deleted.")


class Note(Document):
    """A credit or debit note against one invoice. Amounts are rupees.

    `applied` is what it changed the balance of its own invoice by: all of a debit note; of a credit note as
    much as was owed. The rest of a credit note is open credit: `used` for invoices later, `refunded`, or
    still there as `balance`.
    """

    kind = models.CharField(max_length=6, choices=NoteKind)
    state = models.CharField(max_length=9, choices=NoteState, default=NoteState.ISSUED)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="amendments")
    reason = models.CharField(max_length=2, choices=NoteReason)
    reason_text = models.CharField("in words", max_length=200, blank=True)
    commercial = models.BooleanField("without tax, not in the returns", default=False, db_default=False)
    applied = money()
    used = money()
    refunded = money()
    balance = money()

    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "financial_year", "number_key"], name="note_number_unique_in_year"
            ),
            models.CheckConstraint(
                condition=Q(number_key__isnull=False, customer__isnull=False)
                & ~Q(number="")
                & ~Q(financial_year=""),
                name="note_has_number",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NoteKind.values, reason__in=NoteReason.values),
                name="note_kind_and_reason_are_known",
            ),
            models.CheckConstraint(
                condition=Q(state=NoteState.CANCELLED, cancelled_at__isnull=False)
                | Q(state=NoteState.ISSUED, cancelled_at__isnull=True),
                name="note_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    taxable__gte=0,
                    cgst__gte=0,
                    sgst__gte=0,
                    igst__gte=0,
                    cess__gte=0,
                    total__gte=0,
                    applied__gte=0,
                    used__gte=0,
                    refunded__gte=0,
                ),
                name="note_amounts_not_negative",
            ),
            models.CheckConstraint(condition=Q(igst=0) | Q(cgst=0, sgst=0), name="note_one_kind_of_tax"),
            models.CheckConstraint(
                condition=Q(commercial=False) | Q(kind=NoteKind.CREDIT, cgst=0, sgst=0, igst=0, cess=0),
                name="note_commercial_bears_no_tax",
            ),
            # Half a paisa either way: SQLite subtracts in binary floats.
            models.CheckConstraint(
                condition=Q(
                    state=NoteState.ISSUED,
                    balance__gte=0,
                    balance__gt=F("total") - F("applied") - F("used") - F("refunded") - Decimal("0.005"),
                    balance__lt=F("total") - F("applied") - F("used") - F("refunded") + Decimal("0.005"),
                )
                | Q(state=NoteState.CANCELLED, applied=0, used=0, refunded=0, balance=0),
                name="note_balance_is_what_is_left",
            ),
            models.CheckConstraint(
                condition=Q(kind=NoteKind.CREDIT) | Q(used=0, refunded=0, balance=0),
                name="note_only_credit_is_left_over",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-date", "-id", "kind", "state"], name="note_by_date"),
            models.Index(
                fields=["business", "-financial_year", "kind", "-sequence", "-id"], name="note_by_number"
            ),
            models.Index(fields=["business", "total", "id"], name="note_by_total"),
            models.Index(fields=["business", "customer", "date", "id"], name="note_by_customer"),
            models.Index(
                fields=["business", "customer", "balance"],
                condition=Q(balance__gt=0),
                name="note_with_credit",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's for a new one; raises ImmutableError where it would change what a note says."""
        update_fields: Iterable[str] | None = kwargs.get("update_fields")
        if not self._state.adding and (update_fields is None or set(update_fields) - CHANGES_OF_NOTES):
            raise ImmutableError(f"{self.number} is issued and does not change; cancel it instead.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: a note is cancelled."""
        raise ImmutableError(f"{self.number} is issued; it is cancelled, never deleted.")

    def get_absolute_url(self) -> str:
        """The page of this note; notifications link to it."""
        return reverse("note", args=[self.pk])

    def left(self) -> Decimal:
        """What is open of it, in rupees; `balance` keeps it."""
        return self.total - self.applied - self.used - self.refunded

    @property
    def reason_in_words(self) -> str:
        """Why it was issued, as a person said it or by the reason's own name."""
        return self.reason_text or self.get_reason_display()

    @property
    def is_credit(self) -> bool:
        """Whether it lowers what the customer owes."""
        return self.kind == NoteKind.CREDIT

    @property
    def is_commercial(self) -> bool:
        """Whether it changes what is to be paid and neither a value nor a tax."""
        return self.commercial

    @property
    def returns_goods(self) -> bool:
        """Whether goods that are kept in stock come back with it."""
        return self.is_credit and self.reason == NoteReason.RETURN and not self.commercial

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """What it is called."""
        return "Commercial credit note" if self.commercial else str(NoteKind(self.kind).label)

    @property
    def status(self) -> str:
        """What a person wants to know: `cancelled`, `open` with credit that is left, or `settled`."""
        if self.state == NoteState.CANCELLED:
            return "cancelled"
        return "open" if self.balance > ZERO else "settled"


class NoteLine(DocumentLine):
    """What a note changes of one line of its invoice: at that line's rate, with what is left of it.

    `qty` is 0 where an amount was given and no goods came back; `price` is then the amount itself.
    """

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="lines", db_index=False)
    # Lines of issued invoices are never deleted, and the database holds it: asking whether there are notes
    # would cost two statements whenever a draft is saved.
    invoice_line = models.ForeignKey(InvoiceLine, on_delete=models.DO_NOTHING, related_name="amendments")

    class Meta:
        ordering = ["note", "position"]
        constraints = [
            models.UniqueConstraint(fields=["note", "position"], name="note_line_position_once"),
            models.UniqueConstraint(fields=["note", "invoice_line"], name="note_line_of_a_line_once"),
            models.CheckConstraint(
                condition=Q(
                    qty__gte=0,
                    price__gte=0,
                    rate__gte=0,
                    taxable__gte=0,
                    cgst__gte=0,
                    sgst__gte=0,
                    igst__gte=0,
                    cess__gte=0,
                    total__gte=0,
                ),
                name="note_line_not_negative",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's for a new one; raises ImmutableError for a stored one."""
        if not self._state.adding:
            raise ImmutableError("The lines of a note do not change.")
        super().save(*args, **kwargs)
