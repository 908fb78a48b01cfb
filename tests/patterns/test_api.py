"""Videos with their patterns, through the API."""

from core.ids import uuid7
from jobs.models import Job
from jobs.testing import drain
from patterns import services
from tests import factories


class TestVideo:
    def test_a_video_with_its_patterns(self, alice, cast, django_assert_max_num_queries):
        video = factories.make_video(cast.workspace, "Clip", tags=("a", "b"))
        factories.make_analysis(video)
        with django_assert_max_num_queries(8):
            found = alice.get(f"/api/v1/videos/{video.pk}").json()
        assert (found["id"], found["filename"], found["duration"], found["status"]) == (
            str(video.pk), "clip.mp4", 2.0, "processed",
        )  # fmt: skip
        pattern = next(one for one in found["patterns"] if one["type"] == "cut_frequency")
        assert (pattern["video_id"], pattern["score"]) == (str(video.pk), None)
        assert pattern["data"] == {
            "value": 30.0, "unit": "per_min", "bucket": "fast", "evidence": {"times_s": [30.0]}, "source": "measured",
            "confidence": 1.0,
        }  # fmt: skip
        assert found["analysis"]["state"] == "done"

    def test_before_the_analysis(self, alice, cast):
        video = factories.make_video(cast.workspace)
        found = alice.get(f"/api/v1/videos/{video.pk}").json()
        assert (found["patterns"], found["analysis"]) == ([], None)
        assert alice.get(f"/api/v1/videos/{video.pk}/analysis").status_code == 404

    def test_the_facts(self, alice, cast, facts):
        video = factories.make_video(cast.workspace)
        factories.make_analysis(video, features=facts)
        assert alice.get(f"/api/v1/videos/{video.pk}/analysis").json()["features"] == facts

    def test_meaning_and_what_was_replaced(self, alice, cast, facts, env):
        video = factories.make_video(cast.workspace)
        factories.make_analysis(video, features=facts)
        before = alice.get(f"/api/v1/videos/{video.pk}/analysis").json()
        assert (before["meaning"], before["former"]) == (None, [])
        answer = alice.post(f"/api/v1/videos/{video.pk}/analyze", {"layer": "meaning"}, format="json")
        assert answer.status_code == 202
        assert Job.objects.get().kind == "patterns.meaning"
        drain()
        services.record(workspace_id=video.workspace_id, video_id=video.pk, features=facts)
        found = alice.get(f"/api/v1/videos/{video.pk}/analysis").json()
        assert (found["meaning"]["state"], found["meaning"]["is_offline"]) == ("done", True)
        assert found["meaning"]["dropped_count"] == 0
        assert [one["part"] for one in found["former"]] == ["facts"]
        sources = {row["data"]["source"] for row in alice.get("/api/v1/patterns?source=derived").json()["items"]}
        assert sources <= {"derived"}
        assert alice.post(f"/api/v1/videos/{video.pk}/analyze", {"layer": "x"}, format="json").status_code == 400

    def test_analysing_is_202_with_the_body_of_the_specification(self, alice, cast):
        video = factories.make_video(cast.workspace)
        answer = alice.post(f"/api/v1/videos/{video.pk}/analyze")
        found = answer.json()
        assert answer.status_code == 202
        assert set(found) == {"task_id", "status", "estimated_completion"}
        assert (found["task_id"], found["status"]) == (str(Job.objects.get().pk), "queued")

    def test_similar(self, alice, cast):
        a, b = factories.make_video(cast.workspace, "A"), factories.make_video(cast.workspace, "B")
        for video in (a, b):
            factories.make_analysis(video)
        (item,) = alice.get(f"/api/v1/videos/{a.pk}/similar").json()["items"]
        assert (item["video"], item["similarity_p"]) == ({"id": str(b.pk), "title": "B"}, 1.0)


class TestPatterns:
    def test_the_list(self, alice, cast, django_assert_max_num_queries):
        video = factories.make_video(cast.workspace)
        factories.make_analysis(video)
        factories.make_analysis(factories.make_video(cast.elsewhere))
        with django_assert_max_num_queries(6):
            found = alice.get("/api/v1/patterns").json()
        assert found["total"] == 2
        assert alice.get(f"/api/v1/patterns?video_id={video.pk}&type=hook_timing").json()["total"] == 1
        assert alice.get("/api/v1/patterns?min_score=10").json()["total"] == 0
        for query in ("type=magic", "min_score=200", "video_id=x"):
            assert alice.get(f"/api/v1/patterns?{query}").status_code == 400

    def test_comparing(self, alice, cast):
        a, b = factories.make_video(cast.workspace, "A"), factories.make_video(cast.workspace, "B")
        for video in (a, b):
            factories.make_analysis(video)
        found = alice.get(f"/api/v1/patterns/compare?video_ids={a.pk},{b.pk}").json()
        assert [video["title"] for video in found["videos"]] == ["A", "B"]
        assert {row["type"] for row in found["rows"]} == {"cut_frequency", "hook_timing"}
        assert alice.get("/api/v1/patterns/compare?video_ids=x,y").status_code == 400
        assert alice.get("/api/v1/patterns/compare").status_code == 400
        assert alice.get(f"/api/v1/patterns/compare?video_ids={a.pk},{uuid7()}").status_code == 404

    def test_scores(self, alice):
        assert alice.get("/api/v1/patterns/scores?platform=tiktok&type=motion").json()["items"] == []
