"""YouTube Data API v3: resumable upload, processing, thumbnail.

session → chunk … → last chunk (the commit; no video exists before it) → processing → thumbnail. The upload session is
ours: probing it says completely whether the last byte arrived, as long as it lives.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from platforms.youtube import DEFAULT_CATEGORY, DESCRIPTOR
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
from publishing.platforms.youtube import errors, numbers, tokens
from publishing.platforms.youtube.check import is_short, problems
from publishing.platforms.youtube.guide import GUIDE
from publishing.platforms.youtube.limits import ACCEPTS, CHUNK, LIMITS, RATES, quota_day
from publishing.states import TargetState

_SCOPE = "https://www.googleapis.com/auth/"
_SESSION_LIFE = timedelta(days=6)
_MISSING_POLLS = 10
_LINK = re.compile(
    r"^https://(?:(?:www\.|m\.)?youtube\.com/(?:watch\?(?:.*&)?v=|shorts/)|youtu\.be/)([\w-]{11})(?:[?&#/].*)?$"
)


class YouTube(Adapter):
    """YouTube behind the contract of `publishing.platforms.base`."""

    descriptor = DESCRIPTOR
    limits = LIMITS
    rates = RATES
    accepts = ACCEPTS
    consent = Consent(
        scopes=(f"{_SCOPE}youtube.upload", f"{_SCOPE}youtube.readonly", f"{_SCOPE}yt-analytics.readonly"),
        backend="publishing.platforms.youtube.login.YouTubeConnect",
    )
    guide = GUIDE

    # Before sending ---------------------------------------------------------------------------------------------

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        return list(problems(spec, account))

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """One insert of the app's day, and one of the channel's share of it."""
        day, ends = quota_day(now)
        config = settings.PLATFORMS["youtube"]
        sentence = errors.QUOTA.format(until=errors.clock(ends))
        return [
            QuotaNeed(
                f"youtube.channel:{account.external_id}", day, int(config["channel_daily_limit"]), ends, sentence
            ),
            QuotaNeed(f"youtube.inserts:{config['client_id']}", day, int(config["daily_inserts"]), ends, sentence),
        ]

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        return {}

    # The way to the video ---------------------------------------------------------------------------------------

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        if checkpoint.get("video_id"):
            if checkpoint.get("processed"):
                return PublishStep("thumbnail", Effect.SAFE, TargetState.PROCESSING)
            return PublishStep("processing", Effect.SAFE, TargetState.PROCESSING)
        if checkpoint.get("size") is None:
            return PublishStep("session", Effect.SAFE, TargetState.PREPARING)
        if checkpoint.get("probe"):
            return PublishStep("probe", Effect.SAFE, TargetState.UPLOADING)
        if int(checkpoint.get("offset", 0)) + CHUNK < int(checkpoint.get("size")):
            return PublishStep("chunk", Effect.SAFE, TargetState.UPLOADING)
        return PublishStep("last_chunk", Effect.COMMIT, TargetState.PUBLISHING)

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        name = self.step(spec, checkpoint).name
        if name == "session":
            return self._open(session, spec, checkpoint)
        if name == "probe":
            return Next(self._probe(session, checkpoint))
        if name == "processing":
            return self._poll(session, spec, checkpoint)
        if name == "thumbnail":
            return self._thumbnail(session, spec, checkpoint)
        return self._send(session, spec, checkpoint)

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """After a chunk without an answer, ask for the offset before sending more."""
        return checkpoint.with_data(probe=True) if step in ("chunk", "last_chunk", "probe") else checkpoint

    def _open(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = spec.video
        assert video is not None
        options = spec.options
        answer = session.http.call(
            "POST",
            session.http.url("api", "/upload/youtube/v3/videos"),
            bearer=session.token,
            params={
                "uploadType": "resumable",
                "part": "snippet,status",
                "notifySubscribers": "true" if options.get("notify_subscribers", True) else "false",
            },
            body={
                "snippet": {
                    "title": spec.title,
                    "description": spec.text,
                    "tags": list(options.get("tags", [])),
                    "categoryId": str(options.get("category_id", DEFAULT_CATEGORY)),
                },
                "status": {
                    "privacyStatus": options["privacy_status"],
                    "selfDeclaredMadeForKids": options["made_for_kids"],
                    "containsSyntheticMedia": bool(options.get("is_synthetic", False)),
                },
            },
            headers={
                "X-Upload-Content-Type": video.content_type,
                "X-Upload-Content-Length": str(video.size_bytes),
            },
        )
        if answer.status != 200:
            raise errors.classify(answer, session.now)
        location = session.http.issued(answer.headers.get("location", ""))
        return Next(
            Checkpoint(
                {**checkpoint.data, "size": video.size_bytes, "offset": 0},
                {"session_url": location},
                session.now + _SESSION_LIFE,
            ),
            progress_pct=5,
        )

    def _put(self, session: Session, checkpoint: Checkpoint, content_range: str, **more: Any) -> Answer:
        return session.http.call(
            "PUT",
            session.http.issued(checkpoint.secret["session_url"]),
            bearer=session.token,
            headers={"Content-Range": content_range, **more.pop("headers", {})},
            timeout_s=300.0,
            **more,
        )

    def _send(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = spec.video
        assert video is not None
        size, offset = int(checkpoint.get("size")), int(checkpoint.get("offset"))
        amount = min(CHUNK, size - offset)
        answer = self._put(
            session,
            checkpoint,
            f"bytes {offset}-{offset + amount - 1}/{size}",
            content=session.read(video, offset, amount),
            headers={"Content-Length": str(amount), "Content-Type": video.content_type},
        )
        moved = self._after_put(session, checkpoint, answer)
        return Next(moved, progress_pct=85 if moved.get("video_id") else 5 + int(80 * moved.get("offset") / size))

    def _after_put(self, session: Session, checkpoint: Checkpoint, answer: Answer) -> Checkpoint:
        """308 carries how much is stored (no Range: nothing); 200 or 201 the video."""
        if answer.status == 308:
            stored = answer.headers.get("range", "")
            offset = int(stored.rpartition("-")[2]) + 1 if stored else 0
            if offset >= int(checkpoint.get("size")):
                # Every byte is there, so there is nothing left to send: only asking again tells what becomes of it.
                raise PlatformError(
                    ErrorKind.TRANSIENT, "YouTube has every byte, but has not made the video yet.",
                    words=answer.words, code="not_assembled", status=answer.status,
                )  # fmt: skip
            return checkpoint.with_data(offset=offset, probe=False)
        if answer.status in (200, 201):
            body = answer.json()
            video_id = str(body.get("id", ""))
            if video_id:
                return checkpoint.with_data(video_id=video_id, offset=checkpoint.get("size"), probe=False)
            raise PlatformError(
                ErrorKind.TRANSIENT, errors.TROUBLE, words=answer.words, code="video_id_missing", status=answer.status
            )
        if answer.status in (404, 410):
            raise PlatformError(
                ErrorKind.TRANSIENT, "YouTube closed the upload before it was whole.",
                words=answer.words, code="session_gone", status=answer.status, restart=True,
            )  # fmt: skip
        raise errors.classify(answer, session.now)

    def _probe(self, session: Session, checkpoint: Checkpoint) -> Checkpoint:
        answer = self._put(
            session, checkpoint, f"bytes */{checkpoint.get('size')}", content=b"", headers={"Content-Length": "0"}
        )
        return self._after_put(session, checkpoint, answer)

    def _video(self, session: Session, video_id: str) -> dict[str, Any] | None:
        answer = session.http.call(
            "GET",
            session.http.url("api", "/youtube/v3/videos"),
            bearer=session.token,
            params={"part": "status,processingDetails", "id": video_id},
        )
        if answer.status != 200:
            raise errors.classify(answer, session.now)
        items = answer.json().get("items") or []
        return items[0] if items else None

    def _poll(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = self._video(session, checkpoint.get("video_id"))
        polls = int(checkpoint.get("polls", 0))
        after = poll_after(polls)
        onward = checkpoint.with_data(polls=polls + 1)
        if video is None:
            if polls >= _MISSING_POLLS:
                raise errors.rejection("deleted")
            return Wait(onward, after, progress_pct=90)
        status = video.get("status") or {}
        upload = status.get("uploadStatus")
        if upload == "failed":
            raise errors.failure(str(status.get("failureReason", "other")))
        if upload in ("rejected", "deleted"):
            raise errors.rejection(str(status.get("rejectionReason") or upload))
        if upload != "processed":
            return Wait(onward, after, progress_pct=90)
        done = checkpoint.with_data(processed=True, privacy=str(status.get("privacyStatus", "")))
        if spec.thumbnail is not None and not checkpoint.get("thumbnail"):
            return Next(done, progress_pct=95)
        return self._live(spec, done)

    def _thumbnail(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        """The video is live whatever happens here; a refusal is told, not raised."""
        picture = spec.thumbnail
        assert picture is not None
        answer = session.http.call(
            "POST",
            session.http.url("api", "/upload/youtube/v3/thumbnails/set"),
            bearer=session.token,
            params={"videoId": checkpoint.get("video_id")},
            content=session.read(picture, 0, picture.size_bytes),
            headers={"Content-Type": picture.content_type, "Content-Length": str(picture.size_bytes)},
        )
        if answer.status == 401 or answer.status >= 500:
            raise errors.classify(answer, session.now)
        refused = "" if answer.status == 200 else errors.reason_of(answer)[1]
        return self._live(
            spec, checkpoint.with_data(thumbnail=True), f"The thumbnail was not taken: {refused}" if refused else ""
        )

    def _live(self, spec: Spec, checkpoint: Checkpoint, note: str = "") -> Live:
        video, video_id = spec.video, str(checkpoint.get("video_id"))
        wanted, got = spec.options.get("privacy_status"), checkpoint.get("privacy")
        if got and wanted != got:
            note = f"YouTube keeps this video {got} (apps that it has not audited may not publish). {note}".strip()
        short = video is not None and is_short(video)
        path = f"shorts/{video_id}" if short else f"watch?v={video_id}"
        return Live(checkpoint, video_id, f"https://www.youtube.com/{path}", note=note)

    # Afterwards -------------------------------------------------------------------------------------------------

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        if checkpoint.get("video_id"):
            state = self._poll(session, spec, checkpoint)
            return state if isinstance(state, Live) else Accepted(state.checkpoint)
        if checkpoint.get("size") is None:
            return NotThere(Checkpoint(), complete=True)
        try:
            found = self._probe(session, checkpoint)
        except PlatformError as error:
            if error.code == "session_gone":
                # A session also ends when its video is complete: its absence proves nothing.
                return Unknown(
                    "YouTube no longer knows the upload, so it cannot say whether the video was made.", for_good=True
                )
            raise
        return Accepted(found) if found.get("video_id") else NotThere(found, complete=True)

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        return self._live(spec, checkpoint)

    def post_id_of(self, link: str) -> str:
        found = _LINK.match(link)
        return found[1] if found else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        return numbers.metrics(session, external_id)

    def accounts(self, session: Session) -> list[AccountInfo]:
        return numbers.channels(session)

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        return tokens.refresh(http, refresh_token, now)

    def revoke(self, http: Caller, tokens_: Tokens) -> None:
        tokens.revoke(http, tokens_.refresh or tokens_.access)
