"""Instagram's content publishing: a container is made, filled and checked, then published once.

limit → container → upload → status until FINISHED → publish (the commit) → permalink. A carousel makes a container for
each item first. A container is published at most once, so the container itself says completely whether a publish call
without an answer arrived, and repeating that call can never make a second post.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from platforms.instagram import DESCRIPTOR
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
from publishing.platforms.declared import Consent, Problem, QuotaNeed
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.http import Caller
from publishing.platforms.instagram import accounts, numbers, tokens
from publishing.platforms.instagram.check import problems
from publishing.platforms.instagram.guide import GUIDE
from publishing.platforms.instagram.limits import ACCEPTS, CONTAINER_LIFE, LIMITS, RATES
from publishing.platforms.meta import errors, graph
from publishing.platforms.meta import tokens as facebook
from publishing.states import TargetState

_LABEL = accounts.LABEL
_LINK = re.compile(r"^https://(?:www\.)?instagram\.com/(?:[\w.]+/)?(?:p|reel|tv)/([\w-]{5,})(?:[/?#].*)?$")
_FULL = "Instagram takes no more posts from this account today. Your post is published automatically once it does."
_LOOK_AGAIN = timedelta(hours=1)
_PUBLISH_TRIES = 3
_MARGIN = timedelta(minutes=2)
_MEDIA = "id,caption,permalink,shortcode,media_type,media_product_type,timestamp"


class Instagram(Adapter):
    """Instagram behind the contract of `publishing.platforms.base`."""

    descriptor = DESCRIPTOR
    limits = LIMITS
    rates = RATES
    accepts = ACCEPTS
    consents = (
        Consent(
            scopes=(
                "instagram_business_basic",
                "instagram_business_content_publish",
                "instagram_business_manage_insights",
            ),
            backend="publishing.platforms.instagram.login.InstagramConnect",
        ),
        Consent(
            scopes=(
                "instagram_basic",
                "instagram_content_publish",
                "instagram_manage_insights",
                "pages_show_list",
                "pages_read_engagement",
            ),
            optional=("business_management",),
            backend="publishing.platforms.instagram.login.InstagramByFacebook",
            key=accounts.BY_FACEBOOK,
            label="with Facebook",
            app="facebook",
        ),
    )
    consent = consents[0]
    guide = GUIDE
    renew_ahead = facebook.RENEW_AHEAD
    account_tokens = True
    revokes_person = True

    # Before sending ---------------------------------------------------------------------------------------------

    def check(self, spec: Spec, account: AccountRef) -> list[Problem]:
        return list(problems(spec, account))

    def quotas(self, spec: Spec, account: AccountRef, now: datetime) -> list[QuotaNeed]:
        """None of ours: how many posts an account may make differs, and is asked before anything is prepared."""
        return []

    def creator_options(self, session: Session) -> Mapping[str, Any]:
        return {}

    # The way to the post ----------------------------------------------------------------------------------------

    def step(self, spec: Spec, checkpoint: Checkpoint) -> PublishStep:
        if checkpoint.get("media_id"):
            return PublishStep("permalink", Effect.SAFE, TargetState.PROCESSING)
        if not checkpoint.get("room"):
            return PublishStep("limit", Effect.SAFE, TargetState.PREPARING)
        if len(spec.media) > 1:
            if len(checkpoint.get("items", [])) < len(spec.media):
                return PublishStep("item", Effect.SAFE, TargetState.UPLOADING)
            if int(checkpoint.get("ready", 0)) < len(spec.media):
                return PublishStep("item_status", Effect.SAFE, TargetState.PROCESSING)
        if not checkpoint.get("container"):
            return PublishStep("container", Effect.SAFE, TargetState.PREPARING)
        if checkpoint.get("awaits_bytes"):
            return PublishStep("upload", Effect.SAFE, TargetState.UPLOADING)
        if not checkpoint.get("finished"):
            return PublishStep("status", Effect.SAFE, TargetState.PROCESSING)
        return PublishStep("publish", Effect.COMMIT, TargetState.PUBLISHING)

    def advance(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        calls = {
            "permalink": self._permalink,
            "limit": self._limit,
            "item": self._item,
            "item_status": self._item_status,
            "container": self._container,
            "upload": self._upload,
            "status": self._status,
            "publish": self._publish,
        }
        return calls[self.step(spec, checkpoint).name](session, spec, checkpoint)

    def recover(self, checkpoint: Checkpoint, step: str) -> Checkpoint:
        """How much of a broken upload arrived is not told: an unpublished container is left behind, a new one made."""
        return checkpoint.restarted() if step == "upload" else checkpoint

    def reask(self, checkpoint: Checkpoint) -> Checkpoint:
        """Whether the account may post is asked again, as long as nothing is prepared."""
        if checkpoint.get("container") or checkpoint.get("items"):
            return checkpoint
        return checkpoint.without("room")

    def _call(self, session: Session, method: str, path: str, **how: Any) -> dict[str, Any]:
        return graph.call(session, _LABEL, method, path, **how)

    def _limit(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        path = f"/{session.account.external_id}/content_publishing_limit"
        rows = self._call(session, "GET", path, params={"fields": "config,quota_usage"}).get("data") or [{}]
        most, used = (rows[0].get("config") or {}).get("quota_total"), rows[0].get("quota_usage")
        if most is not None and used is not None and int(used) >= int(most):
            # A rolling day: the platform does not say when the oldest post falls out of it.
            until = session.now + _LOOK_AGAIN
            raise PlatformError(
                ErrorKind.QUOTA, _FULL, words=f"{used} of {most} posts", code="quota_usage", until=until
            )
        return Next(checkpoint.with_data(room=True), progress_pct=2)

    def _item(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        """One picture or video of a carousel, fetched by Instagram from our address."""
        made = list(checkpoint.get("items", []))
        body = {**self._source(session, spec.media[len(made)], "VIDEO"), "is_carousel_item": True}
        found = self._call(session, "POST", f"/{session.account.external_id}/media", body=body)
        onward = checkpoint.with_data(items=[*made, str(found["id"])])
        if not made:
            onward = Checkpoint(onward.data, onward.secret, session.now + CONTAINER_LIFE)
        return Next(onward, progress_pct=5 + 35 * (len(made) + 1) // len(spec.media))

    @staticmethod
    def _source(session: Session, media: MediaSpec, video_type: str) -> dict[str, Any]:
        if media.is_video:
            return {"media_type": video_type, "video_url": session.link(media)}
        return {"image_url": session.link(media)}

    def _item_status(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        ready, items = int(checkpoint.get("ready", 0)), checkpoint.get("items")
        if self._finished(session, items[ready]):
            return Next(
                checkpoint.with_data(ready=ready + 1, polls=0), progress_pct=40 + 20 * (ready + 1) // len(items)
            )
        return self._wait(checkpoint, 40)

    @staticmethod
    def _wait(checkpoint: Checkpoint, progress: int) -> Wait:
        polls = int(checkpoint.get("polls", 0))
        return Wait(checkpoint.with_data(polls=polls + 1), poll_after(polls), progress_pct=progress)

    def _container(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        body, pushed = self._post(session, spec, checkpoint)
        found = self._call(session, "POST", f"/{session.account.external_id}/media", body=body)
        data = {**checkpoint.data, "container": str(found["id"]), "awaits_bytes": pushed, "polls": 0}
        data["made_at"] = session.now.isoformat()
        secret = {"upload_url": session.http.issued(str(found.get("uri", "")))} if pushed else {}
        ends = checkpoint.expires_at or session.now + CONTAINER_LIFE
        return Next(Checkpoint(data, secret, ends), progress_pct=10 if pushed else 65)

    def _post(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> tuple[dict[str, Any], bool]:
        """The container's fields, and whether we send the bytes ourselves: only Facebook Login is sure to take them."""
        options, body = spec.options, {"caption": spec.text}
        people_ = [name.lstrip("@") for name in options.get("collaborators", [])]
        more: dict[str, Any] = {"collaborators": people_} if people_ else {}
        if len(spec.media) > 1:
            return {**body, **more, "media_type": "CAROUSEL", "children": ",".join(checkpoint.get("items"))}, False
        media = spec.media[0]
        if not media.is_video:
            if options.get("alt_text"):
                more["alt_text"] = options["alt_text"]
            return {**body, **more, "image_url": session.link(media)}, False
        if options.get("thumb_offset") is not None:
            more["thumb_offset"] = int(options["thumb_offset"])
        more |= {"media_type": "REELS", "share_to_feed": bool(options.get("share_to_feed", True))}
        if session.login == accounts.BY_FACEBOOK:
            return {**body, **more, "upload_type": "resumable"}, True
        return {**body, **more, "video_url": session.link(media)}, False

    def _upload(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        graph.push(session, _LABEL, checkpoint.secret["upload_url"], spec.media[0])
        return Next(Checkpoint({**checkpoint.data, "awaits_bytes": False}, {}, checkpoint.expires_at), progress_pct=65)

    def _state(self, session: Session, container: str) -> dict[str, Any]:
        fields = {"fields": "status_code,status,copyright_check_status"}
        return self._call(session, "GET", f"/{container}", params=fields)

    def _finished(self, session: Session, container: str) -> bool:
        """Whether a container can be published. Raises what its error means: it is dead."""
        found = self._state(session, container)
        code = found.get("status_code")
        if code in ("ERROR", "EXPIRED"):
            raise errors.failure(str(found.get("status", code)), _LABEL, "2207020" if code == "EXPIRED" else "")
        return code == "FINISHED"

    def _status(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        found = self._state(session, checkpoint.get("container"))
        code = found.get("status_code")
        if code in ("ERROR", "EXPIRED"):
            raise errors.failure(str(found.get("status", code)), _LABEL, "2207020" if code == "EXPIRED" else "")
        if code == "PUBLISHED":
            return self._discovered(session, spec, checkpoint)
        if code != "FINISHED":
            return self._wait(checkpoint, 75)
        matched = (found.get("copyright_check_status") or {}).get("matches_found") is True
        return Next(checkpoint.with_data(finished=True, polls=0, copyright=matched), progress_pct=85)

    def _publish(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Outcome:
        body = {"creation_id": checkpoint.get("container")}
        try:
            found = self._call(session, "POST", f"/{session.account.external_id}/media_publish", body=body)
        except PlatformError as error:
            tries = int(checkpoint.get("publish_tries", 0)) + 1
            asks_again = error.code in (errors.NOT_READY, "2207006", "2207008", "24", "2207020")
            if asks_again and tries < _PUBLISH_TRIES:
                # Not ready, or gone: the container itself knows whether it was published meanwhile.
                return Next(checkpoint.with_data(finished=False, polls=2, publish_tries=tries))
            # A failure of the server's may come after the post: never make a new container on it.
            error.restart = error.restart and error.kind is not ErrorKind.TRANSIENT
            raise
        return Next(Checkpoint({**checkpoint.data, "media_id": str(found["id"])}, {}), progress_pct=95)

    def _permalink(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        """The post is live whatever happens here."""
        media_id = str(checkpoint.get("media_id"))
        note = "Instagram found music or pictures of others in it." if checkpoint.get("copyright") else ""
        try:
            found = self._call(session, "GET", f"/{media_id}", params={"fields": _MEDIA})
        except (PlatformError, NoAnswer, NotSent):
            found = {}
        link = str(found.get("permalink", ""))
        return self._live(checkpoint, media_id, link, note)

    def _live(self, checkpoint: Checkpoint, media_id: str, link: str, note: str = "") -> Live:
        looks = int(checkpoint.get("looks", 0))
        later = timedelta(seconds=min(30 * 2**looks, 3600)) if not (media_id and link) and looks < 20 else None
        return Live(checkpoint.with_data(looks=looks + 1), media_id, link, settle_after=later, note=note)

    # Afterwards -------------------------------------------------------------------------------------------------

    def reconcile(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Finding:
        if checkpoint.get("media_id"):
            return Accepted(checkpoint)
        if not checkpoint.get("container") or not checkpoint.get("finished"):
            return NotThere(checkpoint, complete=True)
        try:
            found = self._state(session, checkpoint.get("container"))
        except PlatformError as error:
            if error.code == "33":
                return Unknown(
                    "Instagram no longer knows what was prepared, so it cannot say whether it was published."
                )
            raise
        code = found.get("status_code")
        if code == "PUBLISHED":
            return self._discovered(session, spec, checkpoint)
        if code == "FINISHED":
            return NotThere(checkpoint, complete=True)
        if code in ("ERROR", "EXPIRED"):
            raise errors.failure(str(found.get("status", code)), _LABEL, "2207020" if code == "EXPIRED" else "")
        return Unknown("Instagram does not say yet whether this was published.")

    def _discovered(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        """Published, but by a call whose answer is lost: its id is in the list of the account's posts."""
        try:
            found = self._listed(session, spec, checkpoint)
        except (PlatformError, NoAnswer, NotSent):
            found = {}
        onward = Checkpoint({**checkpoint.data, "media_id": str(found.get("id", ""))})
        return self._live(onward, str(found.get("id", "")), str(found.get("permalink", "")))

    def _listed(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> dict[str, Any]:
        """The one post of the account with this text and kind, no older than its container; else empty."""
        path = f"/{session.account.external_id}/media"
        rows = self._call(session, "GET", path, params={"fields": _MEDIA, "limit": "25"}).get("data") or []
        made = checkpoint.get("made_at")
        sent = datetime.fromisoformat(made) if made else session.now - timedelta(hours=1)
        since = session.http.theirs(sent) - _MARGIN
        alike = [row for row in rows if _alike(row, spec) and datetime.fromisoformat(str(row["timestamp"])) >= since]
        return alike[0] if len(alike) == 1 else {}

    def settle(self, session: Session, spec: Spec, checkpoint: Checkpoint) -> Live:
        return (
            self._permalink(session, spec, checkpoint)
            if checkpoint.get("media_id")
            else self._discovered(session, spec, checkpoint)
        )

    def post_id_of(self, link: str) -> str:
        """The short code: the id that calls take is not in a link, and is looked up when numbers are read."""
        found = _LINK.match(link)
        return found[1] if found else ""

    def metrics(self, session: Session, external_id: str) -> Metrics:
        return numbers.metrics(session, external_id)

    def accounts(self, session: Session) -> list[AccountInfo]:
        return accounts.reached(session)

    def account(self, session: Session) -> AccountInfo | None:
        return accounts.present(session)

    def describe(self, session: Session, info: AccountInfo) -> AccountInfo:
        if info.follower_count is not None:
            return info
        return replace(info, follower_count=accounts.present(session).follower_count)

    def refresh(self, http: Caller, refresh_token: str, now: datetime) -> Tokens:
        if http.app == accounts.BY_FACEBOOK:
            return facebook.parse(facebook.exchange(http, refresh_token, _LABEL), now)
        body = tokens.renew(http, refresh_token)
        return facebook.parse(body, now, tokens.scopes(body.get("permissions")))

    def revoke(self, http: Caller, tokens_: Tokens) -> None:
        """Instagram Login knows no call for it; the person removes the app in Instagram's settings."""
        if http.app == accounts.BY_FACEBOOK:
            facebook.revoke(http, tokens_)


def _alike(row: Mapping[str, Any], spec: Spec) -> bool:
    if len(spec.media) > 1:
        kind = row.get("media_type") == "CAROUSEL_ALBUM"
    elif spec.media and spec.media[0].is_video:
        kind = row.get("media_type") == "VIDEO"
    else:
        kind = row.get("media_type") == "IMAGE"
    return kind and str(row.get("caption") or "").split() == spec.text.split()
