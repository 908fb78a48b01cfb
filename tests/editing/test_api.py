"""The editing API as programs see it."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from editing.models import Edit
from jobs.models import Job
from jobs.testing import drain
from tests import factories

OUTPUT = {"duration": 2, "aspect_ratio": "9:16", "resolution": "216x384"}


def client(user: Any) -> APIClient:
    return factories.sign_in(user, APIClient())


@pytest.fixture
def mine(cast: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(cast=cast, video=factories.make_video(cast.workspace, "Garden tour"), api=client(cast.alice))


class TestEditing:
    def test_the_documented_call(self, mine: SimpleNamespace) -> None:
        body = {"platform": "tiktok", "output_format": OUTPUT}
        answer = mine.api.post(f"/api/v1/videos/{mine.video.pk}/edit", body, format="json")
        assert answer.status_code == 202, answer.content
        assert set(answer.json()) == {"task_id", "status", "estimated_completion", "id"}
        assert answer.json()["status"] == "queued"
        assert Job.objects.filter(pk=answer.json()["task_id"], kind="editing.render").exists()
        drain()
        edit = mine.api.get(f"/api/v1/edits/{answer.json()['id']}").json()
        (rendition,) = edit["renditions"]
        assert (edit["state"], rendition["platform"], rendition["aspect_ratio"]) == ("done", "tiktok", "9:16")
        assert (rendition["width"], rendition["height"], rendition["duration"]) == (216, 384, 2.0)
        assert edit["plan"]["outputs"][0]["key"] == "tiktok-9x16"
        assert edit["notes"][0]["text"]
        path = rendition["url"].split("/m/")[1]
        served = mine.api.get(f"/m/{path}")
        assert served.status_code == 200
        assert served["Content-Type"] == "video/mp4"

    def test_several_formats(self, mine: SimpleNamespace) -> None:
        body = {"formats": [{"aspect_ratio": "1:1"}, {"platform": "youtube", "fit": "pad", "max_duration": 30}]}
        answer = mine.api.post(f"/api/v1/videos/{mine.video.pk}/edit", body, format="json")
        assert answer.status_code == 202
        outputs = Edit.objects.get().edit_plan.outputs
        assert [(each.key, each.fit, each.max_duration_s) for each in outputs] == [
            ("1x1", "crop", None),
            ("youtube-9x16", "pad", 30),
        ]

    def test_one_stretch_by_hand(self, mine: SimpleNamespace) -> None:
        body = {"start_time": 0.5, "end_time": 1.5}
        assert mine.api.post(f"/api/v1/videos/{mine.video.pk}/edit", body, format="json").status_code == 202
        (segment,) = Edit.objects.get().edit_plan.segments
        assert (segment.start_s, segment.end_s) == (0.5, 1.5)

    @pytest.mark.parametrize(
        "body",
        [
            {"output_format": {"aspect_ratio": "2:1"}},
            {"output_format": {"resolution": "big"}},
            {"output_format": {"resolution": "1080x00"}},
            {"platform": "myspace"},
            {"formats": [{}]},
            {"formats": [{"aspect_ratio": "1:1"}] * 9},
            {"end_time": 99},
            {"duration": -1},
            {"script_id": "x"},
        ],
    )
    def test_wrong_requests(self, mine: SimpleNamespace, body: dict[str, Any]) -> None:
        answer = mine.api.post(f"/api/v1/videos/{mine.video.pk}/edit", body, format="json")
        assert answer.status_code == 400
        assert answer.json()["error"] == "validation_error"
        assert answer.json()["message"]
        assert not Edit.objects.exists()

    def test_a_video_that_is_not_there(self, mine: SimpleNamespace) -> None:
        assert mine.api.post(f"/api/v1/videos/{uuid4()}/edit", {}, format="json").status_code == 404
        theirs = factories.make_video(mine.cast.elsewhere)
        assert mine.api.post(f"/api/v1/videos/{theirs.pk}/edit", {}, format="json").status_code == 404


class TestEdits:
    @pytest.fixture
    def edit(self, mine: SimpleNamespace) -> Edit:
        body = {"output_format": OUTPUT}
        answer = mine.api.post(f"/api/v1/videos/{mine.video.pk}/edit", body, format="json")
        return Edit.objects.get(pk=answer.json()["id"])

    def test_list_and_filters(self, mine: SimpleNamespace, edit: Edit) -> None:
        body = mine.api.get("/api/v1/edits").json()
        assert (body["total"], body["page"], body["items"][0]["id"]) == (1, 1, str(edit.pk))
        assert mine.api.get("/api/v1/edits?state=done").json()["total"] == 0
        assert mine.api.get(f"/api/v1/edits?video_id={mine.video.pk}&search=garden").json()["total"] == 1
        assert mine.api.get("/api/v1/edits?state=lost").status_code == 400

    def test_preview_render_and_cancel(self, mine: SimpleNamespace, edit: Edit) -> None:
        url = f"/api/v1/edits/{edit.pk}"
        assert mine.api.post(f"{url}/render", {}, format="json").status_code == 409
        assert mine.api.post(f"{url}/cancel").json()["state"] == "cancelled"
        answer = mine.api.post(f"{url}/preview", {"outputs": ["9x16"]}, format="json")
        assert answer.status_code == 202
        assert Job.objects.get(pk=answer.json()["task_id"]).kind == "editing.preview"
        assert mine.api.post(f"{url}/preview", {"outputs": ["4x5"]}, format="json").status_code == 400
        assert mine.api.post(f"{url}/render", {}, format="json").status_code == 202
        drain()
        purposes = {row["purpose"]: row["width"] for row in mine.api.get(url).json()["renditions"]}
        assert purposes == {"export": 216, "preview": 216}

    def test_delete(self, mine: SimpleNamespace, edit: Edit) -> None:
        url = f"/api/v1/edits/{edit.pk}"
        assert mine.api.delete(url).status_code == 409
        mine.api.post(f"{url}/cancel")
        assert mine.api.delete(url).status_code == 204
        assert mine.api.get(url).status_code == 404

    def test_batch(self, mine: SimpleNamespace) -> None:
        items = [{"video_id": str(mine.video.pk)}, {"video_id": str(uuid4())}]
        answer = mine.api.post("/api/v1/edits/batch", {"edits": items}, format="json")
        assert answer.status_code == 202
        accepted, refused = answer.json()["items"]
        assert accepted["status"] == "queued"
        assert refused["error"] == "not_found"
        assert mine.api.post("/api/v1/edits/batch", {"edits": []}, format="json").status_code == 400

    def test_renditions(self, mine: SimpleNamespace, edit: Edit) -> None:
        assert mine.api.get("/api/v1/renditions").json()["total"] == 0
        drain()
        (item,) = mine.api.get("/api/v1/renditions?aspect_ratio=9:16").json()["items"]
        assert item["edit_id"] == str(edit.pk)
        assert mine.api.get("/api/v1/renditions?platform=tiktok").json()["total"] == 0

    def test_viewers_read_and_strangers_find_nothing(self, mine: SimpleNamespace, edit: Edit) -> None:
        viewer, stranger = client(mine.cast.victor), client(mine.cast.charlie)
        url = f"/api/v1/edits/{edit.pk}"
        assert viewer.get(url).status_code == 200
        assert viewer.post(f"{url}/cancel").status_code == 403
        assert viewer.delete(url).status_code == 403
        assert stranger.get(url).status_code == 404
        assert stranger.post(f"{url}/preview", {}, format="json").status_code == 404
        assert APIClient().get(url).status_code == 401
        edit.refresh_from_db()
        assert edit.state == "queued"
