"""What working out a sale and a bill have in common: lines as they were typed are read, and given amounts."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from django.db.models import BigIntegerField, Model

from gstbillingapp.actions.checks import Checks, must_be
from gstbillingapp.actions.products import LARGEST_CESS, LARGEST_CESS_PCT
from gstbillingapp.gst import calc
from gstbillingapp.gst import hsn as codes
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.place import Kind
from gstbillingapp.gst.rates import rates_on
from gstbillingapp.models import Business, GstRate, Product, ProductRate, Supply
from gstbillingapp.models.document import DocumentLine
from gstbillingapp.models.fields import LARGEST_AMOUNT, ZERO

NOTHING = Decimal(0)
HUNDRED = Decimal(100)
AMOUNTS = ("taxable", "cgst", "sgst", "igst", "cess", "total")
# The names that the arithmetic gives to fields which are called otherwise on a form, or stand on none.
FIELDS_OF_CALC = {"doc_disc": "doc_discount", "supplier_state": "__all__"}


class TypedLine(Protocol):
    """A line as it was typed."""

    @property
    def product_id(self) -> int | None: ...

    @property
    def is_blank(self) -> bool: ...


class TypedTax(Protocol):
    """What was typed of the tax on a line; None, or "", where nothing was."""

    @property
    def supply(self) -> str: ...

    @property
    def rate(self) -> Decimal | None: ...

    @property
    def cess_pct(self) -> Decimal | None: ...

    @property
    def cess_per_unit(self) -> Decimal | None: ...


Typed = TypeVar("Typed", bound=TypedLine)
Line = TypeVar("Line", bound=DocumentLine)


@dataclass(slots=True, kw_only=True)
class WorkedOut(Generic[Line]):
    """The lines of an unsaved paper that could be read, and what was wrong with the rest.

    `places[i]` is the position among the typed lines of `lines[i]`, as blank rows are left out. `result` is
    None where nothing could be computed.
    """

    checks: Checks
    lines: list[Line] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    result: calc.DocumentResult | None = None

    def read(
        self,
        business: Business,
        typed: Sequence[Typed],
        line_of: Callable[[Checks, Typed, Product | None], Line],
    ) -> None:
        """Read what was typed, with the business's products; blank rows are nothing."""
        products = _products(business, typed)
        for place, data in enumerate(typed):
            if not data.is_blank:
                self._read(place, data, products, line_of)

    def compute(self, document: calc.DocumentInput, date: datetime.date) -> calc.DocumentResult | None:
        """What the lines come to at the rates of that day; None where something is wrong, which is noted."""
        # On a day that cannot be, every rate would be refused as well, and that is not what is wrong.
        slabs = None if self.checks.has("date") else rates_on(GstRate.objects.all(), date)
        problems = calc.problems(document, allowed_rates=slabs)
        for problem in problems:
            self._note(problem)
        if problems:
            return None
        result = calc.compute(document)
        if result.total + result.tax > LARGEST_AMOUNT:
            most = indian_format(LARGEST_AMOUNT)
            self.checks.refuse("lines", f"They are worth at most {most} together.")
            return None
        return result

    def keep(self, paper: Model, result: calc.DocumentResult) -> None:
        """Write the amounts into the paper and its lines, unsaved."""
        self.result = result
        for row, amounts in ((paper, result), *zip(self.lines, result.lines, strict=True)):
            for name in AMOUNTS:
                setattr(row, name, getattr(amounts, name))

    def _read(
        self,
        place: int,
        data: Typed,
        products: Mapping[int, Product],
        line_of: Callable[[Checks, Typed, Product | None], Line],
    ) -> None:
        checks = self.checks.under(f"lines-{place}-")
        known = len(self.checks.errors)
        product = products.get(data.product_id) if data.product_id is not None else None
        if data.product_id is not None and product is None:
            checks.refuse("product_id", "Choose a product from the list.")
            return
        line = line_of(checks, data, product)
        line.position = len(self.lines)
        if len(self.checks.errors) == known:
            self.lines.append(line)
            self.places.append(place)

    def _note(self, problem: InputError) -> None:
        name = FIELDS_OF_CALC.get(problem.name, problem.name)
        prefix = "" if problem.line is None else f"lines-{self.places[problem.line]}-"
        if not self.checks.has(prefix + name):
            self.checks.refuse(prefix + name, must_be(problem))


def calc_line(line: DocumentLine) -> calc.LineInput:
    """A line as the arithmetic takes it."""
    return calc.LineInput(
        qty=line.qty,
        price=line.price,
        rate=line.rate,
        exempt=line.supply != Supply.TAXABLE,
        disc_pct=line.disc_pct,
        disc_amt=line.disc_amt,
        cess_pct=line.cess_pct,
        cess_per_unit=line.cess_per_unit,
        inclusive=line.price_includes_tax,
    )


def checked_hsn(checks: Checks, code: str, is_service: bool) -> str:
    """An HSN of goods or a SAC of services; none is allowed here."""
    kind = Kind.SERVICE if is_service else Kind.GOODS
    return checks.attempt("hsn", lambda: codes.check(code, kind)) or code if code else ""


def checked_qty(checks: Checks, value: Decimal | None) -> Decimal:
    """A quantity above 0."""
    if value is None or (value.is_finite() and value <= 0):
        checks.refuse("qty", "Enter a quantity above 0.")
        return ZERO
    return checks.number("qty", value, most=calc.MAX_QTY, places=3)


def checked_tax(
    checks: Checks, data: TypedTax, product: Product | None, date: datetime.date, *, taxed: bool
) -> dict[str, Any]:
    """The supply of a line with its rate and cess, in per cent and in rupees a unit.

    What was not typed is as of that day on the product. Without `taxed` no line of the paper bears tax.
    """
    supply = data.supply or (product.supply if product else Supply.TAXABLE)
    checks.choice("supply", supply, Supply.values)
    untaxed = {"supply": supply, "rate": NOTHING, "cess_pct": NOTHING, "cess_per_unit": NOTHING}
    if supply != Supply.TAXABLE or not taxed:
        return untaxed
    stored = (product.rate_on(date) if product else None) or ProductRate(rate=None)
    rate = stored.rate if data.rate is None else data.rate
    if rate is None:
        checks.refuse("rate", "Choose the rate of tax.")
        return untaxed
    cess_pct = stored.cess_pct if data.cess_pct is None else data.cess_pct
    cess_per_unit = stored.cess_per_unit if data.cess_per_unit is None else data.cess_per_unit
    return {
        "supply": supply,
        "rate": checks.number("rate", rate, most=HUNDRED, places=3),
        "cess_pct": checks.number("cess_pct", cess_pct, most=LARGEST_CESS_PCT, places=3),
        "cess_per_unit": checks.number("cess_per_unit", cess_per_unit, most=LARGEST_CESS, places=4),
    }


def _products(business: Business, typed: Iterable[TypedLine]) -> dict[int, Product]:
    # SQLite takes no larger number, not even to say that there is no such row.
    ids = {line.product_id or 0 for line in typed}
    possible = {pk for pk in ids if 0 < pk <= BigIntegerField.MAX_BIGINT}
    rows = Product.objects.filter(business=business, pk__in=possible).prefetch_related("rates")
    return {product.pk: product for product in rows}
