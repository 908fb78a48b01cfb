"""Making, editing, restoring, deleting scripts."""

import json
from uuid import uuid4

import pytest

from accounts.models import AuditEvent
from ai import wait_for_job
from ai.errors import AiError
from core.errors import Conflict, PermissionDenied, ValidationFailed
from jobs.models import Job, Status
from jobs.testing import drain
from scripts_app import selectors, services
from scripts_app.errors import ScriptError
from scripts_app.models import Script, ScriptVersion
from scripts_app.offline import write
from strategies import services as strategies
from tests.factories import make_analysis, make_video
from tests.scripts.conftest import request

pytestmark = pytest.mark.django_db


class TestGenerate:
    def test_offline_at_once_from_a_video(self, made):
        script = made.script
        assert (script.status, script.version, script.offline, script.video) == ("ready", 1, True, made.video)
        shown = selectors.shown(made.victor_actor, script.pk)
        assert shown.content.segments[0].end_time == 2.0
        assert shown.content.duration == 60
        assert shown.words_per_min == 180.0
        assert shown.warnings == []
        assert shown.newest
        assert not Job.objects.exists()
        assert AuditEvent.objects.filter(verb="script.generated").count() == 1

    def test_target_patterns(self, measured):
        other = make_video(measured.workspace, "Other")
        make_analysis(other, {"hook_timing": (4.0, "s", "late")})
        chosen = [measured.patterns["speech_rate"].pk, other.patterns.get().pk]
        script = services.create(
            actor=measured.bob_actor, concept="x", platform="tiktok", target_patterns=[*chosen, chosen[0]]
        )
        request = selectors.shown(measured.bob_actor, script.pk).request
        assert [(fact.type, fact.value) for fact in request.patterns] == [("speech_rate", 4.5), ("hook_timing", 4.0)]
        assert script.video is None
        one = services.create(
            actor=measured.bob_actor, concept="x", platform="tiktok", target_patterns=chosen[:1],
            video_ids=[measured.video.pk],
        )  # fmt: skip
        assert one.video == measured.video
        assert len(selectors.shown(measured.bob_actor, one.pk).request.patterns) == 3

    def test_variations_share_a_group(self, measured):
        made = services.generate(
            actor=measured.bob_actor, concept="How I plan", platform="youtube", duration=20, variations=3
        )
        assert [script.variation for script in made.scripts] == [0, 1, 2]
        assert len({script.group_id for script in made.scripts}) == 1
        first, second, third = made.scripts
        assert list(selectors.variations(measured.bob_actor, second)) == [first, third]
        contents = [selectors.shown(measured.bob_actor, script.pk).content for script in made.scripts]
        assert contents[0].segments != contents[1].segments

    def test_hooks_come_from_the_strategy(self, measured):
        strategy = strategies.create(actor=measured.bob_actor, platforms=["tiktok"], goals=["views"], niche="sleep")
        script = services.create(
            actor=measured.bob_actor, concept="Nights", platform="tiktok", strategy_id=strategy.pk, duration=30
        )
        assert script.strategy == strategy
        request = selectors.shown(measured.bob_actor, script.pk).request
        assert len(request.hooks) == 6

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"platform": "myspace"}, "platform"),
            ({"duration": 3}, "duration"),
            ({"concept": ""}, "concept"),
            ({"variations": 0}, "variations"),
            ({"variations": 6}, "variations"),
            ({"target_patterns": [uuid4()]}, "target_patterns"),
            ({"video_ids": [uuid4()]}, "video_ids"),
            ({"strategy_id": uuid4()}, "strategy_id"),
        ],
    )
    def test_bad_input(self, measured, changes, field):
        with pytest.raises(ValidationFailed) as raised:
            services.generate(actor=measured.bob_actor, **{"concept": "x", "platform": "tiktok", **changes})
        assert field in raised.value.fields
        assert not Script.objects.exists()

    def test_foreign_patterns_are_unknown(self, measured):
        foreign = make_video(measured.elsewhere, "Foreign")
        make_analysis(foreign)
        with pytest.raises(ValidationFailed) as raised:
            services.generate(
                actor=measured.bob_actor, concept="x", platform="tiktok", target_patterns=[foreign.patterns.first().pk]
            )
        assert raised.value.code == ScriptError.PATTERN_UNKNOWN

    def test_viewers_may_not(self, measured):
        with pytest.raises(PermissionDenied):
            services.generate(actor=measured.victor_actor, concept="x", platform="tiktok")


class TestByJob:
    @pytest.fixture
    def online(self, measured, env, vendor):
        env(OPENAI_API_KEY="k", OPENAI_BASE_URL=vendor.url)
        content = write(request(duration=30)).model_dump(mode="json")
        vendor.replies = [{"text": json.dumps({**content, "title": "From the model", "reasons": []})}]
        return measured

    def order(self, cast, **changes):
        given = {"concept": "5 Tips for Better Sleep", "platform": "tiktok", "duration": 30, "wait_s": 0.0}
        return services.generate(actor=cast.bob_actor, **{**given, **changes})

    def test_ready_after_the_job(self, online):
        made = self.order(online, variations=2)
        assert [script.status for script in made.scripts] == ["generating", "generating"]
        assert len(made.jobs) == 2
        with pytest.raises(Conflict):
            selectors.export(online.bob_actor, made.scripts[0].pk, format_="md")
        with pytest.raises(Conflict):
            services.edit(actor=online.bob_actor, document_id=made.scripts[0].pk, version=1, changes={"title": "x"})
        assert selectors.shown(online.bob_actor, made.scripts[0].pk).warnings == []
        drain()
        made.scripts[0].refresh_from_db()
        assert (made.scripts[0].title, made.scripts[0].offline) == ("From the model", False)

    def test_a_finished_job_is_answered_at_once(self, online, monkeypatch):
        def work(actor, job, seconds=None):
            drain()
            return wait_for_job.selectors.job_of(actor, job.pk)

        monkeypatch.setattr(wait_for_job, "wait_for", work)
        made = self.order(online)
        assert made.jobs == []
        assert made.scripts[0].version == 1

    def test_failure_and_retry(self, online, vendor):
        good = vendor.replies
        vendor.replies = [{"text": None, "refusal": "no"}]
        made = self.order(online)
        (job,) = drain()
        assert (job.status, job.error_code) == (Status.FAILED, AiError.REFUSED)
        made.scripts[0].refresh_from_db()
        assert made.scripts[0].status == "failed"
        vendor.requests.clear()
        vendor.replies = good
        services.retry(actor=online.bob_actor, document_id=made.scripts[0].pk)
        drain()
        made.scripts[0].refresh_from_db()
        assert made.scripts[0].status == "ready"
        with pytest.raises(Conflict):
            services.retry(actor=online.bob_actor, document_id=made.scripts[0].pk)


class TestEdit:
    def rows(self, cast):
        return selectors.shown(cast.bob_actor, cast.script.pk).content.model_dump(mode="json")["segments"]

    def test_segments(self, made):
        rows = self.rows(made)
        rows[0]["audio"] = "Are you tired?"
        rows[-1]["end_time"] = 62.5
        changed = services.edit(
            actor=made.alice_actor, document_id=made.script.pk, version=1, changes={"segments": rows, "title": "Nights"}
        )
        assert (changed.version, changed.title, changed.duration_s) == (2, "Nights", 62.5)
        shown = selectors.shown(made.bob_actor, made.script.pk)
        assert shown.content.segments[0].audio == "Are you tired?"
        assert shown.version.note == "segments, title"
        assert selectors.shown(made.bob_actor, made.script.pk, number=1).content.duration == 60

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            (lambda rows: rows[1].update(start_time=2.5), "segments.1"),
            (lambda rows: rows[1].update(start_time=1.5), "segments.1"),
            (lambda rows: rows[0].update(end_time=0.1), "segments.0"),
            (lambda rows: rows[0].update(role="villain"), "segments.0.role"),
            (lambda rows: rows[0].pop("visual"), "segments.0.visual"),
            (lambda rows: rows.clear(), "segments"),
        ],
    )
    def test_bad_segments_are_named(self, made, change, field):
        rows = self.rows(made)
        change(rows)
        with pytest.raises(ValidationFailed) as raised:
            services.edit(actor=made.bob_actor, document_id=made.script.pk, version=1, changes={"segments": rows})
        assert field in raised.value.fields
        assert ScriptVersion.objects.count() == 1

    @pytest.mark.parametrize("changes", [{}, {"reasons": []}])
    def test_only_what_can_be_edited(self, made, changes):
        with pytest.raises(ValidationFailed):
            services.edit(actor=made.bob_actor, document_id=made.script.pk, version=1, changes=changes)

    def test_no_change_makes_no_version(self, made):
        same = services.edit(
            actor=made.bob_actor, document_id=made.script.pk, version=1, changes={"segments": self.rows(made)}
        )
        assert same.version == 1


class TestSelectors:
    def test_list_and_filters(self, made):
        services.create(actor=made.bob_actor, concept="Bread", platform="youtube")
        actor = made.victor_actor
        assert [row.concept for row in selectors.scripts(actor)] == ["Bread", "5 Tips for Better Sleep"]
        assert selectors.scripts(actor, search="bREAD").count() == 1
        assert selectors.scripts(actor, platform="x").count() == 0
        assert selectors.scripts(actor, platform="tiktok", status="ready").count() == 1
        assert selectors.scripts(made.charlie_actor).count() == 0

    def test_query_budgets(self, made, django_assert_num_queries):
        with django_assert_num_queries(1):
            [(row.title, row.video) for row in selectors.scripts(made.bob_actor)]
        with django_assert_num_queries(1):
            selectors.shown(made.bob_actor, made.script.pk)
