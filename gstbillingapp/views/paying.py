"""Recording what was paid and taking back what did not come: of invoices, bills, what was owed before."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from gstbillingapp.access import MemberRequest
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.actions.money import refuse_reversed
from gstbillingapp.forms.invoices import PaymentForm, ReasonForm
from gstbillingapp.models.fields import ZERO, today
from gstbillingapp.models.payment import MoneyMoved
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views.invoice_messages import HasPage, turned_away
from gstbillingapp.views.once import answered, once

Moved = TypeVar("Moved", bound=MoneyMoved)


class Owed(HasPage, Protocol):
    """Something on which money is owed."""

    @property
    def balance(self) -> Decimal: ...


Document = TypeVar("Document", bound=Owed)


def record(
    request: MemberRequest,
    document: Document,
    judge: Callable[[Document], None],
    pay: Callable[..., Moved],
    said: Callable[[Moved], str],
    *,
    sub: str,
    form: type[PaymentForm] = PaymentForm,
    customer_id: int | None = None,
) -> HttpResponse:
    """The form of a payment, and its recording; the amount starts as the balance.

    `judge` turns away where nothing is owed; `pay` is the action, given what was typed; `sub` says who owes
    the balance. What a customer, where one is given, has paid above it is offered to be an advance.
    """
    elsewhere = turned_away(request, document, judge)
    if elsewhere is not None:
        return elsewhere
    if request.method == "POST":
        typed = form(request.POST)
        answer = typed.attempt(lambda: once(request, lambda: _answer(pay(**typed.cleaned_data), said)))
        if answer is not None:
            return answered(request, answer)
    else:
        typed = blank(document, form)
    context = {"document": document, "sub": sub, "form": typed, **_above(typed, document, customer_id)}
    return render(request, "invoices/payment.html", context)


def take_back(
    request: MemberRequest,
    payment: Moved,
    document: HasPage,
    undo: Callable[..., Moved],
    standing: Callable[[Moved], str],
    *,
    facts: str,
    form: type[ReasonForm] = ReasonForm,
    what: str = "payment",
) -> HttpResponse:
    """Ask why, then take back a payment of a document that did not clear, such as a returned cheque.

    `undo` is the action, given the reason; `standing` says what is owed then; `facts` is the template that
    says what it does.
    """
    elsewhere = turned_away(request, payment, refuse_reversed)
    if elsewhere is not None:
        return elsewhere
    typed = form(request.POST or None)

    def said(undone: Moved) -> str:
        return f"The {what} of {money(undone.amount)} is reversed. {standing(undone)}"

    if request.method == "POST":
        answer = typed.attempt(lambda: once(request, lambda: _answer(undo(**typed.cleaned_data), said)))
        if answer is not None:
            return answered(request, answer)
    context = {
        "document": document,
        "payment": payment,
        "heading": f"Reverse the {what} of {money(payment.amount)}?",
        "facts": facts,
        "form": typed,
        "stay": "Keep it",
        "button": f"Reverse the {what}",
        "button_class": "btn-danger",
    }
    return render(request, "invoices/confirm.html", context)


def blank(document: Owed, form: type[PaymentForm] = PaymentForm) -> PaymentForm:
    """The form of a payment of the whole balance, made today."""
    return form(initial={"amount": document.balance, "date": today()})


def _answer(moved: Moved, said: Callable[[Moved], str]) -> Answer:
    return Answer(moved.get_absolute_url(), said(moved))


def _above(typed: PaymentForm, document: Owed, customer_id: int | None) -> dict[str, Any]:
    """How much more was typed than is owed, and where that is recorded; nothing where it was not."""
    amount = typed.amount_read if typed.is_bound and customer_id else None
    rest = ZERO if amount is None else amount - document.balance
    if rest <= 0:
        return {}
    query = urlencode({"customer": customer_id, "amount": rest})
    return {"rest": rest, "advance": f"{reverse('receipt_new')}?{query}"}
