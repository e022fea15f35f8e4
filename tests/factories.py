"""One of each noun, valid by itself: a test says only what it is about."""

import datetime
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from gstbillingapp.actions import (
    bill_payments,
    bills,
    expenses,
    exporting,
    invoices,
    jobs,
    notes,
    opening,
    payments,
    quotations,
    receipts,
    self_invoices,
    set_offs,
    vendor_notes,
)
from gstbillingapp.actions.data import (
    BillData,
    BillLineData,
    ExpenseData,
    InvoiceData,
    LineData,
    NoteData,
    NoteLineData,
    OpeningData,
    ReceiptData,
    VendorNoteData,
)
from gstbillingapp.gst.gstin import check_digit
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import (
    Bill,
    BillPayment,
    Business,
    BuyerKind,
    Customer,
    Expense,
    Invoice,
    Job,
    Membership,
    Note,
    OpeningBalance,
    Payment,
    Product,
    ProductRate,
    Quotation,
    Receipt,
    Role,
    SelfInvoice,
    Vendor,
    VendorKind,
    VendorNote,
)
from gstbillingapp.models.fields import today
from gstbillingapp.models.vendor import REGISTERED_VENDORS

PASSWORD = "a long pass phrase"


def gstin(state_code: str = "29", n: int = 0) -> str:
    """A GSTIN with a right check digit; another `n` is another holder."""
    letters = "".join(chr(65 + n // 26**i % 26) for i in range(3))
    first = f"{state_code}AB{letters}{n % 10_000:04d}C1Z"
    return first + check_digit(first)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.in")
    password = factory.django.Password(PASSWORD)


class BusinessFactory(DjangoModelFactory):
    """A registered business in Karnataka, without members."""

    class Meta:
        model = Business

    name = factory.Sequence(lambda n: f"Asha Electricals {n}")
    legal_name = "Asha Electricals Private Limited"
    state_code = "29"
    gstin = factory.LazyAttributeSequence(lambda business, n: gstin(business.state_code, n))
    address = "14 SJP Road"
    city = "Bengaluru"
    pincode = "560002"
    upi_id = "asha@okhdfcbank"


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    business = factory.SubFactory(BusinessFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OWNER


class CustomerFactory(DjangoModelFactory):
    """A registered buyer in the supplier's own state."""

    class Meta:
        model = Customer

    business = factory.SubFactory(BusinessFactory)
    name = factory.Sequence(lambda n: f"Ravi Traders {n}")
    kind = BuyerKind.REGULAR
    state_code = "29"
    gstin = factory.LazyAttributeSequence(
        lambda customer, n: (
            gstin(customer.state_code, 5000 + n)
            if customer.kind in (BuyerKind.REGULAR, BuyerKind.SEZ)
            else ""
        )
    )
    address = "8 Avenue Road"
    city = "Bengaluru"
    pincode = "560002"


class ProductFactory(DjangoModelFactory):
    """Goods at 18 per cent, ₹100.00 each, 100 of them in stock; `rate=` sets another rate."""

    class Meta:
        model = Product
        skip_postgeneration_save = True

    business = factory.SubFactory(BusinessFactory)
    name = factory.Sequence(lambda n: f"Copper wire {n}")
    hsn = "8544"
    unit = "MTR"
    price = Decimal("100.000")
    stock = Decimal("100.000")

    @factory.post_generation
    def rate(product: Product, create: bool, extracted: Any, **kwargs: Any) -> None:  # noqa: N805
        """The rate that has held since GST began."""
        rate = Decimal("18") if extracted is None else Decimal(extracted)
        if create and rate >= 0:
            ProductRate.objects.create(product=product, rate=rate, valid_from=GST_BEGAN)


def line(product: Product | None = None, **terms: Any) -> LineData:
    """A line as typed: one of the product, or of a lamp at ₹100.00 and 18 per cent."""
    if product is not None:
        return LineData(**{"product_id": product.pk, "qty": Decimal(1), **terms})
    typed = {"description": "LED lamp", "hsn": "8539", "qty": Decimal(1), "price": Decimal(100)}
    return LineData(**{**typed, "rate": Decimal(18), **terms})


def invoice_data(customer: Customer | None = None, *lines: LineData, **terms: Any) -> InvoiceData:
    """An invoice as typed; with one line where none is given."""
    return InvoiceData(
        **{"customer_id": customer.pk if customer else None, "lines": lines or (line(),), **terms}
    )


def draft(business: Business | None = None, *lines: LineData, **terms: Any) -> Invoice:
    """A stored draft, for a new customer of the business unless `customer` is given."""
    customer = terms.pop("customer", None)
    owner = business or (customer.business if customer else BusinessFactory())
    return invoices.save_draft(
        owner, None, invoice_data(customer or CustomerFactory(business=owner), *lines, **terms)
    )


def issued(business: Business | None = None, *lines: LineData, **terms: Any) -> Invoice:
    """An issued invoice: ₹118.00 where no line is given."""
    stored = draft(business, *lines, **terms)
    return invoices.issue(stored.business, None, stored.pk)


def paid(invoice: Invoice, amount: Decimal | str | None = None, **terms: Any) -> Payment:
    """A payment against an issued invoice; in full where no amount is given."""
    money = invoice.balance if amount is None else Decimal(amount)
    return payments.record(invoice.business, None, invoice.pk, money, **terms)


def days_ago(days: int) -> datetime.date:
    """A day before today, in India."""
    return today() - datetime.timedelta(days=days)


def offered(business: Business | None = None, *lines: LineData, **terms: Any) -> Quotation:
    """A stored draft of a quotation, for a new customer of the business unless `customer` is given."""
    customer = terms.pop("customer", None)
    owner = business or (customer.business if customer else BusinessFactory())
    return quotations.save_draft(
        owner, None, invoice_data(customer or CustomerFactory(business=owner), *lines, **terms)
    )


def sent(business: Business | None = None, *lines: LineData, **terms: Any) -> Quotation:
    """A quotation that waits for an answer: over ₹118.00 where no line is given."""
    stored = offered(business, *lines, **terms)
    return quotations.send(stored.business, None, stored.pk)


def past(quotation: Quotation, days: int = 1) -> Quotation:
    """The same, with its last day so many days ago: time has gone by."""
    last_day = days_ago(days)
    Quotation._base_manager.filter(pk=quotation.pk).update(date=last_day, valid_until=last_day)
    quotation.date = quotation.valid_until = last_day
    return quotation


def noted(invoice: Invoice, *lines: NoteLineData, **terms: Any) -> Note:
    """A credit note against an issued invoice: of ₹10.00 before tax on its first line where none is given."""
    typed = {"reason": "02", "lines": lines or [NoteLineData(amount=Decimal(10))], **terms}
    return notes.issue(invoice.business, None, invoice.pk, NoteData(**typed))


def debited(invoice: Invoice, amount: Decimal | str = "10", **terms: Any) -> Note:
    """A debit note of so much before tax on the first line of an issued invoice."""
    typed = {"kind": "debit", "reason": "04", **terms}
    return noted(invoice, NoteLineData(amount=Decimal(amount)), **typed)


def advance(customer: Customer, amount: Decimal | str = "1180", **terms: Any) -> Receipt:
    """An advance of a customer: for goods, so without tax, where nothing else is said."""
    typed = {"customer_id": customer.pk, "amount": Decimal(amount), "purpose": "Wiring", **terms}
    return receipts.record(customer.business, None, ReceiptData(**typed))


def owed_before(customer: Customer, amount: Decimal | str = "1000", **terms: Any) -> OpeningBalance:
    """What a customer owes from before, under the number of an old invoice."""
    typed = {"amount": Decimal(amount), "date": days_ago(100), "reference": "OLD/7", **terms}
    return opening.save(customer.business, customer.pk, OpeningData(**typed))


def set_off(invoice: Invoice, source: Receipt | Note, amount: Decimal | str) -> Payment:
    """An advance or a credit note that pays an invoice, or part of it."""
    return set_offs.set_off(invoice.business, None, invoice.pk, type(source), source.pk, Decimal(amount))


class VendorFactory(DjangoModelFactory):
    """A registered vendor in the business's own state, paid after 30 days."""

    class Meta:
        model = Vendor

    business = factory.SubFactory(BusinessFactory)
    name = factory.Sequence(lambda n: f"Polycab Depot {n}")
    kind = VendorKind.REGULAR
    state_code = "29"
    gstin = factory.LazyAttributeSequence(
        lambda vendor, n: gstin(vendor.state_code, 15_000 + n) if vendor.kind in REGISTERED_VENDORS else ""
    )
    city = "Bengaluru"


def bill_line(product: Product | None = None, **terms: Any) -> BillLineData:
    """A line of a bill: one at ₹100.00 and 18 per cent, of the product or of a drum of wire."""
    if product is not None:
        return BillLineData(**{"product_id": product.pk, "qty": Decimal(1), "price": Decimal(100), **terms})
    typed = {"description": "Drum of wire", "hsn": "8544", "qty": Decimal(1), "price": Decimal(100)}
    return BillLineData(**{**typed, "rate": Decimal(18), **terms})


def bill_data(vendor: Vendor | None = None, *lines: BillLineData, **terms: Any) -> BillData:
    """A bill as typed, with a number of its own; with one line where none is given."""
    typed = {"vendor_id": vendor.pk if vendor else None, "number": f"PD-{Bill.objects.count() + 1}"}
    return BillData(**{**typed, "lines": lines or (bill_line(),), **terms})


def bill(business: Business | None = None, *lines: BillLineData, **terms: Any) -> Bill:
    """A recorded bill: ₹118.00 where no line is given, of a new vendor unless `vendor` is given."""
    vendor = terms.pop("vendor", None)
    owner = business or (vendor.business if vendor else BusinessFactory())
    return bills.record(owner, None, bill_data(vendor or VendorFactory(business=owner), *lines, **terms))


def owing_tax(business: Business, *lines: BillLineData, **terms: Any) -> Bill:
    """A bill of an unregistered vendor, of which the business owes the tax."""
    vendor = terms.pop("vendor", None) or VendorFactory(business=business, kind=VendorKind.UNREGISTERED)
    return bill(business, *lines, vendor=vendor, rcm=True, **terms)


def self_invoiced(owed: Bill) -> SelfInvoice:
    """A self-invoice of a bill on reverse charge."""
    return self_invoices.make(owed.business, None, owed.pk)


def paid_out(owed: Bill, amount: Decimal | str | None = None, **terms: Any) -> BillPayment:
    """A payment of a bill; in full where no amount is given."""
    money = owed.balance if amount is None else Decimal(amount)
    return bill_payments.pay(owed.business, None, owed.pk, money, **terms)


def vendor_noted(bill: Bill, *lines: NoteLineData, **terms: Any) -> VendorNote:
    """A vendor's credit note over ₹10.00 before tax of the bill's first line, where no line is given."""
    typed = {"number": f"CN-{VendorNote.objects.count() + 1}", "reason": "price"}
    typed["lines"] = lines or (NoteLineData(amount=Decimal(10)),)
    return vendor_notes.record(bill.business, None, bill.pk, VendorNoteData(**{**typed, **terms}))


def expense(business: Business | None = None, **terms: Any) -> Expense:
    """A recorded expense: rent of ₹1,000.00 without tax."""
    typed = {"category": "Rent", "amount": Decimal(1000), "payee": "Lakshmi Estates"}
    return expenses.record(business or BusinessFactory(), None, ExpenseData(**{**typed, **terms}))


def sent_file(member: Membership, content: bytes | str = "Name\nAsha\n", subject: str = "customers") -> Job:
    """A file that a member has sent to import."""
    sent = content.encode() if isinstance(content, str) else content
    return jobs.upload(member.business, member.user, subject, f"{subject}.csv", sent)


def made_file(member: Membership, subject: str = "customers") -> Job:
    """An export that has been made in the background."""
    job = jobs.export(member.business, member.user, subject, "csv", 0)
    jobs.finish(job, exporting.file(member.business, subject, "csv"))
    return Job.objects.get(pk=job.pk)
