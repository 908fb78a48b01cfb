"""Widgets drawn by functions are what Django's templates make of them."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates

from pages.forms.renderer import Renderer

CHOICES = [("", "None"), ("a", "A & <b>"), ("Group", [("c", "C"), ("d", "D")])]
WIDGETS = {
    "text": (forms.TextInput(attrs={"list": "zones", "autofocus": True, "hidden": False}), '"><script>'),
    "number": (forms.NumberInput(), 3),
    "hidden": (forms.HiddenInput(), "x"),
    "password": (forms.PasswordInput(render_value=True), "x"),
    "date": (forms.DateInput(), "2026-05-04"),
    "file": (forms.FileInput(attrs={"accept": "image/*"}), None),
    "checked": (forms.CheckboxInput(), True),
    "unchecked": (forms.CheckboxInput(), False),
    "textarea": (forms.Textarea(attrs={"rows": 3}), "<b>two\nlines"),
    "empty textarea": (forms.Textarea(), None),
    "select": (forms.Select(choices=CHOICES), "a"),
    "several": (forms.SelectMultiple(choices=CHOICES), ["a", "d"]),
    "boxes": (forms.CheckboxSelectMultiple(choices=CHOICES), ["a"]),
    "radios": (forms.RadioSelect(choices=CHOICES), "c"),
}


def plain(html: str) -> str:
    return re.sub(r">\s+<", "><", re.sub(r"[ \t]+", " ", html)).strip()


@pytest.mark.parametrize("name", WIDGETS)
def test_the_same_as_by_templates(name):
    widget, value = WIDGETS[name]
    attrs = {"id": "id_x", "class": 'a "b"'}
    ours = widget.render("x", value, attrs, Renderer())
    assert plain(ours) == plain(widget.render("x", value, attrs, DjangoTemplates()))
