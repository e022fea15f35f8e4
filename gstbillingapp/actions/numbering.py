"""Numbers of documents: consecutive within a series and a financial year, taken under its lock (Rule 46)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.prefixes import numbered
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.numbers import financial_year, format_number, last_of_series, number_key
from gstbillingapp.models import Business, NumberSeries, PaymentVoucher, Refund, SelfInvoice
from gstbillingapp.models.document import Document
from gstbillingapp.models.fields import today


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a series of this financial year has come, and which documents it numbers."""

    documents: str
    series: NumberSeries

    @property
    def name(self) -> str:
        """What its field is called: `credit_notes`."""
        return self.documents.replace(" ", "_").replace("-", "_")

    @property
    def label(self) -> str:
        """What it numbers, as a heading."""
        return self.documents.capitalize()

    @property
    def last_number(self) -> str:
        """The number given last; of one that is begun only."""
        return _written(self.series, self.series.last)

    @property
    def next_number(self) -> str:
        """The number given next; empty where the series is full."""
        is_full = self.series.last >= last_of_series(self.series.prefix)
        return "" if is_full else _written(self.series, self.series.last + 1)


def standings(business: Business) -> list[Standing]:
    """Every series of this financial year, those of which nothing is stored yet among them."""
    year = financial_year(today())
    stored = {row.prefix: row for row in NumberSeries.objects.filter(business=business, financial_year=year)}
    return [
        Standing(documents, stored.get(prefix.upper()) or _new(business, year, prefix.upper()))
        for prefix, documents in numbered(business).items()
    ]


def begin(business: Business, firsts: Mapping[str, int | None]) -> list[Standing]:
    """Have series of this financial year begin with a number, as when a business comes from another program.

    `firsts` has them by the name of their standing; None leaves one as it is. Each is changed under the lock
    that its numbers are taken under. Raises ValidationError, keyed by those names, where documents are
    numbered in the series already, which would leave a gap or give a number twice (Rule 46), and for a number
    that leaves no room in its 16 characters.
    """
    checks = Checks()
    with transaction.atomic():
        for standing in sorted(standings(business), key=lambda standing: standing.series.prefix):
            first = firsts.get(standing.name)
            if first is not None and first != standing.series.first:
                _begin(checks, standing, first)
        checks.finish()
        return standings(business)


def _begin(checks: Checks, standing: Standing, first: int) -> None:
    prefix, year = standing.series.prefix, standing.series.financial_year
    most = last_of_series(prefix)
    if not 1 <= first <= most:
        room = f"{prefix}/{year[2:]}/ leaves room for no more in the 16 characters of a number"
        checks.refuse(standing.name, f"Enter a number from 1 to {most}; {room}.")
        return
    series = locked_series(standing.series.business, year, prefix)
    if series.is_begun:
        said = f"{_written(series, series.last)} is given: the numbers of {year} run on from there."
        checks.refuse(standing.name, said)
        return
    series.first, series.last = first, first - 1
    series.save(update_fields=["first", "last"])


def take_number(document: Document | Refund | SelfInvoice | PaymentVoucher, prefix: str) -> None:
    """Give a document the next number of its series; the series stays locked until the transaction ends.

    Its financial year is set before. Raises ValidationError where the series is full.
    """
    series = locked_series(document.business, document.financial_year, prefix)
    series.last += 1
    try:
        document.number = _written(series, series.last)
    except InputError:
        raise refusal(
            f"The series {series.prefix} of {series.financial_year} is full at {series.last - 1}: a number "
            "has at most 16 characters. Set another prefix in the business profile."
        ) from None
    series.save(update_fields=["last"])
    document.number_key = number_key(document.number)
    document.sequence = series.last


def locked_series(business: Business, year: str, prefix: str) -> NumberSeries:
    """The series of a prefix in a year, begun where there is none."""
    # The portal ignores case: "inv" and "INV" are one series.
    series, _ = NumberSeries.objects.select_for_update(no_key=True).get_or_create(
        business=business, financial_year=year, prefix=prefix.upper()
    )
    return series


def _new(business: Business, year: str, prefix: str) -> NumberSeries:
    return NumberSeries(business=business, financial_year=year, prefix=prefix)


def _written(series: NumberSeries, sequence: int) -> str:
    return format_number(series.prefix, series.financial_year, sequence)
