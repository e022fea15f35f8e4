"""What is told of stock that runs low."""

from delivery.drafts import Draft
from gstbillingapp.actions.announce.telling import tell_each
from gstbillingapp.models import EventKind, Product
from gstbillingapp.utils import low_stock


def stock_low(*products: Product) -> None:
    """Products of one business are at their reorder level, or gone: told together, each by itself."""
    if products:
        drafts = [_stock_low(product) for product in products]
        tell_each(products[0].business, EventKind.STOCK_LOW, drafts)


def _stock_low(product: Product) -> Draft:
    key = f"stock:{product.pk}:{product.stock_level}:{product.stock_crossing}"
    return Draft(**low_stock(product, product.stock), dedupe_key=key)
