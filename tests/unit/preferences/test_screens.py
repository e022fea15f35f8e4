"""The two screens: one's own preferences, and the reminders of the business."""

import datetime

import pytest
from django.urls import reverse

from gstbillingapp.models import EventKind, NotificationPreferences, ReminderSettings
from tests.unit.screens.people import Person

PREFERENCES, REMINDERS = "notification_preferences", "reminder_settings"


def typed(**changes: object) -> dict[str, object]:
    told = [kind for kind in EventKind if kind != EventKind.DIGEST]
    fields = {"told": told, "emailed": [EventKind.STOCK_LOW], "email": "asha@example.in"}
    return fields | {"quiet_from": "21:00", "quiet_to": "07:30"} | changes


def test_everybody_has_preferences_of_their_own(owner: Person, teammate: Person, stranger: Person) -> None:
    assert owner.client.post(reverse(PREFERENCES), typed()).url == reverse(PREFERENCES)
    kept = NotificationPreferences.objects.get()
    assert kept.user == owner.membership.user
    assert (kept.muted, kept.emailed) == ([EventKind.DIGEST], [EventKind.STOCK_LOW])
    assert (kept.quiet_from, kept.quiet_to) == (datetime.time(21), datetime.time(7, 30))
    owner.membership.user.refresh_from_db()
    assert owner.membership.user.email == "asha@example.in"
    for other in (teammate, stranger):
        form = other.client.get(reverse(PREFERENCES)).context["form"]
        assert form["emailed"].value() == []
        assert "asha@example.in" not in other.client.get(reverse(PREFERENCES)).text


def test_what_is_kept_is_ticked(owner: Person) -> None:
    owner.client.post(reverse(PREFERENCES), typed())
    rows = {
        row["kind"]: row
        for _group, rows in owner.client.get(reverse(PREFERENCES)).context["form"].groups
        for row in rows
    }
    assert set(rows) == set(EventKind)
    assert [kind for kind, row in rows.items() if not row["is_told"]] == [EventKind.DIGEST]
    assert [kind for kind, row in rows.items() if row["is_emailed"]] == [EventKind.STOCK_LOW]
    assert [kind for kind, row in rows.items() if row["is_always_told"]] == [
        EventKind.SIGN_IN,
        EventKind.PASSWORD_CHANGED,
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("email", ""), ("quiet_to", ""), ("quiet_to", "21:00"), ("quiet_from", "late")],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    owner: Person, field: str, value: str
) -> None:
    response = owner.client.post(reverse(PREFERENCES), typed(**{field: value}))
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert f'href="#id_{field}"' in response.text
    assert not NotificationPreferences.objects.exists()
    ticked = {row["kind"] for _, rows in response.context["form"].groups for row in rows if row["is_emailed"]}
    assert ticked == {EventKind.STOCK_LOW}


def test_an_event_that_is_not_on_the_list_is_refused(owner: Person) -> None:
    response = owner.client.post(reverse(PREFERENCES), typed(told=["horoscope"]))
    assert "told" in response.context["form"].errors
    assert "Choose among what is listed." in response.text


def test_the_page_of_notifications_leads_to_the_preferences(owner: Person) -> None:
    assert f'href="{reverse(PREFERENCES)}"' in owner.client.get(reverse("notifications")).text


def test_every_page_knows_the_quiet_hours_of_its_reader(owner: Person, teammate: Person) -> None:
    owner.client.post(reverse(PREFERENCES), typed())
    hers = owner.client.get(reverse("invoice_list")).text
    assert 'data-quiet-from="21:00" data-quiet-to="07:30"' in hers
    assert 'data-quiet-from="" data-quiet-to=""' in teammate.client.get(reverse("invoice_list")).text


def test_an_owner_chooses_what_the_business_is_reminded_of(owner: Person, stranger: Person) -> None:
    chosen = {"hour": 14, "invoices": [0, 7, 30], "new_year": [0]}
    assert owner.client.post(reverse(REMINDERS), chosen).url == reverse(REMINDERS)
    kept = ReminderSettings.objects.get()
    assert (kept.business, kept.hour) == (owner.business, 14)
    assert kept.stages_of("invoices") == [0, 7, 30]
    assert kept.stages_of("digest") == []
    assert kept.stages_of("new_year") == (0,), "what is as usual is not kept: it may change with a release"
    form = owner.client.get(reverse(REMINDERS)).context["form"]
    assert (form["hour"].value(), form["invoices"].value()) == (14, [0, 7, 30])
    assert stranger.client.get(reverse(REMINDERS)).context["form"]["hour"].value() == 9


def test_staff_reads_the_reminders_and_may_not_change_them(owner: Person, teammate: Person) -> None:
    owner.client.post(reverse(REMINDERS), {"hour": 7, "invoices": [-3, 0, 1]})
    page = teammate.client.get(reverse(REMINDERS)).text
    assert "07:00 in India" in page
    assert "3 days before, on the day, 1 day after" in page
    assert "Switched off" in page
    assert teammate.client.post(reverse(REMINDERS), {"hour": 8}).status_code == 403
    assert ReminderSettings.objects.get().hour == 7


@pytest.mark.parametrize(
    ("field", "value"), [("hour", "24"), ("hour", ""), ("hour", "nine"), ("invoices", ["2"])]
)
def test_a_day_or_an_hour_that_is_not_offered_is_refused(owner: Person, field: str, value: object) -> None:
    response = owner.client.post(reverse(REMINDERS), {"hour": "9", "invoices": ["0"]} | {field: value})
    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not ReminderSettings.objects.exists()


def test_the_profile_leads_to_the_reminders(owner: Person, teammate: Person) -> None:
    for person in (owner, teammate):
        assert f'href="{reverse(REMINDERS)}"' in person.client.get(reverse("business")).text
