"""What somebody else deletes between a view's look at it and the deed: a missing page, never a broken one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse

from gstbillingapp.models import Invoice
from gstbillingapp.models.fields import today
from gstbillingapp.views import (
    bills,
    customers,
    document_editor,
    expenses,
    invoices,
    payments,
    products,
    quotations,
    vendors,
)
from tests.factories import (
    CustomerFactory,
    ProductFactory,
    VendorFactory,
    bill,
    draft,
    expense,
    issued,
    offered,
    sent,
)
from tests.unit.invoices_screens.typing_forms import typed
from tests.unit.screens.people import Person

VIEWS = {
    "invoice": invoices,
    "payment": payments,
    "customer": customers,
    "product": products,
    "quotation": quotations,
    "vendor": vendors,
    "bill": bills,
    "expense": expenses,
}
PAID = {"amount": "1", "date": today().isoformat(), "mode": "upi"}
RATE = {"rate": "5", "rate_from": today().isoformat()}
STOCK = {"qty": "1", "reason": "purchase"}


def deleting(find: Callable[..., Model]) -> Callable[..., Model]:
    """As `find`, and what it found is deleted at once by somebody else."""

    def found_and_deleted(*args: Any, **kwargs: Any) -> Model:
        found = find(*args, **kwargs)
        type(found)._base_manager.filter(pk=found.pk).delete()
        return found

    return found_and_deleted


def told_that_it_is_not_there(person: Person, name: str, row: Model, posted: dict[str, str]) -> None:
    response = person.client.post(reverse(name, args=[row.pk]), posted)
    assert response.status_code == 404
    assert "There is nothing at this address" in response.text


@pytest.mark.parametrize(
    ("name", "make", "posted"),
    [
        ("invoice_issue", draft, {}),
        ("invoice_delete", draft, {}),
        ("invoice_cancel", issued, {"reason": "Twice"}),
        ("payment_new", issued, PAID),
        ("quotation_send", offered, {}),
        ("quotation_delete", offered, {}),
        ("quotation_approve", sent, {}),
        ("quotation_decline", sent, {"reason": "Too dear"}),
        ("quotation_convert", sent, {}),
        ("quotation_copy", sent, {}),
        ("customer_archive", CustomerFactory, {}),
        ("customer_restore", CustomerFactory, {}),
        ("customer_edit", CustomerFactory, {"name": "Mehta", "kind": "unregistered"}),
        ("product_archive", ProductFactory, {}),
        ("product_restore", ProductFactory, {}),
        ("product_rate", ProductFactory, RATE),
        ("product_stock", ProductFactory, STOCK),
        ("vendor_archive", VendorFactory, {}),
        ("bill_cancel", bill, {"reason": "Twice"}),
        ("expense_cancel", expense, {"reason": "Twice"}),
    ],
)
def test_a_row_deleted_while_a_deed_begins_is_a_missing_page(
    owner: Person,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    make: Callable[..., Model],
    posted: dict[str, str],
) -> None:
    row = make(business=owner.business)
    view = VIEWS[name.partition("_")[0]]
    monkeypatch.setattr(view, "get_object_or_404", deleting(view.get_object_or_404))
    told_that_it_is_not_there(owner, name, row, posted)


def test_a_draft_deleted_while_it_is_saved_is_a_missing_page_and_stays_deleted(
    owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = draft(owner.business)
    posted = typed(stored.customer, version="1")
    monkeypatch.setattr(document_editor, "get_object_or_404", deleting(document_editor.get_object_or_404))
    told_that_it_is_not_there(owner, "invoice_edit", stored, posted)
    assert not Invoice.objects.exists()
