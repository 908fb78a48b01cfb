"""The dashboard: what happened, what is next, what needs the person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from accounts.selectors import timezone_of
from analytics.selectors import dashboard as numbers
from analytics.selectors.totals import period
from core import clock
from core.actor import Actor
from pages import attention, running
from pages.access import SignedIn, signed_in
from publishing.models import AccountStatus, PostTarget, SocialAccount
from publishing.states import TargetState
from strategies.models import Strategy
from videos.models import Video

SCHEDULE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the posting schedule."""

    on: date
    targets: list[PostTarget]


@dataclass(frozen=True, slots=True)
class Step:
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
        .select_related("post", "account")
        .order_by("due_at", "id")[:200]
    )
    days: dict[date, list[PostTarget]] = {first + timedelta(days=offset): [] for offset in range(SCHEDULE_DAYS)}
    for row in rows:
        if row.due_at is not None and (on := row.due_at.astimezone(zone).date()) in days:
            days[on].append(row)
    return [Day(on, targets) for on, targets in days.items()]


def checklist(actor: Actor, videos: int) -> list[Step]:
    """The way from sign-up to the first post."""
    connected = SocialAccount.objects.for_workspace(actor.workspace_id).filter(status=AccountStatus.CONNECTED).exists()
    never = [TargetState.DRAFT, TargetState.CANCELLED]
    posted = PostTarget.objects.for_workspace(actor.workspace_id).exclude(state__in=never).exists()
    strategy = Strategy.objects.for_workspace(actor.workspace_id).alive().filter(version__gte=1).exists()
    return [
        Step("Upload a video", "video_upload", videos > 0),
        Step("Connect an account", "connections", connected),
        Step("Ask for a strategy", "strategies", strategy),
        Step("Publish or schedule a post", "compose", posted),
    ]


@signed_in
def dashboard(request: SignedIn) -> HttpResponse:
    """All cards of one workspace; each list is bounded."""
    actor = request.actor
    zone = timezone_of(request.actor)
    found = numbers.dashboard(actor.workspace_id, period(None, None, zone=zone))
    library = Video.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True)
    videos = list(library.select_related("poster", "media").order_by("-created_at", "-id")[:6])
    days = schedule(actor, ZoneInfo(zone))
    context = {
        "numbers": found,
        "days": days,
        "planned": len({target.post_id for day in days for target in day.targets}),
        "reasons": attention.reasons(actor),
        "videos": videos,
        "running": running.running(actor),
        "checklist": checklist(actor, len(videos)) if found.now.posts == 0 else [],
    }
    return render(request, "dashboard/dashboard.html", context)


urlpatterns = [path("dashboard/", dashboard, name="dashboard")]
