"""What is compared with: a plain Django page, and a plain DRF list, of the same rows and the same columns."""

from typing import Any, ClassVar

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from rest_framework import generics, pagination, permissions, serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.renderers import JSONRenderer

from media.models import MediaFile
from patterns.models import Pattern
from publishing.models import Post, PostMedia, PostTarget
from videos.models import Folder, Video

_PAGE = """<!doctype html><html lang="en"><title>{{ title }}</title><h1>{{ title }}</h1><table>
{% for row in page %}<tr>{% for value in row %}<td>{{ value|default:"" }}</td>{% endfor %}</tr>{% endfor %}
</table><p>Page {{ page.number }} of {{ page.paginator.num_pages }}</p></html>"""


def rows_of(name: str) -> tuple[QuerySet[Any, Any], int]:
    """The rows that a page lists, newest first, and how many of them it shows."""
    if name == "media":
        columns = ("pk", "original_name", "content_type", "size_bytes", "width", "height", "created_at")
        kinds = ("video", "image", "rendition")
        return MediaFile.objects.filter(state="ready", kind__in=kinds).values_list(*columns), 24
    if name == "videos":
        columns = ("pk", "title", "status", "media__duration_s", "media__size_bytes", "folder__name", "created_at")
        return Video.objects.filter(deleted_at__isnull=True).values_list(*columns), 24
    columns = ("pk", "text", "state", "campaign", "version", "created_at", "updated_at")
    return Post.objects.filter(deleted_at__isnull=True).values_list(*columns), 20


@login_required
def page(request: HttpRequest, name: str) -> HttpResponse:
    """A table of the rows, nothing else."""
    rows, size = rows_of(name)
    rows = rows.filter(workspace_id=request.actor.workspace_id).order_by("-created_at", "-id")  # type: ignore[attr-defined]
    template = engines["django"].from_string(_PAGE)
    shown = Paginator(rows, size).get_page(request.GET.get("page"))
    return HttpResponse(template.render({"page": shown, "title": name}, None))


class _Paged(pagination.PageNumberPagination):
    page_size = 20


class _List(generics.ListAPIView[Any]):
    authentication_classes: Any = [SessionAuthentication]
    permission_classes: Any = [permissions.IsAuthenticated]
    pagination_class = _Paged
    renderer_classes: ClassVar = [JSONRenderer]
    schema = None

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        return rows.filter(workspace_id=self.request._request.actor.workspace_id)  # type: ignore[attr-defined]


class _File(serializers.ModelSerializer[MediaFile]):
    class Meta:
        model = MediaFile
        fields = (
            "original_name", "duration_s", "width", "height", "fps", "has_audio", "size_bytes", "content_type",
            "sha256",
        )  # fmt: skip


class _Folder(serializers.ModelSerializer[Folder]):
    class Meta:
        model = Folder
        fields = ("id", "name")


class _Video(serializers.ModelSerializer[Video]):
    media = _File()
    folder = _Folder()
    tags: Any = serializers.StringRelatedField(many=True)

    class Meta:
        model = Video
        fields = (
            "id", "title", "status", "stage", "error", "media", "media_id", "folder", "tags", "archived_at", "version",
            "poster", "created_at", "updated_at",
        )  # fmt: skip


class Videos(_List):
    """Videos with file, folder and tags."""

    serializer_class = _Video
    queryset = (
        Video.objects.filter(deleted_at__isnull=True, archived_at__isnull=True)
        .select_related("media", "folder")
        .prefetch_related("tags")
        .order_by("-created_at", "-id")
    )


class _Media(serializers.ModelSerializer[PostMedia]):
    file = _File()

    class Meta:
        model = PostMedia
        fields = ("file_id", "file")


class _Target(serializers.ModelSerializer[PostTarget]):
    account: Any = serializers.StringRelatedField()

    class Meta:
        model = PostTarget
        fields = (
            "id", "account_id", "account", "platform", "state", "text", "title", "options", "due_at", "zone",
            "wall_time", "wait_reason", "next_at", "progress_pct", "external_id", "permalink", "note", "error_code",
            "error_sentence", "error_words", "asked_at", "published_at", "started_at", "finished_at",
        )  # fmt: skip


class _Post(serializers.ModelSerializer[Post]):
    media = _Media(many=True)
    targets = _Target(many=True)

    class Meta:
        model = Post
        fields = (
            "id", "state", "text", "campaign", "version", "media", "targets", "source_type", "source_id", "created_at",
            "updated_at",
        )  # fmt: skip


class Posts(_List):
    """Posts with targets, accounts and files."""

    serializer_class = _Post
    queryset = (
        Post.objects.filter(deleted_at__isnull=True)
        .prefetch_related("targets__account", "media__file")
        .order_by("-created_at", "-id")
    )


class _Pattern(serializers.ModelSerializer[Pattern]):
    class Meta:
        model = Pattern
        fields = ("id", "video_id", "type", "value", "unit", "bucket", "evidence", "source", "confidence", "created_at")


class Patterns(_List):
    """Patterns without a score: it is the product's own."""

    serializer_class = _Pattern
    queryset = Pattern.objects.filter(video__deleted_at__isnull=True).order_by("-video_id", "type", "id")


def nothing(request: HttpRequest) -> HttpResponse:
    """The middleware alone."""
    return HttpResponse(b"")


urlpatterns = [
    path("bare/nothing/", nothing),
    path("bare/pages/<str:name>/", page),
    path("bare/api/videos", Videos.as_view()),
    path("bare/api/posts", Posts.as_view()),
    path("bare/api/patterns", Patterns.as_view()),
    path("", include("config.urls")),
]
