"""The voucher for what is paid to a vendor on reverse charge (CGST s.31(3)(g), Rule 52)."""

from django.db import models
from django.db.models import Q

from gstbillingapp.models.bill import BillPayment
from gstbillingapp.models.self_invoice import OwnPaper


class PaymentVoucher(OwnPaper):
    """The voucher of one payment, made with it; where that is reversed, its number stays used."""

    payment = models.OneToOneField(BillPayment, on_delete=models.PROTECT, related_name="voucher")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "financial_year", "number_key"],
                name="payment_voucher_number_unique_in_year",
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(financial_year="") & ~Q(recipient_gstin=""),
                name="payment_voucher_says_which_and_whose",
            ),
        ]
        indexes = [models.Index(fields=["business", "date", "id"], name="payment_voucher_by_date")]

    def get_absolute_url(self) -> str:
        """The page of the bill that was paid."""
        return self.payment.get_absolute_url()
