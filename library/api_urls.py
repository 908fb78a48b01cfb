"""Routes of the library's API, relative to /api/v1/. Tags are at `/tags`: one list for videos, drafts and templates."""

from typing import Any

from django.urls import path

from library.viewsets import HashtagGroupViewSet, LibraryViewSet, SignatureViewSet

_item = LibraryViewSet.as_view
_group = HashtagGroupViewSet.as_view
_signature = SignatureViewSet.as_view
_ONE = "library/<uuid:pk>"
_WHOLE: dict[str, Any] = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
_PART: dict[str, Any] = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [
    path("library", _item({"get": "list", "post": "create"}), name="api-library"),
    path("library/hashtag-groups", _group({"get": "list", "post": "create"}), name="api-hashtag-groups"),
    path("library/hashtag-groups/<uuid:pk>", _group(_PART), name="api-hashtag-group"),
    path("library/signatures", _signature({"get": "list", "post": "create"}), name="api-signatures"),
    path("library/signatures/<uuid:pk>", _signature(_PART), name="api-signature"),
    path(_ONE, _item(_WHOLE), name="api-library-item"),
    path(f"{_ONE}/restore", _item({"post": "restore"}), name="api-library-restore"),
    path(f"{_ONE}/duplicate", _item({"post": "duplicate"}), name="api-library-duplicate"),
    path(f"{_ONE}/use", _item({"post": "use"}), name="api-library-use"),
    path(f"{_ONE}/preview", _item({"post": "preview"}), name="api-library-preview"),
]
