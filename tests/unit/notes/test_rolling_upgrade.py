"""Between the migration and the exchange of the processes, the release before goes on writing its rows."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from gstbillingapp.actions import products
from gstbillingapp.models import Customer, Invoice, Payment, StockMovement
from tests.factories import ProductFactory, draft, issued, paid

pytestmark = pytest.mark.django_db

# The last migration before there were notes.
BEFORE = ("gstbillingapp", "0009_preferences")


@pytest.mark.parametrize("model", [Customer, Invoice, Payment, StockMovement])
def test_a_row_with_the_columns_of_the_release_before_is_taken(business, model):
    paid(issued(business))
    draft(business)
    products.adjust_stock(business, None, ProductFactory(business=business).pk, Decimal(1))
    [pk] = {Customer: Customer.objects, Invoice: Invoice.objects.filter(state="draft")}.get(
        model, model.objects
    ).values_list("pk", flat=True)[:1]
    old = MigrationLoader(connection).project_state([BEFORE]).apps.get_model("gstbillingapp", model.__name__)
    written = ", ".join(field.column for field in old._meta.concrete_fields if not field.primary_key)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {old._meta.db_table} ({written}) "
            f"SELECT {written} FROM {old._meta.db_table} WHERE id = %s",
            [pk],
        )
        assert cursor.rowcount == 1
