"""Stock: sold, bought, counted; told when it runs low and when it is gone, anew after it has recovered."""

from decimal import Decimal
from random import Random

from gstbillingapp.actions import products
from gstbillingapp.models import Business, Product, StockReason
from tests.factories import ProductFactory
from tests.unit.reminders.year.history import History, Key

REORDER_AT = 10


class Ware:
    """A product as the oracle knows it."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.left = int(product.stock)
        self.is_low = self.is_out = False
        self.times_low = 0


class Stock:
    """A few products whose stock goes up and down."""

    keys = "^stock:"

    def __init__(self, business: Business) -> None:
        self.wares = [
            Ware(ProductFactory(business=business, stock=30, reorder_level=REORDER_AT)) for _ in range(4)
        ]
        self.said: set[Key] = set()

    def happen(self, history: History, random: Random) -> None:
        ware = random.choice(self.wares)
        qty = random.choice([-12, -7, -3, -1, 2, 9, 12])
        products.adjust_stock(history.business, None, ware.product.pk, Decimal(qty), StockReason.CORRECTION)
        ware.left += qty
        self._judge(history, ware)

    def expected(self, _history: History) -> set[Key]:
        return self.said

    def _judge(self, history: History, ware: Ware) -> None:
        """Low is at the reorder level or below it, out is none left; told when it becomes one of them.

        Told again before it has recovered, as after a delivery of a few, it is heard by whoever joined since.
        """
        before = (ware.is_low, ware.is_out)
        ware.is_low, ware.is_out = ware.left <= REORDER_AT, ware.left <= 0
        if ware.is_low and (ware.is_low, ware.is_out) != before:
            ware.times_low += not before[0]
            level = "out" if ware.is_out else "low"
            key = f"stock:{ware.product.pk}:{level}:{ware.times_low}"
            self.said |= history.told("stock_low", key, history.now)
