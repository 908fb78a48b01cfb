"""LinkedIn's Videos, Images and Posts APIs.

for each file: initialize → part … → finalize (videos) → status until it is available; then the post (the commit).
Nothing is public before that one call; its answer has no body, only the post's URN in a header. When it is lost, a
page's posts are listed: one with our file, or for words alone one of the same words since then, is ours. A member's
posts may not be listed, so there only the person can say; LinkedIn refuses the same words twice in either case.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from platforms.linkedin import DEFAULT_VISIBILITY, DESCRIPTOR
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
    poll_after,
)
from publishing.platforms.declared import Consent, Problem, QuotaNeed
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Caller
from publishing.platforms.linkedin import errors, numbers, pages, rest, text_format, tokens
from publishing.platforms.linkedin.check import is_page, problems
from publishing.platforms.linkedin.guide import GUIDE
from publishing.platforms.linkedin.limits import ACCEPTS, LIMITS, RATES
from publishing.states import TargetState

_BACKEND = "publishing.platforms.linkedin.login.LinkedInConnect"
_ANALYTICS = ("r_member_postAnalytics", "r_member_profileAnalytics")
# Members may not ask how their pictures stand; they are ready after about half a minute.
_MEMBER_PICTURES = timedelta(seconds=30)
_SKEW = timedelta(minutes=2)
_LINK = re.compile(
    r"^https://(?:www\.)?linkedin\.com/(?:feed/update/|embed/feed/update/)(urn:li:(?:share|ugcPost|activity):\d+)/?(?:[?#].*)?$"
)
_POSTED = re.compile(r"^https://(?:www\.)?linkedin\.com/posts/[^?#]*-(share|ugcPost|activity)-(\d{10,})(?:[-/?#].*)?$")


class LinkedIn(Adapter):
    """LinkedIn behind the contract of `publishing.platforms.base`."""

    descriptor = DESCRIPTOR
    limits = LIMITS
    rates = RATES
    accepts = ACCEPTS
    consent = Consent(scopes=("openid", "profile", "w_member_social"), backend=_BACKEND, label="with your profile")
    consents = (
        consent,
        Consent(
            scopes=("openid", "profile", "w_organization_social", "r_organization_social", "rw_organization_admin"),
            backend=_BACKEND,
            key=pages.PAGES,
            label="with your pages",
            app="linkedin_pages",
        ),
    )
    guide = GUIDE
    refuses_repeats = True

    def way(self, login: str) -> Consent:
        """The member's numbers are asked for only where LinkedIn gave them to the app: it refuses unknown scopes."""
        found = super().way(login)
        return _with_analytics(found) if not found.key else found

    # Before sending ---------------------------------------------------------------------------------------------

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        return list(problems(spec, account))

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """None of ours: LinkedIn shows its daily limits to the app's owner only, and says when one is reached."""
        return []

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        return {}

    # The way to the post ----------------------------------------------------------------------------------------

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        item = _current(spec, checkpoint)
        if item is None:
            return PublishStep("post", Effect.COMMIT, TargetState.PUBLISHING)
        if not checkpoint.get("urn"):
            return PublishStep("initialize", Effect.SAFE, TargetState.PREPARING)
        if int(checkpoint.get("sent", 0)) < len(checkpoint.get("parts", [])):
            return PublishStep("part", Effect.SAFE, TargetState.UPLOADING)
        if item.is_video and not checkpoint.get("finalized"):
            return PublishStep("finalize", Effect.SAFE, TargetState.UPLOADING)
        return PublishStep("status", Effect.SAFE, TargetState.UPLOADING, "status")

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        item = _current(spec, checkpoint)
        if item is None:
            return self._post(session, spec, checkpoint)
        name = self.step(spec, checkpoint).name
        if name == "initialize":
            return self._initialize(session, item, checkpoint)
        if name == "part":
            return self._part(session, spec, item, checkpoint)
        if name == "finalize":
            return self._finalize(session, checkpoint)
        return self._status(session, spec, item, checkpoint)

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """Every call before the post may simply be made again: a part replaces itself, the rest has its URN."""
        return checkpoint

    def _initialize(self, session: Session, item: MediaSpec, checkpoint: Checkpoint) -> Outcome:
        kind = "video" if item.is_video else "image"
        wanted: dict[str, Any] = {"owner": session.account.external_id}
        if item.is_video:
            wanted |= {"fileSizeBytes": item.size_bytes, "uploadCaptions": False, "uploadThumbnail": False}
        body = {"initializeUploadRequest": wanted}
        answer = rest.call(session, "POST", f"/rest/{kind}s", "action=initializeUpload", body)
        if answer.status not in (200, 201):
            raise errors.classify(answer, session.now)
        value = answer.json().get("value") or {}
        if item.is_video:
            given = value.get("uploadInstructions") or []
            parts = [[int(part["firstByte"]), int(part["lastByte"])] for part in given]
            urls, ends = [str(part["uploadUrl"]) for part in given], value.get("uploadUrlsExpireAt")
        else:
            parts, urls = [[0, item.size_bytes - 1]], [str(value.get("uploadUrl", ""))]
            ends = value.get("uploadUrlExpiresAt")
        urn = str(value.get(kind, ""))
        if not urn or not parts:
            raise PlatformError(
                ErrorKind.TRANSIENT, errors.TROUBLE, words=answer.words, code="urn_missing", status=answer.status
            )
        secret = {"urls": json.dumps([session.http.issued(url) for url in urls])}
        values = {"urn": urn, "token": str(value.get("uploadToken") or ""), "parts": parts, "sent": 0, "etags": []}
        expires = answer.ours(datetime.fromtimestamp(int(ends) / 1000, UTC)) if ends else None
        return Next(Checkpoint({**checkpoint.data, **values, "finalized": False, "polls": 0}, secret, expires))

    def _part(self, session: Session, spec: Spec, item: MediaSpec, checkpoint: Checkpoint) -> Outcome:
        index, parts = int(checkpoint.get("sent", 0)), checkpoint.get("parts")
        first, last = parts[index]
        amount = last - first + 1
        # No bearer here: the address itself is the permission, and the host is not the API's.
        answer = session.http.call(
            "PUT",
            session.http.issued(json.loads(checkpoint.secret["urls"])[index]),
            content=session.read(item, first, amount),
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(amount)},
            timeout_s=300.0,
        )
        if answer.status not in (200, 201):
            raise errors.transfer(answer)
        etags = [*checkpoint.get("etags", []), answer.headers.get("etag", "").strip('"')]
        moved = checkpoint.with_data(sent=index + 1, etags=etags)
        progress = _progress(spec, checkpoint, last + 1)
        if index + 1 < len(parts):
            return Next(moved, progress)
        moved = Checkpoint(moved.data)
        if item.is_video or is_page(session.account.external_id):
            return Next(moved, progress)
        done = _finished(moved)
        more = _current(spec, done) is not None
        return Next(done, progress) if more else Wait(done, _MEMBER_PICTURES, progress)

    def _finalize(self, session: Session, checkpoint: Checkpoint) -> Outcome:
        """The parts in their own order: in any other LinkedIn scrambles the video and says nothing."""
        wanted = {
            "video": checkpoint.get("urn"),
            "uploadToken": checkpoint.get("token", ""),
            "uploadedPartIds": list(checkpoint.get("etags", [])),
        }
        answer = rest.call(session, "POST", "/rest/videos", "action=finalizeUpload", {"finalizeUploadRequest": wanted})
        if answer.status not in (200, 201, 204):
            error = errors.classify(answer, session.now)
            if answer.status == 400:
                # Finalized before its answer was lost, or not: its state tells.
                return Next(checkpoint.with_data(finalized=True, doubtful=True))
            raise error
        return Next(checkpoint.with_data(finalized=True))

    def _status(self, session: Session, spec: Spec, item: MediaSpec, checkpoint: Checkpoint) -> Outcome:
        kind = "videos" if item.is_video else "images"
        body = rest.read(session, f"/rest/{kind}/{rest.enc(checkpoint.get('urn'))}")
        state, polls = body.get("status"), int(checkpoint.get("polls", 0))
        if state == "AVAILABLE":
            return Next(_finished(checkpoint), _progress(spec, checkpoint, item.size_bytes))
        if state == "PROCESSING_FAILED":
            raise errors.processing(str(body.get("processingFailureReason") or ""))
        if state == "WAITING_UPLOAD" and checkpoint.get("doubtful"):
            sentence = "LinkedIn did not put the uploaded parts together."
            raise PlatformError(ErrorKind.TRANSIENT, sentence, code="not_finalized", restart=True)
        return Wait(checkpoint.with_data(polls=polls + 1), poll_after(polls), _progress(spec, checkpoint, 0))

    def _post(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        answer = rest.call(session, "POST", "/rest/posts", body=self._body(session, spec, checkpoint))
        if answer.status in (200, 201):
            urn = answer.headers.get("x-restli-id") or answer.headers.get("x-linkedin-id") or ""
            if urn:
                return _live(checkpoint, urn)
            raise PlatformError(
                ErrorKind.TRANSIENT, errors.TROUBLE, words=answer.words, code="urn_missing", status=answer.status
            )
        error = errors.classify(answer, session.now)
        known = errors.duplicate_of(error) if error.code == "DUPLICATE_POST" else ""
        if known and checkpoint.get("listed_for"):
            # The first sending arrived after all.
            return _live(checkpoint, known)
        if known:
            error.sentence = f"{error.sentence} It is here: {_permalink(known)}"
        raise error

    @staticmethod
    def _body(session: Session, spec: Spec, checkpoint: Checkpoint) -> dict[str, Any]:
        urns = [str(urn) for urn in checkpoint.get("done", [])]
        body: dict[str, Any] = {
            "author": session.account.external_id,
            "commentary": text_format.commentary(spec.text),
            "visibility": spec.options.get("visibility") or DEFAULT_VISIBILITY,
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": bool(spec.options.get("no_reshare", False)),
        }
        if len(urns) == 1:
            title = spec.options.get("media_title")
            body["content"] = {"media": {"id": urns[0], **({"title": title} if title else {})}}
        elif urns:
            body["content"] = {"multiImage": {"images": [{"id": urn} for urn in urns]}}
        return body

    # Afterwards -------------------------------------------------------------------------------------------------

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        author = session.account.external_id
        if not is_page(author):
            return Unknown("LinkedIn shows no app the posts of a profile, so only you can see it.", for_good=True)
        sent_at = session.sent_at or session.now
        first = str(checkpoint.get("listed_for") or sent_at.isoformat())
        since = min(sent_at, datetime.fromisoformat(first)) - _SKEW
        rows = rest.elements(rest.read(session, "/rest/posts", f"q=author&author={rest.enc(author)}&count=50"))
        urns = set(checkpoint.get("done", []))
        since = session.http.theirs(since)
        found = [str(row["id"]) for row in rows if row.get("id") and _is_ours(row, spec, urns, since)]
        if len(found) == 1:
            return _live(checkpoint, found[0])
        if found:
            return Unknown("Several posts of this page have these words, so it is not certain which one this is.")
        if first != sent_at.isoformat():
            return Unknown("LinkedIn does not show this post, but it was sent twice already.")
        return NotThere(checkpoint.with_data(listed_for=first), complete=False)

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        """The URN of a post is known at once."""
        return Live(checkpoint)

    def post_id_of(self, link: str) -> str:
        found, posted = _LINK.match(link), _POSTED.match(link)
        if found:
            return found[1]
        return f"urn:li:{posted[1]}:{posted[2]}" if posted else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        return numbers.metrics(session, external_id)

    def accounts(self, session: Session) -> list[AccountInfo]:
        return pages.managed(session) if session.login == pages.PAGES else [pages.member(session)]

    def account(self, session: Session) -> AccountInfo | None:
        found = super().account(session)
        return self.describe(session, found) if found else None

    def describe(self, session: Session, info: AccountInfo) -> AccountInfo:
        return pages.with_followers(session, info)

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        return tokens.refresh(http, refresh_token, now)

    def revoke(self, http: Caller, tokens_: Tokens) -> None:
        """LinkedIn has no call for it: the person removes the app under Settings, Permitted services."""


def _with_analytics(way: Consent) -> Consent:
    if not settings.PLATFORMS["linkedin"]["member_analytics"]:
        return way
    return Consent(way.scopes, way.backend, way.key, way.label, way.app, _ANALYTICS)


def _current(spec: Spec, checkpoint: Checkpoint) -> MediaSpec | None:
    """The file that is being uploaded; None when all are there."""
    done = len(checkpoint.get("done", []))
    return spec.media[done] if done < len(spec.media) else None


def _finished(checkpoint: Checkpoint) -> Checkpoint:
    """The current file is there."""
    done = [*checkpoint.get("done", []), checkpoint.get("urn")]
    kept = {name: value for name, value in checkpoint.data.items() if name not in _PER_FILE}
    return Checkpoint({**kept, "done": done})


_PER_FILE = frozenset({"urn", "token", "parts", "sent", "etags", "finalized", "doubtful", "polls"})


def _progress(spec: Spec, checkpoint: Checkpoint, sent: int) -> int:
    """Percent of all bytes; the last tenth is LinkedIn's own work."""
    total = sum(item.size_bytes for item in spec.media) or 1
    before = sum(item.size_bytes for item in spec.media[: len(checkpoint.get("done", []))])
    current = _current(spec, checkpoint)
    return min(90, int(90 * (before + (sent or (current.size_bytes if current else 0))) / total))


def _is_ours(row: Mapping[str, Any], spec: Spec, urns: set[str], since: datetime) -> bool:
    content = row.get("content") or {}
    if urns:
        media = content.get("media") or {}
        images = (content.get("multiImage") or {}).get("images") or []
        return bool(urns & {str(media.get("id", "")), *(str(image.get("id", "")) for image in images)})
    made = row.get("createdAt") or row.get("publishedAt")
    if made is None or datetime.fromtimestamp(int(made) / 1000, UTC) < since:
        return False
    return text_format.plain(str(row.get("commentary", ""))) == " ".join(spec.text.split())


def _permalink(urn: str) -> str:
    return f"https://www.linkedin.com/feed/update/{urn}/"


def _live(checkpoint: Checkpoint, urn: str) -> Live:
    return Live(checkpoint, urn, _permalink(urn))
