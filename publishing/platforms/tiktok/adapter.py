"""TikTok's Content Posting API v2, direct post by file upload.

creator_info → init → chunk … → last chunk (the commit) → status until PUBLISH_COMPLETE. The publish id is our own
session: its status says completely whether the last chunk arrived, so reconciling never needs a listing. Photos are
fetched by TikTok: creator_info → photos (the commit) → status. Drafts go the same ways into the account's inbox.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from platforms.tiktok import DESCRIPTOR
from publishing.platforms.base import (
    Accepted,
    AccountInfo,
    AccountRef,
    Adapter,
    Checkpoint,
    Effect,
    Finding,
    Live,
    Metrics,
    Next,
    NotThere,
    Outcome,
    PublishStep,
    Session,
    Spec,
    Tokens,
    Unknown,
    Wait,
    poll_after,
)
from publishing.platforms.declared import Consent, Problem, QuotaNeed
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer, Caller
from publishing.platforms.tiktok import errors, starts, tokens
from publishing.platforms.tiktok.check import problems
from publishing.platforms.tiktok.guide import GUIDE
from publishing.platforms.tiktok.limits import ACCEPTS, LIMITS, RATES, chunk_range
from publishing.states import TargetState

_PROFILE = "open_id,union_id,avatar_url,display_name,username,follower_count,following_count,likes_count,video_count"
_COUNTS = "id,view_count,like_count,comment_count,share_count,share_url"
_UPLOAD_LIFE = timedelta(minutes=55)
# A person may leave a draft lying for days: the first hours often, then every six hours, a month in all.
_INBOX_EVERY = timedelta(hours=6)
_INBOX_LOOKS = 130
_LINK = re.compile(r"^https://(?:www\.)?tiktok\.com/@[\w.]+/(?:video|photo)/(\d+)")
_CHECKS = "TikTok gives the video's own link once its checks are through; until then the link leads to the profile."


class TikTok(Adapter):
    """TikTok behind the contract of `publishing.platforms.base`."""

    descriptor = DESCRIPTOR
    limits = LIMITS
    rates = RATES
    accepts = ACCEPTS
    consent = Consent(
        scopes=(
            "user.info.basic",
            "user.info.profile",
            "user.info.stats",
            "video.list",
            "video.publish",
            "video.upload",
        ),
        backend="publishing.platforms.tiktok.login.TikTokConnect",
    )
    guide = GUIDE

    # Before sending ---------------------------------------------------------------------------------------------

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        return list(problems(spec, account))

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """None of ours: the daily limit varies by creator, and creator_info refuses before anything is sent."""
        return []

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        """Who may be allowed to see, comment, duet and stitch; asked for before each post."""
        url = session.http.url("api", f"{starts.PUBLISH}/creator_info/query/")
        data = errors.data_of(session.http.call("POST", url, bearer=session.token, body={}), session.now)
        options = [str(item) for item in data.get("privacy_level_options", [])]
        return {
            "nickname": str(data.get("creator_nickname", "")),
            "username": str(data.get("creator_username", "")),
            "privacy_level_options": options,
            "comment_disabled": bool(data.get("comment_disabled")),
            "duet_disabled": bool(data.get("duet_disabled")),
            "stitch_disabled": bool(data.get("stitch_disabled")),
            "max_video_post_duration_sec": data.get("max_video_post_duration_sec"),
        }

    # The way to the post ----------------------------------------------------------------------------------------

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        if not checkpoint.get("creator"):
            return PublishStep("creator_info", Effect.SAFE, TargetState.PREPARING, "creator_info")
        if not checkpoint.get("publish_id"):
            if starts.is_photos(spec):
                return PublishStep("photos", Effect.COMMIT, TargetState.PUBLISHING, "init")
            return PublishStep("init", Effect.SAFE, TargetState.PREPARING, "init")
        if checkpoint.get("probe"):
            return PublishStep("probe", Effect.SAFE, TargetState.UPLOADING, "status")
        sent, count = int(checkpoint.get("sent", 0)), int(checkpoint.get("count", 0))
        if sent < count - 1:
            return PublishStep("chunk", Effect.SAFE, TargetState.UPLOADING)
        if sent == count - 1:
            return PublishStep("last_chunk", Effect.COMMIT, TargetState.PUBLISHING)
        return PublishStep("status", Effect.SAFE, TargetState.PROCESSING, "status")

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        name = self.step(spec, checkpoint).name
        if name == "creator_info":
            return self._ask_creator(session, spec, checkpoint)
        if name == "photos":
            return self._photos(session, spec, checkpoint)
        if name == "init":
            return self._init(session, spec, checkpoint)
        if name == "probe":
            return Next(self._resumed(session, checkpoint))
        if name == "status":
            return self._poll(session, spec, checkpoint)
        return self._send(session, spec, checkpoint)

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """After a chunk without an answer, ask how far the upload got before sending more."""
        return checkpoint.with_data(probe=True) if step in ("chunk", "last_chunk", "probe") else checkpoint

    def reask(self, checkpoint: Checkpoint) -> Checkpoint:
        """What the account allows is asked before every init, also a repeated one: the answer may have changed."""
        if checkpoint.get("publish_id"):
            return checkpoint
        return checkpoint.without("creator")

    def _ask_creator(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        creator = self.creator_options(session)
        account = AccountRef(session.account.external_id, creator["username"], creator)
        found = [problem for problem in self.check(spec, account) if problem.field in ("privacy_level", "media")]
        if found:
            raise PlatformError(ErrorKind.REJECTED, " ".join(problem.sentence for problem in found), code=found[0].code)
        return Next(checkpoint.with_data(creator=dict(creator)), progress_pct=2)

    def _init(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = spec.video
        assert video is not None
        path, body, chunks = starts.video(spec, video, checkpoint.get("creator"))
        answer = session.http.call("POST", session.http.url("api", path), bearer=session.token, body=body)
        data = errors.data_of(answer, session.now)
        upload_url = session.http.issued(str(data.get("upload_url", "")))
        values = {"publish_id": str(data["publish_id"]), **chunks}
        return Next(
            Checkpoint(
                {**checkpoint.data, **values},
                {"upload_url": upload_url},
                session.now + _UPLOAD_LIFE,
            ),
            progress_pct=5,
        )

    def _photos(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        path, body = starts.photos(session, spec, checkpoint.get("creator"))
        answer = session.http.call("POST", session.http.url("api", path), bearer=session.token, body=body)
        data = errors.data_of(answer, session.now)
        return Next(checkpoint.with_data(publish_id=str(data["publish_id"])), progress_pct=50)

    def _send(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = spec.video
        assert video is not None
        size, chunk = int(checkpoint.get("size")), int(checkpoint.get("chunk"))
        count, sent = int(checkpoint.get("count")), int(checkpoint.get("sent"))
        first, amount = chunk_range(size, chunk, count, sent)
        # No bearer here: the address itself is the permission, and the host is not the API's.
        answer = session.http.call(
            "PUT",
            session.http.issued(checkpoint.secret["upload_url"]),
            content=session.read(video, first, amount),
            headers={
                "Content-Type": video.content_type,
                "Content-Length": str(amount),
                "Content-Range": f"bytes {first}-{first + amount - 1}/{size}",
            },
            timeout_s=300.0,
        )
        if answer.status not in (200, 201, 206):
            raise errors.transfer(answer, session.now)
        return Next(checkpoint.with_data(sent=sent + 1), progress_pct=5 + int(80 * (first + amount) / size))

    def _status(self, session: Session, checkpoint: Checkpoint) -> dict[str, Any]:
        answer = session.http.call(
            "POST",
            session.http.url("api", f"{starts.PUBLISH}/status/fetch/"),
            bearer=session.token,
            body={"publish_id": checkpoint.get("publish_id")},
        )
        data = errors.data_of(answer, session.now)
        if data.get("status") == "FAILED":
            raise errors.failure(str(data.get("fail_reason", "")), session.now)
        return data

    def _resumed(self, session: Session, checkpoint: Checkpoint) -> Checkpoint:
        data = self._status(session, checkpoint)
        uploaded = int(data.get("uploaded_bytes") or 0)
        size, chunk, count = (int(checkpoint.get(name)) for name in ("size", "chunk", "count"))
        sent = (
            count
            if uploaded >= size or data.get("status") != "PROCESSING_UPLOAD"
            else min(uploaded // chunk, count - 1)
        )
        return checkpoint.with_data(sent=sent, probe=False)

    def _poll(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        data = self._status(session, checkpoint)
        polls = int(checkpoint.get("polls", 0))
        if data.get("status") in ("PUBLISH_COMPLETE", "SEND_TO_USER_INBOX"):
            return self._live(session, spec, checkpoint, data)
        return Wait(checkpoint.with_data(polls=polls + 1), poll_after(polls), progress_pct=90)

    def _live(self, session: Session, spec: Spec, checkpoint: Checkpoint, data: Mapping[str, Any]) -> Live:
        """The list of ids is empty until moderation ends, and stays so for private posts: success all the same."""
        creator = checkpoint.get("creator") or {}
        username = creator.get("username") or session.account.username
        profile = f"https://www.tiktok.com/@{username}"
        # The misspelling is the platform's.
        ids = [str(item) for item in data.get("publicaly_available_post_id") or []]
        if ids:
            kind = "photo" if starts.is_photos(spec) else "video"
            return Live(checkpoint, ids[0], f"{profile}/{kind}/{ids[0]}")
        if data.get("status") == "SEND_TO_USER_INBOX":
            return _in_inbox(checkpoint)
        looks = int(checkpoint.get("looks", 0))
        later = timedelta(seconds=min(5 * 2**looks, 3600)) if looks < 20 else None
        return Live(checkpoint.with_data(looks=looks + 1), "", profile, settle_after=later, note=_CHECKS)

    # Afterwards -------------------------------------------------------------------------------------------------

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        if not checkpoint.get("publish_id"):
            if starts.is_photos(spec):
                return Unknown(
                    "TikTok cannot be asked about photos whose number was lost with its answer.", for_good=True
                )
            return NotThere(Checkpoint(), complete=True)
        try:
            data = self._status(session, checkpoint)
        except PlatformError as error:
            if error.code == "invalid_publish_id":
                return Unknown(
                    "TikTok no longer knows the upload, so it cannot say whether the video was published.",
                    for_good=True,
                )
            raise
        if data.get("status") in ("PUBLISH_COMPLETE", "SEND_TO_USER_INBOX"):
            return self._live(session, spec, checkpoint, data)
        if starts.is_photos(spec):
            return Accepted(checkpoint)
        uploaded, size = data.get("uploaded_bytes"), int(checkpoint.get("size"))
        if uploaded is None:
            return Unknown("TikTok does not say how much of the upload arrived.")
        if int(uploaded) >= size:
            return Accepted(checkpoint.with_data(sent=checkpoint.get("count"), probe=False))
        return NotThere(
            checkpoint.with_data(
                sent=min(int(uploaded) // int(checkpoint.get("chunk")), int(checkpoint.get("count")) - 1), probe=False
            ),
            complete=True,
        )

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        found = self._live(session, spec, checkpoint, self._status(session, checkpoint))
        # A private post never gets a public id; who may see a draft is chosen in TikTok's app, so nobody knows here.
        private = not starts.is_inbox(spec) and spec.options.get("privacy_level") != "PUBLIC_TO_EVERYONE"
        return Live(found.checkpoint, found.external_id, found.permalink) if private else found

    def post_id_of(self, link: str) -> str:
        found = _LINK.search(link)
        return found[1] if found else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        """Views, likes, comments and shares; TikTok gives neither saves nor watch time here."""
        if not external_id:
            return Metrics()
        answer = session.http.call(
            "POST",
            session.http.url("api", "/v2/video/query/"),
            bearer=session.token,
            params={"fields": _COUNTS},
            body={"filters": {"video_ids": [external_id]}},
        )
        videos = errors.data_of(answer, session.now).get("videos") or []
        found = next((item for item in videos if str(item.get("id")) == external_id), None)
        if found is None:
            return Metrics()
        return Metrics(
            views=_count(found, "view_count"),
            likes=_count(found, "like_count"),
            comments=_count(found, "comment_count"),
            shares=_count(found, "share_count"),
        )

    def accounts(self, session: Session) -> list[AccountInfo]:
        answer: Answer = session.http.call(
            "GET", session.http.url("api", "/v2/user/info/"), bearer=session.token, params={"fields": _PROFILE}
        )
        user = errors.data_of(answer, session.now).get("user") or {}
        username = str(user.get("username", ""))
        return [
            AccountInfo(
                external_id=str(user.get("open_id", "")),
                username=username,
                name=str(user.get("display_name", "")),
                avatar_url=str(user.get("avatar_url", "")),
                profile_url=f"https://www.tiktok.com/@{username}" if username else "",
                follower_count=_count(user, "follower_count"),
            )
        ]

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        return tokens.refresh(http, refresh_token, now)

    def revoke(self, http: Caller, tokens_: Tokens) -> None:
        tokens.revoke(http, tokens_.access)


def _in_inbox(checkpoint: Checkpoint) -> Live:
    """A draft: look again whether the person has posted it, less and less often."""
    looks = int(checkpoint.get("inbox_looks", 0))
    later = min(timedelta(seconds=30 * 2 ** min(looks, 12)), _INBOX_EVERY) if looks < _INBOX_LOOKS else None
    asked = checkpoint.with_data(inbox_looks=looks + 1)
    return Live(asked, settle_after=later, note=starts.INBOX_SENTENCE, public=False)


def _count(source: Mapping[str, Any], name: str) -> int | None:
    value = source.get(name)
    return int(value) if value is not None else None
