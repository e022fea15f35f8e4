"""Signing up, in and out, and changing a password."""

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gstbillingapp.actions import people
from gstbillingapp.forms.people import ChangePasswordForm, SignInForm, SignUpForm


class SignIn(LoginView):
    """Sign in; `next` is followed only within this site."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Sign out, by POST only: a link on another site must not do it."""


class ChangePassword(PasswordChangeView):
    """Change one's own password; every other session of the person ends with it."""

    template_name = "accounts/password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("home")

    def form_valid(self, form: Form) -> HttpResponse:
        """Save it, keep this session and say what happened to the others."""
        response = super().form_valid(form)  # type: ignore[arg-type]
        messages.success(self.request, "Your password is changed. Other browsers and devices are signed out.")
        return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Register a person with their business, and sign them in."""
    if request.user.is_authenticated:
        return redirect("home")
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
    login(request, user)
    return True
