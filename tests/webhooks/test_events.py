"""From what happens to messages: each once for each endpoint that wants it, and nothing in them that opens a door."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock, scope
from core.ids import uuid7
from editing import services as edits
from editing.models import Edit
from editing.requests import EditRequest
from editing.services import results
from jobs.models import Job
from jobs.testing import drain
from publishing import signals
from publishing.models import Post, PostTarget, SocialAccount
from publishing.services import schedule
from publishing.services.schedule import When
from publishing.states import PostState
from publishing.transitions import refresh_posts
from tests import factories
from tests.analytics.conftest import make_account, make_live
from tests.publishing.conftest import box, connect, make_post, publish, sandbox_server  # noqa: F401 - fixtures
from videos.services import processing
from webhooks import catalog, payloads
from webhooks.models import WebhookDelivery, WebhookEvent
from webhooks.services import endpoints, event_recording

ROOT = Path(__file__).resolve().parents[2]


def types() -> list[str]:
    return list(WebhookEvent.objects.order_by("created_at", "id").values_list("type", flat=True))


@pytest.fixture
def live(in_workspace):
    """A published target."""
    return make_live(make_account(in_workspace), media=factories.make_media(in_workspace.workspace))


def change(target: PostTarget, **fields: object) -> None:
    """Bring a target to a state as the engine would, as far as its post is concerned."""
    PostTarget.objects.filter(pk=target.pk).update(**fields)
    refresh_posts([target.post_id])


class TestPosts:
    @pytest.mark.parametrize(
        ("fields", "state"),
        [
            ({"state": "scheduled", "due_at": "2027-01-01T00:00Z"}, "scheduled"),
            ({"state": "failed"}, "failed"),
            ({"state": "cancelled"}, "cancelled"),
            ({"state": "unconfirmed"}, "unconfirmed"),
            ({"state": "action_required"}, "needs_you"),
            ({"state": "in_inbox"}, "in_inbox"),
        ],
    )
    def test_a_state_is_told_once(self, make_endpoint, receiver, live, fields, state):
        make_endpoint()
        change(live, **fields)
        change(live, **fields)
        drain()
        assert types() == [f"post.{state}"]
        message = json.loads(receiver.got[0].body)
        assert (message["type"], message["version"]) == (f"post.{state}", catalog.VERSION)
        assert message["data"]["status"] == state
        assert message["data"]["id"] == str(live.post_id)
        assert message["data"]["url"] == f"{django_settings.PUBLIC_BASE_URL}/posts/{live.post_id}/"

    def test_what_nobody_wants_to_hear_is_not_told(self, make_endpoint, live):
        make_endpoint()
        change(live, state="preparing")
        drain()
        assert Post.objects.get(pk=live.post_id).state == PostState.PUBLISHING
        assert types() == []

    def test_the_state_is_that_of_the_news_even_if_the_post_has_gone_on(self, make_endpoint, receiver, live):
        make_endpoint()
        change(live, state="failed")
        change(live, state="preparing")
        drain()
        assert json.loads(receiver.got[0].body)["data"]["status"] == "failed"

    def test_many_posts_make_one_job_and_the_same_number_of_statements(self, make_endpoint, in_workspace):
        account = make_account(in_workspace)
        make_endpoint()

        def cost(count: int) -> int:
            rows = [make_live(account, media=factories.make_media(in_workspace.workspace)) for _ in range(count)]
            PostTarget.objects.filter(pk__in=[row.pk for row in rows]).update(state="failed")
            refresh_posts([row.post_id for row in rows])
            job = Job.objects.get(kind=event_recording.RECORD, status="queued")
            with CaptureQueriesContext(connection) as queries:
                event_recording.record(in_workspace.workspace.pk, job.pk, job.payload)
            Job.objects.all().delete()
            return len(queries)

        assert cost(2) == cost(12)
        assert WebhookDelivery.objects.count() == 14

    def test_a_whole_publication(self, connect, publish, make_endpoint, receiver):  # noqa: F811 - the fixtures
        make_endpoint()
        target = publish(connect("youtube"))
        drain()
        told = [json.loads(got.body) for got in receiver.got]
        assert {"post.published", "target.published"} <= {each["type"] for each in told}
        (one,) = [each for each in told if each["type"] == "target.published"]
        assert one["data"]["platform_url"] == target.permalink
        assert one["data"]["post_id"] == str(target.post_id)
        assert len(set(receiver.ids)) == len(receiver.ids)


class TestOthers:
    def test_an_analysis(self, make_endpoint, in_workspace):
        make_endpoint()
        video = factories.make_video(in_workspace.workspace, status="processing")
        assert processing.finish(video)
        drain()
        video = factories.make_video(in_workspace.workspace, status="processing")
        assert processing.fail(video, stage="measure", code="broken", message="It is broken.")
        drain()
        assert types() == ["analysis.finished", "analysis.failed"]

    def test_an_edit(self, make_endpoint, receiver, in_workspace):
        make_endpoint()
        video = factories.make_video(in_workspace.workspace)
        factories.make_analysis(video)
        edit = edits.draft(actor=in_workspace.alice_actor, request=EditRequest(video_id=video.pk))
        Edit.objects.filter(pk=edit.pk).update(state="rendering")
        results.fail(
            workspace_id=edit.workspace_id, edit_id=edit.pk, purpose="export", cancelled=False, code="x", message="No."
        )
        Edit.objects.filter(pk=edit.pk).update(state="rendering")
        results.record(
            actor=in_workspace.alice_actor, edit_id=edit.pk, purpose="export", made=results.Made({}, [], [], 1)
        )
        drain()
        assert types() == ["edit.failed", "edit.finished"]
        assert json.loads(receiver.got[1].body)["data"]["status"] == Edit.objects.get(pk=edit.pk).state

    def test_a_lost_connection(self, make_endpoint, in_workspace):
        make_endpoint()
        account = make_account(in_workspace)
        signals.account_lost.send(SocialAccount, account_id=account.pk, workspace_id=account.workspace_id)
        drain()
        assert types() == ["account.lost"]

    def test_what_is_gone_makes_no_message(self, make_endpoint, in_workspace):
        make_endpoint()
        event_recording.order("post.failed", in_workspace.workspace.pk, [uuid7()])
        drain()
        assert types() == []


class TestWhoHears:
    def test_each_endpoint_gets_what_it_chose_and_no_more(self, make_endpoint, receiver, live):
        make_endpoint("/all")
        make_endpoint("/failed", events=["post.failed"])
        make_endpoint("/published", events=["post.published"])
        change(live, state="failed")
        drain()
        assert sorted(got.path for got in receiver.got) == ["/all", "/failed"]
        assert len(set(receiver.ids)) == 1

    def test_without_an_endpoint_there_is_no_job_and_one_read(self, in_workspace, live):
        PostTarget.objects.filter(pk=live.pk).update(state="failed")
        with CaptureQueriesContext(connection) as queries:
            refresh_posts([live.post_id])
        assert sum("webhooks_webhookendpoint" in query["sql"] for query in queries) == 1
        assert not Job.objects.filter(kind=event_recording.RECORD).exists()

    def test_another_workspace_hears_nothing(self, make_endpoint, live, cast):
        with scope.workspace(cast.elsewhere.pk):
            event_recording.order("post.failed", cast.elsewhere.pk, [live.post_id])
        drain()
        assert types() == []

    def test_a_paused_endpoint_gets_what_happened_when_it_is_resumed(self, make_endpoint, receiver, live, in_workspace):
        row = make_endpoint()
        endpoints.pause(actor=in_workspace.alice_actor, endpoint_id=row.pk)
        change(live, state="failed")
        drain()
        assert receiver.got == []
        endpoints.resume(actor=in_workspace.alice_actor, endpoint_id=row.pk)
        drain()
        assert [json.loads(got.body)["type"] for got in receiver.got] == ["post.failed"]

    def test_one_that_is_switched_off_misses_it(self, make_endpoint, receiver, live, in_workspace):
        row = make_endpoint()
        endpoints.disable(row, "Why.")
        change(live, state="failed")
        drain()
        endpoints.resume(actor=in_workspace.alice_actor, endpoint_id=row.pk)
        drain()
        assert receiver.got == []

    def test_a_job_that_runs_twice_makes_one_event(self, make_endpoint, in_workspace, live):
        make_endpoint()
        change(live, state="failed")
        job = Job.objects.get(kind=event_recording.RECORD)
        drain()
        Job.objects.filter(pk=job.pk).update(status="queued", finished_at=None)
        drain()
        assert WebhookEvent.objects.count() == WebhookDelivery.objects.count() == 1


class TestContents:
    def test_no_text_secret_or_address_of_a_file_is_in_a_message(self, make_endpoint, receiver, live, in_workspace):
        Post.objects.filter(pk=live.post_id).update(text="Our unannounced launch")
        PostTarget.objects.filter(pk=live.pk).update(checkpoint_sealed="v1.secret", spec={"url": "https://x/m/token"})
        make_endpoint()
        change(live, state="failed")
        event_recording.order("target.failed", live.workspace_id, [live.pk])
        drain()
        assert len(receiver.got) == 2
        for got in receiver.got:
            assert not re.search("unannounced|v1\\.secret|/m/|access|token", got.body)

    @pytest.mark.parametrize("name", [*catalog.types()])
    def test_every_type_can_be_described(self, name, in_workspace):
        assert payloads.describe(catalog.types()[name], in_workspace.workspace.pk, [uuid7()]) == {}

    def test_names_are_words_with_a_full_stop(self):
        assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", name) for name in catalog.types())

    def test_times_say_their_zone(self, make_endpoint, receiver, live):
        make_endpoint()
        change(live, state="failed")
        drain()
        message = json.loads(receiver.got[0].body)
        assert message["timestamp"].endswith("Z")
        assert message["data"]["created_at"].endswith("Z")


def test_what_is_scheduled_is_recorded_by_a_job(make_post, connect, make_endpoint, in_workspace):  # noqa: F811
    make_endpoint()
    post = make_post(connect("tiktok"))
    tomorrow = When(at=clock.now() + timedelta(days=1))
    schedule.schedule_post(actor=in_workspace.alice_actor, post_id=post.pk, when=tomorrow)
    assert WebhookEvent.objects.count() == 0
    drain(kind=event_recording.RECORD)
    assert types() == ["post.scheduled"]
