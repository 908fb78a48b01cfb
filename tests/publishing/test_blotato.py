"""Blotato: a key that is pasted once, accounts of several platforms behind it, and posts that go through it."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.serializers import serialize
from django.test import Client
from django.urls import reverse

from accounts.services import tokens
from core import clock
from core.errors import PermissionDenied, Unavailable, ValidationFailed
from jobs.models import Job
from jobs.testing import drain
from publishing import selectors
from publishing.engine import secrets
from publishing.models import Attempt, Grant, OAuthState, PostTarget, SocialAccount
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.blotato import errors, listing, targets
from publishing.platforms.errors import ErrorKind
from publishing.platforms.registry import ADAPTERS, adapter_for, service_behind
from publishing.services import api_keys, connections, metrics, schedule
from publishing.services import targets as answers
from tests.publishing.conftest import TIKTOK, YOUTUBE, picture, portrait
from tests.publishing.test_adapters import answer

pytestmark = pytest.mark.slow

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
KEY = "sandbox-blotato-secret"
LINKEDIN_PAGE = "98407/80000001"


def steps(target: PostTarget) -> list[str]:
    return list(Attempt.objects.filter(target=target).order_by("id").values_list("step", flat=True))


class TestConnecting:
    def test_the_accounts_behind_a_key_are_listed_and_those_of_unknown_platforms_left_out(
        self, box: Any, in_workspace: Any
    ) -> None:
        actor = in_workspace.alice_actor
        found = api_keys.connect(actor=actor, service="blotato", key=f"  {KEY}\n")
        assert not SocialAccount.objects.exists()
        options = connections.pending(actor=actor, choice_id=found.choice_id).options
        behind = {option.info.external_id: option.info.network for option in options}
        assert behind["98401"] == "tiktok"
        assert "98405" not in behind, "Facebook posts go to pages only"
        assert behind.get(LINKEDIN_PAGE) == behind["98407"] == "linkedin"
        assert set(behind.values()) <= {"tiktok", "youtube", "twitter", "linkedin", "instagram", "facebook"}

    def test_an_account_says_where_it_posts_and_that_it_goes_through_blotato(self, box: Any, connect_key: Any) -> None:
        account = connect_key("98401")
        assert (account.platform, account.via, account.handle) == ("tiktok", "blotato", "@lumen.studio")
        assert adapter_for(account.platform, account.via).label == "TikTok through Blotato"
        assert selectors.missing_scopes(account) == []
        assert selectors.expires_in_days(account) is None

    def test_the_same_account_directly_and_through_blotato_are_two(
        self, box: Any, connect: Any, connect_key: Any
    ) -> None:
        direct, behind = connect("tiktok"), connect_key("98401")
        assert direct.pk != behind.pk
        assert (direct.is_default, behind.is_default) == (True, False)

    def test_one_key_is_one_grant_and_a_second_look_ticks_what_is_here(
        self, box: Any, connect_key: Any, in_workspace: Any
    ) -> None:
        connect_key("98401")
        connect_key("98406")
        assert Grant.objects.get().platform == "blotato"
        found = api_keys.connect(actor=in_workspace.alice_actor, service="blotato", key=KEY)
        options = connections.pending(actor=in_workspace.alice_actor, choice_id=found.choice_id).options
        assert {option.info.external_id for option in options if option.known} == {"98401", "98406"}

    @pytest.mark.parametrize("key", ["", "wrong", "two words", "schlüssel", "x" * 501])
    def test_a_key_that_cannot_be_one_is_refused_at_its_field(self, box: Any, in_workspace: Any, key: str) -> None:
        with pytest.raises(ValidationFailed) as refused:
            api_keys.connect(actor=in_workspace.alice_actor, service="blotato", key=key)
        assert set(refused.value.fields) == {"api_key"}
        assert not OAuthState.objects.exists()
        assert key not in refused.value.message or not key

    def test_only_an_admin_and_only_while_blotato_answers(self, box: Any, in_workspace: Any) -> None:
        with pytest.raises(PermissionDenied):
            api_keys.connect(actor=in_workspace.bob_actor, service="blotato", key=KEY)
        box.fault("reset_before", platform="blotato", step="account.me")
        with pytest.raises(Unavailable):
            api_keys.connect(actor=in_workspace.alice_actor, service="blotato", key=KEY)
        box.fault("missing_scope", platform="blotato", step="account.me")
        with pytest.raises(ValidationFailed, match="plan"):
            api_keys.connect(actor=in_workspace.alice_actor, service="blotato", key=KEY)

    def test_the_operators_key_stands_in_for_an_empty_field(self, box: Any, in_workspace: Any, settings: Any) -> None:
        settings.PLATFORMS["blotato"]["api_key"] = KEY
        assert api_keys.connect(actor=in_workspace.alice_actor, service="blotato", key="").choice_id

    def test_the_key_is_sealed_and_found_nowhere(
        self, box: Any, connect_key: Any, publish: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        account = connect_key("98401")
        box.fault("error_before", platform="blotato", step="post.create")
        publish(account)
        assert secrets.access_token(account.grant) == KEY
        models = (Attempt, Job, PostTarget, SocialAccount, Grant, OAuthState)
        assert KEY not in "".join(serialize("json", model.objects.all()) for model in models)
        assert KEY not in caplog.text
        assert not any(call["note"] for call in box.calls("blotato")), "the key never goes to the upload host"


class TestKinds:
    @pytest.mark.parametrize(
        ("account", "options", "start"),
        [
            ("98401", TIKTOK, "https://www.tiktok.com/@lumen.studio/video/"),
            ("98404", YOUTUBE, "https://www.youtube.com/"),
            ("98406", {}, "https://x.com/lumenstudio/status/"),
            ("98407", {}, "https://www.linkedin.com/feed/update/"),
            (LINKEDIN_PAGE, {}, "https://www.linkedin.com/feed/update/"),
            ("98403", {}, "https://www.instagram.com/reel/"),
            ("98405/104000000000001", {}, "https://www.facebook.com/reel/"),
        ],
    )
    def test_a_video_through_blotato(
        self,
        box: Any,
        connect_key: Any,
        publish: Any,
        in_workspace: Any,
        account: str,
        options: dict[str, Any],
        start: str,
    ) -> None:
        row = connect_key(account)
        clip = portrait(in_workspace.workspace, 80_000, 4.0)
        target = publish(row, media=clip, **{row.platform: options})
        assert (target.state, steps(target)[:4]) == ("published", ["presign", "upload", "post", "status"])
        assert target.permalink.startswith(start)
        (live,) = box.live("blotato")
        assert (live["account_id"], live["media_sha256"]) == (account.split("/")[0], target.spec["media"][0]["sha256"])
        assert target.external_id == live["id"]
        assert target.checkpoint_sealed == ""

    def test_words_alone_and_pictures_on_x(self, box: Any, connect_key: Any, publish: Any, in_workspace: Any) -> None:
        account = connect_key("98406")
        assert publish(account, media=[], text="Words").state == "published"
        files = [picture(in_workspace.workspace, shade) for shade in (10, 90)]
        assert publish(account, media=files, text="Pictures").state == "published"
        assert sorted(row["caption"] for row in box.live("blotato")) == ["Pictures", "Words"]

    def test_what_the_person_chose_is_passed_on(self) -> None:
        options = {**TIKTOK, "allow_comment": True, "disclose": True, "your_brand": True}
        found = targets.target(Spec("tiktok", "Hi", "", options, ()), AccountRef("1", ""))
        assert found == {
            "targetType": "tiktok", "privacyLevel": "PUBLIC_TO_EVERYONE", "disabledComments": False,
            "disabledDuet": True, "disabledStitch": True, "isBrandedContent": False, "isYourBrand": True,
            "isAiGenerated": False,
        }  # fmt: skip
        draft = Spec("tiktok", "Hi", "", {"send_to": "inbox"}, ())
        assert targets.target(draft, AccountRef("1", ""))["isDraft"] is True
        assert targets.target(draft, AccountRef("1", ""))["privacyLevel"] == "SELF_ONLY"
        youtube = targets.target(Spec("youtube", "Hi", "Title", YOUTUBE, ()), AccountRef("1", ""), "https://t/1")
        assert (youtube["title"], youtube["privacyStatus"], youtube["isMadeForKids"], youtube["thumbnailUrl"]) == (
            "Title", "public", False, "https://t/1",
        )  # fmt: skip
        page = AccountRef("98405/104", "", {"page_id": "104"})
        video = MediaSpec("f", "k", "s", 1000, "video/mp4", 20.0, 720, 1280)
        chosen = {"link": "https://a", "video_as": "video"}
        assert targets.target(Spec("facebook", "Hi", "", chosen, (video,)), page) == {
            "targetType": "facebook", "mediaType": "video", "link": "https://a", "pageId": "104",
        }  # fmt: skip
        instagram = targets.target(Spec("instagram", "", "", {"collaborators": ["ann"]}, (video,)), AccountRef("1", ""))
        assert instagram == {"targetType": "instagram", "mediaType": "reel", "collaborators": ["ann"]}

    def test_a_draft_for_the_tiktok_inbox_stays_one_and_says_so(
        self, box: Any, connect_key: Any, publish: Any, monkeypatch: Any
    ) -> None:
        from publishing.platforms.http import Caller

        sent: list[Any] = []
        real = Caller.call

        def spying(self: Any, method: str, url: str, **how: Any) -> Any:
            if method == "POST" and url.endswith("/v2/posts"):
                sent.append(how["body"]["post"]["target"])
            return real(self, method, url, **how)

        monkeypatch.setattr(Caller, "call", spying)
        target = publish(connect_key("98401"), tiktok={"send_to": "inbox", "privacy_level": ""})
        assert target.state == "in_inbox"
        assert sent[0]["isDraft"] is True
        assert "TikTok inbox" in target.note
        assert target.permalink == ""

    def test_numbers_come_back_as_strings_or_not_at_all(self, box: Any, connect_key: Any, publish: Any) -> None:
        target = publish(connect_key("98401"), tiktok=TIKTOK)
        other = publish(connect_key("98407"))
        assert metrics.fetch(target.pk).views is None
        clock.advance(timedelta(days=1))
        found = metrics.fetch(target.pk)
        assert found.views > 0
        assert (found.shares is not None, found.saves) == (True, None)
        assert metrics.fetch(other.pk).views is None


class TestLostAnswers:
    @pytest.mark.parametrize("kind", ["reset_after", "error_after"])
    def test_a_submission_whose_answer_was_lost_is_found_by_its_files(
        self, box: Any, connect_key: Any, publish: Any, kind: str
    ) -> None:
        account = connect_key("98401")
        box.fault(kind, platform="blotato", step="post.create")
        target = publish(account, tiktok=TIKTOK)
        assert target.state == "published"
        assert (target.external_id, len(box.live("blotato"))) == (box.live("blotato")[0]["id"], 1)
        assert steps(target).count("post") == 1

    def test_one_that_did_not_arrive_is_sent_again_after_three_looks(
        self, box: Any, connect_key: Any, publish: Any
    ) -> None:
        account = connect_key("98401")
        box.fault("reset_before", platform="blotato", step="post.create")
        target = publish(account, tiktok=TIKTOK)
        assert target.state == "published"
        assert (steps(target).count("post"), steps(target).count("reconcile")) == (2, 3)
        assert len(box.live("blotato")) == 1

    def test_words_alone_are_found_when_the_list_shows_the_account(
        self, box: Any, connect_key: Any, publish: Any
    ) -> None:
        account = connect_key("98406")
        box.fault("reset_after", platform="blotato", step="post.create")
        target = publish(account, media=[])
        assert (target.state, len(box.live("blotato"))) == ("published", 1)
        assert target.permalink.startswith("https://x.com/lumenstudio/status/")

    def test_and_when_it_does_not_the_person_is_asked(
        self, box: Any, connect_key: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect_key("98407")
        box.fault("reset_after", platform="blotato", step="post.create")
        post = make_post(account, media=[])
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True, until=clock.now() + timedelta(hours=3))
        target = PostTarget.objects.get(post=post)
        assert target.waits_for_answer
        assert (steps(target).count("post"), len(box.live("blotato"))) == (1, 1)
        link = "https://www.linkedin.com/feed/update/urn:li:share:71234567890/"
        answers.resolve_live(actor=in_workspace.alice_actor, post_id=post.pk, target_id=target.pk, link=link)
        target.refresh_from_db()
        assert target.state == "published"

    def test_an_upload_without_an_answer_gets_a_new_address(self, box: Any, connect_key: Any, publish: Any) -> None:
        account = connect_key("98401")
        box.fault("reset_after", platform="blotato", step="media.upload")
        target = publish(account, tiktok=TIKTOK)
        assert (target.state, steps(target).count("presign")) == ("published", 2)
        assert box.live("blotato")[0]["media_sha256"] == target.spec["media"][0]["sha256"]


class TestRefusals:
    def test_a_failed_submission_is_not_repeated_by_itself(self, box: Any, connect_key: Any, publish: Any) -> None:
        account = connect_key("98401")
        box.fault("processing_failed", platform="blotato", step="post.create")
        target = publish(account, tiktok=TIKTOK)
        assert (target.state, steps(target).count("post")) == ("failed", 1)
        assert "could not process" in target.error_sentence

    def test_a_dead_key_parks_posts_and_another_key_lets_them_go_on(
        self, box: Any, connect_key: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect_key("98401")
        box.fault("token_expired", platform="blotato", step="media.presign")
        post = make_post(account, tiktok=TIKTOK)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        target = PostTarget.objects.get(post=post)
        assert (target.state, target.error_code) == ("action_required", "auth_expired")
        account.refresh_from_db()
        assert account.status == "expired"
        assert "paste a new one" in account.problem
        connect_key("98401")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"

    def test_more_posts_than_a_minute_allows_are_spread(
        self, box: Any, connect_key: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect_key("98406")
        for number in range(35):
            post = make_post(account, text=f"Number {number}", media=[])
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        assert set(PostTarget.objects.values_list("state", flat=True)) == {"published"}
        assert box.control("state")["totals"]["http_429"] == 0

    @pytest.mark.parametrize(
        ("status", "message", "kind"),
        [
            (401, "Unauthorized", ErrorKind.AUTH_EXPIRED),
            (403, "Your plan does not include the API", ErrorKind.ACCOUNT_TYPE),
            (404, "Not found", ErrorKind.REJECTED),
            (422, "target.title: must NOT have fewer than 1 characters", ErrorKind.REJECTED),
            (422, "The account is temporarily restricted by the platform", ErrorKind.SPAM_HOLD),
            (429, "Too many requests", ErrorKind.RATE_LIMITED),
            (429, "Daily posting limit reached for this account", ErrorKind.QUOTA),
            (500, "Internal server error", ErrorKind.TRANSIENT),
        ],
    )
    def test_each_refusal_has_its_kind(self, status: int, message: str, kind: ErrorKind) -> None:
        error = errors.classify(answer(status, {"message": message}), NOW)
        assert (error.kind, error.words) == (kind, message)
        assert error.token_problem == (status == 401)
        assert error.until is None or error.until > NOW

    @pytest.mark.parametrize(
        ("status", "kind", "restart"),
        [(403, ErrorKind.TRANSIENT, True), (413, ErrorKind.UNSUPPORTED_FORMAT, False), (503, ErrorKind.TRANSIENT,
         False),
         (400, ErrorKind.REJECTED, False)],
    )  # fmt: skip
    def test_the_upload_host(self, status: int, kind: ErrorKind, restart: bool) -> None:
        error = errors.transfer(answer(status, b"words"))
        assert (error.kind, error.restart) == (kind, restart)

    def test_the_rules_of_the_platform_behind_hold_and_blotatos_own(self) -> None:
        def codes(platform: str, **changes: Any) -> list[str]:
            fields = {"text": "Hi", "title": "", "options": {}, "media": (), **changes}
            account = AccountRef("1", "a", changes.pop("facts", {}))
            found = adapter_for(platform, "blotato").check(Spec(platform, **fields), account)
            return [item.code for item in found]

        assert codes("twitter") == []
        assert codes("twitter", text="x" * 281) == ["text_too_long"]
        assert codes("tiktok") == ["choice_missing", "media_missing"]
        huge = MediaSpec("f", "k", "s", 2 * 1024**3, "video/mp4", 20.0, 720, 1280, 30.0, "h264")
        assert "too_large" in codes("tiktok", options=TIKTOK, media=(huge,))

    def test_every_platform_has_a_way_through_that_asks_only_what_is_passed_on(self) -> None:
        assert service_behind("blotato") == sorted(ADAPTERS)
        for name in ADAPTERS:
            adapter = adapter_for(name, "blotato")
            assert adapter.label.endswith("through Blotato")
            assert {item.name for item in adapter.fields} <= targets.OPTIONS[name]

    def test_a_listing_of_another_moment_or_other_words_is_not_ours(self) -> None:
        account = AccountRef("1", "lumenstudio")
        words = Spec("twitter", "Hi", "", {}, ())
        assert listing.certain({"state": {"postUrl": "https://x.com/LumenStudio/status/1"}}, words, account)
        assert not listing.certain({"state": {"postUrl": "https://x.com/other/status/1"}}, words, account)
        assert not listing.certain({"state": {}}, words, account)


class TestDoors:
    @pytest.fixture
    def browser(self, box: Any, in_workspace: Any) -> Client:
        return in_workspace.browsers.alice

    def test_a_person_pastes_a_key_and_picks_accounts(self, browser: Client, in_workspace: Any) -> None:
        page = browser.get(reverse("connections")).content.decode()
        assert "Blotato API key" in page
        assert "sandbox-blotato-secret" in page
        wrong = browser.post(reverse("connection_key", args=["blotato"]), {"api_key": "not-the-key-at-all"})
        assert wrong.status_code == 422
        assert "does not accept this key" in wrong.content.decode()
        assert "not-the-key-at-all" not in wrong.content.decode()
        away = browser.post(reverse("connection_key", args=["blotato"]), {"api_key": KEY})
        assert away.status_code == 302
        choice = browser.get(away.url).content.decode()
        assert "TikTok" in choice
        assert KEY not in choice
        done = browser.post(away.url, {"account": ["98401", "98406"]}, follow=True).content.decode()
        assert "TikTok through Blotato" in done
        assert "X through Blotato" in done
        assert f'value="{KEY}"' not in done
        assert SocialAccount.objects.filter(via="blotato").count() == 2
        portrait(in_workspace.workspace)
        compose = browser.get(reverse("compose")).content.decode()
        assert "TikTok through Blotato" in compose

    def test_a_viewer_pastes_nothing_and_an_unknown_service_is_not_there(self, browser: Client) -> None:
        assert browser.post(reverse("connection_key", args=["tiktok"]), {"api_key": KEY}).status_code == 404

    def test_a_program_does_the_same(self, box: Any, in_workspace: Any) -> None:
        http = Client(headers={"Authorization": f"Bearer {tokens.issue(in_workspace.alice).access}"})

        def post(path: str, body: Any) -> Any:
            return http.post(f"/api/v1/{path}", body, content_type="application/json")

        refused = post("oauth/blotato/key", {"api_key": "wrong"})
        assert refused.status_code == 400
        assert "wrong" not in refused.json()["message"].split()
        found = post("oauth/blotato/key", {"api_key": KEY})
        assert found.status_code == 201
        assert KEY not in found.content.decode()
        networks = {row["id"]: row["network"] for row in found.json()["accounts"]}
        assert networks["98404"] == "youtube"
        chosen = post(f"oauth/choices/{found.json()['id']}", {"account_ids": ["98404"]}).json()
        account = chosen["accounts"][0]
        assert (account["platform"], account["via"]) == ("youtube", "blotato")
        assert post("oauth/tiktok/key", {"api_key": KEY}).status_code == 404
