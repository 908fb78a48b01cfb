"""The event stream: envelopes, delivery after the commit, and the layer that works across threads."""

import asyncio
import threading
import time

import pytest
from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from django.db import transaction

from jobs import events
from jobs.channel_layer import ThreadSafeLayer

ID = "0190a7c0-0000-7000-8000-000000000001"


@pytest.fixture
def delivered(monkeypatch):
    messages = []
    monkeypatch.setattr(events, "_deliver", lambda group, message: messages.append((group, message)))
    return messages


class TestSend:
    @pytest.mark.django_db(transaction=True)
    def test_waits_for_the_commit(self, delivered, frozen):
        with transaction.atomic():
            events.publish_event(topic="job", id=ID, type="job.progress", data={"pct": 4})
            assert delivered == []
        assert delivered == [
            (
                f"job.{ID}",
                {
                    "v": 1,
                    "topic": f"job:{ID}",
                    "type": "job.progress",
                    "ts": "2026-05-04T09:00:00.000Z",
                    "data": {"pct": 4},
                },
            )
        ]

    @pytest.mark.django_db(transaction=True)
    def test_a_layer_that_is_down_is_no_error(self, monkeypatch, caplog):
        def refuse():
            raise ConnectionError("refused")

        monkeypatch.setattr(events, "get_channel_layer", refuse)
        events.publish_event(topic="job", id=ID, type="job.progress", data={})
        asyncio.run(events.apublish_event(topic="job", id=ID, type="job.progress", data={}))
        assert caplog.text.count("could not be delivered") == 2

    async def test_from_async_code(self):
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(f"chat.{ID}", channel)
        await events.apublish_event(topic="chat", id=ID, type="chat.delta", data={"text": "a"})
        message = await asyncio.wait_for(layer.receive(channel), 30)
        assert message["envelope"]["data"] == {"text": "a"}
        await layer.group_discard(f"chat.{ID}", channel)


class TestTopics:
    def test_unknown_topics_and_odd_ids_are_nobodys(self):
        events.register_topic("everything", lambda actor, subject_id: True)
        try:
            assert events.may_subscribe(None, "everything", ID)
            assert not events.may_subscribe(None, "everything", "../1")
            assert not events.may_subscribe(None, "nothing", ID)
            assert "everything" in events.topics()
        finally:
            del events._topics["everything"]


class TestLayer:
    def test_a_burst_from_many_threads_arrives_whole(self):
        layer = ThreadSafeLayer(capacity=5)
        received, ready, done = [], threading.Event(), threading.Event()

        async def listen():
            channel = await layer.new_channel()
            await layer.group_add("g", channel)
            ready.set()
            while len(received) < 400:
                received.append((await layer.receive(channel))["n"])
            await layer.group_discard("g", channel)

        def serve():
            asyncio.run(asyncio.wait_for(listen(), 60))
            done.set()

        def burst(start):
            for n in range(start, start + 100):
                async_to_sync(layer.group_send)("g", {"type": "x", "n": n})

        server = threading.Thread(target=serve)
        server.start()
        assert ready.wait(60)
        senders = [threading.Thread(target=burst, args=(start,)) for start in range(0, 400, 100)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(60)
        assert done.wait(60)
        assert sorted(received) == list(range(400))
        assert layer._homes == {}

    def test_a_receiver_whose_loop_ended_is_forgotten(self):
        layer = ThreadSafeLayer()

        async def join():
            await layer.group_add("g", await layer.new_channel())

        asyncio.run(join())
        assert layer.groups["g"]
        async_to_sync(layer.group_send)("g", {"type": "x"})
        assert not layer.groups["g"]

    async def test_a_full_channel_does_not_hold_the_others_up(self):
        layer = ThreadSafeLayer(capacity=1)
        full, free = await layer.new_channel(), await layer.new_channel()
        await layer.group_add("g", full)
        await layer.send(full, {"type": "x", "n": 0})
        with pytest.raises(ChannelFull):
            await layer.send(full, {"type": "x", "n": 1})
        await layer.group_add("g", free)
        await layer.group_send("g", {"type": "x", "n": 2})
        assert (await layer.receive(free))["n"] == 2
        assert (await layer.receive(full))["n"] == 0

    def test_a_stuck_loop_costs_a_second_not_the_job(self):
        layer = ThreadSafeLayer()
        ready, release = threading.Event(), threading.Event()

        async def stuck():
            await layer.group_add("g", await layer.new_channel())
            # From here on its loop runs nothing: not even what arrives before the sender is told.
            ready.set()
            release.wait(60)

        server = threading.Thread(target=lambda: asyncio.run(stuck()))
        server.start()
        assert ready.wait(60)
        started = time.monotonic()
        async_to_sync(layer.group_send)("g", {"type": "x"})
        waited = time.monotonic() - started
        still_stuck = not release.is_set() and server.is_alive()
        release.set()
        server.join()
        assert still_stuck
        assert 0.9 <= waited < 20
