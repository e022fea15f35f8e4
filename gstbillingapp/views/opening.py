"""What a customer owed from before: its page, and the payments of it."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import opening
from gstbillingapp.models import OpeningBalance, OpeningPayment
from gstbillingapp.models.fields import today
from gstbillingapp.templatetags.billing import money
from gstbillingapp.views import paying
from gstbillingapp.views.once import answers_again


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One balance: what is left of it, and what was paid."""
    stored = _balance(request, pk)
    payments = stored.payments.select_related("recorded_by").order_by("-date", "-pk")
    late = stored.balance and (stored.due_date or stored.date) < today()
    context = {"opening": stored, "customer": stored.customer, "payments": payments, "late": late}
    return render(request, "opening/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def pay(request: MemberRequest, pk: int) -> HttpResponse:
    """Record a payment; the amount starts as what is left."""
    stored = _balance(request, pk)
    return paying.record(
        request,
        stored,
        opening.refuse_unless_owed,
        partial(opening.pay, request.business, request.user, stored.pk),
        _recorded,
        sub=f"is owed by {stored.customer.name}",
        customer_id=stored.customer_id,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def reverse(request: MemberRequest, pk: int, payment_pk: int) -> HttpResponse:
    """Take back a payment that did not clear, such as a returned cheque."""
    payment = get_object_or_404(
        OpeningPayment.objects.select_related("opening"), business=request.business, opening=pk, pk=payment_pk
    )
    return paying.take_back(
        request,
        payment,
        payment.opening,
        partial(opening.reverse, request.business, request.user, payment.pk),
        _standing,
        facts="opening/reverse_facts.html",
    )


def _recorded(payment: OpeningPayment) -> str:
    return f"{money(payment.amount)} from {payment.opening.customer.name} recorded. {_standing(payment)}"


def _standing(payment: OpeningPayment) -> str:
    stored = payment.opening
    if not stored.balance:
        return f"{stored.name} is paid in full."
    return f"{stored.name} has {money(stored.balance)} left to pay."


def _balance(request: MemberRequest, pk: int) -> OpeningBalance:
    rows = OpeningBalance.objects.select_related("customer")
    return get_object_or_404(rows, business=request.business, pk=pk)
