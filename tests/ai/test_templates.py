"""Stored answers managed by hand, and the API of the gateway."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from ai import gateway, response_templates, selectors
from ai.errors import AiError
from ai.models import LedgerEntry, ResponseTemplate
from core import clock
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from tests import factories

pytestmark = pytest.mark.django_db
REQUEST = {"topic": "our weekly market", "platform": "facebook"}
ANSWER = {"caption": "See you on Saturday.", "hashtags": ["#market"]}


def make(cast, **changes):
    return response_templates.create(
        actor=cast.bob_actor, **{"purpose": "captions", "request": REQUEST, "answer": ANSWER, **changes}
    )


class TestByHand:
    def test_serves_also_offline(self, in_workspace, env):
        made = make(in_workspace)
        answer = gateway.generate("captions", {**REQUEST, "topic": "Our weekly market!"}, in_workspace.alice_actor)
        assert answer.value.caption == "See you on Saturday."
        assert answer.cached
        assert not answer.offline
        assert answer.template_id == made.pk
        assert AuditEvent.objects.get().verb == "ai_template.created"

    def test_shapes_are_judged(self, in_workspace, purpose):
        for changes in ({"request": {"topic": "x"}}, {"answer": {"hashtags": []}}, {"answer": "text"}):
            with pytest.raises(ValidationFailed) as raised:
                make(in_workspace, **changes)
            assert raised.value.code == AiError.TEMPLATE_INVALID
        with pytest.raises(ValidationFailed):
            make(in_workspace, purpose="demo_seen", request={"checksum": "a"}, answer={"sentence": "x"})
        with pytest.raises(NotFound):
            make(in_workspace, purpose="nothing")
        assert not ResponseTemplate.objects.exists()

    def test_update_counts_versions_and_refuses_stale_ones(self, in_workspace, env):
        made = make(in_workspace)
        until = clock.now() + timedelta(days=1)
        changed = response_templates.update(
            actor=in_workspace.bob_actor, template_id=made.pk, version=1, answer={**ANSWER, "caption": "Come."},
            is_active=False, expires_at=until,
        )  # fmt: skip
        assert (changed.version, changed.answer["caption"], changed.is_active) == (2, "Come.", False)
        assert changed.expires_at == until
        with pytest.raises(Conflict) as raised:
            response_templates.update(actor=in_workspace.bob_actor, template_id=made.pk, version=1, is_active=True)
        assert raised.value.details["current"] == 2
        made.refresh_from_db()
        assert not made.is_active

    def test_roles_and_walls(self, cast, env):
        made = make(cast)
        for call in (
            lambda actor: response_templates.update(actor=actor, template_id=made.pk, version=1, is_active=False),
            lambda actor: response_templates.delete(actor=actor, template_id=made.pk),
        ):
            with pytest.raises(PermissionDenied):
                call(cast.victor_actor)
            with pytest.raises(NotFound):
                call(cast.charlie_actor)
        assert response_templates.get(actor=cast.victor_actor, template_id=made.pk).is_active
        response_templates.delete(actor=cast.bob_actor, template_id=made.pk)
        assert not ResponseTemplate.objects.exists()


class TestUsage:
    def test_by_purpose_this_month(self, cast, env, frozen):
        def row(purpose, workspace=cast.workspace, **fields):
            LedgerEntry.objects.create(
                **{
                    "workspace": workspace, "purpose": purpose, "provider": "openai", "outcome": "ok",
                    "at": clock.now(), "cost_micro_usd": 10, "tokens_in": 5, "tokens_out": 2, **fields,
                }
            )  # fmt: skip

        row("captions")
        row("captions", cached=True, cost_micro_usd=0)
        row("captions", outcome="refused", cost_micro_usd=None)
        row("scripts", offline=True, cost_micro_usd=0)
        row("scripts", workspace=cast.elsewhere)
        row("scripts", at=clock.now() - timedelta(days=40))
        found = selectors.usage(cast.alice_actor)
        assert (found["requests"], found["cached"], found["offline"], found["unpriced"]) == (4, 1, 1, 1)
        assert (found["cost_micro_usd"], found["tokens_in"]) == (10, 20)
        assert found["hit_rate_ratio"] == 0.3333
        captions, scripts = found["purposes"]
        assert (captions["purpose"], captions["failed"], captions["hit_rate_ratio"]) == ("captions", 1, 0.3333)
        assert scripts["hit_rate_ratio"] is None
        assert found["budget_micro_usd"] is None

    def test_one_query(self, in_workspace, env, django_assert_num_queries):
        with django_assert_num_queries(1):
            selectors.usage(in_workspace.alice_actor)


@pytest.fixture
def api():
    return factories.sign_in


class TestApi:
    def test_generate(self, api, cast, env):
        body = {"topic": "5 tips for better sleep", "tone": "urgent", "platform": "tiktok", "context": "No phones."}
        answer = api(cast.bob).post(reverse("ai-generate"), body, content_type="application/json")
        assert answer.status_code == 200
        found = answer.json()
        assert len(found["hashtags"]) == 5
        assert found["offline"] is True
        assert found["limit"] == 2200
        again = api(cast.bob).post(reverse("ai-generate"), body, content_type="application/json").json()
        assert again == found

    def test_generate_refusals(self, api, cast, env):
        url = reverse("ai-generate")
        assert api(cast.bob).post(url, {"topic": "x"}, content_type="application/json").status_code == 400
        bad = api(cast.bob).post(url, {"topic": "x", "platform": "myspace"}, content_type="application/json")
        assert bad.status_code == 400
        assert "platform" in bad.json()["details"]["fields"]
        good = {"topic": "x", "platform": "tiktok"}
        assert api(cast.victor).post(url, good, content_type="application/json").status_code == 403
        assert not LedgerEntry.objects.exists()

    def test_templates(self, api, cast, env):
        client = api(cast.bob)
        url = reverse("ai-templates")
        made = client.post(
            url, {"purpose": "captions", "request": REQUEST, "answer": ANSWER}, content_type="application/json"
        )
        assert made.status_code == 201
        assert made.json()["request"]["tone"] == "casual"
        one = reverse("ai-template", args=[made.json()["id"]])
        listed = client.get(url, {"purpose": "captions", "active": "true", "search": "Weekly"}).json()
        assert (listed["total"], listed["items"][0]["id"]) == (1, made.json()["id"])
        assert client.get(url, {"active": "false"}).json()["total"] == 0
        assert client.get(one).json()["answer"] == ANSWER
        changed = client.patch(one, {"version": 1, "is_active": False}, content_type="application/json")
        assert changed.json()["version"] == 2
        assert client.patch(one, {"version": 1}, content_type="application/json").status_code == 409
        client = cast.browsers.charlie
        assert client.get(one).status_code == 404
        assert client.delete(one).status_code == 404
        client = cast.browsers.bob
        assert client.delete(one).status_code == 204
        assert client.get(reverse("ai-usage")).json()["requests"] == 0


def test_operators_switch_answers_off_and_on(cast, env):
    made = make(cast)
    cast.alice.is_staff = cast.alice.is_superuser = True
    cast.alice.save()
    client = cast.browsers.alice
    where = reverse("admin:ai_responsetemplate_changelist")
    for action, active in (("switch_off", False), ("switch_on", True)):
        client.post(where, {"action": action, "_selected_action": [str(made.pk)]})
        made.refresh_from_db()
        assert made.is_active is active
    assert AuditEvent.objects.filter(verb="ai_template.updated", actor_kind="admin").count() == 2
    assert client.get(reverse("admin:ai_ledgerentry_changelist")).status_code == 200


def test_an_operator_does_not_switch_what_changed_after_the_list_was_shown(cast, env):
    made, other = make(cast), make(cast, request={**REQUEST, "topic": "opening hours on holidays"})
    cast.alice.is_staff = cast.alice.is_superuser = True
    cast.alice.save()
    client = cast.browsers.alice
    where = reverse("admin:ai_responsetemplate_changelist")
    shown = client.get(where).content.decode()
    assert f'name="version-{made.pk}" value="1"' in shown
    assert 'id="action-toggle"' in shown
    response_templates.update(
        actor=cast.bob_actor, template_id=made.pk, version=1, answer={**ANSWER, "caption": "Come."}
    )
    chosen = {"_selected_action": [str(made.pk), str(other.pk)], f"version-{made.pk}": 1, f"version-{other.pk}": 1}
    page = client.post(where, {"action": "switch_off", **chosen}, follow=True).content.decode()
    made.refresh_from_db()
    other.refresh_from_db()
    assert (made.is_active, other.is_active) == (True, False)
    assert "Somebody changed this template in the meantime" in page
    assert "1 stored answer: no longer used." in page
