"""What a POST without its CSRF token is told."""

from django.http import HttpRequest, HttpResponse
from django.views.csrf import csrf_failure

from gstbillingapp.problems import problem, wants_page

MESSAGE = "This page is out of date. Load it again, then repeat what you did."


def failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """JSON for scripts, the page `403_csrf.html` for people."""
    if wants_page(request):
        return csrf_failure(request, reason)
    if not request.user.is_authenticated:
        return problem(401, "not_signed_in", "Sign in first.")
    return problem(403, "csrf", MESSAGE)
