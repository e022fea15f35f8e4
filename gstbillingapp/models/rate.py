"""The rates of GST in law, as dated rows: a rate of last year still stands on last year's invoices."""

import datetime

from django.db import models

from gstbillingapp.models.fields import day_text, percent, plain_number


class GstRateQuerySet(models.QuerySet["GstRate"]):
    def in_force(self, on: datetime.date) -> "GstRateQuerySet":
        """The rates that may stand on a supply of that day."""
        return self.filter(valid_from__lte=on).filter(
            models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=on)
        )


class GstRate(models.Model):
    """A slab (CGST and SGST together, or IGST) and the days on which it is law, both included."""

    rate = percent()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    objects = GstRateQuerySet.as_manager()

    class Meta:
        ordering = ["rate", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["rate", "valid_from"], name="gst_rate_begins_once"),
            models.CheckConstraint(
                condition=models.Q(rate__gte=0, rate__lte=100), name="gst_rate_is_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="gst_rate_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{plain_number(self.rate)} % from {day_text(self.valid_from)}"
