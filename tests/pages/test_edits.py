"""The edit workflow in the browser's eyes, without a browser: four steps on one address."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from editing import services
from editing.models import Edit, Rendition
from editing.planners import Wish
from editing.requests import EditRequest
from jobs.models import Job
from jobs.testing import drain
from scripts_app.models import Script, ScriptVersion
from tests import factories


def client(user: Any) -> Client:
    return factories.sign_in(user)


@pytest.fixture
def world(cast: SimpleNamespace) -> SimpleNamespace:
    video = factories.make_video(cast.workspace, "Garden tour")
    script = Script.objects.create(
        workspace=cast.workspace, title="Five tips", concept="Tips", platform="tiktok", duration_s=2, status="ready",
        version=1,
    )  # fmt: skip
    segments = [
        {"start_time": 0, "end_time": 1, "role": "hook", "visual": "x", "audio": "x", "text_overlay": "Look <b>"},
        {"start_time": 1, "end_time": 2, "role": "cta", "visual": "x", "audio": "x", "text_overlay": "Follow"},
    ]
    ScriptVersion.objects.create(
        workspace=cast.workspace, script=script, number=1, content={"title": "Five tips", "segments": segments},
        request={"concept": "Tips", "platform": "tiktok", "duration": 5}, reason="generated",
    )  # fmt: skip
    return SimpleNamespace(cast=cast, video=video, script=script, browser=client(cast.alice))


def draft(world: SimpleNamespace, *formats: Wish) -> Edit:
    wishes = formats or (Wish("9:16", resolution="216x384"),)
    request = EditRequest(video_id=world.video.pk, script_id=world.script.pk, formats=wishes)
    return services.draft(actor=world.cast.alice_actor, request=request)


class TestList:
    def test_empty_then_filled_then_filtered(self, world: SimpleNamespace) -> None:
        assert "No edits yet" in world.browser.get("/edits/").content.decode()
        edit = draft(world)
        page = world.browser.get("/edits/").content.decode()
        assert f"/edits/{edit.pk}/" in page
        assert "No edit fits" in world.browser.get("/edits/?q=nothing").content.decode()
        assert "No edit fits" in world.browser.get("/edits/?state=done").content.decode()
        assert "Five tips" in world.browser.get("/edits/?state=unknown").content.decode()

    def test_an_htmx_request_gets_the_fragment(self, world: SimpleNamespace) -> None:
        answer = world.browser.get("/edits/", headers={"HX-Request": "true"})
        assert "<html" not in answer.content.decode()
        assert "HX-Request" in answer["Vary"]

    def test_viewers_are_not_offered_what_they_may_not(self, world: SimpleNamespace) -> None:
        assert "/edits/new/" not in client(world.cast.victor).get("/edits/").content.decode()


class TestFirstStep:
    def test_the_address_chooses(self, world: SimpleNamespace) -> None:
        page = world.browser.get(f"/edits/new/?video={world.video.pk}&script={world.script.pk}").content.decode()
        assert f'<option value="{world.video.pk}" selected>Garden tour · 0:02</option>' in page
        assert "Five tips · TikTok · 2 s" in page

    @pytest.mark.parametrize("query", ["?video=x", "?video=00000000-0000-4000-8000-000000000000", "?script=%00"])
    def test_an_address_that_is_wrong_chooses_nothing(self, world: SimpleNamespace, query: str) -> None:
        assert world.browser.get(f"/edits/new/{query}").status_code == 200

    def test_without_videos_it_says_so(self, world: SimpleNamespace) -> None:
        assert "There is no video to edit yet" in client(world.cast.charlie).get("/edits/new/").content.decode()

    def test_a_draft_comes_of_it(self, world: SimpleNamespace) -> None:
        body = {"video": world.video.pk, "script": world.script.pk, "duration": ""}
        answer = world.browser.post("/edits/new/", body)
        edit = Edit.objects.get()
        assert answer["Location"] == f"/edits/{edit.pk}/?step=formats"
        assert (edit.state, edit.script) == ("draft", world.script)
        assert [output.aspect for output in edit.edit_plan.outputs] == ["9:16", "1:1", "16:9"]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"video": ""}, "Choose the video to edit."),
            ({"video": str(uuid4())}, "Select a valid choice"),
            ({"duration": "0.2"}, "greater than or equal to 1"),
            ({"end": "9"}, "The video ends at 2.00 s"),
            ({"start": "1.5", "end": "0.5"}, "It has to come after the second where the stretch begins."),
            ({"start": "2"}, "The video ends at 2.0 s."),
        ],
    )
    def test_what_is_wrong_is_said_at_once(self, world: SimpleNamespace, change: dict[str, str], words: str) -> None:
        answer = world.browser.post("/edits/new/", {"video": world.video.pk, **change})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not Edit.objects.exists()

    def test_viewers_may_not(self, world: SimpleNamespace) -> None:
        answer = client(world.cast.victor).post("/edits/new/", {"video": world.video.pk})
        assert answer.status_code == 422
        assert "needs the role editor" in answer.content.decode()
        assert not Edit.objects.exists()


class TestSteps:
    def test_a_draft_opens_at_its_formats(self, world: SimpleNamespace) -> None:
        page = world.browser.get(f"/edits/{draft(world).pk}/").content.decode()
        assert "Which files do you want?" in page
        assert "inside the free area" in page

    def test_another_source(self, world: SimpleNamespace) -> None:
        edit = draft(world, Wish("1:1", platform="linkedin"))
        url = f"/edits/{edit.pk}/"
        assert "What is it made from?" in world.browser.get(f"{url}?step=source").content.decode()
        answer = world.browser.post(f"{url}source/", {"video": world.video.pk, "start": "0.5", "end": "1.5"})
        assert answer["Location"] == f"{url}?step=formats"
        edit.refresh_from_db()
        assert edit.script is None
        assert edit.edit_plan.duration_s == pytest.approx(1.0)
        assert [output.key for output in edit.edit_plan.outputs] == ["linkedin-1x1"]
        assert world.browser.post(f"{url}source/", {"video": ""}).status_code == 422

    def test_other_formats_keep_what_the_form_does_not_show(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        body = {"formats": ["|9:16", "tiktok|9:16"], "fit": "pad", "texts": "on", "version": "1"}
        answer = world.browser.post(f"/edits/{edit.pk}/formats/", body)
        assert answer["Location"] == f"/edits/{edit.pk}/?step=preview"
        edit.refresh_from_db()
        outputs = edit.edit_plan.outputs
        assert [(output.key, output.width, output.fit) for output in outputs] == [
            ("9x16", 216, "pad"),
            ("tiktok-9x16", 1080, "pad"),
        ]
        assert edit.edit_plan.audio.source_sound is False
        assert edit.edit_plan.audio.loudness_lufs is None
        again = world.browser.get(f"/edits/{edit.pk}/?step=formats").content.decode()
        assert again.count(" checked") == 2 + 1 + 1

    def test_no_format_and_a_stale_form(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        answer = world.browser.post(f"/edits/{edit.pk}/formats/", {})
        assert answer.status_code == 422
        assert "Choose at least one format." in answer.content.decode()
        answer = world.browser.post(f"/edits/{edit.pk}/formats/", {"formats": ["|1:1"], "version": "7"})
        assert answer.status_code == 422
        assert "Somebody else changed this edit in the meantime" in answer.content.decode()

    def test_preview(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        url = f"/edits/{edit.pk}/"
        page = world.browser.get(f"{url}?step=preview").content.decode()
        assert "Make previews" in page
        assert "Look &lt;b&gt;" in page
        assert world.browser.post(f"{url}preview/")["Location"] == f"{url}?step=preview"
        live = world.browser.get(f"{url}_live/?step=preview").content.decode()
        assert f'data-job="{Job.objects.get().pk}"' in live
        drain()
        live = world.browser.get(f"{url}_live/?step=preview").content.decode()
        assert "<video" in live
        assert "Show what the player covers" in live

    def test_a_preview_of_a_former_plan_is_not_shown(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        world.browser.post(f"/edits/{edit.pk}/preview/")
        drain()
        world.browser.post(f"/edits/{edit.pk}/formats/", {"formats": ["|9:16"], "texts": ""})
        assert "<video" not in world.browser.get(f"/edits/{edit.pk}/?step=preview").content.decode()

    def test_making_and_results(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        url = f"/edits/{edit.pk}/"
        assert "Nothing is made yet" in world.browser.get(f"{url}?step=making").content.decode()
        assert world.browser.post(f"{url}make/")["Location"] == url
        page = world.browser.get(url).content.decode()
        assert f'data-topics="edit:{edit.pk}"' in page
        assert "Cancel" in page
        assert "made" not in world.browser.get(f"{url}?step=formats").content.decode().split("<h1")[0]
        drain()
        live = world.browser.get(f"{url}_live/").content.decode()
        rendition = Rendition.objects.get()
        assert "<video" in live
        assert "216×384" in live
        assert f"?rendition={rendition.pk}" in live
        assert "Download" in live
        assert "Why these" in live

    def test_one_output_again_and_cancel(self, world: SimpleNamespace) -> None:
        edit = draft(world, Wish("9:16", resolution="216x384"), Wish("1:1", resolution="240x240"))
        url = f"/edits/{edit.pk}/"
        world.browser.post(f"{url}make/", {"key": "1x1"})
        assert [row.key for row in Rendition.objects.all()] == ["1x1"]
        world.browser.post(f"{url}cancel/")
        edit.refresh_from_db()
        assert edit.state == "cancelled"
        assert "Make all again" in world.browser.get(url).content.decode()
        answer = world.browser.post(f"{url}cancel/", follow=True)
        assert "Nothing is being rendered for this edit." in answer.content.decode()

    @pytest.mark.parametrize(("state", "words"), [("failed", "It broke."), ("partial", "Some files could not be made")])
    def test_failures_are_told(self, world: SimpleNamespace, state: str, words: str) -> None:
        edit = draft(world)
        Edit.objects.filter(pk=edit.pk).update(state=state, error="It broke.")
        Rendition.objects.create(
            workspace=world.cast.workspace, edit=edit, key="9x16", aspect="9:16", state="failed", error="It broke."
        )
        page = world.browser.get(f"/edits/{edit.pk}/").content.decode()
        assert words in page
        assert "Try again" in page

    def test_delete(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        world.browser.post(f"/edits/{edit.pk}/make/")
        answer = world.browser.post(f"/edits/{edit.pk}/delete/", follow=True)
        assert "Cancel it first" in answer.content.decode()
        world.browser.post(f"/edits/{edit.pk}/cancel/")
        assert world.browser.post(f"/edits/{edit.pk}/delete/")["Location"] == "/edits/"
        assert not Edit.objects.exists()


class TestDoors:
    def test_strangers_find_nothing(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        stranger = client(world.cast.charlie)
        for path in ("", "_live/"):
            assert stranger.get(f"/edits/{edit.pk}/{path}").status_code == 404
        for path in ("source/", "formats/", "preview/", "make/", "cancel/", "delete/"):
            assert stranger.post(f"/edits/{edit.pk}/{path}").status_code == 404
        assert Edit.objects.filter(state="draft").count() == 1

    def test_viewers_look_only(self, world: SimpleNamespace) -> None:
        edit = draft(world)
        viewer = client(world.cast.victor)
        page = viewer.get(f"/edits/{edit.pk}/?step=preview").content.decode()
        assert "Make previews" not in page
        viewer.post(f"/edits/{edit.pk}/make/")
        viewer.post(f"/edits/{edit.pk}/delete/")
        assert not Job.objects.exists()
        assert Edit.objects.count() == 1

    def test_pages_take_a_fixed_number_of_queries(
        self, world: SimpleNamespace, django_assert_max_num_queries: Any
    ) -> None:
        edit = draft(world, *[Wish("9:16", max_duration_s=float(n + 1)) for n in range(6)])
        with django_assert_max_num_queries(20):
            world.browser.get(f"/edits/{edit.pk}/?step=preview")
        for _ in range(5):
            draft(world)
        with django_assert_max_num_queries(20):
            world.browser.get("/edits/")
