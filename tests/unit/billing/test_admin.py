"""Billing in the admin is looked at, not worked on."""

import pytest
from django.contrib import admin
from django.urls import reverse

from gstbillingapp.models import GstRate, Invoice
from tests.factories import ProductFactory, issued, line, paid, sent

pytestmark = pytest.mark.django_db
SHOWN = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "gstbillingapp"),
    key=lambda model: model._meta.model_name,
)


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model._meta.model_name)
def test_the_admin_shows_it_and_lets_nobody_change_it(admin_client, business, model):
    paid(issued(business, line(ProductFactory(business=business))))
    sent(business)
    name = f"admin:gstbillingapp_{model._meta.model_name}"
    assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200
    row = model.objects.first()
    assert admin_client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    if model is not GstRate:
        assert admin_client.get(reverse(f"{name}_add")).status_code == 403
        assert admin_client.post(reverse(f"{name}_change", args=[row.pk])).status_code == 403
        assert admin_client.post(reverse(f"{name}_delete", args=[row.pk])).status_code == 403
        assert model.objects.filter(pk=row.pk).exists()


def test_the_admin_finds_an_invoice_by_its_number(admin_client, business):
    wanted, other = issued(business), issued(business)
    page = admin_client.get(reverse("admin:gstbillingapp_invoice_changelist"), {"q": wanted.number})
    assert set(page.context["cl"].queryset) == {wanted}
    assert Invoice.objects.filter(pk=other.pk).exists()
