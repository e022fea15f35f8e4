"""Expenses and the categories they are summed up by."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from gstbillingapp.actions import claims, returns
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import ExpenseData
from gstbillingapp.actions.identity import checked_gstin
from gstbillingapp.actions.money import checked_amount, checked_day
from gstbillingapp.actions.products import LARGEST_CESS_PCT
from gstbillingapp.gst import calc
from gstbillingapp.gst.rates import rates_on
from gstbillingapp.gst.states import current_code
from gstbillingapp.models import (
    Business,
    Expense,
    ExpenseCategory,
    ExpenseState,
    GstRate,
    Scheme,
    Vendor,
    VendorKind,
)
from gstbillingapp.models.fields import LARGEST_AMOUNT, today
from gstbillingapp.models.payment import MONEY_MODES
from gstbillingapp.models.vendor import REGISTERED_VENDORS, TAXING_VENDORS

NOTHING = Decimal(0)
LONGEST_CATEGORY = 60
# What is kept of the arithmetic.
AMOUNTS = ("taxable", "cgst", "sgst", "igst", "cess", "total")
TYPED = (
    *("vendor", "payee", "payee_gstin", "date", "description", "reference", "mode"),
    *("inter_state", "price_includes_tax", "rate", "cess_pct", "cess_amt", "rcm", "itc", *AMOUNTS),
    *("claimed_in", "no_credit"),
)
CANCELLING = ("state", "reversed_in", "cancelled_at", "cancelled_by", "cancel_reason", "updated_at")
# What a return has of an expense.
TOLD = ("inter_state", "rate", "rcm", "itc", *AMOUNTS)


def record(business: Business, user: User | None, data: ExpenseData) -> Expense:
    """Record money spent; a category that is not there yet is added with it.

    Raises ValidationError that names what is missing or wrong.
    """
    with transaction.atomic():
        returns.lock(business)  # no return is filed between looking and recording
        typed, category = _ready(business, data)
        expense = Expense(business=business, recorded_by=user, version=0)
        _take_over(expense, typed, category)
    return expense


def change(business: Business, expense_id: int, data: ExpenseData) -> Expense:
    """Put right what was typed of an expense.

    Raises ValidationError as `record`, for one that is cancelled, where somebody else has changed it since
    `data.version`, and for what a filed GSTR-3B has told; Expense.DoesNotExist for one of another business.
    """
    with transaction.atomic():
        returns.lock(business)
        expense = _locked(business, expense_id)
        refuse_cancelled(expense)
        if data.version is not None and data.version != expense.version:
            raise refusal(
                "Somebody has changed this expense since you opened it. Open it again to see what is new."
            )
        typed, category = _ready(business, data, expense)
        _refuse_retelling(expense, typed)
        _take_over(expense, typed, category)
    return expense


def cancel(business: Business, user: User | None, expense_id: int, reason: str) -> Expense:
    """Take an expense back that was recorded by mistake; it stays on record and counts no more.

    Input tax that a filed GSTR-3B has told is reversed in the first that is not filed.
    Raises ValidationError without a reason, and for one cancelled before.
    """
    checks = Checks()
    text = checks.text("reason", reason, 200, required="Say why; it is kept with the expense.")
    checks.finish()
    with transaction.atomic():
        returns.lock(business)
        expense = _locked(business, expense_id)
        refuse_cancelled(expense)
        if _is_told(expense):
            claims.take_back(expense)
        expense.state = ExpenseState.CANCELLED
        expense.cancelled_at, expense.cancelled_by, expense.cancel_reason = timezone.now(), user, text
        expense.save(update_fields=CANCELLING)
    return expense


def refuse_cancelled(expense: Expense) -> None:
    """Raise ValidationError where an expense was taken back before."""
    if expense.is_cancelled:
        raise refusal("This expense is cancelled and no longer changes.")


def save_category(business: Business, name: str, category_id: int | None = None) -> ExpenseCategory:
    """Add a category, or give one another name; its expenses go along.

    Raises ValidationError where another one has the name, ExpenseCategory.DoesNotExist for one of another
    business.
    """
    checks = Checks()
    text = _category_name(checks, name, "name")
    checks.finish()
    with transaction.atomic():
        _lock_categories(business)
        category = ExpenseCategory(business=business)
        if category_id is not None:
            category = ExpenseCategory.objects.get(business=business, pk=category_id)
        same = ExpenseCategory.objects.filter(business=business, name_key=text.casefold())
        other = same.exclude(pk=category.pk or 0).first()
        if other is not None:
            where = "among the archived ones: put it back" if other.is_archived else "there already"
            raise refusal(f"{other.name} is {where}; choose another name.", "name")
        category.name = text
        category.save()
    return category


def set_category_archived(business: Business, category_id: int, archived: bool) -> ExpenseCategory:
    """Take a category out of what is offered, or put it back; its expenses stay in it."""
    with transaction.atomic():
        _lock_categories(business)
        category = ExpenseCategory.objects.get(business=business, pk=category_id)
        category.is_archived = archived
        category.save(update_fields=["is_archived"])
    return category


def _locked(business: Business, expense_id: int) -> Expense:
    expense = Expense.objects.select_for_update(no_key=True).get(business=business, pk=expense_id)
    expense.business = business
    return expense


def _is_told(expense: Expense) -> bool:
    """Whether a return has it: its tax is claimed, or owed on reverse charge."""
    return expense.itc or expense.rcm


def _refuse_retelling(expense: Expense, typed: Expense) -> None:
    held = claims.held_by(expense) if _is_told(expense) else None
    if held is not None and any(getattr(expense, name) != getattr(typed, name) for name in TOLD):
        raise refusal(
            f"This expense is in GSTR-3B for {held.label}, which is filed: its amounts and taxes stay. "
            "Cancel it and record it anew; the next return then reverses what was claimed."
        )


def _lock_categories(business: Business) -> None:
    # Whoever else is about to add the same name waits here, and then finds it.
    Business.objects.select_for_update(no_key=True).get(pk=business.pk)


def _category_name(checks: Checks, name: str, field: str = "category") -> str:
    text = " ".join(name.split())
    return checks.text(field, text, LONGEST_CATEGORY, required="Choose a category, or type a new one.")


def _take_over(expense: Expense, typed: Expense, category: str) -> None:
    for name in TYPED:
        setattr(expense, name, getattr(typed, name))
    expense.category = _category(expense.business, category)
    expense.version += 1
    expense.save()


def _category(business: Business, name: str) -> ExpenseCategory:
    """The category of that name, however it is written; used again, one that was archived is back."""
    known = ExpenseCategory.objects.filter(business=business, name_key=name.casefold())
    category = known.first()
    if category is None or category.is_archived:
        _lock_categories(business)
        category = known.first() or ExpenseCategory(business=business, name=name)
        category.is_archived = False
        category.save()
    return category


def _ready(business: Business, data: ExpenseData, stored: Expense | None = None) -> tuple[Expense, str]:
    """The expense worked out, and the name of its category. Raises ValidationError for what is wrong."""
    checks = Checks()
    typed, category = _typed(checks, business, data), _category_name(checks, data.category)
    if _is_told(typed):
        _claim(checks, typed, data, stored)
    checks.finish()
    return typed, category


def _claim(checks: Checks, expense: Expense, data: ExpenseData, stored: Expense | None) -> None:
    told = stored if stored is not None and _is_told(stored) else None
    own_paper = expense.rcm and not expense.payee_gstin
    claims.place(
        checks, expense, data.claimed_in, told, own_paper=own_paper, elsewhere=_is_elsewhere(expense)
    )


def _is_elsewhere(expense: Expense) -> bool:
    """Whether its CGST is of the state of whoever was paid, as of a hotel there (CGST s.2(62), s.25(4))."""
    away = expense.payee_gstin and current_code(expense.payee_gstin[:2]) != expense.business.state_code
    return bool(away) and not expense.inter_state and not expense.rcm


def _typed(checks: Checks, business: Business, data: ExpenseData) -> Expense:
    """An unsaved expense as typed, its taxes worked out; what is wrong with it is noted in `checks`."""
    vendor = _vendor(checks, business, data.vendor_id)
    gstin = checked_gstin(checks, data.payee_gstin or (vendor.gstin if vendor else ""), field="payee_gstin")
    expense = Expense(
        business=business,
        vendor=vendor,
        payee=checks.text("payee", data.payee or (vendor.name if vendor else ""), 120),
        payee_gstin=gstin,
        date=checked_day(checks, data.date or today()),
        description=checks.text("description", data.description, 300),
        reference=checks.text("reference", data.reference, 64),
        mode=checks.choice("mode", data.mode, MONEY_MODES),
        # Whoever is paid on reverse charge was paid no tax that could be in the amount.
        price_includes_tax=data.price_includes_tax and not data.rcm,
        inter_state=_inter_state(business, data, gstin),
        rate=_rate(checks, data, vendor),
        cess_pct=checks.number("cess_pct", data.cess_pct or NOTHING, most=LARGEST_CESS_PCT, places=3),
        cess_amt=checks.number("cess_amt", data.cess_amt or NOTHING, most=LARGEST_AMOUNT, places=2),
        rcm=data.rcm,
        itc=data.itc,
    )
    _check_tax(checks, expense)
    _work_out(checks, expense, checked_amount(checks, data.amount))
    _check_credit(checks, expense)
    return expense


def _vendor(checks: Checks, business: Business, vendor_id: int | None) -> Vendor | None:
    if vendor_id is None:
        return None
    vendor = Vendor.objects.filter(business=business, pk=vendor_id).first()
    if vendor is None:
        checks.refuse("vendor_id", "Choose a vendor from the list.")
    return vendor


def _inter_state(business: Business, data: ExpenseData, gstin: str) -> bool:
    """As said; otherwise by the state that the GSTIN begins with."""
    if data.inter_state is not None:
        return data.inter_state
    return bool(gstin) and current_code(gstin[:2]) != business.state_code


def _rate(checks: Checks, data: ExpenseData, vendor: Vendor | None) -> Decimal:
    """The rate in per cent. A vendor who may not collect tax is paid none; on reverse charge it is owed."""
    rate = data.rate or NOTHING
    if not data.rcm and vendor is not None and vendor.kind not in TAXING_VENDORS and rate:
        words = "under the composition scheme" if vendor.kind in REGISTERED_VENDORS else "not registered"
        checks.refuse("rate", f"{vendor.name} is {words} and charges no tax: choose no tax.")
        return NOTHING
    slabs = rates_on(GstRate.objects.all(), data.date or today())
    if rate not in (NOTHING, *slabs) and not checks.has("date"):
        known = ", ".join(f"{slab.normalize():f}" for slab in slabs)
        checks.refuse("rate", f"Choose one of the rates in law: {known} %.")
    return rate


def _work_out(checks: Checks, expense: Expense, amount: Decimal) -> None:
    if checks.has("amount", "rate", "cess_pct", "cess_amt"):
        return
    here = expense.business.state_code
    document = calc.DocumentInput(
        supplier_state=here,
        place_of_supply=here,
        sez=expense.inter_state,  # IGST, whichever the other state is
        lines=(_line(expense, amount),),
        rcm=expense.rcm,
        round_off=False,
    )
    if calc.problems(document):  # all that the checks before have left to find
        checks.refuse("cess_amt", "Enter less than the amount that contains it.")
        return
    result = calc.compute(document)
    if result.taxable + result.tax > LARGEST_AMOUNT:
        checks.refuse("amount", "Enter a smaller amount: with its tax it is too large to keep.")
        return
    for name in AMOUNTS:
        setattr(expense, name, getattr(result, name))


def _line(expense: Expense, amount: Decimal) -> calc.LineInput:
    return calc.LineInput(
        qty=Decimal(1),
        price=amount,
        rate=expense.rate,
        cess_pct=expense.cess_pct,
        cess_per_unit=expense.cess_amt,
        inclusive=expense.price_includes_tax,
    )


def _check_tax(checks: Checks, expense: Expense) -> None:
    """Cess comes on top of a rate, and reverse charge is of one (CGST s.9(3) and 9(4), cess as well)."""
    for field in ("cess_pct", "cess_amt"):
        if getattr(expense, field) and not expense.rate and not checks.has("rate"):
            checks.refuse(field, "Choose the GST rate too: cess comes on top of it.")
    if not expense.rcm:
        return
    if expense.vendor is not None and expense.vendor.kind == VendorKind.OVERSEAS:
        checks.refuse(
            "rcm", f"{expense.vendor.name} is abroad: record a bill, which tells goods from services."
        )
    elif not expense.rate and not checks.has("rate"):
        checks.refuse("rate", "Choose the rate of the tax that you owe on reverse charge.")


def _check_credit(checks: Checks, expense: Expense) -> None:
    """Input tax is claimed on an invoice of a registered supplier, by one who charges tax (CGST s.16).

    Of reverse charge it is claimed on one's own invoice to oneself, whoever was paid (s.31(3)(f)).
    """
    if not expense.itc:
        return
    if expense.business.scheme != Scheme.REGULAR:
        checks.refuse("itc", "Only a business under the regular scheme claims input tax.")
    elif not expense.rcm and not expense.payee_gstin and not checks.has("payee_gstin"):
        checks.refuse("payee_gstin", "Enter the GSTIN of whom you paid: without it no tax can be claimed.")
    elif not expense.rate and not checks.has("rate"):
        checks.refuse("rate", "Choose the rate of the tax that is claimed.")
