"""How money, dates, statuses, fields and list addresses look on every screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_timedelta
from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, Form, Select
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

from gstbillingapp.gst.money import indian_format
from gstbillingapp.gst.states import state_label
from gstbillingapp.models.form_key import new_form_key

register = template.Library()

# status -> (tone, words); the tone is a class of app.css, the words carry the meaning without it
STATUS_CHIPS = {
    "draft": ("quiet", "Draft"),
    "issued": ("info", "Issued"),
    "part_paid": ("warning", "Part-paid"),
    "paid": ("success", "Paid"),
    "credited": ("quiet", "Credited"),
    "overdue": ("danger", "Overdue"),
    "cancelled": ("quiet", "Cancelled"),
    "sent": ("info", "Sent"),
    "approved": ("success", "Approved"),
    "declined": ("danger", "Declined"),
    "expired": ("warning", "Expired"),
    "converted": ("quiet", "Converted"),
    # of notes and advances
    "open": ("info", "Open"),
    "settled": ("success", "Settled"),
    "to_pay": ("info", "To pay"),
}
NOTICE_ICONS = {
    "success": "bi-check-circle",
    "warning": "bi-exclamation-triangle",
    "error": "bi-exclamation-octagon",
}
UNDO_TAG = "undo="


@register.filter
def money(amount: Decimal | int | None) -> str:
    """Rupees in Indian grouping: ₹12,34,567.89; an empty string where there is no amount."""
    return "" if amount is None else indian_format(Decimal(amount))


@register.filter
def state(code: str) -> str:
    """A state by its code: Karnataka (29); an empty string for a code that does not exist."""
    return state_label(code)


@register.filter
def plain(number: Decimal | None) -> str:
    """A number without trailing zeros, as a rate or an input shows it: 2.500 is 2.5, 18.00 is 18."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def quantity(number: Decimal | None) -> str:
    """How many, in Indian grouping and without trailing zeros: 1,20,000 or 2.5."""
    if number is None:
        return ""
    places = len(plain(number).partition(".")[2])
    return indian_format(number, symbol="", places=places)


@register.filter
def day(value: date | datetime | None) -> str:
    """A date for people in Kolkata: 22 Nov 2026."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"


@register.filter
def moment(value: datetime | None) -> str:
    """A date with its time of day: 22 Nov 2026, 3:15 pm."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{day(local)}, {local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


@register.simple_tag
def ago(value: datetime | None) -> SafeString | str:
    """ "3 min ago", with the full time on hover and for screen readers; `times.js` keeps it true."""
    if value is None:
        return ""
    since = value - timezone.now()
    words = (
        "just now"
        if abs(since) < timedelta(minutes=1)
        else format_timedelta(since, add_direction=True, format="short", locale="en_IN")
    )
    return format_html(
        '<time datetime="{}" title="{}"><span data-relative>{}</span>'
        '<span class="visually-hidden">, {}</span></time>',
        value.isoformat(),
        moment(value),
        words,
        moment(value),
    )


@register.simple_tag
def status_chip(status: str) -> SafeString:
    """The chip of an invoice's or a quotation's status."""
    tone, words = STATUS_CHIPS[status]
    return format_html('<span class="chip chip-{}">{}</span>', tone, words)


@register.filter
def initials(name: str) -> str:
    """The first letters of the first two words: "Asha Traders" is AT."""
    return "".join(word[0] for word in name.split()[:2]).upper()


@register.filter
def notice_icon(message: Message) -> str:
    """The icon in front of a message, by its level."""
    return NOTICE_ICONS.get(message.level_tag, "bi-info-circle")


@register.filter
def undo_url(message: Message) -> str:
    """Where "Undo" of this message posts to, a path of this site; empty when there is nothing to undo."""
    tag = message.extra_tags or ""
    url = tag.removeprefix(UNDO_TAG) if tag.startswith(UNDO_TAG) else ""
    return url if url_has_allowed_host_and_scheme(url, allowed_hosts=None) else ""


@register.inclusion_tag("partials/field.html")
def field(bound: BoundField, size: str = "full", css: str = "") -> dict[str, Any]:
    """One form field: label above, help and errors below. `size` is full, half or third of the row."""
    if css:
        widget = bound.field.widget
        widget.attrs["class"] = f"{widget.attrs.get('class', '')} {css}".strip()
    widget = bound.field.widget
    return {
        "field": bound,
        "size": size,
        "is_check": isinstance(widget, CheckboxInput),
        # A choice says by itself what leaving it alone means.
        "is_optional": not (isinstance(widget, Select) or "aria-required" in widget.attrs),
    }


@register.simple_tag(takes_context=True)
def form_key(context: Mapping[str, Any]) -> SafeString:
    """The field by which a form that is sent twice is known (`views.once`); a browser fills in no old one."""
    key = getattr(context["request"], "form_key", "") or new_form_key()
    return format_html('<input type="hidden" name="form_key" value="{}" autocomplete="off">', key)


@register.inclusion_tag("partials/error_summary.html")
def error_summary(*forms: Form) -> dict[str, Any]:
    """Every error of the forms in one place above them, each a link to its field."""
    entries = [entry for form in forms for entry in _errors_of(form)]
    return {"entries": entries}


def _errors_of(form: Form) -> list[dict[str, str]]:
    """The errors of a form in the order of its fields, those of no field last."""
    entries = [
        {"target": form[name].auto_id, "label": str(form[name].label), "message": str(error)}
        for name in form.fields
        for error in form.errors.get(name, [])
    ]
    return entries + [{"message": str(error)} for error in form.non_field_errors()]


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: Any) -> str:
    """This page's query string with some keys changed; None or "" takes a key out. Always starts with "?"."""
    request: HttpRequest = context["request"]
    params = request.GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = value
    return f"?{params.urlencode()}"


@register.inclusion_tag("partials/sort.html", takes_context=True)
def sort_link(context: Mapping[str, Any], key: str, label: str) -> dict[str, Any]:
    """A column's heading that sorts by `key`, and by its reverse when it is already the order."""
    current = context.get("sort", "")
    descending = current == f"-{key}"
    ascending = current == key
    return {
        "label": label,
        "href": query(context, sort=f"-{key}" if ascending else key, page=None),
        "ascending": ascending,
        "descending": descending,
    }
