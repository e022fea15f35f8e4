"""Products: dated rates, stock, and the alarm that goes off once."""

import datetime
from decimal import Decimal

import pytest

from delivery.models import Notification
from gstbillingapp.actions import products
from gstbillingapp.actions.data import ProductData
from gstbillingapp.gst.rates import SLABS
from gstbillingapp.models import GstRate, Product, ProductRate, StockMovement
from gstbillingapp.models.fields import today
from tests.factories import ProductFactory
from tests.refusals import refused

pytestmark = pytest.mark.django_db
REFORM = datetime.date(2025, 9, 22)


def data(**values: object) -> ProductData:
    return ProductData(
        **{"name": "Copper wire", "hsn": "8544", "price": Decimal(100), "rate": Decimal(18), **values}
    )


def test_the_database_begins_with_the_slabs_of_the_law():
    stored = GstRate.objects.values_list("rate", "valid_from", "valid_until")
    assert set(stored) == {(row.rate, row.valid_from, row.valid_until) for row in SLABS}


def test_rates_in_force_are_those_of_the_day():
    before = GstRate.objects.in_force(REFORM - datetime.timedelta(days=1)).values_list("rate", flat=True)
    since = GstRate.objects.in_force(REFORM).values_list("rate", flat=True)
    assert Decimal(28) in before
    assert Decimal(40) not in before
    assert {Decimal(28), Decimal(40)} <= set(since)
    assert Decimal(28) not in GstRate.objects.in_force(datetime.date(2026, 2, 1)).values_list(
        "rate", flat=True
    )


def test_a_new_product_has_its_rate_stock_and_the_movement_that_explains_it(people):
    product = products.save(people.business, people.owner, data(stock=Decimal("12.5")))
    assert product.rate_on(today()).rate == 18
    assert product.stock == Decimal("12.5")
    movement = StockMovement.objects.get(product=product)
    assert (movement.qty, movement.reason, movement.created_by) == (Decimal("12.5"), "opening", people.owner)


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("name", {"name": ""}, "name"),
        ("hsn", {"hsn": "85A4"}, "digits only"),
        ("hsn", {"hsn": "854"}, "digits long"),
        ("hsn", {"hsn": "998729"}, "99"),
        ("hsn", {"hsn": "8544", "kind": "service"}, "99"),
        ("price", {"price": None}, "price"),
        ("price", {"price": Decimal(-1)}, "between 0"),
        ("price", {"price": Decimal("1.2345")}, "3 decimals"),
        ("price", {"price": Decimal("NaN")}, "number"),
        ("rate", {"rate": None}, "18"),
        ("rate", {"rate": Decimal(17)}, "18"),
        ("rate", {"rate": Decimal(28)}, "40"),
        ("unit", {"unit": "HANDFUL"}, "NOS"),
        ("kind", {"kind": "idea", "hsn": ""}, "goods"),
        ("supply", {"supply": "free"}, "exempt"),
        ("cess_pct", {"cess_pct": Decimal(-1)}, "between 0"),
        ("stock", {"stock": Decimal("1E12")}, "between"),
        ("reorder_level", {"reorder_level": Decimal(-1)}, "between 0"),
        ("rate_from", {"rate_from": datetime.date(2016, 1, 1)}, "2017"),
    ],
)
def test_a_bad_field_of_a_product_is_refused_by_name(business, field, values, words):
    with refused(field, words):
        products.save(business, None, data(**values))


def test_a_changed_rate_leaves_earlier_days_as_they_were(business):
    product = products.save(business, None, data())
    products.save(business, None, data(rate=Decimal(5)), product.pk)
    product = Product.objects.get(pk=product.pk)
    assert product.rate_on(today()).rate == 5
    assert product.rate_on(today() - datetime.timedelta(days=1)).rate == 18


def test_saving_the_same_rate_adds_no_row(business):
    product = products.save(business, None, data())
    products.save(business, None, data(name="Copper wire, red"), product.pk)
    assert ProductRate.objects.filter(product=product).count() == 1


def test_a_rate_of_the_past_is_judged_by_the_law_of_its_day(business):
    product = products.save(business, None, data(rate_from=REFORM))
    products.set_rate(business, product.pk, Decimal(28), datetime.date(2017, 7, 1))
    assert Product.objects.get(pk=product.pk).rate_on(datetime.date(2024, 1, 1)).rate == 28
    with refused("rate", "18"):
        products.set_rate(business, product.pk, Decimal(28), datetime.date(2026, 4, 1))
    with refused("rate_from", "day"):
        products.set_rate(business, product.pk, Decimal(18), None)


def test_exempt_goods_bear_no_rate_whatever_was_typed(business):
    product = products.save(business, None, data(supply="exempt", rate=Decimal(18)))
    assert product.rate_on(today()).rate == 0


def test_a_sku_is_given_once_in_a_business(people):
    products.save(people.business, None, data(sku="W-1"))
    with refused("sku", "Another product"):
        products.save(people.business, None, data(sku="W-1", name="Other wire"))
    assert products.save(people.stranger.membership.business, None, data(sku="W-1")).sku == "W-1"


def test_a_stranger_can_neither_change_a_product_nor_its_stock(people):
    product = ProductFactory(business=people.business)
    theirs = people.stranger.membership.business
    for deed in (
        lambda: products.save(theirs, None, data(), product.pk),
        lambda: products.set_rate(theirs, product.pk, Decimal(5), today()),
        lambda: products.adjust_stock(theirs, None, product.pk, Decimal(1)),
        lambda: products.set_archived(theirs, product.pk, True),
    ):
        with pytest.raises(Product.DoesNotExist):
            deed()
    product.refresh_from_db()
    assert (product.stock, product.is_archived) == (100, False)


def test_stock_is_the_sum_of_its_movements(business):
    product = products.save(business, None, data(stock=Decimal("10.1")))
    for qty in ("0.2", "-3.3", "0.1", "0.1"):
        products.adjust_stock(business, None, product.pk, Decimal(qty))
    product.refresh_from_db()
    assert product.stock == Decimal("7.2")
    assert sum(product.movements.values_list("qty", flat=True)) == product.stock


@pytest.mark.parametrize("qty", [None, Decimal(0)])
def test_moving_nothing_is_refused(business, qty):
    product = ProductFactory(business=business)
    with refused("qty", "Enter how many"):
        products.adjust_stock(business, None, product.pk, qty)


def test_a_service_has_no_stock_to_move(business):
    service = ProductFactory(business=business, kind="service", hsn="998729")
    with refused("qty", "service"):
        products.adjust_stock(business, None, service.pk, Decimal(1))


def test_everybody_is_told_once_of_low_and_once_of_no_stock_and_again_only_after_recovery(people):
    product = ProductFactory(business=people.business, stock=20, reorder_level=10)

    def told_after(qty: int) -> list[str]:
        known = set(Notification.objects.values_list("pk", flat=True))
        products.adjust_stock(people.business, people.owner, product.pk, Decimal(qty))
        new = Notification.objects.exclude(pk__in=known)
        assert set(new.values_list("user", flat=True)) in (set(), {people.owner.pk, people.teammate.pk})
        return sorted(set(new.values_list("message", flat=True)))

    assert told_after(-9) == []  # 11 left
    assert told_after(-1) == [f"{product.name}: 10 left, reorder at 10"]
    assert told_after(-4) == []  # 6, told already
    assert told_after(-6) == [f"{product.name}: 0 left, reorder at 10"]
    assert told_after(5) == []  # 5 is not yet recovered
    assert told_after(-5) == []  # out again without having recovered
    assert told_after(11) == []  # 11: recovered
    assert told_after(-2) == [f"{product.name}: 9 left, reorder at 10"]


def test_nobody_is_told_where_no_reorder_level_is_set(people):
    product = ProductFactory(business=people.business, stock=1, reorder_level=None)
    products.adjust_stock(people.business, None, product.pk, Decimal(-5))
    assert not Notification.objects.exists()


def test_raising_the_reorder_level_above_the_stock_tells_at_once(people):
    product = products.save(people.business, None, data(stock=Decimal(8), reorder_level=Decimal(5)))
    products.save(people.business, None, data(reorder_level=Decimal(9)), product.pk)
    assert Notification.objects.filter(user=people.owner, notification_type="PRODUCT").count() == 1
