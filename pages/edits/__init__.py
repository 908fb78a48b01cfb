"""Edits: the list, and the workflow of four steps on one address."""

from django.urls import path

from pages.edits import views

urlpatterns = [
    path("edits/", views.index, name="edits"),
    path("edits/new/", views.new, name="edit_new"),
    path("edits/<uuid:edit_id>/", views.show, name="edit_detail"),
    path("edits/<uuid:edit_id>/source/", views.source, name="edit_source"),
    path("edits/<uuid:edit_id>/formats/", views.formats, name="edit_formats"),
    path("edits/<uuid:edit_id>/preview/", views.preview, name="edit_preview"),
    path("edits/<uuid:edit_id>/make/", views.make, name="edit_make"),
    path("edits/<uuid:edit_id>/cancel/", views.cancel, name="edit_cancel"),
    path("edits/<uuid:edit_id>/delete/", views.delete, name="edit_delete"),
    path("edits/<uuid:edit_id>/_live/", views.fragment, name="edit_live"),
]
