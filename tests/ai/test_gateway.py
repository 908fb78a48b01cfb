"""Budget, stored answers, repair, ledger: the way of a question through the gateway."""

import json
from datetime import timedelta

import pytest
from pydantic import BaseModel

from ai import checks, gateway, purposes, response_templates
from ai.errors import AiError
from ai.models import LedgerEntry, ResponseTemplate
from ai.purposes import Purpose, PurposeKind
from core import clock
from core.errors import NotFound, PermissionDenied, PlanLimit, Throttled, Unavailable, ValidationFailed
from core.hooks import limits
from tests.ai.conftest import Ask, Told

pytestmark = pytest.mark.django_db
IDEA = "five calm habits that help you fall asleep faster at night"


@pytest.fixture
def online(env, vendor):
    """OpenAI's format from the local server, one USD and ten USD per million tokens."""
    env(OPENAI_API_KEY="sk-test", OPENAI_BASE_URL=vendor.url, AI_PRICES={"gpt-test": (1.0, 10.0)})
    vendor.replies = [{"text": json.dumps({"sentence": "From the model"})}]
    return vendor


def ask(cast, **changes):
    return gateway.generate("demo", {"platform": "tiktok", "idea": IDEA, **changes}, cast.alice_actor)


class TestOffline:
    def test_same_request_same_answer_labelled(self, in_workspace, purpose):
        first, second = ask(in_workspace), ask(in_workspace)
        assert first == second
        assert first.offline
        assert first.source == "offline"
        assert first.value.sentence == f"Offline about {IDEA}."
        assert first.provenance()["offline"] is True
        assert gateway.is_offline("demo")
        rows = list(LedgerEntry.objects.all())
        assert [(row.offline, row.outcome, row.cost_micro_usd) for row in rows] == [(True, "ok", 0)] * 2
        assert rows[0].user_id == in_workspace.alice.pk
        assert not ResponseTemplate.objects.exists()

    def test_an_offline_answer_is_checked_too(self, in_workspace, purpose):
        broken = Purpose(
            name="broken", request=Ask, answer=Told, exact_fields=(),
            offline=lambda asked: Told(sentence="x", seconds=99), check=purpose.check,
        )  # fmt: skip
        purposes.register(broken)
        with pytest.raises(Unavailable):
            gateway.generate("broken", {"platform": "tiktok", "idea": "x"}, in_workspace.alice_actor)
        assert LedgerEntry.objects.get().outcome == "invalid"

    def test_request_is_judged(self, in_workspace, purpose):
        with pytest.raises(ValidationFailed) as raised:
            gateway.generate("demo", {"platform": "tiktok"}, in_workspace.alice_actor)
        assert "idea" in raised.value.fields
        with pytest.raises(NotFound):
            gateway.generate("nothing", {}, in_workspace.alice_actor)

    def test_another_model_with_the_same_fields_is_accepted(self, in_workspace, purpose):
        class Other(BaseModel):
            platform: str = "tiktok"
            idea: str = "x"

        assert gateway.generate("demo", Other(), in_workspace.alice_actor).offline

    def test_a_viewer_may_not_generate(self, in_workspace, purpose):
        with pytest.raises(PermissionDenied):
            gateway.generate("demo", {"platform": "tiktok", "idea": "x"}, in_workspace.victor_actor)
        assert not LedgerEntry.objects.exists()


class TestModel:
    def test_answer_is_stored_and_counted(self, in_workspace, purpose, online):
        answer = ask(in_workspace)
        assert (answer.source, answer.offline, answer.value.sentence) == ("model", False, "From the model")
        row = LedgerEntry.objects.get()
        assert (row.tokens_in, row.tokens_out, row.cost_micro_usd) == (120, 30, 120 + 300)
        assert (row.provider, row.model, row.template_id) == ("openai", "gpt-test-2026", answer.template_id)
        stored = ResponseTemplate.objects.get()
        assert stored.expires_at > clock.now() + timedelta(days=29)
        assert stored.answer == {"sentence": "From the model", "seconds": 3}

    def test_nul_characters_reach_no_database(self, in_workspace, purpose, online):
        online.replies = [{"text": '{"sentence": "a\\u0000b"}'}]
        assert ask(in_workspace, idea="x\x00y").value.sentence == "ab"
        assert ResponseTemplate.objects.get().request["idea"] == "xy"

    def test_unknown_price_is_unknown_cost(self, in_workspace, purpose, online, env):
        env(AI_PRICES={})
        ask(in_workspace)
        assert LedgerEntry.objects.get().cost_micro_usd is None

    def test_one_repair(self, in_workspace, purpose, online):
        online.replies = [{"text": '{"sentence": 3'}, {"text": '```json\n{"sentence": "Fixed"}\n```'}]
        answer = ask(in_workspace)
        assert answer.repaired
        assert answer.value.sentence == "Fixed"
        row = LedgerEntry.objects.get()
        assert (row.outcome, row.tokens_in) == ("repaired", 240)
        assert "Correct these points" in str(online.requests[1]["body"])

    def test_meaning_is_repaired_too_and_twice_wrong_is_an_error(self, in_workspace, purpose, online):
        online.replies = [{"text": '{"sentence": "x", "seconds": 99}'}]
        with pytest.raises(Unavailable) as raised:
            ask(in_workspace)
        assert raised.value.code == AiError.ANSWER_INVALID
        assert raised.value.details["objections"] == ["seconds: must be at most 60"]
        assert len(online.requests) == 2
        assert LedgerEntry.objects.get().outcome == "invalid"
        assert not ResponseTemplate.objects.exists()

    @pytest.mark.parametrize(
        ("reply", "error", "outcome"),
        [
            ({"status": 429}, Throttled, "throttled"),
            ({"status": 401}, Unavailable, "unavailable"),
            ({"text": None, "refusal": "no"}, ValidationFailed, "refused"),
        ],
    )
    def test_failures_are_in_the_ledger(self, in_workspace, purpose, online, reply, error, outcome):
        online.replies = [{**reply, "headers": {"retry-after": "1"}}]
        with pytest.raises(error):
            ask(in_workspace)
        assert LedgerEntry.objects.get().outcome == outcome


class TestBudget:
    def test_spent_budget_stops_before_the_call(self, in_workspace, purpose, online, env):
        env(AI_MONTHLY_BUDGET_USD=0.0004)
        ask(in_workspace)
        with pytest.raises(PlanLimit) as raised:
            ask(in_workspace, idea="something else entirely about cooking pasta well")
        assert raised.value.code == AiError.BUDGET_SPENT
        assert len(online.requests) == 1
        assert LedgerEntry.objects.order_by("-id").first().outcome == "budget"

    def test_last_month_and_other_workspaces_do_not_count(self, cast, purpose, online, env, frozen):
        env(AI_MONTHLY_BUDGET_USD=0.0004)
        for workspace, at in ((cast.elsewhere, clock.now()), (cast.workspace, clock.now() - timedelta(days=8))):
            LedgerEntry.objects.create(
                workspace=workspace, purpose="demo", provider="openai", cost_micro_usd=9_999, outcome="ok", at=at
            )
        assert ask(cast).source == "model"

    def test_the_plan_is_asked(self, in_workspace, purpose, online, monkeypatch):
        def refuse(workspace_id, key, n):
            raise PlanLimit("plan", f"No more {key}.")

        monkeypatch.setattr(limits, "_check", refuse)
        with pytest.raises(PlanLimit):
            ask(in_workspace)
        assert not online.requests

    def test_a_budget_needs_prices(self, env):
        assert checks.budget_needs_prices(None) == []
        env(OPENAI_API_KEY="k", AI_MONTHLY_BUDGET_USD=5.0)
        assert [found.id for found in checks.budget_needs_prices(None)] == ["ai.E001", "ai.E001"]
        env(AI_PRICES={"gpt-5.2": (1, 2)})
        assert checks.budget_needs_prices(None) == []
        env(AI_TEXT_MODEL="anthropic:c")
        assert [found.id for found in checks.model_setting_has_key(None)] == ["ai.W001"]


class TestStoredAnswers:
    def test_a_similar_request_is_answered_without_a_call(self, in_workspace, purpose, online):
        first = ask(in_workspace)
        again = ask(in_workspace, idea=IDEA.upper() + "!")
        assert again.cached
        assert again.source == "template"
        assert again.value == first.value
        assert len(online.requests) == 1
        stored = ResponseTemplate.objects.get()
        assert stored.hit_count == 1
        assert stored.last_hit_at is not None
        last = LedgerEntry.objects.order_by("-id").first()
        assert (last.cached, last.cost_micro_usd, last.tokens_in) == (True, 0, 0)

    @pytest.mark.parametrize(
        "changes",
        [
            {"platform": "youtube"},
            {"idea": IDEA.replace("five", "seven lazy")},
            {"idea": f"{IDEA} 7"},
            {"idea": f"not {IDEA}"},
            {"notes": ["https://example.com"]},
            {"idea": "grilling vegetables in the garden"},
        ],
    )
    def test_a_different_request_is_asked_again(self, in_workspace, purpose, online, changes):
        ask(in_workspace)
        assert not ask(in_workspace, **changes).cached
        assert len(online.requests) == 2

    def test_expired_inactive_foreign_and_outdated_answers_do_not_serve(self, cast, purpose, online, frozen):
        ask(cast)
        stored = ResponseTemplate.objects.get()
        for changes in (
            {"expires_at": clock.now()},
            {"expires_at": None, "is_active": False},
            {"is_active": True, "workspace": cast.elsewhere},
        ):
            ResponseTemplate.objects.filter(pk=stored.pk).update(**changes)
            assert not ask(cast).cached
            ResponseTemplate.objects.exclude(pk=stored.pk).delete()
        ResponseTemplate.objects.filter(pk=stored.pk).update(workspace=cast.workspace, answer={"wrong": 1})
        assert not ask(cast).cached

    def test_a_new_purpose_version_does_not_reuse(self, in_workspace, purpose, online):
        ask(in_workspace)
        purposes.register(
            Purpose(
                name="demo", request=Ask, answer=Told, offline=purpose.offline, exact_fields=("platform",), version=2
            )
        )
        assert not ask(in_workspace).cached

    def test_pictures_need_the_same_file_and_engine(self, in_workspace, purpose, online, env):
        def look(checksum):
            return gateway.generate("demo_seen", {"checksum": checksum, "note": "x"}, in_workspace.alice_actor)

        assert not look("aa").cached
        assert "image_url" in str(online.requests[0]["body"])
        assert look("aa").cached
        assert not look("ab").cached
        env(AI_VISION_MODEL="openai:another")
        assert not look("aa").cached

    def test_sweep_removes_only_expired(self, in_workspace, purpose, online, frozen):
        ask(in_workspace)
        assert response_templates.remove_expired() == 0
        clock.advance(timedelta(days=31))
        assert response_templates.remove_expired() == 1


def test_a_purpose_names_only_its_own_fields():
    with pytest.raises(ValueError, match="colour"):
        Purpose(name="x", request=Ask, answer=Told, offline=lambda asked: None, exact_fields=("colour",))
    assert ("captions", "Captions") in purposes.choices()
    assert PurposeKind.TEXT == "text"
