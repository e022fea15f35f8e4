"""What each person wants to be told, by what means, and when not."""

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gstbillingapp.models.events import ALWAYS_TOLD, EventKind
from gstbillingapp.models.fields import INDIA

DAY = datetime.timedelta(days=1)


class NotificationPreferences(models.Model):
    """One person's choices. Only what differs from the usual is kept, so that a new kind begins as usual.

    Usual is: everything in the app, nothing by e-mail, no quiet hours. Whoever never chose has no row.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="notification_preferences",
    )
    muted = models.JSONField(default=list, help_text="Kinds that are not told in the app.")
    emailed = models.JSONField(default=list, help_text="Kinds that are told by e-mail.")
    # Times of day in India. From the evening to the morning is as good as from noon to two.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "notification preferences"
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | (Q(quiet_from__isnull=False, quiet_to__isnull=False) & ~Q(quiet_from=F("quiet_to"))),
                name="quiet_hours_have_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"notification preferences of user {self.user_id}"

    @classmethod
    def of(cls, user: Any) -> "NotificationPreferences":
        """Those of a person, or the usual ones; a query unless they were read with the person."""
        # Where there is no row the attribute is not there, as Django has it.
        return getattr(user, "notification_preferences", None) or cls(user_id=user.pk)

    def tells(self, kind: EventKind) -> bool:
        """Whether events of this kind come to the inbox."""
        return kind in ALWAYS_TOLD or kind not in self.muted

    def mails(self, kind: EventKind) -> bool:
        """Whether events of this kind come by e-mail, where the person has an address."""
        return kind in self.emailed

    def quiet_until(self, now: datetime.datetime) -> datetime.datetime | None:
        """The end of the quiet hours that this moment is in; None outside of them."""
        if self.quiet_from is None or self.quiet_to is None:
            return None
        here = now.astimezone(INDIA)
        end = datetime.datetime.combine(here.date(), self.quiet_to, INDIA)
        end += DAY if end <= here else datetime.timedelta(0)
        length = end - datetime.datetime.combine(end.date(), self.quiet_from, INDIA)
        begin = end - (length if length > datetime.timedelta(0) else length + DAY)
        return end if begin <= here else None
