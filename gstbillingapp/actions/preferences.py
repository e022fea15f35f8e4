"""What a person wants to be told, and what a business is reminded of."""

from collections.abc import Collection, Mapping, Sequence

from django.contrib.auth.models import User
from django.db import transaction

from delivery import inbox, letters
from gstbillingapp.actions.checks import Checks
from gstbillingapp.actions.data import PreferencesData
from gstbillingapp.models import (
    ALWAYS_TOLD,
    REMINDERS,
    Business,
    EventKind,
    NotificationPreferences,
    PeriodicDeed,
    ReminderSettings,
)

HOURS = range(24)


def save(user: User, data: PreferencesData) -> NotificationPreferences:
    """Keep what a person chose, and their address; what they switched off and was not sent yet never will be.

    Errors are keyed by the fields of `PreferencesData`.
    """
    checks = Checks()
    muted = _kinds(checks, "told", set(EventKind.values) - set(data.told) - ALWAYS_TOLD)
    emailed = _kinds(checks, "emailed", data.emailed)
    email = checks.email("email", data.email)
    if emailed and not email and not checks.has("email"):
        checks.refuse("email", "Enter where to write to, or choose nothing by e-mail.")
    _check_quiet_hours(checks, data)
    checks.finish()
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(email=email)
        values = {
            "muted": muted,
            "emailed": emailed,
            "quiet_from": data.quiet_from,
            "quiet_to": data.quiet_to,
        }
        preferences, _ = NotificationPreferences.objects.update_or_create(user=user, defaults=values)
        if muted:
            inbox.withdraw(user.pk, muted)
        letters.call_off_topics(user.pk, [kind for kind in EventKind.values if kind not in emailed])
    return preferences


def save_reminders(business: Business, hour: int, stages: Mapping[str, Collection[int]]) -> ReminderSettings:
    """Keep at what hour of the day a business is reminded, and of what on which days: on none, not at all.

    A morning that was done is not done again at a later hour, and one that was not is done when its new hour
    has come. Errors are keyed `hour` and by the names of `REMINDERS`; a name that is left out is as it was.
    """
    checks = Checks()
    if hour not in HOURS:
        checks.refuse("hour", "Choose an hour of the day, from 0 to 23.")
    chosen = {name: _stages(checks, name, stages[name]) for name in stages if name in REMINDERS}
    checks.finish()
    with transaction.atomic():
        # First, as a deed that is done holds its own row and then locks the business.
        deeds = PeriodicDeed.objects.select_for_update(no_key=True).filter(business=business).order_by("pk")
        held = [deed.pk for deed in deeds]
        # Two owners who save at the same time: one after the other, and the later one's choice stands.
        Business.objects.select_for_update(no_key=True).get(pk=business.pk)
        kept = ReminderSettings.of(Business.objects.get(pk=business.pk)).stages | chosen
        differing = {name: days for name, days in kept.items() if days != list(REMINDERS[name].usual)}
        settings, _ = ReminderSettings.objects.update_or_create(
            business=business, defaults={"hour": hour, "stages": differing}
        )
        PeriodicDeed.objects.filter(pk__in=held).update(hour=hour)
    return settings


def _kinds(checks: Checks, field: str, chosen: Collection[str]) -> list[str]:
    if not set(chosen) <= set(EventKind.values):
        checks.refuse(field, "Choose events from the list.")
    return [kind for kind in EventKind.values if kind in chosen]


def _check_quiet_hours(checks: Checks, data: PreferencesData) -> None:
    if (data.quiet_from is None) != (data.quiet_to is None):
        missing = "quiet_from" if data.quiet_from is None else "quiet_to"
        checks.refuse(missing, "Enter both times, or leave both empty.")
    elif data.quiet_from is not None and data.quiet_from == data.quiet_to:
        checks.refuse("quiet_to", "Choose an end that is not the beginning.")


def _stages(checks: Checks, name: str, chosen: Collection[int]) -> list[int]:
    offered: Sequence[int] = REMINDERS[name].offered
    if not set(chosen) <= set(offered):
        checks.refuse(name, "Choose days from the list.")
    return [stage for stage in offered if stage in chosen]
