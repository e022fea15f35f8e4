"""Who works for a business."""

from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from delivery import letters
from gstbillingapp.actions.business import checked_business
from gstbillingapp.actions.checks import Checks, refusal
from gstbillingapp.actions.data import BusinessData
from gstbillingapp.models import Business, EventKind, Membership, Role

TAKEN = "This name is taken; choose another."


def sign_up(username: str, email: str, password: str, business: BusinessData) -> User:
    """Register a person with a business that they own.

    Errors are keyed `username`, `email`, `password` and by the fields of `BusinessData`. A business without
    an e-mail address of its own starts with the person's.
    """
    checks = Checks()
    user = _checked_user(checks, username, email, password)
    profile = checked_business(checks, business)
    profile.email = profile.email or user.email
    checks.finish()
    with transaction.atomic():
        _save_new(user, password)
        profile.save()
        Membership.objects.create(business=profile, user=user, role=Role.OWNER)
    return user


def add_staff(business: Business, username: str, email: str, password: str) -> Membership:
    """Register a person who works for the business; errors are keyed as those of `sign_up`."""
    checks = Checks()
    user = _checked_user(checks, username, email, password)
    checks.finish()
    with transaction.atomic():
        _save_new(user, password)
        return Membership.objects.create(business=business, user=user, role=Role.STAFF)


def deactivate_staff(business: Business, user_id: int) -> Membership:
    """Shut a member out; what they did keeps their name, and what was to tell them by e-mail is not sent.

    Doing it twice changes nothing.

    Raises Membership.DoesNotExist for somebody of another business, ValidationError for an owner.
    """
    return _set_active(business, user_id, False)


def reactivate_staff(business: Business, user_id: int) -> Membership:
    """Let a member in again. Raises as `deactivate_staff`."""
    return _set_active(business, user_id, True)


@transaction.atomic
def _set_active(business: Business, user_id: int, active: bool) -> Membership:
    membership = business.memberships.select_related("user").get(user_id=user_id)
    if membership.is_owner:
        raise refusal("An owner cannot be shut out of their business.")
    if membership.user.is_active != active:
        membership.user.is_active = active
        membership.user.save(update_fields=["is_active"])
        if not active:
            letters.call_off_topics(user_id, EventKind.values)
    return membership


def _checked_user(checks: Checks, username: str, email: str, password: str) -> User:
    user: User = get_user_model()(
        username=User.normalize_username(username.strip()), email=checks.email("email", email)
    )
    if not user.username:
        checks.refuse("username", "Enter a name to sign in with.")
    _collect(checks, "username", lambda: user.clean_fields(exclude=["password", "email"]))
    if not checks.has("username") and User.objects.filter(username__iexact=user.username).exists():
        checks.refuse("username", TAKEN)
    _collect(checks, "password", lambda: validate_password(password, user))
    return user


def _collect(checks: Checks, field: str, check: Callable[[], None]) -> None:
    if checks.has(field):
        return
    try:
        check()
    except ValidationError as error:
        for message in error.messages:
            checks.refuse(field, message)


def _save_new(user: User, password: str) -> None:
    """Save a user whose name somebody else may have taken since it was checked."""
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:
        raise refusal(TAKEN, "username") from None
