"""A vendor's credit note against a bill, and what the vendor owes on it: CGST s.34 from the buyer's side."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from gstbillingapp.models.bill import Bill, BillLine, BillState
from gstbillingapp.models.business import Business
from gstbillingapp.models.claim import InputTax, claim_checks, claim_indexes
from gstbillingapp.models.document import DocumentLine
from gstbillingapp.models.fields import ZERO, money
from gstbillingapp.models.payment import MONEY_MODES, MoneyMoved
from gstbillingapp.models.vendor import Vendor


class VendorNoteReason(models.TextChoices):
    """Why the vendor credits; the goods of the first one leave the stock."""

    RETURN = "return", "Goods sent back"
    PRICE = "price", "Price or discount after the bill"
    DEFICIENCY = "deficiency", "Fault in the goods or the service"
    CORRECTION = "correction", "Mistake on the bill"
    OTHER = "other", "Other"


class VendorNote(InputTax):
    """A credit note that a vendor gave. Amounts are rupees.

    `applied` lowers what is owed on its bill. What is over, as the bill is paid, the vendor owes: `refunded`
    is what came back of it, `balance` what is still to come. Input tax is reversed in the return of its date.
    """

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="vendor_notes", db_index=False
    )
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="vendor_notes")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="vendor_notes", db_index=False)
    number = models.CharField("the vendor's number", max_length=40)
    number_key = models.CharField(max_length=40, editable=False)
    financial_year = models.CharField(max_length=7)
    state = models.CharField(max_length=9, choices=BillState, default=BillState.RECORDED)
    date = models.DateField()
    reason = models.CharField(max_length=10, choices=VendorNoteReason)
    reason_text = models.CharField("in words", max_length=200, blank=True)

    taxable = money()
    cgst = money()
    sgst = money()
    igst = money()
    cess = money()
    round_off = money()
    total = money()
    applied = money()
    refunded = money()
    balance = money()

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
            models.UniqueConstraint(
                fields=["vendor", "financial_year", "number_key"],
                condition=Q(state=BillState.RECORDED),
                name="vendor_note_number_unique_of_vendor_in_year",
            ),
            models.CheckConstraint(
                condition=~Q(number="") & Q(reason__in=VendorNoteReason.values), name="vendor_note_says_why"
            ),
            models.CheckConstraint(
                condition=Q(state=BillState.CANCELLED, cancelled_at__isnull=False)
                | Q(state=BillState.RECORDED, cancelled_at__isnull=True),
                name="vendor_note_cancelled_has_time",
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
                    refunded__gte=0,
                ),
                name="vendor_note_amounts_not_negative",
            ),
            # Half a paisa either way: SQLite subtracts in binary floats.
            models.CheckConstraint(
                condition=Q(
                    state=BillState.RECORDED,
                    balance__gte=0,
                    balance__gt=F("total") - F("applied") - F("refunded") - Decimal("0.005"),
                    balance__lt=F("total") - F("applied") - F("refunded") + Decimal("0.005"),
                )
                | Q(state=BillState.CANCELLED, applied=0, refunded=0, balance=0),
                name="vendor_note_balance_is_what_is_left",
            ),
            *claim_checks("vendor_note", BillState.CANCELLED),
        ]
        indexes = [
            models.Index(fields=["business", "-date", "-id"], name="vendor_note_by_date"),
            models.Index(fields=["business", "vendor", "-date", "-id"], name="vendor_note_by_vendor"),
            models.Index(fields=["business", "number_key", "id"], name="vendor_note_by_number"),
            models.Index(fields=["business", "total", "id"], name="vendor_note_by_total"),
            models.Index(
                fields=["business", "vendor", "balance"],
                condition=Q(balance__gt=0),
                name="vendor_note_open",
            ),
            *claim_indexes("vendor_note"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page of this note; notifications link to it."""
        return reverse("vendor_note", args=[self.pk])

    def left(self) -> Decimal:
        """What the vendor still owes of it, in rupees; `balance` keeps it."""
        return self.total - self.applied - self.refunded

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back."""
        return self.state == BillState.CANCELLED

    @property
    def status(self) -> str:
        """What a person wants to know: `cancelled`, `open` where the vendor still owes, or `settled`."""
        if self.is_cancelled:
            return "cancelled"
        return "open" if self.balance > ZERO else "settled"

    @property
    def reason_in_words(self) -> str:
        """Why it was given, as a person said it or by the reason's own name."""
        return self.reason_text or self.get_reason_display()

    @property
    def returns_goods(self) -> bool:
        """Whether goods that are kept in stock go out with it."""
        return self.reason == VendorNoteReason.RETURN


class VendorNoteLine(DocumentLine):
    """What a note takes off one line of its bill, at that line's rate.

    `qty` is 0 where an amount was credited and no goods went back; `price` is then the amount itself.
    """

    note = models.ForeignKey(VendorNote, on_delete=models.CASCADE, related_name="lines", db_index=False)
    # Lines of a bill are written anew when it is changed, which it is only where no note stands.
    bill_line = models.ForeignKey(
        BillLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="vendor_note_lines"
    )
    itc = models.CharField("input tax credit", max_length=8)

    class Meta:
        ordering = ["note", "position"]
        constraints = [
            models.UniqueConstraint(fields=["note", "position"], name="vendor_note_line_position_once"),
            models.CheckConstraint(
                condition=Q(
                    qty__gte=0,
                    taxable__gte=0,
                    cgst__gte=0,
                    sgst__gte=0,
                    igst__gte=0,
                    cess__gte=0,
                    total__gte=0,
                ),
                name="vendor_note_line_not_negative",
            ),
        ]


class VendorRefund(MoneyMoved):
    """Money that a vendor paid back on a credit note; one that did not come is reversed, never deleted."""

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="vendor_refunds", db_index=False
    )
    credit_note = models.ForeignKey(VendorNote, on_delete=models.PROTECT, related_name="refunds")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="vendor_refund_above_zero"),
            models.CheckConstraint(condition=Q(mode__in=MONEY_MODES), name="vendor_refund_mode_is_known"),
        ]
        indexes = [models.Index(fields=["business", "-date", "-id"], name="vendor_refund_by_date")]

    def get_absolute_url(self) -> str:
        """The page of the note it came back on."""
        return self.credit_note.get_absolute_url()
