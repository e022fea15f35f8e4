"""Widgets as HTML without a template each: the editor of an invoice has hundreds of them.

What comes out is to the letter what Django's own templates make of the same widget; a test compares them.
Whatever has a template of another name is left to those.
"""

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]
FOLDER = "django/forms/widgets/"
INPUTS = ("input", "text", "number", "email", "url", "password", "hidden", "date", "checkbox")


class Renderer(DjangoTemplates):
    """Django's, with a quicker way for the usual widgets."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """The HTML of a widget, or of whatever else has a template."""
        quick = QUICK.get(template_name)
        if quick is None:
            return mark_safe(super().render(template_name, context, request))  # noqa: S308, it is already
        # Every value in it has been escaped.
        return mark_safe(quick(context["widget"]))  # noqa: S308


def _input(widget: Widget) -> str:
    value = widget["value"]
    said = "" if value is None else f' value="{_text(value)}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{said}{_attributes(widget["attrs"])}>'


def _select(widget: Widget) -> str:
    groups = "".join(_group(label, options) for label, options, _ in widget["optgroups"])
    return f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>{groups}\n</select>'


def _group(label: str | None, options: list[Widget]) -> str:
    inside = "".join(
        f'\n  <option value="{_word(option["value"])}"{_attributes(option["attrs"])}>'
        f"{_word(option['label'])}</option>\n"
        for option in options
    )
    return f'\n  <optgroup label="{_text(label)}">{inside}\n  </optgroup>' if label else inside


def _attributes(attrs: Mapping[str, Any]) -> str:
    return "".join(
        f" {_text(name)}" if value is True else f' {_text(name)}="{_text(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _text(value: object) -> str:
    # Django's own escapes the same, at three times the cost for being lazy.
    return escape(value) if type(value) is str else conditional_escape(str(value))


def _word(value: object) -> str:
    """The same for what stands in one list of choices after the other."""
    return _escaped(value) if type(value) is str else conditional_escape(str(value))


_escaped = lru_cache(maxsize=1_024)(escape)


QUICK = {f"{FOLDER}{name}.html": _input for name in INPUTS} | {f"{FOLDER}select.html": _select}
