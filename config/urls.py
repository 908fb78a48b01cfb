"""All addresses: the API, the operator console, and the pages."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config.schema_view import SchemaView

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/schema", SchemaView.as_view(), name="schema-alias"),
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
    path("", include("flows.urls")),
    path("", include("media.urls")),
    path("", include("pages.urls")),
]
handler400 = "core.views.bad_request"
handler403 = "core.views.permission_denied"
handler404 = "core.views.page_not_found"
handler500 = "core.views.server_error"
