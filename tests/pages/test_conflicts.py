"""What a person chose or typed survives an error, and nobody's newer version is overwritten without a word."""

import html
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from editing import services as edits
from editing.models import Edit
from editing.planners import Wish
from editing.requests import EditRequest
from publishing.models import Grant, Post
from publishing.services import creator_options, posts
from tests import factories
from tests.analytics.conftest import make_account
from tests.pages.test_media_library import picture
from videos.services import library


@pytest.fixture
def browser(cast: SimpleNamespace) -> Client:
    return cast.browsers.alice


@pytest.fixture
def account(cast: Any, monkeypatch: Any) -> Any:
    """A connected account; what it allows is not asked for here."""
    monkeypatch.setattr(creator_options, "choices", lambda account: creator_options.Choices())
    grant = Grant.objects.create(workspace=cast.workspace, platform="tiktok", subject="o", connected_by=cast.alice)
    return make_account(cast, grant=grant)


def words(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def checked_files(page: str) -> list[str]:
    """The files that the form shows as chosen, in its order."""
    return re.findall(r'name="media" value="([^"]+)" id="[^"]+"\s+checked', page)


class TestComposer:
    def test_an_error_about_a_file_keeps_the_chosen_files_in_their_order(
        self, browser: Client, cast: Any, account: Any
    ) -> None:
        film = factories.make_media(cast.workspace, duration_s=3600.0, width=1080, height=1920)
        photo = picture(cast.workspace)
        prefix = f"a{account.pk.hex}"
        data = {
            "media": [str(film.pk), str(photo.pk)],
            "media_order": f"{photo.pk},{film.pk}",
            "text": "My words #tag",
            "campaign": "Spring",
            "action": "publish",
            "timezone": "UTC",
            f"{prefix}-use": "on",
            f"{prefix}-privacy_level": "SELF_ONLY",
        }
        answer = browser.post(reverse("compose"), data)
        page = words(answer)
        assert answer.status_code == 422
        assert "field-error" in page
        assert checked_files(page) == [str(photo.pk), str(film.pk)]
        for kept in ("My words #tag", 'value="Spring"', f'value="{photo.pk},{film.pk}"'):
            assert kept in page

    def post(self, cast: Any, account: Any) -> Post:
        targets = [posts.TargetInput(account.pk, None, "", {})]
        return posts.create_post(
            actor=cast.alice_actor, text="First", campaign="", media_ids=[picture(cast.workspace).pk], targets=targets
        )

    def form(self, post: Post, account: Any, **changes: Any) -> dict[str, Any]:
        media = [str(row.file_id) for row in post.media.all()]
        base = {"media": media, "text": "Mine", "action": "draft", "timezone": "UTC", "version": str(post.version)}
        return {**base, f"a{account.pk.hex}-use": "on", **changes}

    def test_a_newer_version_is_not_overwritten_and_both_texts_are_shown(
        self, browser: Client, cast: Any, account: Any
    ) -> None:
        post = self.post(cast, account)
        address = reverse("compose_post", args=[post.pk])
        assert f'name="version" value="{post.version}"' in words(browser.get(address))
        posts.update_post(actor=cast.bob_actor, post_id=post.pk, text="Bob's newer words", campaign="Bob")
        answer = browser.post(address, self.form(post, account))
        page = words(answer)
        assert answer.status_code == 422
        assert Post.objects.get().text == "Bob's newer words"
        for shown in ("Somebody else changed this post", "Bob's newer words", "Mine", "Yours, in the form below"):
            assert shown in page
        newest = re.findall(r'name="version" value="(\d+)"', page)
        assert newest == [str(Post.objects.get().version)]
        assert browser.post(address, self.form(post, account, version=newest[0])).status_code == 302
        assert Post.objects.get().text == "Mine"

    def test_a_version_that_is_no_number_is_no_crash(self, browser: Client, cast: Any, account: Any) -> None:
        post = self.post(cast, account)
        address = reverse("compose_post", args=[post.pk])
        assert browser.post(address, self.form(post, account, version="²")).status_code == 302


class TestOthers:
    def test_a_videos_details_are_shown_beside_the_newer_ones(self, browser: Client, cast: Any) -> None:
        video = factories.make_video(cast.workspace, "Old")
        address = reverse("video_edit_details", args=[video.pk])
        library.update(actor=cast.bob_actor, video_id=video.pk, title="Bob's title", version=1)
        answer = browser.post(address, {"title": "Mine", "tags": "one, two", "version": "1"})
        page = words(answer)
        assert answer.status_code == 422
        assert 'data-dialog-now="yes"' in page
        for shown in ('value="Mine"', 'value="one, two"', "Bob's title", 'name="version" value="2"'):
            assert shown in page
        assert library.get(cast.alice_actor, video.pk).title == "Bob's title"
        assert browser.post(address, {"title": "Mine", "version": "2"}).status_code == 302

    def test_a_videos_details_with_an_error_keep_what_was_typed(self, browser: Client, cast: Any) -> None:
        video = factories.make_video(cast.workspace, "Old")
        address = reverse("video_edit_details", args=[video.pk])
        answer = browser.post(address, {"title": "", "tags": "one, two", "version": "1"})
        assert answer.status_code == 422
        assert 'value="one, two"' in words(answer)
        assert "This field is required" in words(answer)

    def test_an_edits_choices_are_shown_beside_the_newer_ones(self, browser: Client, cast: Any) -> None:
        video = factories.make_video(cast.workspace, "Garden tour")
        wish = (Wish("9:16", resolution="216x384"),)
        edit = edits.draft(actor=cast.alice_actor, request=EditRequest(video_id=video.pk, formats=wish))
        read_at = edit.plan_version
        asked = EditRequest(video_id=video.pk, formats=(Wish("1:1"),), start_s=0.5)
        edits.plan_again(actor=cast.bob_actor, edit_id=edit.pk, request=asked, version=read_at)
        answer = browser.post(
            f"/edits/{edit.pk}/source/", {"video": str(video.pk), "start": "0.25", "version": str(read_at)}
        )
        page = words(answer)
        assert answer.status_code == 422
        assert "From second" in page
        assert re.search(r"whitespace-pre-line\">0.25<", page)
        assert re.search(r"whitespace-pre-line\">0.5<", page)
        assert EditRequest.from_json(Edit.objects.get().request).start_s == 0.5
        again = {"video": str(video.pk), "start": "0.25", "version": str(read_at + 1)}
        assert browser.post(f"/edits/{edit.pk}/source/", again).status_code == 302
        shown = words(browser.post(f"/edits/{edit.pk}/formats/", {"formats": ["|9:16"], "version": str(read_at)}))
        assert "Vertical 9:16" in shown
        assert "Square 1:1" in shown
