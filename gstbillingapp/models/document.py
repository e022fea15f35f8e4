"""What the papers of a sale have in common: who to whom, where, which supplies, at which tax."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from gstbillingapp.models.business import Business
from gstbillingapp.models.customer import BuyerKind, Customer
from gstbillingapp.models.fields import cess_amount, money, percent, quantity, unit_price
from gstbillingapp.models.product import Product, Supply


class Document(models.Model):
    """A paper of a sale: what was typed, both parties as of its numbering, and what it is worth.

    Amounts are rupees. Supplier and buyer are empty until it has its number; they never change afterwards.
    """

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="%(class)ss", db_index=False
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    number = models.CharField(max_length=16, blank=True)
    number_key = models.CharField(max_length=16, null=True, blank=True, editable=False)
    financial_year = models.CharField(max_length=7, blank=True)
    sequence = models.PositiveIntegerField(null=True, blank=True, editable=False)
    date = models.DateField()
    place_of_supply = models.CharField(max_length=2, blank=True)
    place_reason = models.CharField(max_length=120, blank=True)
    place_chosen = models.BooleanField(default=False, help_text="Chosen by a person, not by the rule")
    sez = models.BooleanField("supply to SEZ", default=False)
    export = models.BooleanField(default=False)
    zero_rated = models.BooleanField("without tax, under LUT", default=False)
    rcm = models.BooleanField("tax payable on reverse charge", default=False)
    deemed_export = models.BooleanField(default=False, db_default=False)
    composition = models.BooleanField(default=False)
    round_off_enabled = models.BooleanField(default=True)
    doc_discount = money()

    supplier_name = models.CharField(max_length=120, blank=True)
    supplier_legal_name = models.CharField(max_length=120, blank=True)
    supplier_gstin = models.CharField(max_length=15, blank=True)
    supplier_state_code = models.CharField(max_length=2, blank=True)
    supplier_address = models.CharField(max_length=300, blank=True)
    supplier_city = models.CharField(max_length=80, blank=True)
    supplier_pincode = models.CharField(max_length=6, blank=True)
    supplier_phone = models.CharField(max_length=20, blank=True)
    supplier_email = models.CharField(max_length=254, blank=True)
    supplier_bank_name = models.CharField(max_length=80, blank=True)
    supplier_bank_account = models.CharField(max_length=34, blank=True)
    supplier_bank_ifsc = models.CharField(max_length=11, blank=True)
    supplier_upi_id = models.CharField(max_length=100, blank=True)
    supplier_lut_number = models.CharField(max_length=30, blank=True)
    supplier_signatory = models.CharField(max_length=120, blank=True)

    buyer_name = models.CharField(max_length=120, blank=True)
    buyer_gstin = models.CharField(max_length=15, blank=True)
    buyer_kind = models.CharField(max_length=12, choices=BuyerKind, blank=True)
    buyer_state_code = models.CharField(max_length=2, blank=True)
    buyer_country = models.CharField(max_length=60, blank=True, db_default="")
    buyer_address = models.CharField(max_length=300, blank=True)
    buyer_city = models.CharField(max_length=80, blank=True)
    buyer_pincode = models.CharField(max_length=6, blank=True)
    buyer_phone = models.CharField(max_length=20, blank=True)
    buyer_email = models.CharField(max_length=254, blank=True)
    buyer_ship_name = models.CharField(max_length=120, blank=True)
    buyer_ship_address = models.CharField(max_length=300, blank=True)
    buyer_ship_city = models.CharField(max_length=80, blank=True)
    buyer_ship_pincode = models.CharField(max_length=6, blank=True)
    buyer_ship_state_code = models.CharField(max_length=2, blank=True)

    taxable = money()
    cgst = money()
    sgst = money()
    igst = money()
    cess = money()
    round_off = money()
    total = money()

    notes = models.CharField(max_length=1000, blank=True)
    terms = models.CharField(max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    @property
    def is_draft(self) -> bool:
        """Whether it may still change: it has no number yet."""
        return not self.number

    @property
    def is_commercial(self) -> bool:
        """Whether it changes what is to be paid and neither a value nor a tax; only a credit note may."""
        return False

    @property
    def party(self) -> str:
        """The buyer's name: as issued, or the customer's of a draft."""
        if self.buyer_name or self.customer is None:
            return self.buyer_name
        return self.customer.name


def line_checks(name: str) -> list[models.CheckConstraint]:
    """What the database holds every line of a paper to, under names that begin with that of its model."""
    amounts = ("taxable", "cgst", "sgst", "igst", "cess", "total")
    terms = ("price", "disc_pct", "disc_amt", "rate", "cess_pct", "cess_per_unit")
    within = Q(**{f"{term}__gte": 0 for term in terms}, disc_pct__lte=100, rate__lte=100)
    return [
        models.CheckConstraint(condition=Q(qty__gt=0), name=f"{name}_qty_above_zero"),
        models.CheckConstraint(condition=within, name=f"{name}_terms_not_negative"),
        models.CheckConstraint(
            condition=Q(**{f"{amount}__gte": 0 for amount in amounts}), name=f"{name}_amounts_not_negative"
        ),
        models.CheckConstraint(
            condition=Q(supply=Supply.TAXABLE) | Q(rate=0), name=f"{name}_untaxed_has_no_rate"
        ),
    ]


class DocumentLine(models.Model):
    """One supply on a paper; it copies its product, which may change later."""

    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="%(class)ss"
    )
    description = models.CharField(max_length=300)
    is_service = models.BooleanField(default=False)
    hsn = models.CharField("HSN/SAC", max_length=8, blank=True)
    qty = quantity()
    unit = models.CharField(max_length=3, default="NOS")
    price = unit_price()
    price_includes_tax = models.BooleanField(default=False)
    disc_pct = percent()
    disc_amt = money()
    supply = models.CharField(max_length=7, choices=Supply, default=Supply.TAXABLE)
    rate = percent()
    cess_pct = percent()
    cess_per_unit = cess_amount()
    taxable = money()
    cgst = money()
    sgst = money()
    igst = money()
    cess = money()
    total = money()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.description
