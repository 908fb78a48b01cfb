"""The scripts API and exports."""

import io
import re
from uuid import uuid4

import pytest
from django.urls import reverse
from docx import Document

from documents.export import docx, markdown
from jobs.testing import drain
from scripts_app.blocks import blocks
from scripts_app.models import Script
from scripts_app.offline import write
from tests.scripts.conftest import request

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def api(made):
    return made.browsers.bob


def url(name, cast, *more):
    return reverse(name, args=[cast.script.pk, *more])


class TestGenerate:
    def test_body_of_the_documents(self, api, made):
        body = {
            "concept": "5 Tips for Better Sleep",
            "target_patterns": [str(pattern.pk) for pattern in made.patterns.values()],
            "platform": "tiktok",
            "duration": 60,
        }
        answer = api.post(reverse("api-scripts-generate"), body, content_type=JSON)
        assert answer.status_code == 201
        found = answer.json()
        assert {"id", "script", "created_at"} <= set(found)
        first = found["script"]["segments"][0]
        assert {"start_time", "end_time", "visual", "audio", "text_overlay"} <= set(first)
        assert (first["start_time"], found["script"]["segments"][-1]["end_time"]) == (0, 60)
        assert found["video_id"] == str(made.video.pk)
        assert found["offline"] is True

    def test_variations(self, api):
        body = {"concept": "x", "platform": "tiktok", "variations": 3}
        found = api.post(reverse("api-scripts-generate"), body, content_type=JSON).json()
        assert [row["title"] for row in found["variations"]] == ["x (2)", "x (3)"]

    def test_respond_async(self, api):
        body = {"concept": "x", "platform": "tiktok", "variations": 2}
        answer = api.post(reverse("api-scripts-generate"), body, content_type=JSON, headers={"Prefer": "respond-async"})
        assert answer.status_code == 202
        found = answer.json()
        assert found["task_id"] == found["variations"][0]["task_id"]
        assert len({row["id"] for row in found["variations"]}) == 2
        drain()
        assert api.get(reverse("api-script", args=[found["id"]])).json()["status"] == "ready"

    @pytest.mark.parametrize(
        "body",
        [
            {"platform": "tiktok"},
            {"concept": "x", "platform": "myspace"},
            {"concept": "x", "platform": "tiktok", "duration": 2},
            {"concept": "x", "platform": "tiktok", "variations": 9},
            {"concept": "x", "platform": "tiktok", "target_patterns": [str(uuid4())]},
        ],
    )
    def test_bad_bodies(self, api, body):
        answer = api.post(reverse("api-scripts-generate"), body, content_type=JSON)
        assert answer.status_code == 400
        assert answer.json()["details"]["fields"]


class TestResource:
    def test_list_edit_versions_restore_delete(self, api, made):
        listed = api.get(reverse("api-scripts"), {"search": "SLEEP", "platform": "tiktok"}).json()
        assert (listed["total"], listed["items"][0]["duration"]) == (1, 60)
        script = api.get(url("api-script", made)).json()["script"]
        script["segments"][0]["audio"] = "word " * 40
        changed = api.patch(
            url("api-script", made),
            {"version": 1, "title": "Nights", "script": {"segments": script["segments"]}},
            content_type=JSON,
        ).json()
        assert (changed["version"], changed["title"]) == (2, "Nights")
        assert "Segment 1 has 40 words" in changed["warnings"][0]
        script["segments"][1]["start_time"] = 9
        bad = api.patch(
            url("api-script", made), {"version": 2, "script": {"segments": script["segments"]}}, content_type=JSON
        )
        assert bad.status_code == 400
        assert "segments.1" in bad.json()["details"]["fields"]
        assert api.patch(url("api-script", made), {"version": 1, "title": "x"}, content_type=JSON).status_code == 409
        assert [row["number"] for row in api.get(url("api-script-versions", made)).json()["items"]] == [2, 1]
        assert api.get(url("api-script", made), {"version": "1"}).json()["script"]["title"] != "Nights"
        restored = api.post(url("api-script-restore", made, 1), {"version": 2}, content_type=JSON).json()
        assert (restored["version"], restored["warnings"]) == (3, [])
        assert api.delete(url("api-script", made)).status_code == 204
        assert api.get(url("api-script", made)).status_code == 404
        assert api.post(url("api-script-undelete", made)).status_code == 200

    def test_walls(self, api, made):
        client = made.browsers.charlie
        for method, name, more, body in (
            ("get", "api-script", (), None),
            ("patch", "api-script", (), {"version": 1, "title": "x"}),
            ("delete", "api-script", (), {}),
            ("get", "api-script-versions", (), None),
            ("get", "api-script-export", (), None),
            ("post", "api-script-restore", (1,), {"version": 1}),
            ("post", "api-script-undelete", (), {}),
        ):
            given = {} if body is None else {"data": body, "content_type": JSON}
            assert getattr(client, method)(url(name, made, *more), **given).status_code == 404
        client = made.browsers.victor
        refused = client.patch(url("api-script", made), {"version": 1, "title": "x"}, content_type=JSON)
        assert refused.status_code == 403
        assert Script.objects.get(pk=made.script.pk).version == 1


class TestExport:
    def test_markdown(self, api, made):
        body = api.get(url("api-script-export", made)).content.decode()
        assert body.startswith("# 5 Tips for Better Sleep\n")
        assert "TikTok, 60 s" in body
        assert "| Time | Part | Said | Shown | On screen |" in body
        assert "Why it is built this way" in body

    def test_pdf(self, api, made):
        answer = api.get(url("api-script-export", made), {"format": "pdf"})
        assert answer.content.startswith(b"%PDF-")
        assert answer["Content-Disposition"].endswith('5-tips-for-better-sleep.pdf"')

    def test_docx_has_every_row(self, api, made):
        answer = api.get(url("api-script-export", made), {"format": "docx"})
        page = Document(io.BytesIO(answer.content))
        (table,) = page.tables
        assert len(table.rows) == 1 + len(write(request()).segments)
        assert [cell.text for cell in table.rows[0].cells] == ["Time", "Part", "Said", "Shown", "On screen"]
        assert re.match(r"0:00\.0–0:02\.0", table.rows[1].cells[0].text)
        assert page.core_properties.title == "5 Tips for Better Sleep"

    def test_what_xml_forbids_is_left_out(self):
        content = write(request())
        content.segments[0].audio = "a\x0bb\x00"
        body = docx.render(content.title, blocks(content, platform="tiktok", offline=False, version=1))
        assert Document(io.BytesIO(body)).tables[0].rows[1].cells[2].text == "ab"

    def test_unknown_format(self, api, made):
        assert api.get(url("api-script-export", made), {"format": "odt"}).status_code == 400

    def test_bare_script(self):
        content = write(request())
        content.music, content.reasons, content.notes = "", [], []
        body = markdown.text(blocks(content, platform="tiktok", offline=False, version=1))
        assert "## " not in body
