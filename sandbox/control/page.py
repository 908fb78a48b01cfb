"""The control page: the clock, faults, accounts with their counts, the latest posts and calls. Plain forms only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from typing import Any

from sandbox import faults, html
from sandbox.control import actions, counts
from sandbox.http import Call, Reply
from sandbox.platforms import PLATFORMS

DASH = "–"


def _table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]], empty: str) -> str:
    """Cells are HTML already."""
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return f"<p>{escape(empty)}</p>"
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _options(values: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in values)


def _field(name: str, label: str, kind: str = "text", value: str = "", extra: str = "") -> str:
    return f'<label>{escape(label)}<input type="{kind}" name="{name}" value="{escape(value)}" {extra}></label>'


def _button(root: str, path: str, text: str, name: str = "go", value: str = "1", look: str = "quiet") -> str:
    return (
        f'<form method="post" action="{root}/_control/{path}">'
        f'<button type="submit" class="{look}" name="{escape(name)}" value="{escape(value)}">{escape(text)}</button>'
        "</form>"
    )


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _clock(call: Call, root: str) -> str:
    steps = ((60, "+1 min"), (3600, "+1 h"), (6 * 3600, "+6 h"), (86_400, "+1 day"), (7 * 86_400, "+7 days"))
    buttons = "".join(_button(root, "clock/advance", text, "seconds", str(value)) for value, text in steps)
    offset = call.tx.number("clock.offset_s")
    return (
        f"<section><h2>Clock</h2><p><strong>{_time(call.now)}</strong> UTC, {offset / 3600:.2f} h ahead.</p>"
        f'<div class="row">{buttons}</div></section>'
    )


def _faults(call: Call, root: str) -> str:
    kinds = _options((kind, f"{kind.replace('_', ' ')}: {text}") for kind, text in faults.KINDS.items())
    platforms = _options([("*", "all platforms"), *((name, name) for name in PLATFORMS)])
    form = (
        f'<form method="post" action="{root}/_control/faults" class="grid">'
        f'<label>Kind<select name="kind">{kinds}</select></label>'
        f'<label>Platform<select name="platform">{platforms}</select></label>'
        + _field("step", "Step (pattern)", value="*")
        + _field("probability", "Probability", "number", "1", 'min="0" max="1" step="any"')
        + _field("times", "Calls (empty: no end)", "number", "", 'min="1"')
        + _field("seed", "Seed", "number", "0")
        + _field("retry_after", "Retry-After, s", "number", "", 'min="0"')
        + _field("seconds", "Hold, s", "number", "", 'min="0"')
        + '<button type="submit">Add fault</button></form>'
    )
    rows = [
        (
            escape(f"{row['kind']} · {row['platform']} · {row['step']}"),
            f"{row['probability']:g}",
            DASH if row["remaining"] is None else str(row["remaining"]),
            f"{row['hit']} of {row['seen']}",
            _button(root, f"faults/{row['id']}/remove", "Remove"),
        )
        for row in actions.fault_rows(call)
    ]
    head = ("Fault", "Probability", "Calls left", "Hit", "")
    return f"<section><h2>Faults</h2>{form}{_table('Faults set', head, rows, 'No faults set.')}</section>"


def _accounts(call: Call) -> str:
    """Accounts where something happened; the idle ones folded away."""
    names = ("grants", "live", "pending", "failed", "duplicates", "refused_duplicates")
    head = ("Platform", "Account", "Grants", "Live", "Pending", "Failed", "Duplicates", "Refused duplicates")
    busy: list[list[str]] = []
    idle: list[list[str]] = []
    for row in counts.accounts(call.tx):
        cells = [escape(row["platform"]), f"{escape(row['name'])}<br><code>{escape(row['id'])}</code>"]
        cells += [str(row[name]) for name in names]
        (busy if any(row[name] for name in names) else idle).append(cells)
    used = _table("Accounts in use", head, busy, "No account is connected yet.")
    rest = _table("Idle sample accounts", head[:2], [cells[:2] for cells in idle], "None.")
    folded = f"<details><summary>{len(idle)} idle sample accounts</summary>{rest}</details>"
    return f"<section><h2>Accounts</h2>{used}{folded}</section>"


def _post(row: dict[str, Any]) -> tuple[str, ...]:
    seen = row["numbers"]
    media = f"{row['media_size']:,} B, {row['duration']:g} s, {row['width']}×{row['height']}"
    state = "live" if row["live"] else ("gone" if row["deleted_at"] else "pending")
    return (
        escape(row["platform"]),
        f"{escape(row['caption'][:90] or DASH)}<br><code>{escape(row['id'])}</code>",
        f"{state}, {escape(row['visibility'])}",
        escape(media),
        f"<code>{escape(row['media_sha256'][:12])}</code>",
        f"{seen['views']:,}",
        f"{seen['likes']:,}",
        _time(row["live_at"]),
    )


def _posts(call: Call) -> str:
    head = ("Platform", "Post", "State", "Media", "SHA-256", "Views", "Likes", "Live at (UTC)")
    rows = [_post(row) for row in counts.held(call.tx, {}, 25, 0)]
    return f"<section><h2>Posts received</h2>{_table('Latest 25 posts', head, rows, 'Nothing received yet.')}</section>"


def _calls(call: Call) -> str:
    head = ("Time (UTC)", "Platform", "Step", "Answer", "Fault", "Account")
    rows = [
        (
            _time(row["at"]),
            escape(row["platform"]),
            f"{escape(row['step'])}<br><small>{escape(row['note'])}</small>",
            str(row["status"] or "none"),
            escape(row["fault"] or DASH),
            escape(row["account_id"] or DASH),
        )
        for row in counts.calls(call.tx, {}, 40)
    ]
    return f"<section><h2>Calls</h2>{_table('Latest 40 calls', head, rows, 'No calls yet.')}</section>"


def _settings(call: Call, root: str) -> str:
    fields = "".join(
        _field(name, name, value=str(value))
        for name, value in actions.all_settings(call).items()
        if name[:6] != "clock."
    )
    return (
        "<section><details><summary>Settings</summary>"
        f'<form method="post" action="{root}/_control/settings" class="grid">{fields}'
        f'<button type="submit">Save settings</button></form></details></section>'
    )


def show(call: Call) -> Reply:
    root = html.base_path(call)
    sums = counts.totals(call.tx)
    facts = "".join(
        f"<div><dt>{escape(name.replace('_', ' '))}</dt><dd>{value:,}</dd></div>" for name, value in sums.items()
    )
    body = (
        '<main class="wide"><p class="banner">Sandbox: imitated platforms. Nothing leaves this machine.</p>'
        f'<h1>Sandbox control</h1><p><a href="{root}/_control/">Refresh</a></p><dl class="facts">{facts}</dl>'
        + _clock(call, root)
        + _faults(call, root)
        + _posts(call)
        + _accounts(call)
        + _calls(call)
        + _settings(call, root)
        + f'<section><h2>Start over</h2><div class="row">{_button(root, "faults/clear", "Remove all faults")}'
        + _button(root, "reset", "Forget posts, keep connections", "keep_accounts", "1")
        + _button(root, "reset", "Forget everything", look="danger")
        + "</div></section></main>"
    )
    return html.page(call, "Sandbox control", body)
