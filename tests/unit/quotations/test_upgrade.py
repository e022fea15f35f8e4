"""The migration: what it does to who is there, and what the release before goes on writing after it."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

from gstbillingapp.models import Business, Invoice
from gstbillingapp.models.fields import today
from tests.factories import BusinessFactory, gstin

pytestmark = pytest.mark.django_db


@pytest.fixture
def migration() -> Migration:
    loaded = MigrationLoader(connection).disk_migrations
    return next(found for (_, name), found in loaded.items() if name.endswith("_quotations"))


def test_rows_of_the_release_before_are_taken_and_get_what_is_usual(migration):
    before = MigrationLoader(connection).project_state([migration.dependencies[0]]).apps
    owner = before.get_model("gstbillingapp", "Business").objects.create(
        name="Asha", state_code="29", gstin=gstin("29", 31)
    )
    before.get_model("gstbillingapp", "Invoice").objects.create(
        business_id=owner.pk, date=today(), due_date=today()
    )
    assert Business.objects.get(pk=owner.pk).quotation_prefix == "QTN"
    assert Invoice.objects.get().deemed_export is False


def test_who_numbers_invoices_by_the_usual_prefix_of_quotations_gets_another_for_these(migration):
    ours = BusinessFactory(invoice_prefix="qtn")
    theirs = BusinessFactory(invoice_prefix="INV")
    import_module(migration.__module__).keep_series_apart(apps, None)
    prefixes = dict(Business.objects.values_list("pk", "quotation_prefix"))
    assert prefixes == {ours.pk: "QUO", theirs.pk: "QTN"}
