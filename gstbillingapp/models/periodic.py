"""How far the periodic deeds of a business have come."""

from django.db import models

from gstbillingapp.models.business import Business
from gstbillingapp.models.reminders import USUAL_HOUR


class PeriodicDeed(models.Model):
    """A periodic deed of one business: everything up to `day` is done, and of the next day up to `after`.

    The row is locked while its deed is done, and moves in the transaction that does it: whoever comes at the
    same time, or after a crash, goes on from where it stands.
    """

    business = models.ForeignKey(
        Business, on_delete=models.CASCADE, related_name="periodic_deeds", db_index=False
    )
    name = models.CharField(max_length=20)
    day = models.DateField()
    # The business's own, as of its settings: what is due is found without looking at them.
    hour = models.PositiveSmallIntegerField(default=USUAL_HOUR, db_default=USUAL_HOUR)
    after = models.BigIntegerField(default=0, help_text="The last key done of the next day, 0 for none.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "name"], name="periodic_deed_once_per_business"),
        ]
        indexes = [models.Index(fields=["day", "hour"], name="periodic_deed_by_morning")]

    def __str__(self) -> str:
        return f"{self.name} of business {self.business_id} up to {self.day}"
