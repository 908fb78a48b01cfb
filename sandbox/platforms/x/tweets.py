"""X posts: create, look up with metrics, analytics."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import Any, Final

from sandbox import audience, posts, tags, units
from sandbox.audience import Numbers
from sandbox.http import Call, Reply
from sandbox.platforms.x import errors, media
from sandbox.platforms.x.login import account
from sandbox.posts import Draft, Media
from sandbox.store import Row

URL = re.compile(r"https?://[^\s]+")
URL_WEIGHT: Final = 23
REPLY_SETTINGS: Final = {"following", "mentionedUsers", "subscribers", "verified"}
OWN_METRICS_S: Final = 30 * 86_400


def weighted_length(text: str) -> int:
    """Characters as X counts them: a URL is 23, most Latin characters 1, emoji and CJK 2."""
    plain = unicodedata.normalize("NFC", URL.sub("", text))
    light = sum(1 for c in plain if ord(c) <= 0x10FF or 0x2000 <= ord(c) <= 0x200D or 0x2010 <= ord(c) <= 0x2037)
    return 2 * len(plain) - light + URL_WEIGHT * len(URL.findall(text))


def create(call: Call) -> Reply:
    """The commit: 201 with the new id."""
    errors.session(call, "tweet.write", "tweet.read", "users.read")
    body = call.object()
    text = body.get("text", "")
    given = call.part("media")
    ids = given.get("media_ids", [])
    _check(call, body, text, ids)
    tags.at_create(call, text)
    found = [media.ready_media(call, str(media_id)) for media_id in ids]
    videos = [category for _, category in found if category != "tweet_image"]
    if len(found) > 4 or (videos and len(found) > 1):
        raise errors.invalid("A post takes up to 4 images, or one video or GIF.", media_ids=[str(i) for i in ids])
    joined = Media.joined([one for one, _ in found])
    _refuse_duplicate(call, text, joined)
    tags.at_commit(call, text)
    post_id = media.new_id(call)
    kind = "video" if videos else "image" if found else "text"
    details = {"media_ids": [str(media_id) for media_id in ids]}
    units.create(call, f"tweet-{post_id}", "tweet", state="done", caption=text)
    units.change(call.tx, f"tweet-{post_id}", committed_at=call.now, post_id=post_id)
    posts.add(
        call.tx,
        post_id,
        Draft("x", call.account_id, f"tweet-{post_id}", kind, text, call.now, joined, data=details),
    )
    return Reply(201, {"data": {"id": post_id, "text": text, "edit_history_tweet_ids": [post_id]}})


def _check(call: Call, body: dict[str, Any], text: Any, ids: Any) -> None:
    if not isinstance(text, str) or not isinstance(ids, list) or (not text and not ids):
        raise errors.invalid("text or media is required.", text=[str(text)])
    if weighted_length(text) > call.tx.limit("x.text_limit"):
        raise errors.refusal(403, "Forbidden", "You are not permitted to perform this action.")
    if "reply_settings" in body and body["reply_settings"] not in REPLY_SETTINGS:
        raise errors.invalid("reply_settings is not valid.", reply_settings=[str(body["reply_settings"])])


def _refuse_duplicate(call: Call, text: str, joined: Media) -> None:
    window = call.tx.number("x.refuse_duplicates_s")
    key = posts.content_key(text, joined)
    earlier = posts.duplicate_of(call.tx, call.account_id, key, window) if window > 0 else None
    if earlier is not None:
        posts.note_refused_duplicate(call.tx, earlier)
        text = "You are not allowed to create a Tweet with duplicate content."
        raise errors.refusal(403, "Forbidden", text)


def _fields(call: Call, name: str) -> set[str]:
    """`tweet.fields` is also called `post.fields`."""
    text = call.query.get(name) or call.query.get(name.replace("tweet", "post"), "")
    return {field for field in text.split(",") if field}


def lookup(call: Call) -> Reply:
    errors.session(call, "tweet.read", "users.read")
    ids = [item for item in call.query.get("ids", "").split(",") if item]
    if not 1 <= len(ids) <= 100:
        raise errors.invalid("ids must hold 1 to 100 ids.", ids=ids[:1])
    rows = {post_id: posts.get(call.tx, "x", post_id) for post_id in ids}
    found = [row for row in rows.values() if row is not None]
    wanted = _fields(call, "tweet.fields")
    body: dict[str, Any] = {}
    if found:
        body["data"] = [_tweet(call, row, wanted) for row in found]
    if "attachments.media_keys" in call.query.get("expansions", ""):
        included = [_media(call, row, _fields(call, "media.fields")) for row in found if row["media_sha256"]]
        if included:
            body["includes"] = {"media": included}
    missing = [post_id for post_id, row in rows.items() if row is None]
    if missing:
        body["errors"] = [_missing(post_id) for post_id in missing]
    return Reply(200, body)


def _missing(post_id: str) -> dict[str, str]:
    return {
        "resource_type": "tweet",
        "resource_id": post_id,
        "parameter": "ids",
        "value": post_id,
        "title": "Not Found Error",
        "detail": f"Could not find tweet with ids: [{post_id}].",
        "type": f"{errors.PROBLEMS}/resource-not-found",
    }


def _tweet(call: Call, row: Row, wanted: set[str]) -> dict[str, Any]:
    seen = posts.numbers(call.tx, row)
    answer: dict[str, Any] = {"id": row["id"], "text": row["caption"], "edit_history_tweet_ids": [row["id"]]}
    own = row["account_id"] == call.account_id and call.now - row["live_at"] <= OWN_METRICS_S
    if "public_metrics" in wanted:
        answer["public_metrics"] = _public(seen)
    if "non_public_metrics" in wanted and own:
        answer["non_public_metrics"] = _private(seen)
    if "organic_metrics" in wanted and own:
        answer["organic_metrics"] = {**_private(seen), **_public(seen)}
    if "created_at" in wanted:
        answer["created_at"] = datetime.fromtimestamp(row["live_at"], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    ids = posts.data(row)["media_ids"]
    if ids and "attachments" in wanted:
        answer["attachments"] = {"media_keys": [f"13_{media_id}" for media_id in ids]}
    return answer


def _public(n: Numbers) -> dict[str, int]:
    quotes = n.shares // 6
    return {
        "retweet_count": n.shares - quotes,
        "reply_count": n.comments,
        "like_count": n.likes,
        "quote_count": quotes,
        "bookmark_count": n.saves,
        "impression_count": n.views,
    }


def _private(n: Numbers) -> dict[str, int]:
    return {
        "impression_count": n.views,
        "url_link_clicks": n.views // 70,
        "user_profile_clicks": n.views // 90,
        "engagements": n.likes + n.comments + n.shares + n.saves,
    }


def _media(call: Call, row: Row, wanted: set[str]) -> dict[str, Any]:
    seen = posts.numbers(call.tx, row)
    plays = seen.views * 2 // 3
    kind = "video" if row["kind"] == "video" else "photo"
    answer: dict[str, Any] = {"media_key": f"13_{posts.data(row)['media_ids'][0]}", "type": kind}
    if kind == "photo":
        return answer
    if "duration_ms" in wanted:
        answer["duration_ms"] = round(row["duration"] * 1000)
    if "public_metrics" in wanted:
        answer["public_metrics"] = {"view_count": plays}
    if "non_public_metrics" in wanted and row["account_id"] == call.account_id:
        curve = audience.retention(posts.received(call.tx, row), 100)
        quarters = {0: 1.0, 25: curve[25], 50: curve[50], 75: curve[75], 100: curve[99]} if curve else {}
        answer["non_public_metrics"] = {f"playback_{q}_count": int(plays * share) for q, share in quarters.items()}
    return answer


def timeline(call: Call) -> Reply:
    """The account's own posts, newest first."""
    errors.session(call, "tweet.read", "users.read")
    if call.params["user_id"] != account(call, call.account_id)["id"]:
        raise errors.refusal(403, "Forbidden", "You are not permitted to perform this action.")
    text = call.query.get("max_results", "10")
    rows = posts.listed(call.tx, "x", call.account_id, int(text) if text.isdigit() else 10)
    body: dict[str, Any] = {"meta": {"result_count": len(rows)}}
    if rows:
        body["data"] = [_tweet(call, row, _fields(call, "tweet.fields")) for row in rows]
    return Reply(200, body)
