"""When to post, and what: slots per platform and a calendar with a theme for each week."""

from datetime import date, timedelta

from core.formatting import counted
from platforms import PLATFORMS
from strategies import knowledge
from strategies.offline.ideas import rotated
from strategies.schema import (
    WEEKDAYS,
    CalendarItem,
    Evidence,
    Hook,
    PlatformSchedule,
    PostingSchedule,
    Slot,
    StrategyRequest,
    Theme,
)


def _slots(platform: str, count: int) -> tuple[list[Slot], Evidence | None]:
    known = PLATFORMS[platform].advice.times
    rows = [Slot(weekday=day, time=time, basis="benchmark") for day, time in known.slots] if known else []
    tests = [Slot(**row, basis="template") for row in knowledge.benchmarks()["test_slots"]]
    taken = {row.weekday for row in rows}
    rows += [row for row in tests if row.weekday not in taken]
    if count > len(rows):
        rows += [Slot(weekday=row.weekday, time="13:00", basis="template") for row in tests]
        rows += [Slot(weekday=row.weekday, time="21:00", basis="template") for row in tests]
    chosen = sorted(rows[:count], key=lambda slot: (WEEKDAYS.index(slot.weekday), slot.time))
    proof = (
        Evidence(
            basis="benchmark",
            sentence=f"Morning slots on weekdays for {PLATFORMS[platform].label}: a benchmark, not your data",
            source=f"{known.source} ({known.as_of})",
        )
        if known
        else None
    )
    return chosen, proof


def schedule(request: StrategyRequest) -> PostingSchedule:
    """Posts a week and slots for each platform."""
    rows = []
    for platform in request.platforms:
        entry = PLATFORMS[platform].advice.posts_per_week
        count = request.posts_per_week or int(entry.value)
        slots, times = _slots(platform, count)
        evidence = [times] if times else []
        if request.posts_per_week:
            asked = f"{counted(count, 'post')} a week, as you asked"
            evidence.append(Evidence(basis="written", sentence=asked, value=float(count)))
        elif entry.source:
            evidence.append(
                Evidence(
                    basis="benchmark",
                    sentence=f"{counted(count, 'post')} a week",
                    value=float(count),
                    source=f"{entry.source} ({entry.as_of})",
                )
            )
        else:
            sentence = f"{counted(count, 'post')} a week: a start that can be kept up, no benchmark"
            evidence.append(Evidence(basis="template", sentence=sentence, value=float(count)))
        rows.append(PlatformSchedule(platform=platform, posts_per_week=count, slots=slots, evidence=evidence))
    return PostingSchedule(
        timezone=request.timezone,
        platforms=rows,
        note=(
            "Times marked as benchmark come from published studies; the others spread your posts over the week so that "
            "your own numbers can show which hours work. Best times appear under Analytics once there is enough data."
        ),
    )


def calendar(
    request: StrategyRequest, posting: PostingSchedule, themes: list[Theme], hooks: list[Hook]
) -> list[CalendarItem]:
    """One item per slot and week, in order of time; themes change weekly, hooks and source videos take turns."""
    items: list[CalendarItem] = []
    sources = [video.video_id for video in request.videos]
    for week in range(request.weeks):
        theme = themes[week % len(themes)]
        for row in posting.platforms:
            items += [
                CalendarItem(
                    on=_day(request.start_on, week, slot),
                    time=slot.time,
                    platform=row.platform,
                    title=theme.name,
                    theme=theme.name,
                    hook="",
                )
                for slot in row.slots
            ]
    items.sort(key=lambda item: (item.on, item.time, item.platform))
    openings = rotated([hook.text for hook in hooks], request.variation)
    for index, item in enumerate(items):
        opening = openings[index % len(openings)] if openings else ""
        item.hook = opening
        item.title = f"{item.theme}: {opening}"[:200] if opening else item.theme
        item.based_on_video_id = sources[index % len(sources)] if sources else ""
    return items[:400]


def _day(start: date, week: int, slot: Slot) -> date:
    offset = (WEEKDAYS.index(slot.weekday) - start.weekday()) % 7
    return start + timedelta(days=offset + 7 * week)
