"""What the dashboard's templates call: `{% load pipeline %}`."""

import secrets
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from delivery import deeds
from delivery.dashboard import words
from delivery.models import DeedState, DeliveryState

register = template.Library()
for function in (
    words.figure,
    words.deliveries,
    words.letters,
    words.span,
    words.took,
    words.moment,
    words.exact,
    words.ago,
):
    register.filter(function.__name__, function)

# Red only where somebody must act.
TONES: dict[str, str] = {
    DeliveryState.PENDING: "info",
    DeliveryState.CLAIMED: "info",
    DeliveryState.WAITING: "warning",
    DeliveryState.SENT: "success",
    DeliveryState.DEAD: "danger",
    DeliveryState.SUPERSEDED: "quiet",
    DeliveryState.DISCARDED: "quiet",
    DeedState.PROPOSED: "quiet",
    DeedState.TRYING: "info",
    DeedState.STOPPED: "danger",
    DeedState.RUNNING: "info",
    DeedState.DONE: "success",
    DeedState.CANCELLED: "quiet",
}


@register.filter
def tone(state: str) -> str:
    """The tone of a state, of a delivery or of a deed."""
    return TONES.get(state, "quiet")


@register.filter
def past(kind: str) -> str:
    """What a delivery is once such a deed was done to it: retried, discarded …"""
    return deeds.PAST[kind]


@register.filter
def of(values: dict[Any, Any], key: object) -> Any:
    """What a mapping has under a key; empty where it has nothing."""
    return values.get(key, "")


@register.simple_tag
def query(parameters: dict[str, Any] | None, **changes: object) -> str:
    """The query of an address with some parameters changed; an empty value leaves one out."""
    return words.address("", **{**(parameters or {}), **changes}) or "?"


@register.simple_tag
def form_key() -> SafeString:
    """The field by which a form that is sent twice is known; a browser must not fill in an old one."""
    return format_html(
        '<input type="hidden" name="form_key" value="{}" autocomplete="off">', secrets.token_hex(16)
    )
