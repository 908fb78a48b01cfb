"""X API v2: chunked media, then one post.

for each file: initialize → append … → finalize → status until it is processed; then the post (the commit). Nothing is
public before that one call. When its answer is lost, the account's own timeline is read: a post with our media, or for
words alone one of the same words since then, is ours. X also refuses the same words twice, so even a second sending
after a wrong "not there" cannot make a second post.
"""

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings

from platforms.twitter import DESCRIPTOR
from publishing.platforms.base import (
    AccountInfo,
    AccountRef,
    Adapter,
    Checkpoint,
    Effect,
    Finding,
    Live,
    MediaSpec,
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
)
from publishing.platforms.declared import Consent, Problem, QuotaNeed
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Answer, Caller, multipart
from publishing.platforms.twitter import errors, numbers, timeline, tokens
from publishing.platforms.twitter.check import GIF, problems
from publishing.platforms.twitter.guide import GUIDE
from publishing.platforms.twitter.limits import ACCEPTS, LIMITS, RATES, SEGMENT, segment
from publishing.states import TargetState

_UPLOAD_LIFE = timedelta(hours=23)
_LINK = re.compile(r"^https://(?:www\.|mobile\.)?(?:x|twitter)\.com/\w{1,20}/status/(\d+)(?:[?/#].*)?$")


class X(Adapter):
    """X behind the contract of `publishing.platforms.base`."""

    descriptor = DESCRIPTOR
    limits = LIMITS
    rates = RATES
    accepts = ACCEPTS
    consent = Consent(
        scopes=("tweet.read", "tweet.write", "users.read", "media.write", "offline.access"),
        backend="publishing.platforms.twitter.login.XConnect",
    )
    guide = GUIDE
    refuses_repeats = True

    # Before sending ---------------------------------------------------------------------------------------------

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        return list(problems(spec, account))

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """One post of the app's day."""
        ends = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
        bucket = f"twitter.posts:{settings.PLATFORMS['twitter']['client_id']}"
        sentence = (
            "This product has reached the number of posts that X allows it in a day. The post waits for the next day."
        )
        return [QuotaNeed(bucket, now.date().isoformat(), int(LIMITS["posts_per_day"].value), ends, sentence)]

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        return {}

    # The way to the post ----------------------------------------------------------------------------------------

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        item = _current(spec, checkpoint)
        if item is None:
            return PublishStep("post", Effect.COMMIT, TargetState.PUBLISHING, "post")
        if not checkpoint.get("media_id"):
            return PublishStep("initialize", Effect.SAFE, TargetState.PREPARING, "media")
        if int(checkpoint.get("segment", 0)) * SEGMENT < item.size_bytes:
            return PublishStep("append", Effect.SAFE, TargetState.UPLOADING, "media")
        if not checkpoint.get("finalized"):
            return PublishStep("finalize", Effect.SAFE, TargetState.UPLOADING, "media")
        return PublishStep("status", Effect.SAFE, TargetState.UPLOADING, "status")

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        name = self.step(spec, checkpoint).name
        item = _current(spec, checkpoint)
        if item is None:
            return self._post(session, spec, checkpoint)
        if name == "initialize":
            return self._initialize(session, item, checkpoint)
        if name == "append":
            return self._append(session, spec, item, checkpoint)
        if name == "finalize":
            url = f"/2/media/upload/{checkpoint.get('media_id')}/finalize"
            answer = session.http.call("POST", session.http.url("api", url), bearer=session.token)
            return self._processed(session, spec, checkpoint.with_data(finalized=True), answer)
        return self._status(session, spec, checkpoint)

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """Every call before the post may simply be made again: a segment has its number, the rest has its id."""
        return checkpoint

    def _initialize(self, session: Session, item: MediaSpec, checkpoint: Checkpoint) -> Outcome:
        body = {"media_type": item.content_type, "total_bytes": item.size_bytes, "media_category": _category(item)}
        url = session.http.url("api", "/2/media/upload/initialize")
        answer = session.http.call("POST", url, bearer=session.token, body=body)
        data = _data(answer, session.now)
        media_id = str(data.get("id", ""))
        if not media_id:
            raise PlatformError(
                ErrorKind.TRANSIENT, errors.TROUBLE, words=answer.words, code="media_id_missing", status=answer.status
            )
        values = {"media_id": media_id, "media_key": str(data.get("media_key", "")), "segment": 0, "finalized": False}
        ends = checkpoint.expires_at or session.now + _UPLOAD_LIFE
        return Next(Checkpoint({**checkpoint.data, **values}, expires_at=ends))

    def _append(self, session: Session, spec: Spec, item: MediaSpec, checkpoint: Checkpoint) -> Outcome:
        index = int(checkpoint.get("segment", 0))
        first, amount = segment(item.size_bytes, index)
        headers, content = multipart({"segment_index": str(index)}, "media", session.read(item, first, amount), amount)
        answer = session.http.call(
            "POST",
            session.http.url("api", f"/2/media/upload/{checkpoint.get('media_id')}/append"),
            bearer=session.token,
            content=content,
            headers=headers,
            timeout_s=300.0,
        )
        if answer.status not in (200, 204):
            raise _upload_refused(answer, session.now)
        return Next(checkpoint.with_data(segment=index + 1), _progress(spec, checkpoint, first + amount))

    def _status(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        answer = session.http.call(
            "GET",
            session.http.url("api", "/2/media/upload"),
            bearer=session.token,
            params={"command": "STATUS", "media_id": str(checkpoint.get("media_id"))},
        )
        return self._processed(session, spec, checkpoint, answer)

    def _processed(self, session: Session, spec: Spec, checkpoint: Checkpoint, answer: Answer) -> Outcome:
        """Without `processing_info` a file is ready; else it says how it stands and when to look again."""
        if answer.status not in (200, 201):
            raise _upload_refused(answer, session.now)
        info = _data(answer, session.now).get("processing_info") or {}
        state = info.get("state", "succeeded")
        if state == "failed":
            raise errors.processing(info.get("error") or {})
        if state != "succeeded":
            after = timedelta(seconds=max(1, min(300, int(info.get("check_after_secs") or 5))))
            return Wait(checkpoint, after, _progress(spec, checkpoint, 0))
        ready = [*checkpoint.get("ready", []), [checkpoint.get("media_id"), checkpoint.get("media_key", "")]]
        return Next(checkpoint.with_data(ready=ready, media_id="", media_key="", segment=0, finalized=False))

    def _post(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        body: dict[str, Any] = {"text": spec.text}
        ready = checkpoint.get("ready", [])
        if ready:
            body["media"] = {"media_ids": [str(media_id) for media_id, _ in ready]}
        if spec.options.get("reply_settings"):
            body["reply_settings"] = spec.options["reply_settings"]
        body |= {name: True for name in ("made_with_ai", "paid_partnership") if spec.options.get(name)}
        answer = session.http.call("POST", session.http.url("api", "/2/tweets"), bearer=session.token, body=body)
        if answer.status in (200, 201):
            post_id = str((answer.json().get("data") or {}).get("id", ""))
            if post_id:
                return self._live(session, checkpoint, post_id)
            raise PlatformError(
                ErrorKind.TRANSIENT, errors.TROUBLE, words=answer.words, code="post_id_missing", status=answer.status
            )
        error = errors.classify(answer, session.now)
        if error.code == "duplicate" and checkpoint.get("listed_for"):
            # The first sending arrived after all: find it instead of failing.
            raise PlatformError(
                ErrorKind.TRANSIENT, errors.KNOWN, words=error.words, code="duplicate", status=answer.status
            )
        if answer.status == 400 and ready and "media" in error.words.lower():
            raise _upload_gone(error)
        raise error

    @staticmethod
    def _live(session: Session, checkpoint: Checkpoint, post_id: str) -> Live:
        return Live(checkpoint, post_id, f"https://x.com/{session.account.username or 'i'}/status/{post_id}")

    # Afterwards -------------------------------------------------------------------------------------------------

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        """Our media in the timeline is proof. A timeline without the post is one negative listing, and only the first
        sending may be followed by another."""
        sent_at = session.sent_at or session.now
        first = str(checkpoint.get("listed_for") or sent_at.isoformat())
        since = min(sent_at, datetime.fromisoformat(first))
        found = timeline.matches(session, spec, [key for _, key in checkpoint.get("ready", [])], since)
        if len(found) == 1:
            return self._live(session, checkpoint, found[0])
        if found:
            return Unknown("Several posts on X have these words, so it is not certain which one this is.")
        if first != sent_at.isoformat():
            return Unknown("X does not show this post, but it was sent twice already.")
        return NotThere(checkpoint.with_data(listed_for=first), complete=False)

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        """The id of a post is known at once."""
        return Live(checkpoint)

    def post_id_of(self, link: str) -> str:
        found = _LINK.match(link)
        return found[1] if found else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        return numbers.metrics(session, external_id)

    def accounts(self, session: Session) -> list[AccountInfo]:
        return [numbers.account(session)]

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        return tokens.refresh(http, refresh_token, now)

    def revoke(self, http: Caller, tokens_: Tokens) -> None:
        tokens.revoke(http, tokens_.refresh or tokens_.access)


def _current(spec: Spec, checkpoint: Checkpoint) -> MediaSpec | None:
    """The file that is being uploaded; None when all are there."""
    done = len(checkpoint.get("ready", []))
    return spec.media[done] if done < len(spec.media) else None


def _category(item: MediaSpec) -> str:
    if item.is_video:
        return "tweet_video"
    return "tweet_gif" if item.content_type == GIF else "tweet_image"


def _progress(spec: Spec, checkpoint: Checkpoint, sent: int) -> int:
    """Percent of all bytes; the last tenth is X's own work."""
    total = sum(item.size_bytes for item in spec.media) or 1
    before = sum(item.size_bytes for item in spec.media[: len(checkpoint.get("ready", []))])
    current = _current(spec, checkpoint)
    return min(90, int(90 * (before + (sent or (current.size_bytes if current else 0))) / total))


def _data(answer: Answer, now: datetime) -> dict[str, Any]:
    if answer.status not in (200, 201, 202):
        raise errors.classify(answer, now)
    data = answer.json().get("data")
    return data if isinstance(data, dict) else {}


def _upload_refused(answer: Answer, now: datetime) -> PlatformError:
    error = errors.classify(answer, now)
    return _upload_gone(error) if answer.status in (400, 404) else error


def _upload_gone(error: PlatformError) -> PlatformError:
    """X does not know these bytes (any more): upload them again."""
    sentence = "X does not know the uploaded file any more."
    return PlatformError(
        ErrorKind.TRANSIENT, sentence, words=error.words, code="upload_gone", status=error.status, restart=True
    )
