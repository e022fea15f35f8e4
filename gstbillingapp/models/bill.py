"""What vendors bill the business for, the tax on it that may be claimed back, and what was paid for it."""

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.claim import InputTax, claim_checks, claim_indexes
from gstbillingapp.models.document import DocumentLine, line_checks
from gstbillingapp.models.fields import ZERO, money, today
from gstbillingapp.models.payment import MONEY_MODES, MoneyMoved
from gstbillingapp.models.vendor import Vendor, VendorKind

if TYPE_CHECKING:
    from gstbillingapp.models.self_invoice import SelfInvoice


class BillState(models.TextChoices):
    """What was done to a bill; what follows from its payments and the calendar is its status."""

    RECORDED = "recorded", "Recorded"
    CANCELLED = "cancelled", "Cancelled"


class BillStatus(models.TextChoices):
    """What a person wants to know; each bill has exactly one on a given day."""

    TO_PAY = "to_pay", "To pay"
    PART_PAID = "part_paid", "Part-paid"
    PAID = "paid", "Paid"
    OVERDUE = "overdue", "Overdue"
    CANCELLED = "cancelled", "Cancelled"


class Credit(models.TextChoices):
    """What becomes of the tax on a line: whether it is claimed as input tax credit (ITC, CGST s.16)."""

    ELIGIBLE = "eligible", "Claimed"
    CAPITAL = "capital", "Claimed, capital goods"
    BLOCKED = "blocked", "Blocked, section 17(5)"
    NONE = "none", "Not claimed"


CLAIMED = (Credit.ELIGIBLE, Credit.CAPITAL)


class Bill(InputTax):
    """A vendor's invoice to the business. Amounts are rupees; `balance` is what is still owed.

    `credited` is what credit notes of the vendor took off that.

    With `rcm` the tax is owed to the government by the business and is not part of `total` (CGST s.9(3) and
    9(4)). So it is with what is `imported`: the IGST on goods is paid at customs, that on services on reverse
    charge. The vendor is copied as of the bill's last change.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="bills", db_index=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="bills")
    vendor_name = models.CharField(max_length=120)
    vendor_gstin = models.CharField(max_length=15, blank=True)
    vendor_kind = models.CharField(max_length=12, choices=VendorKind)
    vendor_state_code = models.CharField(max_length=2, blank=True)

    number = models.CharField("the vendor's number", max_length=40)
    number_key = models.CharField(max_length=40, editable=False)
    financial_year = models.CharField(max_length=7)
    state = models.CharField(max_length=9, choices=BillState, default=BillState.RECORDED)
    date = models.DateField()
    due_date = models.DateField()
    place_of_supply = models.CharField(max_length=2)
    rcm = models.BooleanField("tax payable on reverse charge", default=False)
    sez = models.BooleanField("from an SEZ", default=False)
    imported = models.BooleanField(default=False)
    doc_discount = money()

    taxable = money()
    cgst = money()
    sgst = money()
    igst = money()
    cess = money()
    round_off = money()
    total = money()
    paid = money()
    credited = money(db_default=ZERO)
    balance = money()

    notes = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
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
            # One entered twice by mistake is cancelled, and its number is free again.
            models.UniqueConstraint(
                fields=["vendor", "financial_year", "number_key"],
                condition=Q(state=BillState.RECORDED),
                name="bill_number_unique_of_vendor_in_year",
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(financial_year="") & ~Q(vendor_name="") & ~Q(place_of_supply=""),
                name="bill_says_who_and_where",
            ),
            models.CheckConstraint(
                condition=Q(state=BillState.CANCELLED, cancelled_at__isnull=False)
                | Q(state=BillState.RECORDED, cancelled_at__isnull=True),
                name="bill_cancelled_has_time",
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
                name="bill_amounts_not_negative",
            ),
            # Half a paisa either way: SQLite adds in binary floats.
            models.CheckConstraint(
                condition=Q(
                    paid__gte=0,
                    credited__gte=0,
                    paid__lt=F("total") - F("credited") + Decimal("0.005"),
                ),
                name="bill_paid_and_credited_within_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=BillState.RECORDED,
                    balance__gte=0,
                    balance__gt=F("total") - F("paid") - F("credited") - Decimal("0.005"),
                    balance__lt=F("total") - F("paid") - F("credited") + Decimal("0.005"),
                )
                | Q(state=BillState.CANCELLED, balance=0, credited=0),
                name="bill_balance_is_what_is_owed",
            ),
            models.CheckConstraint(condition=Q(due_date__gte=F("date")), name="bill_due_after_its_date"),
            models.CheckConstraint(condition=Q(igst=0) | Q(cgst=0, sgst=0), name="bill_one_kind_of_tax"),
            models.CheckConstraint(
                condition=Q(imported=False) | Q(rcm=True, cgst=0, sgst=0),
                name="bill_imported_bears_no_vendor_tax",
            ),
            *claim_checks("bill", BillState.CANCELLED),
        ]
        indexes = [
            # Trailing columns let searches, counts and sums read the index alone, not the wide rows.
            models.Index(
                fields=[
                    *("business", "-date", "-id", "number_key", "vendor"),
                    *("state", "due_date", "balance", "paid", "total"),
                ],
                name="bill_by_date",
            ),
            models.Index(fields=["business", "state", "-date", "-id", "balance"], name="bill_by_state"),
            models.Index(fields=["business", "vendor", "-date", "-id"], name="bill_by_vendor"),
            models.Index(fields=["business", "number_key", "id"], name="bill_by_number"),
            models.Index(fields=["business", "due_date", "id"], name="bill_by_due_date"),
            models.Index(fields=["business", "total", "id"], name="bill_by_total"),
            models.Index(fields=["business", "balance", "id"], name="bill_by_balance"),
            models.Index(
                fields=["business", "due_date", "balance", "paid", "date", "id"],
                condition=Q(balance__gt=0),
                name="bill_owed",
            ),
            models.Index(
                fields=["business", "vendor", "due_date", "balance"],
                condition=Q(balance__gt=0),
                name="bill_owed_to_vendor",
            ),
            *claim_indexes("bill"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.vendor_name}"

    def get_absolute_url(self) -> str:
        """The page of this bill; notifications link to it."""
        return reverse("bill", args=[self.pk])

    @property
    def status(self) -> BillStatus:
        """What it is today in India; `bill_condition` filters by the same rule."""
        return self.status_on(today())

    def status_on(self, day: datetime.date) -> BillStatus:
        """What it is on that day."""
        if self.state == BillState.CANCELLED:
            return BillStatus.CANCELLED
        if self.balance == ZERO:
            return BillStatus.PAID
        if self.due_date < day:
            return BillStatus.OVERDUE
        return BillStatus.PART_PAID if self.paid > ZERO else BillStatus.TO_PAY

    def get_status_display(self) -> str:
        """The status in words."""
        return str(self.status.label)

    def owed(self) -> Decimal:
        """What is still to be paid, in rupees; `balance` keeps it."""
        return self.total - self.paid - self.credited

    @property
    def tax(self) -> Decimal:
        """All components together, cess included."""
        return self.cgst + self.sgst + self.igst + self.cess

    def standing_self_invoice(self) -> "SelfInvoice | None":
        """The invoice that the business made for it; only one on reverse charge may have any."""
        return self.self_invoices.filter(cancelled_at=None).first() if self.rcm else None

    @property
    def may_change(self) -> bool:
        """Whether what was typed may still be put right: nothing is paid or credited yet."""
        return self.state == BillState.RECORDED and self.paid == self.credited == ZERO


def bill_condition(status: str, day: datetime.date) -> Q:
    """Which bills a tab of the list shows on that day. Raises ValueError for a status that does not exist.

    `to_pay` has whatever is owed, part-paid and overdue ones too: all of it is to be paid.
    """
    owed = Q(balance__gt=0)  # only recorded ones owe: the database holds it, and one index has them all
    conditions = {
        BillStatus.TO_PAY: owed,
        BillStatus.PART_PAID: owed & Q(paid__gt=0, due_date__gte=day),
        BillStatus.OVERDUE: owed & Q(due_date__lt=day),
        BillStatus.PAID: Q(state=BillState.RECORDED, balance=0),
        BillStatus.CANCELLED: Q(state=BillState.CANCELLED),
    }
    return conditions[BillStatus(status)]


class BillLine(DocumentLine):
    """One supply on a bill, and what becomes of its tax; `price` is what the vendor takes, not ours."""

    bill = models.ForeignKey(Bill, on_delete=models.CASCADE, related_name="lines", db_index=False)
    itc = models.CharField("input tax credit", max_length=8, choices=Credit, default=Credit.ELIGIBLE)

    class Meta:
        ordering = ["bill", "position"]
        constraints = [
            models.UniqueConstraint(fields=["bill", "position"], name="bill_line_position_once"),
            *line_checks("bill_line"),
            models.CheckConstraint(condition=Q(itc__in=Credit.values), name="bill_line_credit_is_known"),
        ]


class BillPayment(MoneyMoved):
    """Money paid for a bill; one that did not go through is reversed, never deleted."""

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="bill_payments", db_index=False
    )
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="payments")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="bill_payment_above_zero"),
            models.CheckConstraint(condition=Q(mode__in=MONEY_MODES), name="bill_payment_mode_is_known"),
        ]
        indexes = [
            models.Index(fields=["business", "-date", "-id"], name="bill_payment_by_date"),
            models.Index(fields=["business", "amount", "id"], name="bill_payment_by_amount"),
        ]

    def get_absolute_url(self) -> str:
        """The page of the bill it was paid for."""
        return self.bill.get_absolute_url()
