"""Advances, money that came before its invoice (CGST Rule 50), and what went back (Rule 51)."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from gstbillingapp.models.business import Business
from gstbillingapp.models.customer import Customer
from gstbillingapp.models.document import Document
from gstbillingapp.models.fields import ZERO, money, percent
from gstbillingapp.models.note import Note
from gstbillingapp.models.payment import MONEY_MODES, MoneyMoved, PaymentMode


class ReceiptState(models.TextChoices):
    """An advance stands, or did not clear and is cancelled; its number stays used."""

    ISSUED = "issued", "Issued"
    CANCELLED = "cancelled", "Cancelled"


class Receipt(Document):
    """A receipt voucher: an advance of a customer. Amounts are rupees; `total` is what came, tax included.

    `adjusted` is what invoices have taken of it, `refunded` what was paid back, `balance` what is left.
    """

    state = models.CharField(max_length=9, choices=ReceiptState, default=ReceiptState.ISSUED)
    mode = models.CharField(max_length=7, choices=PaymentMode, default=PaymentMode.BANK)
    reference = models.CharField(max_length=64, blank=True)
    purpose = models.CharField("what for", max_length=300)
    is_service = models.BooleanField(default=False)
    rate = percent()
    adjusted = money()
    refunded = money()
    balance = money()

    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "financial_year", "number_key"], name="receipt_number_unique_in_year"
            ),
            models.CheckConstraint(
                condition=Q(number_key__isnull=False, customer__isnull=False)
                & ~Q(number="")
                & ~Q(financial_year=""),
                name="receipt_has_number",
            ),
            models.CheckConstraint(condition=Q(mode__in=MONEY_MODES), name="receipt_mode_is_known"),
            models.CheckConstraint(
                condition=Q(state=ReceiptState.CANCELLED, cancelled_at__isnull=False)
                | Q(state=ReceiptState.ISSUED, cancelled_at__isnull=True),
                name="receipt_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(
                    total__gt=0,
                    taxable__gte=0,
                    cgst__gte=0,
                    sgst__gte=0,
                    igst__gte=0,
                    rate__gte=0,
                    adjusted__gte=0,
                    refunded__gte=0,
                ),
                name="receipt_amounts_not_negative",
            ),
            # An advance on goods bears no tax (Notification 66/2017): its rate is then 0.
            models.CheckConstraint(
                condition=Q(is_service=True) | Q(rate=0, cgst=0, sgst=0, igst=0),
                name="receipt_for_goods_untaxed",
            ),
            models.CheckConstraint(condition=Q(igst=0) | Q(cgst=0, sgst=0), name="receipt_one_kind_of_tax"),
            # Half a paisa either way: SQLite subtracts in binary floats.
            models.CheckConstraint(
                condition=Q(
                    state=ReceiptState.ISSUED,
                    balance__gte=0,
                    balance__gt=F("total") - F("adjusted") - F("refunded") - Decimal("0.005"),
                    balance__lt=F("total") - F("adjusted") - F("refunded") + Decimal("0.005"),
                )
                | Q(state=ReceiptState.CANCELLED, adjusted=0, refunded=0, balance=0),
                name="receipt_balance_is_what_is_left",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "-date", "-id", "state"], name="receipt_by_date"),
            models.Index(fields=["business", "customer", "date", "id"], name="receipt_by_customer"),
            models.Index(fields=["business", "total", "id"], name="receipt_by_total"),
            models.Index(
                fields=["business", "customer", "balance"],
                condition=Q(balance__gt=0),
                name="receipt_with_balance",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The page of this receipt."""
        return reverse("receipt", args=[self.pk])

    def left(self) -> Decimal:
        """What is left of it, in rupees; `balance` keeps it."""
        return self.total - self.adjusted - self.refunded

    @property
    def tax(self) -> Decimal:
        """The tax in it, all components together."""
        return self.cgst + self.sgst + self.igst

    @property
    def status(self) -> str:
        """What a person wants to know: `cancelled`, `open` with money that is left, or `settled`."""
        if self.state == ReceiptState.CANCELLED:
            return "cancelled"
        return "open" if self.balance > ZERO else "settled"


class Refund(MoneyMoved):
    """A refund voucher: money paid back of one advance, or of the open credit of one note.

    Amounts are rupees; the taxes are the part of the advance's tax that goes back with it. One recorded by
    mistake is reversed, its number stays used.
    """

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="refunds", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="refunds")
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, blank=True, related_name="refunds")
    number = models.CharField(max_length=16)
    number_key = models.CharField(max_length=16, editable=False)
    financial_year = models.CharField(max_length=7)
    sequence = models.PositiveIntegerField(editable=False)
    mode = models.CharField(max_length=7, choices=PaymentMode, default=PaymentMode.BANK)
    cgst = money()
    sgst = money()
    igst = money()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "financial_year", "number_key"], name="refund_number_unique_in_year"
            ),
            models.CheckConstraint(
                condition=Q(receipt__isnull=False, note__isnull=True)
                | Q(receipt__isnull=True, note__isnull=False),
                name="refund_of_an_advance_or_a_note",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, cgst__gte=0, sgst__gte=0, igst__gte=0, mode__in=MONEY_MODES),
                name="refund_above_zero",
            ),
        ]
        indexes = [
            models.Index(fields=["business", "customer", "date", "id"], name="refund_by_customer"),
            models.Index(fields=["business", "amount", "id"], name="refund_by_amount"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def taxable(self) -> Decimal:
        """What went back besides tax."""
        return self.amount - self.cgst - self.sgst - self.igst

    def get_absolute_url(self) -> str:
        """The page of what it was paid back of."""
        source = self.receipt or self.note
        return source.get_absolute_url() if source is not None else ""
