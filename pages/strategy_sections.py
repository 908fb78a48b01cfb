"""Sections of a strategy as forms: drawing a section's rows as fields, and reading them back.

Evidence and other things that people do not type stay as they are in the stored content.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from platforms import first_choice
from strategies.schema import SECTIONS, WEEKDAYS

_MOST_ROWS = 400


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a row: `kind` is text, area, number, date, time or a list of words."""

    name: str
    label: str
    kind: str = "text"
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Input:
    """A field with its place in the form and its value."""

    field: Field
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of inputs; `is_new` is the empty one at the end."""

    legend: str
    inputs: list[Input]
    remove: str = ""
    is_new: bool = False


ROWS: Final[dict[str, tuple[Field, ...]]] = {
    "recommendations": (Field("title", "Title"), Field("text", "Text", "area", 2_000)),
    "pillars": (
        Field("name", "Name"),
        Field("share_pct", "Share (%)", "number"),
        Field("description", "Description", "area", 2_000),
    ),
    "themes": (Field("name", "Name"), Field("pillar", "Pillar"), Field("description", "Description", "area", 2_000)),
    "hooks": (Field("text", "Opening line"), Field("kind", "Kind"), Field("seconds", "Seconds", "number")),
    "calendar": (
        Field("on", "Day", "date"),
        Field("time", "Time", "time"),
        Field("title", "Title"),
        Field("hook", "Hook"),
    ),
    "measures": (Field("goal", "Goal"), Field("metric", "Metric"), Field("text", "How", "area", 2_000)),
}
_LINES: Final = {"summary": "Summary", "limitations": "One per line"}
_ALSO: Final = {"posting_schedule": "note", "hashtag_strategy": "note"}


def rows(key: str, content: Mapping[str, Any], typed: Mapping[str, str] | None = None) -> list[Row]:
    """A section's inputs; `typed` keeps what was entered when it could not be saved."""
    value = content[key]
    if key in _LINES:
        text = value if key == "summary" else "\n".join(value)
        return [Row("", [_input(Field("text", _LINES[key], "area", 6_000), f"{key}-text", text, typed)])]
    if key in _ALSO:
        return _platform_rows(key, value, typed)
    fields = ROWS[key]
    found = [
        Row(
            f"{SECTIONS[key]} {index + 1}",
            [_input(field, f"{key}-{index}-{field.name}", item.get(field.name, ""), typed) for field in fields],
            f"{key}-{index}-remove",
        )
        for index, item in enumerate(value)
    ]
    blank = [_input(field, f"{key}-new-{field.name}", "", typed) for field in fields]
    return [*found, Row("Add one", blank, is_new=True)]


def _input(field: Field, name: str, value: Any, typed: Mapping[str, str] | None) -> Input:
    return Input(field, name, typed.get(name, str(value)) if typed is not None else str(value))


def _platform_rows(key: str, value: Mapping[str, Any], typed: Mapping[str, str] | None) -> list[Row]:
    if key == "posting_schedule":
        often = Field("posts_per_week", "Posts a week", "number")
        when = Field("slots", "Times, like mon 18:00, thu 12:30", limit=400)
        found = [
            Row(
                row["platform"],
                [
                    _input(often, f"{key}-{index}-posts", row["posts_per_week"], typed),
                    _input(when, f"{key}-{index}-slots", slots_text(row), typed),
                ],
            )
            for index, row in enumerate(value["platforms"])
        ]
    else:
        words = Field("hashtags", "Hashtags", limit=600)
        found = [Row("every post", [_input(words, f"{key}-core", " ".join(value["core"]), typed)])]
        found += [
            Row(row["platform"], [_input(words, f"{key}-{index}-tags", " ".join(row["hashtags"]), typed)])
            for index, row in enumerate(value["sets"])
        ]
    note = Field("note", "Note", "area", 2_000)
    return [*found, Row("", [_input(note, f"{key}-note", value["note"], typed)])]


def slots_text(row: Mapping[str, Any]) -> str:
    """`mon 18:00, thu 12:30`."""
    return ", ".join(f"{slot['weekday'][:3]} {slot['time']}" for slot in row["slots"])


def read(key: str, content: Mapping[str, Any], data: Mapping[str, str]) -> Any:
    """The section as the form says it. Values are judged by the service."""
    value = content[key]
    if key == "summary":
        return data.get("summary-text", "")
    if key == "limitations":
        return [line.strip() for line in data.get("limitations-text", "").splitlines() if line.strip()]
    if key == "posting_schedule":
        return _read_schedule(value, data)
    if key == "hashtag_strategy":
        return _read_hashtags(value, data)
    found = []
    for index, item in enumerate(value):
        if data.get(f"{key}-{index}-remove"):
            continue
        typed = {field.name: data.get(f"{key}-{index}-{field.name}", "") for field in ROWS[key]}
        found.append({**item, **typed})
    new = {field.name: data.get(f"{key}-new-{field.name}", "").strip() for field in ROWS[key]}
    if any(new.values()):
        found.append({**_new_row(key, content), **{name: text for name, text in new.items() if text}})
    return found[:_MOST_ROWS]


def _new_row(key: str, content: Mapping[str, Any]) -> dict[str, Any]:
    platforms = [row["platform"] for row in content["posting_schedule"]["platforms"]]
    themes = content["themes"]
    defaults: dict[str, dict[str, Any]] = {
        "recommendations": {"key": "own", "basis": "written", "platforms": platforms, "evidence": []},
        "pillars": {"share_pct": 0},
        "themes": {"pillar": content["pillars"][0]["name"] if content["pillars"] else "Own"},
        "hooks": {"kind": "own", "seconds": 3, "evidence": []},
        "calendar": {
            "time": "12:00",
            "platform": platforms[0] if platforms else first_choice(),
            "theme": themes[0]["name"] if themes else "Own",
            "hook": "",
            "based_on_video_id": "",
        },
        "measures": {},
    }
    return defaults[key]


def _read_schedule(value: Mapping[str, Any], data: Mapping[str, str]) -> dict[str, Any]:
    platforms = []
    for index, row in enumerate(value["platforms"]):
        text = data.get(f"posting_schedule-{index}-slots", "")
        known = {(slot["weekday"], slot["time"]): slot["basis"] for slot in row["slots"]}
        slots = [_slot(part, known) for part in text.split(",") if part.strip()]
        platforms.append({**row, "posts_per_week": data.get(f"posting_schedule-{index}-posts", ""), "slots": slots})
    return {**value, "platforms": platforms, "note": data.get("posting_schedule-note", "")}


def _slot(text: str, known: Mapping[tuple[str, str], str]) -> dict[str, str]:
    words = text.lower().split()
    day = next((name for name in WEEKDAYS if len(words[0]) >= 3 and name.startswith(words[0])), words[0])
    time = words[1] if len(words) > 1 else ""
    time = time if len(time) != 4 else f"0{time}"
    return {"weekday": day, "time": time, "basis": known.get((day, time), "written")}


def _read_hashtags(value: Mapping[str, Any], data: Mapping[str, str]) -> dict[str, Any]:
    def tags(name: str) -> list[str]:
        words = data.get(name, "").replace(",", " ").split()
        return [word if word.startswith("#") else f"#{word}" for word in words]

    sets = [{**row, "hashtags": tags(f"hashtag_strategy-{index}-tags")} for index, row in enumerate(value["sets"])]
    return {"core": tags("hashtag_strategy-core"), "sets": sets, "note": data.get("hashtag_strategy-note", "")}
