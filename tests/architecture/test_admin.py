"""Every model is in the console; its list and form open within a query budget."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import scope
from tests.architecture.objects import make_objects

pytestmark = pytest.mark.django_db
LIST_BUDGET, FORM_BUDGET = 12, 30
HOUSE = {
    "accounts", "jobs", "media", "ai", "videos", "patterns", "strategies", "scripts", "editing", "publishing",
    "analytics", "notifications", "webhooks", "library",
}  # fmt: skip
# Shown inside the console of another model.
INLINE = {
    "Membership", "Preferences", "StrategyVideo", "VideoTag", "PostMedia", "StrategyVersion", "ScriptVersion",
    "WebhookAttempt", "TemplateMedia", "TemplateTag",
}  # fmt: skip
MODELS = [model for model in apps.get_models() if model._meta.app_label in HOUSE]
REGISTERED = [model for model in MODELS if model in admin.site._registry]


@pytest.fixture
def operator(cast):
    make_objects(cast)
    cast.alice.is_staff = cast.alice.is_superuser = True
    cast.alice.save()
    return cast.browsers.alice


def test_every_model_is_there():
    missing = {model.__name__ for model in MODELS if model not in admin.site._registry} - INLINE
    assert missing == set()


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_list_and_form_open(model, operator):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    with (
        scope.request(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        response = operator.get(reverse(f"{name}_changelist"))
    assert response.status_code == 200
    assert len(queries) <= LIST_BUDGET, "\n".join(query["sql"][:200] for query in queries)
    row = model._default_manager.first()
    if row is None:
        return
    with scope.request(), CaptureQueriesContext(connection) as queries:
        response = operator.get(reverse(f"{name}_change", args=[row.pk]))
    assert response.status_code == 200
    assert len(queries) <= FORM_BUDGET, "\n".join(query["sql"][:200] for query in queries)
    found = operator.get(reverse(f"{name}_changelist"), {"q": "nothing"})
    assert found.status_code == 200


def test_people_without_the_flag_stay_outside(cast):
    client = cast.browsers.bob
    assert client.get("/admin/").status_code == 302
