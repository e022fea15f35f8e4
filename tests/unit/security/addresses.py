"""Every address of the site, out of its own resolver, and what each answers to whom."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from delivery import inbox
from delivery.drafts import Draft
from gstbillingapp.actions import opening, set_offs, vendor_notes
from gstbillingapp.actions.data import RefundData
from gstbillingapp.models import Membership, Receipt, ReturnFiling
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    VendorFactory,
    advance,
    bill,
    draft,
    expense,
    issued,
    line,
    made_file,
    noted,
    offered,
    owed_before,
    owing_tax,
    paid,
    paid_out,
    self_invoiced,
    sent,
    sent_file,
    vendor_noted,
)

# What somebody gets: the status, or where they are sent. A row with GET and POST says what GET answers; who
# is not let in gets the same for both. Rows are walked from top to bottom: what deletes comes last.
#
# name                      methods    nobody  stranger  staff  owner
TABLE = """
home                        GET        login   200       200    200
signup                      GET,POST   200     home      home   home
login                       GET,POST   200     home      home   home
logout                      POST       login   login     login  login
notification_preferences    GET,POST   login   200       200    200
password_change             GET,POST   login   200       200    200
business                    GET,POST   login   200       200    200
numbering                   GET,POST   login   200       200    200
reminder_settings           GET,POST   login   200       200    200
team                        GET,POST   login   200       200    200
team_remove                 POST       login   404       403    team
team_restore                POST       login   404       403    team
customer_list               GET        login   200       200    200
customer_new                GET,POST   login   200       200    200
customer_quick              POST       login   400       400    400
customer_lookup             GET        login   200       200    200
customer                    GET        login   404       200    200
customer_edit               GET,POST   login   404       200    200
customer_archive            POST       login   404       302    302
customer_restore            POST       login   404       302    302
product_list                GET        login   200       200    200
product_new                 GET,POST   login   200       200    200
product_lookup              GET        login   200       200    200
product                     GET        login   404       200    200
product_edit                GET,POST   login   404       200    200
product_rate                POST       login   404       200    200
product_stock               POST       login   404       200    200
product_archive             POST       login   404       302    302
product_restore             POST       login   404       302    302
data                        GET        login   200       200    200
data_import                 GET,POST   login   200       200    200
data_sample                 GET        login   200       200    200
data_export                 GET        login   200       200    200
data_export_later           POST       login   302       302    302
data_job                    GET        login   404       200    200
data_job_status             GET        401     404       200    200
data_job_columns            POST       login   404       200    200
data_job_start              POST       login   404       302    302
data_job_errors             GET        login   404       200    200
data_job_file               GET        login   404       200    200
data_job_cancel             POST       login   404       302    302
invoice_list                GET        login   200       200    200
invoice_new                 GET,POST   login   200       200    200
invoice_preview             POST       login   200       200    200
invoice                     GET        login   404       200    200
invoice_edit                GET,POST   login   404       200    200
invoice_issue               GET,POST   login   404       200    200
invoice_cancel              GET,POST   login   404       200    200
invoice_delete              GET,POST   login   404       200    200
quotation_list              GET        login   200       200    200
quotation_new               GET,POST   login   200       200    200
quotation_preview           POST       login   200       200    200
quotation                   GET        login   404       200    200
quotation_edit              GET,POST   login   404       200    200
quotation_send              GET,POST   login   404       200    200
quotation_approve           POST       login   404       302    302
quotation_decline           GET,POST   login   404       200    200
quotation_convert           GET,POST   login   404       200    200
quotation_copy              POST       login   404       302    302
quotation_delete            GET,POST   login   404       200    200
quotation_print             GET        login   404       200    200
quotation_mail              GET,POST   login   404       200    200
quotation_pdf               GET,POST   login   404       200    200
quotation_pdf_status        GET        401     404       200    200
payment_new                 GET,POST   login   404       200    200
payment_reverse             GET,POST   login   404       200    200
invoice_print               GET        login   404       200    200
invoice_pdf                 GET,POST   login   404       200    200
invoice_mail                GET,POST   login   404       200    200
invoice_pdf_status          GET        401     404       200    200
return_list                 GET        login   200       200    200
return_file                 GET,POST   login   404       404    404
return_undo                 POST       login   404       302    302
gstr1                       GET        login   200       200    200
gstr1_section               GET        login   200       200    200
gstr1_json                  GET        login   200       200    200
gstr3b                      GET        login   200       200    200
gstr3b_json                 GET        login   200       200    200
hsn_summary                 GET        login   200       200    200
registers                   GET        login   200       200    200
register_download           GET        login   200       200    200
note_list                   GET        login   200       200    200
note_new                    GET,POST   login   404       200    200
note_totals                 POST       login   404       200    200
note                        GET        login   404       200    200
note_cancel                 GET,POST   login   404       200    200
note_refund                 GET,POST   login   404       200    200
note_print                  GET        login   404       200    200
note_pdf                    GET,POST   login   404       200    200
note_mail                   GET,POST   login   404       200    200
note_pdf_status             GET        401     404       200    200
receipt_list                GET        login   200       200    200
receipt_new                 GET,POST   login   200       200    200
receipt                     GET        login   404       200    200
receipt_cancel              GET,POST   login   404       200    200
receipt_refund              GET,POST   login   404       200    200
receipt_print               GET        login   404       200    200
receipt_pdf                 GET,POST   login   404       200    200
receipt_mail                GET,POST   login   404       200    200
receipt_pdf_status          GET        401     404       200    200
refund_print                GET        login   404       200    200
refund_pdf                  GET,POST   login   404       200    200
refund_pdf_status           GET        401     404       200    200
refund_reverse              GET,POST   login   404       200    200
opening_balance             GET        login   404       200    200
opening_pay                 GET,POST   login   404       200    200
opening_payment_reverse     GET,POST   login   404       200    200
set_off_new                 GET,POST   login   404       200    200
customer_ledger             GET        login   404       200    200
customer_ledger_csv         GET        login   404       200    200
statement_print             GET        login   404       200    200
statement_pdf               GET,POST   login   404       200    200
statement_mail              GET,POST   login   404       200    200
statement_pdf_status        GET        401     404       200    200
ageing                      GET        login   200       200    200
ageing_csv                  GET        login   200       200    200
search                      GET        login   200       200    200
search_lookup               GET        login   200       200    200
vendor_list                 GET        login   200       200    200
vendor_new                  GET,POST   login   200       200    200
vendor_quick                POST       login   400       400    400
vendor_lookup               GET        login   200       200    200
vendor                      GET        login   404       200    200
vendor_edit                 GET,POST   login   404       200    200
vendor_archive              POST       login   404       302    302
vendor_restore              POST       login   404       302    302
bill_list                   GET        login   200       200    200
bill_new                    GET,POST   login   200       200    200
bill_preview                POST       login   200       200    200
bill_products               GET        login   200       200    200
bill                        GET        login   404       200    200
bill_edit                   GET,POST   login   404       200    200
bill_pay                    GET,POST   login   404       200    200
bill_payment_reverse        GET,POST   login   404       200    200
bill_cancel                 GET,POST   login   404       200    200
bill_self_invoice           GET,POST   login   404       200    200
payment_voucher_print       GET        login   404       200    200
payment_voucher_pdf         GET,POST   login   404       200    200
payment_voucher_pdf_status  GET        401     404       200    200
self_invoice_print          GET        login   404       200    200
self_invoice_pdf            GET,POST   login   404       200    200
self_invoice_pdf_status     GET        401     404       200    200
self_invoice_cancel         GET,POST   login   404       200    200
vendor_note_list            GET        login   200       200    200
vendor_note_new             GET,POST   login   404       200    200
vendor_note_totals          POST       login   404       200    200
vendor_note                 GET        login   404       200    200
vendor_note_refund          GET,POST   login   404       200    200
vendor_note_refund_reverse  GET,POST   login   404       200    200
vendor_note_cancel          GET,POST   login   404       200    200
expense_list                GET        login   200       200    200
expense_new                 GET,POST   login   200       200    200
expense_categories          GET,POST   login   200       200    200
expense_category_rename     POST       login   404       302    302
expense_category_archive    POST       login   404       302    302
expense_category_restore    POST       login   404       302    302
expense                     GET        login   404       200    200
expense_edit                GET,POST   login   404       200    200
expense_cancel              GET,POST   login   404       200    200
notifications               GET        login   200       200    200
notification_api            GET        401     200       200    200
notification_count          GET        401     200       200    200
notification_changes        GET        401     400       400    400
notification_read           POST       401     404       404    200
notification_delete         POST       401     404       404    200
notifications_read_all      POST       401     200       200    200
notifications_keep_read     POST       login   302       302    302
notifications_delete_read   POST       401     200       200    200
favicon                     GET        302     302       302    302
healthz                     GET        200     200       200    200
readyz                      GET        200     200       200    200
metrics                     GET        200     200       200    200
openapi                     GET        200     200       200    200
"""
# Where a table's word sends somebody.
PLACES = {"home": "/", "login": "/accounts/login/", "team": "/business/team/"}


@dataclass(frozen=True)
class Address:
    """One row of the table."""

    name: str
    methods: tuple[str, ...]
    nobody: str
    stranger: str
    staff: str
    owner: str

    @property
    def changes(self) -> bool:
        """Whether it takes what changes something."""
        return "POST" in self.methods

    @property
    def asks(self) -> str:
        """The method whose answer the table tells."""
        return self.methods[0]


def _read(row: str) -> Address:
    name, methods, *answers = row.split()
    return Address(name, tuple(methods.split(",")), *answers)


ADDRESSES = [_read(row) for row in TABLE.strip().splitlines()]


@dataclass
class World:
    """A business with an owner, and a row for each thing that an address can name."""

    owner: Membership
    rows: dict[str, list[Any]]

    def path(self, name: str) -> str:
        """The path of a named address, with the business's own rows in it."""
        kind = max((key for key in self.rows if name.startswith(key)), key=len, default=None)
        takes_rows = any(address.named == name and address.parameters for address in resolved())
        return reverse(name, args=self.rows[kind] if kind and takes_rows else [])


def furnished(owner: Membership, colleague: Membership) -> World:
    """A world for the table."""
    business = owner.business
    customer, product = CustomerFactory(business=business), ProductFactory(business=business)
    typed = draft(business, line(product), customer=customer)
    stored, owed = (issued(business, line(product), customer=customer) for _ in range(2))
    payment, offer = paid(stored, "10"), offered(business, line(product), customer=customer)
    filed = ReturnFiling.objects.create(
        business=business, form="GSTR-1", span="month", first="2026-04-01", filed_on="2026-05-10"
    )
    settled, receipt = issued(business, customer=customer), advance(customer)
    paid(settled)
    note = noted(settled)
    used = advance(customer)
    refund = set_offs.refund(business, None, Receipt, used.pk, RefundData(amount=Decimal(1)))
    before = owed_before(customer)
    came = opening.pay(business, None, before.pk, Decimal(10))
    vendor = VendorFactory(business=business)
    recorded, unpaid = (bill(business, vendor=vendor) for _ in range(2))
    made = self_invoiced(owing_tax(business))
    paid_back, spent = paid_out(recorded, "10"), expense(business)
    settled_bill, owed_bill = (bill(business, vendor=vendor) for _ in range(2))
    paid_out(settled_bill)
    owing, standing = vendor_noted(settled_bill), vendor_noted(owed_bill)
    money_back = vendor_notes.refund(business, None, owing.pk, Decimal(1))
    [notification] = inbox.post([owner.user_id], Draft(title="Stock is low", message="Copper wire"))
    return World(
        owner,
        {
            "customer": [customer.pk],
            "product": [product.pk],
            "invoice": [stored.pk],
            "invoice_cancel": [owed.pk],
            "invoice_edit": [typed.pk],
            "invoice_issue": [typed.pk],
            "invoice_delete": [typed.pk],
            "quotation": [sent(business, customer=customer).pk],
            "quotation_decline": [sent(business, customer=customer).pk],
            "quotation_edit": [offer.pk],
            "quotation_send": [offer.pk],
            "quotation_delete": [offer.pk],
            "payment_new": [stored.pk],
            "payment_reverse": [stored.pk, payment.pk],
            "opening": [before.pk],
            "opening_payment_reverse": [before.pk, came.pk],
            "return_undo": [filed.pk],
            "gstr1_section": ["b2b"],
            "note": [note.pk],
            "note_new": [stored.pk, "credit"],
            "note_totals": [stored.pk, "credit"],
            "receipt": [receipt.pk],
            "refund": [refund.pk],
            "set_off": [stored.pk],
            "statement": [customer.pk],
            "vendor": [vendor.pk],
            "bill": [recorded.pk],
            "bill_pay": [recorded.pk],
            "bill_payment_reverse": [recorded.pk, paid_back.pk],
            "bill_cancel": [unpaid.pk],
            "bill_edit": [unpaid.pk],
            "bill_self_invoice": [owing_tax(business).pk],
            "payment_voucher": [paid_out(owing_tax(business)).voucher.pk],
            "self_invoice": [made.pk],
            "vendor_note": [owing.pk],
            "vendor_note_new": [recorded.pk],
            "vendor_note_totals": [recorded.pk],
            "vendor_note_refund_reverse": [owing.pk, money_back.pk],
            "vendor_note_cancel": [standing.pk],
            "expense": [spent.pk],
            "expense_category": [spent.category_id],
            "data_import": ["customers"],
            "data_sample": ["customers", "csv"],
            "data_export": ["customers", "csv"],
            "data_job": [sent_file(owner).pk],
            "data_job_file": [made_file(owner).pk],
            "team": [colleague.user_id],
            "notification": [notification.pk],
        },
    )


@dataclass(frozen=True)
class Resolved:
    """One address as the resolver has it."""

    route: str
    namespace: str
    name: str

    @property
    def named(self) -> str:
        """The name that `reverse` takes; empty where it has none."""
        return f"{self.namespace}{self.name}" if self.name else ""

    @property
    def parameters(self) -> list[str]:
        """What the path has in it."""
        return re.findall(r"<[^>]+>", self.route)

    def example(self) -> str:
        """A path that leads to it."""
        route = self.route.replace("^(?P<app_label>", "(?P<app_label>").replace("$", "")
        route = re.sub(r"\(\?P<app_label>(\w+)[^)]*\)", r"\1", route)
        route = route.replace("(?P<url>.*)", "nothing/here")
        return "/" + re.sub(r"<[^>]+>", "1", route)


def resolved() -> list[Resolved]:
    """Every address there is."""
    return list(_walked(get_resolver()))


def _walked(resolver: URLResolver, route: str = "", namespace: str = "") -> Iterator[Resolved]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Resolved(here, namespace, entry.name or "")
        else:
            yield from _walked(entry, here, namespace + (f"{entry.namespace}:" if entry.namespace else ""))
