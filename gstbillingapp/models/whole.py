"""Numbers with decimals read as whole numbers of their last place.

Django makes a Decimal of each value on SQLite by way of a binary float, which takes longer than all else
that is done with thousands of them. A whole number is right as it comes, and times its last place the same.
"""

from decimal import Decimal
from typing import Any

from django.db.models import F, Field, Func
from django.db.models.expressions import Combinable

PAISE, THOUSANDTHS = 2, 3  # how many decimals
THOUSANDTH = Decimal("0.001")


class Whole(Func):
    """A column, or a sum of one, with so many decimals, as a whole number of its last place."""

    # Of no kind: what comes is an int already, and of an integer field each would be made one again.
    output_field: "Field[Any, Any]" = Field()

    def __init__(self, value: str | Combinable, places: int = PAISE) -> None:
        expression = F(value) if isinstance(value, str) else value
        super().__init__(expression, template=f"CAST(ROUND(%(expressions)s * {10**places}) AS BIGINT)")
