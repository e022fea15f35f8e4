"""How a test says that something is refused and that nothing was written."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError

from delivery.models import Notification
from gstbillingapp.models import (
    Bill,
    BillLine,
    BillPayment,
    Business,
    Customer,
    Expense,
    ExpenseCategory,
    Invoice,
    InvoiceLine,
    Membership,
    Note,
    NoteLine,
    NumberSeries,
    Payment,
    PaymentVoucher,
    Product,
    ProductRate,
    Receipt,
    Refund,
    SelfInvoice,
    StockMovement,
    Vendor,
    VendorNote,
    VendorNoteLine,
    VendorRefund,
)

TABLES = (
    Bill,
    BillLine,
    BillPayment,
    Business,
    Customer,
    Expense,
    ExpenseCategory,
    Invoice,
    InvoiceLine,
    Membership,
    Note,
    NoteLine,
    Notification,
    NumberSeries,
    Payment,
    PaymentVoucher,
    Product,
    ProductRate,
    Receipt,
    Refund,
    SelfInvoice,
    StockMovement,
    Vendor,
    VendorNote,
    VendorNoteLine,
    VendorRefund,
)


def everything() -> list[list[dict[str, object]]]:
    """Every row of billing and of the inboxes."""
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@contextmanager
def refused(field: str, words: str) -> Iterator[None]:
    """The block raises ValidationError on that very field, saying so, and leaves every table as it was."""
    before = everything()
    with pytest.raises(ValidationError) as caught:
        yield
    errors = caught.value.message_dict
    assert list(errors) == [field]
    assert words in " ".join(errors[field])
    assert everything() == before
