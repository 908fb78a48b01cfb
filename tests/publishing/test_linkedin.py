"""LinkedIn: members and pages; text, pictures and video, by the imitation; what its refusals mean."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.errors import ValidationFailed
from jobs.testing import drain
from publishing import selectors
from publishing.engine import grants, housekeeping, secrets
from publishing.models import Attempt, Grant, PostTarget
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.errors import ErrorKind
from publishing.platforms.linkedin import errors, text_format, tokens
from publishing.platforms.registry import adapter_for
from publishing.services import connections, metrics, schedule, social_accounts, targets
from tests.publishing.conftest import picture, portrait
from tests.publishing.test_adapters import answer

pytestmark = pytest.mark.slow

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
PAGE = "urn:li:organization:80000001"


@pytest.fixture
def member(connect: Any) -> Any:
    return connect("linkedin")


@pytest.fixture
def page(connect: Any) -> Any:
    return connect("linkedin", login="pages", pick=PAGE)


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


class TestConnecting:
    def test_a_profile(self, member: Any) -> None:
        assert (member.external_id, member.name, member.grant.subject) == (
            "urn:li:person:maraLind01", "Mara Lind", "urn:li:person:maraLind01",
        )  # fmt: skip
        assert member.handle == "Mara Lind"

    def test_pages_are_picked_and_kept_under_their_managers_name(self, box: Any, connect: Any, page: Any) -> None:
        assert (page.username, page.follower_count, page.facts["role"]) == ("lumen-studio", 5_100, "ADMINISTRATOR")
        lab = connect("linkedin", login="pages", pick="urn:li:organization:80000002")
        assert lab.facts["role"] == "CONTENT_ADMINISTRATOR"
        assert Grant.objects.get().subject == "urn:li:person:maraLind01"

    def test_a_profile_and_its_pages_are_two_consents(self, member: Any, page: Any) -> None:
        assert set(Grant.objects.values_list("login", flat=True)) == {"", "pages"}

    def test_a_profile_without_pages_is_told_the_way_out(self, box: Any, connect: Any) -> None:
        box.control("accounts", {"platform": "linkedin", "name": "Nora New", "kind": "member", "id": "noraNew3"})
        with pytest.raises(ValidationFailed, match="manages no page") as refused:
            connect("linkedin", "noraNew3", login="pages")
        assert refused.value.code == "account_type"

    def test_the_least_is_asked_for(self, box: Any, in_workspace: Any, settings: Any) -> None:
        settings.PLATFORMS["linkedin"]["member_analytics"] = False
        address = connections.start(actor=in_workspace.alice_actor, platform="linkedin").auth_url
        assert "scope=openid+profile+w_member_social&" in f"{address}&"
        assert "code_challenge" not in address

    def test_without_refresh_tokens_the_end_is_known_and_reconnecting_asked_for(
        self, box: Any, connect: Any, member: Any
    ) -> None:
        assert selectors.expires_in_days(member) == 60
        clock.advance(timedelta(days=59))
        assert housekeeping.order_renewals() == 0
        clock.advance(timedelta(days=2))
        with pytest.raises(Exception, match="reconnect"):
            social_accounts.look_at(member)
        member.refresh_from_db()
        assert member.status == "expired"

    def test_a_refresh_token_is_used_and_kept(self, box: Any, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tokens, "_PAUSE_S", 0.0)
        box.set(linkedin__refresh_tokens=True)
        grant = connect("linkedin").grant
        kept = secrets.refresh_token(grant)
        fresh = grants.renew(grant)
        assert kept
        assert secrets.refresh_token(fresh) == kept
        assert secrets.access_token(fresh) != secrets.access_token(grant)
        assert fresh.refresh_expires_at == grant.refresh_expires_at


class TestKinds:
    def test_a_video_goes_up_in_parts_and_is_posted_once(
        self, box: Any, page: Any, publish: Any, in_workspace: Any
    ) -> None:
        target = publish(page, media=portrait(in_workspace.workspace, 9_000_000, 4.0))
        assert target.state == "published"
        names = steps(target)
        assert names.count("part") == -(-target.spec["media"][0]["size_bytes"] // 4_194_304) > 2
        assert [name for name in dict.fromkeys(names)] == ["initialize", "part", "finalize", "status", "post"]
        (live,) = box.live("linkedin")
        assert (live["account_id"], live["media_sha256"]) == ("80000001", target.spec["media"][0]["sha256"])
        assert target.external_id == live["id"]
        assert target.permalink == f"https://www.linkedin.com/feed/update/{live['id']}/"
        assert not any(call["note"] for call in box.calls("linkedin", "upload.part")), "no bearer, no other order"
        assert target.checkpoint_sealed == ""

    @pytest.mark.parametrize("who", ["member", "page"])
    @pytest.mark.parametrize("pictures", [0, 1, 3])
    def test_words_and_pictures(
        self, box: Any, publish: Any, in_workspace: Any, request: Any, who: str, pictures: int
    ) -> None:
        files = [picture(in_workspace.workspace, 10 * shade) for shade in range(pictures)]
        target = publish(request.getfixturevalue(who), media=files)
        assert target.state == "published"
        content = box.live("linkedin")[0]["data"]["body"]["content"]
        found = (content or {}).get("multiImage", {}).get("images") or [item for item in [content] if item]
        assert len(found) == pictures

    def test_a_member_posts_a_video(self, box: Any, member: Any, publish: Any) -> None:
        target = publish(member, text="Look (here) #slow_food @ home", linkedin={"visibility": "CONNECTIONS"})
        assert target.state == "published"
        (live,) = box.live("linkedin")
        assert live["caption"] == "Look (here) #slow_food @ home"
        assert live["data"]["body"]["visibility"] == "CONNECTIONS"

    def test_an_upload_address_that_ran_out_starts_again(
        self, box: Any, page: Any, make_post: Any, in_workspace: Any
    ) -> None:
        box.set(linkedin__upload_url_ttl_s=30)
        box.fault("reset_before", platform="linkedin", step="upload.part")
        post = make_post(page)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        target = PostTarget.objects.get(post=post)
        assert target.state == "published"
        assert steps(target).count("initialize") == 2


class TestNumbers:
    def test_of_a_pages_video(self, box: Any, page: Any, publish: Any) -> None:
        target = publish(page)
        clock.advance(timedelta(days=2))
        found = metrics.fetch(target.pk)
        assert 0 < found.views < found.impressions
        assert found.watch_time_s > found.average_view_s > 0
        assert (found.clicks is not None, found.saves, found.follower_count) == (True, None, 5_100)

    def test_a_content_admin_gets_no_false_zero(self, box: Any, connect: Any, publish: Any) -> None:
        target = publish(connect("linkedin", login="pages", pick="urn:li:organization:80000002"))
        clock.advance(timedelta(days=2))
        found = metrics.fetch(target.pk)
        assert (found.views, found.watch_time_s) == (None, None)
        assert found.impressions > 0

    def test_of_a_member_with_and_without_the_permission(
        self, box: Any, connect: Any, member: Any, publish: Any, settings: Any
    ) -> None:
        target = publish(member)
        clock.advance(timedelta(days=2))
        found = metrics.fetch(target.pk)
        assert 0 < found.views < found.impressions
        assert found.saves is not None
        assert found.watch_time_s > 0
        settings.PLATFORMS["linkedin"]["member_analytics"] = False
        light = metrics.fetch(target.pk)
        assert (light.likes, light.comments, light.views) == (found.likes, found.comments, None)

    def test_a_member_who_did_not_give_it_has_the_light_counts(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("linkedin", scopes_shown="1", scope=["openid", "profile", "w_member_social"])
        assert selectors.missing_scopes(account) == []
        target = publish(account, media=[])
        clock.advance(timedelta(days=1))
        found = metrics.fetch(target.pk)
        assert (found.likes is not None, found.impressions) == (True, None)


class TestLostAnswers:
    @pytest.mark.parametrize("alone", [True, False])
    @pytest.mark.parametrize("kind", ["reset_after", "error_after"])
    def test_a_pages_post_is_found_in_its_list(self, box: Any, page: Any, publish: Any, kind: str, alone: bool) -> None:
        box.fault(kind, platform="linkedin", step="post.create")
        target = publish(page, text="Tom & Ann (new) #bread", **({"media": []} if alone else {}))
        assert target.state == "published"
        assert (target.external_id, len(box.live("linkedin"))) == (box.live("linkedin")[0]["id"], 1)
        assert steps(target).count("post") == 1

    def test_one_that_did_not_arrive_is_sent_again_after_three_looks(self, box: Any, page: Any, publish: Any) -> None:
        box.fault("reset_before", platform="linkedin", step="post.create")
        target = publish(page)
        assert target.state == "published"
        assert (steps(target).count("post"), steps(target).count("reconcile")) == (2, 3)
        assert len(box.live("linkedin")) == 1

    def test_a_list_that_is_late_does_not_make_a_second_post(
        self, box: Any, page: Any, make_post: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from publishing.platforms.linkedin import rest

        box.fault("reset_after", platform="linkedin", step="post.create")
        post = make_post(page)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        real = rest.elements
        monkeypatch.setattr(rest, "elements", lambda body: [row for row in real(body) if "commentary" not in row])
        drain(advance=True)
        target = PostTarget.objects.get(post=post)
        assert (target.state, len(box.live("linkedin"))) == ("published", 1)
        assert target.external_id == box.live("linkedin")[0]["id"]
        assert steps(target).count("post") == 2

    def test_a_members_post_cannot_be_listed_so_the_person_is_asked_and_nothing_is_sent(
        self, box: Any, member: Any, make_post: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        box.fault("reset_after", platform="linkedin", step="post.create")
        post = make_post(member)
        schedule.publish_now(actor=actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(hours=3))
        target = PostTarget.objects.get(post=post)
        assert target.waits_for_answer
        assert steps(target).count("post") == 1
        link = f"https://www.linkedin.com/feed/update/{box.live('linkedin')[0]['id']}/"
        targets.resolve_live(actor=actor, post_id=post.pk, target_id=target.pk, link=link)
        target.refresh_from_db()
        assert (target.state, target.external_id) == ("published", box.live("linkedin")[0]["id"])

    def test_the_wrong_answer_of_a_person_makes_no_second_post_either(
        self, box: Any, member: Any, make_post: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        box.fault("reset_after", platform="linkedin", step="post.create")
        post = make_post(member, media=[])
        schedule.publish_now(actor=actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(hours=1))
        target = PostTarget.objects.get(post=post)
        targets.resolve_not_live(actor=actor, post_id=post.pk, target_id=target.pk)
        drain(advance=True, until=clock.now() + timedelta(hours=1))
        target.refresh_from_db()
        assert (target.state, len(box.live("linkedin"))) == ("failed", 1)
        assert f"It is here: https://www.linkedin.com/feed/update/{box.live('linkedin')[0]['id']}/" in (
            target.error_sentence
        )


class TestRefusals:
    def test_the_daily_limit_waits_until_midnight_utc(
        self, box: Any, page: Any, make_post: Any, in_workspace: Any
    ) -> None:
        box.fault("quota", platform="linkedin", step="post.create")
        post = make_post(page, media=[])
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.wait_reason) == ("waiting", "quota")
        assert target.next_at == datetime(2026, 5, 5, tzinfo=UTC)

    def test_processing_that_fails_says_so(self, box: Any, page: Any, publish: Any) -> None:
        box.fault("processing_failed", platform="linkedin", step="video.upload")
        target = publish(page)
        assert (target.state, target.error_code, target.error_words) == (
            "failed", "unsupported_format", "Processing failed",
        )  # fmt: skip

    def test_a_version_that_ended_waits_for_the_operator(
        self, box: Any, page: Any, make_post: Any, in_workspace: Any, settings: Any
    ) -> None:
        settings.PLATFORMS["linkedin_pages"]["version"] = "202401"
        post = make_post(page, media=[])
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert target.state == "waiting"
        assert "operator" in target.error_sentence
        settings.PLATFORMS["linkedin_pages"]["version"] = "202604"
        drain(advance=True, until=clock.now() + timedelta(hours=2))
        target.refresh_from_db()
        assert target.state == "published"

    @pytest.mark.parametrize(
        ("status", "body", "kind", "code"),
        [
            (401, {"serviceErrorCode": 65602, "code": "EXPIRED_ACCESS_TOKEN"}, ErrorKind.AUTH_EXPIRED,
             "EXPIRED_ACCESS_TOKEN"),
            (401, {"serviceErrorCode": 65601}, ErrorKind.AUTH_EXPIRED, "65601"),
            (403, {"message": "Accessing this video resource is forbidden. Verify"}, ErrorKind.TRANSIENT, "http_403"),
            (403, {"code": "ACCESS_DENIED", "message": "Not enough permissions"}, ErrorKind.AUTH_EXPIRED,
             "ACCESS_DENIED"),
            (422, {"message": "Content is a duplicate of urn:li:share:7", "errorDetails": {"inputErrors": [
                {"code": "DUPLICATE_POST"}]}}, ErrorKind.REJECTED, "DUPLICATE_POST"),
            (400, {"message": "Do not post duplicate content"}, ErrorKind.REJECTED, "DUPLICATE_POST"),
            (400, {"code": "MEDIA_ASSET_WAITING_UPLOAD"}, ErrorKind.RATE_LIMITED,
             "MEDIA_ASSET_WAITING_UPLOAD"),
            (400, {"code": "MEDIA_ASSET_PROCESSING_FAILED"}, ErrorKind.UNSUPPORTED_FORMAT,
             "MEDIA_ASSET_PROCESSING_FAILED"),
            (400, {"code": "EXPIRED_UPLOAD_URL"}, ErrorKind.TRANSIENT, "upload_expired"),
            (422, {"code": "FIELD_LENGTH_TOO_LONG"}, ErrorKind.REJECTED, "FIELD_LENGTH_TOO_LONG"),
            (426, {"code": "NONEXISTENT_VERSION"}, ErrorKind.RATE_LIMITED, "NONEXISTENT_VERSION"),
            (429, {"serviceErrorCode": 101}, ErrorKind.QUOTA, "101"),
            (503, {"message": "Service Unavailable"}, ErrorKind.TRANSIENT, "http_503"),
            (404, {"message": "In their words"}, ErrorKind.REJECTED, "http_404"),
        ],
    )  # fmt: skip
    def test_each_refusal_has_its_kind(self, status: int, body: dict[str, Any], kind: ErrorKind, code: str) -> None:
        error = errors.classify(answer(status, body), NOW)
        assert (error.kind, error.code) == (kind, code)
        assert error.sentence
        assert error.token_problem == (status == 401)

    def test_the_duplicates_address_is_read(self) -> None:
        error = errors.classify(answer(422, {"message": "Content is a duplicate of urn:li:ugcPost:712"}), NOW)
        assert errors.duplicate_of(error) == "urn:li:ugcPost:712"

    @pytest.mark.parametrize(
        ("status", "kind", "restart"),
        [(401, ErrorKind.TRANSIENT, True), (403, ErrorKind.TRANSIENT, True), (503, ErrorKind.TRANSIENT, False),
         (429, ErrorKind.TRANSIENT, False), (400, ErrorKind.REJECTED, False)],
    )  # fmt: skip
    def test_the_upload_host(self, status: int, kind: ErrorKind, restart: bool) -> None:
        error = errors.transfer(answer(status, b"words"))
        assert (error.kind, error.restart, error.token_problem) == (kind, restart, False)

    @pytest.mark.parametrize(
        ("code", "status", "renewing", "kind"),
        [("invalid_request", 400, True, ErrorKind.AUTH_EXPIRED), ("invalid_request", 400, False, ErrorKind.REJECTED),
         ("invalid_client", 401, True, ErrorKind.REJECTED), ("server_error", 500, True, ErrorKind.TRANSIENT)],
    )  # fmt: skip
    def test_the_token_endpoint(self, code: str, status: int, renewing: bool, kind: ErrorKind) -> None:
        assert errors.oauth(answer(status, {"error": code}), renewing=renewing).kind is kind


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Plain words.", "Plain words."),
            (
                "a (b) [c] {d} <e> ~f *g _h |i @j \\k",
                "a \\(b\\) \\[c\\] \\{d\\} \\<e\\> \\~f \\*g \\_h \\|i \\@j \\\\k",
            ),
            ("#bread and #slow_food!", "{hashtag|\\#|bread} and {hashtag|\\#|slow\\_food}!"),
            ("No. #1 and a#b", "No. \\#1 and a\\#b"),
            ("@[Ann](urn:li:person:1)", "\\@\\[Ann\\]\\(urn:li:person:1\\)"),
        ],
    )
    def test_reserved_signs_are_escaped_and_hashtags_are_hashtags(self, text: str, expected: str) -> None:
        assert text_format.commentary(text) == expected
        assert text_format.plain(expected) == text


class TestChecks:
    VIDEO = MediaSpec("f", "k", "s", 1_000_000, "video/mp4", 20.0, 720, 1280, 30.0, "h264", "clip.mp4")
    PICTURE = MediaSpec("f", "k", "s", 1000, "image/jpeg", None, 720, 1280)

    def codes(self, text: str = "Hi", media: Any = (), who: str = PAGE, **options: Any) -> list[tuple[str, str]]:
        spec = Spec("linkedin", text, "", options, tuple(media))
        return [(item.field, item.code) for item in adapter_for("linkedin").check(spec, AccountRef(who, ""))]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"content_type": "video/quicktime"}, "container"),
            ({"size_bytes": 501 * 1024**2}, "too_large"),
            ({"size_bytes": 74_000}, "too_small"),
            ({"duration_s": 1801.0}, "too_long"),
            ({"duration_s": 2.9}, "too_short"),
        ],
    )
    def test_videos(self, changes: dict[str, Any], code: str) -> None:
        assert self.codes(media=[replace(self.VIDEO, **changes)]) == [("media", code)]

    def test_the_rest(self) -> None:
        assert self.codes() == []
        assert self.codes("") == [("text", "text_missing")]
        assert self.codes("x" * 3001) == [("text", "text_too_long")]
        assert self.codes(media=[self.PICTURE] * 20) == []
        assert self.codes(media=[self.PICTURE] * 21) == [("media", "media_too_many")]
        assert self.codes(media=[self.PICTURE, self.VIDEO]) == [("media", "media_mixed")]
        assert self.codes(media=[replace(self.PICTURE, content_type="image/webp")]) == [("media", "container")]
        assert self.codes(media=[replace(self.PICTURE, width=9000, height=9000)]) == [("media", "picture_size")]
        assert self.codes(visibility="FRIENDS") == [("visibility", "choice_unknown")]
        assert self.codes(visibility="CONNECTIONS") == [("visibility", "choice_not_offered")]
        assert self.codes(visibility="CONNECTIONS", who="urn:li:person:a") == []
        assert self.codes(no_reshare="yes") == [("no_reshare", "not_boolean")]
        assert self.codes(media_title="x" * 401) == [("media_title", "title_too_long")]

    @pytest.mark.parametrize(
        ("link", "expected"),
        [
            ("https://www.linkedin.com/feed/update/urn:li:share:712/", "urn:li:share:712"),
            ("https://www.linkedin.com/feed/update/urn:li:ugcPost:712?x=1", "urn:li:ugcPost:712"),
            ("https://www.linkedin.com/posts/mara-lind_words-activity-7123456789012-AbCd?utm=1",
             "urn:li:activity:7123456789012"),
            ("https://www.linkedin.com/in/mara", ""),
            ("https://evil.example/https://www.linkedin.com/feed/update/urn:li:share:1", ""),
        ],
    )  # fmt: skip
    def test_ids_in_pasted_links(self, link: str, expected: str) -> None:
        assert adapter_for("linkedin").post_id_of(link) == expected
