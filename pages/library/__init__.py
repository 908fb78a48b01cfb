"""The content library: drafts, templates, hashtag groups and signatures."""

from django.urls import path

from pages.library import index, snippets, templates

_ONE = "library/<uuid:pk>/"
_DRAFT = "library/drafts/<uuid:post_id>/"
_GROUP = "library/hashtags/<uuid:group_id>/"
_SIGNATURE = "library/signatures/<uuid:signature_id>/"

urlpatterns = [
    path("library/", index.index, name="library"),
    path("library/bulk/", index.bulk, name="library_bulk"),
    path("library/undo/", index.undo, name="library_undo"),
    path(f"{_DRAFT}tags/", index.draft_tags, name="library_draft_tags"),
    path("library/new/", templates.new, name="library_new"),
    path("library/save/", templates.save, name="library_save"),
    path("library/save/composer/", templates.save_composer, name="library_save_composer"),
    path("library/_insert/", snippets.insert, name="library_insert"),
    path("library/hashtags/", snippets.HASHTAGS.index, name="library_hashtags"),
    path(_GROUP, snippets.HASHTAGS.edit, name="library_hashtag_group"),
    path(f"{_GROUP}delete/", snippets.HASHTAGS.delete, name="library_hashtag_group_delete"),
    path("library/signatures/", snippets.SIGNATURES.index, name="library_signatures"),
    path(_SIGNATURE, snippets.SIGNATURES.edit, name="library_signature"),
    path(f"{_SIGNATURE}delete/", snippets.SIGNATURES.delete, name="library_signature_delete"),
    path(_ONE, templates.show, name="library_template"),
    path(f"{_ONE}edit/", templates.edit, name="library_template_edit"),
    path(f"{_ONE}preview/", templates.preview, name="library_template_preview"),
    path(f"{_ONE}use/", templates.use, name="library_template_use"),
    path(f"{_ONE}duplicate/", index.duplicate, name="library_duplicate"),
    path(f"{_ONE}delete/", index.delete, name="library_delete"),
]
