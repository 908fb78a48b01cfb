"""Pages of the video library: the list, the upload, one video with its timeline, and what can be done to them."""

from django.urls import path

from pages.videos import actions, compare, detail, library

urlpatterns = [
    path("videos/", library.index, name="videos"),
    path("videos/upload/", library.upload, name="video_upload"),
    path("videos/compare/", compare.compare, name="videos_compare"),
    path("videos/compare/_best/", compare.best_posts, name="videos_best"),
    path("videos/bulk/", actions.bulk, name="videos_bulk"),
    path("videos/undo/", actions.undo, name="videos_undo"),
    path("videos/folders/", actions.folder_create, name="videos_folder_create"),
    path("videos/folders/<uuid:pk>/", actions.folder_update, name="videos_folder_update"),
    path("videos/folders/<uuid:pk>/delete/", actions.folder_delete, name="videos_folder_delete"),
    path("videos/tags/<uuid:pk>/", actions.tag_update, name="videos_tag_update"),
    path("videos/tags/<uuid:pk>/delete/", actions.tag_delete, name="videos_tag_delete"),
    path("videos/<uuid:pk>/", detail.show, name="video_detail"),
    path("videos/<uuid:pk>/_card/", library.card, name="video_card"),
    path("videos/<uuid:pk>/_analysis/", detail.analysis, name="video_analysis"),
    path("videos/<uuid:pk>/_alike/", detail.alike, name="video_alike"),
    path("videos/<uuid:pk>/_preview/", library.preview, name="video_preview"),
    path("videos/<uuid:pk>/read-meaning/", actions.read_meaning, name="video_meaning"),
    path("videos/<uuid:pk>/storyboard.vtt", detail.storyboard, name="video_storyboard"),
    path("videos/<uuid:pk>/edit-details/", actions.edit_details, name="video_edit_details"),
    path("videos/<uuid:pk>/analyze/", actions.analyze, name="video_analyze"),
    path("videos/<uuid:pk>/retry/", actions.retry, name="video_retry"),
    path("videos/<uuid:pk>/archive/", actions.archive, name="video_archive"),
    path("videos/<uuid:pk>/delete/", actions.delete, name="video_delete"),
    path("videos/<uuid:pk>/restore/", actions.restore, name="video_restore"),
]
