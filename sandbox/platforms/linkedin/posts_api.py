"""LinkedIn posts: create, read, list, delete."""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from sandbox import posts, tags, units
from sandbox.http import Call, Refusal, Reply
from sandbox.platforms.linkedin import assets, errors
from sandbox.posts import Draft, Media
from sandbox.store import Row

COMMENTARY_LIMIT: Final = 3000
VISIBILITY: Final = {"PUBLIC", "CONNECTIONS", "LOGGED_IN"}
ESCAPE = re.compile(r"\\([\\<>#~_|\[\]*(){}@])")
HASHTAG = re.compile(r"\{hashtag\|\\?#\|([^}]+)\}")
MENTION = re.compile(r"@\[([^\]]+)\]\(urn:li:[a-z]+:[^)]+\)")


def plain(commentary: str) -> str:
    """What readers see of "little text"."""
    text = HASHTAG.sub(r"#\1", commentary)
    text = MENTION.sub(r"\1", text)
    return ESCAPE.sub(r"\1", text)


def create(call: Call) -> Reply:
    """The commit: 201, an empty body, the URN in a header."""
    found = errors.session(call)
    body = call.object()
    row = errors.author(call, found, str(body.get("author", "")))
    text = _check(body)
    shown = plain(text)
    errors.spend_day(call, f"posts:{row['id']}", "linkedin.posts_per_day")
    tags.at_create(call, shown)
    kind, media = _content(call, body.get("content"), row["id"])
    _refuse_duplicate(call, row["id"], shown, media)
    tags.at_commit(call, shown)
    urn = f"urn:li:{'ugcPost' if kind == 'video' else 'share'}:7{secrets.randbelow(9 * 10**17) + 10**17}"
    units.create(call, f"post-{urn}", "post", state="done", caption=shown)
    units.change(call.tx, f"post-{urn}", committed_at=call.now, post_id=urn, account_id=row["id"])
    details = {"body": {name: body.get(name) for name in ("visibility", "lifecycleState", "content")}}
    posts.add(call.tx, urn, Draft("linkedin", row["id"], f"post-{urn}", kind, shown, call.now, media, data=details))
    return Reply(201, b"", {"x-restli-id": urn})


def _check(body: dict[str, Any]) -> str:
    text = body.get("commentary", "")
    if not isinstance(text, str) or len(plain(text)) > COMMENTARY_LIMIT:
        raise errors.refusal(422, "commentary is too long", "FIELD_LENGTH_TOO_LONG")
    if body.get("visibility") not in VISIBILITY or body.get("lifecycleState") != "PUBLISHED":
        raise errors.refusal(422, "visibility and lifecycleState are required", "MISSING_FIELD")
    distribution = body.get("distribution")
    if not isinstance(distribution, dict) or distribution.get("feedDistribution") not in {"MAIN_FEED", "NONE"}:
        raise errors.refusal(422, "distribution.feedDistribution is required", "MISSING_FIELD")
    if not text and not body.get("content"):
        raise errors.refusal(422, "A post needs commentary or content", "MISSING_FIELD")
    return text


def _content(call: Call, content: Any, owner_id: str) -> tuple[str, Media]:
    if not isinstance(content, dict):
        return "text", Media()
    if isinstance(content.get("media"), dict):
        urn = str(content["media"].get("id", ""))
        return urn.split(":")[2] if urn.count(":") >= 3 else "media", assets.usable(call, urn, owner_id)
    images = content.get("multiImage", {}).get("images") if isinstance(content.get("multiImage"), dict) else None
    if isinstance(images, list):
        if not 2 <= len(images) <= 20:
            raise errors.refusal(422, "multiImage takes 2 to 20 images", "ILLEGAL_ARGUMENT")
        found = [assets.usable(call, str(image.get("id", "")), owner_id) for image in images]
        return "images", Media.joined(found)
    return "article" if "article" in content else "text", Media()


def _refuse_duplicate(call: Call, account_id: str, text: str, media: Media) -> None:
    window = call.tx.number("linkedin.refuse_duplicates_s")
    key = posts.content_key(text, media)
    earlier = posts.duplicate_of(call.tx, account_id, key, window) if window > 0 else None
    if earlier is None:
        return
    posts.note_refused_duplicate(call.tx, earlier)
    inputs = [{"description": "Duplicate post is detected", "input": {}, "code": "DUPLICATE_POST"}]
    message = f"Content is a duplicate of {earlier['id']}"
    raise Refusal(errors.error(422, message, errorDetails={"inputErrors": inputs}))


def _shape(row: Row, author: Row) -> dict[str, Any]:
    given = posts.data(row)["body"]
    stamp = round(row["live_at"] * 1000)
    return {
        "id": row["id"],
        "author": errors.urn_of(author),
        "commentary": row["caption"],
        "createdAt": stamp,
        "publishedAt": stamp,
        "lifecycleState": "PUBLISHED",
        **{name: value for name, value in given.items() if value is not None},
    }


def readable(call: Call, urn: str) -> tuple[Row, Row]:
    """A live post and its author, if the token may read it: organizations' posts, by their administrators."""
    found = errors.session(call)
    row = posts.get(call.tx, "linkedin", urn)
    author = call.tx.one("SELECT * FROM accounts WHERE id = ?", row["account_id"]) if row is not None else None
    if row is None or author is None:
        raise errors.refusal(404, f"Could not find {urn}", "NOT_FOUND")
    if author["kind"] == "organization":
        errors.author(call, found, errors.urn_of(author), write=False)
    elif author["id"] != found.account_id:
        raise Refusal(errors.denied())
    return row, author


def show(call: Call) -> Reply:
    return Reply(200, _shape(*readable(call, call.params["urn"])))


def listing(call: Call) -> Reply:
    """By author. Members' posts need a permission that is given to few; here to nobody."""
    found = errors.session(call)
    urn = call.query.get("author", "")
    if call.query.get("q") != "author":
        raise errors.refusal(400, "q must be author", "ILLEGAL_ARGUMENT")
    author = errors.author(call, found, urn, write=False)
    if author["kind"] != "organization":
        raise Refusal(errors.denied())
    text = call.query.get("count", "10")
    rows = posts.listed(call.tx, "linkedin", author["id"], int(text) if text.isdigit() else 10)
    paging = {"start": 0, "count": len(rows), "links": []}
    return Reply(200, {"elements": [_shape(row, author) for row in rows], "paging": paging})


def delete(call: Call) -> Reply:
    row, _ = readable(call, call.params["urn"])
    call.tx.update("posts", row["id"], {"deleted_at": call.now})
    return Reply(204)
