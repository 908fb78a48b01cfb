"""X: text, pictures, GIF and video, by the imitation; what its refusals mean; how a lost answer is found again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.errors import ValidationFailed
from jobs.testing import drain
from publishing.engine import grants, housekeeping, secrets
from publishing.models import Attempt, PostTarget
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.errors import ErrorKind
from publishing.platforms.registry import adapter_for
from publishing.platforms.twitter import errors, timeline
from publishing.services import metrics, schedule
from tests.publishing.conftest import picture, portrait
from tests.publishing.test_adapters import answer

pytestmark = pytest.mark.slow

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


class TestKinds:
    def test_a_video_goes_up_in_segments_and_is_posted_once(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:
        target = publish(connect("twitter"), media=portrait(in_workspace.workspace, 9_000_000))
        assert target.state == "published"
        assert steps(target)[:6] == ["initialize", "append", "append", "append", "finalize", "status"]
        assert steps(target)[-1] == "post"
        (live,) = box.live("x")
        assert (live["kind"], live["media_sha256"]) == ("video", target.spec["media"][0]["sha256"])
        assert target.permalink == f"https://x.com/lumenstudio/status/{live['id']}"
        assert [row.step for row in Attempt.objects.filter(target=target, effect="commit")] == ["post"]

    def test_words_alone(self, box: Any, connect: Any, publish: Any) -> None:
        target = publish(connect("twitter"), media=[], text="Only words, and https://example.com/a")
        assert (target.state, steps(target)) == ("published", ["post"])
        assert box.live("x")[0]["kind"] == "text"

    def test_four_pictures(self, box: Any, connect: Any, publish: Any, in_workspace: Any) -> None:
        files = [picture(in_workspace.workspace, shade) for shade in (10, 60, 120, 180)]
        target = publish(connect("twitter"), media=files)
        assert target.state == "published"
        assert steps(target).count("initialize") == 4
        assert len(box.live("x")[0]["data"]["media_ids"]) == 4

    def test_what_the_person_chose_arrives(self, box: Any, connect: Any, publish: Any, monkeypatch: Any) -> None:
        from publishing.platforms.http import Caller

        sent: list[Any] = []
        real = Caller.call

        def spying(self: Any, method: str, url: str, **how: Any) -> Any:
            if url.endswith("/2/tweets") and method == "POST":
                sent.append(how["body"])
            return real(self, method, url, **how)

        monkeypatch.setattr(Caller, "call", spying)
        publish(connect("twitter"), media=[], twitter={"reply_settings": "verified", "made_with_ai": True})
        assert sent == [{"text": "A quiet morning", "reply_settings": "verified", "made_with_ai": True}]

    def test_numbers_come_back(self, box: Any, connect: Any, publish: Any) -> None:
        target = publish(connect("twitter"))
        clock.advance(timedelta(days=2))
        found = metrics.fetch(target.pk)
        assert 0 < found.views < found.impressions
        assert found.clicks is not None
        assert (found.saves is not None, found.shares is not None, found.watch_time_s) == (True, True, None)
        assert found.follower_count == 7_600

    def test_words_have_views_too_and_a_deleted_post_has_no_numbers(self, box: Any, connect: Any, publish: Any) -> None:
        target = publish(connect("twitter"), media=[])
        clock.advance(timedelta(days=1))
        assert metrics.fetch(target.pk).views == metrics.fetch(target.pk).impressions
        box.control(f"posts/{target.external_id}/delete", {})
        assert metrics.fetch(target.pk).views is None


class TestRefusals:
    def test_the_same_words_twice_are_refused_with_the_reason(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("twitter")
        assert publish(account, media=[]).state == "published"
        again = publish(account, media=[])
        assert (again.state, again.error_code) == ("failed", "rejected")
        assert "same post twice" in again.error_sentence
        assert len(box.live("x")) == 1

    def test_empty_credits_wait_for_the_operator_and_keep_what_was_uploaded(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("twitter")
        box.fault("quota", platform="x", step="tweet.create")
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(minutes=5))
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.committed) == ("waiting", False)
        assert "operator" in target.error_sentence
        drain(advance=True, until=clock.now() + timedelta(hours=2))
        target.refresh_from_db()
        assert target.state == "published"
        assert steps(target).count("initialize") == 1

    def test_the_rate_is_waited_for_until_the_moment_x_names(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("twitter")
        box.fault("rate_limit", platform="x", step="media.initialize")
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.wait_reason) == ("waiting", "rate")
        assert target.next_at == clock.now() + timedelta(seconds=60)

    def test_media_that_x_cannot_process_starts_again_or_fails(self, box: Any, connect: Any, publish: Any) -> None:
        box.fault("processing_failed", platform="x", step="media.initialize")
        target = publish(connect("twitter"))
        assert target.state == "published"
        assert steps(target).count("initialize") == 2

    def test_an_upload_that_x_forgot_starts_again(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("twitter")
        box.fault("rate_limit", platform="x", step="tweet.create", retry_after=25 * 3600)
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(hours=26))
        target = PostTarget.objects.get(post=post)
        assert target.state == "published"
        assert steps(target).count("initialize") == 2
        assert len(box.live("x")) == 1

    @pytest.mark.parametrize(
        ("status", "body", "kind", "code"),
        [
            (400, {"title": "Invalid Request", "type": "https://api.twitter.com/2/problems/invalid-request"},
             ErrorKind.REJECTED, "invalid-request"),
            (401, {"title": "Unauthorized", "type": "about:blank", "status": 401}, ErrorKind.AUTH_EXPIRED,
             "unauthorized"),
            (402, {"title": "CreditsDepleted"}, ErrorKind.RATE_LIMITED, "credits_depleted"),
            (403, {"detail": "You are not allowed to create a Tweet with duplicate content."}, ErrorKind.REJECTED,
             "duplicate"),
            (403, {"detail": "You are not permitted to perform this action."}, ErrorKind.REJECTED, "not_permitted"),
            (403, {"detail": "Your account is not permitted to access this feature"}, ErrorKind.REJECTED, "feature"),
            (403, {"detail": "You are not allowed to post a video longer than 2 minutes"}, ErrorKind.UNSUPPORTED_FORMAT,
             "video_too_long"),
            (403, {"type": "https://api.twitter.com/2/problems/client-forbidden"}, ErrorKind.REJECTED,
             "client-forbidden"),
            (403, {"type": "https://api.twitter.com/2/problems/usage-capped"}, ErrorKind.QUOTA, "usage-capped"),
            (403, {"type": "https://api.twitter.com/2/problems/user-suspended"}, ErrorKind.ACCOUNT_TYPE,
             "user-suspended"),
            (403, {"title": "Unsupported Authentication",
                   "type": "https://api.twitter.com/2/problems/unsupported-authentication"},
             ErrorKind.AUTH_EXPIRED, "unsupported-authentication"),
            (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, ErrorKind.RATE_LIMITED, "rate_limited"),
            (503, {"title": "Service Unavailable"}, ErrorKind.TRANSIENT, "http_503"),
            (502, {}, ErrorKind.TRANSIENT, "http_502"),
            (418, {"detail": "In their words"}, ErrorKind.REJECTED, "http_418"),
        ],
    )  # fmt: skip
    def test_each_refusal_has_its_kind(self, status: int, body: dict[str, Any], kind: ErrorKind, code: str) -> None:
        error = errors.classify(answer(status, body), NOW)
        assert (error.kind, error.code) == (kind, code)
        assert error.sentence
        assert error.token_problem == (status == 401)

    def test_the_end_of_a_window_is_a_moment_and_retry_after_counts_too(self) -> None:
        reset = int((NOW + timedelta(minutes=7)).timestamp())
        assert errors.classify(answer(429, {}, **{"x-rate-limit-reset": str(reset)}), NOW).until == NOW + timedelta(
            minutes=7
        )
        assert errors.classify(answer(429, {}, **{"retry-after": "30"}), NOW).until == NOW + timedelta(seconds=30)
        assert errors.classify(answer(429, {}), NOW).until == NOW + timedelta(minutes=15)

    @pytest.mark.parametrize(
        ("code", "status", "renewing", "kind"),
        [
            ("invalid_grant", 400, True, ErrorKind.AUTH_EXPIRED),
            ("invalid_request", 400, True, ErrorKind.AUTH_EXPIRED),
            ("invalid_request", 400, False, ErrorKind.REJECTED),
            ("unauthorized_client", 401, True, ErrorKind.REJECTED),
            ("server_error", 500, True, ErrorKind.TRANSIENT),
            ("invalid_request", 503, True, ErrorKind.TRANSIENT),
        ],
    )
    def test_the_token_endpoint(self, code: str, status: int, renewing: bool, kind: ErrorKind) -> None:
        assert errors.oauth(answer(status, {"error": code}), renewing=renewing).kind is kind


class TestLostAnswers:
    @pytest.mark.parametrize("words", [True, False])
    @pytest.mark.parametrize("kind", ["reset_after", "error_after"])
    def test_a_post_whose_answer_was_lost_is_found_in_the_timeline(
        self, box: Any, connect: Any, publish: Any, kind: str, words: bool
    ) -> None:
        account = connect("twitter")
        box.fault(kind, platform="x", step="tweet.create")
        target = publish(account, text="Tom & Ann <3 https://example.com/a", **({"media": []} if words else {}))
        assert target.state == "published"
        assert (target.external_id, len(box.live("x"))) == (box.live("x")[0]["id"], 1)
        assert steps(target).count("post") == 1

    @pytest.mark.parametrize("words", [True, False])
    def test_one_that_did_not_arrive_is_sent_again_after_three_looks(
        self, box: Any, connect: Any, publish: Any, words: bool
    ) -> None:
        account = connect("twitter")
        box.fault("reset_before", platform="x", step="tweet.create")
        target = publish(account, **({"media": []} if words else {}))
        assert target.state == "published"
        assert (steps(target).count("post"), steps(target).count("reconcile")) == (2, 3)
        assert len(box.live("x")) == 1

    def test_a_timeline_that_is_late_does_not_make_a_second_post(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The listing lags: the second sending is refused as a duplicate, and the first one is found."""
        account = connect("twitter")
        box.fault("reset_after", platform="x", step="tweet.create")
        post = make_post(account, media=[])
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        with monkeypatch.context() as patched:
            patched.setattr(timeline, "_rows", lambda session: [])
            drain(advance=True, until=clock.now() + timedelta(minutes=11))
        target = PostTarget.objects.get(post=post)
        assert (target.state, steps(target).count("post")) == ("unconfirmed", 2)
        drain(advance=True)
        target.refresh_from_db()
        assert (target.state, len(box.live("x"))) == ("published", 1)
        assert steps(target).count("post") == 2

    def test_nothing_is_sent_a_third_time_and_the_person_is_asked(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = connect("twitter")
        box.fault("reset_after", platform="x", step="tweet.create")
        post = make_post(account, media=[])
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        monkeypatch.setattr(timeline, "_rows", lambda session: [])
        drain(advance=True, until=clock.now() + timedelta(hours=5))
        target = PostTarget.objects.get(post=post)
        assert target.waits_for_answer
        assert steps(target).count("post") == 2
        assert len(box.live("x")) == 1

    def test_an_older_post_of_the_same_words_is_not_taken_for_this_one(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        box.set(x__refuse_duplicates_s=0)
        account = connect("twitter")
        older = publish(account, media=[])
        clock.advance(timedelta(hours=3))
        box.fault("reset_before", platform="x", step="tweet.create")
        target = publish(account, media=[])
        assert target.state == "published"
        assert target.external_id != older.external_id
        assert len(box.live("x")) == 2

    def test_texts_are_compared_as_x_gives_them_back(self) -> None:
        assert timeline.plain("Tom &amp; Ann &lt;3 https://t.co/AbC") == timeline.plain(
            "Tom & Ann <3   https://example.com/x?y=1"
        )


class TestTokens:
    def test_renewing_replaces_the_refresh_token(self, box: Any, connect: Any) -> None:
        grant = connect("twitter").grant
        old = secrets.refresh_token(grant)
        fresh = grants.renew(grant)
        assert secrets.refresh_token(fresh) not in ("", old)
        assert grants.renew(fresh).token_version == fresh.token_version + 1

    @pytest.mark.parametrize(
        ("kind", "ends"), [("reset_after", "dead"), ("error_after", "dead"), ("reset_before", "renewed")]
    )
    def test_a_lost_answer_during_rotation_ends_in_the_truth_and_not_in_a_loop(
        self, box: Any, connect: Any, kind: str, ends: str
    ) -> None:
        account = connect("twitter")
        clock.advance(timedelta(minutes=115))
        box.fault(kind, platform="x", step="oauth.token")
        assert housekeeping.renew_ahead(account.grant_id).after == timedelta(minutes=2)
        assert housekeeping.renew_ahead(account.grant_id).result == {"state": ends}
        asked = len(box.calls("x", "oauth.token"))
        account.refresh_from_db()
        assert account.status == ("expired" if ends == "dead" else "connected")
        clock.advance(timedelta(minutes=5))
        housekeeping.order_renewals()
        drain()
        assert len(box.calls("x", "oauth.token")) == asked
        if ends == "dead":
            assert "reconnect" in account.problem

    def test_a_post_in_the_middle_of_it_is_parked_and_goes_on_after_reconnecting(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("twitter")
        clock.advance(timedelta(minutes=119, seconds=30))
        box.fault("reset_after", platform="x", step="oauth.token")
        post = make_post(account)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(hours=1))
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.error_code) == ("action_required", "auth_expired")
        connect("twitter")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"

    def test_without_staying_connected_the_end_of_the_consent_is_known(self, box: Any, connect: Any) -> None:
        from publishing import selectors

        account = connect("twitter", scopes_shown="1", scope=["tweet.read", "tweet.write", "users.read", "media.write"])
        assert selectors.missing_permissions(account) == ["stay connected for longer than two hours (offline.access)"]
        assert selectors.expires_in_days(account) == 0
        again = connect("twitter")
        assert selectors.expires_in_days(again) is None


class TestChecks:
    def codes(self, text: str = "Hi", media: tuple[MediaSpec, ...] = (), premium: bool = False, **options: Any) -> Any:
        facts = {"verified_type": "blue"} if premium else {}
        spec = Spec("twitter", text, "", options, media)
        return [(item.field, item.code) for item in adapter_for("twitter").check(spec, AccountRef("1", "a", facts))]

    VIDEO = MediaSpec("f", "k", "s", 1000, "video/mp4", 20.0, 720, 1280, 30.0, "h264", "clip.mp4")
    PICTURE = MediaSpec("f", "k", "s", 1000, "image/jpeg", None, 720, 1280)

    def video(self, **changes: Any) -> tuple[MediaSpec]:
        from dataclasses import replace

        return (replace(self.VIDEO, **changes),)

    def test_text_is_weighed(self) -> None:
        link = "https://example.com/" + "x" * 300
        assert self.codes("a" * 256 + " " + link) == []
        assert self.codes("a" * 257 + " " + link) == [("text", "text_too_long")]
        assert self.codes("😀" * 141) == [("text", "text_too_long")]
        assert self.codes("😀" * 141, premium=True) == []
        assert self.codes("", ()) == [("text", "text_missing")]
        assert self.codes("", self.video()) == []
        assert self.codes("$ABC and $abc") == []
        assert self.codes("$ABC and $XYZ") == [("text", "cashtags")]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"content_type": "video/webm"}, "container"),
            ({"video_codec": "hevc"}, "codec"),
            ({"size_bytes": 513 * 1024**2}, "too_large"),
            ({"duration_s": 141.0}, "too_long"),
            ({"duration_s": 0.4}, "too_short"),
            ({"width": 30}, "picture_size"),
            ({"width": 400, "height": 1280}, "aspect"),
            ({"fps": 90.0}, "frame_rate"),
        ],
    )
    def test_videos(self, changes: dict[str, Any], code: str) -> None:
        found = self.codes(media=self.video(**changes))
        assert ("media", code) in found

    def test_pictures_and_options(self) -> None:
        from dataclasses import replace

        gif = replace(self.PICTURE, content_type="image/gif")
        assert self.codes(media=(self.PICTURE,) * 4) == []
        assert self.codes(media=(self.PICTURE,) * 5) == [("media", "media_too_many")]
        assert self.codes(media=(self.PICTURE, *self.video())) == [("media", "media_mixed")]
        assert self.codes(media=(gif, gif)) == [("media", "media_mixed")]
        assert self.codes(media=(replace(gif, size_bytes=16 * 1024**2),)) == [("media", "too_large")]
        assert self.codes(media=(replace(self.PICTURE, size_bytes=6 * 1024**2),)) == [("media", "too_large")]
        assert self.codes(media=(replace(self.PICTURE, content_type="image/tiff"),)) == [("media", "container")]
        assert self.codes(reply_settings="friends") == [("reply_settings", "choice_unknown")]
        assert self.codes(made_with_ai="yes") == [("made_with_ai", "not_boolean")]

    def test_an_operator_whose_app_is_given_more_says_so(self, settings: Any) -> None:
        settings.PLATFORMS = {**settings.PLATFORMS, "twitter": {"video_max_mb": 8192, "video_max_s": 1200}}
        assert self.codes(media=self.video(duration_s=1000.0, size_bytes=1024**3)) == []

    @pytest.mark.parametrize(
        ("link", "expected"),
        [
            ("https://x.com/lumenstudio/status/1899", "1899"),
            ("https://twitter.com/lumenstudio/status/1899?s=20", "1899"),
            ("https://mobile.x.com/a/status/1/photo/1", "1"),
            ("https://x.com/lumenstudio", ""),
            ("https://evil.example/https://x.com/a/status/1", ""),
        ],
    )
    def test_ids_in_pasted_links(self, link: str, expected: str) -> None:
        assert adapter_for("twitter").post_id_of(link) == expected


def test_a_denied_consent_connects_nothing(box: Any, in_workspace: Any) -> None:
    from publishing.services import connections

    walk = connections.start(actor=in_workspace.alice_actor, platform="twitter")
    query = {"error": "access_denied", "state": walk.state}
    with pytest.raises(ValidationFailed) as refused:
        connections.finish(platform="twitter", query=query, signed_in=in_workspace.alice)
    assert refused.value.code == "consent_refused"
