"""The schedule for other calendars (iCalendar, RFC 5545): a secret address per workspace, and what it answers."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

import platforms
from accounts import audit, policy
from accounts.models import Workspace
from accounts.policy import Action
from core import clock, crypto, formatting, scope
from core.actor import Actor
from core.errors import NotFound
from core.ids import uuid7
from publishing.calendar import selectors as calendar
from publishing.calendar.selectors import Entry, Filters
from publishing.models import CalendarFeed, PostTarget
from publishing.states import StateGroup

_MODEL = "publishing.calendarfeed"
_BACK, _AHEAD = timedelta(days=90), timedelta(days=366)
# What calendars are asked to draw; a post itself takes no time.
_LENGTH = timedelta(minutes=15)
_MOST = 2_000
# A calendar that asks more often than this is told that nothing has changed.
_SEEN_EVERY = timedelta(minutes=1)


def of_workspace(actor: Actor) -> CalendarFeed | None:
    """The workspace's feed, if it has one."""
    policy.require(actor, Action.WRITE)
    return CalendarFeed.objects.for_workspace(actor.workspace_id).first()


def address(feed: CalendarFeed) -> str:
    """Where calendars read the feed. It is a secret: whoever has it sees what is planned."""
    token = crypto.unseal(feed.token_sealed, model=_MODEL, pk=feed.pk, field="token")
    return f"{settings.PUBLIC_BASE_URL}{reverse('calendar_feed', args=[token])}"


def renew(*, actor: Actor) -> CalendarFeed:
    """Give the workspace a new address; the former one, if any, answers no more."""
    policy.require(actor, Action.PUBLISH)
    token, pk = secrets.token_urlsafe(32), uuid7()
    with transaction.atomic():
        CalendarFeed.objects.for_workspace(actor.workspace_id).delete()
        feed = CalendarFeed.objects.create(
            pk=pk,
            workspace_id=actor.workspace_id,
            token_hash=_hash(token),
            token_sealed=crypto.seal(token, model=_MODEL, pk=pk, field="token"),
            created_by_id=actor.user_id,
        )
        audit.record(actor, "calendar_feed.renew", ("calendar_feed", feed.pk))
    return feed


def revoke(*, actor: Actor) -> None:
    """Let the address answer no more."""
    policy.require(actor, Action.PUBLISH)
    with transaction.atomic():
        gone, _ = CalendarFeed.objects.for_workspace(actor.workspace_id).delete()
        if gone:
            audit.record(actor, "calendar_feed.revoke", ("workspace", actor.workspace_id))


def read(token: str) -> str:
    """The feed behind an address, as iCalendar text; `NotFound` for an unknown or revoked one."""
    with scope.system("find the workspace of a calendar's address"):
        feed = CalendarFeed.objects.select_related("workspace").filter(token_hash=_hash(token)).first()
        if feed is None:
            raise NotFound
        now = clock.now()
        if feed.read_at is None or feed.read_at < now - _SEEN_EVERY:
            CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)
        actor = Actor.system(feed.workspace_id)
        places = calendar.places(actor, now - _BACK, now + _AHEAD, Filters())
        # What is to come matters most when there is too much of it.
        shown = places[-_MOST:]
        return _text(feed.workspace, calendar.entries(actor, shown, Filters()))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _text(workspace: Workspace, entries: Sequence[Entry]) -> str:
    # Only this answer needs the library.
    from icalendar import Calendar

    found = Calendar()
    found.add("prodid", "-//ElevoAI//Schedule//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", f"{workspace.name}: posts")
    found.add("refresh-interval", timedelta(minutes=15), parameters={"VALUE": "DURATION"})
    found.add("x-published-ttl", "PT15M")
    for entry in entries:
        found.add_component(_event(entry))
    return bytes(found.to_ical()).decode()


def _event(entry: Entry) -> Any:
    from icalendar import Event

    first = entry.first
    event = Event()
    # Of the share, not of the instant: a post that is moved stays the same event.
    event.add("uid", f"{first.pk}@{settings.PUBLIC_BASE_URL.partition('://')[2].partition('/')[0]}")
    event.add("dtstamp", max(target.updated_at for target in entry.targets))
    event.add("last-modified", max(target.updated_at for target in entry.targets))
    event.add("dtstart", entry.at)
    event.add("dtend", entry.at + _LENGTH)
    names = ", ".join(dict.fromkeys(platforms.label(target.platform) for target in entry.targets))
    words = formatting.excerpt(first.effective_text(), 80) or "Post without text"
    event.add("summary", f"{names}: {words}")
    event.add("description", f"{_accounts(entry.targets)}\n\n{first.effective_text()}".strip())
    event.add("url", f"{settings.PUBLIC_BASE_URL}{reverse('post_detail', args=[first.post_id])}")
    event.add("transp", "TRANSPARENT")
    event.add("status", "CONFIRMED" if entry.shown_state == StateGroup.PUBLISHED else "TENTATIVE")
    if first.post.campaign:
        event.add("categories", [first.post.campaign])
    return event


def _accounts(targets: Sequence[PostTarget]) -> str:
    return "; ".join(
        f"{platforms.label(target.platform)} {target.account.handle}: {StateGroup(target.status_group).label}"
        for target in targets
    )
