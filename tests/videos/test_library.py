"""Services and selectors of the library."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.models import AuditEvent
from core import clock
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from core.ids import uuid7
from jobs import events
from media.models import MediaFile
from tests import factories
from videos import selectors, tasks
from videos.models import Folder, Tag, Video, VideoTag
from videos.selectors import SORTS, Filters
from videos.services import folders, intake, library, names, processing, trash


@pytest.fixture
def alice(in_workspace):
    return in_workspace.alice_actor


@pytest.fixture
def video(in_workspace):
    return factories.make_video(in_workspace.workspace, "Launch teaser")


class TestWords:
    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("IMG_2041 final.mp4", "IMG 2041 final"),
            (".mp4", ".mp4"),
            ("noextension", "noextension"),
            ("___.mov", "Untitled video"),
            ("a" * 300 + ".mp4", "a" * 200),
        ],
    )
    def test_a_title_from_a_file_name(self, name, title):
        assert names.title_from(name) == title

    def test_search_knows_no_accents_and_no_case(self):
        assert names.normalise("  Café  ÉTÉ straße ") == "cafe ete strasse"

    def test_names_are_one_line(self):
        assert names.clean_name(" a\n\tb\x00c ", field="name", longest=20) == "a b c"


class TestUpdate:
    def test_title_folder_and_tags(self, in_workspace, alice, video):
        folder = factories.make_folder(in_workspace.workspace)
        found = library.update(
            actor=alice,
            video_id=video.pk,
            title=" New  title ",
            folder_id=folder.pk,
            move=True,
            tags=["#Spring", "spring", " ", "Été"],
            version=1,
        )
        assert (found.title, found.folder, found.version) == ("New title", folder, 2)
        assert sorted(found.tags.values_list("name", flat=True)) == ["Spring", "Été"]
        assert found.search == "new title clip.mp4 launch spring ete"
        assert AuditEvent.objects.get(verb="video.update").changes["title"] == "New title"

    def test_tags_are_replaced_and_known_ones_kept(self, in_workspace, alice, video):
        library.update(actor=alice, video_id=video.pk, tags=["a", "b"])
        kept = VideoTag.objects.get(tag__name="b").pk
        library.update(actor=alice, video_id=video.pk, tags=["B", "c"])
        assert sorted(video.tags.values_list("name", flat=True)) == ["b", "c"]
        assert VideoTag.objects.get(tag__name="b").pk == kept
        library.add_tags(actor=alice, video_id=video.pk, tags=["d"])
        assert video.tags.count() == 3

    def test_a_stale_version_is_refused_with_both(self, alice, video):
        library.update(actor=alice, video_id=video.pk, title="One", version=1)
        with pytest.raises(Conflict) as caught:
            library.update(actor=alice, video_id=video.pk, title="Two", version=1)
        assert caught.value.details == {"your_version": 1, "current_version": 2, "current_title": "One"}
        assert Video.objects.get(pk=video.pk).title == "One"

    @pytest.mark.parametrize(
        "changes", [{"title": " "}, {"title": "x" * 201}, {"tags": ["x" * 41]}, {"tags": list("abcdefghijklmnopqrstu")}]
    )
    def test_what_is_refused(self, alice, video, changes):
        with pytest.raises(ValidationFailed) as caught:
            library.update(actor=alice, video_id=video.pk, **changes)
        assert caught.value.fields
        assert Video.objects.get(pk=video.pk).version == 1

    def test_out_of_the_folder(self, in_workspace, alice, video):
        folder = factories.make_folder(in_workspace.workspace)
        library.update(actor=alice, video_id=video.pk, folder_id=folder.pk, move=True)
        library.update(actor=alice, video_id=video.pk, title="Stays")
        assert library.get(alice, video.pk).folder == folder
        library.update(actor=alice, video_id=video.pk, folder_id=None, move=True)
        assert library.get(alice, video.pk).folder is None

    def test_a_strangers_folder_does_not_exist(self, cast):
        video = factories.make_video(cast.workspace)
        theirs = factories.make_folder(cast.elsewhere)
        with pytest.raises(NotFound):
            library.update(actor=cast.alice_actor, video_id=video.pk, folder_id=theirs.pk, move=True)

    def test_viewers_and_strangers(self, cast):
        video = factories.make_video(cast.workspace)
        with pytest.raises(PermissionDenied):
            library.update(actor=cast.victor_actor, video_id=video.pk, title="x")
        with pytest.raises(NotFound):
            library.update(actor=cast.charlie_actor, video_id=video.pk, title="x")
        assert AuditEvent.objects.count() == 0


class TestArchiveAndTrash:
    def test_archiving_twice_is_once(self, alice, video):
        library.archive(actor=alice, video_id=video.pk)
        found = library.archive(actor=alice, video_id=video.pk)
        assert (found.archived_at is not None, found.version) == (True, 2)
        assert library.archive(actor=alice, video_id=video.pk, archived=False).archived_at is None
        assert AuditEvent.objects.filter(verb__startswith="video.").count() == 2

    def test_delete_and_restore(self, alice, video):
        library.delete(actor=alice, video_id=video.pk)
        with pytest.raises(NotFound):
            library.get(alice, video.pk)
        with pytest.raises(NotFound):
            library.delete(actor=alice, video_id=video.pk)
        library.restore(actor=alice, video_id=video.pk)
        library.restore(actor=alice, video_id=video.pk)
        assert library.get(alice, video.pk).deleted_at is None
        assert AuditEvent.objects.filter(verb="video.restore").count() == 1

    def test_after_thirty_days_it_is_erased_with_its_files(self, cast, frozen, django_capture_on_commit_callbacks):
        poster = factories.make_media(cast.workspace, data=b"jpg", kind="thumbnail")
        gone = factories.make_video(cast.workspace, poster=poster, deleted_at=clock.now() - timedelta(days=31))
        young = factories.make_video(cast.workspace, deleted_at=clock.now() - timedelta(days=29))
        alive = factories.make_video(cast.workspace)
        old_folder = factories.make_folder(cast.workspace, deleted_at=clock.now() - timedelta(days=31))
        keys = [gone.media.storage_key, poster.storage_key]
        with django_capture_on_commit_callbacks(execute=True):
            tasks.purge_trash()
        assert set(Video.objects.values_list("pk", flat=True)) == {young.pk, alive.pk}
        assert not any(default_storage.exists(key) for key in keys)
        assert MediaFile.objects.count() == 2
        assert not Folder.objects.filter(pk=old_folder.pk).exists()

    def test_a_file_that_is_used_elsewhere_outlives_its_video(self, cast):
        media = factories.make_media(cast.workspace)
        first = factories.make_video(cast.workspace, media=media)
        factories.make_video(cast.workspace, media=media)
        assert trash.erase(first) is True
        assert MediaFile.objects.filter(pk=media.pk).exists()

    @pytest.mark.parametrize("count", [0, 101])
    def test_many_at_once_has_limits(self, count):
        with pytest.raises(ValidationFailed):
            library.check_many([uuid7() for _ in range(count)])


class TestFolders:
    def test_they_nest_up_to_five_deep(self, alice):
        parent = None
        for depth in range(5):
            parent = folders.create_folder(actor=alice, name=f"F{depth}", parent_id=parent.pk if parent else None)
        with pytest.raises(ValidationFailed, match="at most 5 deep"):
            folders.create_folder(actor=alice, name="F5", parent_id=parent.pk)
        tree = selectors.folder_tree(alice)
        assert [(node.folder.name, node.depth) for node in tree] == [(f"F{n}", n) for n in range(5)]

    def test_a_name_is_taken_once(self, alice):
        folders.create_folder(actor=alice, name="Launch")
        other = folders.create_folder(actor=alice, name="Other")
        with pytest.raises(Conflict, match="named “launch” here already"):
            folders.create_folder(actor=alice, name="launch")
        with pytest.raises(Conflict):
            folders.update_folder(actor=alice, folder_id=other.pk, name="Launch")

    def test_renaming_reaches_the_search(self, in_workspace, alice, video):
        folder = folders.create_folder(actor=alice, name="Old")
        library.update(actor=alice, video_id=video.pk, folder_id=folder.pk, move=True)
        folders.update_folder(actor=alice, folder_id=folder.pk, name="Brand new")
        assert "brand new" in Video.objects.get(pk=video.pk).search

    def test_moving(self, alice):
        a = folders.create_folder(actor=alice, name="A")
        b = folders.create_folder(actor=alice, name="B", parent_id=a.pk)
        with pytest.raises(ValidationFailed, match="inside itself"):
            folders.update_folder(actor=alice, folder_id=a.pk, parent_id=b.pk, move=True)
        folders.update_folder(actor=alice, folder_id=b.pk, parent_id=None, move=True)
        assert Folder.objects.get(pk=b.pk).parent is None
        folders.update_folder(actor=alice, folder_id=a.pk, parent_id=b.pk, move=True)
        deep = a
        for name in "CDE":
            deep = folders.create_folder(actor=alice, name=name, parent_id=deep.pk)
        other = folders.create_folder(actor=alice, name="Z")
        with pytest.raises(ValidationFailed, match="at most 5"):
            folders.update_folder(actor=alice, folder_id=b.pk, parent_id=other.pk, move=True)

    def test_deleting_keeps_the_videos_and_can_be_undone(self, in_workspace, alice, video):
        top = folders.create_folder(actor=alice, name="Top")
        inner = folders.create_folder(actor=alice, name="Inner", parent_id=top.pk)
        library.update(actor=alice, video_id=video.pk, folder_id=inner.pk, move=True)
        folders.delete_folder(actor=alice, folder_id=top.pk)
        assert selectors.folder_tree(alice) == []
        assert [found.pk for found in selectors.library(alice, Filters(folder="none"))] == [video.pk]
        assert list(selectors.library(alice, Filters(folder=str(inner.pk)))) == []
        folders.restore_folder(actor=alice, folder_id=top.pk)
        assert folders.restore_folder(actor=alice, folder_id=top.pk).deleted_at is None
        assert [found.pk for found in selectors.library(alice, Filters(folder=str(inner.pk)))] == [video.pk]

    def test_undoing_when_the_name_is_taken_again(self, alice):
        old = folders.create_folder(actor=alice, name="Launch")
        folders.delete_folder(actor=alice, folder_id=old.pk)
        folders.create_folder(actor=alice, name="Launch")
        with pytest.raises(Conflict):
            folders.restore_folder(actor=alice, folder_id=old.pk)

    def test_what_is_not_there(self, alice):
        for act in (folders.delete_folder, folders.restore_folder):
            with pytest.raises(NotFound):
                act(actor=alice, folder_id=uuid7())


class TestTags:
    def test_life_of_a_tag(self, alice, video):
        tag = folders.create_tag(actor=alice, name="#Spring")
        with pytest.raises(Conflict):
            folders.create_tag(actor=alice, name="SPRING")
        library.update(actor=alice, video_id=video.pk, tags=["spring"])
        assert selectors.tags(alice).get().video_count == 1
        folders.rename_tag(actor=alice, tag_id=tag.pk, name="Autumn")
        assert "autumn" in Video.objects.get(pk=video.pk).search
        other = folders.create_tag(actor=alice, name="Winter")
        with pytest.raises(Conflict):
            folders.rename_tag(actor=alice, tag_id=other.pk, name="autumn")
        folders.delete_tag(actor=alice, tag_id=tag.pk)
        assert "autumn" not in Video.objects.get(pk=video.pk).search
        assert Tag.objects.count() == 1
        with pytest.raises(NotFound):
            folders.delete_tag(actor=alice, tag_id=tag.pk)


class TestListing:
    @pytest.fixture
    def shelf(self, in_workspace):
        folder = factories.make_folder(in_workspace.workspace)
        made = factories.make_video
        long = factories.make_media(in_workspace.workspace, duration_s=60.0)
        return {
            "folder": folder,
            "a": made(in_workspace.workspace, "Café am Meer", folder=folder, search="cafe am meer", tags=("sea",)),
            "b": made(in_workspace.workspace, "Boat", media=long, search="boat cafe", status="failed"),
            "archived": made(in_workspace.workspace, "Old", archived_at=clock.now()),
            "deleted": made(in_workspace.workspace, "Gone", deleted_at=clock.now()),
        }

    def titles(self, actor, **filters):
        return [video.title for video in selectors.library(actor, Filters(**filters))]

    def test_filters(self, alice, shelf):
        tag = Tag.objects.get()
        assert self.titles(alice) == ["Boat", "Café am Meer"]
        assert self.titles(alice, search="CAFÉ") == ["Boat", "Café am Meer"]
        assert self.titles(alice, search="meer café") == ["Café am Meer"]
        assert self.titles(alice, status="failed") == ["Boat"]
        assert self.titles(alice, folder=str(shelf["folder"].pk)) == ["Café am Meer"]
        assert self.titles(alice, folder="none") == ["Boat"]
        assert self.titles(alice, folder="garbage") == []
        assert self.titles(alice, tag=str(tag.pk)) == ["Café am Meer"]
        assert self.titles(alice, place="archived") == ["Old"]
        assert self.titles(alice, place="trash") == ["Gone"]

    @pytest.mark.parametrize(
        ("sort", "first"),
        [
            ("newest", "Boat"),
            ("oldest", "Café am Meer"),
            ("title", "Boat"),
            ("longest", "Boat"),
            ("shortest", "Café am Meer"),
        ],
    )
    def test_orders(self, alice, shelf, sort, first):
        assert self.titles(alice, order=SORTS[sort])[0] == first
        assert all(order[-1] in ("id", "-id") for order in SORTS.values())

    def test_cards_take_two_queries_however_many(self, in_workspace, alice, django_assert_num_queries):
        for number in range(5):
            factories.make_video(in_workspace.workspace, f"V{number}", tags=("x", f"t{number}"))
        with django_assert_num_queries(2):
            for video in selectors.library(alice, Filters()):
                assert video.media.size_bytes
                assert len(video.tags.all()) == 2

    def test_counts_and_emptiness(self, cast):
        assert selectors.is_empty(cast.alice_actor)
        video = factories.make_video(cast.workspace, deleted_at=clock.now())
        assert not selectors.is_empty(cast.alice_actor)
        shown = selectors.library(cast.alice_actor, Filters())
        assert selectors.counts(cast.alice_actor, shown) == (0, 1)
        factories.make_video(cast.workspace, tags=("x", "y"))
        assert selectors.counts(cast.alice_actor, shown) == (1, 1)
        assert selectors.is_empty(cast.charlie_actor)
        assert events.owners([f"video:{video.pk}"]) == {f"video:{video.pk}": cast.workspace.pk}

    def test_narrow_filters_are_known(self):
        assert not Filters(place="trash").is_narrow
        assert Filters(search="x").is_narrow


class TestIntake:
    def test_a_file_of_this_machine(self, alice, tmp_path):
        video = intake.import_file(actor=alice, path=factories.tiny_mp4(), title="From disk")
        assert (video.title, video.media.original_name) == ("From disk", factories.tiny_mp4().name)
        assert factories.tiny_mp4().exists()

    def test_a_title_that_is_too_long_is_refused_before_anything_is_stored(self, alice):
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile("a.mp4", factories.tiny_mp4().read_bytes())
        with pytest.raises(ValidationFailed):
            intake.upload(actor=alice, file=file, title="x" * 201)
        assert (Video.objects.count(), MediaFile.objects.count()) == (0, 0)

    def test_a_row_that_fails_takes_the_bytes_with_it(self, alice, stored, monkeypatch):
        def fails(**_):
            raise RuntimeError("no database")

        monkeypatch.setattr(intake, "create_from_stored", fails)
        with pytest.raises(RuntimeError):
            intake.import_file(actor=alice, path=factories.tiny_mp4())
        assert stored() == []


class TestProcessingStates:
    def test_only_failed_videos_are_tried_again(self, alice, video):
        with pytest.raises(Conflict, match="Only a video whose processing failed"):
            processing.retry(actor=alice, video_id=video.pk)

    def test_a_finished_video_cannot_fail_any_more(self, alice, video):
        assert processing.fail(video, stage="check", code="x", message="late") is False
        assert Video.objects.get(pk=video.pk).status == "processed"

    def test_a_deleted_video_does_not_move(self, alice, video):
        library.delete(actor=alice, video_id=video.pk)
        assert processing.enter_stage(video, Video.Stage.CHECK) is False
        assert processing.find(video.workspace_id, video.pk) is None
