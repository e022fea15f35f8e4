"""What is told of stock that runs low."""

from delivery.drafts import Draft
from gstbillingapp.models import Product
from gstbillingapp.utils import low_stock, post_notifications


def stock_low(*products: Product) -> None:
    """Products of one business are at their reorder level, or gone: told together, each by itself."""
    if products:
        post_notifications(products[0].business.members(), [_stock_low(product) for product in products])


def _stock_low(product: Product) -> Draft:
    key = f"stock:{product.pk}:{product.stock_level}:{product.stock_crossing}"
    return Draft(**low_stock(product, product.stock), dedupe_key=key)
