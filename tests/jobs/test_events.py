"""The event stream: envelopes, delivery after the commit, and the way from any thread or process to the sockets."""

import asyncio
import json
import threading
import time

import pytest
import redis
from django.conf import settings as project
from django.db import transaction

from accounts.models import User, Workspace
from core.outages import Away
from jobs import event_hub, event_stream, events
from tests.waits import until

ID = "0190a7c0-0000-7000-8000-000000000001"
PATIENCE_S = 30


class Page:
    """A listener that notes what it gets."""

    def __init__(self):
        self.heard = asyncio.Queue()

    def deliver(self, text):
        self.heard.put_nowait(json.loads(text))

    def interrupt(self, error):
        self.heard.put_nowait(error)

    async def next(self):
        return await asyncio.wait_for(self.heard.get(), PATIENCE_S)


@pytest.fixture
def delivered(monkeypatch):
    messages = []
    monkeypatch.setattr(events, "_deliver", messages.extend)
    return messages


class TestPublish:
    @pytest.mark.django_db(transaction=True)
    def test_waits_for_the_commit(self, delivered, frozen):
        with transaction.atomic():
            events.publish_event(topic="job", id=ID, type="job.progress", data={"pct": 4})
            assert delivered == []
        [(topic, text)] = delivered
        assert topic == f"job:{ID}"
        assert json.loads(text) == {
            "v": 1,
            "topic": f"job:{ID}",
            "type": "job.progress",
            "ts": "2026-05-04T09:00:00.000Z",
            "data": {"pct": 4},
        }

    @pytest.mark.django_db(transaction=True)
    def test_a_stream_that_is_away_is_no_error_and_left_alone_for_a_moment(self, monkeypatch, caplog):
        tries = []

        def refuse(messages):
            tries.append(messages)
            raise redis.ConnectionError("refused")

        monkeypatch.setattr(event_stream, "publish", refuse)
        for _ in range(3):
            events.publish_event(topic="job", id=ID, type="job.progress", data={})
        assert caplog.text.count("could not be delivered") == len(tries) == 1


class TestOwners:
    @pytest.mark.django_db
    def test_unknown_topics_and_odd_ids_are_nobodys(self, in_workspace):
        workspace = str(in_workspace.workspace.pk)
        odd = ["nothing:" + ID, "job:" + ID, "job:../1", "workspace", f"workspace:{workspace.upper()}", f":{workspace}"]
        assert events.owners([*odd, f"workspace:{workspace}"]) == {f"workspace:{workspace}": in_workspace.workspace.pk}

    @pytest.mark.django_db
    def test_many_topics_of_a_kind_are_one_query(self, cast, django_assert_num_queries):
        ids = [cast.workspace.pk, cast.elsewhere.pk]
        with django_assert_num_queries(0):
            assert len(events.owners(f"workspace:{each}" for each in ids)) == 2
        with django_assert_num_queries(1):
            events.owners([f"job:0190a7c0-0000-7000-8000-{number:012}" for number in range(500)])

    def test_registered_are_models(self):
        assert events.is_topic("workspace")
        assert not events.is_topic("nothing")
        assert (events._topics["workspace"], events._topics["person"]) == (Workspace, User)


class TestHub:
    async def test_a_burst_from_many_threads_arrives_whole(self):
        page = Page()
        event_hub.here().join("t", page)

        def burst(start):
            for number in range(start, start + 100):
                event_hub.deliver("t", str(number))

        threads = [threading.Thread(target=burst, args=(start,)) for start in range(0, 400, 100)]
        for thread in threads:
            thread.start()
        assert sorted([await page.next() for _ in range(400)]) == list(range(400))
        event_hub.here().leave("t", page)
        assert not event_hub.here().listens("t")

    async def test_publishing_never_waits_for_a_loop_that_is_stuck(self):
        ready, release = threading.Event(), threading.Event()

        async def stuck():
            event_hub.here().join("t", Page())
            ready.set()
            release.wait(PATIENCE_S)

        server = threading.Thread(target=lambda: asyncio.run(stuck()))
        server.start()
        assert ready.wait(PATIENCE_S)
        begun = time.monotonic()
        event_hub.deliver("t", "1")
        waited = time.monotonic() - begun
        release.set()
        server.join()
        assert waited < 1
        # Its loop has ended; what is sent now is for nobody, and no error.
        event_hub.deliver("t", "2")

    async def test_everybody_learns_once_that_events_were_lost(self):
        page = Page()
        for topic in ("a", "b"):
            event_hub.here().join(topic, page)
        event_hub.interrupt(Away("cache"))
        assert isinstance(await page.next(), Away)
        assert page.heard.empty()
        for topic in ("a", "b"):
            event_hub.here().leave(topic, page)


@pytest.mark.redis
@pytest.mark.slow
@pytest.mark.skipif(not project.EVENTS_REDIS_URL, reason="between processes events go over Redis")
class TestBetweenProcesses:
    async def test_what_is_published_is_heard_and_a_broken_connection_interrupts(self):
        await asyncio.to_thread(event_stream.start_reading)
        page = Page()
        event_hub.here().join(f"job:{ID}", page)
        await asyncio.to_thread(event_stream.publish, [(f"job:{ID}", '"first"')])
        assert await page.next() == "first"
        client = redis.Redis.from_url(project.EVENTS_REDIS_URL)
        await asyncio.to_thread(client.client_kill_filter, _type="pubsub")
        assert isinstance(await page.next(), Exception)
        await asyncio.to_thread(until, event_stream.is_reading, "the stream to be read again")
        await asyncio.to_thread(event_stream.publish, [(f"job:{ID}", '"again"')])
        assert await page.next() == "again"
        event_hub.here().leave(f"job:{ID}", page)

    async def test_without_redis_nobody_can_listen(self, settings, monkeypatch):
        monkeypatch.setattr(event_stream, "reading", threading.Event())
        monkeypatch.setattr(event_stream, "_READY_S", 0.05)
        with pytest.raises(Away):
            await asyncio.to_thread(event_stream.start_reading)
