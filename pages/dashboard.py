"""The dashboard: what happened, what is next, what needs the person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from analytics.selectors import dashboard as numbers
from analytics.selectors.totals import period
from core import clock
from core.actor import Actor
from flows.selectors import first_steps
from pages import work_in_progress
from pages.access import SignedIn, signed_in
from publishing import selectors as publishing
from publishing.posts import attention
from videos import selectors as videos

SCHEDULE_DAYS, VIDEOS = 7, 6


@dataclass(frozen=True, slots=True)
class Planned:
    """One account's share of a post, as a line of the schedule."""

    post_id: UUID
    platform: str
    at: datetime
    words: str

    @property
    def url(self) -> str:
        return reverse("post_detail", args=[self.post_id])


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the posting schedule."""

    on: date
    planned: list[Planned]


@dataclass(frozen=True, slots=True)
class ChecklistStep:
    """A line of a newcomer's checklist."""

    label: str
    url_name: str
    done: bool


def schedule(actor: Actor, zone: ZoneInfo) -> list[Day]:
    """The next seven days with what goes out on each; days without anything stay in the list."""
    first = clock.now().astimezone(zone).date()
    start = datetime.combine(first, datetime.min.time(), zone)
    rows = publishing.planned(actor, start=start, end=start + timedelta(days=SCHEDULE_DAYS))
    days: dict[date, list[Planned]] = {first + timedelta(days=offset): [] for offset in range(SCHEDULE_DAYS)}
    for post_id, platform, due_at, text in rows:
        if (on := due_at.astimezone(zone).date()) in days:
            days[on].append(Planned(post_id, platform, due_at, text if len(text) <= 40 else f"{text[:39]}…"))
    return [Day(on, planned) for on, planned in days.items()]


def checklist(actor: Actor) -> list[ChecklistStep]:
    """The way from sign-up to the first post."""
    found = first_steps(actor)
    return [
        ChecklistStep("Upload a video", "video_upload", found.has_video),
        ChecklistStep("Connect an account", "connections", found.has_account),
        ChecklistStep("Ask for a strategy", "strategies", found.has_strategy),
        ChecklistStep("Publish or schedule a post", "compose", found.has_post),
    ]


@signed_in
def dashboard(request: SignedIn) -> HttpResponse:
    """All cards of one workspace; each list is bounded."""
    actor = request.actor
    zone = request.preferences.timezone
    found = numbers.dashboard(actor.workspace_id, period(None, None, zone=zone), top=0)
    days = schedule(actor, ZoneInfo(zone))
    context = {
        "numbers": found,
        "days": days,
        "planned": len({one.post_id for day in days for one in day.planned}),
        "reasons": attention.reasons(actor),
        "running": work_in_progress.running(actor),
        "checklist": checklist(actor) if found.now.posts == 0 else [],
    }
    return render(request, "dashboard/dashboard.html", context)


@signed_in
def lists(request: SignedIn) -> HttpResponse:
    """The newest videos and the best posts, loaded by themselves."""
    asked = period(None, None, zone=request.preferences.timezone)
    context = {
        "videos": videos.newest(request.actor, VIDEOS),
        "top": numbers.top_posts(request.actor.workspace_id, asked),
    }
    return render(request, "dashboard/_lists.html", context)


urlpatterns = [
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/_lists/", lists, name="dashboard_lists"),
]
