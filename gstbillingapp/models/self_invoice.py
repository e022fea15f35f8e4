"""The invoice that a business makes out to itself for what it buys on reverse charge (CGST s.31(3)(f))."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from gstbillingapp.models.bill import Bill
from gstbillingapp.models.business import Business


class OwnPaper(models.Model):
    """What the recipient makes out instead of the supplier: a number, and both parties as of then."""

    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="+", db_index=False)
    number = models.CharField(max_length=16)
    number_key = models.CharField(max_length=16, editable=False)
    financial_year = models.CharField(max_length=7)
    sequence = models.PositiveIntegerField(editable=False)
    date = models.DateField()

    vendor_address = models.CharField(max_length=300, blank=True)
    vendor_city = models.CharField(max_length=80, blank=True)
    vendor_pincode = models.CharField(max_length=6, blank=True)
    vendor_phone = models.CharField(max_length=20, blank=True)
    vendor_email = models.CharField(max_length=254, blank=True)
    recipient_name = models.CharField(max_length=120)
    recipient_legal_name = models.CharField(max_length=120, blank=True)
    recipient_gstin = models.CharField(max_length=15)
    recipient_state_code = models.CharField(max_length=2)
    recipient_address = models.CharField(max_length=300, blank=True)
    recipient_city = models.CharField(max_length=80, blank=True)
    recipient_pincode = models.CharField(max_length=6, blank=True)
    recipient_phone = models.CharField(max_length=20, blank=True)
    recipient_email = models.CharField(max_length=254, blank=True)
    recipient_signatory = models.CharField(max_length=120, blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number


class SelfInvoice(OwnPaper):
    """A self-invoice of one bill; what was bought, the bill says.

    The bill neither changes nor is cancelled while it stands. One made by mistake is cancelled, its number
    stays used.
    """

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="self_invoices")
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business", "financial_year", "number_key"], name="self_invoice_number_unique_in_year"
            ),
            models.UniqueConstraint(
                fields=["bill"], condition=Q(cancelled_at=None), name="self_invoice_stands_once_a_bill"
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(financial_year="") & ~Q(recipient_gstin=""),
                name="self_invoice_says_which_and_whose",
            ),
        ]
        indexes = [models.Index(fields=["business", "date", "id"], name="self_invoice_by_date")]

    def get_absolute_url(self) -> str:
        """The page of its bill."""
        return reverse("bill", args=[self.bill_id])
