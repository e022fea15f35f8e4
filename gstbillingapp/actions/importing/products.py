"""Products out of a file, with their rates, and the opening stock of those that are new."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q

from gstbillingapp.actions import products
from gstbillingapp.actions.data import ProductData
from gstbillingapp.actions.importing import headings
from gstbillingapp.actions.importing.finding import Ambiguous, meant, name_of
from gstbillingapp.actions.importing.rows import (
    Column,
    Outcome,
    Said,
    Subject,
    Verdict,
    besides,
    changed,
    is_as,
    overwrite,
    parted,
    problems_of,
    wrong,
)
from gstbillingapp.actions.importing.words import KINDS_OF_PRODUCT, SUPPLIES, UNITS_BY_NAME
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import (
    Business,
    GstRate,
    Product,
    ProductKind,
    ProductRate,
    StockMovement,
    StockReason,
)
from gstbillingapp.models.fields import today
from gstbillingapp.sheets import cells

_kind = cells.one_of(KINDS_OF_PRODUCT, "Goods or Service")
_unit = cells.one_of(UNITS_BY_NAME, "a unit of the GST portal, such as NOS, KGS or MTR")
_supply = cells.one_of(SUPPLIES, "Taxable, Exempt, Nil rated or Outside GST")
# What is of the product's row; its rates are rows of their own.
OWN = frozenset(field.name for field in fields(ProductData)) & frozenset(
    field.name for field in Product._meta.concrete_fields
)
TERMS = ("rate", "cess_pct", "cess_per_unit")


@dataclass(slots=True)
class Beside:
    """What goes with a product: its rate from today on, None where it stands already, and its first stock."""

    rate: ProductRate | None
    stock: Decimal


class Products(Subject):
    slug = "products"
    noun = "Products"
    about = "Goods and services with HSN, price, GST rate and, for new ones, the opening stock."
    list_name = "product_list"
    matching = (
        "A product is known again by the SKU, else by the name. "
        "Opening stock is taken for new products only: that of the others has moved since."
    )
    key_words = "this SKU or name"
    headings = headings.PRODUCTS
    columns = (
        Column("name", "Name", "Copper wire 1.5 sq mm"),
        Column("sku", "SKU", "CW-1.5", note="Your own code for it"),
        Column("kind", "Kind", "Goods", _kind, "Goods or Service; empty: by the HSN or SAC"),
        Column("hsn", "HSN or SAC", "8544"),
        Column("unit", "Unit", "MTR", _unit, "As the GST portal lists them; empty: NOS"),
        Column("price", "Price", "1,250.00", cells.number, "Rupees a unit"),
        Column("price_includes_tax", "Price includes GST", "no", cells.yes_or_no, "Yes or no; empty: no"),
        Column("supply", "Taxability", "Taxable", _supply, "Taxable, Exempt, Nil rated or Outside GST"),
        Column("rate", "GST rate", "18", cells.number, "Per cent"),
        Column("cess_pct", "Cess %", "", cells.number),
        Column("cess_per_unit", "Cess per unit", "", cells.number, "Rupees"),
        Column("stock", "Opening stock", "120", cells.number, "For new products"),
        Column("reorder_level", "Reorder level", "20", cells.number),
    )

    def identity(self, said: Said) -> Hashable:
        sku, name = sku_of(said), name_of(said)
        return ("sku", sku) if sku else ("name", name) if name else None

    def judge(self, business: Business, rows: Sequence[Said], *, lock: bool) -> list[Verdict]:
        known, law = Known(business, rows, lock=lock), list(GstRate.objects.all())
        return [self._judged(business, known, law, said) for said in rows]

    def _judged(self, business: Business, known: "Known", law: list[GstRate], said: Said) -> Verdict:
        try:
            stored = known.of(said)
            data = _data(said.values, stored)
            values, rate, stock = products.judged(data, law)
        except Ambiguous as unclear:
            return wrong(said, unclear.problem)
        except ValidationError as error:
            return wrong(said, *besides(said, problems_of(error)))
        if said.problems:
            return wrong(said)
        beside = Beside(_unless_it_stands(rate, stored), stock)
        if stored is not None and beside.rate is None and is_as(stored, values):
            return Verdict(said, Outcome.SAME)
        if stored is None:
            return Verdict(said, Outcome.ADD, row=Product(business=business, **values), beside=beside)
        return Verdict(said, Outcome.CHANGE, before=stored, row=changed(stored, values), beside=beside)

    def asked(self, verdict: Verdict) -> Set[Hashable]:
        sku = sku_of(verdict.said)
        return {sku, (name_of(verdict.said), bool(sku))} - {""}

    def written(self, verdict: Verdict) -> Set[Hashable]:
        both = (verdict.before, verdict.row)
        return {key for row in both if isinstance(row, Product) for key in _keys_of(row)}

    def store(self, user: User | None, verdicts: Sequence[Verdict]) -> Callable[[], None]:
        pairs = [(verdict.row, verdict.beside) for verdict in verdicts if isinstance(verdict.row, Product)]
        new = [(row, beside) for row, beside in pairs if row._state.adding]
        old = [(row, beside) for row, beside in pairs if not row._state.adding]
        for row, beside in new:
            row.stock = beside.stock if row.tracks_stock else Decimal(0)
        added, overwritten = parted(row for row, _ in pairs)
        for row in (*added, *overwritten):
            row.set_keys()
        crossed = products.note_levels((*added, *overwritten))
        Product.objects.bulk_create(added)
        _begin(new, user)
        written = [*OWN - {"stock"}, "name_key", "search_key", "stock_level", "stock_crossing"]
        overwrite(Product, overwritten, written)
        for row, beside in old:
            if beside.rate is not None:
                products.keep_rate(row, beside.rate, today())
        return partial(products.tell_levels, crossed)


class Known:
    """The stored products that some rows may mean, with their rates: an object for each."""

    def __init__(self, business: Business, rows: Sequence[Said], *, lock: bool) -> None:
        self._by_sku: dict[str, Product] = {}
        self._by_name: dict[str, list[Product]] = defaultdict(list)
        by_sku = Q(sku__in={sku_of(said) for said in rows} - {""})
        # Whether archived or not: said for the index.
        by_name = Q(is_archived__in=[True, False], name_key__in={name_of(said) for said in rows} - {""})
        found = meant(Product.objects.filter(business=business), by_sku, by_name, lock=lock)
        rates = Prefetch("rates", ProductRate.objects.order_by("valid_from"))
        for product in found.prefetch_related(rates):
            product.business = business
            self._by_sku[product.sku] = product
            self._by_name[product.name_key].append(product)

    def of(self, said: Said) -> Product | None:
        """The product a row means; None where there is none yet. Raises Ambiguous."""
        sku = sku_of(said)
        if sku and sku in self._by_sku:
            return self._by_sku[sku]
        named = self._by_name[name_of(said)]
        if sku:  # one of that name with another SKU is another product
            named = [product for product in named if not product.sku]
        if len(named) > 1:
            raise Ambiguous("name", "Several products have this name: add the SKU of the one that is meant.")
        return named[0] if named else None


def sku_of(said: Said) -> str:
    """The SKU a row says; empty where it says none."""
    return str(said.values.get("sku", ""))


def _keys_of(product: Product) -> set[Hashable]:
    """Under which keys rows find a product: the SKU, and the name with whether the row says an SKU.

    Then it means by the name only a product that has none.
    """
    says_sku = (False,) if product.sku else (False, True)
    names: set[Hashable] = {(product.name.casefold(), says) for says in says_sku}
    return names | {product.sku} if product.sku else names


def _data(said: dict[str, Any], stored: Product | None) -> ProductData:
    """What a row says, on top of what is stored: an empty cell changes nothing."""
    if stored is None:
        by_code = ProductKind.SERVICE if str(said.get("hsn", "")).startswith("99") else ProductKind.GOODS
        return ProductData(**{"kind": by_code.value, **said})
    kept = {name: getattr(stored, name) for name in OWN}
    row = stored.rate_on(today())
    kept |= {name: getattr(row, name) for name in TERMS} if row else {}
    return ProductData(**{**kept, **said, "stock": None})


def _unless_it_stands(rate: ProductRate, stored: Product | None) -> ProductRate | None:
    now = stored.rate_on(today()) if stored else None
    return None if now and all(getattr(now, name) == getattr(rate, name) for name in TERMS) else rate


def _begin(new: Sequence[tuple[Product, Beside]], user: User | None) -> None:
    """The first rate and the first movement of stock of new products."""
    rates = []
    for row, beside in new:
        if beside.rate is not None:
            beside.rate.product, beside.rate.valid_from = row, GST_BEGAN
            rates.append(beside.rate)
    ProductRate.objects.bulk_create(rates)
    StockMovement.objects.bulk_create(
        StockMovement(
            business_id=row.business_id,
            product=row,
            qty=row.stock,
            reason=StockReason.OPENING,
            created_by=user,
        )
        for row, _ in new
        if row.stock
    )
