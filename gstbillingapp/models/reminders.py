"""What a business is reminded of, on which days, and at what hour."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Q

from gstbillingapp.models.business import Business

# When the day's reminders usually go out, in India: when people come to work, not in the middle of the night.
USUAL_HOUR = 9


@dataclass(frozen=True, slots=True)
class Reminder:
    """One kind of reminder. Stages are days after the day it is about, negative before it, in their order."""

    label: str
    offered: tuple[int, ...]
    usual: tuple[int, ...]


# By the name of the periodic deed that does it. Whoever adds a deed adds its line here, asks
# `ReminderSettings.of(business).stages_of(name)` on which days to remind, and has its choice on the screen.
REMINDERS: dict[str, Reminder] = {
    "invoices": Reminder(
        "Unpaid invoices, by their due date", (-7, -3, -1, 0, 1, 3, 7, 15, 30, 45, 60), (-3, 0, 1, 7, 15, 30)
    ),
    "quotations": Reminder(
        "Quotations that wait for an answer, by their last day", (-7, -3, -1, 0, 1), (-3, 1)
    ),
    "bills": Reminder("Bills to pay, by their due date", (-7, -3, -1, 0, 1, 3, 7, 15, 30), (-3, 0, 1, 7, 15)),
    "returns": Reminder("GST returns, by their due date", (-7, -3, -1, 0, 1), (-7, -3, -1, 0, 1)),
    "note_cut_off": Reminder("Credit notes of a year close, on 30 November", (-30, -7), (-30, -7)),
    "digest": Reminder("Daily digest: what is due and overdue", (0,), (0,)),
    "new_year": Reminder("New financial year, by 1 April", (0,), (0,)),
}


class ReminderSettings(models.Model):
    """One business's choices; whoever never chose has no row, and a kind that is not in it is as usual."""

    business = models.OneToOneField(
        Business, on_delete=models.CASCADE, primary_key=True, related_name="reminder_settings"
    )
    hour = models.PositiveSmallIntegerField(default=USUAL_HOUR, help_text="0 to 23, in India.")
    stages = models.JSONField(default=dict, help_text="The stages of each kind that differs from the usual.")

    class Meta:
        verbose_name_plural = "reminder settings"
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="reminder_hour_is_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"reminder settings of business {self.business_id}"

    @classmethod
    def of(cls, business: Business) -> "ReminderSettings":
        """Those of a business, or the usual ones; a query unless they were read with it."""
        # Where there is no row the attribute is not there, as Django has it.
        return getattr(business, "reminder_settings", None) or cls(business_id=business.pk)

    def stages_of(self, name: str) -> Sequence[int]:
        """On which days it reminds of this kind, in their order; on none where it is switched off."""
        return self.stages.get(name, REMINDERS[name].usual)


def stage_text(stage: int) -> str:
    """A stage in words: 3 days before, on the day, 1 day after."""
    if stage == 0:
        return "on the day"
    days = f"{abs(stage)} {'day' if abs(stage) == 1 else 'days'}"
    return f"{days} {'before' if stage < 0 else 'after'}"
