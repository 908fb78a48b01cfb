"""The operator console of all kinds of documents."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(case):
    case.cast.alice.is_staff = case.cast.alice.is_superuser = True
    case.cast.alice.save()
    return case.cast.browsers.alice


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_lists_and_forms_open_and_nothing_can_be_added(console, case, django_assert_max_num_queries):
    model, versions = case.kind.model, case.kind.version_model
    for each in (model, versions):
        with django_assert_max_num_queries(14):
            assert console.get(address(each, "changelist")).status_code == 200
    assert console.get(address(model, "change", case.document.pk)).status_code == 200
    assert console.get(address(versions, "change", case.document.versions.get().pk)).status_code == 200
    assert console.get(address(model, "add")).status_code == 403


def test_actions_call_services(console, case):
    model = case.kind.model

    def act(name):
        data = {"action": name, "_selected_action": [str(case.document.pk)]}
        return console.post(address(model, "changelist"), data, follow=True).content.decode()

    assert "is not in the trash" in act("bring_back")
    model.objects.update(deleted_at="2026-05-01T00:00Z")
    assert "done." in act("bring_back")
    assert f"Only a {case.kind.name} whose generation failed" in act("try_again")
    assert model.objects.get().deleted_at is None
