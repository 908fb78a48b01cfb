"""Storing, deleting, counting and cleaning up files."""

import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.models import AuditEvent
from core import clock
from core.errors import Conflict, PlanLimit
from core.hooks import limits
from jobs.testing import drain
from media import orphans, quota, resumable_uploads, services, tasks
from media.formatting import duration_words, size_words
from media.models import MediaFile, UploadSession
from tests import factories

PLAIN = {"content_type": "application/pdf", "extension": "pdf"}


class TestStoring:
    def test_bytes_and_row(self, in_workspace, stored):
        kept = services.put(
            workspace_id=in_workspace.workspace.pk,
            kind="export",
            source=io.BytesIO(b"abc"),
            original_name="plan.pdf",
            facts={"width": 3, "pages": 2},
            **PLAIN,
        )
        file = services.record(actor=in_workspace.alice_actor, stored=kept)
        assert (file.size_bytes, file.content_type, file.width, file.probe["pages"]) == (3, "application/pdf", 3, 2)
        assert file.sha256.startswith("ba7816bf")
        assert file.created_by == in_workspace.alice
        assert stored() == [file.storage_key]
        assert file.is_ready
        assert str(file) == "plan.pdf"

    def test_from_a_path(self, in_workspace, tmp_path):
        path = tmp_path / "x"
        path.write_bytes(b"abc")
        kept = services.put(workspace_id=in_workspace.workspace.pk, kind="export", source=path, **PLAIN)
        assert default_storage.open(kept.storage_key).read() == b"abc"
        assert str(services.record(actor=in_workspace.alice_actor, stored=kept)).endswith(".pdf")

    def test_a_run_without_a_lease_leaves_only_bytes(self, in_workspace, stored):
        kept = services.put(
            workspace_id=in_workspace.workspace.pk, kind="export", source=io.BytesIO(b"x"), token="t1", **PLAIN
        )
        assert kept.storage_key.endswith("/t1.pdf")
        assert MediaFile.objects.count() == 0
        services.discard(kept)
        assert stored() == []


class TestDeleting:
    def test_row_and_bytes(self, in_workspace, stored, django_capture_on_commit_callbacks):
        file = factories.make_media(in_workspace.workspace)
        with django_capture_on_commit_callbacks(execute=True):
            services.delete_file(actor=in_workspace.alice_actor, file=file)
        assert stored() == []
        assert AuditEvent.objects.filter(verb="media.delete").count() == 1

    def test_a_change_that_is_rolled_back_keeps_the_bytes(self, in_workspace, stored):
        file = factories.make_media(in_workspace.workspace)
        with transaction.atomic():
            services.forget(file)
            transaction.set_rollback(True)
        assert len(stored()) == 1
        assert MediaFile.objects.count() == 1

    def test_a_file_in_use_stays(self, in_workspace, stored):
        video = factories.make_video(in_workspace.workspace)
        with pytest.raises(Conflict, match="still used"):
            services.delete_file(actor=in_workspace.alice_actor, file=video.media)
        assert len(stored()) == 1
        assert AuditEvent.objects.filter(verb="media.delete").count() == 0


class TestQuota:
    def test_stored_files_and_open_uploads_count(self, in_workspace, settings, frozen):
        settings.STORAGE_QUOTA_BYTES = 10_000
        file = factories.make_media(in_workspace.workspace, data=b"x" * 1000)
        resumable_uploads.create(
            actor=in_workspace.alice_actor, user_id=in_workspace.alice.pk, filename="a", length=2000
        )
        assert quota.usage(in_workspace.workspace.pk).used_bytes == 3000
        assert quota.usage(in_workspace.workspace.pk).free_bytes == 7000
        quota.require(in_workspace.workspace.pk, 7000)
        with pytest.raises(PlanLimit, match=r"has 6\.8 KB of its 9\.8 KB left, and this needs 6\.8 KB"):
            quota.require(in_workspace.workspace.pk, 7001)
        clock.advance(timedelta(hours=25))
        assert quota.usage(in_workspace.workspace.pk).used_bytes == file.size_bytes

    def test_the_plan_is_asked_too(self, in_workspace, monkeypatch):
        asked = []

        def refuse(workspace_id, key, n):
            asked.append((key, n))
            raise PlanLimit("plan", "Your plan stores less.")

        monkeypatch.setattr(limits, "_check", refuse)
        with pytest.raises(PlanLimit, match="Your plan"):
            quota.require(in_workspace.workspace.pk, 5)
        assert asked == [("storage_bytes", 5)]


def make_old(path: Path) -> None:
    before = time.time() - 48 * 3600
    os.utime(path, (before, before))


class TestCleanUp:
    def test_old_scratch_goes_and_young_stays(self, in_workspace, settings, scratch):
        old_file, old_folder, young = scratch / "chunk-a", Path(settings.WORK_DIR) / "previews-b", scratch / "chunk-c"
        old_file.write_bytes(b"x")
        old_folder.mkdir()
        (old_folder / "y").write_bytes(b"y")
        young.write_bytes(b"z")
        make_old(old_file)
        make_old(old_folder)
        assert orphans.scratch_files(clock.now() - orphans.AGE) == 2
        assert list(scratch.iterdir()) == [young]
        assert list(Path(settings.WORK_DIR).iterdir()) == []

    def test_old_bytes_that_no_row_names_go(self, in_workspace, stored, settings, monkeypatch):
        monkeypatch.setattr(orphans, "_BATCH", 2)
        named = factories.make_media(in_workspace.workspace)
        for number in range(5):
            services.put(
                workspace_id=in_workspace.workspace.pk,
                kind="export",
                source=io.BytesIO(b"x"),
                token=f"lost{number}",
                **PLAIN,
            )
        for key in stored():
            make_old(Path(settings.MEDIA_ROOT) / key)
        young = services.put(
            workspace_id=in_workspace.workspace.pk, kind="export", source=io.BytesIO(b"x"), token="young", **PLAIN
        )
        assert orphans.orphans(clock.now() - orphans.AGE) == 5
        assert stored() == sorted([named.storage_key, young.storage_key])

    def test_the_periodic_action_orders_a_job_of_the_system(self, cast, django_capture_on_commit_callbacks):
        tasks.order_clean_up()
        tasks.order_clean_up()
        (job,) = drain(kind="media.clean_up")
        assert (job.status, job.workspace_id, job.result) == ("done", None, {"scratch_files": 0, "orphans": 0})

    def test_expired_uploads_are_swept(self, cast, frozen):
        resumable_uploads.create(actor=cast.alice_actor, user_id=cast.alice.pk, filename="a", length=2000)
        clock.advance(timedelta(hours=25))
        tasks.sweep_uploads()
        assert UploadSession.objects.count() == 0


class TestWords:
    @pytest.mark.parametrize(
        ("size", "words"),
        [(0, "0 bytes"), (1, "1 byte"), (1536, "1.5 KB"), (500 * 1024**2, "500 MB"), (1024**4 * 2, "2 TB")],
    )
    def test_sizes(self, size, words):
        assert size_words(size) == words

    @pytest.mark.parametrize(("seconds", "words"), [(None, "—"), (7.4, "0:07"), (62, "1:02"), (3605, "1:00:05")])
    def test_durations(self, seconds, words):
        assert duration_words(seconds) == words
