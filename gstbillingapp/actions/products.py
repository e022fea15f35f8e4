"""Products, their dated rates and their stock."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone

from gstbillingapp.actions import announce
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import ProductData
from gstbillingapp.gst import hsn as codes
from gstbillingapp.gst.place import Kind
from gstbillingapp.gst.rates import GST_BEGAN, Dated, rates_on
from gstbillingapp.models import (
    Business,
    GstRate,
    Product,
    ProductKind,
    ProductRate,
    StockLevel,
    StockMovement,
    StockReason,
    Supply,
)
from gstbillingapp.models.fields import today
from gstbillingapp.models.units import UNIT_CODES

NOTHING = Decimal(0)
LARGEST_QTY = Decimal("9999999999.999")
LARGEST_PRICE = Decimal("99999999999.999")
LARGEST_CESS = Decimal("99999999.9999")
LARGEST_CESS_PCT = Decimal(999)
_CHUNK = 150  # rows a statement: five values each, and SQLite takes 999


def save(business: Business, user: User | None, data: ProductData, product_id: int | None = None) -> Product:
    """Add a product with its rate and opening stock, or change one.

    A changed rate holds from `rate_from` on and leaves earlier days as they were. `stock` is the count of an
    existing product; a screen whose count may be old by now leaves it out and offers `adjust_stock`. Raises
    Product.DoesNotExist for one of another business.
    """
    values, rate, stock = judged(data)
    with transaction.atomic():
        _refuse_taken_sku(business, values["sku"], product_id)
        product = Product(business=business)
        if product_id is not None:
            product = locked(business, [product_id])[product_id]
        for name, value in values.items():
            setattr(product, name, value)
        product.save()
        keep_rate(product, rate, data.rate_from or (today() if product_id else GST_BEGAN))
        if data.stock is not None and product.tracks_stock and stock != product.stock:
            reason = StockReason.CORRECTION if product_id else StockReason.OPENING
            move([product], {product.pk: stock - product.stock}, reason, user)
        else:
            watch([product])
    return product


def judged(
    data: ProductData, law: Iterable[Dated] | None = None
) -> tuple[dict[str, object], ProductRate, Decimal]:
    """What the columns of the product are to hold, its rate and its stock. Raises ValidationError.

    `law` are the rates in law, read once for many products.
    """
    checks = Checks()
    values = _checked(checks, data)
    rate = _checked_rate(checks, data, law)
    stock = NOTHING if data.stock is None else _quantity(checks, "stock", data.stock)
    checks.finish()
    return values, rate, stock


def set_rate(
    business: Business,
    product_id: int,
    rate: Decimal | None,
    rate_from: datetime.date | None,
    cess_pct: Decimal | None = None,
    cess_per_unit: Decimal | None = None,
) -> ProductRate:
    """Have a rate hold from a day on; keyed as the fields of `ProductData`."""
    product = Product.objects.get(business=business, pk=product_id)
    data = ProductData(
        supply=product.supply, rate=rate, cess_pct=cess_pct, cess_per_unit=cess_per_unit, rate_from=rate_from
    )
    checks = Checks()
    if rate_from is None:
        checks.refuse("rate_from", "Enter the day from which the rate applies.")
    row = _checked_rate(checks, data)
    checks.finish()
    with transaction.atomic():
        return keep_rate(product, row, rate_from or today())


def adjust_stock(
    business: Business,
    user: User | None,
    product_id: int,
    qty: Decimal | None,
    reason: str = StockReason.PURCHASE,
) -> Product:
    """Put goods into the stock (positive) or take them out (negative), for a purchase or a correction."""
    checks = Checks()
    checks.choice("reason", reason, [StockReason.PURCHASE, StockReason.CORRECTION])
    if not qty:
        checks.refuse("qty", "Enter how many came in, or with a minus how many went out.")
    else:
        _quantity(checks, "qty", qty)
    checks.finish()
    with transaction.atomic():
        product = locked(business, [product_id])[product_id]
        if not product.tracks_stock:
            raise refusal("A service has no stock.", "qty")
        if abs(product.stock + (qty or NOTHING)) > LARGEST_QTY:
            raise refusal("This leaves a stock too large to keep.", "qty")
        move([product], {product.pk: qty or NOTHING}, reason, user)
    return product


def set_archived(business: Business, product_id: int, archived: bool) -> Product:
    """Take a product out of the lists, or put it back. Doing it twice changes nothing."""
    with transaction.atomic():
        product = locked(business, [product_id])[product_id]
        product.is_archived = archived
        product.save(update_fields=["is_archived", "updated_at"])
    return product


def locked(business: Business, ids: Iterable[int]) -> dict[int, Product]:
    """Products of the business, locked in the order of their ids: so two sales never wait for each other.

    Raises Product.DoesNotExist where one of them is not there.
    """
    wanted = set(ids)
    rows = (
        Product.objects.select_for_update(no_key=True).filter(business=business, pk__in=wanted).order_by("pk")
    )
    found = {product.pk: product for product in rows}
    if len(found) < len(wanted):
        raise Product.DoesNotExist("There is no such product in this business.")
    for product in found.values():
        product.business = business
    return found


def move(
    products: Iterable[Product],
    quantities: dict[int, Decimal],
    reason: str,
    user: User | None,
    invoice_id: int | None = None,
    note_id: int | None = None,
    bill_id: int | None = None,
    vendor_note_id: int | None = None,
) -> None:
    """Move stock of locked products, note why, and tell the members what has run low."""
    moved = [product for product in products if quantities.get(product.pk)]
    StockMovement.objects.bulk_create(
        StockMovement(
            business_id=product.business_id,
            product=product,
            qty=quantities[product.pk],
            reason=reason,
            invoice_id=invoice_id,
            note_id=note_id,
            bill_id=bill_id,
            vendor_note_id=vendor_note_id,
            created_by=user,
        )
        for product in moved
    )
    for product in moved:
        # Added here, under the lock, and not by F(): SQLite would add in binary floats.
        product.stock += quantities[product.pk]
    watch(moved, changed=["stock"])


def watch(products: Sequence[Product], changed: Sequence[str] = ()) -> None:
    """Tell the members once when a locked product runs low and once when it runs out, until it recovers.

    What was told of one that recovers is settled: it is marked read, and not sent where it was not sent yet.
    `changed` are fields of all of them that are to be stored as well: one statement stores them all.
    """
    crossed = note_levels(products)
    stored = [*changed, *(["stock_level", "stock_crossing"] if crossed else [])]
    if stored:
        _store(products if changed else [product for product, _ in crossed], stored)
    tell_levels(crossed)


def note_levels(products: Iterable[Product]) -> list[tuple[Product, str]]:
    """Set where the stock of locked products stands: those that crossed, each with its level before.

    Whoever stores them tells of them afterwards (`tell_levels`), once each has an id.
    """
    crossed = [
        (product, product.stock_level) for product in products if level_of(product) != product.stock_level
    ]
    for product, before in crossed:
        if before == StockLevel.ENOUGH:
            product.stock_crossing += 1
        product.stock_level = level_of(product)
    return crossed


def tell_levels(crossed: Sequence[tuple[Product, str]]) -> None:
    """Tell of products that have run low or out, and settle what was told of those that recovered."""
    announce.stock_low(*(product for product, _ in crossed if product.stock_level != StockLevel.ENOUGH))
    announce.stock_recovered(
        *(
            product
            for product, before in crossed
            if before == StockLevel.OUT or product.stock_level == StockLevel.ENOUGH
        )
    )


def _store(products: Sequence[Product], fields: Sequence[str]) -> None:
    """Store these fields of all of them, in one statement for each `_CHUNK`.

    In SQL, as `bulk_update` builds a CASE for every row and field: for fifty rows that takes as long as
    fifty statements.
    """
    now = timezone.now()
    stored = {"id", *fields, "updated_at"}
    columns = [field for field in Product._meta.concrete_fields if field.name in stored]  # the id first
    names = [column.attname for column in columns]
    row = f"({', '.join(['%s'] * len(names))})"
    for product in products:
        product.updated_at = now
    for start in range(0, len(products), _CHUNK):
        chunk = products[start : start + _CHUNK]
        with connection.cursor() as cursor:
            cursor.execute(
                f"WITH moved ({', '.join(names)}) AS (VALUES {', '.join([row] * len(chunk))}) "  # noqa: S608
                f"UPDATE {Product._meta.db_table} "
                f"SET {', '.join(f'{name} = moved.{name}' for name in names[1:])} "
                f"FROM moved WHERE {Product._meta.db_table}.id = moved.id",
                [
                    column.get_db_prep_save(getattr(product, column.attname), connection)
                    for product in chunk
                    for column in columns
                ],
            )


def level_of(product: Product) -> StockLevel:
    """Where its stock stands to its reorder level."""
    if product.reorder_level is None or not product.tracks_stock or product.stock > product.reorder_level:
        return StockLevel.ENOUGH
    return StockLevel.LOW if product.stock > 0 else StockLevel.OUT


def _checked(checks: Checks, data: ProductData) -> dict[str, object]:
    kind = checks.choice("kind", data.kind, ProductKind.values)
    reorder = data.reorder_level
    if data.price is None:
        checks.refuse("price", "Enter the price of one unit.")
    return {
        "name": checks.text("name", data.name, 200, required="Enter the name of the product."),
        "kind": kind,
        "sku": checks.text("sku", data.sku, 40),
        "hsn": _hsn(checks, data.hsn, kind),
        "unit": checked_unit(checks, data.unit),
        "price": checks.number("price", data.price or NOTHING, most=LARGEST_PRICE, places=3),
        "price_includes_tax": data.price_includes_tax,
        "supply": checks.choice("supply", data.supply, Supply.values),
        "reorder_level": None
        if reorder is None
        else checks.number("reorder_level", reorder, most=LARGEST_QTY, places=3),
    }


def _hsn(checks: Checks, code: str, kind: str) -> str:
    if not code.strip() or kind not in ProductKind.values:
        return code.strip()
    return checks.attempt("hsn", lambda: codes.check(code, Kind(kind))) or code.strip()


def checked_unit(checks: Checks, unit: str) -> str:
    """A unit quantity code of the GST portal."""
    code = unit.strip().upper()
    if code not in UNIT_CODES:
        checks.refuse("unit", "Choose a unit from the list, such as NOS, KGS or MTR.")
    return code


def _quantity(checks: Checks, field: str, value: Decimal) -> Decimal:
    return checks.number(field, value, least=-LARGEST_QTY, most=LARGEST_QTY, places=3)


def _checked_rate(checks: Checks, data: ProductData, law: Iterable[Dated] | None = None) -> ProductRate:
    row = ProductRate(
        cess_pct=checks.number("cess_pct", data.cess_pct or NOTHING, most=LARGEST_CESS_PCT, places=3),
        cess_per_unit=checks.number(
            "cess_per_unit", data.cess_per_unit or NOTHING, most=LARGEST_CESS, places=4
        ),
        rate=data.rate or NOTHING,
    )
    if data.rate_from is not None:
        checks.day("rate_from", data.rate_from)
    if data.supply != Supply.TAXABLE:
        return ProductRate(rate=NOTHING, cess_pct=NOTHING, cess_per_unit=NOTHING)
    if not checks.has("rate_from"):
        _check_slab(checks, data.rate, data.rate_from or today(), law)
    return row


def _check_slab(
    checks: Checks, rate: Decimal | None, day: datetime.date, law: Iterable[Dated] | None
) -> None:
    slabs = rates_on(GstRate.objects.all() if law is None else law, day)
    if rate not in slabs:
        known = ", ".join(f"{slab.normalize():f}" for slab in slabs)
        checks.refuse("rate", f"Choose one of the rates in law: {known} %.")


def keep_rate(product: Product, row: ProductRate, day: datetime.date) -> ProductRate:
    """Have a judged rate hold from a day on, unless it does already."""
    terms = {"rate": row.rate, "cess_pct": row.cess_pct, "cess_per_unit": row.cess_per_unit}
    now = product.rate_on(day)
    if now is not None and now.valid_from <= day and all(getattr(now, key) == terms[key] for key in terms):
        return now
    kept, _ = ProductRate.objects.update_or_create(product=product, valid_from=day, defaults=terms)
    return kept


def _refuse_taken_sku(business: Business, sku: object, product_id: int | None) -> None:
    if not sku:
        return
    # Whoever else is about to take it waits here, and then finds it taken.
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)
    if Product.objects.filter(business=business, sku=sku).exclude(pk=product_id or 0).exists():
        raise refusal("Another product has this SKU; choose another.", "sku")
