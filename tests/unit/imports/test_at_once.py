"""An import and a sale at the same instant, each on a connection of its own."""

from contextlib import ExitStack

import pytest
from django.db import connection, transaction

from gstbillingapp.actions import invoices
from gstbillingapp.models import Invoice, Job, JobState, Product
from tests.factories import ProductFactory, draft, line
from tests.support.background import in_background
from tests.support.waiting import wait_until
from tests.unit.imports.conftest import csv, go_on, started
from tests.unit.screens.people import Person

# Serialized: emptying the tables between tests would take the rates of the migration with it.
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def await_waiting(count: int) -> None:
    """Until so many connections wait for a row that another holds; SQLite has one writer, no such thing."""
    if connection.vendor != "postgresql":
        return

    def waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return cursor.fetchone()[0] == count

    wait_until(waiting, message="nobody waits")


def test_an_import_and_a_sale_of_the_same_goods_do_not_wait_for_each_other(owner: Person) -> None:
    """The import finds one by its SKU and then one by its name, against the order of their ids."""
    named = ProductFactory(business=owner.business, name="Wire")
    coded = ProductFactory(business=owner.business, name="Lamp", sku="L-1")
    sold = draft(owner.business, line(coded), line(named))
    job = started(owner, csv("Name,SKU,Price", "Wire,,120", "Lamp,L-1,90"), "products")
    with ExitStack() as threads, transaction.atomic():
        Product.objects.select_for_update(no_key=True).get(pk=named.pk)
        threads.enter_context(in_background(lambda: invoices.issue(owner.business, None, sold.pk)))
        await_waiting(1)
        threads.enter_context(in_background(go_on))
        await_waiting(2)
    assert Invoice.objects.get().number
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    assert set(Product.objects.values_list("name", "price", "stock")) == {("Wire", 120, 99), ("Lamp", 90, 99)}
