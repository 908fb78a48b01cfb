"""The library's rows and their constraints."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from tests import factories
from videos.models import Folder, Video


class TestRows:
    def test_a_file_in_use_cannot_be_deleted(self, cast):
        video = factories.make_video(cast.workspace)
        with pytest.raises(ProtectedError):
            video.media.delete()

    def test_a_video_refuses_a_file_of_another_workspace(self, cast):
        media = factories.make_media(cast.elsewhere)
        with pytest.raises(ValidationError, match="another workspace"):
            Video.objects.create(workspace=cast.workspace, title="x", media=media)

    @pytest.mark.parametrize("nested", [False, True])
    def test_a_folder_name_is_unique_in_its_place_regardless_of_case(self, cast, nested):
        parent = factories.make_folder(cast.workspace, "Top") if nested else None
        factories.make_folder(cast.workspace, "Launch", parent=parent)
        with pytest.raises(IntegrityError), transaction.atomic():
            factories.make_folder(cast.workspace, "LAUNCH", parent=parent)
        Folder.objects.create(workspace=cast.elsewhere, name="launch")

    def test_an_unknown_status_is_refused_by_the_database(self, cast):
        video = factories.make_video(cast.workspace)
        with pytest.raises(IntegrityError), transaction.atomic():
            Video.objects.filter(pk=video.pk).update(status="lost")
