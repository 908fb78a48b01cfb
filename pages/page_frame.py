"""What every page's frame needs: navigation, the account menu, the workspace, the theme."""

import logging
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

from django.db import Error as DatabaseError
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import selectors
from accounts.models import Membership, Preferences, Role, User, Workspace
from accounts.policy import Action, may
from core import clock
from notifications.selectors import unread_count

log = logging.getLogger(__name__)
THEME_COOKIE = "theme"
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry of a navigation, with the name of its address."""

    label: str
    url_name: str
    icon: str
    areas: tuple[str, ...] = ()
    primary: bool = False
    action: Action = Action.READ


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as drawn."""

    label: str
    url: str
    icon: str
    current: str
    primary: bool


NAV = (
    NavigationItem("Home", "dashboard", "house", ("dashboard",)),
    NavigationItem("Videos", "videos", "clapperboard", ("videos", "video", "patterns")),
    NavigationItem("Strategies", "strategies", "lightbulb", ("strategies", "strategy", "scripts", "script")),
    NavigationItem("Edits", "edits", "scissors", ("edits", "edit")),
    NavigationItem("Create", "compose", "plus", ("compose",), primary=True),
    NavigationItem("Schedule", "schedule", "calendar-days", ("schedule",)),
    NavigationItem("Posts", "posts", "send", ("posts", "post")),
    NavigationItem("Library", "library", "library", ("library",)),
    NavigationItem("Media", "media_library", "image", ("media",)),
    NavigationItem("Analytics", "analytics", "chart-column", ("analytics",)),
)
DOCK = ("dashboard", "videos", "compose", "schedule")
MORE = (
    NavigationItem("Strategies", "strategies", "lightbulb"),
    NavigationItem("Scripts", "scripts", "file-text"),
    NavigationItem("Edits", "edits", "scissors"),
    NavigationItem("Posts", "posts", "send"),
    NavigationItem("Library", "library", "library"),
    NavigationItem("Media", "media_library", "image"),
    NavigationItem("Analytics", "analytics", "chart-column"),
)
ACCOUNT = (
    NavigationItem("Profile", "profile", "user", ("profile",)),
    NavigationItem("Preferences", "preferences", "settings-2", ("preferences",)),
    NavigationItem("Connected Platforms", "connections", "plug", ("connections", "connection")),
    NavigationItem("Team", "team", "users", ("team",)),
    NavigationItem("Webhooks", "webhooks", "webhook", ("webhooks", "webhook"), action=Action.MANAGE_WEBHOOKS),
    NavigationItem("Notifications", "notification_settings", "bell", ("notification_settings",)),
)


@cache
def _address(url_name: str) -> str:
    return reverse(url_name)


class PageFrame:
    """The frame of one page. Everything is worked out on first use, so a fragment costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._actor = getattr(request, "actor", None)

    @cached_property
    def user(self) -> User | None:
        found = getattr(self._request, "user", None)
        return found if isinstance(found, User) and found.is_authenticated else None

    @cached_property
    def memberships(self) -> list[Membership]:
        """The person's workspaces. An error page must be drawable while the database is away."""
        if self.user is None:
            return []
        try:
            return selectors.memberships_of(self.user)
        except DatabaseError:
            log.warning("The workspaces could not be read for the page frame.", exc_info=True)
            return []

    @cached_property
    def workspace(self) -> Workspace | None:
        if self._actor is None:
            return None
        return next((m.workspace for m in self.memberships if m.workspace_id == self._actor.workspace_id), None)

    @property
    def role_label(self) -> str:
        return Role(self._actor.role).label if self._actor else ""

    @cached_property
    def unread(self) -> int:
        """How many notices the person has not read, for the bell."""
        if self._actor is None:
            return 0
        try:
            return unread_count(self._actor)
        except DatabaseError:
            return 0

    @cached_property
    def preferences(self) -> Preferences | None:
        if self.user is None:
            return None
        known: Preferences | None = getattr(self._request, "preferences", None)
        if known is not None:
            return known
        try:
            return selectors.preferences_of(self.user)
        except DatabaseError:
            return None

    @property
    def timezone(self) -> str:
        return self.preferences.timezone if self.preferences else "UTC"

    @property
    def theme(self) -> str:
        """`light`, `dark`, or nothing to follow the device. On a new device the person's preference holds."""
        chosen = self._request.COOKIES.get(THEME_COOKIE) or (self.preferences.theme if self.preferences else "")
        return chosen if chosen in THEMES else ""

    @property
    def theme_choice(self) -> str:
        return self.theme or "system"

    theme_options = (("light", "Light", "sun"), ("dark", "Dark", "moon"), ("system", "Like my device", "monitor"))

    @property
    def time_format(self) -> str:
        """The `date` filter's format of a time of day."""
        return self.preferences.time_format if self.preferences is not None else "H:i"

    @property
    def year(self) -> str:
        """The person's present year: dates of another one show theirs."""
        return str(timezone.localtime(clock.now()).year)

    def _area(self) -> str:
        match = getattr(self._request, "resolver_match", None)
        return (match.url_name or "") if match else ""

    def _links(self, items: tuple[NavigationItem, ...]) -> list[Link]:
        here, name = self._request.path, self._area()
        links = []
        for item in items:
            url = _address(item.url_name)
            inside = name in item.areas or any(name.startswith(f"{area}_") for area in item.areas)
            current = "page" if url == here else "true" if inside else ""
            links.append(Link(item.label, url, item.icon, current, item.primary))
        return links

    @cached_property
    def nav(self) -> list[Link]:
        return self._links(NAV)

    @cached_property
    def dock(self) -> list[Link]:
        return self._links(tuple(item for item in NAV if item.url_name in DOCK))

    @cached_property
    def more(self) -> list[Link]:
        return self._links(MORE)

    @cached_property
    def account(self) -> list[Link]:
        """The account area, without what the person's role may not see."""
        actor = self._actor
        return self._links(tuple(item for item in ACCOUNT if actor is None or may(actor, item.action)))

    @property
    def error_layout(self) -> str:
        """Someone signed in keeps the way around; a visitor gets the public frame."""
        return "layouts/app.html" if self.user else "layouts/public.html"

    @property
    def home(self) -> str:
        return reverse("dashboard" if self.user else "landing")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor. The forms of a page share one token: a mask for each row costs more than the row."""
    return {"shell": PageFrame(request), "csrf_token": SimpleLazyObject(partial(get_token, request))}
