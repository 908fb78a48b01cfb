"""What the control API changes. Bodies may be JSON or, from the page, a form."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from sandbox import faults, seeds
from sandbox.http import Call, Refusal, Reply
from sandbox.platforms import PLATFORMS
from sandbox.platforms.tiktok import transfer
from sandbox.settings import DEFAULTS
from sandbox.starting import Sample, Value


def problem(text: str, status: int = 400) -> Refusal:
    return Refusal(Reply(status, {"error": text}))


def values(call: Call) -> dict[str, Any]:
    """The body's fields; empty form fields count as not given."""
    if call.form:
        return {name: value for name, value in call.form.items() if value != ""}
    return call.object()


def _number(given: dict[str, Any], name: str, default: float | None = None) -> float | None:
    value = given.get(name, default)
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise problem(f"{name} must be a number.") from None


def add_fault(call: Call) -> Reply:
    """Only `kind` is required: `{platform, step, kind, probability, seed, times, retry_after, seconds, status}`."""
    given = values(call)
    kind, platform = str(given.get("kind", "")), str(given.get("platform", "*"))
    if kind not in faults.KINDS:
        raise problem(f"kind must be one of: {', '.join(faults.KINDS)}.")
    if platform not in {*PLATFORMS, "*"}:
        raise problem(f"platform must be one of: *, {', '.join(PLATFORMS)}.")
    probability = _number(given, "probability", 1.0)
    times = _number(given, "times")
    if probability is None or not 0 <= probability <= 1 or (times is not None and times < 1):
        raise problem("probability must be between 0 and 1, times at least 1.")
    status = _number(given, "status", 500)
    row = {
        "platform": platform,
        "step": str(given.get("step", "*")),
        "kind": kind,
        "probability": probability,
        "seed": int(_number(given, "seed", 0) or 0),
        "remaining": None if times is None else int(times),
        "retry_after": _number(given, "retry_after"),
        "seconds": _number(given, "seconds"),
        "status": int(status or 500),
        "created_at": call.now,
    }
    if not 500 <= int(status or 500) <= 599:
        raise problem("status must be a 5xx code.")
    call.tx.insert("faults", row)
    return Reply(201, {"id": call.tx.count("SELECT MAX(id) FROM faults"), **row})


def list_faults(call: Call) -> Reply:
    return Reply(200, {"kinds": faults.KINDS, "faults": fault_rows(call)})


def fault_rows(call: Call) -> list[dict[str, Any]]:
    return [dict(row) for row in call.tx.all("SELECT * FROM faults ORDER BY id")]


def remove_fault(call: Call) -> Reply:
    if not call.tx.run("DELETE FROM faults WHERE id = ?", call.params["fault_id"]):
        raise problem("No such fault.", 404)
    return Reply(204)


def remove_faults(call: Call) -> Reply:
    return Reply(200, {"removed": call.tx.run("DELETE FROM faults")})


def advance(call: Call) -> Reply:
    """Move the clock forward. Nothing moves it back."""
    seconds = _number(values(call), "seconds")
    if seconds is None or seconds < 0:
        raise problem("seconds must be a number of 0 or more.")
    call.tx.set("clock.offset_s", call.tx.number("clock.offset_s") + seconds)
    return Reply(200, {"now": call.now + seconds, "offset_s": call.tx.number("clock.offset_s")})


def change_settings(call: Call) -> Reply:
    for name, value in values(call).items():
        if name not in DEFAULTS or name == "clock.offset_s":
            raise problem(f"Unknown setting: {name}.")
        call.tx.set(name, _typed(name, value))
    return Reply(200, all_settings(call))


def _typed(name: str, value: Any) -> Value:
    default = DEFAULTS[name]
    if isinstance(default, bool):
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true", "on", "yes"}
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise problem(f"{name} must be a number.") from None
    return int(number) if isinstance(default, int) and number.is_integer() else number


def all_settings(call: Call) -> dict[str, Value]:
    return {name: call.tx.setting(name) for name in DEFAULTS}


def reset(call: Call) -> Reply:
    """Forget everything, also grants and the clock's offset; `keep_accounts` keeps connections and settings."""
    keep = {"accounts", "codes", "grants", "tokens", "settings"} if values(call).get("keep_accounts") else set()
    tables = [name for name in RESET_TABLES if name not in keep]
    call.sandbox.store.clear(call.tx, tables)
    call.after_commit.append(partial(call.sandbox.spooler.sweep, 0.0))
    seeds.plant(call.tx)
    return Reply(200, {"cleared": tables})


RESET_TABLES = (
    "posts", "units", "uploads", "pulls", "refused_duplicates", "hits", "spent", "faults", "tags_fired", "calls",
    "call_counts", "codes", "tokens", "grants", "accounts", "settings",
)  # fmt: skip


def add_account(call: Call) -> Reply:
    """One more sample account: `{platform, handle, name, followers, timezone, kind}`."""
    given = values(call)
    platform, name = str(given.get("platform", "")), str(given.get("name", ""))
    kinds = {each.name: each.samples[0].kind for each in PLATFORMS.values()}
    if platform not in kinds or not name:
        raise problem(f"platform (one of {', '.join(sorted(kinds))}) and name are required.")
    account_id = str(given.get("id", "")) or f"{platform}-{secrets.token_hex(6)}"
    if call.tx.one("SELECT 1 FROM accounts WHERE id = ?", account_id) is not None:
        raise problem("An account with this id exists already.", 409)
    sample = Sample(
        account_id,
        str(given.get("kind", kinds[platform])),
        str(given.get("handle", name.lower().replace(" ", "."))),
        name,
        int(_number(given, "followers", 1000) or 0),
        str(given.get("timezone", "Europe/Berlin")),
        str(given.get("owner_id", "")),
        given["data"] if isinstance(given.get("data"), dict) else {},
    )
    seeds.add(call.tx, platform, sample, 1000 + call.tx.count("SELECT COUNT(*) FROM accounts"))
    return Reply(201, {"id": account_id})


def tokens(call: Call) -> Reply:
    """End an account's tokens: `{account_id, action: "expire" | "revoke"}`."""
    given = values(call)
    account_id, action = str(given.get("account_id", "")), given.get("action")
    if action == "expire":
        sql = (
            "UPDATE tokens SET expires_at = ? WHERE kind <> 'refresh'"
            " AND grant_id IN (SELECT id FROM grants WHERE account_id = ? AND revoked_at IS NULL)"
        )
    elif action == "revoke":
        sql = "UPDATE grants SET revoked_at = ? WHERE account_id = ? AND revoked_at IS NULL"
    else:
        raise problem("action must be expire or revoke.")
    return Reply(200, {"changed": call.tx.run(sql, call.now, account_id)})


def post_from_inbox(call: Call) -> Reply:
    """The person posts a TikTok draft from the inbox."""
    unit = call.tx.one("SELECT * FROM units WHERE id = ? AND kind = 'inbox'", call.params["publish_id"])
    ready = unit is not None and unit["state"] == "done" and not unit["failure"] and unit["post_id"] is None
    if unit is None or not ready or unit["ready_at"] > call.now:
        raise problem("No draft with this publish id waits in an inbox.", 404)
    return Reply(200, {"post_id": transfer.post_from_inbox(call.tx, unit)})


def delete_post(call: Call) -> Reply:
    """The person deletes a post on the platform."""
    changed = call.tx.run(
        "UPDATE posts SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", call.now, call.params["post_id"]
    )
    if not changed:
        raise problem("No such post.", 404)
    return Reply(204)
