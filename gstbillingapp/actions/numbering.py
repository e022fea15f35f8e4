"""Numbers of documents: consecutive within a series and a financial year, taken under its lock (Rule 46)."""

from gstbillingapp.actions.checks import refusal
from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.numbers import format_number, number_key
from gstbillingapp.models import Business, NumberSeries, PaymentVoucher, Refund, SelfInvoice
from gstbillingapp.models.document import Document


def take_number(document: Document | Refund | SelfInvoice | PaymentVoucher, prefix: str) -> None:
    """Give a document the next number of its series; the series stays locked until the transaction ends.

    Its financial year is set before. Raises ValidationError where the series is full.
    """
    series = locked_series(document.business, document.financial_year, prefix)
    series.last += 1
    try:
        document.number = format_number(series.prefix, series.financial_year, series.last)
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
