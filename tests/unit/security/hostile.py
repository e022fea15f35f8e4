"""What people type who mean harm, and a business that holds it in every field there is."""

from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User

from delivery import inbox
from delivery.drafts import Draft
from delivery.models import Notification
from gstbillingapp import jobs as worker
from gstbillingapp.actions import (
    bills,
    invoices,
    jobs,
    opening,
    payments,
    quotations,
    self_invoices,
    set_offs,
    vendor_notes,
)
from gstbillingapp.actions.data import BillLineData, NoteLineData, RefundData
from gstbillingapp.models import Bill, Business, Membership, Product, Receipt, ReturnFiling, Role, SelfInvoice
from tests.factories import (
    BusinessFactory,
    CustomerFactory,
    MembershipFactory,
    ProductFactory,
    VendorFactory,
    advance,
    bill,
    bill_line,
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
    set_off,
    vendor_noted,
)
from tests.unit.security.addresses import World

MARK = "zq9"  # in everything hostile, and in nothing else
SCRIPT = f'"><script>{MARK}()</script>'
IMAGE = f"'\"><img src={MARK} onerror={MARK}()>"
TEMPLATE = f"{{{{7*7}}}}{{% debug %}}${{7*7}}{MARK}"
LINK = f"javascript:{MARK}()"
CLOSING = f"</textarea></title></script><svg/onload={MARK}()>"
BACKWARDS = f"\u202e{MARK}\u202d\u200f"
EMOJI = f"🪔{MARK}👩‍👩‍👧"
# What a page may never make of it; `{{7*7}}` computed would be this.
COMPUTED = f"49{{% debug %}}${{7*7}}{MARK}"
OWN_FILES = ("/static/", "/admin/jsi18n/", "data:image/")
OWN_LINKS = ("", "tel", "mailto")  # of a page: to this site, to call and to write


def everything_at_once(limit: int) -> str:
    """As much of it as a field takes."""
    return (SCRIPT + IMAGE + TEMPLATE + CLOSING + LINK + EMOJI + BACKWARDS)[:limit]


def hostile_world() -> World:
    """A business whose every text was written by somebody who means harm."""
    business = BusinessFactory(
        name=everything_at_once(120),
        legal_name=everything_at_once(120),
        address=everything_at_once(300),
        city=everything_at_once(80),
        phone=SCRIPT[:20],
        bank_name=everything_at_once(80),
        bank_account=SCRIPT,
        lut_number=SCRIPT[:30],
        signatory=everything_at_once(120),
        invoice_terms=everything_at_once(1000),
    )
    owner = MembershipFactory(business=business, user__first_name=IMAGE, user__last_name=SCRIPT)
    colleague = MembershipFactory(
        business=business, role=Role.STAFF, user__first_name=CLOSING, user__email=SCRIPT
    )
    customer = CustomerFactory(
        business=business,
        name=everything_at_once(120),
        address=everything_at_once(300),
        city=everything_at_once(80),
        ship_name=everything_at_once(120),
        ship_address=everything_at_once(300),
        ship_city=everything_at_once(80),
        ship_pincode="560001",
        ship_state_code="29",
        email=SCRIPT,
        phone=SCRIPT[:20],
    )
    product = ProductFactory(business=business, name=everything_at_once(200), sku=everything_at_once(40))
    return World(owner, _rows(owner, colleague, customer, product))


def _rows(owner: Membership, colleague: Membership, customer, product) -> dict[str, list[Any]]:
    business = owner.business
    lines = [line(product), line(description=everything_at_once(300), qty=Decimal(3))]
    terms = {"notes": everything_at_once(1000), "terms": everything_at_once(1000)}
    typed, stored, owed, void = (
        make(business, *lines, customer=customer, **terms) for make in (draft, issued, issued, issued)
    )
    invoices.cancel(business, owner.user, void.pk, reason=everything_at_once(200))
    payment = paid(stored, "10", reference=everything_at_once(64), note=everything_at_once(300))
    undone = paid(stored, "20", reference=SCRIPT)
    payments.reverse(business, owner.user, undone.pk, reason=everything_at_once(200))
    offer, no = (make(business, *lines, customer=customer, **terms) for make in (offered, sent))
    quotations.decline(business, owner.user, no.pk, reason=everything_at_once(200))
    filed = ReturnFiling.objects.create(
        business=business, form="GSTR-1", span="month", first="2026-04-01", filed_on="2026-05-10"
    )
    settled = issued(business, *lines, customer=customer, **terms)
    paid(settled)
    amount = NoteLineData(amount=Decimal(1))
    note = noted(settled, amount, reason="07", reason_text=everything_at_once(200))
    receipt, used = (
        advance(customer, purpose=everything_at_once(300), reference=everything_at_once(64)) for _ in range(2)
    )
    set_off(stored, used, "1")
    data = RefundData(amount=Decimal(1), reference=everything_at_once(64))
    refund = set_offs.refund(business, owner.user, Receipt, used.pk, data)
    before = owed_before(customer, reference=everything_at_once(40))
    said = {"reference": everything_at_once(64), "note": everything_at_once(300)}
    came = opening.pay(business, owner.user, before.pk, Decimal(10), **said)
    return {
        "return_undo": [filed.pk],
        "gstr1_section": ["b2b"],
        "note": [note.pk],
        "note_new": [stored.pk, "credit"],
        "note_totals": [stored.pk, "credit"],
        "receipt": [receipt.pk],
        "refund": [refund.pk],
        "set_off": [stored.pk],
        "statement": [customer.pk],
        "customer": [customer.pk],
        "product": [product.pk],
        "invoice": [stored.pk],
        "invoice_cancel": [owed.pk],
        "invoice_edit": [typed.pk],
        "invoice_issue": [typed.pk],
        "invoice_delete": [typed.pk],
        "quotation": [no.pk],
        "quotation_edit": [offer.pk],
        "quotation_send": [offer.pk],
        "quotation_delete": [offer.pk],
        "payment_new": [stored.pk],
        "payment_reverse": [stored.pk, payment.pk],
        "opening": [before.pk],
        "opening_payment_reverse": [before.pk, came.pk],
        **_purchases(business, product),
        **_files(owner),
        "team": [colleague.user_id],
        "notification": [hostile_notification(owner.user).pk],
    }


def _purchases(business: Business, product: Product) -> dict[str, list[Any]]:
    vendor = VendorFactory(
        business=business,
        name=everything_at_once(120),
        address=everything_at_once(300),
        city=everything_at_once(80),
        email=SCRIPT,
        phone=SCRIPT[:20],
        bank_name=everything_at_once(80),
        bank_account=SCRIPT,
    )
    bought = [bill_line(product), bill_line(description=everything_at_once(300))]
    numbers = (f"{CLOSING[:20]}{n}" for n in range(3))
    stored, owed, void = (
        bill(business, *bought, vendor=vendor, number=number, notes=everything_at_once(1000))
        for number in numbers
    )
    bills.cancel(business, None, void.pk, reason=everything_at_once(200))
    made, taxed = _on_reverse_charge(business, bought)
    payment = paid_out(stored, "10", reference=everything_at_once(64), note=everything_at_once(300))
    settled = bill(business, *bought, vendor=vendor, number=f"{CLOSING[:20]}3")
    paid_out(settled)
    text = everything_at_once(200)
    note = vendor_noted(settled, reason="other", reason_text=text, number=f"{CLOSING[:20]}4")
    standing = vendor_noted(stored, reason="other", reason_text=text, number=f"{CLOSING[:20]}6")
    void_note = vendor_noted(owed, reason="other", reason_text=text, number=f"{CLOSING[:20]}5")
    vendor_notes.cancel(business, None, void_note.pk, reason=text)
    said = {"reference": everything_at_once(64), "note": everything_at_once(300)}
    came = vendor_notes.refund(business, None, note.pk, Decimal(1), **said)
    spent = expense(
        business,
        vendor_id=vendor.pk,
        category=everything_at_once(60),
        description=everything_at_once(300),
        reference=everything_at_once(64),
    )
    return {
        "vendor": [vendor.pk],
        "bill": [stored.pk],
        "bill_pay": [stored.pk],
        "bill_payment_reverse": [stored.pk, payment.pk],
        "bill_cancel": [owed.pk],
        "bill_edit": [owed.pk],
        "bill_self_invoice": [taxed.pk],
        "payment_voucher": [paid_out(taxed, "1", reference=everything_at_once(64)).voucher.pk],
        "self_invoice": [made.pk],
        "vendor_note": [note.pk],
        "vendor_note_new": [stored.pk],
        "vendor_note_totals": [stored.pk],
        "vendor_note_refund_reverse": [note.pk, came.pk],
        "vendor_note_cancel": [standing.pk],
        "expense": [spent.pk],
        "expense_category": [spent.category_id],
    }


def _on_reverse_charge(business: Business, bought: list[BillLineData]) -> tuple[SelfInvoice, Bill]:
    """A self-invoice that stands beside one taken back, and a bill that wants one."""
    vendor = VendorFactory(
        business=business,
        kind="unregistered",
        name=everything_at_once(120),
        address=everything_at_once(300),
        city=everything_at_once(80),
        phone=SCRIPT[:20],
    )
    owed, taxed = (owing_tax(business, *bought, vendor=vendor, number=f"{CLOSING[:20]}{n}") for n in (7, 8))
    self_invoices.cancel(business, None, self_invoiced(owed).pk, reason=everything_at_once(200))
    return self_invoiced(owed), taxed


def _files(owner: Membership) -> dict[str, list[Any]]:
    harm = everything_at_once(100).replace('"', '""')
    sent = sent_file(owner, f'Name,GSTIN\n"{harm}","{harm}"')
    jobs.map_columns(owner.business, sent.pk, sent.columns)
    while not worker.go_on():
        pass
    return {
        "data_import": ["customers"],
        "data_sample": ["customers", "csv"],
        "data_export": ["customers", "csv"],
        "data_job": [sent.pk],
        "data_job_file": [made_file(owner).pk],
    }


def hostile_notification(user: User) -> Notification:
    """One whose every text means harm."""
    harm = Draft(
        title=everything_at_once(200),
        message=everything_at_once(2000),
        link_url=f'/"><script>{MARK}()</script>',
        link_text=everything_at_once(50),
        related_object_type=SCRIPT[:20],
        related_object_id=1,
    )
    return inbox.post([user.pk], harm)[0]


class Page(HTMLParser):
    """A page as a browser takes it apart; `harm` is what hostile text would have become."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.harm: list[str] = []
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """An element: none of them may come from a field, nor do what the policy forbids."""
        given = dict(attributes)
        if MARK in tag or any(MARK in name or name.startswith("on") or name == "style" for name in given):
            self.harm.append(self.get_starttag_text() or tag)
        if tag in ("script", "iframe", "object", "embed", "base", "link", "img"):
            source = given.get("src") or given.get("href") or ""
            if MARK in source or not source.startswith(OWN_FILES):
                self.harm.append(self.get_starttag_text() or tag)
        for name in ("href", "action", "formaction"):
            address = urlsplit((given.get(name) or "").strip())
            if address.scheme not in OWN_LINKS or address.netloc:
                self.harm.append(self.get_starttag_text() or tag)
        self.text += " ".join(value or "" for value in given.values())

    def handle_data(self, data: str) -> None:
        """What is read."""
        self.text += data
