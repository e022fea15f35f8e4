"""How often a password may be guessed, and who is told that somebody signed in.

django-axes keeps the failures, in the database and so for all web processes. What it does not have is here:
a limit for each way of counting, browsers that an account knows, and the time left to wait.
"""

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.deprecation import MiddlewareMixin

from gstbillingapp.actions import account
from gstbillingapp.limits import seconds_to_wait
from gstbillingapp.places import place_of

Credentials = dict[str, Any] | None

# Failures from one address at one account count until this long has passed without another, and so a lock
# lasts this long at most: a coffee, not a working day.
WINDOW: timedelta = settings.AXES_COOLOFF_TIME
# Failures that lock, by what they have in common.
LIMITS = {
    # Somebody who mistypes gets it right within five, or has forgotten it.
    ("username", "ip_address"): 5,
    # An account that is guessed at from many places. Loose, because it would lock its owner out as well:
    # a browser in which the owner has signed in before does not ask for it.
    ("username",): 25,
    # One place that tries many accounts. Loose, because a whole office may share an address.
    ("ip_address",): 50,
}
# Axes counts a failure once its password has been checked, so that guesses made in the same instant would all
# pass (axes#592). Attempts, right ones too, are counted before as well: a minute and web process at a time.
# Nobody types more for one account; an office that begins at nine o'clock is behind one address.
ATTEMPTS_PER_ACCOUNT = 20
ATTEMPTS_PER_ADDRESS = 120

KNOWN = "known_browser"
KNOWN_SECONDS = 365 * 24 * 3600
KNOWN_ACCOUNTS = 5  # of one browser: the people who share a computer behind the counter


def ways_of_counting(request: HttpRequest, credentials: Credentials = None) -> list[list[str]]:
    """By what an attempt is counted, for axes."""
    username = (credentials or {}).get("username") or ""
    return [list(way) for way in LIMITS if way != ("username",) or not _is_known(request, username)]


class Failures(AxesDatabaseHandler):
    """Axes' own failures in the database, against our limits. AXES_FAILURE_LIMIT is 1: one limit reached."""

    def get_failures(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """How many of the limits are reached."""
        return sum(wait > timedelta(0) for wait in self._waits(request, credentials))

    def is_locked(self, request: HttpRequest, credentials: Credentials = None) -> bool:
        """Whether this attempt may not even be looked at."""
        return _too_many_at_once(request, credentials) or bool(super().is_locked(request, credentials))

    def reset_user_attempts(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """Forget what the person who signed in got wrong, here only.

        Axes would forget everything that was ever counted from this address or against this account: one
        account of one's own would then pay for guessing at any other.
        """
        username = (credentials or {}).get("username")
        failures = self.filter_user_attempts(request, credentials)[0]  # the first way: account and address
        assert username
        return int(failures.delete()[0])

    def seconds_to_wait(self, request: HttpRequest, credentials: Credentials = None) -> int:
        """Until no limit is reached any more; at least one."""
        longest = max(self._waits(request, credentials))
        return max(1, int(longest.total_seconds()), getattr(request, "seconds_at_once", 0))

    def _waits(self, request: HttpRequest, credentials: Credentials) -> list[timedelta]:
        ways = ways_of_counting(request, credentials)
        found = self.get_user_attempts(request, credentials)
        return [
            wait_of(
                list(rows.order_by("attempt_time").values_list("attempt_time", "failures_since_start")),
                LIMITS[tuple(way)],
            )
            for way, rows in zip(ways, found, strict=True)
        ]


def wait_of(failures: list[tuple[datetime, int]], limit: int) -> timedelta:
    """How long until fewer than `limit` of these failures, oldest first, count; zero if they are fewer."""
    left = sum(count for _, count in failures)
    free_at = None
    for when, count in failures:
        if left < limit:
            break
        left -= count
        free_at = when + WINDOW
    return timedelta(0) if free_at is None else max(free_at - timezone.now(), timedelta(seconds=1))


def is_locked(request: HttpRequest, username: str) -> bool:
    """Count an attempt to prove that one is that person; whether it may not be made now."""
    credentials = {"username": username}
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]  # Axes' middleware answers
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def failed(request: HttpRequest, username: str) -> None:
    """Count a wrong password that was not typed on a sign-in page."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)


def _too_many_at_once(request: HttpRequest, credentials: Credentials) -> bool:
    username = (credentials or {}).get("username") or ""
    address = request.axes_ip_address  # type: ignore[attr-defined]
    waits = [seconds_to_wait(f"sign-in-from:{address}", ATTEMPTS_PER_ADDRESS)]
    if not _is_known(request, username):
        waits.append(seconds_to_wait(f"sign-in-as:{_mark(username)}", ATTEMPTS_PER_ACCOUNT))
    request.seconds_at_once = max(waits)  # type: ignore[attr-defined]
    return any(waits)


def _mark(username: str) -> str:
    """What stands for an account in a cookie, which is not to be read."""
    return salted_hmac(KNOWN, username).hexdigest()[:16]


def _known_marks(request: HttpRequest) -> list[str]:
    cookie = request.get_signed_cookie(KNOWN, "", salt=KNOWN, max_age=KNOWN_SECONDS)
    return (cookie or "").split(".") if cookie else []


def _is_known(request: HttpRequest, username: str) -> bool:
    """Whether that account has signed in in this browser before."""
    return _mark(username) in _known_marks(request)


@receiver(user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: object) -> None:
    username = user.get_username()
    request.signed_in_as = username  # type: ignore[attr-defined]
    if request.method is not None:  # a script opens a session without a request, and from nowhere
        place = place_of(request)
        is_known = _is_known(request, username)
        account.signed_in(user, place.network, place.words, is_known_browser=is_known)


class KnownBrowser(MiddlewareMixin):
    """Has a browser remember which accounts have signed in in it, on whatever page they did."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Put the account that signed in just now first."""
        username = getattr(request, "signed_in_as", None)
        if username is not None:
            marks = list(dict.fromkeys([_mark(username), *_known_marks(request)]))[:KNOWN_ACCOUNTS]
            response.set_signed_cookie(
                KNOWN,
                ".".join(marks),
                salt=KNOWN,
                max_age=KNOWN_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
        return response
