"""The media library, and choosing from it in a post's form."""

import html
import io
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from media.models import MediaFile
from publishing.models import Grant, Post, PostTarget
from publishing.services import creator_options
from tests import factories
from tests.analytics.conftest import make_account, make_live


@pytest.fixture
def browser(cast: SimpleNamespace) -> Client:
    return cast.browsers.alice


def _textarea(page: Any) -> str:
    """What the page's only text area holds."""
    inside: str = re.split(r"</textarea>", re.split(r"<textarea[^>]*>", page.content.decode())[1])[0]
    return html.unescape(inside).lstrip("\n")


def jpeg(name: str = "photo.jpg") -> SimpleUploadedFile:
    target = io.BytesIO()
    Image.new("RGB", (80, 60), "navy").save(target, "JPEG")
    return SimpleUploadedFile(name, target.getvalue())


def picture(workspace: Any, name: str = "photo.jpg", **more: Any) -> MediaFile:
    fields = {"content_type": "image/jpeg", "original_name": name, "width": 1080, "height": 1350, **more}
    return factories.make_media(workspace, "image", data=jpeg().read(), **fields)


class TestLibrary:
    def test_an_empty_one_says_what_belongs_here(self, browser: Client) -> None:
        page = browser.get(reverse("media_library")).content.decode()
        assert "Nothing here yet" in page
        assert 'data-purpose="media"' in page

    def test_pictures_and_videos_with_what_tells_them_apart(
        self, browser: Client, cast: Any, django_assert_max_num_queries: Any
    ) -> None:
        for _ in range(12):
            picture(cast.workspace)
        factories.make_video(cast.workspace, "Launch film")
        picture(cast.elsewhere, "secret.jpg")
        with django_assert_max_num_queries(22):
            page = browser.get(reverse("media_library")).content.decode()
        assert page.count("photo.jpg") >= 12
        assert "Video “Launch film”" in page
        assert "secret.jpg" not in page
        assert "1080×1350" in page

    @pytest.mark.parametrize(
        ("query", "shown", "hidden"),
        [
            ("?kind=image", "beach.jpg", "clip.mp4"),
            ("?kind=video", "clip.mp4", "beach.jpg"),
            ("?q=BEACH", "beach.jpg", "clip.mp4"),
        ],
    )
    def test_filters(self, browser: Client, cast: Any, query: str, shown: str, hidden: str) -> None:
        picture(cast.workspace, "beach.jpg")
        factories.make_media(cast.workspace)
        page = browser.get(reverse("media_library") + query, HTTP_HX_REQUEST="true").content.decode()
        assert shown in page
        assert hidden not in page
        assert "<html" not in page

    def test_nothing_found(self, browser: Client, cast: Any) -> None:
        picture(cast.workspace)
        assert b"No file fits these filters" in browser.get(reverse("media_library") + "?q=zebra").content

    def test_uploading_by_a_plain_form(self, browser: Client) -> None:
        answer = browser.post(reverse("media_upload"), {"file": jpeg("beach.jpg")}, follow=True)
        assert "“beach.jpg” is uploaded." in answer.content.decode()
        assert MediaFile.objects.get(kind="image").thumbnail is not None
        refused = browser.post(reverse("media_upload"), {"file": SimpleUploadedFile("note.jpg", b"words")})
        assert (refused.status_code, "is not a picture we can use" in refused.content.decode()) == (415, True)

    def test_deleting_and_taking_it_back(self, browser: Client, cast: Any) -> None:
        file = picture(cast.workspace)
        page = browser.post(reverse("media_delete", args=[file.pk]), follow=True).content.decode()
        assert "“photo.jpg” is deleted." in page
        assert f'id="media-{file.pk}"' not in page
        page = browser.post(reverse("media_restore", args=[file.pk]), follow=True).content.decode()
        assert f'id="media-{file.pk}"' in page

    def test_a_file_of_a_planned_post_stays_and_says_why(self, browser: Client, cast: Any) -> None:
        file = picture(cast.workspace)
        target = make_live(make_account(cast), text="Big launch", media=file)
        page = browser.get(reverse("media_library")).content.decode()
        assert "Post “Big launch”" in page
        PostTarget.objects.filter(pk=target.pk).update(state="uploading")
        page = browser.post(reverse("media_delete", args=[file.pk]), follow=True).content.decode()
        assert "is going out in the post “Big launch”" in page
        assert MediaFile.objects.get(pk=file.pk).is_ready

    def test_a_viewer_looks_and_changes_nothing(self, cast: Any, browser: Client) -> None:
        file = picture(cast.workspace)
        victor = cast.browsers.victor
        page = victor.get(reverse("media_library")).content.decode()
        assert "photo.jpg" in page
        assert "data-upload" not in page
        assert victor.post(reverse("media_delete", args=[file.pk])).status_code == 403
        assert MediaFile.objects.get(pk=file.pk).is_ready


class TestComposer:
    @pytest.fixture
    def account(self, cast: Any, monkeypatch: Any) -> Any:
        """A connected account; what it allows is not asked for here."""
        monkeypatch.setattr(creator_options, "choices", lambda account: creator_options.Choices())
        grant = Grant.objects.create(workspace=cast.workspace, platform="tiktok", subject="o", connected_by=cast.alice)
        return make_account(cast, grant=grant)

    def test_several_files_in_the_order_that_was_chosen(self, browser: Client, cast: Any, account: Any) -> None:
        one, two, three = (picture(cast.workspace, f"{name}.jpg") for name in "abc")
        data = {
            "media": [str(one.pk), str(two.pk), str(three.pk)],
            "media_order": ",".join(str(file.pk) for file in (three, one, two)),
            "text": "Carousel",
            "action": "draft",
            "timezone": "UTC",
            f"a{account.pk.hex}-use": "on",
        }
        answer = browser.post(reverse("compose"), data)
        assert answer.status_code == 302
        post = Post.objects.get()
        assert [row.file_id for row in post.media.all()] == [three.pk, one.pk, two.pk]
        page = browser.get(reverse("compose_post", args=[post.pk])).content.decode()
        places = [page.index(f'value="{file.pk}"') for file in (three, one, two)]
        assert places == sorted(places), "what is chosen comes first, in its order"

    def test_files_of_one_name_can_be_told_apart(self, browser: Client, cast: Any, account: Any) -> None:
        picture(cast.workspace, width=1080, height=1350)
        picture(cast.workspace, width=1080, height=1080)
        page = browser.get(reverse("compose")).content.decode()
        assert "1080×1350" in page
        assert "1080×1080" in page
        assert page.count("<time") >= 2
        assert page.count('src="/m/') >= 2

    def test_the_address_names_files(self, browser: Client, cast: Any, account: Any) -> None:
        one, two = picture(cast.workspace, "a.jpg"), picture(cast.workspace, "b.jpg")
        page = browser.get(f"{reverse('compose')}?media={two.pk}&media={one.pk}").content.decode()
        assert page.count("checked") >= 2
        assert page.index(f'value="{two.pk}"') < page.index(f'value="{one.pk}"')

    def test_the_form_says_what_is_wrong_while_it_is_written(self, browser: Client, cast: Any, account: Any) -> None:
        file = factories.make_media(cast.workspace, duration_s=3600.0, width=1080, height=1920)
        data = {
            "media": [str(file.pk)], "text": "x" * 2300, "timezone": "UTC", f"a{account.pk.hex}-use": "on",
        }  # fmt: skip
        page = browser.post(reverse("compose_check"), data).content.decode()
        assert "3 things to fix" in page
        assert "Choose who can see this video on TikTok." in page
        assert "100 too many" in page
        assert "2300 of 2200" in page
        assert Post.objects.count() == 0

    def test_and_what_will_be_converted(self, browser: Client, cast: Any, account: Any) -> None:
        file = factories.make_media(
            cast.workspace, width=1080, height=1920, probe={"video_codec": "prores"}, original_name="master.mov"
        )
        data = {
            "media": [str(file.pk)], "text": "Hello", "timezone": "UTC", f"a{account.pk.hex}-use": "on",
            f"a{account.pk.hex}-privacy_level": "SELF_ONLY",
        }  # fmt: skip
        page = browser.post(reverse("compose_check"), data).content.decode()
        assert "Ready to publish" in page
        assert "“master.mov” will be converted to H.264 MP4." in page

    def test_a_text_is_fitted_to_one_account_only_when_the_proposal_is_taken(
        self, browser: Client, cast: Any, account: Any
    ) -> None:
        address, prefix = reverse("compose_text", args=[account.pk]), f"a{account.pk.hex}"
        own = "How we proof bread overnight. " * 200
        page = browser.post(address, {f"{prefix}-text": own}).content.decode()
        proposal = html.unescape(page.split(f'name="{prefix}-proposal" value="')[1].split('"')[0])
        assert "without a language model" in page
        assert own.strip() in page, "the text stays as it is"
        assert 0 < len(proposal) <= 2200
        asked = {f"{prefix}-text": own, f"{prefix}-proposal": proposal}
        taken = browser.post(address, {**asked, "step": "take"})
        assert _textarea(taken) == proposal
        assert taken["HX-Trigger-After-Settle"] == "written"
        back = browser.post(address, {f"{prefix}-text": proposal, f"{prefix}-former": own, "step": "undo"})
        assert _textarea(back).strip() == own.strip()
        assert _textarea(browser.post(address, {**asked, "step": "discard"})).strip() == own.strip()
        assert "Write a text first" in browser.post(address, {"text": " "}).content.decode()
        assert Post.objects.count() == 0

    def test_strangers_files_cannot_be_posted(self, browser: Client, cast: Any, account: Any) -> None:
        theirs = picture(cast.elsewhere)
        data = {"media": [str(theirs.pk)], "text": "x", "action": "draft", "timezone": "UTC"}
        assert browser.post(reverse("compose"), data).status_code == 422
        assert Post.objects.count() == 0
