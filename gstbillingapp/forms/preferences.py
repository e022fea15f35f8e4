"""What a person is told, and what a business is reminded of."""

from typing import Any

from django import forms
from django.contrib.auth.models import User

from gstbillingapp.actions.data import PreferencesData
from gstbillingapp.forms.base import ScreenForm
from gstbillingapp.models import (
    ALWAYS_TOLD,
    EVENT_GROUPS,
    REMINDERS,
    EventKind,
    NotificationPreferences,
    ReminderSettings,
    stage_text,
)

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class TimeOfDayField(forms.TimeField):
    """A time of day, picked in the browser's own clock."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **options)
        self.error_messages["invalid"] = "Enter a time, such as 21:30."


class BoxesField(forms.TypedMultipleChoiceField):
    """Any of several, each a box to tick."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **options)
        self.error_messages["invalid_choice"] = "Choose among what is listed."


class PreferencesForm(ScreenForm):
    """What one person is told in the app and by e-mail, and when it is quiet."""

    told = BoxesField(choices=EventKind.choices)
    emailed = BoxesField(choices=EventKind.choices)
    email = forms.CharField(
        label="Your e-mail",
        help_text="Where these letters go.",
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email", "maxlength": 254}),
    )
    quiet_from = TimeOfDayField(label="Quiet from")
    quiet_to = TimeOfDayField(label="Quiet until")

    @classmethod
    def showing(cls, user: User) -> "PreferencesForm":
        """The form with what is stored, or with what is usual."""
        kept = NotificationPreferences.of(user)
        return cls(
            initial={
                "told": [kind for kind in EventKind if kept.tells(kind)],
                "emailed": kept.emailed,
                "email": user.email,
                "quiet_from": kept.quiet_from,
                "quiet_to": kept.quiet_to,
            }
        )

    @property
    def groups(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The rows of the table: each kind with what is ticked, also where it was typed a moment ago."""
        told, emailed = (set(self[name].value() or ()) for name in ("told", "emailed"))
        return [
            (
                group,
                [
                    {
                        "kind": kind,
                        "is_told": kind in told or kind in ALWAYS_TOLD,
                        "is_always_told": kind in ALWAYS_TOLD,
                        "is_emailed": kind in emailed,
                    }
                    for kind in kinds
                ],
            )
            for group, kinds in EVENT_GROUPS.items()
        ]

    def preferences_data(self) -> PreferencesData:
        """What was chosen, for the action to judge."""
        return PreferencesData(**self.cleaned_data)


class ReminderForm(ScreenForm):
    """At what hour a business is reminded, and on which days of what: a field for each of `REMINDERS`."""

    needed = ("hour",)

    hour = forms.TypedChoiceField(
        label="Hour of the day",
        help_text="Indian time. Nothing is repeated or missed when you change it.",
        coerce=int,
        choices=HOURS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, reminder in REMINDERS.items():
            choices = [(stage, stage_text(stage)) for stage in reminder.offered]
            self.fields[name] = BoxesField(label=reminder.label, coerce=int, choices=choices, required=False)
            self.fields[name].widget.attrs["class"] = "form-check-input"

    @classmethod
    def showing(cls, settings: ReminderSettings) -> "ReminderForm":
        """The form with what is stored, or with what is usual."""
        stages = {name: settings.stages_of(name) for name in REMINDERS}
        return cls(initial={"hour": settings.hour, **stages})

    @property
    def kinds(self) -> list[forms.BoundField]:
        """The fields of the kinds of reminders, in their order."""
        return [self[name] for name in REMINDERS]

    @property
    def stages(self) -> dict[str, list[int]]:
        """The days that were chosen, by the name of the reminder."""
        return {name: self.cleaned_data[name] for name in REMINDERS}
