"""Recording the money received against an invoice, and taking back what did not clear."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import payments
from gstbillingapp.models import Invoice, Payment
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import paying
from gstbillingapp.views.once import answers_again


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest, pk: int) -> HttpResponse:
    """Record a payment; the amount starts as the balance."""
    invoice = get_object_or_404(Invoice, business=request.business, pk=pk)
    return paying.record(
        request,
        invoice,
        payments.refuse_unless_owed,
        partial(payments.record, request.business, request.user, invoice.pk),
        _recorded,
        sub=f"is owed by {invoice.party}",
        customer_id=invoice.customer_id,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def reverse(request: MemberRequest, pk: int, payment_pk: int) -> HttpResponse:
    """Take back a payment that did not clear, or a set-off."""
    payment = get_object_or_404(
        Payment.objects.select_related("invoice"), business=request.business, invoice=pk, pk=payment_pk
    )
    return paying.take_back(
        request,
        payment,
        payment.invoice,
        partial(payments.reverse, request.business, request.user, payment.pk),
        _left,
        facts="invoices/reverse_facts.html",
        what="set-off" if payment.is_set_off else "payment",
    )


def _recorded(payment: Payment) -> str:
    invoice = payment.invoice
    received = f"{money(payment.amount)} from {invoice.party} recorded."
    if not invoice.balance:
        return f"{received} {invoice.number} is paid in full."
    return f"{received} {_left(payment)}"


def _left(payment: Payment) -> str:
    return f"{payment.invoice.number} has {money(payment.invoice.balance)} left to pay."
