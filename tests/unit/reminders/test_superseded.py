"""Held back until its cause is gone, a notification is superseded: no frame of it, no toast, nothing new."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import pytest

from delivery.models import Delivery, DeliveryState, Notification
from gstbillingapp import reminders
from gstbillingapp.actions import invoices, products
from gstbillingapp.actions.data import ProductData
from gstbillingapp.models import Product, StockReason
from tests.factories import ProductFactory, debited, issued, line, noted, paid
from tests.support.inbox_client import state_equals_events
from tests.unit.reminders.conftest import DUE, at, unpaid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invoices_only")]
PEOPLE = ["owner", "teammate", "stranger"]


@contextmanager
def held_back(user, keys: str) -> Iterator[None]:
    """The drain comes after the block: what has these keys, told to the user, is then superseded."""
    with state_equals_events(user.pk) as client:
        yield
    rows = Notification.objects.filter(user=user, dedupe_key__regex=keys)
    states = list(Delivery.objects.filter(notification__in=rows).values_list("state", flat=True))
    assert states == [DeliveryState.SUPERSEDED] * len(rows)
    assert not {row.pk for row in rows} & set(client.heard), "a frame went out of what had no cause any more"
    assert not rows.filter(is_read=False).exists()


def how_many(user, key: str) -> int:
    return Notification.objects.filter(user=user, dedupe_key__contains=key).count()


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("stage", [-3, 0, 1, 7, 15, 30])
def test_a_reminder_of_an_invoice_that_is_paid(begun, people, who, stage):
    invoice = unpaid(begun)
    with held_back(getattr(people, who), f"{invoice.due_date}"):
        reminders.do_all(at(stage))
        paid(invoice)
    assert how_many(getattr(people, who), f"{invoice.due_date}") == (0 if who == "stranger" else 1)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("change", [partial(paid, amount="18"), noted, debited])
def test_a_reminder_of_an_amount_that_is_no_longer_the_balance(begun, people, who, change):
    invoice = unpaid(begun)
    with held_back(getattr(people, who), f"{invoice.due_date}"):
        reminders.do_all(at(1))
        change(invoice)
    assert how_many(getattr(people, who), f"{invoice.due_date}") == (0 if who == "stranger" else 1)


@pytest.mark.parametrize("who", PEOPLE)
def test_a_reminder_and_an_e_way_bill_of_an_invoice_that_is_cancelled(begun, people, who):
    with held_back(getattr(people, who), ":(ewb|over)"):
        invoice = issued(begun, line(price=Decimal(60_000)), due_date=DUE)
        reminders.do_all(at(1))
        invoices.cancel(begun, None, invoice.pk, "Billed twice")
    told = 0 if who == "stranger" else 1
    assert [how_many(getattr(people, who), key) for key in (":ewb", ":over:")] == [told, told]


@pytest.fixture
def ware(people) -> Product:
    return ProductFactory(business=people.business, stock=20, reorder_level=10)


def take(product: Product, qty: int) -> Product:
    return products.adjust_stock(product.business, None, product.pk, Decimal(qty), StockReason.CORRECTION)


def bought(product: Product) -> None:
    take(product, 30)


def reorder_level_lowered(product: Product) -> None:
    data = ProductData(name=product.name, hsn=product.hsn, price=product.price, rate=Decimal(18))
    products.save(product.business, None, data, product.pk)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("recover", [bought, reorder_level_lowered])
def test_low_and_empty_stock_that_is_refilled(ware, people, who, recover: Callable[[Product], None]):
    person = getattr(people, who)
    with held_back(person, "stock:"):
        take(ware, -15)
        take(ware, -5)
        recover(ware)
    assert how_many(person, "stock:") == (0 if who == "stranger" else 2)


def test_empty_stock_of_which_there_is_a_little_again_is_low_and_not_empty(ware, people):
    with held_back(people.owner, f"stock:{ware.pk}:out:"):
        take(ware, -20)
        take(ware, 5)
    unread = Notification.objects.filter(user=people.owner, is_read=False, topic="stock_low")
    assert [row.dedupe_key for row in unread] == [f"stock:{ware.pk}:low:1"]


def test_goods_that_come_back_with_a_cancelled_invoice_are_no_news_any_more(ware, people):
    with held_back(people.owner, "stock:"):
        invoice = issued(people.business, line(ware, qty=Decimal(15)))
        invoices.cancel(people.business, None, invoice.pk, "Billed twice")
    assert how_many(people.owner, "stock:") == 1


def test_stock_that_runs_low_again_after_it_was_refilled_is_told_again(ware, people):
    take(ware, -15)
    take(ware, 15)
    with state_equals_events(people.owner.pk) as client:
        take(ware, -15)
    unread = Notification.objects.filter(user=people.owner, is_read=False)
    assert [row.dedupe_key for row in unread] == [f"stock:{ware.pk}:low:2"]
    assert client.shown[-1] == unread.get().pk


def test_the_stock_of_other_products_and_of_other_businesses_stays_told(ware, people):
    other = ProductFactory(business=people.business, stock=20, reorder_level=10)
    theirs = ProductFactory(business=people.stranger.membership.business, stock=20, reorder_level=10)
    for product in (ware, other, theirs):
        take(product, -15)
    take(ware, 15)
    unread = Notification.objects.filter(is_read=False).values_list("user", "dedupe_key")
    assert set(unread) == {
        (people.owner.pk, f"stock:{other.pk}:low:1"),
        (people.teammate.pk, f"stock:{other.pk}:low:1"),
        (people.stranger.pk, f"stock:{theirs.pk}:low:1"),
    }
