"""A strategy as blocks: its sections, to export and to compare."""

from typing import Any

from documents.export import OFFLINE_LABEL, Block, Bullets, Heading, Paragraph, Table
from platforms import PLATFORMS
from strategies.offline.compare import clock
from strategies.schema import SECTIONS, Evidence, StrategyContent


def evidence_line(evidence: Evidence) -> str:
    """Evidence in words: what, where in the video, from whom."""
    where = f", see {clock(evidence.time_s)}" if evidence.time_s is not None else ""
    source = f" ({evidence.source})" if evidence.source else ""
    return f"{evidence.sentence}{where}{source}"


def _names(platforms: list[str]) -> str:
    return ", ".join(PLATFORMS[platform].label for platform in platforms)


def _recommendations(content: StrategyContent) -> list[Block]:
    blocks: list[Block] = []
    for item in content.recommendations:
        blocks += [Heading(item.title, 3), Paragraph(item.text)]
        if item.evidence:
            blocks.append(Bullets([f"{evidence.basis}: {evidence_line(evidence)}" for evidence in item.evidence]))
    return blocks


def _posting_schedule(content: StrategyContent) -> list[Block]:
    schedule = content.posting_schedule
    rows = [
        (
            PLATFORMS[row.platform].label,
            str(row.posts_per_week),
            ", ".join(f"{slot.weekday[:3].capitalize()} {slot.time}" for slot in row.slots),
            "; ".join(evidence_line(evidence) for evidence in row.evidence),
        )
        for row in schedule.platforms
    ]
    table = Table(("Platform", "Posts a week", "Times", "Why"), rows, (16, 12, 34, 38))
    return [Paragraph(f"Times are in {schedule.timezone}. {schedule.note}"), table]


def _hashtag_strategy(content: StrategyContent) -> list[Block]:
    plan = content.hashtag_strategy
    rows = [f"{PLATFORMS[row.platform].label}: {' '.join(row.hashtags)}" for row in plan.sets]
    return [Paragraph(f"On every post: {' '.join(plan.core)}"), Bullets(rows), Paragraph(plan.note, muted=True)]


def _pillars(content: StrategyContent) -> list[Block]:
    return [Bullets([f"{row.name} ({row.share_pct} %): {row.description}" for row in content.pillars])]


def _themes(content: StrategyContent) -> list[Block]:
    return [Bullets([f"{row.name} ({row.pillar}): {row.description}" for row in content.themes])]


def _hooks(content: StrategyContent) -> list[Block]:
    return [Bullets([f"{row.text} ({row.kind}, up to {row.seconds:g} s)" for row in content.hooks])]


def _calendar(content: StrategyContent) -> list[Block]:
    rows = [
        (item.on.strftime("%a %d %b %Y"), item.time, PLATFORMS[item.platform].label, item.theme, item.hook)
        for item in content.calendar
    ]
    return [Table(("Day", "Time", "Platform", "Theme", "Hook"), rows, (18, 9, 13, 22, 38))] if rows else []


def _measures(content: StrategyContent) -> list[Block]:
    return [Bullets([f"{row.goal.replace('_', ' ')}: {row.metric}. {row.text}" for row in content.measures])]


_BLOCKS: dict[str, Any] = {
    "summary": lambda content: [Paragraph(content.summary)],
    "recommendations": _recommendations,
    "posting_schedule": _posting_schedule,
    "hashtag_strategy": _hashtag_strategy,
    "pillars": _pillars,
    "themes": _themes,
    "hooks": _hooks,
    "calendar": _calendar,
    "measures": _measures,
    "limitations": lambda content: [Bullets(content.limitations)],
}


def blocks(content: StrategyContent, *, offline: bool, version: int) -> list[Block]:
    """The whole document."""
    found: list[Block] = [Heading(content.title, 1), Paragraph(f"Version {version}", muted=True)]
    if offline:
        found.append(Paragraph(OFFLINE_LABEL, muted=True))
    for key, label in SECTIONS.items():
        found += [Heading(label), *_BLOCKS[key](content)]
    return found


def section_text(content: StrategyContent, key: str) -> str:
    """One section as plain words, for comparing versions."""
    words: list[str] = []
    for block in _BLOCKS[key](content):
        if isinstance(block, Heading | Paragraph):
            words.append(block.text)
        elif isinstance(block, Bullets):
            words += block.items
        else:
            words += [" ".join(row) for row in block.rows]
    return "\n".join(words)
