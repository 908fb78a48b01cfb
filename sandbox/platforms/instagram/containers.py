"""Instagram containers: made from URLs or a resumable upload, checked in the background, published once."""

from __future__ import annotations

import secrets
from typing import Any, Final

from sandbox import audience, faults, limits, posts, pulls, tags, units
from sandbox.http import Call, Refusal, Reply, Spool
from sandbox.mp4 import Probe
from sandbox.platforms.instagram import access
from sandbox.platforms.meta import errors
from sandbox.posts import Draft, Media
from sandbox.store import Row, Tx, loads

DAY_S: Final = 86_400
CAPTION_LIMIT: Final = 2200
LARGEST_REEL: Final = 300 * 1024 * 1024
LARGEST_IMAGE: Final = 8 * 1024 * 1024
LARGEST_STORY: Final = 100 * 1024 * 1024
KINDS: Final = ("container",)


def new_id(prefix: str) -> str:
    """17 digits, as Instagram's ids have."""
    return prefix + str(secrets.randbelow(9 * 10**13) + 10**13)


def create(call: Call) -> Reply:
    """Step 2 of the flow: a container that is fetched and checked in the background."""
    access.account_for(call, "publish", call.params["node"])
    given = errors.values(call)
    caption = str(given.get("caption", ""))
    _check_caption(call, caption)
    tags.at_create(call, caption)
    daily = call.tx.limit("instagram.containers_per_day")
    if not limits.hit(call.tx, f"ig:containers:{call.account_id}", daily, DAY_S).allowed:
        raise errors.refusal(4, "(#4) Too many containers were created in the last 24 hours.")
    kind = str(given.get("media_type") or ("IMAGE" if given.get("image_url") else "")).upper()
    if kind == "CAROUSEL":
        return _carousel(call, given, caption)
    data = _single(given, kind)
    data["marks"] = [fault.kind for fault in call.unit_faults]
    container = new_id("179")
    state = "waiting" if data["resumable"] else "pulling"
    units.create(call, container, "container", state=state, caption=caption, data=data)
    if data["resumable"]:
        units.open_upload(call, container, container, 0, ttl_s=DAY_S)
        version = call.params.get("version", "v25.0")
        return Reply(
            200, {"id": container, "uri": call.url(f"rupload.facebook.com/ig-api-upload/{version}/{container}")}
        )
    if not pulls.allowed(call.sandbox, data["url"]):
        raise errors.refusal(9004, "Only photo or video can be accepted as media type.", 2207052)
    pulls.request(call, container, [data["url"]], broken=tags.marked(call, caption, "fetch_failed") is not None)
    return Reply(200, {"id": container})


def _check_caption(call: Call, caption: str) -> None:
    if len(caption) > CAPTION_LIMIT:
        raise errors.refusal(36004, "The caption was too long.", 2207010)
    if len(audience.HASHTAG.findall(caption)) > call.tx.limit("instagram.hashtags") or caption.count("@") > 20:
        raise errors.invalid("You cannot use more than 30 hashtags or 20 tags in a caption.", 2207040)


def _single(given: dict[str, Any], kind: str) -> dict[str, Any]:
    """Kind, product and source of a container that is not a carousel."""
    child = str(given.get("is_carousel_item", "")).lower() == "true"
    video, image = str(given.get("video_url", "")), str(given.get("image_url", ""))
    resumable = given.get("upload_type") == "resumable"
    allowed = {"IMAGE": not resumable, "REELS": not child, "STORIES": not child, "VIDEO": child}
    if not allowed.get(kind, False):
        raise errors.invalid("The media type is not supported here.", 2207023)
    if kind == "IMAGE" or (kind == "STORIES" and image):
        media, url = "image", image
    else:
        media, url = "video", video
    if not url and not resumable:
        raise errors.invalid(f"The parameter {media}_url is required", 2207023)
    offset = str(given.get("thumb_offset", "0"))
    if not offset.isdigit():
        raise errors.refusal(1, "The thumbnail offset is not valid.", 2207057)
    return {"kind": kind, "media": media, "url": url, "resumable": resumable, "child": child}


def _carousel(call: Call, given: dict[str, Any], caption: str) -> Reply:
    raw = given.get("children", "")
    children = [str(item) for item in raw] if isinstance(raw, list) else [c.strip() for c in str(raw).split(",") if c]
    if not 2 <= len(children) <= 10:
        raise errors.invalid("A carousel needs 2 to 10 items.", 2207028)
    for child in children:
        unit = units.get(call, child, KINDS)
        if unit is None or unit["account_id"] != call.account_id or not units.data(unit)["child"]:
            raise errors.refusal(24, "The requested resource does not exist", 2207006)
    container = new_id("179")
    data = {"kind": "CAROUSEL", "media": "carousel", "children": children, "child": False, "resumable": False}
    units.create(call, container, "container", state="checked", caption=caption, data=data)
    units.change(call.tx, container, ready_at=call.now + call.tx.number("instagram.processing_s"))
    return Reply(200, {"id": container})


def problem_of(kind: str, media: str, probe: Probe, size: int) -> str:
    """Why the platform cannot use a file: a status text with its subcode, or empty."""
    if media == "image":
        if probe.container != "jpeg":
            return "Error: The image format is not supported. 2207005"
        return "Error: The image is too large to download. 2207004" if size > LARGEST_IMAGE else ""
    shortest, longest = (3.0, 60.0) if kind == "STORIES" else (3.0, 900.0)
    largest = LARGEST_STORY if kind == "STORIES" else LARGEST_REEL
    good = probe.container == "mp4" and probe.has_video and shortest <= probe.duration <= longest and size <= largest
    return "" if good and probe.width <= 1920 else "Error: The video format is not supported. 2207026"


def settle(tx: Tx, unit: Row, rows: list[Row]) -> None:
    """The pulled file is there, or could not be fetched."""
    if unit["state"] != "pulling":
        return
    if rows[0]["state"] == "failed":
        units.change(tx, unit["id"], state="checked", ready_at=tx.now, failure="Error: Media download failed. 2207003")
        return
    finish(tx, unit, units.media_of(rows[0], "size"), units.probe_of(rows[0]), [])


def finish(tx: Tx, unit: Row, media: Media, probe: Probe, marks: list[str]) -> None:
    data = units.data(unit)
    asked = {*faults.tags(unit["caption"]), *data["marks"], *marks}
    failure = problem_of(data["kind"], data["media"], probe, media.size)
    if "processing_failed" in asked:
        failure = "Error: Media upload has failed with error code 2207053"
    ready_at = tx.now + tx.number("instagram.processing_s")
    units.change(tx, unit["id"], state="checked", ready_at=ready_at, failure=failure)
    units.set_data(tx, unit["id"], held=media.__dict__)


def status_code(call: Call, unit: Row) -> str:
    if unit["state"] == "published":
        return "PUBLISHED"
    if unit["created_at"] + DAY_S <= call.now:
        return "EXPIRED"
    if unit["state"] != "checked" or unit["ready_at"] > call.now:
        return "IN_PROGRESS"
    if unit["failure"]:
        return "ERROR"
    states = [status_code(call, row) for row in _children(call, unit)]
    if "ERROR" in states or "EXPIRED" in states:
        return "ERROR"
    return "IN_PROGRESS" if "IN_PROGRESS" in states else "FINISHED"


def _children(call: Call, unit: Row) -> list[Row]:
    rows = [units.get(call, child) for child in units.data(unit).get("children", [])]
    return [row for row in rows if row is not None]


def show(call: Call, unit: Row) -> Reply:
    code = status_code(call, unit)
    words = {
        "IN_PROGRESS": "In Progress: Media is still being processed.",
        "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
        "PUBLISHED": "Published: Media has already been published.",
        "EXPIRED": "Expired: Media was not published within 24 hours.",
        "ERROR": unit["failure"] or "Error: A carousel item could not be used. 2207032",
    }
    everything = {
        "id": unit["id"],
        "status_code": code,
        "status": words[code],
        "copyright_check_status": {
            "status": "in_progress" if code == "IN_PROGRESS" else "completed",
            "matches_found": False,
        },
    }
    wanted = {"id", *errors.fields(call)}
    return Reply(200, {name: value for name, value in everything.items() if name in wanted})


def publishing_limit(call: Call) -> Reply:
    access.account_for(call, "publish", call.params["node"])
    config = {"quota_total": call.tx.limit("instagram.posts_per_day"), "quota_duration": DAY_S}
    usage = limits.used(call.tx, _day_key(call.account_id), DAY_S)
    wanted = errors.fields(call, "quota_usage")
    row = {name: value for name, value in (("config", config), ("quota_usage", usage)) if name in wanted}
    return Reply(200, {"data": [row]})


def _day_key(account_id: str) -> str:
    return f"ig:posts:{account_id}"


def publish(call: Call) -> Reply:
    """The commit: the container becomes a live post."""
    access.account_for(call, "publish", call.params["node"])
    creation_id = str(errors.values(call).get("creation_id", ""))
    unit = units.get(call, creation_id, KINDS)
    if unit is None or unit["account_id"] != call.account_id or units.data(unit)["child"]:
        raise errors.refusal(24, "The requested resource does not exist", 2207006)
    _check_state(call, unit)
    cap = call.tx.limit("instagram.posts_per_day")
    if cap and limits.used(call.tx, _day_key(call.account_id), DAY_S) >= cap:
        raise errors.refusal(9, "(#9) You have reached the maximum number of posts for this 24-hour period.", 2207042)
    media = _media(call, unit)
    _refuse_duplicate(call, unit, media)
    tags.at_commit(call, unit["caption"])
    data = units.data(unit)
    media_id = new_id("180")
    product = {"REELS": "REELS", "STORIES": "STORY"}.get(data["kind"], "FEED")
    shown = {"IMAGE": "IMAGE", "CAROUSEL": "CAROUSEL_ALBUM"}.get(data["kind"], "VIDEO")
    details = {"shortcode": secrets.token_urlsafe(8)[:11], "media_type": shown, "product": product}
    draft = Draft("instagram", call.account_id, unit["id"], product.lower(), unit["caption"], call.now, media)
    posts.add(call.tx, media_id, Draft(**{**draft.__dict__, "data": details}))
    units.change(call.tx, unit["id"], state="published", committed_at=call.now, post_id=media_id)
    limits.hit(call.tx, _day_key(call.account_id), 1_000_000, DAY_S)
    return Reply(200, {"id": media_id})


def _check_state(call: Call, unit: Row) -> None:
    code = status_code(call, unit)
    if code == "IN_PROGRESS":
        raise errors.refusal(9007, "Media ID is not available", 2207027)
    if code == "EXPIRED":
        raise errors.refusal(-2, "The media you are trying to publish has expired.", 2207020)
    if code != "FINISHED":
        raise errors.refusal(24, "The media builder does not exist or was used already.", 2207008)


def _media(call: Call, unit: Row) -> Media:
    data = units.data(unit)
    if data["kind"] != "CAROUSEL":
        return Media(**data["held"])
    return Media.joined([Media(**loads(row["data"])["held"]) for row in _children(call, unit)])


def _refuse_duplicate(call: Call, unit: Row, media: Media) -> None:
    window = call.tx.number("instagram.refuse_duplicates_s")
    key = posts.content_key(unit["caption"], media)
    earlier = posts.duplicate_of(call.tx, call.account_id, key, window) if window > 0 else None
    if earlier is not None:
        posts.note_refused_duplicate(call.tx, earlier)
        raise errors.refusal(4, "We restrict certain activity to protect our community.", 2207051)


def _upload_problem(text: str) -> Refusal:
    body = {"debug_info": {"retriable": False, "type": "ProcessingFailedError", "message": text}}
    return Refusal(Reply(400, body))


def upload_gate(call: Call) -> Spool:
    """Resumable upload: the whole body, or the rest from `offset` on."""
    _, upload = _upload(call)
    offset, size = call.headers.get("offset", "0"), call.headers.get("file_size", "")
    if call.headers.get("file_url"):
        return Spool(call.sandbox.spooler.path(upload["id"]), 0, 0, -1)
    if not offset.isdigit() or not size.isdigit() or int(offset) != upload["received"]:
        raise _upload_problem(f"offset must be {upload['received']} and file_size given")
    return Spool(call.sandbox.spooler.path(upload["id"]), int(offset), int(size) - int(offset), int(size))


def _upload(call: Call) -> tuple[Row, Row]:
    unit, upload = units.get(call, call.params["container"], KINDS), units.get_upload(call, call.params["container"])
    if unit is None or upload is None:
        raise _upload_problem("No such container")
    found = errors.session(call, token_platform=_token_platform(call))
    if found.account_id != unit["account_id"] and unit["grant_id"] != found.grant_id:
        raise _upload_problem("The token does not belong to the container")
    call.account_id, call.grant_id = unit["account_id"], unit["grant_id"]
    if unit["state"] != "waiting":
        raise _upload_problem("The container was uploaded already")
    return unit, upload


def _token_platform(call: Call) -> str:
    return "instagram" if call.bearer.startswith("IGAA") else errors.SHARED_APP


def upload_put(call: Call) -> Reply:
    unit, upload = _upload(call)
    url = call.headers.get("file_url", "")
    if url:
        units.change(call.tx, unit["id"], state="pulling")
        pulls.request(call, unit["id"], [url])
        return Reply(200, {"success": True, "message": "Upload successful."})
    if call.arrived is None or call.arrived.sealed is None:
        raise _upload_problem("The body is shorter than file_size")
    sealed = call.arrived.sealed
    units.seal_upload(call, upload, sealed)
    marks = [fault.kind for fault in call.unit_faults]
    finish(call.tx, unit, units.media_of_sealed(sealed), sealed.probe, marks)
    return Reply(200, {"success": True, "message": "Upload successful."})


def upload_partial(call: Call, size: int) -> None:
    """A broken transfer: what came stays, the next one continues at its offset."""
    _, upload = _upload(call)
    units.advance_upload(call, upload, upload["received"] + size)
