"""Billing in the admin is looked at, not worked on."""

from decimal import Decimal

import pytest
from django.contrib import admin
from django.urls import reverse

from gstbillingapp.actions import set_offs
from gstbillingapp.actions.data import RefundData
from gstbillingapp.models import GstRate, Invoice, Receipt, ReturnDueDate, ReturnFiling
from tests.factories import (
    ProductFactory,
    advance,
    bill,
    expense,
    issued,
    line,
    noted,
    owing_tax,
    paid,
    paid_out,
    self_invoiced,
    sent,
    vendor_noted,
)

pytestmark = pytest.mark.django_db
KEPT = (GstRate, ReturnDueDate)  # what changes by notification
SHOWN = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "gstbillingapp"),
    key=lambda model: model._meta.model_name,
)


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model._meta.model_name)
def test_the_admin_shows_it_and_lets_nobody_change_it(admin_client, business, model):
    sent(business)
    month = {"form": "GSTR-1", "span": "month", "first": "2026-10-01"}
    ReturnDueDate.objects.create(**month, due="2026-11-20", source="12/2026-CT")
    ReturnFiling.objects.create(**month, business=business, filed_on="2026-11-10")
    paid_out(self_invoiced(owing_tax(business)).bill)
    invoice = issued(business, line(ProductFactory(business=business)))
    paid(invoice)
    noted(invoice)
    paid_out(bill(business))
    vendor_noted(bill(business))
    expense(business)
    receipt = advance(invoice.customer)
    set_offs.refund(business, None, Receipt, receipt.pk, RefundData(amount=Decimal(1)))
    name = f"admin:gstbillingapp_{model._meta.model_name}"
    assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200
    row = model.objects.first()
    assert admin_client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    if model not in KEPT:
        assert admin_client.get(reverse(f"{name}_add")).status_code == 403
        assert admin_client.post(reverse(f"{name}_change", args=[row.pk])).status_code == 403
        assert admin_client.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403
        assert model.objects.filter(pk=row.pk).exists()


def test_the_admin_finds_an_invoice_by_its_number(admin_client, business):
    wanted, other = issued(business), issued(business)
    page = admin_client.get(reverse("admin:gstbillingapp_invoice_changelist"), {"q": wanted.number})
    assert set(page.context["cl"].queryset) == {wanted}
    assert Invoice.objects.filter(pk=other.pk).exists()


def test_an_extension_is_added_or_taken_back_and_never_changed(admin_client):
    add = reverse("admin:gstbillingapp_returnduedate_add")
    said = {"form": "GSTR-1", "span": "month", "first": "2026-10-01", "source": "12/2026-CT", "states": "29"}
    page = admin_client.post(add, said | {"due": "2026-11-10"}).content.decode()
    assert "Enter a day after the one by rule, 11 Nov 2026." in page
    assert admin_client.post(add, said | {"due": "2026-11-20"}).status_code == 302
    row = ReturnDueDate.objects.get()
    change = reverse("admin:gstbillingapp_returnduedate_change", args=[row.pk])
    assert admin_client.post(change, said | {"due": "2026-11-30"}).status_code == 403
    delete = reverse("admin:gstbillingapp_returnduedate_delete", args=[row.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 302
    assert not ReturnDueDate.objects.exists()
