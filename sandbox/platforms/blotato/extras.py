"""Blotato's schedules and its cached analytics."""

from __future__ import annotations

from typing import Any

from sandbox import posts, units
from sandbox.http import Call, Reply
from sandbox.platforms.blotato import account, errors, submissions
from sandbox.store import Row

NOT_COVERED = {"linkedin", "pinterest", "bluesky"}


def _waiting(call: Call) -> list[Row]:
    rows = call.tx.all("SELECT * FROM units WHERE platform = 'blotato' AND kind = 'submission' ORDER BY created_at, id")
    return [row for row in rows if units.data(row)["due"] > call.now]


def _schedule(row: Row) -> dict[str, Any]:
    data = units.data(row)
    content = {"text": row["caption"], "mediaUrls": data["urls"], "platform": data["network"]}
    draft = {"accountId": row["account_id"], "content": content, "target": data["target"]}
    return {"id": row["id"], "scheduledTime": submissions.stamp(data["due"]), "draft": draft}


def schedules(call: Call) -> Reply:
    errors.session(call)
    rows = [_schedule(row) for row in _waiting(call)]
    return Reply(200, {"items": rows, "cursor": None, "count": str(len(rows))})


def _found(call: Call) -> Row:
    errors.session(call)
    row = next((row for row in _waiting(call) if row["id"] == call.params["schedule_id"]), None)
    if row is None:
        raise errors.refusal(404, "Schedule not found")
    call.account_id = str(row["account_id"])
    return row


def schedule(call: Call) -> Reply:
    return Reply(200, {"schedule": _schedule(_found(call))})


def reschedule(call: Call) -> Reply:
    row = _found(call)
    given = call.part("patch")
    if "scheduledTime" in given:
        due = submissions.moment(given["scheduledTime"], "patch.scheduledTime")
        units.set_data(call.tx, row["id"], due=due)
        ready_at = max(call.now, due) + call.tx.number("blotato.processing_s")
        units.change(call.tx, row["id"], ready_at=ready_at)
        if row["post_id"]:
            call.tx.update("posts", row["post_id"], {"live_at": ready_at, "public_at": ready_at})
    return Reply(204)


def unschedule(call: Call) -> Reply:
    row = _found(call)
    if row["post_id"]:
        call.tx.update("posts", row["post_id"], {"deleted_at": call.now})
    call.tx.run("DELETE FROM units WHERE id = ?", row["id"])
    return Reply(204)


def snapshot(call: Call, post: Row) -> dict[str, Any] | None:
    """Counts as strings, rates as numbers, as of the last full hour; None when there are no numbers yet."""
    at = call.now - call.now % 3600
    if post["kind"] in NOT_COVERED or at <= post["live_at"]:
        return None
    seen = posts.numbers(call.tx, post, at)
    metrics: dict[str, Any] = {
        "viewsCount": str(seen.views),
        "likesCount": str(seen.likes),
        "commentsCount": str(seen.comments),
        "sharesCount": str(seen.shares),
    }
    if seen.views:
        metrics["engagementRate"] = round((seen.likes + seen.comments + seen.shares) / seen.views, 4)
    if post["kind"] == "twitter":
        metrics["twitterRetweetsCount"] = str(seen.shares)
    return {"fetchedAt": submissions.stamp(at), "metrics": metrics}


def post_analytics(call: Call) -> Reply:
    """By the id of the listing, not by the submission id."""
    errors.session(call)
    post = posts.get(call.tx, "blotato", call.params["post_id"])
    if post is None:
        raise errors.refusal(404, "No analytics for this post")
    found = snapshot(call, post)
    if found is None:
        return Reply(200, {"fetchedAt": None, "metrics": None, "lastError": None})
    return Reply(200, found)


def _live(call: Call) -> list[Row]:
    rows = call.tx.all("SELECT id FROM accounts WHERE platform = 'blotato'")
    return [post for row in rows for post in posts.live(call.tx, "blotato", row["id"])]


def top(call: Call) -> Reply:
    errors.session(call)
    text = call.query.get("limit", "20")
    size = min(100, int(text)) if text.isdigit() else 20
    found = [(post, one) for post in _live(call) if (one := snapshot(call, post)) is not None]
    found.sort(key=lambda pair: -int(pair[1]["metrics"]["viewsCount"]))
    items = [
        {"id": post["id"], "platform": post["kind"], "postUrl": submissions.public_url(call.tx, post), **one}
        for post, one in found[:size]
    ]
    return Reply(200, {"items": items})


def platforms(call: Call) -> Reply:
    errors.session(call)
    return Reply(200, {"items": [{"platform": name} for name in submissions.NETWORKS if name not in NOT_COVERED]})


def summary(call: Call) -> Reply:
    errors.session(call)
    found = [one for post in _live(call) if (one := snapshot(call, post)) is not None]
    totals = {name: str(sum(int(one["metrics"][name]) for one in found)) for name in ("viewsCount", "likesCount")}
    followers = sum(account.subscriber_count(call, row["id"]) for row in call.tx.all(
        "SELECT id FROM accounts WHERE platform = 'blotato'"
    ))  # fmt: skip
    return Reply(200, {"postsCount": str(len(found)), "followersCount": str(followers), **totals})
