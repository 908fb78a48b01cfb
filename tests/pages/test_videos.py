"""The library, the upload page and a video's page."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from core import clock
from core.ids import uuid7
from editing.models import Edit, Rendition
from jobs.models import Job
from jobs.testing import drain
from media.models import MediaFile
from pages.videos import timeline
from pages.videos.filmstrip import filmstrip
from patterns.models import FormerAnalysis, Meaning, Pattern
from publishing.models import Post, PostMedia
from scripts_app.models import Script
from tests import factories
from videos.models import Folder, Tag, Video
from videos.services import intake, library

# The list: with what is stored. A video: with its meaning and what was replaced.
LIST_BUDGET, PAGE_BUDGET = 17, 18


@pytest.fixture
def facts():
    return {
        "engine_version": "9", "duration_s": 20.0, "fps": 25.0, "has_audio": True,
        "cuts": [{"time_s": 0.8, "confidence": 0.9}, {"time_s": 5.0, "confidence": 0.7}],
        "shots": [{"start_s": 0.0, "end_s": 0.8, "motion": 0.01}, {"start_s": 0.8, "end_s": 5.0, "motion": 0.2},
                  {"start_s": 5.0, "end_s": 20.0, "motion": None}],
        "transitions": [{"start_s": 10.0, "end_s": 10.5, "kind": "fade_in", "confidence": 0.8}],
        "motion": {"mean": 0.2, "peak": 1.0, "curve": {"step_s": 10.0, "values": [0.1, 1.05]}},
        "hook": {"window_s": 3.0, "first_cut_s": 0.8, "first_speech_s": 1.5, "loudness_step_lu": -3.0},
        "loudness": {"integrated_lufs": -14.2, "curve": {"step_s": 5.0, "values": [-30.0, None, 0.0, 5.0]}},
        "overlays": [{"start_s": 2.0, "end_s": 6.0, "text": "Three\ntips <b>",
                      "box": {"left": 0.1, "top": 0.7, "width": 0.5, "height": 0.1}}],
        "silences": [{"start_s": 6.0, "end_s": 8.0, "kind": "silence"},
                     {"start_s": 9.0, "end_s": 9.5, "kind": "pause"}],
        "speech": [{"start_s": 1.5, "end_s": 5.5}],
        "layers": {},
    }  # fmt: skip


def sign_in(user) -> Client:
    return factories.sign_in(user)


@pytest.fixture
def alice(cast):
    return sign_in(cast.alice)


@pytest.fixture
def victor(cast):
    return sign_in(cast.victor)


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


class TestLibrary:
    def test_an_empty_one_says_what_to_do(self, alice):
        page = text(alice.get("/videos/"))
        assert "Upload your first video" in page
        assert "up to 500" in page

    def test_visitors_are_led_to_the_sign_in_page(self, db, client):
        answer = client.get("/videos/")
        assert answer.status_code == 302
        assert "/account/login/" in answer["Location"]

    @pytest.mark.parametrize("view", ["grid", "list"])
    def test_cards_within_the_budget(self, alice, cast, django_assert_max_num_queries, view):
        for number in range(6):
            video = factories.make_video(cast.workspace, f"Video {number}", tags=("sea", f"t{number}"))
            factories.make_analysis(video)
            factories.make_folder(cast.workspace, f"Folder {number}")
        with django_assert_max_num_queries(LIST_BUDGET):
            page = text(alice.get(f"/videos/?view={view}"))
        for number in range(6):
            assert f"Video {number}" in page
        assert "style=" not in page

    def test_fragment_for_htmx(self, alice, cast):
        factories.make_video(cast.workspace, "Boat")
        answer = alice.get("/videos/?q=boat", HTTP_HX_REQUEST="true")
        assert answer.content.decode().lstrip().startswith('<div id="videos-list"')
        assert "HX-Request" in answer["Vary"]

    def test_filters_in_the_address(self, alice, cast):
        folder = factories.make_folder(cast.workspace, "Sea")
        factories.make_video(cast.workspace, "Boat", folder=folder)
        factories.make_video(cast.workspace, "Car", status="failed", error="Broken file.", search="car")
        assert "Boat" not in text(alice.get("/videos/?status=failed", HTTP_HX_REQUEST="true"))
        assert "Broken file." in text(alice.get("/videos/?status=failed"))
        assert "Car" not in text(alice.get(f"/videos/?folder={folder.pk}", HTTP_HX_REQUEST="true"))
        assert "No video fits these filters" in text(alice.get("/videos/?q=zebra"))
        assert "The trash is empty" in text(alice.get("/videos/?place=trash"))
        assert "Nothing is archived" in text(alice.get("/videos/?place=archived"))
        for odd in ("?sort=password", "?status=lost", "?folder=x", "?page=99", "?q=%00", "?place=mars"):
            assert alice.get(f"/videos/{odd}").status_code == 200

    def test_moving_cards_follow_their_job(self, alice, cast):
        video = factories.make_video(cast.workspace, status="uploaded")
        intake.enqueue_processing(cast.alice_actor, video)
        page = text(alice.get("/videos/"))
        assert f'data-topics="video:{video.pk}"' in page
        assert f'data-job="{Job.objects.get().pk}"' in page
        for view in ("", "?view=list"):
            assert video.title in text(alice.get(reverse("video_card", args=[video.pk]) + view))

    def test_viewers_see_no_way_to_change_anything(self, victor, cast):
        factories.make_video(cast.workspace)
        page = text(victor.get("/videos/"))
        assert "Upload videos" not in page
        assert 'name="do"' not in page
        assert "you may look" in text(victor.get("/videos/upload/")).lower()

    def test_strangers_see_nothing(self, cast):
        video = factories.make_video(cast.workspace, "Secret")
        charlie = sign_in(cast.charlie)
        assert "Secret" not in text(charlie.get("/videos/"))
        for name in ("video_detail", "video_card", "video_analysis", "video_storyboard"):
            assert charlie.get(reverse(name, args=[video.pk])).status_code == 404
        for name in ("video_delete", "video_retry", "video_analyze", "video_archive", "video_restore"):
            assert charlie.post(reverse(name, args=[video.pk])).status_code == 404
        assert Video.objects.get().deleted_at is None


class TestBulk:
    def act(self, client, verb, videos, **more):
        body = {"do": verb, "video": [str(video.pk) for video in videos], **more}
        return client.post("/videos/bulk/", body, follow=True)

    def test_delete_and_undo(self, alice, cast):
        videos = [factories.make_video(cast.workspace, f"V{number}") for number in range(2)]
        page = text(self.act(alice, "delete", videos))
        assert "2 videos moved to the trash." in page
        assert Video.objects.filter(deleted_at__isnull=True).count() == 0
        assert "moved to the trash" not in text(alice.get("/videos/"))
        back = {"kind": "delete", "video": [str(video.pk) for video in videos]}
        assert "2 videos back in the library." in text(alice.post("/videos/undo/", back, follow=True))
        assert Video.objects.filter(deleted_at__isnull=True).count() == 2

    def test_archive_and_undo(self, alice, cast):
        video = factories.make_video(cast.workspace)
        assert "1 video archived." in text(self.act(alice, "archive", [video]))
        alice.post("/videos/undo/", {"kind": "archive", "video": [str(video.pk)]})
        assert Video.objects.get().archived_at is None

    def test_move_tag_analyse_restore(self, alice, cast):
        video, folder = factories.make_video(cast.workspace), factories.make_folder(cast.workspace)
        assert "moved to “Launch”" in text(self.act(alice, "move", [video], folder=str(folder.pk)))
        assert library.get(cast.alice_actor, video.pk).folder == folder
        self.act(alice, "move", [video], folder="")
        assert library.get(cast.alice_actor, video.pk).folder is None
        self.act(alice, "tag", [video], tag="sea, sun")
        assert Tag.objects.count() == 2
        self.act(alice, "analyse", [video])
        assert Job.objects.get().kind == "patterns.analyse"
        self.act(alice, "archive", [video])
        self.act(alice, "unarchive", [video])
        self.act(alice, "delete", [video])
        self.act(alice, "restore", [video])
        assert library.get(cast.alice_actor, video.pk).archived_at is None

    def test_what_is_missing_is_said(self, alice, cast):
        video = factories.make_video(cast.workspace)
        assert "Choose at least one video." in text(self.act(alice, "delete", []))
        assert "Type the tag to add first." in text(self.act(alice, "tag", [video]))
        assert "Choose what to do" in text(self.act(alice, "explode", [video]))
        answer = alice.post("/videos/bulk/", {"do": "delete", "video": ["x", str(uuid7())]}, follow=True)
        assert "does not exist" in text(answer)

    def test_a_viewer_may_not(self, victor, cast):
        video = factories.make_video(cast.workspace)
        assert self.act(victor, "delete", [video]).status_code == 403
        assert Video.objects.get().deleted_at is None

    def test_it_leads_back_only_to_our_pages(self, alice, cast):
        video = factories.make_video(cast.workspace)
        body = {"do": "archive", "video": [str(video.pk)]}
        assert alice.post("/videos/bulk/", {**body, "next": "/videos/?q=a"})["Location"] == "/videos/?q=a"
        assert alice.post("/videos/bulk/", {**body, "next": "https://evil.example/videos/"})["Location"] == "/videos/"


class TestFolders:
    def test_life_of_a_folder(self, alice, cast):
        answer = alice.post("/videos/folders/", {"name": "Launch"}, follow=True)
        folder = Folder.objects.get()
        assert "Launch" in text(answer)
        alice.post("/videos/folders/", {"name": "Inner", "parent": str(folder.pk)})
        assert Folder.objects.get(name="Inner").parent == folder
        alice.post(reverse("videos_folder_update", args=[folder.pk]), {"name": "Start"})
        page = text(alice.post(reverse("videos_folder_delete", args=[folder.pk]), follow=True))
        assert "The folder “Start” is deleted; its videos are still here." in page
        alice.post("/videos/undo/", {"kind": "folder", "video": [str(folder.pk)]})
        assert Folder.objects.get(pk=folder.pk).deleted_at is None

    def test_refusals_are_said(self, alice, cast):
        factories.make_folder(cast.workspace, "Launch")
        other = factories.make_folder(cast.workspace, "Other")
        assert "here already" in text(alice.post("/videos/folders/", {"name": "Launch"}, follow=True))
        url = reverse("videos_folder_update", args=[other.pk])
        assert "here already" in text(alice.post(url, {"name": "launch"}, follow=True))
        assert alice.post(reverse("videos_folder_update", args=[uuid7()]), {"name": "x"}).status_code == 404


class TestUploadPage:
    def send(self, client, name, data, **more):
        return client.post("/videos/upload/", {"file": SimpleUploadedFile(name, data), **more}, follow=True)

    def test_the_plain_form_works_without_scripts(self, alice, cast):
        folder = factories.make_folder(cast.workspace)
        answer = self.send(alice, "sea.mp4", factories.tiny_mp4().read_bytes(), title="Sea", folder=str(folder.pk))
        video = Video.objects.get()
        assert answer.redirect_chain == [(f"/videos/{video.pk}/", 302)]
        assert (video.title, video.folder) == ("Sea", folder)
        assert "“Sea” is uploaded." in text(answer)

    @pytest.mark.parametrize(
        ("name", "data", "status", "words"),
        [
            (
                "words.mp4",
                b"only words " * 50,
                415,
                "“words.mp4” is not a video we can use: its content is plain text.",
            ),
            ("none.mp4", b"", 400, "“none.mp4” is empty (0 bytes)."),
        ],
    )
    def test_refusals_stand_at_the_field(self, alice, name, data, status, words):
        answer = self.send(alice, name, data)
        assert answer.status_code == status
        assert words in text(answer)
        assert (Video.objects.count(), MediaFile.objects.count()) == (0, 0)

    def test_without_a_file(self, alice):
        assert alice.post("/videos/upload/", {}).status_code == 422

    def test_a_viewer_may_not(self, victor):
        assert self.send(victor, "a.mp4", factories.tiny_mp4().read_bytes()).status_code == 403

    def test_it_says_how_much_is_stored(self, alice, cast):
        factories.make_video(cast.workspace)
        assert "of 20 GB" in text(alice.get("/videos/upload/"))


class TestVideoPage:
    def test_the_timeline_within_the_budget(self, alice, cast, facts, django_assert_max_num_queries):
        board = {"count": 40, "columns": 10, "rows": 4, "tile_width": 160, "tile_height": 90, "interval_s": 0.5}
        sprite = factories.make_media(
            cast.workspace, data=b"j", kind="storyboard", content_type="image/jpeg", probe=board, width=1600, height=360
        )
        poster = factories.make_media(cast.workspace, data=b"j", kind="thumbnail", content_type="image/jpeg")
        video = factories.make_video(cast.workspace, "Boat", poster=poster, storyboard=sprite, tags=("sea",))
        factories.make_analysis(video, features=facts)
        with django_assert_max_num_queries(PAGE_BUDGET):
            answer = alice.get(f"/videos/{video.pk}/")
        page = text(answer)
        assert 'data-duration="20.000"' in page
        assert 'data-cuts="0.8,5"' in page
        assert page.count("<image ") == 14
        assert 'data-segment="shot-2" data-start="0.800" data-end="5.000"' in page
        assert "30 cuts/min" in page
        assert "cuts fast" in page
        assert "style=" not in page
        assert re.search(r'<video [^>]*src="/m/', page)
        assert alice.get(re.search(r'<video [^>]*src="([^"]+)"', page).group(1)).status_code == 200

    def test_before_and_while_it_is_processed(self, alice, cast):
        video = factories.make_video(cast.workspace, status="uploaded")
        intake.enqueue_processing(cast.alice_actor, video)
        page = text(alice.get(f"/videos/{video.pk}/"))
        assert "Waiting for its turn" in page
        assert "You can leave this page" in page
        assert "hx-swap-oob" not in page
        drain(kind="videos.process")
        page = text(alice.get(reverse("video_analysis", args=[video.pk])))
        assert "Analysing" in page
        assert f'<div id="videos-flow-{video.pk}" class="mb-4" hx-swap-oob="true">' in page

    def test_a_failure_says_why_and_offers_to_try_again(self, alice, cast):
        video = factories.make_video(cast.workspace, status="failed", stage="measure", error="It has no pictures.")
        page = text(alice.get(f"/videos/{video.pk}/"))
        assert "It has no pictures." in page
        assert reverse("video_retry", args=[video.pk]) in page
        assert "Trying again." in text(alice.post(reverse("video_retry", args=[video.pk]), follow=True))
        assert Video.objects.get().status == "processing"

    def test_a_layer_that_failed_offers_to_try_again(self, alice, victor, cast, facts):
        layers = {"loudness": {"status": "failed", "message": "The sound broke off."}}
        video = factories.make_video(cast.workspace)
        factories.make_analysis(video, features={**facts, "loudness": None, "layers": layers})
        page = text(alice.get(f"/videos/{video.pk}/"))
        assert "The sound broke off." in page
        assert 'id="retry-loudness"' in page
        assert 'id="retry-loudness"' not in text(victor.get(f"/videos/{video.pk}/"))

    def test_not_analysed_yet(self, alice, cast):
        video = factories.make_video(cast.workspace)
        assert "Not analysed yet" in text(alice.get(f"/videos/{video.pk}/"))
        alice.post(reverse("video_analyze", args=[video.pk]))
        assert Job.objects.get().kind == "patterns.analyse"

    def test_it_says_where_it_is_used(self, alice, cast, django_assert_max_num_queries):
        video = factories.make_video(cast.workspace)
        scripts = [
            Script.objects.create(
                workspace=cast.workspace, video=video, title=f"S{number}", concept="c", platform="tiktok", duration_s=5
            )
            for number in range(2)
        ]
        edit = Edit.objects.create(workspace=cast.workspace, video=video)
        rendition = factories.make_media(cast.workspace, "rendition")
        Rendition.objects.create(workspace=cast.workspace, edit=edit, key="9x16", aspect="9:16", media=rendition)
        post = Post.objects.create(workspace=cast.workspace)
        PostMedia.objects.create(workspace=cast.workspace, post=post, file=rendition)
        with django_assert_max_num_queries(PAGE_BUDGET):
            page = text(alice.get(f"/videos/{video.pk}/"))
        assert f'href="{reverse("script_detail", args=[scripts[1].pk])}">2 scripts</a>' in page
        assert f'href="{reverse("edit_detail", args=[edit.pk])}">1 edit</a>' in page
        assert f'href="{reverse("post_detail", args=[post.pk])}">1 post</a>' in page
        assert "strategies</a>" not in page

    def test_a_video_without_a_cut_says_so(self, alice, cast, facts):
        video = factories.make_video(cast.workspace)
        factories.make_analysis(video, {"hook_timing": (2.0, "s", "no_cut")}, features={**facts, "cuts": []})
        page = text(alice.get(f"/videos/{video.pk}/"))
        assert "The video is a single shot." in page
        assert "No cut" in text(alice.get("/videos/"))

    def test_a_score_is_shown_with_its_sample(self, alice, cast, facts):
        from patterns.models import PatternScore

        video = factories.make_video(cast.workspace)
        factories.make_analysis(video, features=facts)
        PatternScore.objects.create(
            workspace=cast.workspace, platform="all", type="cut_frequency", level="fast", score=71.4, sample_size=42,
            run_id=uuid7(), as_of=clock.now(),
        )  # fmt: skip
        assert "Score 71 of 100, from 42 posts" in text(alice.get(f"/videos/{video.pk}/"))

    def test_details(self, alice, cast):
        video = factories.make_video(cast.workspace, "Old")
        url = reverse("video_edit_details", args=[video.pk])
        assert "Saved." in text(alice.post(url, {"title": "New", "tags": "a, b", "version": "1"}, follow=True))
        assert library.get(cast.alice_actor, video.pk).title == "New"
        assert "Somebody else changed" in text(alice.post(url, {"title": "X", "version": "1"}, follow=True))
        assert "This field is required" in text(alice.post(url, {"title": ""}, follow=True))
        assert alice.post(reverse("video_edit_details", args=[uuid7()]), {"title": "X"}).status_code == 404

    def test_archive_delete_restore(self, alice, cast):
        video = factories.make_video(cast.workspace, "Boat")
        url = reverse("video_archive", args=[video.pk])
        assert "“Boat” is archived." in text(alice.post(url, follow=True))
        assert "back in the library" in text(alice.post(url, {"archived": "no"}, follow=True))
        page = text(alice.post(reverse("video_delete", args=[video.pk]), follow=True))
        assert "“Boat” is in the trash for 30 days." in page
        assert alice.get(f"/videos/{video.pk}/").status_code == 404
        assert "back in the library" in text(alice.post(reverse("video_restore", args=[video.pk]), follow=True))

    def test_the_storyboard_for_players(self, alice, cast):
        board = {"count": 3, "columns": 2, "rows": 2, "tile_width": 160, "tile_height": 90, "interval_s": 30.5}
        sprite = factories.make_media(cast.workspace, data=b"j", kind="storyboard", probe=board)
        video = factories.make_video(cast.workspace, storyboard=sprite)
        answer = alice.get(reverse("video_storyboard", args=[video.pk]))
        lines = answer.content.decode().split("\n")
        assert answer["Content-Type"].startswith("text/vtt")
        assert lines[0] == "WEBVTT"
        assert lines[8] == "00:01:01.000 --> 00:01:31.500"
        assert lines[9].endswith("#xywh=0,90,160,90")
        bare = factories.make_video(cast.workspace)
        assert alice.get(reverse("video_storyboard", args=[bare.pk])).status_code == 404


class TestCompare:
    def test_differences_and_timelines_within_the_budget(self, alice, cast, facts, django_assert_max_num_queries):
        a, b = factories.make_video(cast.workspace, "Boat"), factories.make_video(cast.workspace, "Car")
        factories.make_analysis(a, features=facts)
        factories.make_analysis(b, {"cut_frequency": (5.0, "per_min", "slow")}, features={**facts, "duration_s": 40.0})
        with django_assert_max_num_queries(PAGE_BUDGET):
            page = text(alice.get(f"/videos/compare/?v={a.pk}&v={b.pk}"))
        assert "A cuts fast; B cuts rarely." in page
        assert page.count('viewBox="0 0 40000 40"') == 14
        assert "25 fewer cuts/min" in page
        assert "0 of at least 30 posts" in page
        assert "0 of 30 posts with numbers" in text(alice.get(reverse("videos_best")))
        assert 'data-axis="40.000"' in page
        assert "a shorter one ends before the right edge" in page
        share = text(alice.get(f"/videos/compare/?v={a.pk}&v={b.pk}&axis=share"))
        assert share.count('viewBox="0 0 20000 40"') == 7
        assert f"?v={b.pk}&amp;v={a.pk}" in page

    def test_choosing_and_what_is_missing(self, alice, cast):
        assert "Choose two videos" in text(alice.get("/videos/compare/"))
        a, bare = factories.make_video(cast.workspace, "Boat"), factories.make_video(cast.workspace, "Bare")
        factories.make_analysis(a)
        page = text(alice.get(f"/videos/compare/?v={a.pk}&v=x&v={a.pk}"))
        assert f'<option value="{a.pk}" selected>Boat</option>' in page
        assert "“Bare” has not been analysed yet" in text(alice.get(f"/videos/compare/?v={a.pk}&v={bare.pk}"))
        theirs = factories.make_video(cast.elsewhere)
        assert "does not exist" in text(alice.get(f"/videos/compare/?v={a.pk}&v={theirs.pk}"))

    def test_from_the_library(self, alice, cast):
        ids = [str(factories.make_video(cast.workspace).pk) for _ in range(4)]
        answer = alice.post("/videos/bulk/", {"do": "compare", "video": ids[:2]})
        assert answer["Location"] == f"/videos/compare/?v={ids[0]}&v={ids[1]}"
        assert "Choose 2 to 3 videos" in text(alice.post("/videos/bulk/", {"do": "compare", "video": ids}, follow=True))


class TestMeaning:
    @pytest.fixture
    def video(self, cast, facts):
        video = factories.make_video(cast.workspace, "Boat")
        factories.make_analysis(video, features=facts)
        return video

    def say(self, video, source="model", **fields):
        claims = {
            "hook_style": ("question", {"cites": [{"time_s": 0.4, "channel": "text", "what": "A question stands."}]}),
            "structure": ("story", {"cites": [], "parts": [
                {"role": "hook", "start_s": 0, "end_s": 3, "words": "It asks."},
                {"role": "payoff", "start_s": 3, "end_s": 20, "words": "It answers."}]}),
        }  # fmt: skip
        for type, (bucket, evidence) in claims.items():
            Pattern.objects.create(
                workspace_id=video.workspace_id, video=video, analysis=video.analysis, type=type, value=0,
                unit="category", bucket=bucket, evidence=evidence, source=source, confidence=0.8,
            )  # fmt: skip
        values = {"state": "done", "source": source, "provider": "gemini", "model": "g-1", "read_at": clock.now(),
                  "answer": {"summary": "It makes one ask."}, "frames": 7, **fields}  # fmt: skip
        return Meaning.objects.create(workspace_id=video.workspace_id, video=video, **values)

    def page(self, client, video):
        return text(client.get(f"/videos/{video.pk}/"))

    def test_before_the_first_reading(self, alice, victor, video):
        assert "Read the meaning" in self.page(alice, video)
        assert "Read the meaning" not in self.page(victor, video)
        alice.post(reverse("video_meaning", args=[video.pk]))
        assert Job.objects.get().kind == "patterns.meaning"
        page = self.page(alice, video)
        assert "Key frames are being looked at" in page
        assert "poll:tick" in page

    def test_claims_with_their_moments(self, alice, video, django_assert_max_num_queries):
        dropped = [{"claim": "emotion", "said": "She laughs.", "why": "The video ends at 20.0 s.", "time_s": 33.0}]
        self.say(video, dropped=dropped)
        with django_assert_max_num_queries(PAGE_BUDGET):
            page = self.page(alice, video)
        for words in (
            "gemini · g-1", "It makes one ask.", "The video opens with a question.", "A question stands.",
            "Not found: topic, emotion, call to action, text style.",
            "1 dropped, because a measured fact says otherwise",
            "The video ends at 20.0 s.", "Read from 7 pictures", 'data-segment="part-2"', ">Payoff</text>",
        ):  # fmt: skip
            assert words in page
        assert 'data-seek="0.400"' in page
        assert "Offline answer" not in page
        assert "style=" not in page

    def test_without_a_model_it_says_so(self, alice, video):
        self.say(video, source="derived", provider="offline", model="")
        page = self.page(alice, video)
        assert "Offline answer" in page
        assert "No model was asked" in page

    def test_a_failed_reading_leaves_the_facts(self, alice, video):
        self.say(video, state="failed", error="The language model (Gemini) declined.")
        page = self.page(alice, video)
        assert "declined. What was read before is still shown." in page
        assert "30 cuts/min" in page
        assert 'id="meaning-again"' in page

    def test_waiting_for_a_model_says_why(self, alice, video):
        self.say(video, state="running", error="It asks for a pause. Try again in 30 s.")
        assert "It will be tried again" in self.page(alice, video)

    def test_what_a_new_analysis_changed(self, alice, video):
        FormerAnalysis.objects.create(
            workspace_id=video.workspace_id, video=video, part="facts", made_by="8", replaced_at=clock.now(),
            patterns=[{"type": "cut_frequency", "value": 18.0, "unit": "per_min", "bucket": "medium"},
                      {"type": "hook_timing", "value": 1.0, "unit": "s", "bucket": "early"}],
        )  # fmt: skip
        page = self.page(alice, video)
        assert "Measurement: 1 change since 8" in page
        assert "12 more cuts/min" in page

    def test_who_may(self, cast, victor, video):
        assert victor.post(reverse("video_meaning", args=[video.pk])).status_code == 403
        assert sign_in(cast.charlie).post(reverse("video_meaning", args=[video.pk])).status_code == 404
        assert Job.objects.count() == 0


class TestAlike:
    def test_the_nearest_with_words(self, alice, cast, django_assert_max_num_queries):
        a = factories.make_video(cast.workspace, "Boat")
        factories.make_analysis(a)
        b = factories.make_video(cast.workspace, "Car")
        factories.make_analysis(b, {"cut_frequency": (10.0, "per_min", "medium"), "hook_timing": (1.0, "s", "early")})
        with django_assert_max_num_queries(PAGE_BUDGET):
            page = text(alice.get(reverse("video_alike", args=[a.pk])))
        assert "Car" in page
        assert "60 % alike" in page
        assert "Each cuts within the first second." in page
        assert "Cuts per minute: 20 fewer cuts/min" in page
        assert f"/videos/compare/?v={a.pk}&amp;v={b.pk}" in page

    def test_alone(self, alice, cast):
        video = factories.make_video(cast.workspace)
        assert "no other analysed video" in text(alice.get(reverse("video_alike", args=[video.pk])))
        assert sign_in(cast.charlie).get(reverse("video_alike", args=[video.pk])).status_code == 404


class TestTagsAndPreview:
    def test_rename_and_remove_a_tag(self, alice, cast):
        video = factories.make_video(cast.workspace, tags=("sea", "sun"))
        sea, sun = video.tags.get(name="sea"), video.tags.get(name="sun")
        page = text(alice.get(f"/videos/?tag={sea.pk}"))
        assert reverse("videos_tag_delete", args=[sea.pk]) in page
        done = alice.post(reverse("videos_tag_update", args=[sea.pk]), {"name": "ocean"}, follow=True)
        assert "#ocean" in text(done)
        taken = alice.post(reverse("videos_tag_update", args=[sun.pk]), {"name": "Ocean"}, follow=True)
        assert "a tag named “Ocean” here already" in text(taken)
        done = alice.post(reverse("videos_tag_delete", args=[sea.pk]), follow=True)
        assert "The tag “ocean” is gone" in text(done)
        assert list(video.tags.values_list("name", flat=True)) == ["sun"]
        assert Video.objects.count() == 1

    def test_menus_are_not_inside_the_filter_form(self, alice, cast):
        """A form inside a form does not exist for a browser: its button would only search."""
        folder = factories.make_folder(cast.workspace, "Sea")
        page = text(alice.get(f"/videos/?folder={folder.pk}"))
        start = page.index('role="search"')
        assert reverse("videos_folder_delete", args=[folder.pk]) not in page[start : page.index("</form>", start)]

    def test_preview(self, alice, cast):
        video = factories.make_video(cast.workspace, "Boat")
        factories.make_analysis(video)
        page = text(alice.get(reverse("video_preview", args=[video.pk])))
        assert re.search(r'<video [^>]*src="/m/', page)
        assert "30 cuts/min" in page
        assert sign_in(cast.charlie).get(reverse("video_preview", args=[video.pk])).status_code == 404

    def test_the_library_says_how_much_is_stored(self, alice):
        assert "of 20 GB" in text(alice.get("/videos/"))


class TestTimeline:
    def test_text_music_and_structure_have_rows_where_known(self, facts):
        overlays = [{"start_s": 1.0, "end_s": 2.0, "text": "Stop"}]
        parts = [{"label": "Hook", "start_s": 0, "end_s": 5, "words": "w", "mark": "mark-hook"}]
        more = {**facts, "overlays": overlays, "music": {"present": True, "share_ratio": 0.7}, "tempo_bpm": 120.4}
        rows = {row.name: row for row in timeline.build(more, parts, axis_s=40.0).rows}
        assert rows["text"].segments[0].words == "“Stop”"
        doubtful = {**overlays[0], "confidence": 0.86}
        spoken = [{"start_s": 1.0, "end_s": 1.9, "confidence": 0.4}]
        unsure = {row.name: row for row in timeline.build({**more, "overlays": [doubtful], "speech": spoken}).rows}
        found = [unsure[name].segments[0] for name in ("text", "speech")]
        assert [(one.words, one.confidence_pct) for one in found] == [
            ("Perhaps “Stop”", 86), ("Perhaps someone speaks.", 40),
        ]  # fmt: skip
        assert rows["music"].note == "Music in 70 % of it. About 120 beats a minute."
        assert (rows["structure"].segments[0].share_pct, rows["structure"].is_named) == ("12.500", True)
        assert {row.name: row.note for row in timeline.build({**facts, "overlays": []}).rows}["text"].startswith(
            "No text"
        )

    @pytest.mark.parametrize(("layer", "row"), [("overlays", "text"), ("cuts", "shots")])
    def test_a_layer_of_which_a_part_is_missing_says_so_beside_what_is_there(self, facts, layer, row):
        sentence = "Text was read in 4 of the 59 pictures chosen for it."
        layers = {**facts["layers"], layer: {"status": "partial", "message": sentence}}
        drawn = next(one for one in timeline.build({**facts, "layers": layers}).rows if one.name == row)
        assert (drawn.warning, drawn.problem, drawn.is_drawn) == (sentence, "", True)
        page = render_to_string("videos/_timeline.html", {"timeline": timeline.build({**facts, "layers": layers})})
        assert sentence in page

    def test_rows_and_segments(self, facts):
        drawn = timeline.build(facts)
        assert [row.name for row in drawn.rows] == ["shots", "hook", "text", "speech", "silence", "loudness", "motion"]
        assert (drawn.duration_ms, drawn.hook_end_s, drawn.cuts_text) == (20000, 3.0, "0.8,5")
        assert [(one.id, one.x, one.width) for one in drawn.segments][:3] == [
            ("shot-1", 0, 800),
            ("hook", 0, 3000),
            ("shot-2", 800, 4200),
        ]
        hook = next(one for one in drawn.segments if one.id == "hook")
        assert hook.words == "The first cut is at 0.8 s. Speech begins at 1.5 s. It is 3 LU quieter than the rest."
        fade = next(one for one in drawn.segments if one.id == "transition-1")
        assert (fade.label, fade.confidence_pct) == ("Fade in", 80)
        assert [one.id for one in drawn.rows[4].segments] == ["silence-1", "pause-1"]

    def test_texts_say_what_they_are_and_where(self, facts):
        (one,) = next(row for row in timeline.build(facts).rows if row.name == "text").segments
        assert (one.kind, one.start_s, one.end_s) == ("Text", 2.0, 6.0)
        assert one.words == "“Three / tips <b>”, at the bottom"

    def test_curves_lie_between_floor_and_top(self, facts):
        loudness = next(row for row in timeline.build(facts).rows if row.name == "loudness")
        assert loudness.line == "M2500,20 L7500,40 L12500,0 L17500,0"
        assert loudness.area == "M0,40 L0,20 L2500,20 L7500,40 L12500,0 L17500,0 L20000,0 L20000,40 Z"

    def test_without_sound(self, facts):
        rows = {row.name: row for row in timeline.build({**facts, "has_audio": False}).rows}
        assert rows["sound"].note == "No audio track."
        assert "speech" not in rows

    def test_a_layer_that_failed_says_why(self, facts):
        layers = {"cuts": {"status": "failed", "message": "Decoding broke off."}, "hook": {"status": "skipped"}}
        rows = {row.name: row for row in timeline.build({**facts, "cuts": None, "hook": None, "layers": layers}).rows}
        assert (rows["shots"].problem, rows["shots"].failed) == ("Decoding broke off.", True)
        assert (rows["hook"].problem, rows["hook"].failed) == ("This could not be measured.", False)

    def test_what_was_not_found_is_said(self):
        rows = {row.name: row.note for row in timeline.build({"duration_s": 2.0, "cuts": [], "hook": {}}).rows}
        assert rows["shots"] == "There is no cut: the video is one shot."
        assert rows["speech"] == "No speech was found."
        assert rows["silence"] == "It is never silent."

    def test_the_filmstrip_takes_what_fits(self):
        class Board:
            probe = {"count": 100, "columns": 10, "tile_width": 160, "tile_height": 90}

        frames = filmstrip(Board, is_tall=False)
        assert (len(frames), frames[0].x, frames[0].y) == (14, 480, 0)
        assert len(filmstrip(Board, is_tall=True)) == 36
        assert filmstrip(None, is_tall=True) == []


def test_addresses_of_pictures_stay_for_a_while(alice, cast, frozen):
    poster = factories.make_media(cast.workspace, data=b"j", kind="thumbnail", content_type="image/jpeg")
    factories.make_video(cast.workspace, poster=poster)
    find = re.compile(r'<img [^>]*src="([^"]+)"')
    first = find.search(text(alice.get("/videos/"))).group(1)
    clock.advance(timedelta(minutes=5))
    assert find.search(text(alice.get("/videos/"))).group(1) == first
