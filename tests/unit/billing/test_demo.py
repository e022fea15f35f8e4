"""`manage.py demo`: believable, loaded once, and only where DEBUG is on."""

import time
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from delivery.models import Inbox, Notification
from gstbillingapp.gst.gstin import is_valid
from gstbillingapp.models import (
    Customer,
    Invoice,
    InvoiceState,
    InvoiceStatus,
    Product,
    Quotation,
    QuotationState,
)
from gstbillingapp.queries import page_of, product_list
from tests.refusals import everything

pytestmark = pytest.mark.django_db


def demo(*args: str) -> str:
    out = StringIO()
    call_command("demo", *args, stdout=out)
    return out.getvalue()


def test_the_demo_is_refused_where_debug_is_off(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        demo()
    assert not User.objects.exists()


def test_the_demo_is_a_believable_business_and_loading_it_again_changes_nothing(settings):
    settings.DEBUG = True
    begun = time.process_time()
    demo()
    assert time.process_time() - begun < 20

    owner, staff, other = (User.objects.get(username=name) for name in ("demo", "demo-staff", "demo-other"))
    assert owner.check_password("gst-demo")
    business = owner.membership.business
    assert (owner.membership.is_owner, staff.membership.business, staff.membership.is_owner) == (
        True,
        business,
        False,
    )
    assert other.membership.business != business

    ours = Invoice.objects.filter(business=business)
    assert ours.count() >= 110
    assert all(ours.with_status(status).exists() for status in InvoiceStatus.values)
    offers = Quotation.objects.filter(business=business)
    assert all(offers.with_status(status).exists() for status in QuotationState.values)
    assert all(offer.state == offer.status for offer in offers)
    assert Customer.objects.filter(business=business).count() >= 40
    assert Product.objects.filter(business=business).count() >= 40
    assert all(is_valid(customer.gstin) for customer in Customer.objects.exclude(gstin=""))
    numbered = ours.exclude(state=InvoiceState.DRAFT).order_by("financial_year", "sequence")
    dates = [invoice.date for invoice in numbered]
    assert dates == sorted(dates)
    assert len(page_of(product_list(business, low=True))) >= 3

    bell = Notification.objects.filter(user=owner)
    assert 20 <= bell.count() <= 40
    assert bell.values("notification_type").distinct().count() >= 5
    assert Inbox.objects.get(user=owner).unread_count == bell.filter(is_read=False).count() > 0
    theirs = Notification.objects.filter(user=other, link_url__in=bell.values("link_url"))
    pages = ["/", "/invoices/", "/invoices/?status=overdue"]
    shared = theirs.exclude(link_url__in=pages).exclude(title__startswith="GSTR-1")
    assert not shared.exists()

    before = everything()
    assert "nothing was changed" in demo()
    assert everything() == before


def test_very_many_invoices_are_added_up_to_the_number_asked_for(settings):
    settings.DEBUG = True
    demo("--invoices", "300")
    business = User.objects.get(username="demo").membership.business
    rows = Invoice.objects.filter(business=business)
    assert rows.count() == 300
    bulk = rows.filter(number__startswith="M/")
    assert bulk.exists()
    for invoice in bulk.prefetch_related("lines")[:40]:
        assert sum(line.taxable for line in invoice.lines.all()) == invoice.taxable
        assert invoice.igst == 0 or invoice.place_of_supply != business.state_code
    assert "Added 0 invoices" in demo("--invoices", "300")
