"""The pages of connections and posts, as people use them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from jobs.testing import drain
from media.models import MediaFile
from publishing.files import avatars
from publishing.models import Grant, Post, PostTarget, SocialAccount
from publishing.services import schedule
from tests.publishing.conftest import portrait


@pytest.fixture
def browser(in_workspace: SimpleNamespace) -> Client:
    return in_workspace.browsers.alice


def form(account: SocialAccount, **values: Any) -> dict[str, Any]:
    """The fields of one account's part."""
    return {f"a{account.pk.hex}-{name}": value for name, value in values.items()}


class TestConnections:
    def test_a_person_connects_tiktok_in_the_browser(self, box: Any, browser: Client) -> None:
        page = browser.get(reverse("connections"))
        assert b"Connect TikTok" in page.content
        assert b"No account is connected" in page.content
        away = browser.post(reverse("connection_start", args=["tiktok"]))
        assert away.status_code == 302
        assert away.url.startswith(f"{box.base}/www.tiktok.com/v2/auth/authorize/")
        back = browser.get("/api/v1/oauth/tiktok/callback", box.allow(away.url, "tt-lumen"))
        assert back.status_code == 303
        assert back.url.startswith("/settings/connections/?")
        page = browser.get(back.url)
        assert b"@lumen.studio" in page.content
        assert b"is connected on TikTok" in page.content

    def test_refusing_on_the_platform_says_so_and_connects_nothing(self, box: Any, browser: Client) -> None:
        away = browser.post(reverse("connection_start", args=["youtube"]))
        answer = box.http.post(away.url, data={"decision": "cancel"})
        location = answer.headers["location"]
        back = browser.get(location[location.index("/api/v1") :])
        assert "consent_refused" in back.url
        assert b"You did not allow the connection" in browser.get(back.url).content
        assert not SocialAccount.objects.exists()

    def test_disconnecting_keeps_the_history(self, box: Any, browser: Client, connect: Any) -> None:
        account = connect("youtube")
        assert b"No post is planned" in browser.get(reverse("connection_disconnect", args=[account.pk])).content
        browser.post(reverse("connection_disconnect", args=[account.pk]))
        account.refresh_from_db()
        assert (account.status, account.grant_id) == ("disconnected", None)
        assert b"Disconnected" in browser.get(reverse("connections")).content

    def test_what_disconnecting_would_stop_is_counted_and_listed_first(
        self, box: Any, browser: Client, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        post = make_post(account, text="Tuesday at six")
        when = schedule.When(at=clock.now() + timedelta(days=2))
        schedule.schedule_post(actor=in_workspace.alice_actor, post_id=post.pk, when=when)
        page = browser.get(reverse("connection_disconnect", args=[account.pk])).content.decode()
        assert "<strong>1 scheduled post</strong> would not go out" in page
        assert "Tuesday at six" in page
        account.refresh_from_db()
        assert account.status == "connected"
        stats = browser.get(f"/api/v1/social/accounts/{account.pk}/stats").json()
        assert [row["text"] for row in stats["would_stop"]] == ["Tuesday at six"]

    def test_when_a_person_must_act_is_said_beforehand(self, box: Any, browser: Client, connect: Any) -> None:
        account = connect("tiktok")
        page = browser.get(reverse("connections")).content.decode()
        assert "reconnect by" in " ".join(page.split())
        soon = clock.now() + timedelta(days=6, hours=1)
        Grant.objects.filter(accounts=account).update(refresh_expires_at=soon)
        assert b"You need to reconnect within 6 days" in browser.get(reverse("connections")).content
        Grant.objects.filter(accounts=account).update(refresh_expires_at=None)
        assert b"renews automatically" in browser.get(reverse("connections")).content

    def test_an_editor_reads_but_does_not_manage(self, box: Any, connect: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        bob = in_workspace.browsers.bob
        page = bob.get(reverse("connections"))
        assert b"needs the role admin" in page.content
        assert b"Disconnect</button>" not in page.content
        assert bob.post(reverse("connection_disconnect", args=[account.pk])).status_code == 403
        account.refresh_from_db()
        assert account.status == "connected"


class TestCompose:
    def test_without_accounts_the_page_says_what_is_missing(self, box: Any, browser: Client) -> None:
        assert b"No account is connected" in browser.get(reverse("compose")).content

    def test_a_post_that_was_begun_before_the_first_account_is_found_again(
        self, box: Any, browser: Client, connect: Any, in_workspace: Any
    ) -> None:
        begun = f"{reverse('compose')}?media={portrait(in_workspace.workspace).pk}"
        browser.get(begun)
        assert b"Back to your post" not in browser.get(reverse("connections")).content
        connect("tiktok")
        page = browser.get(reverse("connections")).content.decode()
        assert f'href="{begun}"' in page
        browser.get(begun)
        assert b"Back to your post" not in browser.get(reverse("connections")).content

    def test_tiktok_has_no_default_audience_and_all_toggles_off(
        self, box: Any, browser: Client, connect: Any, in_workspace: Any
    ) -> None:
        portrait(in_workspace.workspace)
        account = connect("tiktok")
        content = browser.get(reverse("compose")).content.decode()
        prefix = f"a{account.pk.hex}"
        for name in ("privacy_level", "allow_comment", "allow_duet", "allow_stitch", "disclose"):
            for tag in [part for part in content.split("<input")[1:] if f'name="{prefix}-{name}"' in part]:
                assert " checked" not in tag.split(">")[0]
        assert "Only me" in content
        assert "Lumen Studio" in content

    def test_all_problems_are_told_at_once_and_nothing_is_saved(
        self, box: Any, browser: Client, connect: Any, in_workspace: Any
    ) -> None:
        file = portrait(in_workspace.workspace)
        tiktok, youtube = connect("tiktok"), connect("youtube")
        data = {"action": "publish", "media": str(file.pk), "text": "", "when": "now"}
        page = browser.post(reverse("compose"), {**data, **form(tiktok, use="on"), **form(youtube, use="on")})
        assert page.status_code == 422
        for sentence in (
            b"Choose who can see this video on TikTok",
            b"YouTube needs a title",
            b"made for kids; YouTube",
        ):
            assert sentence in page.content
        assert not Post.objects.exists()

    def test_publishing_leads_to_the_status_page_and_to_both_platforms(
        self, box: Any, browser: Client, connect: Any, in_workspace: Any
    ) -> None:
        file = portrait(in_workspace.workspace)
        tiktok, youtube = connect("tiktok"), connect("youtube")
        away = browser.post(
            reverse("compose"),
            {
                "action": "publish", "media": str(file.pk), "text": "Morning light", "when": "now",
                **form(tiktok, use="on", privacy_level="PUBLIC_TO_EVERYONE"),
                **form(youtube, use="on", privacy_status="public", made_for_kids="no", title="Morning"),
            },
        )  # fmt: skip
        assert away.status_code == 302
        assert b"Publishing" in browser.get(away.url).content
        drain(advance=True)
        page = browser.get(away.url).content
        assert b"Published to 2 of 2 platforms successfully" in page
        assert b"Open on TikTok" in page
        assert {row["caption"] for row in box.live("tiktok")} == {"Morning light"}
        assert {row["caption"] for row in box.live("youtube")} == {"Morning\nMorning light"}

    def test_a_time_in_a_gap_is_shifted_and_told(
        self, box: Any, browser: Client, connect: Any, in_workspace: Any
    ) -> None:
        in_workspace.alice.preferences.timezone = "America/New_York"
        in_workspace.alice.preferences.save()
        file, account = portrait(in_workspace.workspace), connect("tiktok")
        wrong = {"action": "publish", "media": str(file.pk), "when": "later", "wall_time": "tomorrow", "timezone": "X"}
        page = browser.post(reverse("compose"), {**wrong, **form(account, use="on")})
        assert b"not a date and a time" in page.content
        assert b"not a time zone" in page.content
        away = browser.post(
            reverse("compose"),
            {
                "action": "publish", "media": str(file.pk), "text": "x", "when": "later",
                "wall_time": "2027-03-14T02:30", "timezone": "America/New_York",
                **form(account, use="on", privacy_level="SELF_ONLY"),
            },
        )  # fmt: skip
        assert b"has no such time" in browser.get(away.url).content
        assert PostTarget.objects.get().due_at.isoformat() == "2027-03-14T07:30:00+00:00"

    def test_a_draft_is_edited_again_with_everything_in_place(
        self, box: Any, browser: Client, connect: Any, in_workspace: Any
    ) -> None:
        file, account = portrait(in_workspace.workspace), connect("youtube")
        data = {"action": "draft", "media": str(file.pk), "text": "First", "when": "now"}
        away = browser.post(
            reverse("compose"), {**data, **form(account, use="on", made_for_kids="yes", tags="a, b", title="T")}
        )
        post = Post.objects.get()
        page = browser.get(reverse("compose_post", args=[post.pk])).content.decode()
        assert 'value="a, b"' in page
        assert ">First</textarea>" in page.replace("\n", "")
        browser.post(reverse("compose_post", args=[post.pk]), {**data, "text": "Second", **form(account)})
        post.refresh_from_db()
        assert (post.text, post.version, post.targets.count()) == ("Second", 2, 0)
        assert away.url == reverse("post_detail", args=[post.pk])


class TestPostPages:
    def test_the_list_filters_by_state_and_words(self, box: Any, browser: Client, connect: Any, make_post: Any) -> None:
        account = connect("tiktok")
        make_post(account, text="Bread and butter")
        make_post(account, text="Mountain air")
        page = browser.get(reverse("posts"), {"q": "bread"}).content
        assert b"Bread and butter" in page
        assert b"Mountain air" not in page
        assert b"No post fits" in browser.get(reverse("posts"), {"status": "failed"}).content

    def test_a_failure_shows_the_sentence_the_platforms_words_and_a_way_on(
        self, box: Any, browser: Client, connect: Any, publish: Any
    ) -> None:
        box.fault("processing_failed", platform="youtube", step="upload.start")
        target = publish(connect("youtube"))
        url = reverse("post_detail", args=[target.post_id])
        page = browser.get(url).content
        assert b"YouTube could not convert this video" in page
        assert b"Try again" in page
        assert b"conversion" in page
        browser.post(reverse("target_retry", args=[target.post_id, target.pk]))
        drain(advance=True)
        assert b"Published successfully" in browser.get(url).content

    def test_a_fragment_for_htmx_is_the_same_element(
        self, box: Any, browser: Client, connect: Any, make_post: Any
    ) -> None:
        post = make_post(connect("tiktok"))
        page = browser.get(reverse("post_detail", args=[post.pk]), headers={"HX-Request": "true"})
        assert page.content.strip().startswith(b'<div id="publishing-post-')
        assert "HX-Request" in page["Vary"]

    def test_a_stranger_sees_nothing(self, box: Any, connect: Any, make_post: Any, in_workspace: Any) -> None:
        post = make_post(connect("tiktok"))
        charlie = in_workspace.browsers.charlie
        assert charlie.get(reverse("post_detail", args=[post.pk])).status_code == 404
        assert charlie.post(reverse("post_delete", args=[post.pk])).status_code == 404
        assert Post.objects.get(pk=post.pk).deleted_at is None

    def test_the_question_whether_it_is_live_is_asked_and_answered(
        self, box: Any, browser: Client, connect: Any, publish: Any
    ) -> None:
        account = connect("youtube")
        box.fault("reset_after", platform="youtube", step="upload.chunk")
        box.fault("error_before", platform="youtube", step="upload.chunk", times=500)
        target = publish(account)
        assert target.waits_for_answer
        url = reverse("post_detail", args=[target.post_id])
        page = browser.get(url).content
        assert b"It is live: paste the link" in page
        assert b"Needs you" in page
        answer = reverse("target_resolve", args=[target.post_id, target.pk])
        assert browser.post(answer, {"live": "yes", "link": "https://example.com/"}).status_code == 400
        browser.post(answer, {"live": "yes", "link": "https://www.youtube.com/shorts/abcdefghijk"})
        target.refresh_from_db()
        assert (target.state, target.external_id) == ("published", "abcdefghijk")


class TestPictures:
    def test_a_copy_of_the_accounts_picture_is_shown_and_nothing_of_another_host(
        self, box: Any, browser: Client, connect: Any
    ) -> None:
        account = connect("tiktok")
        assert account.avatar_url
        drain()
        account.refresh_from_db()
        assert account.picture.content_type == "image/jpeg"
        page = browser.get(reverse("connections")).content.decode()
        assert account.avatar_url not in page
        source = page.split('<img src="')[1].split('"')[0]
        assert source.startswith("/m/")
        assert browser.get(source)["Content-Type"] == "image/jpeg"

    def test_the_next_one_replaces_it(self, box: Any, connect: Any) -> None:
        account = connect("tiktok")
        drain()
        first = SocialAccount.objects.get().picture_id
        connect("tiktok")
        drain()
        account.refresh_from_db()
        assert account.picture_id not in (None, first)
        assert MediaFile.objects.filter(kind="avatar").count() == 1

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1/a.jpg", "https://10.0.0.1/a.jpg", "file:///etc/passwd", ""])
    def test_one_that_cannot_be_had_is_no_failure(self, box: Any, connect: Any, url: str) -> None:
        account = connect("tiktok")
        SocialAccount.objects.update(avatar_url=url)
        (job,) = [job for job in drain() if job.kind == avatars.KIND]
        assert job.status == "done"
        account.refresh_from_db()
        assert account.picture is None

    def test_what_is_no_picture_or_too_much_is_left(self, box: Any, connect: Any, monkeypatch: Any) -> None:
        account = connect("tiktok")
        monkeypatch.setattr(avatars, "MOST_BYTES", 10)
        assert avatars.fetch(account.pk, "t").result == {"picture": "none"}
        monkeypatch.setattr(avatars, "MOST_BYTES", 1_000_000)
        SocialAccount.objects.update(avatar_url=f"{box.base}/_control/posts")
        assert avatars.fetch(account.pk, "t").result == {"picture": "none"}
