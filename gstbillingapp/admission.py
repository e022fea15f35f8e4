"""Whose session a socket comes with, by the rules of `django.contrib.auth.get_user`, for many at once."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from gstbillingapp.together import Together


def signed_in(session_keys: set[str]) -> dict[str, AbstractBaseUser]:
    """The active person of each session that lives; nobody for any other. Two queries, however many."""
    rows = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    decode = SessionStore().decode
    sessions = {row.session_key: decode(row.session_data) for row in rows}
    people = get_user_model()._default_manager.filter(is_active=True).in_bulk(_named_in(sessions.values()))
    found = {key: people.get(_user_id(session)) for key, session in sessions.items()}
    return {key: user for key, user in found.items() if user and _entitles(sessions[key], user)}


admissions = Together(signed_in)


def _named_in(sessions: Any) -> set[int]:
    return {user_id for session in sessions if (user_id := _user_id(session)) is not None}


def _user_id(session: Mapping[str, Any]) -> int | None:
    stored = session.get(SESSION_KEY, "")
    return int(stored) if stored.isdecimal() else None


def _entitles(session: Mapping[str, Any], user: Any) -> bool:
    """Whether it was begun through a way in that still exists, with the password that the person has now."""
    stored = session.get(HASH_SESSION_KEY) or ""
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS or not stored:
        return False
    if constant_time_compare(stored, user.get_session_auth_hash()):
        return True
    fallbacks = user.get_session_auth_fallback_hash()  # made with a secret that is being replaced
    return any(constant_time_compare(stored, fallback) for fallback in fallbacks)
