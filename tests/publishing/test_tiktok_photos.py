"""TikTok beyond videos: photos that it fetches from us, and drafts for the inbox."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from PIL import Image

from analytics.models import MetricPlan
from core import clock
from core.errors import Conflict, ValidationFailed
from jobs.testing import drain
from notifications.models import Notice, NoticeKind
from publishing import selectors
from publishing.models import Attempt, Delivery, Post, PostTarget
from publishing.platforms.base import AccountRef, Checkpoint, MediaSpec, Spec, Unknown
from publishing.platforms.registry import adapter_for
from publishing.platforms.tiktok.check import problems
from publishing.schedule import queueing
from publishing.services import metrics, posts, schedule, targets
from publishing.services.posts import TargetInput
from tests import factories
from tests.publishing.conftest import portrait

pytestmark = pytest.mark.slow

PUBLIC = {"privacy_level": "PUBLIC_TO_EVERYONE"}


def photo(workspace: Any, kind: str = "JPEG", size: tuple[int, int] = (1080, 1350)) -> Any:
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind)
    return factories.make_media(
        workspace, "image", data=target.getvalue(), content_type=f"image/{kind.lower()}", width=size[0], height=size[1],
        original_name=f"photo.{kind.lower()}",
    )  # fmt: skip


@pytest.fixture
def send(in_workspace: Any) -> Any:
    def run(account: Any, files: list[Any], text: str = "Five days", title: str = "", **options: Any) -> PostTarget:
        post = posts.create_post(
            actor=in_workspace.alice_actor,
            text=text,
            media_ids=[file.pk for file in files],
            targets=[TargetInput(account.pk, title=title, options=options)],
        )
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        return PostTarget.objects.select_related("account").get(post_id=post.pk)

    return run


class TestChecks:
    def told(self, media: tuple[MediaSpec, ...], text: str = "", title: str = "", **options: Any) -> set[str]:
        spec = Spec("tiktok", text, title, {**PUBLIC, **options}, media)
        return {problem.code for problem in problems(spec, AccountRef("a", "a"))}

    def jpeg(self, **more: Any) -> MediaSpec:
        return MediaSpec("f", "k", "s", **{"size_bytes": 1000, "content_type": "image/jpeg", **more})

    def test_photos_have_limits_of_their_own(self) -> None:
        assert self.told((self.jpeg(),), text="x" * 4000) == set()
        assert self.told((self.jpeg(),), text="x" * 4001) == {"text_too_long"}
        assert self.told((self.jpeg(),), title="x" * 91) == {"title_too_long"}
        assert self.told((self.jpeg(),) * 36) == {"media_too_many"}
        assert self.told((self.jpeg(size_bytes=21_000_000),)) == {"too_large"}
        assert self.told((self.jpeg(content_type="image/gif", animated=True),)) == {"format"}

    def test_photos_and_videos_do_not_mix(self) -> None:
        video = MediaSpec("f", "k", "s", 1000, "video/mp4", duration_s=5.0)
        assert self.told((video, self.jpeg())) == {"media_too_many"}

    def test_a_draft_needs_no_audience_yet(self) -> None:
        assert self.told((self.jpeg(),), privacy_level="", send_to="inbox") == set()
        assert self.told((self.jpeg(),), privacy_level="") == {"choice_missing"}
        assert self.told((self.jpeg(),), send_to="nowhere") == {"choice_unknown"}


class TestPhotos:
    def test_they_are_fetched_from_us_and_published(self, box: Any, connect: Any, send: Any, in_workspace: Any) -> None:
        files = [photo(in_workspace.workspace), photo(in_workspace.workspace, "PNG")]
        target = send(connect("tiktok"), files, title="A week", **PUBLIC)
        assert (target.state, target.error_sentence) == ("published", "")
        assert Delivery.objects.get(source=files[1]).file.content_type == "image/jpeg", "TikTok takes no PNG"
        steps = list(Attempt.objects.filter(target=target).order_by("id").values_list("step", "effect"))
        assert steps[:3] == [("convert", "safe"), ("creator_info", "safe"), ("photos", "commit")]
        assert len(box.live("tiktok")) == 1
        assert "/photo/" in target.permalink

    def test_a_lost_answer_is_never_sent_again(self, box: Any, connect: Any, send: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        box.fault("reset_after", platform="tiktok", step="content.init", times=1)
        target = send(account, [photo(in_workspace.workspace)], **PUBLIC)
        assert (target.state, target.waits_for_answer) == ("unconfirmed", True)
        assert len(box.live("tiktok")) == 1
        targets.resolve_live(
            actor=in_workspace.alice_actor, post_id=target.post_id, target_id=target.pk,
            link="https://www.tiktok.com/@lumen.studio/photo/7391",
        )  # fmt: skip
        assert PostTarget.objects.get().external_id == "7391"
        assert len(box.calls("tiktok", "content.init")) == 1

    def test_a_refusal_of_the_address_says_why(
        self, box: Any, connect: Any, send: Any, in_workspace: Any, settings: Any
    ) -> None:
        settings.PUBLIC_BASE_URL = "https://elsewhere.example"
        target = send(connect("tiktok"), [photo(in_workspace.workspace)], **PUBLIC)
        assert target.state == "failed"
        assert "domain is verified" in target.error_sentence


class TestInbox:
    @pytest.mark.parametrize("kind", ["video", "photos"])
    def test_a_draft_waits_in_the_app_and_says_so(
        self, box: Any, connect: Any, send: Any, in_workspace: Any, kind: str
    ) -> None:
        file = portrait(in_workspace.workspace) if kind == "video" else photo(in_workspace.workspace)
        target = send(connect("tiktok"), [file], send_to="inbox")
        assert (target.state, target.status_group, target.post.state) == ("in_inbox", "in_inbox", "in_inbox")
        assert (target.published_at, target.permalink) == (None, "")
        assert "It is not public yet." in target.note
        assert box.live("tiktok") == []

    def test_it_is_published_once_the_person_has_posted_it_in_the_app(
        self, box: Any, connect: Any, send: Any, in_workspace: Any
    ) -> None:
        target = send(connect("tiktok"), [portrait(in_workspace.workspace)], send_to="inbox")
        assert not MetricPlan.objects.exists()
        with pytest.raises(Conflict, match="not published"):
            metrics.fetch(target.pk)
        box.control(f"inbox/{target.checkpoint['publish_id']}/post", {})
        clock.advance(timedelta(hours=7))
        queueing.order_settling(target, timedelta())
        drain()
        target.refresh_from_db()
        assert (target.state, Post.objects.get().state) == ("published", "published")
        assert target.external_id in target.permalink
        assert target.published_at == clock.now()
        assert MetricPlan.objects.filter(target=target).exists()

    def test_it_is_published_once_the_person_says_so_with_its_link(
        self, box: Any, connect: Any, send: Any, in_workspace: Any
    ) -> None:
        target = send(connect("tiktok"), [portrait(in_workspace.workspace)], send_to="inbox")
        link = "https://www.tiktok.com/@lumen.studio/video/7391"
        found = targets.resolve_live(
            actor=in_workspace.alice_actor, post_id=target.post_id, target_id=target.pk, link=link
        )
        assert (found.state, found.external_id, found.permalink) == ("published", "7391", link)

    def test_a_draft_that_was_thrown_away_waits_no_longer(
        self, box: Any, connect: Any, send: Any, in_workspace: Any
    ) -> None:
        target = send(connect("tiktok"), [portrait(in_workspace.workspace)], send_to="inbox")
        found = targets.cancel(actor=in_workspace.alice_actor, post_id=target.post_id, target_id=target.pk)
        assert (found.state, found.post.state) == ("cancelled", "cancelled")

    def test_its_page_and_its_notice_call_it_a_draft_and_never_published(
        self, box: Any, connect: Any, send: Any, in_workspace: Any
    ) -> None:
        target = send(connect("tiktok"), [portrait(in_workspace.workspace)], send_to="inbox")
        (notice,) = Notice.objects.exclude(kind=NoticeKind.CONNECTION_MADE)
        assert (notice.kind, notice.title) == (NoticeKind.ACTION_REQUIRED, "In your TikTok inbox: “Five days”")
        assert "not public yet" in notice.text
        client = in_workspace.browsers.alice
        page = client.get(reverse("post_detail", args=[target.post_id])).content.decode()
        assert "Waits in your TikTok inbox" in page
        assert "You have posted it there: paste its link" in page
        for untrue in ("Published", "Live on", "Open on TikTok", "first numbers"):
            assert untrue not in page, untrue
        rows = selectors.filtered_posts(in_workspace.alice_actor, state="in_inbox")
        assert [row.pk for row in rows] == [target.post_id]
        assert selectors.summary(rows[0]) == "Waits in your TikTok inbox."

    def test_reconciling_photos_without_their_number_is_unknown(self) -> None:
        adapter = adapter_for("tiktok")
        spec = Spec("tiktok", "", "", {}, (MediaSpec("f", "k", "s", 1, "image/jpeg"),))
        assert isinstance(adapter.reconcile(None, spec, Checkpoint({"creator": {}})), Unknown)  # type: ignore[arg-type]


def test_a_photo_post_without_an_audience_is_refused_at_once(connect: Any, send: Any, in_workspace: Any) -> None:
    with pytest.raises(ValidationFailed, match="Choose who can see"):
        send(connect("tiktok"), [photo(in_workspace.workspace)])
