"""One rule for deleting: what a planned post needs is refused everywhere, with the list of what needs it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.errors import Conflict
from editing.models import Edit, Rendition
from editing.services import delete as delete_edit
from jobs.testing import drain
from media.models import MediaFile
from publishing.models import PostTarget, SocialAccount
from publishing.services import files, posts, schedule
from publishing.services.schedule import When
from tests.factories import make_video
from tests.publishing.conftest import portrait
from videos.models import Video
from videos.services import library


@pytest.fixture
def browser(in_workspace: Any) -> Client:
    return in_workspace.browsers.alice


@pytest.fixture
def planned(connect: Any, make_post: Any, in_workspace: Any) -> Any:
    """A video, and a post of it that is planned for tomorrow."""
    file = portrait(in_workspace.workspace)
    video = make_video(in_workspace.workspace, media=file, title="Morning run")
    post = make_post(connect("tiktok"), media=file, text="Out now")
    when = When(at=clock.now() + timedelta(days=1))
    schedule.schedule_post(actor=in_workspace.alice_actor, post_id=post.pk, when=when)
    return video, post


class TestOneRule:
    def test_a_video_that_a_planned_post_needs_is_not_deleted_and_the_page_lists_the_post(
        self, browser: Client, planned: Any
    ) -> None:
        video, post = planned
        answer = browser.post(reverse("video_delete", args=[video.pk]))
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "“Morning run” is planned in the post “Out now”." in page
        assert reverse("post_detail", args=[post.pk]) in page
        video.refresh_from_db()
        assert video.deleted_at is None

    def test_the_api_refuses_the_video_and_its_file_alike_with_the_same_list(
        self, browser: Client, planned: Any, in_workspace: Any
    ) -> None:
        video, post = planned
        loose = portrait(in_workspace.workspace)
        posts.update_post(actor=in_workspace.alice_actor, post_id=post.pk, media_ids=[video.media_id, loose.pk])
        answers = [browser.delete(f"/api/v1/{path}") for path in (f"videos/{video.pk}", f"media/{loose.pk}")]
        assert [answer.status_code for answer in answers] == [409, 409]
        lists = [answer.json()["details"]["uses"] for answer in answers]
        assert lists[0] == lists[1]
        (use,) = lists[0]
        assert (use["type"], use["id"], use["status"]) == ("post", str(post.pk), "scheduled")
        assert use["url"] == reverse("post_detail", args=[post.pk])
        assert use["scheduled_at"] is not None

    def test_many_at_once_are_refused_one_by_one(self, browser: Client, planned: Any, in_workspace: Any) -> None:
        video, _ = planned
        other = make_video(in_workspace.workspace, title="Free to go")
        page = browser.post(reverse("videos_bulk"), {"video": [video.pk, other.pk], "do": "delete"}, follow=True)
        assert "is planned in the post" in page.content.decode()
        assert set(Video.objects.filter(deleted_at=None)) == {video}

    def test_once_the_post_is_cancelled_or_has_gone_out_the_video_may_go(
        self, box: Any, planned: Any, in_workspace: Any
    ) -> None:
        video, post = planned
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        with pytest.raises(Conflict, match="is going out in"):
            library.delete(actor=in_workspace.alice_actor, video_id=video.pk)
        drain(advance=True)
        assert PostTarget.objects.get().state == "published"
        assert library.delete(actor=in_workspace.alice_actor, video_id=video.pk).deleted_at is not None

    def test_an_edit_is_held_by_a_planned_post_and_not_by_one_that_has_ended(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        file = portrait(in_workspace.workspace)
        edit = Edit.objects.create(workspace=in_workspace.workspace, title="Short cut", state="done", plan={})
        Rendition.objects.create(
            workspace=in_workspace.workspace, edit=edit, media=file, state="done", purpose="export", key="9x16"
        )
        post = make_post(connect("tiktok"), media=file)
        schedule.publish_now(actor=actor, post_id=post.pk)
        with pytest.raises(Conflict, match="“Short cut” is going out in"):
            delete_edit(actor=actor, edit_id=edit.pk)
        drain(advance=True)
        delete_edit(actor=actor, edit_id=edit.pk)
        assert not Edit.objects.exists()
        assert MediaFile.objects.get(pk=file.pk).state == MediaFile.State.TRASHED

    def test_a_stranger_s_post_holds_nothing_of_mine(self, planned: Any, in_workspace: Any) -> None:
        video, _ = planned
        assert files.needs_of(in_workspace.elsewhere.pk, [video.media_id]) == []


class TestAccounts:
    def test_the_api_lists_what_disconnecting_would_stop_and_asks_to_confirm(
        self, browser: Client, planned: Any
    ) -> None:
        _, post = planned
        account = SocialAccount.objects.get()
        address = f"/api/v1/social/accounts/{account.pk}"
        answer = browser.delete(address)
        assert answer.status_code == 409
        assert "would stop 1 post" in answer.json()["message"]
        assert [use["id"] for use in answer.json()["details"]["uses"]] == [str(post.pk)]
        assert browser.delete(f"{address}?confirm=true").status_code == 204
        account.refresh_from_db()
        assert account.status == "disconnected"

    def test_an_account_without_planned_posts_goes_at_once(self, browser: Client, connect: Any) -> None:
        assert browser.delete(f"/api/v1/social/accounts/{connect('tiktok').pk}").status_code == 204
