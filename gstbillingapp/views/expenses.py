"""Expenses: the list with its sums, one expense, the form, and the categories."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gstbillingapp import payables, queries
from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import claims, expenses
from gstbillingapp.actions.checks import LAST_DAY
from gstbillingapp.actions.form_keys import Answer
from gstbillingapp.forms.base import messages_by_field
from gstbillingapp.forms.expenses import (
    CategoryForm,
    ExpenseFilterForm,
    ExpenseForm,
    ExpenseReasonForm,
    month_of,
)
from gstbillingapp.gst.numbers import financial_year, financial_year_bounds
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import Expense, ExpenseCategory
from gstbillingapp.models.fields import ZERO, today
from gstbillingapp.templatetags.billing import UNDO_TAG, money
from gstbillingapp.views.claims import claim_words
from gstbillingapp.views.invoice_messages import turned_away
from gstbillingapp.views.once import answered, answers_again, once

Days = tuple[datetime.date | None, datetime.date | None]


@require_safe
@member_required
def index(request: MemberRequest) -> HttpResponse:
    """The expenses of some days, of this month where none are named, with what they come to by category."""
    form = ExpenseFilterForm(request.GET)
    filters = form.filters()
    days: Days = (filters.get("since"), filters.get("until"))
    narrowed: dict[str, Any] = {
        "search": filters.get("q", ""),
        "since": days[0],
        "until": days[1],
        "cancelled": filters.get("show") == "cancelled",
    }
    sums = payables.expense_sums(payables.expense_list(request.business, **narrowed))
    chosen = filters.get("category")
    rows = payables.expense_list(request.business, **narrowed, category_id=chosen, sort=filters["sort"])
    context = {
        "form": form,
        "filters": filters,
        "sort": filters["sort"],
        "since": days[0],
        "until": days[1],
        "periods": _periods(days),
        "sums": sums,
        "total": sum((row.amount for row in sums), ZERO),
        "chosen": next((row for row in sums if row.id == chosen), None),
        "page": queries.page_of(rows, request.GET.get("page")),
        "is_narrowed": any(name in filters for name in ("q", "category", "show")),
        "any_expense": bool(sums) or Expense.objects.filter(business=request.business).exists(),
    }
    return render(request, "expenses/list.html", context)


def _periods(days: Days) -> list[dict[str, Any]]:
    """The periods one turns to, each with its first and last day: months around, and the year."""
    said = days[0]
    # A year that is half typed is a day as well, and has no financial year.
    here = said if said and GST_BEGAN <= said <= LAST_DAY else today()
    before = month_of(here.replace(day=1) - datetime.timedelta(days=1))
    months = [before, month_of(here), month_of(month_of(here)[1] + datetime.timedelta(days=1))]
    named = [(f"{first:%b %Y}", first, last) for first, last in months if first <= today()]
    year = financial_year(here)
    named.append((f"FY {year}", *financial_year_bounds(year)))
    return [
        {"label": label, "since": first, "until": last, "is_current": (first, last) == days}
        for label, first, last in named
    ]


@require_safe
@member_required
def detail(request: MemberRequest, pk: int) -> HttpResponse:
    """One expense."""
    stored = _expense(request, pk)
    claim = claim_words(stored) if stored.itc else ""
    return render(request, "expenses/detail.html", {"expense": stored, "claim": claim})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def new(request: MemberRequest) -> HttpResponse:
    """Record an expense."""
    blank = request.method != "POST"
    form = ExpenseForm.blank(request.business) if blank else ExpenseForm(request.business, request.POST)
    if request.method == "POST":
        answer = form.attempt(lambda: once(request, lambda: _record(request, form)))
        if answer is not None:
            return answered(request, answer)
    return render(request, "expenses/form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
@answers_again
def edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Put an expense right."""
    stored = _expense(request, pk)
    elsewhere = turned_away(request, stored, expenses.refuse_cancelled)
    if elsewhere is not None:
        return elsewhere
    shown = request.method != "POST"
    form = ExpenseForm.showing(stored) if shown else ExpenseForm(request.business, request.POST)
    if request.method == "POST":
        answer = form.attempt(lambda: once(request, lambda: _change(request, stored, form)))
        if answer is not None:
            return answered(request, answer)
    return render(request, "expenses/form.html", {"form": form, "expense": stored})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cancel(request: MemberRequest, pk: int) -> HttpResponse:
    """Ask why, then cancel an expense."""
    stored = _expense(request, pk)
    elsewhere = turned_away(request, stored, expenses.refuse_cancelled)
    if elsewhere is not None:
        return elsewhere
    form = ExpenseReasonForm(request.POST or None)
    if request.method == "POST":
        cancelled = form.attempt(
            lambda: expenses.cancel(request.business, request.user, stored.pk, **form.cleaned_data)
        )
        if cancelled is not None:
            messages.success(request, f"The expense of {money(cancelled.total)} is cancelled.")
            return redirect(cancelled)
    held = claims.held_by(stored) if stored.itc or stored.rcm else None
    return render(request, "expenses/cancel.html", {"expense": stored, "form": form, "held": held})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def categories(request: MemberRequest) -> HttpResponse:
    """The categories, and a form for another one."""
    form = CategoryForm(request.POST or None)
    if request.method == "POST":
        saved = form.attempt(lambda: expenses.save_category(request.business, **form.cleaned_data))
        if saved is not None:
            messages.success(request, f"{saved.name} is added.")
            return redirect("expense_categories")
    rows = ExpenseCategory.objects.filter(business=request.business).annotate(used=Count("expenses"))
    known = list(rows.order_by("is_archived", "name_key"))
    keys = {category.name_key for category in known}
    offered = [name for name in payables.category_names(request.business) if name.casefold() not in keys]
    return render(
        request, "expenses/categories.html", {"form": form, "categories": known, "offered": offered}
    )


@require_POST
@member_required
def rename_category(request: MemberRequest, pk: int) -> HttpResponse:
    """Give a category another name."""
    stored = get_object_or_404(ExpenseCategory, business=request.business, pk=pk)
    try:
        name = request.POST.get("name", "").replace("\0", "")
        saved = expenses.save_category(request.business, name, stored.pk)
    except ValidationError as error:
        said = " ".join(text for texts in messages_by_field(error).values() for text in texts)
        messages.error(request, f"{stored.name} keeps its name. {said}")
    else:
        messages.success(request, f"The category is called {saved.name} now.")
    return redirect("expense_categories")


@require_POST
@member_required
def archive_category(request: MemberRequest, pk: int) -> HttpResponse:
    """Take a category out of what is offered, with a way back."""
    stored = get_object_or_404(ExpenseCategory, business=request.business, pk=pk)
    saved = expenses.set_category_archived(request.business, stored.pk, archived=True)
    undo = UNDO_TAG + reverse("expense_category_restore", args=[pk])
    messages.success(request, f"{saved.name} is archived. Its expenses stay in it.", extra_tags=undo)
    return redirect("expense_categories")


@require_POST
@member_required
def restore_category(request: MemberRequest, pk: int) -> HttpResponse:
    """Offer an archived category again."""
    stored = get_object_or_404(ExpenseCategory, business=request.business, pk=pk)
    saved = expenses.set_category_archived(request.business, stored.pk, archived=False)
    messages.success(request, f"{saved.name} is offered again.")
    return redirect("expense_categories")


def _record(request: MemberRequest, form: ExpenseForm) -> Answer:
    saved = expenses.record(request.business, request.user, form.expense_data())
    again = request.POST.get("do") == "another"
    page = reverse("expense_new") if again else saved.get_absolute_url()
    return Answer(page, f"{money(saved.total)} for {saved.category} recorded.")


def _change(request: MemberRequest, stored: Expense, form: ExpenseForm) -> Answer:
    saved = expenses.change(request.business, stored.pk, form.expense_data())
    return Answer(saved.get_absolute_url(), f"The expense of {money(saved.total)} is saved.")


def _expense(request: MemberRequest, pk: int) -> Expense:
    rows = Expense.objects.select_related("category", "vendor", "recorded_by", "cancelled_by")
    stored = get_object_or_404(rows, business=request.business, pk=pk)
    stored.business = request.business
    return stored
