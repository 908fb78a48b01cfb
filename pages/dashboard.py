"""The dashboard: what happened, what is next, what needs the person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from accounts.models import Workspace
from analytics.selectors import dashboard as numbers
from analytics.selectors.totals import period
from core import clock
from core.actor import Actor
from pages import attention, work_in_progress
from pages.access import SignedIn, signed_in
from publishing.models import AccountStatus, PostTarget, SocialAccount
from publishing.states import TargetState
from strategies.models import Strategy
from videos.models import Video

SCHEDULE_DAYS = 7


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
    rows = (
        PostTarget.objects.for_workspace(actor.workspace_id)
        .filter(
            state__in=[TargetState.SCHEDULED, TargetState.QUEUED],
            due_at__gte=start,
            due_at__lt=start + timedelta(days=SCHEDULE_DAYS),
        )
        .order_by("due_at", "id")
        .values_list("post_id", "platform", "due_at", "post__text")[:200]
    )
    days: dict[date, list[Planned]] = {first + timedelta(days=offset): [] for offset in range(SCHEDULE_DAYS)}
    for post_id, platform, due_at, text in rows:
        if due_at is not None and (on := due_at.astimezone(zone).date()) in days:
            days[on].append(Planned(post_id, platform, due_at, text if len(text) <= 40 else f"{text[:39]}…"))
    return [Day(on, planned) for on, planned in days.items()]


def checklist(actor: Actor) -> list[ChecklistStep]:
    """The way from sign-up to the first post. One query."""
    key = actor.workspace_id
    never = [TargetState.DRAFT, TargetState.CANCELLED]
    done = Workspace.objects.filter(pk=key).values_list(
        Exists(Video.objects.for_workspace(key).filter(deleted_at__isnull=True)),
        Exists(SocialAccount.objects.for_workspace(key).filter(status=AccountStatus.CONNECTED)),
        Exists(Strategy.objects.for_workspace(key).alive().filter(version__gte=1)),
        Exists(PostTarget.objects.for_workspace(key).exclude(state__in=never)),
    )
    steps = (
        ("Upload a video", "video_upload"),
        ("Connect an account", "connections"),
        ("Ask for a strategy", "strategies"),
        ("Publish or schedule a post", "compose"),
    )
    return [ChecklistStep(label, name, is_done) for (label, name), is_done in zip(steps, done.get(), strict=True)]


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
    workspace_id = request.actor.workspace_id
    library = Video.objects.for_workspace(workspace_id).filter(deleted_at__isnull=True)
    asked = period(None, None, zone=request.preferences.timezone)
    context = {
        "videos": library.select_related("media").order_by("-created_at", "-id")[:6],
        "top": numbers.top_posts(workspace_id, asked),
    }
    return render(request, "dashboard/_lists.html", context)


urlpatterns = [
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/_lists/", lists, name="dashboard_lists"),
]
