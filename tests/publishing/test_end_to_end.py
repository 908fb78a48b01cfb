"""Connect, publish and read the numbers on both platforms, against the imitation over HTTP."""

import logging
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.serializers import serialize

from core import clock
from jobs.models import Job
from jobs.testing import drain
from publishing.engine import secrets
from publishing.models import Attempt, Post, PostTarget, SocialAccount
from publishing.platforms.http import Caller
from publishing.services import metrics, schedule


def test_one_post_to_both_platforms_with_numbers_back(
    box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
) -> None:
    post = make_post(connect("tiktok"), connect("youtube"))
    schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
    drain(advance=True)
    post.refresh_from_db()
    assert post.state == "published"
    for target in post.targets.all():
        assert target.external_id == box.live(target.platform)[0]["id"]
        clock.advance(timedelta(hours=6))
        assert metrics.fetch(target.pk).views > 0


def test_two_accounts_of_one_platform_get_their_own_texts(
    box: Any, connect: Any, make_post: Any, in_workspace: SimpleNamespace
) -> None:
    one, two = connect("tiktok"), connect("tiktok", "tt-trail")
    post = make_post(one, two, text="Shared")
    PostTarget.objects.filter(account=two).update(text="Own words")
    schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
    drain(advance=True)
    assert {row["account_id"]: row["caption"] for row in box.live("tiktok")} == {
        "tt-lumen": "Shared",
        "tt-trail": "Own words",
    }


def test_what_the_person_chose_for_youtube_arrives(
    box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace
) -> None:
    chosen = {"privacy_status": "unlisted", "made_for_kids": True, "tags": ["bread", "slow food"], "category_id": "26"}
    target = publish(connect("youtube"), youtube=chosen)
    data = box.live("youtube")[0]["data"]
    assert data["snippet"]["tags"] == ["bread", "slow food"]
    assert data["snippet"]["categoryId"] == "26"
    assert data["status"]["privacyStatus"] == "unlisted"
    assert data["status"]["selfDeclaredMadeForKids"] is True
    assert target.permalink.startswith("https://www.youtube.com/shorts/")


def test_a_thumbnail_is_set_and_one_that_is_refused_does_not_fail_the_video(
    box: Any, connect: Any, publish: Any, in_workspace: SimpleNamespace
) -> None:
    from tests import factories

    png = bytes.fromhex("89504e470d0a1a0a") + bytes(64)
    picture = factories.make_media(in_workspace.workspace, kind="image", data=png, content_type="image/png")
    options = {"thumbnail_file_id": str(picture.pk)}
    good = publish(connect("youtube"), text="Good", youtube=options)
    assert (good.state, good.note) == ("published", "")
    assert box.calls("youtube", "thumbnail")[0]["status"] == 200
    refused = publish(connect("youtube", "UCnewChannelSandbox00004"), text="New", youtube=options)
    assert refused.state == "published"
    assert "thumbnail was not taken" in refused.note


def test_youtube_keeps_videos_of_unaudited_apps_private_and_the_page_says_so(
    box: Any, connect: Any, publish: Any
) -> None:
    box.set(youtube__unaudited=True)
    target = publish(connect("youtube"))
    assert target.state == "published"
    assert "keeps this video private" in target.note


def test_a_private_tiktok_never_gets_a_public_id_and_is_published_all_the_same(
    box: Any, connect: Any, publish: Any
) -> None:
    target = publish(connect("tiktok", "tt-quiet"), tiktok={"privacy_level": "SELF_ONLY"})
    assert (target.state, target.external_id) == ("published", "")
    assert target.permalink == "https://www.tiktok.com/@quiet.corner"


def test_an_audience_that_the_account_no_longer_offers_is_refused_before_anything_is_sent(
    box: Any, connect: Any, publish: Any
) -> None:
    target = publish(connect("tiktok", "tt-quiet"))
    assert (target.state, target.error_code) == ("failed", "rejected")
    assert "does not offer" in target.error_sentence
    assert not box.calls("tiktok", "video.init")


def test_no_secret_is_left_in_rows_logs_or_receipts(
    box: Any, connect: Any, publish: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: set[str] = set()
    real = Caller.call

    def spying(self: Any, method: str, url: str, **how: Any) -> Any:
        seen.add(how.get("bearer", ""))
        seen.update(value for name, value in (how.get("form") or {}).items() if name in SECRET_FIELDS)
        if "upload_id=" in url:
            seen.add(url)
        return real(self, method, url, **how)

    monkeypatch.setattr(Caller, "call", spying)
    caplog.set_level(logging.DEBUG)
    for platform in ("tiktok", "youtube"):
        box.fault(
            "token_expired", platform=platform, step={"tiktok": "video.init", "youtube": "upload.start"}[platform]
        )
        box.fault("error_after", platform=platform, step="upload.chunk")
        account = connect(platform)
        assert publish(account).state == "published"
        seen |= {secrets.access_token(account.grant), secrets.refresh_token(account.grant)}
    seen.discard("")
    assert len(seen) > 8
    rows = "".join(serialize("json", model.objects.all()) for model in (Attempt, Job, Post, PostTarget, SocialAccount))
    for text in (rows, caplog.text):
        assert not [secret for secret in seen if secret in text]


SECRET_FIELDS = ("code", "code_verifier", "refresh_token", "client_secret", "token")
