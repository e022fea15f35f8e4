"""Between a migration and the exchange of the processes, the release before asks for papers in its way."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from gstbillingapp.models import Invoice
from tests.factories import draft

pytestmark = pytest.mark.django_db

# The last migration of the release before.
BEFORE = ("gstbillingapp", "0006_list_indexes")


def test_the_release_before_goes_on_with_its_own_table_and_what_it_leaves_there_is_in_nobodys_way() -> None:
    asked = draft()
    old = MigrationLoader(connection).project_state([BEFORE]).apps.get_model("gstbillingapp", "Paper")
    old.objects.create(invoice_id=asked.pk, business_id=asked.business_id, asked_at=timezone.now())
    Invoice.objects.filter(pk=asked.pk).delete()
    connection.check_constraints()
    assert old.objects.count() == 1
