"""Who may open a page: everything a view shows starts from `request.business`."""

from collections.abc import Callable
from functools import wraps

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from gstbillingapp.limits import wait_for_page
from gstbillingapp.models import Business, Membership
from gstbillingapp.problems import problem, wants_json
from gstbillingapp.views.errors import too_many

View = Callable[..., HttpResponseBase]
# What an action raises for a row that is of another business, or gone since the view looked: any row of ours.
NOT_THERE: tuple[type[ObjectDoesNotExist], ...] = tuple(
    model.DoesNotExist  # type: ignore[attr-defined]
    for model in apps.get_app_config("gstbillingapp").get_models()
)


class MemberRequest(HttpRequest):
    """A request of a signed-in member; views decorated with `member_required` receive one."""

    user: User
    business: Business
    membership: Membership
    form_key: str  # of the form that is posted, once `views.once` has looked at it


def membership_of(user: object) -> Membership | None:
    """The membership of a user, with its business and the user's preferences in the same query, or None."""
    if not isinstance(user, User):
        return None
    with_it = Membership.objects.select_related("business", "user__notification_preferences")
    return with_it.filter(user=user).first()


def member_required(view: View) -> View:
    """Let members in, and set `request.business` and `request.membership` for them.

    An anonymous person is sent to sign in and comes back; one without a business gets a page that says so.
    Whoever asks too often is told to wait.
    A row that an action does not find is a missing page, also where somebody deleted it a moment ago.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return sign_in_first(request)
        if wait := wait_for_page(request):
            return too_many(request, wait)
        membership = membership_of(request.user)
        if membership is None:
            return without_business(request)
        request.membership = membership  # type: ignore[attr-defined]
        request.business = membership.business  # type: ignore[attr-defined]
        try:
            return view(request, *args, **kwargs)
        except NOT_THERE as error:
            raise Http404(str(error)) from error

    return guarded


def owner_required(view: View) -> View:
    """As `member_required`, and staff gets 403."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not request.membership.is_owner:  # type: ignore[attr-defined]
            raise PermissionDenied("Only an owner of the business may do this.")
        return view(request, *args, **kwargs)

    return member_required(guarded)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page for a browser, 401 for a script."""
    if wants_json(request):
        return problem(401, "not_signed_in", "Sign in first.")
    return redirect_to_login(request.get_full_path())


def without_business(request: HttpRequest) -> HttpResponse:
    """What a signed-in person without a business sees, such as an administrator of the site."""
    if wants_json(request):
        return problem(403, "no_business", "You belong to no business yet.")
    return render(request, "accounts/no_business.html", status=403)
