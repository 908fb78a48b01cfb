"""Nobody saves a whole row: what others wrote in the meantime would be lost without a word."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import RequestFactory

from accounts.models import Workspace
from core.admin import SavesChangedFields

# Forms that are no rows: their `save` calls a service.
NO_ROWS = {("pages/compose.py", "composer")}
# The last one is what a form says that leaves the saving to others.
NAMED = {"update_fields", "force_insert", "commit"}


def sources() -> Iterator[Path]:
    for app in settings.HOUSE:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def whole_row_saves(text: str) -> list[tuple[int, str]]:
    """Line and object of each `x.save()` that names neither its fields nor that the row is new."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save"):
            continue
        names = {keyword.arg for keyword in node.keywords}
        # A picture or document is saved to a file, and a model's own `save` passes on what it was given.
        if not node.args and not names & NAMED and None not in names:
            found.append((node.lineno, ast.unparse(node.func.value)))
    return found


def test_every_save_names_its_fields_or_makes_a_new_row() -> None:
    bare = [
        f"{path.relative_to(settings.BASE_DIR)}:{line} {what}.save()"
        for path in sources()
        for line, what in whole_row_saves(path.read_text(encoding="utf-8"))
        if (str(path.relative_to(settings.BASE_DIR)), what) not in NO_ROWS
    ]
    assert not bare, "Name the fields (update_fields=…) under a lock or a version, or say force_insert=True."


@pytest.mark.parametrize(
    ("line", "is_bare"),
    [
        ("row.save()", True),
        ("self.row.save(using=alias)", True),
        ('row.save(update_fields=["name"])', False),
        ("row.save(force_insert=True)", False),
        ('image.save(buffer, "JPEG")', False),
        ("super().save(*args, **kwargs)", False),
    ],
)
def test_the_check_knows_a_whole_row_from_named_fields(line: str, is_bare: bool) -> None:
    assert bool(whole_row_saves(line)) == is_bare


@pytest.mark.django_db
def test_an_operator_saves_only_what_was_changed_in_the_form(cast) -> None:
    """Every model of ours that the admin can change."""
    request = RequestFactory().get("/admin/")
    request.user = cast.alice
    cast.alice.is_staff = cast.alice.is_superuser = True
    whole = [
        model._meta.label
        for model, model_admin in admin.site._registry.items()
        if model._meta.app_config.name in settings.HOUSE
        and model_admin.has_change_permission(request)
        and not isinstance(model_admin, SavesChangedFields)
        and set(model_admin.get_fields(request)) - set(model_admin.get_readonly_fields(request))
    ]
    assert not whole


@pytest.mark.django_db
def test_what_others_wrote_while_an_operator_looked_at_the_form_stays(cast) -> None:
    open_form = Workspace.objects.get(pk=cast.workspace.pk)
    Workspace.objects.filter(pk=cast.workspace.pk).update(is_personal=True)
    open_form.name = "New name"
    request, form = RequestFactory().post("/admin/"), SimpleNamespace(changed_data=["name"])
    admin.site._registry[Workspace].save_model(request, open_form, form, change=True)
    kept = Workspace.objects.get(pk=cast.workspace.pk)
    assert (kept.name, kept.is_personal) == ("New name", True)
