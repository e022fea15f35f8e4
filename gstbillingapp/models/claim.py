"""In which return the input tax of a bill or an expense is told, and whether the law gives it (CGST s.16)."""

import datetime

from django.db import models
from django.db.models import Q


class NoCredit(models.TextChoices):
    """Why no tax can be claimed, whatever was asked for: GSTR-3B tells it in 4(D)(2)."""

    LATE = "late", "Too late, section 16(4)"
    STATE = "state", "Tax of another state"


class InputTax(models.Model):
    """A paper with input tax.

    It is told in the return of its own date, where `claimed_in` names no later one: the first day of the
    period whose GSTR-3B has it. `reversed_in` is likewise that of the return which takes it back, where it
    was cancelled after the first one had been filed.
    """

    claimed_in = models.DateField("input tax claimed in", null=True, blank=True)
    reversed_in = models.DateField("input tax reversed in", null=True, blank=True)
    no_credit = models.CharField(
        "no input tax", max_length=5, choices=NoCredit, blank=True, default="", db_default=""
    )

    class Meta:
        abstract = True


def told_within(since: datetime.date, until: datetime.date, of: str = "") -> Q:
    """That a paper is told by a return between two days; `of` leads to it, such as `bill__`."""
    dated = Q(**{f"{of}claimed_in__isnull": True, f"{of}date__gte": since, f"{of}date__lte": until})
    return dated | Q(**{f"{of}claimed_in__gte": since, f"{of}claimed_in__lte": until})


def taken_back_within(since: datetime.date, until: datetime.date, of: str = "") -> Q:
    """That a return between two days reverses it."""
    return Q(**{f"{of}reversed_in__gte": since, f"{of}reversed_in__lte": until})


def claim_checks(noun: str, cancelled: str) -> list[models.CheckConstraint]:
    """What the database holds of a kind of paper, `cancelled` being its state when it is taken back."""
    return [
        models.CheckConstraint(
            condition=Q(claimed_in__isnull=True) | Q(claimed_in__gt=models.F("date")),
            name=f"{noun}_claimed_after_its_date",
        ),
        models.CheckConstraint(
            condition=Q(reversed_in__isnull=True) | Q(state=cancelled), name=f"{noun}_reversed_is_cancelled"
        ),
    ]


def claim_indexes(noun: str) -> list[models.Index]:
    """The few that another return than that of their date has."""
    return [
        models.Index(
            fields=["business", "claimed_in"],
            condition=Q(claimed_in__isnull=False),
            name=f"{noun}_by_claim",
        ),
        models.Index(
            fields=["business", "reversed_in"],
            condition=Q(reversed_in__isnull=False),
            name=f"{noun}_by_reversal",
        ),
    ]
