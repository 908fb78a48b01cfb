"""Posts on Facebook Pages: Reels by phases, videos in pieces, photos, text and links.

reel:   start → transfer → finish (the commit) → status until it is published
video:  start → piece … → finish (the commit) → status
photos: photo (unpublished) … → post (the commit)
text:   post (the commit)

A video's id is ours from the first step on and says completely whether `finish` arrived: one that is processed, or not
even begun, and still an unpublished draft has not been finished. Finishing twice is refused, so repeating is harmless.
Photos can be posted once only. A text alone can merely be looked for in the Page's list of posts.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from platforms.facebook import DESCRIPTOR
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
from publishing.platforms.facebook import accounts, numbers, status
from publishing.platforms.facebook.check import kind_of, problems
from publishing.platforms.facebook.guide import GUIDE
from publishing.platforms.facebook.limits import ACCEPTS, LIMITS, RATES, UPLOAD_LIFE, reel_day
from publishing.platforms.http import Caller
from publishing.platforms.meta import graph, tokens
from publishing.states import TargetState

_LABEL = accounts.LABEL
_VIDEO_LINK = re.compile(
    r"^https://(?:www\.|m\.)?facebook\.com/(?:reel/|watch/?\?(?:.*&)?v=|[^/]+/videos/(?:[^/]+/)?)(\d+)(?:[/?#&].*)?$"
)
_POST_LINK = re.compile(r"^https://(?:www\.|m\.)?facebook\.com/([^/?]+)/posts/(?:[^/?]+/)?(\d+)(?:[/?#].*)?$")
_DAY_FULL = "Facebook takes 30 Reels of a Page a day. This one is published automatically when the day is over."
_DUPLICATE = ("506", "1366051")
_MARGIN = timedelta(minutes=2)
_FIND_TRIES = 8
# A finish that was answered may need a moment to show; a video that is still a draft after so many looks never had it.
_DRAFT_LOOKS = 3
# After a refused repetition, which would be the end of it: eight minutes of looks.
_REFUSED_LOOKS = 20
_UPLOAD_LOST = "Facebook takes no more parts of this upload."


class Facebook(Adapter):
    """Facebook Pages behind the contract of `publishing.platforms.base`."""

    descriptor = DESCRIPTOR
    limits = LIMITS
    rates = RATES
    accepts = ACCEPTS
    consent = Consent(
        scopes=("pages_show_list", "pages_manage_posts", "pages_read_engagement", "read_insights"),
        optional=("business_management",),
        backend="publishing.platforms.facebook.login.FacebookConnect",
    )
    guide = GUIDE
    renew_ahead = tokens.RENEW_AHEAD
    account_tokens = True
    revokes_person = True
    refuses_repeats = True

    # Before sending ---------------------------------------------------------------------------------------------

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        return list(problems(spec, account))

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """One of the Page's Reels of the day; everything else is not limited by number."""
        if kind_of(spec) != "reel":
            return []
        day, ends = reel_day(now)
        most = int(LIMITS["reels_per_day"].value)
        return [QuotaNeed(f"facebook.reels:{account.external_id}", day, most, ends, _DAY_FULL)]

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        return {}

    # The way to the post ----------------------------------------------------------------------------------------

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        if checkpoint.get("sent"):
            return PublishStep("status" if spec.video else "find", Effect.SAFE, TargetState.PROCESSING)
        if spec.video is None:
            if len(checkpoint.get("photos", [])) < len(spec.media):
                return PublishStep("photo", Effect.SAFE, TargetState.UPLOADING)
            return PublishStep("post", Effect.COMMIT, TargetState.PUBLISHING)
        if not checkpoint.get("video_id"):
            return PublishStep("start", Effect.SAFE, TargetState.PREPARING)
        if checkpoint.get("probe"):
            return PublishStep("probe", Effect.SAFE, TargetState.UPLOADING)
        if not checkpoint.get("uploaded"):
            name = "transfer" if checkpoint.get("as") == "reel" else "piece"
            return PublishStep(name, Effect.SAFE, TargetState.UPLOADING)
        return PublishStep("finish", Effect.COMMIT, TargetState.PUBLISHING)

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        calls = {
            "start": self._start,
            "probe": self._probe,
            "transfer": self._transfer,
            "piece": self._piece,
            "finish": self._finish,
            "status": self._status,
            "photo": self._photo,
            "post": self._publish,
            "find": self._find,
        }
        return calls[self.step(spec, checkpoint).name](session, spec, checkpoint)

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """After a broken transfer, ask how many bytes arrived. A piece is simply sent again."""
        return checkpoint.with_data(probe=True) if step in ("transfer", "probe") else checkpoint

    def _call(self, session: Session, method: str, path: str, **how: Any) -> dict[str, Any]:
        return graph.call(session, _LABEL, method, path, **how)

    def _start(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video, kind, page = spec.video, kind_of(spec), session.account.external_id
        assert video is not None
        ends = session.now + UPLOAD_LIFE
        if kind == "reel":
            found = self._call(session, "POST", f"/{page}/video_reels", body={"upload_phase": "start"})
            url = session.http.issued(str(found.get("upload_url", "")))
            data = {**checkpoint.data, "as": kind, "video_id": str(found["video_id"]), "offset": 0}
            return Next(Checkpoint(data, {"upload_url": url}, ends), progress_pct=5)
        body = {"upload_phase": "start", "file_size": video.size_bytes}
        found = self._call(session, "POST", f"/{page}/videos", body=body)
        data = {**checkpoint.data, "as": kind, "video_id": str(found["video_id"]), **_range(found)}
        return Next(Checkpoint(data, {"upload_session": str(found["upload_session_id"])}, ends), progress_pct=5)

    def _transfer(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = spec.video
        assert video is not None
        graph.push(session, _LABEL, checkpoint.secret["upload_url"], video, int(checkpoint.get("offset", 0)))
        return Next(checkpoint.with_data(uploaded=True), progress_pct=80)

    def _probe(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        video = spec.video
        assert video is not None
        phase = (self._video(session, checkpoint).get("status") or {}).get("uploading_phase") or {}
        # The documents once spelled the field with one r.
        stored = int(phase.get("bytes_transferred") or phase.get("bytes_transfered") or 0)
        whole = phase.get("status") == "complete" or stored >= video.size_bytes
        return Next(checkpoint.with_data(probe=False, offset=0 if whole else stored, uploaded=whole))

    def _piece(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        """The server says which bytes it wants next, until there are none left."""
        video = spec.video
        assert video is not None
        start, end = int(checkpoint.get("offset")), int(checkpoint.get("until"))
        values = {
            "upload_phase": "transfer",
            "upload_session_id": checkpoint.secret["upload_session"],
            "start_offset": str(start),
        }
        form = graph.form_with_file(
            values, "video_file_chunk", "piece", "application/octet-stream", end - start,
            session.read(video, start, end - start),
        )  # fmt: skip
        try:
            found = self._call(session, "POST", f"/{session.account.external_id}/videos", **form)
        except PlatformError as error:
            if error.kind is not ErrorKind.REJECTED:
                raise
            # A piece that arrived without an answer is not wanted twice: the upload starts again.
            raise PlatformError(
                ErrorKind.TRANSIENT, _UPLOAD_LOST, words=error.words, code=error.code, status=error.status, restart=True
            ) from None
        onward = _range(found)
        done = onward["offset"] >= onward["until"]
        progress = 5 + int(75 * onward["offset"] / max(video.size_bytes, 1))
        return Next(checkpoint.with_data(**onward, uploaded=done), progress_pct=progress)

    def _finish(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        page = session.account.external_id
        words = {"description": spec.text, **({"title": spec.title} if spec.title else {})}
        if checkpoint.get("as") == "reel":
            body = {
                "upload_phase": "finish",
                "video_id": checkpoint.get("video_id"),
                "video_state": "PUBLISHED",
                **words,
            }
            path = f"/{page}/video_reels"
        else:
            session_id = checkpoint.secret["upload_session"]
            body, path = {"upload_phase": "finish", "upload_session_id": session_id, **words}, f"/{page}/videos"
        try:
            self._call(session, "POST", path, body=body)
        except PlatformError as error:
            if checkpoint.get("resent") and error.kind is ErrorKind.REJECTED:
                # The first call arrived after all, or the post is refused: the video itself says which.
                return Next(checkpoint.with_data(sent=True, refusal=error.sentence, drafts=0))
            raise
        return Next(checkpoint.with_data(sent=True, drafts=0), progress_pct=90)

    def _video(self, session: Session, checkpoint: Checkpoint) -> dict[str, Any]:
        fields = {"fields": "status,permalink_url,post_id"}
        return self._call(session, "GET", f"/{checkpoint.get('video_id')}", params=fields)

    def _status(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        found = self._video(session, checkpoint)
        if status.published(found):
            return self._live(checkpoint, found)
        drafts = int(checkpoint.get("drafts", 0)) + 1 if status.unfinished(found) else 0
        if drafts >= (_REFUSED_LOOKS if checkpoint.get("refusal") else _DRAFT_LOOKS):
            return self._finish_again(checkpoint)
        polls = int(checkpoint.get("polls", 0))
        return Wait(checkpoint.with_data(polls=polls + 1, drafts=drafts), poll_after(polls), progress_pct=92)

    @staticmethod
    def _finish_again(checkpoint: Checkpoint) -> Outcome:
        """It was taken for sent and is a draft: `finish` is repeated for the same video, unless that was refused."""
        if checkpoint.get("refusal"):
            raise PlatformError(ErrorKind.REJECTED, str(checkpoint.get("refusal")), code="still_draft", dead=True)
        return Next(checkpoint.with_data(sent=False, resent=True, drafts=0), progress_pct=85)

    @staticmethod
    def _live(checkpoint: Checkpoint, found: Mapping[str, Any]) -> Live:
        video_id = str(checkpoint.get("video_id"))
        link = str(found.get("permalink_url") or f"/reel/{video_id}/")
        link = link if link.startswith("https://") else f"https://www.facebook.com{link}"
        matched = ((found.get("status") or {}).get("copyright_check_status") or {}).get("matches_found") is True
        note = "Facebook found music or pictures of others in it." if matched else ""
        onward = checkpoint.with_data(post_id=str(found.get("post_id", "")))
        return Live(onward, video_id, link, note=note)

    def _photo(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        """One picture, unpublished: it becomes public only with the post that names it."""
        made = list(checkpoint.get("photos", []))
        image = spec.media[len(made)]
        form = graph.form_with_file(
            {"published": "false"}, "source", "photo", image.content_type, image.size_bytes,
            session.read(image, 0, image.size_bytes),
        )  # fmt: skip
        found = self._call(session, "POST", f"/{session.account.external_id}/photos", **form)
        ends = checkpoint.expires_at or session.now + UPLOAD_LIFE
        data = {**checkpoint.data, "photos": [*made, str(found["id"])]}
        return Next(Checkpoint(data, {}, ends), progress_pct=5 + 75 * (len(made) + 1) // len(spec.media))

    def _publish(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        body: dict[str, Any] = {"message": spec.text, "published": True}
        if spec.options.get("link"):
            body["link"] = str(spec.options["link"])
        if checkpoint.get("photos"):
            body["attached_media"] = [{"media_fbid": photo} for photo in checkpoint.get("photos")]
        path = f"/{session.account.external_id}/feed"
        try:
            found = self._call(session, "POST", path, params={"fields": "id,permalink_url"}, body=body)
        except PlatformError as error:
            if checkpoint.get("resent") and error.code in _DUPLICATE:
                # The first call arrived after all: the post is in the Page's list.
                return Next(checkpoint.with_data(sent=True))
            raise
        return self._posted(checkpoint, found)

    @staticmethod
    def _posted(checkpoint: Checkpoint, found: Mapping[str, Any]) -> Live:
        post_id = str(found["id"])
        page, _, post = post_id.partition("_")
        link = str(found.get("permalink_url") or f"https://www.facebook.com/{page}/posts/{post}")
        link = link if link.startswith("https://") else f"https://www.facebook.com{link}"
        return Live(checkpoint, post_id, link)

    def _find(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        """It is there, but its id went lost with an answer."""
        found = self._listed(session, spec, checkpoint)
        if len(found) == 1:
            return self._posted(checkpoint, found[0])
        polls = int(checkpoint.get("polls", 0))
        if polls >= _FIND_TRIES:
            page = f"https://www.facebook.com/{session.account.username or session.account.external_id}"
            return Live(checkpoint, "", page, note="Facebook published it, but does not give its address.")
        return Wait(checkpoint.with_data(polls=polls + 1), poll_after(polls), progress_pct=92)

    def _listed(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> list[dict[str, Any]]:
        """The Page's posts with this text since it was sent for the first time."""
        path = f"/{session.account.external_id}/feed"
        fields = {"fields": "id,message,created_time,permalink_url", "limit": "25"}
        rows = self._call(session, "GET", path, params=fields).get("data") or []
        since = session.http.theirs(_first_sent(session, checkpoint)) - _MARGIN
        words = spec.text.split()
        return [
            row
            for row in rows
            if str(row.get("message") or "").split() == words
            and datetime.fromisoformat(str(row["created_time"])) >= since
        ]

    # Afterwards -------------------------------------------------------------------------------------------------

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        if spec.video is None:
            return self._reconcile_post(session, spec, checkpoint)
        if not checkpoint.get("video_id"):
            return NotThere(Checkpoint(), complete=True)
        found = self._video(session, checkpoint)
        if status.published(found):
            return self._live(checkpoint, found)
        if status.unfinished(found):
            return NotThere(checkpoint.with_data(resent=True, refusal=""), complete=True)
        if status.is_draft(found):
            # It is processed before `finish` on some days and after it on others: only the end of it tells.
            return Unknown("Facebook is still processing the video, and only then says whether it was posted.")
        return Accepted(checkpoint.with_data(sent=True, drafts=0))

    def _reconcile_post(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        if len(checkpoint.get("photos", [])) < len(spec.media):
            return NotThere(checkpoint, complete=True)
        found = self._listed(session, spec, checkpoint)
        if len(found) > 1:
            return Unknown("The Page has several posts with this text, so it is not clear which one is this.")
        if found:
            return self._posted(checkpoint, found[0])
        first = _first_sent(session, checkpoint).isoformat()
        return NotThere(checkpoint.with_data(resent=True, first_sent=first), complete=False)

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        if checkpoint.get("video_id"):
            return self._live(checkpoint, self._video(session, checkpoint))
        found = self._listed(session, spec, checkpoint)
        return self._posted(checkpoint, found[0]) if len(found) == 1 else Live(checkpoint)

    def post_id_of(self, link: str) -> str:
        """A video's id, or `<page>_<post>`; without the page when the link names it in words (`numbers` adds it)."""
        video = _VIDEO_LINK.match(link)
        if video:
            return video[1]
        post = _POST_LINK.match(link)
        return f"{post[1] if post[1].isdigit() else ''}_{post[2]}" if post else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        return numbers.metrics(session, external_id)

    def accounts(self, session: Session) -> list[AccountInfo]:
        return accounts.reached(session)

    def account(self, session: Session) -> AccountInfo | None:
        return accounts.present(session)

    def describe(self, session: Session, info: AccountInfo) -> AccountInfo:
        return replace(info, follower_count=accounts.present(session).follower_count)

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        return tokens.parse(tokens.exchange(http, refresh_token, _LABEL), now)

    def revoke(self, http: Caller, tokens_: Tokens) -> None:
        tokens.revoke(http, tokens_)


def _first_sent(session: Session, checkpoint: Checkpoint) -> datetime:
    """When the post was sent for the first time: a second try must not hide what the first one made."""
    first = checkpoint.get("first_sent")
    return datetime.fromisoformat(first) if first else session.sent_at or session.now - timedelta(hours=1)


def _range(found: Mapping[str, Any]) -> dict[str, int]:
    """Which bytes are wanted next."""
    return {"offset": int(found["start_offset"]), "until": int(found["end_offset"])}
