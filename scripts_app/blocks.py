"""A script as blocks: the two-column table, to export."""

from documents.export import OFFLINE_LABEL, Block, Bullets, Heading, Paragraph, Table
from platforms import PLATFORMS
from scripts_app.schema import ScriptContent
from strategies.offline.compare import clock


def blocks(content: ScriptContent, *, platform: str, offline: bool, version: int) -> list[Block]:
    """The whole document."""
    facts = f"{PLATFORMS[platform].label}, {content.duration:g} s, {content.words} spoken words, version {version}"
    rows = [
        (f"{clock(row.start_time)}–{clock(row.end_time)}", row.role.value, row.audio, row.visual, row.text_overlay)
        for row in content.segments
    ]
    found: list[Block] = [Heading(content.title, 1), Paragraph(facts, muted=True)]
    if offline:
        found.append(Paragraph(OFFLINE_LABEL, muted=True))
    found.append(Table(("Time", "Part", "Said", "Shown", "On screen"), rows, (15, 9, 30, 28, 18)))
    if content.music:
        found += [Heading("Music"), Paragraph(content.music)]
    if content.reasons:
        found += [Heading("Why it is built this way"), Bullets([reason.sentence for reason in content.reasons])]
    if content.notes:
        found += [Heading("Notes"), Bullets(content.notes)]
    return found
