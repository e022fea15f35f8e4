"""Returns: the days to which their due dates were moved, and which of them a business has filed."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from gstbillingapp.gst.errors import InputError
from gstbillingapp.gst.returns import Extension, Form, Period, Span, due_date
from gstbillingapp.gst.states import STATES
from gstbillingapp.models.business import Business
from gstbillingapp.models.fields import day_text

FORMS = [(form.value, form.value) for form in Form]
SPANS = [(Span.MONTH.value, "Month"), (Span.QUARTER.value, "Quarter"), (Span.YEAR.value, "Financial year")]


def period_of(span: str, first: Any) -> Period:
    """The period of that length that a day lies in."""
    if span == Span.YEAR:
        year = first.year if first.month >= 4 else first.year - 1
        return Period.year(f"{year}-{(year + 1) % 100:02d}")
    return (Period.month if span == Span.MONTH else Period.quarter)(first.year, first.month)


class ReturnPeriod(models.Model):
    """A form and the period it is for."""

    form = models.CharField(max_length=7, choices=FORMS)
    span = models.CharField("period", max_length=7, choices=SPANS)
    first = models.DateField("first day of the period")

    class Meta:
        abstract = True

    @property
    def period(self) -> Period:
        """The tax period."""
        return period_of(self.span, self.first)


class ReturnDueDate(ReturnPeriod):
    """A due date moved by notification, for all of India or for some states; the latest that applies holds.

    Rows are added and never changed: a further extension is a row of its own, so that what was told of an
    earlier date is still known.
    """

    states = models.CharField(
        max_length=120, blank=True, help_text="Codes with commas between, such as 29, 33. Empty: all states."
    )
    due = models.DateField("due date")
    source = models.CharField(max_length=200, help_text="The notification, such as 12/2026-CT of 9 Nov 2026.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "extension"
        ordering = ["-first", "form", "due"]
        indexes = [models.Index(fields=["first"], name="return_due_date_by_period")]

    def __str__(self) -> str:
        return f"{self.form} for {self.period.label}: {day_text(self.due)}"

    @property
    def state_codes(self) -> frozenset[str]:
        """The states it is for; empty for all."""
        return frozenset(code.strip() for code in self.states.split(",") if code.strip())

    def extension(self) -> Extension:
        """As the rules read it."""
        return Extension(Form(self.form), self.period, self.due, self.state_codes)

    def clean(self) -> None:
        """Refuse what no return has: another period than the form's, unknown states, an earlier day."""
        if not self.form or not self.span or self.first is None or self.due is None:
            return  # the fields themselves say what is missing
        unknown = sorted(self.state_codes - set(STATES))
        if unknown:
            raise ValidationError({"states": f"No state has the code {', '.join(unknown)}."})
        if self.period.first != self.first:
            raise ValidationError({"first": f"The period begins on {day_text(self.period.first)}."})
        try:
            by_rule = due_date(Form(self.form), self.period, state=min(self.state_codes, default="29"))
        except InputError as error:
            raise ValidationError({"span": f"{self.form} is for {error.allowed}."}) from error
        if self.due <= by_rule:
            raise ValidationError({"due": f"Enter a day after the one by rule, {day_text(by_rule)}."})


class ReturnFiling(ReturnPeriod):
    """That a business has filed a return, as somebody says who did it on the portal."""

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="return_filings", db_index=False
    )
    arn = models.CharField("ARN", max_length=20, blank=True, help_text="Acknowledgement of the portal")
    filed_on = models.DateField()
    filed_at = models.DateTimeField(auto_now_add=True)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "form", "span", "first"], name="return_filed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.form} for {self.period.label}, filed {day_text(self.filed_on)}"
