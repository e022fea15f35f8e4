"""Signing up, in and out, and changing a password."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gstbillingapp import limits, sign_in
from gstbillingapp.access import membership_of
from gstbillingapp.actions import account, people
from gstbillingapp.forms.people import ChangePasswordForm, SignInForm, SignUpForm
from gstbillingapp.places import place_of
from gstbillingapp.views.errors import minutes, too_many


class SignIn(LoginView):
    """Sign in; `next` is followed only within this site."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Sign out, by POST only: a link on another site must not do it."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign out, and say so on the page that asks who comes next."""
        response = super().post(request, *args, **kwargs)
        messages.success(request, "You are signed out.")
        return response


class ChangePassword(PasswordChangeView):
    """Change one's own password; every other session of the person ends with it.

    The present password can be guessed here as on the sign-in page, and the same limits hold.
    """

    template_name = "accounts/password.html"
    form_class = ChangePasswordForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Judge it, unless too many present passwords were wrong."""
        if sign_in.is_locked(request, request.user.get_username()):
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Form) -> HttpResponse:
        """Say what is wrong; a present password that is counts as a failure to sign in."""
        if form.has_error("old_password", "password_incorrect"):
            sign_in.failed(self.request, self.request.user.get_username())
        return super().form_invalid(form)  # type: ignore[arg-type]

    def get_success_url(self) -> str:
        """The overview; the administration for somebody without a business."""
        return reverse("home" if membership_of(self.request.user) else "admin:index")

    def form_valid(self, form: Form) -> HttpResponse:
        """Save it, tell its owner, keep this session and say what happened to the others."""
        with transaction.atomic():
            response = super().form_valid(form)  # type: ignore[arg-type]
            account.password_changed(form.user, place_of(self.request).words)  # type: ignore[attr-defined]
        messages.success(self.request, "Your password is changed. Other browsers and devices are signed out.")
        return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Register a person with their business, and sign them in."""
    if request.user.is_authenticated:
        return redirect("home")
    if request.method == "POST" and (wait := limits.wait_for_sign_up(request)):
        return too_many(request, wait)
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and _signed_up(request, form):
        return redirect("home")
    return render(request, "accounts/signup.html", {"form": form})


def _signed_up(request: HttpRequest, form: SignUpForm) -> bool:
    user = form.attempt(
        lambda: people.sign_up(
            form.cleaned_data["username"],
            form.cleaned_data["email"],
            form.cleaned_data["password"],
            form.business_data(),
        )
    )
    if user is None:
        return False
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[-1])  # the first only counts failures
    return True


def locked_out(
    request: HttpRequest, _response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """What somebody sees after too many wrong passwords; the same whether or not there is such an account."""
    handler = AxesProxyHandler.get_implementation()
    wait = handler.seconds_to_wait(request, credentials or request.axes_credentials)  # type: ignore[attr-defined]
    context = {"minutes": minutes(wait)}
    response = render(request, "accounts/wait.html", context, status=429)
    response["Retry-After"] = str(wait)
    return response
