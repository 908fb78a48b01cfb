"""Addresses of all pages. Each area keeps its own list in `pages/<area>.py` or its package's `urls`."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from pages import (
    account,
    analytics,
    compose,
    connections,
    dashboard,
    edits,
    landing,
    library,
    media_library,
    notifications,
    post_batch,
    post_import,
    posts,
    preferences_actions,
    queues,
    schedule,
    scripts,
    selected_posts,
    strategies,
    videos,
    webhooks,
)
from pages import settings as settings_pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing.landing, name="landing"),
    path("shell/theme/", preferences_actions.theme, name="theme"),
    path("shell/quota/", preferences_actions.quota_left, name="quota"),
    path("shell/workspace/", preferences_actions.workspace_switch, name="workspace_switch"),
    *account.urlpatterns,
    *settings_pages.urlpatterns,
    *dashboard.urlpatterns,
    *analytics.urlpatterns,
    *connections.urlpatterns,
    *notifications.urlpatterns,
    *compose.urlpatterns,
    *post_batch.urlpatterns,
    *post_import.urlpatterns,
    *posts.urlpatterns,
    *selected_posts.urlpatterns,
    *schedule.urlpatterns,
    *queues.urlpatterns,
    *media_library.urlpatterns,
    *library.urlpatterns,
    *videos.urlpatterns,
    *strategies.urlpatterns,
    *scripts.urlpatterns,
    *edits.urlpatterns,
    *webhooks.urlpatterns,
]

if settings.DEBUG:
    from pages import styleguide

    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
    urlpatterns.append(path("styleguide/_fragment/", styleguide.fragment, name="styleguide_fragment"))
    urlpatterns.append(path("styleguide/fail/<int:status>/", styleguide.fail, name="styleguide_fail"))
