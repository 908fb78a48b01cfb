"""Blotato posts: submission, its state, schedules and analytics."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import Any, Final

from sandbox import faults, posts, pulls, tags, units
from sandbox.http import Call, Reply
from sandbox.platforms.blotato import account, errors
from sandbox.posts import Draft, Media
from sandbox.store import Row, Tx

NETWORKS: Final = (
    "twitter", "linkedin", "facebook", "instagram", "pinterest", "tiktok", "threads", "bluesky", "youtube",
)  # fmt: skip
NEEDS_MEDIA: Final = {"instagram", "tiktok", "pinterest", "youtube"}
REQUIRED: Final[dict[str, dict[str, type]]] = {
    "facebook": {"pageId": str},
    "tiktok": {
        "privacyLevel": str,
        "disabledComments": bool,
        "disabledDuet": bool,
        "disabledStitch": bool,
        "isBrandedContent": bool,
        "isYourBrand": bool,
        "isAiGenerated": bool,
    },
    "youtube": {"title": str, "privacyStatus": str, "shouldNotifySubscribers": bool},
    "pinterest": {"boardId": str},
}
LINKS: Final = {
    "tiktok": "https://www.tiktok.com/@{handle}/video/{id}",
    "youtube": "https://www.youtube.com/watch?v={id}",
    "instagram": "https://www.instagram.com/reel/{id}/",
    "facebook": "https://www.facebook.com/reel/{id}",
    "twitter": "https://x.com/{handle}/status/{id}",
    "linkedin": "https://www.linkedin.com/feed/update/urn:li:share:{id}/",
}


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def moment(text: Any, name: str) -> float:
    try:
        parsed = datetime.fromisoformat(str(text))
    except ValueError:
        raise errors.refusal(422, f"{name}: must be an ISO 8601 time") from None
    return parsed.replace(tzinfo=parsed.tzinfo or UTC).timestamp()


def create(call: Call) -> Reply:
    """The commit: 201 with a submission id. Scheduling fields count only at the root of the body."""
    errors.session(call)
    errors.throttle(call, "blotato.posts_per_minute")
    given = call.part("post")
    row = account.target_account(call, given.get("accountId"))
    content, target = _validated(given, row)
    text, urls = str(content.get("text", "")), [str(url) for url in content["mediaUrls"]]
    tags.at_create(call, text)
    scheduled = call.object().get("scheduledTime")
    due = moment(scheduled, "scheduledTime") if scheduled else call.now
    if call.object().get("useNextFreeSlot"):
        due = call.now + 86_400
    tags.at_commit(call, text)
    submission = str(uuid.uuid4())
    data = {
        "due": due if due > call.now else 0,
        "urls": urls,
        "target": target,
        "network": account.network(row),
        "marks": [fault.kind for fault in call.unit_faults],
    }
    units.create(call, submission, "submission", state="pulling", caption=text, data=data)
    foreign = [url for url in urls if account.hosted(call.tx, url) is None]
    if foreign:
        pulls.request(call, submission, foreign, broken=tags.marked(call, text, "fetch_failed") is not None)
    else:
        advance(call.tx, submission)
    return Reply(201, {"postSubmissionId": submission})


def _validated(given: dict[str, Any], row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    content, target = given.get("content"), given.get("target")
    if not isinstance(content, dict) or not isinstance(target, dict):
        raise errors.refusal(422, "post: content and target are required")
    kind, urls = target.get("targetType"), content.get("mediaUrls")
    if kind not in NETWORKS or content.get("platform") != kind:
        raise errors.refusal(422, "content.platform: must be equal to target.targetType")
    if account.network(row) != kind:
        raise errors.refusal(422, f"post.accountId: the account is not a {kind} account")
    if not isinstance(urls, list):
        raise errors.refusal(422, "content.mediaUrls: must be an array")
    if kind in NEEDS_MEDIA and not urls:
        raise errors.refusal(422, "content.mediaUrls: must NOT have fewer than 1 items")
    for name, shape in REQUIRED.get(kind, {}).items():
        if not isinstance(target.get(name), shape):
            raise errors.refusal(422, f"target.{name}: must be {'string' if shape is str else 'boolean'}")
        if shape is str and not target[name]:
            raise errors.refusal(422, f"target.{name}: must NOT have fewer than 1 characters")
    return content, target


def settle(tx: Tx, unit: Row, rows: list[Row]) -> None:
    """A pulled file is there or failed: a media upload, or media named by a submission."""
    if unit["kind"] == "submission":
        advance(tx, unit["id"])
        return
    failed = rows[0]["state"] == "failed"
    held = Media() if failed else units.media_of(rows[0], "size")
    units.change(tx, unit["id"], state="done", failure="could not be fetched" if failed else "")
    units.set_data(tx, unit["id"], held=held.__dict__)
    for waiting in tx.all(
        "SELECT id FROM units WHERE platform = 'blotato' AND kind = 'submission' AND state = 'pulling'"
    ):
        advance(tx, waiting["id"])


def advance(tx: Tx, submission: str) -> None:
    """Post once every file of the submission is there."""
    unit = tx.one("SELECT * FROM units WHERE id = ?", submission)
    if unit is None or unit["state"] != "pulling":
        return
    data = units.data(unit)
    parts, failure = [], ""
    for url in data["urls"]:
        found = _media(tx, submission, url)
        if found is None:
            return
        parts.append(found)
        failure = failure or ("" if found.sha256 else "Media could not be downloaded")
    asked = {*faults.tags(unit["caption"]), *data["marks"]}
    if "processing_failed" in asked:
        failure = "The platform could not process the media"
    failure = failure or _duplicate(tx, unit, Media.joined(parts))
    ready_at = max(tx.now, data["due"]) + tx.number("blotato.processing_s")
    changes: dict[str, object] = {"state": "done", "ready_at": ready_at, "committed_at": tx.now, "failure": failure}
    if not failure:
        changes["post_id"] = _post(tx, unit, Media.joined(parts), ready_at)
    units.change(tx, submission, **changes)


def _media(tx: Tx, submission: str, url: str) -> Media | None:
    """The media of one URL; None while it is still being fetched; without a hash when it failed."""
    own = account.hosted(tx, url)
    if own is not None:
        if own["state"] == "waiting":
            return Media()
        return None if own["state"] == "pulling" else Media(**units.data(own)["held"])
    pull = tx.one("SELECT * FROM pulls WHERE unit_id = ? AND url = ?", submission, url)
    if pull is None or pull["state"] == "pending":
        return None
    return Media() if pull["state"] == "failed" else units.media_of(pull, "size")


def _duplicate(tx: Tx, unit: Row, media: Media) -> str:
    window = tx.number("blotato.refuse_duplicates_s")
    key = posts.content_key(unit["caption"], media)
    earlier = posts.duplicate_of(tx, unit["account_id"], key, window) if window > 0 else None
    if earlier is None:
        return ""
    posts.note_refused_duplicate(tx, earlier)
    return "Duplicate content: this was already posted"


def _post(tx: Tx, unit: Row, media: Media, live_at: float) -> str:
    data = units.data(unit)
    post_id = str(secrets.randbelow(9 * 10**17) + 10**17)
    details = {"network": data["network"], "submission": unit["id"], "urls": data["urls"]}
    draft = Draft("blotato", unit["account_id"], unit["id"], data["network"], unit["caption"], live_at, media)
    posts.add(tx, post_id, Draft(**{**draft.__dict__, "data": details}))
    return post_id


def public_url(tx: Tx, post: Row) -> str:
    row = tx.one("SELECT handle FROM accounts WHERE id = ?", post["account_id"])
    pattern = LINKS.get(post["kind"], "https://{network}.example.test/{id}")
    return pattern.format(handle=row["handle"] if row else "", id=post["id"], network=post["kind"])


def state_of(call: Call, unit: Row) -> dict[str, Any]:
    data = units.data(unit)
    answer: dict[str, Any] = {"postSubmissionId": unit["id"], "status": "in-progress"}
    if data["due"] > call.now:
        return {**answer, "status": "scheduled", "scheduledTime": stamp(data["due"])}
    if unit["state"] != "done" or unit["ready_at"] > call.now:
        return answer
    if unit["failure"]:
        return {**answer, "status": "failed", "errorMessage": unit["failure"]}
    post = call.tx.one("SELECT * FROM posts WHERE id = ?", unit["post_id"])
    return {**answer, "status": "published", "publicUrl": public_url(call.tx, post) if post is not None else ""}


def show(call: Call) -> Reply:
    errors.session(call)
    errors.throttle(call, "blotato.status_per_minute")
    unit = units.get(call, call.params["post_id"], ("submission",))
    if unit is None:
        raise errors.refusal(404, "Post not found")
    call.account_id = str(unit["account_id"])
    return Reply(200, state_of(call, unit))


def listing(call: Call) -> Reply:
    """Submissions between `since` and `until` (seven days back and forward unless said), newest first."""
    errors.session(call)
    query = call.query
    since = moment(query["since"], "since") if "since" in query else call.now - 7 * 86_400
    until = moment(query["until"], "until") if "until" in query else call.now + 7 * 86_400
    size, start = _whole(query.get("limit", ""), 50, 250), _whole(query.get("cursor", ""), 0, 10**9)
    rows = call.tx.all(
        "SELECT * FROM units WHERE platform = 'blotato' AND kind = 'submission' ORDER BY created_at DESC, id DESC"
    )
    seen_until = call.now - call.tx.number("blotato.listing_lag_s")
    rows = [row for row in rows if row["created_at"] <= seen_until]
    items = [item for row in rows if since <= (item := _item(call, row))["at"] <= until and _fits(query, item)]
    shown = [{name: value for name, value in item.items() if name != "at"} for item in items[start : start + size]]
    body: dict[str, Any] = {"items": shown}
    if start + size < len(items):
        body["cursor"] = str(start + size)
    return Reply(200, body)


def _whole(text: str, default: int, most: int) -> int:
    return min(int(text), most) if text.isdigit() else default


def _item(call: Call, unit: Row) -> dict[str, Any]:
    data = units.data(unit)
    state = state_of(call, unit)
    at = data["due"] or unit["created_at"]
    shown: dict[str, Any] = {"type": state["status"]}
    if "publicUrl" in state:
        shown["postUrl"] = state["publicUrl"]
    if "errorMessage" in state:
        shown["errorMessage"] = state["errorMessage"]
    return {
        "id": unit["post_id"] or f"p-{unit['id'][:8]}",
        "at": at,
        "postTime": stamp(at),
        "platform": data["network"],
        "text": unit["caption"],
        "mediaUrls": data["urls"],
        "state": shown,
    }


def _fits(query: Any, item: dict[str, Any]) -> bool:
    return query.get("status") in {None, item["state"]["type"]} and query.get("platform") in {None, item["platform"]}
