"""Fields that choose a row. They are declared without rows: each form is given those of the person who asks."""

from typing import Any

from django import forms
from django.db.models import QuerySet


def offer(form: forms.Form, **rows: QuerySet[Any]) -> None:
    """Let fields of a form choose among these rows."""
    for name, queryset in rows.items():
        field = form.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = queryset
