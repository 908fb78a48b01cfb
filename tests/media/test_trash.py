"""Deleting can be undone for a day; after that the bytes are gone."""

from datetime import timedelta

import pytest

from core import clock
from core.errors import Conflict, NotFound
from media import quota, trash
from media.models import MediaFile
from media.storage import store
from publishing.models import PostTarget
from publishing.services import files
from publishing.states import TargetState
from tests import factories
from tests.analytics.conftest import make_account, make_live


def test_a_day_to_change_ones_mind(cast, frozen, django_capture_on_commit_callbacks):
    file = factories.make_media(cast.workspace)
    files.delete_file(actor=cast.alice_actor, file_id=file.pk)
    clock.advance(timedelta(hours=23))
    assert trash.empty() == 0
    files.restore_file(actor=cast.alice_actor, file_id=file.pk)
    files.delete_file(actor=cast.alice_actor, file_id=file.pk)
    clock.advance(timedelta(hours=24))
    with django_capture_on_commit_callbacks(execute=True):
        assert trash.empty() == 1
    assert not MediaFile.objects.filter(pk=file.pk).exists()
    with pytest.raises(FileNotFoundError):
        store().size(file.storage_key)
    with pytest.raises(NotFound):
        files.restore_file(actor=cast.alice_actor, file_id=file.pk)


@pytest.mark.parametrize(
    ("state", "refused"),
    [("scheduled", True), ("uploading", True), ("unconfirmed", True), ("draft", True), ("cancelled", False)],
)
def test_a_post_that_still_needs_it_says_no(cast, state, refused):
    target = make_live(make_account(cast), media=factories.make_media(cast.workspace))
    PostTarget.objects.filter(pk=target.pk).update(state=TargetState(state), due_at=clock.now(), asked_at=None)
    file = target.post.media.get().file
    if refused:
        with pytest.raises(Conflict, match="the post"):
            files.delete_file(actor=cast.alice_actor, file_id=file.pk)
        assert MediaFile.objects.get(pk=file.pk).is_ready
    else:
        files.delete_file(actor=cast.alice_actor, file_id=file.pk)
        assert MediaFile.objects.get(pk=file.pk).state == "trashed"


def test_a_published_post_keeps_the_name_and_loses_the_bytes(cast, frozen):
    target = make_live(make_account(cast), media=factories.make_media(cast.workspace))
    file = target.post.media.get().file
    files.delete_file(actor=cast.alice_actor, file_id=file.pk)
    clock.advance(timedelta(days=2))
    assert trash.empty() == 1
    file.refresh_from_db()
    assert (file.state, target.post.media.get().file.original_name) == ("erased", "clip.mp4")
    assert quota.usage(cast.workspace.pk).used_bytes == 0
    with pytest.raises(FileNotFoundError):
        store().size(file.storage_key)


def test_a_thumbnail_of_a_planned_post_stays(cast):
    target = make_live(make_account(cast), media=factories.make_media(cast.workspace))
    picture = factories.make_media(cast.workspace, "image", data=b"x")
    PostTarget.objects.filter(pk=target.pk).update(
        state="scheduled", due_at=clock.now(), options={"thumbnail_file_id": str(picture.pk)}
    )
    with pytest.raises(Conflict, match="is planned in"):
        files.delete_file(actor=cast.alice_actor, file_id=picture.pk)
