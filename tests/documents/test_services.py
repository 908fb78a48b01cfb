"""What all kinds of documents share: versions, trash, lists, jobs."""

from datetime import timedelta

import pytest

from accounts.models import AuditEvent
from core import clock
from core.errors import Conflict, NotFound, PermissionDenied
from documents.selectors import compare, contents, documents
from documents.services.writing import add_version, writable
from jobs.models import Job, Status
from jobs.testing import drain
from tests.ai.conftest import vendor  # noqa: F401 - a fixture
from tests.documents.conftest import INPUTS

pytestmark = pytest.mark.django_db


def verbs(case):
    rows = AuditEvent.objects.filter(subject_type=case.kind.name, subject_id=str(case.document.pk))
    return [verb.removeprefix(f"{case.kind.name}.") for verb in rows.order_by("id").values_list("verb", flat=True)]


class TestEdit:
    def test_an_edit_is_a_new_version_by_its_author_and_the_old_one_stays(self, case):
        before = case.text()
        edited = case.edit("Ours.", version=1, actor=case.cast.alice_actor)
        assert (edited.version, case.text(), case.text(number=1)) == (2, "Ours.", before)
        shown = case.shown()
        assert (shown.version.created_by, shown.version.reason) == (case.cast.alice, "edited")
        assert shown.version.provenance["edited"] is True
        assert shown.newest
        assert not case.shown(number=1).newest
        assert verbs(case) == ["generated", "edited"]

    def test_a_stale_edit_is_a_conflict_with_both_versions(self, case):
        case.edit("Bob's.", version=1)
        with pytest.raises(Conflict) as raised:
            case.edit("Mine.", version=1, actor=case.cast.alice_actor)
        details = raised.value.details
        assert (raised.value.code, details["yours"], details["current"]) == (case.kind.errors.STALE, 1, 2)
        assert details["current_content"][case.section] == "Bob's."
        assert case.document.versions.count() == 2

    def test_a_version_saved_at_the_last_moment_is_not_lost(self, case):
        document = writable(case.kind, case.cast.bob_actor, case.document.pk)
        type(document).objects.filter(pk=document.pk).update(version=5)
        content = case.shown(number=1).content
        with pytest.raises(Conflict):
            add_version(
                case.kind, case.cast.bob_actor, document, expected=1, content=content, request={}, provenance={},
                reason="edited",
            )  # fmt: skip

    def test_no_change_makes_no_version(self, case):
        assert case.edit(case.text(), version=1).version == 1
        assert case.document.versions.count() == 1

    def test_viewers_and_strangers_may_not_edit(self, case):
        for actor, error in ((case.cast.victor_actor, PermissionDenied), (case.cast.charlie_actor, NotFound)):
            with pytest.raises(error):
                case.edit("x", version=1, actor=actor)
        assert case.document.versions.count() == 1


class TestRestore:
    def test_a_former_version_becomes_a_new_one(self, case):
        def restore(number):
            return case.services.restore(
                actor=case.cast.bob_actor, document_id=case.document.pk, number=number, version=2
            )

        first = case.shown().content
        case.edit("New.", version=1)
        assert restore(1).version == 3
        shown = case.shown()
        assert shown.content == first
        assert (shown.version.reason, shown.version.note) == ("restored", "From version 1")
        assert verbs(case) == ["generated", "edited", "restored"]
        with pytest.raises(Conflict):
            restore(1)
        with pytest.raises(NotFound):
            case.services.restore(actor=case.cast.bob_actor, document_id=case.document.pk, number=9)

    def test_an_unknown_version_is_not_found(self, case):
        with pytest.raises(NotFound):
            case.shown(number=4)


class TestTrash:
    def test_delete_and_undo(self, case):
        given = {"actor": case.cast.bob_actor, "document_id": case.document.pk}
        case.services.delete(**given)
        with pytest.raises(NotFound):
            case.shown()
        with pytest.raises(NotFound):
            case.services.delete(**given)
        with pytest.raises(NotFound):
            case.services.undelete(**{**given, "actor": case.cast.charlie_actor})
        case.services.undelete(**given)
        assert case.selectors.shown(case.cast.victor_actor, case.document.pk).document.version == 1
        with pytest.raises(Conflict):
            case.services.undelete(**given)
        assert verbs(case) == ["generated", "deleted", "restored_from_trash"]

    def test_erased_after_thirty_days(self, case):
        model, versions = type(case.document), case.document.versions
        case.services.delete(actor=case.cast.bob_actor, document_id=case.document.pk)
        clock.advance(timedelta(days=29))
        case.tasks.empty_trash()
        assert model.objects.count() == 1
        clock.advance(timedelta(days=2))
        case.tasks.empty_trash()
        assert not model.objects.exists()
        assert not versions.exists()


class TestJobs:
    @pytest.fixture
    def online(self, kind, env, vendor):  # noqa: F811 - the fixture
        env(OPENAI_API_KEY="k", OPENAI_BASE_URL=vendor.url)
        return kind

    def test_async_is_always_a_job(self, kind):
        made = kind.make(respond_async=True)
        assert (made.job.kind, made.document.status) == (kind.kind.job_kind, "generating")
        drain()
        made.document.refresh_from_db()
        assert (made.document.status, made.document.offline) == ("ready", True)

    def test_a_job_that_runs_again_after_it_was_done_changes_nothing(self, kind):
        made = kind.make(respond_async=True)
        drain()
        Job.objects.filter(pk=made.job.pk).update(status=Status.QUEUED, finished_at=None)
        drain()
        assert made.document.versions.count() == 1

    def test_a_document_deleted_meanwhile_ends_its_job(self, kind):
        made = kind.make(respond_async=True)
        kind.services.delete(actor=kind.cast.bob_actor, document_id=made.document.pk)
        (job,) = drain()
        assert (job.status, job.error_code) == (Status.FAILED, f"{kind.kind.name}_gone")
        assert not made.document.versions.exists()

    def test_whoever_cannot_wait_any_longer_is_told_so(self, online):
        with pytest.raises(Conflict) as raised:
            online.services.create(actor=online.cast.bob_actor, **INPUTS[online.kind.name], wait_s=0.0)
        assert raised.value.code == online.kind.errors.NOT_READY

    @pytest.mark.parametrize(("status", "ends"), [(429, Status.WAITING), (500, Status.WAITING), (401, Status.FAILED)])
    def test_only_trouble_that_can_heal_is_waited_for(self, online, vendor, status, ends):  # noqa: F811
        vendor.replies = [{"status": status, "headers": {"retry-after": "1"}}]
        made = online.make(wait_s=0.0)
        (job,) = drain()
        assert job.status == ends
        made.document.refresh_from_db()
        assert made.document.status == ("failed" if ends == Status.FAILED else "generating")


class TestSelectors:
    def test_the_list_reads_one_query_and_leaves_out_what_only_a_page_shows(self, case, django_assert_num_queries):
        with django_assert_num_queries(1):
            rows = list(documents(case.kind, case.cast.bob_actor))
        assert [row.pk for row in rows] == [case.document.pk]
        assert {"inputs", "search"} <= rows[0].get_deferred_fields()

    def test_the_newest_come_first_and_equal_instants_in_one_order(self, case):
        for _ in range(3):
            case.make()
        type(case.document).objects.update(created_at=clock.now())
        rows = list(documents(case.kind, case.cast.bob_actor))
        assert [row.pk for row in rows] == sorted((row.pk for row in rows), reverse=True)

    def test_versions_come_without_what_they_say(self, case, django_assert_num_queries):
        case.edit("New.", version=1)
        with django_assert_num_queries(1):
            rows = list(case.selectors.versions(case.cast.bob_actor, case.document))
            authors = [(row.number, row.created_by.email) for row in rows]
        assert {"content", "request"} <= rows[0].get_deferred_fields()
        assert authors == [(2, case.cast.bob.email), (1, case.cast.bob.email)]

    def test_one_document_with_its_version_costs_one_query(self, case, django_assert_num_queries):
        with django_assert_num_queries(1):
            case.shown()


class TestCompare:
    def test_only_the_sections_that_differ_word_by_word(self, case):
        case.edit("One new text.", version=1)
        first, second = contents(case.kind, case.document, 1, 2)
        (difference,) = compare(case.kind, first, second)
        assert (difference.key, difference.label) == (case.section, case.kind.sections[case.section])
        assert {"removed", "added"} <= {change.kind for change in difference.changes}
        assert compare(case.kind, first, first) == []

    def test_a_version_that_is_not_there_is_not_found(self, case):
        with pytest.raises(NotFound):
            contents(case.kind, case.document, 1, 2)
