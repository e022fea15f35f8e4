"""The business profile and the people who work for it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gstbillingapp.access import MemberRequest, member_required, owner_required
from gstbillingapp.actions import business as profiles
from gstbillingapp.actions import people
from gstbillingapp.forms.base import messages_by_field
from gstbillingapp.forms.business import BusinessForm
from gstbillingapp.forms.people import StaffForm
from gstbillingapp.models import Membership
from gstbillingapp.templatetags.billing import UNDO_TAG

OWNERS_ONLY = "Only an owner of the business may change this."


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def profile(request: MemberRequest) -> HttpResponse:
    """The profile: owners edit it, staff reads it."""
    if request.method == "POST":
        return _save_profile(request)
    form = BusinessForm.showing(request.business) if request.membership.is_owner else None
    return _profile_page(request, form)


def _save_profile(request: MemberRequest) -> HttpResponse:
    if not request.membership.is_owner:
        raise PermissionDenied(OWNERS_ONLY)
    form = BusinessForm(request.POST)
    saved = form.attempt(lambda: profiles.save(request.business, form.business_data()))
    if saved is None:
        return _profile_page(request, form)
    messages.success(request, "Business profile saved. Invoices you issue from now on carry these details.")
    return redirect("business")


def _profile_page(request: MemberRequest, form: BusinessForm | None) -> HttpResponse:
    return render(request, "business/profile.html", {"form": form})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def team(request: MemberRequest) -> HttpResponse:
    """Who works here; owners add people."""
    if request.method == "POST":
        return _add_staff(request)
    return _team_page(request, StaffForm() if request.membership.is_owner else None)


def _add_staff(request: MemberRequest) -> HttpResponse:
    if not request.membership.is_owner:
        raise PermissionDenied(OWNERS_ONLY)
    form = StaffForm(request.POST)
    added = form.attempt(lambda: people.add_staff(request.business, **form.cleaned_data))
    if added is None:
        return _team_page(request, form)
    messages.success(
        request, f"{added.user.username} is on the team. Tell them the username and the first password."
    )
    return redirect("team")


def _team_page(request: MemberRequest, form: StaffForm | None) -> HttpResponse:
    members = request.business.memberships.select_related("user").order_by("role", "-user__is_active", "pk")
    return render(request, "business/team.html", {"people": members, "form": form})


@require_POST
@owner_required
def remove(request: MemberRequest, user_id: int) -> HttpResponse:
    """Shut somebody out, with a way back."""
    member = _set_active(request, user_id, active=False)
    if member is not None:
        messages.success(
            request,
            f"{member.user.username} is off the team and signed out everywhere.",
            extra_tags=UNDO_TAG + reverse("team_restore", args=[user_id]),
        )
    return redirect("team")


@require_POST
@owner_required
def restore(request: MemberRequest, user_id: int) -> HttpResponse:
    """Let somebody back in."""
    member = _set_active(request, user_id, active=True)
    if member is not None:
        messages.success(request, f"{member.user.username} is back on the team and can sign in.")
    return redirect("team")


def _set_active(request: MemberRequest, user_id: int, *, active: bool) -> Membership | None:
    deed = people.reactivate_staff if active else people.deactivate_staff
    try:
        return deed(request.business, user_id)
    except ValidationError as error:
        for refusals in messages_by_field(error).values():
            messages.error(request, " ".join(refusals))
        return None
