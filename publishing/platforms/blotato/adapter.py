"""Blotato v2: files by presigned address, then one submission, then its state.

for each file: presign → upload; then the post (the commit) → status until it is published. The submission's id is our
own session. When the answer that carries it is lost, Blotato's list is read: files have addresses of their own, so a
post with ours is ours; words alone are only taken for ours when the list also shows the account.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from platforms.blotato import DESCRIPTOR
from platforms.descriptor import Connector, Platform
from publishing.platforms.base import (
    Accepted,
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
from publishing.platforms.blotato import accounts, calls, errors, listing, targets
from publishing.platforms.blotato.guide import GUIDE
from publishing.platforms.blotato.limits import LIMITS, NEEDS_MEDIA, RATES
from publishing.platforms.declared import Consent, Problem, QuotaNeed
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Caller
from publishing.platforms.video_rules import Videos
from publishing.states import TargetState

_UPLOAD_LIFE = timedelta(minutes=50)
_SETTLE_LOOKS = 8
_IN_INBOX = (
    "It waits in this account's TikTok inbox: open TikTok, finish the draft and post it. It is not public yet. Paste "
    "its link here once it is."
)


class Blotato(Adapter):
    """Blotato behind the contract of `publishing.platforms.base`. `through` makes it one for a platform behind it."""

    name = DESCRIPTOR.key
    descriptor: ClassVar[Connector] = DESCRIPTOR
    limits = LIMITS
    rates = RATES
    consent = Consent(scopes=(), backend="")
    guide = GUIDE
    peer: ClassVar[Adapter | None] = None
    """The adapter of the platform behind: its rules of text, files and options hold here as well."""

    # Before sending ---------------------------------------------------------------------------------------------

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        found = list(self.peer.check(spec, account)) if self.peer else []
        if spec.platform in NEEDS_MEDIA and not spec.media and not any(item.field == "media" for item in found):
            found.append(Problem("media", "media_missing", f"{self.label} needs a video or a picture."))
        if spec.platform == "facebook" and not account.facts.get("page_id"):
            found.append(Problem("account", "page_missing", "Blotato posts to Facebook pages only. Connect one."))
        if any(item.size_bytes > float(LIMITS["size_bytes"].value) for item in spec.media):
            found.append(Problem("media", "too_large", "Blotato takes files up to 1 GB."))
        return found

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """None of ours: Blotato's daily limits depend on the plan, and it says when one is reached."""
        return []

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        return {}

    # The way to the post ----------------------------------------------------------------------------------------

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        if checkpoint.get("submission"):
            return PublishStep("status", Effect.SAFE, TargetState.PROCESSING, "status")
        if checkpoint.get("listed"):
            return PublishStep("listing", Effect.SAFE, TargetState.PROCESSING, "status")
        if _current(spec, checkpoint) is None:
            return PublishStep("post", Effect.COMMIT, TargetState.PUBLISHING, "post")
        if not checkpoint.get("public_url"):
            return PublishStep("presign", Effect.SAFE, TargetState.PREPARING, "media")
        return PublishStep("upload", Effect.SAFE, TargetState.UPLOADING)

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        name = self.step(spec, checkpoint).name
        if name == "status":
            return self._poll(session, spec, checkpoint)
        if name == "listing":
            return self._poll_listing(session, spec, checkpoint)
        item = _current(spec, checkpoint)
        if item is None:
            return self._post(session, spec, checkpoint)
        return (
            self._presign(session, item, checkpoint)
            if name == "presign"
            else self._upload(session, spec, item, checkpoint)
        )

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """An upload address may work only once: after an upload without an answer a new one is asked for."""
        return checkpoint.with_data(public_url="") if step == "upload" else checkpoint

    def _presign(self, session: Session, item: MediaSpec, checkpoint: Checkpoint) -> Outcome:
        extension = item.content_type.rpartition("/")[2].replace("quicktime", "mov").replace("jpeg", "jpg")
        body = calls.ask(session, "POST", "/media/uploads", body={"filename": f"{item.file_id}.{extension}"})
        secret = {"presigned": session.http.issued(str(body.get("presignedUrl", "")))}
        ends = session.now + _UPLOAD_LIFE
        values = {**checkpoint.data, "public_url": str(body.get("publicUrl", ""))}
        return Next(Checkpoint(values, secret, ends))

    def _upload(self, session: Session, spec: Spec, item: MediaSpec, checkpoint: Checkpoint) -> Outcome:
        # No key here: the address itself is the permission, and the host is not the API's.
        answer = session.http.call(
            "PUT",
            session.http.issued(checkpoint.secret["presigned"]),
            content=session.read(item, 0, item.size_bytes),
            headers={"Content-Type": item.content_type, "Content-Length": str(item.size_bytes)},
            timeout_s=600.0,
        )
        if answer.status not in (200, 201, 204):
            raise errors.transfer(answer)
        urls = [*checkpoint.get("urls", []), checkpoint.get("public_url")]
        return Next(Checkpoint({**checkpoint.data, "urls": urls, "public_url": ""}), _progress(spec, len(urls)))

    def _post(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        urls = list(checkpoint.get("urls", []))
        media, thumbnail = urls[: len(spec.media)], "".join(urls[len(spec.media) :])
        body = {
            "post": {
                "accountId": str(session.account.facts.get("blotato_account") or session.account.external_id),
                "content": {"text": spec.text, "mediaUrls": media, "platform": spec.platform},
                "target": targets.target(spec, session.account, thumbnail),
            }
        }
        submission = str(calls.ask(session, "POST", "/posts", body=body).get("postSubmissionId", ""))
        if not submission:
            raise PlatformError(ErrorKind.TRANSIENT, errors.TROUBLE, code="submission_missing")
        return Next(checkpoint.with_data(submission=submission), 90)

    def _status(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live | None:
        """Live, or None while Blotato works on it. Raises when it ended without a post."""
        body = calls.ask(session, "GET", f"/posts/{checkpoint.get('submission')}")
        return self._judged(spec, checkpoint, str(body.get("status")), body.get("publicUrl"), body.get("errorMessage"))

    def _judged(self, spec: Spec, checkpoint: Checkpoint, state: str, url: object, failure: object) -> Live | None:
        if state == "failed":
            raise errors.failure(str(failure or ""))
        if state != "published":
            return None
        if targets.is_draft(spec):
            # Blotato's part ends here: whether the person posted it cannot be asked.
            return Live(checkpoint, note=_IN_INBOX, public=False)
        return Live(checkpoint, "", str(url or ""), settle_after=timedelta(seconds=10))

    def _poll(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        return self._status(session, spec, checkpoint) or _wait(checkpoint)

    def _poll_listing(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        """Without a submission's id: the post is known by its files."""
        rows = listing.candidates(session, spec, checkpoint)
        state = rows[0].get("state") or {} if rows else {}
        live = self._judged(spec, checkpoint, str(state.get("type")), state.get("postUrl"), state.get("errorMessage"))
        return live or _wait(checkpoint)

    # Afterwards -------------------------------------------------------------------------------------------------

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        if checkpoint.get("submission"):
            return self._status(session, spec, checkpoint) or Accepted(checkpoint)
        sent_at = session.sent_at or session.now
        first = str(checkpoint.get("listed_for") or sent_at.isoformat())
        since = min(sent_at, datetime.fromisoformat(first))
        found = listing.candidates(session, spec, checkpoint.with_data(since=since.isoformat()))
        if not found:
            if first != sent_at.isoformat():
                return Unknown("Blotato does not show this post, but it was sent twice already.")
            return NotThere(checkpoint.with_data(listed_for=first), complete=False)
        if len(found) > 1 or not listing.certain(found[0], spec, session.account):
            # Once the link is there, the list will never say more.
            told = all((row.get("state") or {}).get("postUrl") for row in found)
            return Unknown("Blotato's list does not say to which account a post with these words went.", for_good=told)
        kept = checkpoint.with_data(listed=True, since=since.isoformat())
        state = found[0].get("state") or {}
        live = self._judged(spec, kept, str(state.get("type")), state.get("postUrl"), state.get("errorMessage"))
        return live or Accepted(kept)

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        """The id by which Blotato gives numbers stands in its list only."""
        found = listing.candidates(session, spec, checkpoint)
        ours = [row for row in found if listing.certain(row, spec, session.account)]
        if len(ours) == 1 and (ours[0].get("state") or {}).get("type") == "published":
            state = ours[0].get("state") or {}
            return Live(checkpoint, str(ours[0].get("id", "")), str(state.get("postUrl") or ""))
        looks = int(checkpoint.get("looks", 0))
        later = timedelta(seconds=min(10 * 2**looks, 3600)) if looks < _SETTLE_LOOKS else None
        return Live(checkpoint.with_data(looks=looks + 1), settle_after=later)

    def post_id_of(self, link: str) -> str:
        return self.peer.post_id_of(link) if self.peer else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        return listing.metrics(session, external_id)

    def owner(self, session: Session) -> str:
        return accounts.owner(session)

    def accounts(self, session: Session) -> list[AccountInfo]:
        return accounts.connected(session)

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        """A key that was refused cannot be renewed: the person pastes another."""
        raise PlatformError(ErrorKind.AUTH_EXPIRED, errors.EXPIRED, code="key_refused")

    def revoke(self, http: Caller, tokens: Tokens) -> None:
        """Blotato has no call for it: the person makes a new key on blotato.com. Our copy is destroyed."""


def through(behind: Adapter) -> Adapter:
    """Blotato as the way to one platform: with that platform's limits, options and rules."""
    assert behind.platform is not None, "a service reaches platforms"
    platform: Platform = behind.platform

    class Through(Blotato):
        peer = behind
        descriptor: ClassVar[Connector] = replace(
            platform,
            label=f"{platform.label} through {DESCRIPTOR.label}",
            needs_media=platform.needs_media or platform.key in NEEDS_MEDIA,
            fields=tuple(item for item in platform.fields if item.name in targets.OPTIONS[platform.key]),
        )
        limits: ClassVar = {**behind.limits, **LIMITS}
        accepts = replace(
            behind.accepts,
            videos=_lighter(behind.accepts.videos),
            asked={option: _lighter(rules) for option, rules in behind.accepts.asked.items()},
        )

    return Through()


def _lighter(rules: Videos) -> Videos:
    """What the platform takes, within what Blotato takes."""
    most = int(LIMITS["size_bytes"].value)
    return replace(rules, bytes_max=min(rules.bytes_max or most, most))


def _files(spec: Spec) -> list[MediaSpec]:
    """What is uploaded: the post's files, then the thumbnail where Blotato takes one."""
    extra = [spec.thumbnail] if spec.thumbnail is not None and spec.platform == "youtube" else []
    return [*spec.media, *extra]


def _current(spec: Spec, checkpoint: Checkpoint) -> MediaSpec | None:
    done, files = len(checkpoint.get("urls", [])), _files(spec)
    return files[done] if done < len(files) else None


def _progress(spec: Spec, done: int) -> int:
    files = _files(spec)
    total = sum(item.size_bytes for item in files) or 1
    return int(85 * sum(item.size_bytes for item in files[:done]) / total)


def _wait(checkpoint: Checkpoint) -> Wait:
    polls = int(checkpoint.get("polls", 0))
    return Wait(checkpoint.with_data(polls=polls + 1), poll_after(polls), 95)
