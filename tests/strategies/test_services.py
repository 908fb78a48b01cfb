"""Making, editing, restoring, deleting; at once offline, by a job with a model."""

import json
from datetime import date

import pytest

from accounts.models import AuditEvent
from ai import wait_for_job
from ai.errors import AiError
from core import clock
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from jobs.models import Job, Status
from jobs.testing import drain
from patterns.models import PatternScore
from strategies import facts, selectors, services
from strategies.errors import StrategyError
from strategies.models import Strategy, StrategyVersion
from strategies.offline import write
from strategies.schema import StrategyRequest
from tests.factories import make_analysis, make_video

pytestmark = pytest.mark.django_db


class TestGenerate:
    def test_offline_at_once(self, made):
        strategy = made.strategy
        assert (strategy.status, strategy.version, strategy.offline) == ("ready", 1, True)
        assert strategy.platforms == ["tiktok", "twitter"]
        assert not Job.objects.exists()
        shown = selectors.shown(made.victor_actor, strategy.pk)
        assert shown.newest
        assert shown.version.provenance["source"] == "offline"
        assert [video.title for video in shown.request.videos] == ["Morning routine", "Garden tour"]
        assert shown.request.start_on == date(2026, 5, 11)
        assert shown.content.recommendations[0].evidence[0].value == 1.8
        assert shown.content.recommendations[0].evidence[0].time_s == 1.8
        assert list(strategy.videos.order_by("title").values_list("title", flat=True)) == [
            "Garden tour",
            "Morning routine",
        ]
        assert AuditEvent.objects.filter(verb="strategy.generated", subject_id=str(strategy.pk)).count() == 1

    def test_same_inputs_same_answer(self, made):
        again = services.create(
            actor=made.bob_actor,
            video_ids=[made.first.pk, made.second.pk],
            platforms=["tiktok", "x"],
            goals=["engagement"],
            niche="home gardening",
            weeks=1,
        )
        both = [selectors.shown(made.bob_actor, pk).content for pk in (made.strategy.pk, again.pk)]
        assert both[0] == both[1]

    @pytest.mark.parametrize(
        ("changes", "code", "field"),
        [
            ({"platforms": ["myspace"]}, StrategyError.INPUT_INVALID, "platforms"),
            ({"platforms": []}, StrategyError.INPUT_INVALID, "platforms"),
            ({"timezone": "Mars"}, StrategyError.INPUT_INVALID, "timezone"),
        ],
    )
    def test_bad_input(self, measured, changes, code, field):
        with pytest.raises(ValidationFailed) as raised:
            services.generate(actor=measured.bob_actor, **{"platforms": ["tiktok"], "goals": ["views"], **changes})
        assert raised.value.code == code
        assert field in raised.value.fields
        assert not Strategy.objects.exists()

    def test_videos_are_judged(self, measured):
        foreign = make_video(measured.elsewhere, "Foreign")

        def ask(*videos):
            services.generate(
                actor=measured.bob_actor, video_ids=[v.pk for v in videos], platforms=["tiktok"], goals=["views"]
            )

        with pytest.raises(ValidationFailed) as raised:
            ask(foreign)
        assert raised.value.code == StrategyError.VIDEO_UNKNOWN
        with pytest.raises(ValidationFailed) as raised:
            ask(measured.first, measured.raw)
        assert raised.value.code == StrategyError.VIDEO_NOT_MEASURED
        assert "“Not yet” is not analysed yet" in raised.value.message
        measured.first.deleted_at = clock.now()
        measured.first.save()
        with pytest.raises(ValidationFailed):
            ask(measured.first)
        with pytest.raises(ValidationFailed):
            services.generate(
                actor=measured.bob_actor,
                video_ids=[make_uuid(n) for n in range(21)],
                platforms=["tiktok"],
                goals=["views"],
            )
        assert not Strategy.objects.exists()

    def test_viewers_may_not(self, measured):
        with pytest.raises(PermissionDenied):
            services.generate(actor=measured.victor_actor, platforms=["tiktok"], goals=["views"])

    def test_timezone_of_the_person_and_monday(self, measured, frozen):
        measured.bob.preferences.timezone = "Pacific/Apia"
        measured.bob.preferences.save()
        strategy = services.create(actor=measured.bob_actor, platforms=["tiktok"], goals=["views"])
        assert strategy.inputs["timezone"] == "Pacific/Apia"
        assert strategy.inputs["start_on"] == "2026-05-11"
        assert services.next_monday("no/zone") == date(2026, 5, 11)
        system = services.create(
            actor=making_system(measured), platforms=["tiktok"], goals=["views"], start_on=date(2026, 6, 1)
        )
        assert (system.inputs["timezone"], system.inputs["start_on"]) == ("UTC", "2026-06-01")


def make_uuid(n):
    from uuid import UUID

    return UUID(int=n)


def making_system(cast):
    from core.actor import Actor

    return Actor.system(cast.workspace.pk)


class TestByJob:
    @pytest.fixture
    def online(self, measured, env, vendor):
        env(OPENAI_API_KEY="k", OPENAI_BASE_URL=vendor.url)
        return measured

    def order(self, cast, **changes):
        return services.generate(
            actor=cast.bob_actor,
            **{"video_ids": [cast.first.pk], "platforms": ["tiktok"], "goals": ["views"], "wait_s": 0.0, **changes},
        )

    def answer(self, vendor, cast, **changes):
        request = StrategyRequest(
            platforms=["tiktok"],
            goals=["views"],
            start_on=services.next_monday("UTC"),
            videos=facts.gather(cast.bob_actor, [cast.first]),
        )
        content = write(request).model_dump(mode="json")
        vendor.replies = [{"text": json.dumps({**content, **changes})}]

    def test_waits_and_then_hands_over_the_job(self, online, vendor):
        self.answer(vendor, online, title="From the model")
        made = self.order(online)
        assert made.strategy.status == "generating"
        assert made.job.kind == "strategies.generate"
        drain()
        made.strategy.refresh_from_db()
        assert (made.strategy.status, made.strategy.title, made.strategy.offline) == ("ready", "From the model", False)
        assert selectors.shown(online.bob_actor, made.strategy.pk).version.provenance["model"] == "gpt-test-2026"

    def test_a_finished_job_is_answered_at_once(self, online, vendor, monkeypatch):
        self.answer(vendor, online)

        def work(actor, job, seconds=None):
            drain()
            return wait_for_job.selectors.job_of(actor, job.pk)

        monkeypatch.setattr(wait_for_job, "wait_for", work)
        made = self.order(online)
        assert made.job is None
        assert made.strategy.version == 1

    def test_a_refusal_is_a_failed_strategy_with_a_sentence_and_can_be_retried(self, online, vendor):
        vendor.replies = [{"text": None, "refusal": "no"}]
        made = self.order(online)
        with pytest.raises(Conflict):
            services.edit(actor=online.bob_actor, document_id=made.strategy.pk, version=1, changes={"title": "x"})
        with pytest.raises(Conflict):
            selectors.export(online.bob_actor, made.strategy.pk, format_="md")
        (job,) = drain()
        assert (job.status, job.error_code) == (Status.FAILED, AiError.REFUSED)
        made.strategy.refresh_from_db()
        assert made.strategy.status == "failed"
        assert "declined" in made.strategy.error
        vendor.requests.clear()
        self.answer(vendor, online)
        again = services.retry(actor=online.bob_actor, document_id=made.strategy.pk)
        assert again.strategy.status == "generating"
        drain()
        made.strategy.refresh_from_db()
        assert (made.strategy.status, made.strategy.error) == ("ready", "")
        with pytest.raises(Conflict):
            services.retry(actor=online.bob_actor, document_id=made.strategy.pk)

    @pytest.mark.parametrize("status", [429, 500])
    def test_trouble_that_heals_is_tried_again(self, online, vendor, status, frozen):
        vendor.replies = [{"status": status, "headers": {"retry-after": "1"}}]
        made = self.order(online)
        (job,) = drain()
        assert job.status == Status.WAITING
        vendor.requests.clear()
        self.answer(vendor, online)
        drain(advance=True)
        made.strategy.refresh_from_db()
        assert made.strategy.status == "ready"

    def test_a_rejected_key_fails_at_once(self, online, vendor):
        vendor.replies = [{"status": 401}]
        made = self.order(online)
        (job,) = drain()
        assert (job.status, job.error_code) == (Status.FAILED, AiError.MISCONFIGURED)
        made.strategy.refresh_from_db()
        assert made.strategy.status == "failed"

    def test_a_section_by_a_model(self, online, vendor):
        self.answer(vendor, online)
        made = self.order(online)
        drain()
        vendor.requests.clear()
        self.answer(vendor, online, summary="A new summary.", title="Not taken")
        again = services.regenerate(
            actor=online.bob_actor, document_id=made.strategy.pk, version=1, section="summary", wait_s=0.0
        )
        assert again.job is not None
        assert again.strategy.status == "ready"
        drain()
        shown = selectors.shown(online.bob_actor, made.strategy.pk)
        assert (shown.content.summary, shown.strategy.version) == ("A new summary.", 2)
        assert shown.content.title != "Not taken"


class TestRegenerate:
    def test_one_section_from_the_newest_facts(self, made):
        pattern = made.first.patterns.get(type="hook_timing")
        pattern.value = 0.9
        pattern.evidence = {"times_s": [0.9]}
        pattern.save()
        before = selectors.shown(made.bob_actor, made.strategy.pk).content
        after = services.regenerate(
            actor=made.bob_actor, document_id=made.strategy.pk, version=1, section="recommendations"
        )
        shown = selectors.shown(made.bob_actor, made.strategy.pk)
        assert after.strategy.version == 2
        assert shown.content.recommendations[0].evidence[0].value == 0.9
        assert shown.content.hooks == before.hooks
        assert (shown.version.reason, shown.version.note) == ("regenerated", "Recommendations")

    @pytest.mark.parametrize("section", ["hooks", "pillars"])
    def test_the_same_words_in_another_order_are_nothing_new_and_are_said_to_be(self, made, section):
        with pytest.raises(Conflict, match="without a language model there is nothing new") as refused:
            services.regenerate(actor=made.bob_actor, document_id=made.strategy.pk, version=1, section=section)
        assert refused.value.code == StrategyError.NOTHING_NEW
        assert selectors.shown(made.bob_actor, made.strategy.pk).strategy.version == 1

    def test_a_section_that_was_edited_can_be_made_again(self, made):
        services.edit(actor=made.bob_actor, document_id=made.strategy.pk, version=1, changes={"summary": "Mine."})
        services.regenerate(actor=made.bob_actor, document_id=made.strategy.pk, version=2, section="summary")
        assert selectors.shown(made.bob_actor, made.strategy.pk).content.summary != "Mine."

    def test_refusals(self, made):
        def again(**changes):
            given = {"actor": made.bob_actor, "document_id": made.strategy.pk, "version": 1, "section": "hooks"}
            services.regenerate(**{**given, **changes})

        with pytest.raises(ValidationFailed):
            again(section="title")
        with pytest.raises(Conflict):
            again(version=7)
        with pytest.raises(NotFound):
            again(actor=made.charlie_actor)
        with pytest.raises(PermissionDenied):
            again(actor=made.victor_actor)
        assert StrategyVersion.objects.count() == 1


class TestEdit:
    def test_a_section(self, made):
        changed = services.edit(
            actor=made.alice_actor,
            document_id=made.strategy.pk,
            version=1,
            changes={"summary": "Ours.", "title": "Spring"},
        )
        assert (changed.version, changed.title) == (2, "Spring")
        shown = selectors.shown(made.bob_actor, made.strategy.pk)
        assert shown.content.summary == "Ours."
        assert shown.version.created_by == made.alice
        assert shown.version.provenance["edited"] is True
        old = selectors.shown(made.bob_actor, made.strategy.pk, number=1)
        assert old.content.summary != "Ours."
        assert not old.newest

    @pytest.mark.parametrize(
        "changes",
        [{}, {"colour": 1}, {"summary": ""}, {"hooks": [{"text": "x"}]}, {"calendar": [{"on": "never"}]}],
    )
    def test_what_does_not_fit_is_refused(self, made, changes):
        with pytest.raises(ValidationFailed):
            services.edit(actor=made.bob_actor, document_id=made.strategy.pk, version=1, changes=changes)
        assert StrategyVersion.objects.count() == 1

    def test_measured_evidence_stays_true(self, made):
        content = selectors.shown(made.bob_actor, made.strategy.pk).content.model_dump(mode="json")
        content["recommendations"][0]["evidence"][0]["value"] = 0.1
        with pytest.raises(ValidationFailed) as raised:
            services.edit(
                actor=made.bob_actor,
                document_id=made.strategy.pk,
                version=1,
                changes={"recommendations": content["recommendations"]},
            )
        assert raised.value.code == StrategyError.CONTENT_INVALID

    def test_nul_characters_are_left_out(self, made):
        services.edit(
            actor=made.bob_actor, document_id=made.strategy.pk, version=1, changes={"limitations": ["a\x00b"]}
        )
        assert selectors.shown(made.bob_actor, made.strategy.pk).content.limitations == ["ab"]


class TestFacts:
    def test_places_of_every_kind(self, measured):
        video = make_video(measured.workspace, "Places")
        make_analysis(video, {"silence": (0.2, "ratio", "much"), "motion": (0.5, "per_s", "moving")})
        silence = video.patterns.get(type="silence")
        silence.evidence = {"spans_s": [[3.0, 4.0], [8.0, 9.5]], "shortest_s": 1.0, "note": "x"}
        silence.save()
        motion = video.patterns.get(type="motion")
        motion.evidence = {"time_s": 2.0, "shots": [{"start_s": 5.0}, {"start_s": 7.0}], "flags": [True, "x"]}
        motion.save()
        found = {fact.type: fact for fact in facts.gather(measured.bob_actor, [video])[0].facts}
        assert (found["silence"].time_s, found["silence"].times_s) == (3.0, [8.0])
        assert (found["motion"].time_s, found["motion"].times_s) == (2.0, [5.0, 7.0])
        motion.evidence = []
        assert facts.fact(motion).time_s is None

    def test_scores_of_the_newest_run(self, cast):
        from core.ids import uuid7

        assert facts.scores(cast.alice_actor) == []
        old, new = uuid7(), uuid7()

        def row(run, score, workspace=cast.workspace, **changes):
            PatternScore.objects.create(
                **{
                    "workspace": workspace, "run_id": run, "platform": "tiktok", "type": "hook_timing",
                    "level": "early", "score": score, "sample_size": 40, "as_of": clock.now(), **changes,
                }
            )  # fmt: skip

        row(old, 90.0)
        row(new, 80.04)
        row(new, None, level="late")
        row(uuid7(), 10.0, workspace=cast.elsewhere)
        (found,) = facts.scores(cast.alice_actor)
        assert (found.score, found.label, found.level) == (80.0, "First cut", "early")

    def test_scores_reach_the_strategy(self, measured):
        from core.ids import uuid7

        PatternScore.objects.create(
            workspace=measured.workspace, run_id=uuid7(), platform="tiktok", type="hook_timing", level="middle",
            score=91.0, sample_size=44, as_of=clock.now(),
        )  # fmt: skip
        strategy = services.create(
            actor=measured.bob_actor, video_ids=[measured.first.pk], platforms=["tiktok"], goals=["views"]
        )
        first = selectors.shown(measured.bob_actor, strategy.pk).content.recommendations[0]
        assert first.basis == "learned"
        assert "44 posts" in first.text


class TestSelectors:
    def test_list_and_filters(self, made):
        services.create(actor=made.bob_actor, platforms=["youtube"], goals=["views"], niche="Cooking")
        actor = made.victor_actor
        assert [row.niche for row in selectors.strategies(actor)] == ["Cooking", "home gardening"]
        assert selectors.strategies(actor, search="GARDEN").count() == 1
        assert selectors.strategies(actor, platform="x").count() == 1
        assert selectors.strategies(actor, platform="youtube").count() == 1
        assert selectors.strategies(actor, status="failed").count() == 0
        assert selectors.strategies(made.charlie_actor).count() == 0

    def test_compare(self, made):
        services.edit(
            actor=made.bob_actor, document_id=made.strategy.pk, version=1, changes={"summary": "One new summary."}
        )
        first, second = (selectors.shown(made.bob_actor, made.strategy.pk, number=n).content for n in (1, 2))
        (difference,) = selectors.compare(first, second)
        assert difference.label == "Summary"
        assert {change.kind for change in difference.changes} >= {"removed", "added"}
        assert selectors.compare(first, first) == []
        changes = selectors.word_changes(["a", "b", "c"], ["a", "x", "c", "d"])
        assert [(c.kind, c.words) for c in changes] == [
            ("same", "a"), ("removed", "b"), ("added", "x"), ("same", "c"), ("added", "d"),
        ]  # fmt: skip
