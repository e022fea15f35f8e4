"""What a person is told, and what a business is reminded of."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gstbillingapp.access import MemberRequest, member_required
from gstbillingapp.actions import preferences
from gstbillingapp.forms.preferences import PreferencesForm, ReminderForm
from gstbillingapp.models import REMINDERS, ReminderSettings, stage_text
from gstbillingapp.views.business import OWNERS_ONLY


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def notifications(request: MemberRequest) -> HttpResponse:
    """One's own preferences: everybody has theirs."""
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        saved = form.attempt(lambda: preferences.save(request.user, form.preferences_data()))
        if saved is not None:
            messages.success(request, "Preferences saved. They apply from now on.")
            return redirect("notification_preferences")
    else:
        form = PreferencesForm.showing(request.membership.user)
    return render(request, "accounts/notifications.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def reminders(request: MemberRequest) -> HttpResponse:
    """The reminders of the business: owners choose them, staff reads them."""
    if request.method == "POST":
        return _save_reminders(request)
    settings = ReminderSettings.of(request.business)
    if request.membership.is_owner:
        return render(request, "business/reminders.html", {"form": ReminderForm.showing(settings)})
    return render(request, "business/reminders.html", {"hour": settings.hour, "kinds": _in_words(settings)})


def _save_reminders(request: MemberRequest) -> HttpResponse:
    if not request.membership.is_owner:
        raise PermissionDenied(OWNERS_ONLY)
    form = ReminderForm(request.POST)
    saved = form.attempt(
        lambda: preferences.save_reminders(request.business, form.cleaned_data["hour"], form.stages)
    )
    if saved is None:
        return render(request, "business/reminders.html", {"form": form})
    messages.success(request, f"Reminders saved. They go out at {saved.hour:02}:00.")
    return redirect("reminder_settings")


def _in_words(settings: ReminderSettings) -> dict[str, str]:
    """When each kind is spoken of, by its label."""
    return {
        reminder.label: ", ".join(map(stage_text, settings.stages_of(name))) or "switched off"
        for name, reminder in REMINDERS.items()
    }
