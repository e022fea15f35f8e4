"""What is told of stock that runs low, until there is enough of it again."""

from collections.abc import Iterable

from delivery.drafts import Draft
from gstbillingapp.actions.announce.telling import settle, tell_each
from gstbillingapp.models import EventKind, Product, StockLevel
from gstbillingapp.utils import low_stock

# What may have been told of a product before it came to a level.
WORSE = {
    StockLevel.ENOUGH: (StockLevel.LOW, StockLevel.OUT),
    StockLevel.LOW: (StockLevel.OUT,),
    StockLevel.OUT: (),
}


def stock_low(*products: Product) -> None:
    """Products of one business are at their reorder level, or gone: told together, each by itself."""
    if products:
        drafts = [_stock_low(product) for product in products]
        tell_each(products[0].business, EventKind.STOCK_LOW, drafts)


def stock_recovered(*products: Product) -> None:
    """Products of one business are better stocked than was told: that is no news any more, nor to be sent."""
    if products:
        keys = [key for product in products for key in _worse_keys(product)]
        settle(products[0].business, keys)


def _stock_low(product: Product) -> Draft:
    key = _key(product, product.stock_level)
    return Draft(**low_stock(product, product.stock), dedupe_key=key)


def _worse_keys(product: Product) -> Iterable[str]:
    worse = WORSE[StockLevel(product.stock_level)]
    return (_key(product, level) for level in worse)


def _key(product: Product, level: str) -> str:
    """With the crossing in it: whatever has recovered may run low anew."""
    return f"stock:{product.pk}:{level}:{product.stock_crossing}"
