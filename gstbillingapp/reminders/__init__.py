"""Periodic deeds: what a business is told because a day has come, and not because somebody did something.

Beat asks every few minutes whether a morning has come. What has to be said on a day is done once for each
business, however often, late, or twice at a time it is asked for: `PeriodicDeed` says how far it has come,
and the dedupe keys of what is posted stand behind it. The time is what the caller says it is.
"""

from gstbillingapp.reminders.days import MORNING, latest_morning
from gstbillingapp.reminders.engine import do_all

__all__ = ["MORNING", "do_all", "latest_morning"]
