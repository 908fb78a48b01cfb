"""The strategies API and exports."""

from uuid import uuid4

import pytest
from django.urls import reverse

from documents import export
from documents.export import Bullets, Heading, Paragraph, Table, markdown, pdf
from jobs.testing import drain
from strategies import blocks, selectors
from strategies.models import Strategy
from strategies.offline import write
from tests.strategies.conftest import request

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def api(made):
    return made.browsers.bob


def url(name, cast, *more):
    return reverse(name, args=[cast.strategy.pk, *more])


class TestGenerate:
    def test_body_of_the_documents(self, api, made):
        body = {
            "video_ids": [str(made.first.pk)],
            "platforms": ["tiktok", "instagram"],
            "goals": ["engagement", "views"],
        }
        answer = api.post(reverse("api-strategies-generate"), body, content_type=JSON)
        assert answer.status_code == 201
        found = answer.json()
        assert {"id", "strategy", "created_at"} <= set(found)
        assert {"recommendations", "posting_schedule", "hashtag_strategy"} <= set(found["strategy"])
        assert found["offline"] is True
        assert found["video_ids"] == [str(made.first.pk)]

    def test_respond_async(self, api, made):
        body = {"platforms": ["tiktok"], "goals": ["views"]}
        answer = api.post(
            reverse("api-strategies-generate"), body, content_type=JSON, headers={"Prefer": "respond-async"}
        )
        assert answer.status_code == 202
        found = answer.json()
        assert found["status"] == "queued"
        assert found["estimated_completion"]
        pending = api.get(reverse("api-strategy", args=[found["id"]])).json()
        assert (pending["status"], pending["strategy"]) == ("generating", {})
        drain()
        assert api.get(reverse("api-strategy", args=[found["id"]])).json()["status"] == "ready"

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"platforms": ["tiktok"]}, 400),
            ({"platforms": ["myspace"], "goals": ["views"]}, 400),
            ({"platforms": ["tiktok"], "goals": ["views"], "video_ids": [str(uuid4())]}, 400),
            ({"platforms": ["tiktok"], "goals": ["views"], "video_ids": ["x"]}, 400),
        ],
    )
    def test_bad_bodies(self, api, body, status):
        answer = api.post(reverse("api-strategies-generate"), body, content_type=JSON)
        assert answer.status_code == status
        assert answer.json()["error"] == "validation_error"
        assert answer.json()["details"]["fields"]


class TestResource:
    def test_list_and_read(self, api, made):
        listed = api.get(reverse("api-strategies"), {"search": "garden", "platform": "x"}).json()
        assert (listed["total"], listed["items"][0]["id"]) == (1, str(made.strategy.pk))
        assert "strategy" not in listed["items"][0]
        assert api.get(url("api-strategy", made)).json()["provenance"]["source"] == "offline"

    def test_edit_versions_restore(self, api, made):
        changed = api.patch(
            url("api-strategy", made),
            {"version": 1, "title": "Spring", "strategy": {"summary": "Ours."}},
            content_type=JSON,
        ).json()
        assert (changed["version"], changed["title"], changed["strategy"]["summary"]) == (2, "Spring", "Ours.")
        stale = api.patch(url("api-strategy", made), {"version": 1, "title": "Other"}, content_type=JSON)
        assert stale.status_code == 409
        assert stale.json()["details"]["current"] == 2
        versions = api.get(url("api-strategy-versions", made)).json()
        assert [row["number"] for row in versions["items"]] == [2, 1]
        assert versions["items"][0]["created_by"] == made.bob.email
        old = api.get(url("api-strategy", made), {"version": "1"}).json()
        assert old["strategy"]["summary"] != "Ours."
        restored = api.post(url("api-strategy-restore", made, 1), {"version": 2}, content_type=JSON).json()
        assert restored["version"] == 3
        assert api.post(url("api-strategy-restore", made, 9), {}, content_type=JSON).status_code == 404

    def test_regenerate_a_section(self, api, made):
        same = api.post(url("api-strategy-regenerate", made, "hooks"), {"version": 1}, content_type=JSON)
        assert (same.status_code, same.json()["details"]["code"]) == (409, "strategy_nothing_new")
        mine = {"version": 1, "strategy": {"summary": "Mine."}}
        assert api.patch(url("api-strategy", made), mine, content_type=JSON).status_code == 200
        done = api.post(url("api-strategy-regenerate", made, "summary"), {"version": 2}, content_type=JSON)
        assert (done.status_code, done.json()["version"]) == (200, 3)
        unknown = api.post(url("api-strategy-regenerate", made, "colour"), {"version": 3}, content_type=JSON)
        assert unknown.status_code == 400
        later = api.post(
            url("api-strategy-regenerate", made, "hooks"),
            {"version": 3},
            content_type=JSON,
            headers={"Prefer": "respond-async"},
        )
        assert later.status_code == 202

    def test_delete_and_undelete(self, api, made):
        assert api.delete(url("api-strategy", made)).status_code == 204
        assert api.get(url("api-strategy", made)).status_code == 404
        assert api.post(url("api-strategy-undelete", made)).json()["id"] == str(made.strategy.pk)

    def test_walls(self, api, made):
        client = made.browsers.charlie
        for method, name, more, body in (
            ("get", "api-strategy", (), None),
            ("patch", "api-strategy", (), {"version": 1, "title": "x"}),
            ("delete", "api-strategy", (), {}),
            ("get", "api-strategy-versions", (), None),
            ("get", "api-strategy-export", (), None),
            ("post", "api-strategy-restore", (1,), {"version": 1}),
            ("post", "api-strategy-regenerate", ("hooks",), {"version": 1}),
            ("post", "api-strategy-undelete", (), {}),
        ):
            given = {} if body is None else {"data": body, "content_type": JSON}
            assert getattr(client, method)(url(name, made, *more), **given).status_code == 404
        assert client.get(reverse("api-strategies")).json()["total"] == 0
        client = made.browsers.victor
        refused = client.patch(url("api-strategy", made), {"version": 1, "title": "x"}, content_type=JSON)
        assert refused.status_code == 403
        assert Strategy.objects.get(pk=made.strategy.pk).version == 1


class TestExport:
    def test_markdown(self, api, made):
        answer = api.get(url("api-strategy-export", made), {"format": "md"})
        assert answer["Content-Type"].startswith("text/markdown")
        assert 'filename="home-gardening-on-tiktok-and-x.md"' in answer["Content-Disposition"]
        body = answer.content.decode()
        assert body.startswith("# Home gardening on TikTok and X\n")
        assert "Offline answer" in body
        assert "| Day | Time | Platform |" in body
        assert "first cut 1.8 s, see 0:01.8" in body

    def test_pdf(self, api, made):
        answer = api.get(url("api-strategy-export", made), {"format": "pdf"})
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert len(answer.content) > 5_000

    def test_unknown_format(self, api, made):
        answer = api.get(url("api-strategy-export", made), {"format": "odt"})
        assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")

    def test_an_edited_version_by_a_model_has_no_label(self):
        content = write(request())
        text = markdown.text(blocks.blocks(content, offline=False, version=3))
        assert export.OFFLINE_LABEL not in text
        assert "Version 3" in text

    def test_every_section_has_words(self):
        content = write(request())
        assert all(blocks.section_text(content, key) for key in selectors.SECTIONS)
        content.calendar = []
        assert blocks.section_text(content, "calendar") == ""
        assert export.file_name("  …  ", "md") == "document.md"


class TestFormats:
    DOCUMENT = (
        Heading("Žluťoučký *kůň* <b>", 1),
        Paragraph("# not a heading\n日本 🎬👍🏽", muted=True),
        Bullets(["one | two", "three"]),
        Table(("A", "B"), [("x|y", "1"), ("", "2")]),
    )

    def test_markdown_escapes(self):
        text = markdown.text(self.DOCUMENT)
        assert text.startswith("# Žluťoučký \\*kůň\\* \\<b\\>\n")
        assert "*\\# not a heading" in text
        assert "日本 🎬" in text
        assert "- one | two" in text
        assert "| x\\|y | 1 |" in text
        assert "| --- | --- |" in text

    def test_pdf_replaces_what_no_font_has_and_says_so(self):
        page = pdf._Pdf("x")
        assert page.sure("Ž🎬\u200d👍🏽") == "Ž🎬👍"
        assert not page.replaced
        assert page.sure("日本") == "□□"
        assert page.replaced
        assert pdf.render("x", self.DOCUMENT).startswith(b"%PDF-")
