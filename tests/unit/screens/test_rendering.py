"""Widgets are rendered to the letter as Django's own templates render them."""

import datetime
from decimal import Decimal

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from gstbillingapp.forms.bills import BillLineForm
from gstbillingapp.forms.invoices import LineForm
from gstbillingapp.forms.rendering import Renderer

QUICK, DJANGO = Renderer(), DjangoTemplates()
GROUPED = [("", "None"), ("Rates", [("5", "5 %"), ("18", "18 % <b>")]), ("x", mark_safe("<i>safe</i>"))]
ATTRS = {"class": "a b", "maxlength": 8, "disabled": True, "hidden": False, "data-x": "\"<&>'"}
WIDGETS = [
    *(
        kind(attrs=ATTRS)
        for kind in (forms.TextInput, forms.HiddenInput, forms.NumberInput, forms.EmailInput)
    ),
    *(kind() for kind in (forms.PasswordInput, forms.CheckboxInput, forms.DateInput, forms.URLInput)),
    forms.Textarea(attrs=ATTRS),
    forms.RadioSelect(choices=GROUPED[:1]),
    forms.Select(attrs=ATTRS, choices=GROUPED),
    forms.SelectMultiple(choices=GROUPED),
    forms.NullBooleanSelect(),
]
VALUES = [None, "", "18", "x", "<b>&'\"", mark_safe("<i>"), 5, 0, True, False, Decimal("2.50")]


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("value", [*VALUES, datetime.date(2026, 11, 22)], ids=repr)
def test_a_widget_is_rendered_as_django_renders_it(widget, value):
    if isinstance(widget, forms.SelectMultiple):
        value = [value]
    names = {"name": "lines-0-rate", "attrs": {"id": "id_lines-0-rate", "aria-describedby": "a_error"}}
    assert widget.render(value=value, renderer=QUICK, **names) == widget.render(
        value=value, renderer=DJANGO, **names
    )


@given(st.text(), st.text(), st.text())
def test_whatever_is_typed_is_escaped_as_django_escapes_it(value, label, name):
    for widget in (forms.TextInput(attrs={"title": label}), forms.Select(choices=[(value, label)])):
        assert widget.render(name, value, renderer=QUICK) == widget.render(name, value, renderer=DJANGO)


@pytest.mark.parametrize("line", [LineForm, BillLineForm])
def test_the_lines_of_an_editor_share_their_fields_and_say_each_class_once(line):
    first, second = line(prefix="lines-0"), line(prefix="lines-1")
    assert first.fields["price"] is second.fields["price"]
    assert first.fields["rate"] is not second.fields["rate"], "each has its own choices"
    for bound in first:
        classes = bound.field.widget.attrs["class"].split()
        assert len(classes) == len(set(classes)), bound.name
