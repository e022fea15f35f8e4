"""The choice of the return that claims the input tax of a bill or an expense."""

import datetime
from typing import Any

from django import forms

from gstbillingapp.actions.checks import LAST_DAY
from gstbillingapp.actions.claims import period_on, periods_offered
from gstbillingapp.gst.rates import GST_BEGAN
from gstbillingapp.models import Business, Scheme
from gstbillingapp.models.fields import today


class ClaimField(forms.TypedChoiceField):
    """A period of GSTR-3B, by its first day; None: as the rule has it."""

    def __init__(self) -> None:
        super().__init__(
            label="Input tax claimed in",
            choices=[("", "By the date, or the first not filed")],
            coerce=datetime.date.fromisoformat,
            empty_value=None,
        )


def offer_periods(form: forms.Form, business: Business) -> None:
    """Offer what is not filed, and what the form says already; who claims nothing is asked nothing."""
    if business.scheme != Scheme.REGULAR:
        del form.fields["claimed_in"]
        return
    periods = periods_offered(business, today())
    said = _day(form["claimed_in"].value())
    if said is not None and GST_BEGAN <= said <= LAST_DAY and period_on(business, said) not in periods:
        periods.append(period_on(business, said))
    blank, *_ = form.fields["claimed_in"].choices  # type: ignore[attr-defined]
    offered = [(period.first.isoformat(), period.label) for period in periods]
    form.fields["claimed_in"].choices = [blank, *offered]  # type: ignore[attr-defined]


def _day(value: Any) -> datetime.date | None:
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(value or "")
    except ValueError:
        return None
