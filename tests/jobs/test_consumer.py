"""The socket of a page: who may connect, what they may hear, and for how long."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth import logout
from django.db import DatabaseError
from django.http import HttpRequest

import jobs
from accounts.models import Membership
from core import scope
from jobs import consumers, event_hub, events
from tests import factories
from tests.waits import until

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 60


@pytest.fixture
async def people():
    with scope.system("tests"):
        return await sync_to_async(factories.make_cast)()


@pytest.fixture
def name(kind):
    return kind(lambda ctx: jobs.Done())


class Socket(ApplicationCommunicator):
    """A page's end of the socket."""

    async def connect(self):
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(timeout=PATIENCE_S))["type"] == "websocket.accept"

    async def say(self, message):
        await self.send_input({"type": "websocket.receive", "text": json.dumps(message)})

    async def hear(self):
        output = await self.receive_output(timeout=PATIENCE_S)
        assert output["type"] == "websocket.send", output
        return json.loads(output["text"])

    async def leave(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=PATIENCE_S)


async def open_socket(user, *, origin=b"http://localhost:8000"):
    """A socket with the cookies of a signed-in browser (none for None)."""
    from config.asgi import application

    headers = [(b"origin", origin)]
    if user is not None:
        client = await sync_to_async(factories.sign_in)(user)
        headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    return Socket(application, {"type": "websocket", "path": "/ws/app/", "headers": headers, "subprotocols": []})


async def connected(user):
    socket = await open_socket(user)
    assert await socket.connect()
    return socket


async def closed_with(socket):
    """The code with which the product closes. The server then reports the end, else the consumer would wait on."""
    message = await socket.receive_output(timeout=PATIENCE_S)
    assert message["type"] == "websocket.close"
    await socket.leave()
    return message["code"]


async def order(name, actor):
    return await sync_to_async(lambda: jobs.enqueue(kind=name, actor=actor))()


class TestConnect:
    async def test_visitors_are_told_to_sign_in(self):
        socket = await open_socket(None)
        assert await socket.connect()
        assert await closed_with(socket) == consumers.SIGNED_OUT

    async def test_other_sites_are_refused(self, people):
        socket = await open_socket(people.alice, origin=b"https://evil.example")
        assert not await socket.connect()
        await socket.leave()


class TestEnd:
    async def test_a_server_that_gives_the_connection_up_leaves_no_task_and_no_subscription(self, people, name):
        job = await order(name, people.alice_actor)
        socket = await connected(people.alice)
        await socket.say({"op": "sub", "topics": [f"job:{job.pk}"]})
        await socket.say({"op": "ping"})
        await socket.hear()
        (consumer,) = consumers._watched()
        tasks = set(consumer._tasks)
        socket.future.cancel()
        await asyncio.wait({socket.future, *tasks}, timeout=PATIENCE_S)
        assert tasks
        assert all(task.cancelled() for task in tasks)
        assert (consumer.topics, consumers._watched()) == ({}, set())


class TestTopics:
    async def test_ones_own_job_is_heard(self, people, name):
        job = await order(name, people.alice_actor)
        socket = await connected(people.victor)
        await socket.say({"op": "sub", "topics": [f"job:{job.pk}"]})
        await socket.say({"op": "ping"})
        assert await socket.hear() == {"v": 1, "type": "pong"}
        await sync_to_async(events.publish_event)(topic="job", id=job.pk, type="job.progress", data={"pct": 7})
        message = await socket.hear()
        assert (message["v"], message["topic"], message["data"]) == (1, f"job:{job.pk}", {"pct": 7})
        await socket.say({"op": "unsub", "topics": [f"job:{job.pk}"]})
        await socket.say({"op": "ping"})
        await socket.hear()
        await sync_to_async(events.publish_event)(topic="job", id=job.pk, type="job.progress", data={"pct": 8})
        assert await socket.receive_nothing()
        await socket.leave()

    async def test_a_strangers_job_is_not(self, people, name):
        job = await order(name, people.alice_actor)
        socket = await connected(people.charlie)
        topics = [f"job:{job.pk}", f"workspace:{people.workspace.pk}", "job:x", "secret:1", f"workspace:{job.pk}"]
        await socket.say({"op": "sub", "topics": topics})
        denied = [await socket.hear() for _ in topics]
        assert {message["type"] for message in denied} == {"denied"}
        assert {message["data"]["topic"] for message in denied} == set(topics)
        await sync_to_async(events.publish_event)(topic="job", id=job.pk, type="job.progress", data={"pct": 7})
        assert await socket.receive_nothing()
        await socket.leave()

    async def test_both_workspaces_of_a_person_are_heard(self, people):
        with scope.system("tests"):
            await sync_to_async(Membership.objects.create)(
                workspace=people.workspace, user=people.charlie, role="viewer"
            )
        socket = await connected(people.charlie)
        mine = [f"workspace:{people.workspace.pk}", f"workspace:{people.elsewhere.pk}"]
        await socket.say({"op": "sub", "topics": mine})
        await socket.say({"op": "ping"})
        assert (await socket.hear())["type"] == "pong"
        await socket.leave()

    @pytest.mark.parametrize(
        "text", ["", "{", "[]", '"x"', '{"op": "delete"}', "[" * 5000, '{"op":"sub","topics":["' + "x" * 40000 + '"]}']
    )
    async def test_nonsense_is_answered(self, people, text):
        socket = await connected(people.alice)
        await socket.send_input({"type": "websocket.receive", "text": text})
        assert (await socket.hear())["type"] == "error"
        await socket.leave()

    async def test_too_many_topics_are_denied(self, people, monkeypatch):
        monkeypatch.setattr(consumers, "MAX_TOPICS", 1)
        socket = await connected(people.alice)
        await socket.say({"op": "sub", "topics": [f"workspace:{people.workspace.pk}"]})
        await socket.say({"op": "sub", "topics": ["job:" + "1" * 8]})
        assert (await socket.hear())["type"] == "denied"
        await socket.leave()


class TestWhileConnected:
    @pytest.fixture(autouse=True)
    def _often(self, monkeypatch):
        monkeypatch.setattr(consumers.AppConsumer, "recheck_s", 0.1)

    async def test_leaving_the_workspace_ends_the_topic(self, people):
        socket = await connected(people.bob)
        topic = f"workspace:{people.workspace.pk}"
        await socket.say({"op": "sub", "topics": [topic]})
        await socket.say({"op": "ping"})
        assert (await socket.hear())["type"] == "pong"
        with scope.system("tests"):
            await sync_to_async(Membership.objects.filter(user=people.bob).delete)()
        assert await socket.hear() == {"v": 1, "type": "denied", "data": {"topic": topic}}
        await sync_to_async(events.publish_event)(topic="workspace", id=people.workspace.pk, type="x", data={})
        assert await socket.receive_nothing()
        await socket.leave()

    async def test_signing_out_closes_the_socket(self, people):
        socket = await connected(people.bob)
        await sync_to_async(self._sign_out)(socket)
        assert await closed_with(socket) == consumers.SIGNED_OUT

    async def test_subscribing_after_signing_out_closes_the_socket(self, people, monkeypatch):
        monkeypatch.setattr(consumers.AppConsumer, "recheck_s", 60)
        socket = await connected(people.bob)
        await sync_to_async(self._sign_out)(socket)
        await socket.say({"op": "sub", "topics": [f"workspace:{people.workspace.pk}"]})
        assert await closed_with(socket) == consumers.SIGNED_OUT

    async def test_what_cannot_be_checked_is_not_heard(self, people, monkeypatch, caplog):
        """Nobody goes on listening because the database was away for a moment; the page comes back by itself."""
        socket = await connected(people.bob)
        await socket.say({"op": "ping"})
        assert (await socket.hear())["type"] == "pong"

        async def fail(wanted):
            raise DatabaseError("away")

        monkeypatch.setattr(consumers, "_allowed", fail)
        assert await closed_with(socket) == consumers.TRY_AGAIN
        assert "could not be checked" in caplog.text

    async def test_a_topic_subscribed_while_permissions_are_checked_stays(self, people, monkeypatch):
        """The check knows nothing of it; it was allowed a moment ago."""
        asking, go_on = asyncio.Event(), asyncio.Event()
        real = consumers._allowed
        topic = f"workspace:{people.workspace.pk}"
        socket = await connected(people.bob)
        await socket.say({"op": "ping"})
        assert (await socket.hear())["type"] == "pong"

        async def slow_when_it_rechecks(wanted):
            allowed = await real(wanted)
            if not any(topic in topics for topics in wanted.values()):
                asking.set()
                await go_on.wait()
            return allowed

        monkeypatch.setattr(consumers, "_allowed", slow_when_it_rechecks)
        await asyncio.wait_for(asking.wait(), PATIENCE_S)
        await socket.say({"op": "sub", "topics": [topic]})
        await socket.say({"op": "ping"})
        assert (await socket.hear())["type"] == "pong"
        go_on.set()
        await sync_to_async(events.publish_event)(topic="workspace", id=people.workspace.pk, type="x", data={})
        message = await socket.hear()
        assert (message["type"], message.get("topic")) == ("x", topic)
        await socket.leave()

    async def test_a_database_that_is_away_when_a_page_connects_lets_it_try_again(self, people, monkeypatch):
        async def fail(wanted):
            raise DatabaseError("away")

        monkeypatch.setattr(consumers, "_allowed", fail)
        socket = await open_socket(people.bob)
        assert await socket.connect()
        assert await closed_with(socket) == consumers.TRY_AGAIN

    async def test_a_database_that_is_away_when_a_page_subscribes_lets_it_try_again(self, people, monkeypatch):
        monkeypatch.setattr(consumers.AppConsumer, "recheck_s", 60)
        socket = await connected(people.bob)
        await socket.say({"op": "ping"})
        assert (await socket.hear())["type"] == "pong"

        async def fail(wanted):
            raise DatabaseError("away")

        monkeypatch.setattr(consumers, "_allowed", fail)
        await socket.say({"op": "sub", "topics": [f"workspace:{people.workspace.pk}"]})
        assert await closed_with(socket) == consumers.TRY_AGAIN

    async def test_a_page_that_takes_no_events_is_closed(self, people, monkeypatch):
        monkeypatch.setattr(consumers, "MAX_UNSENT", 2)
        monkeypatch.setattr(consumers.AppConsumer, "recheck_s", 60)
        socket = await connected(people.bob)
        await socket.say({"op": "sub", "topics": [f"workspace:{people.workspace.pk}"]})
        await socket.say({"op": "ping"})
        assert (await socket.hear())["type"] == "pong"
        for _ in range(4):
            event_hub.here().deliver(f"workspace:{people.workspace.pk}", "{}")
        message = await socket.receive_output(timeout=PATIENCE_S)
        while message["type"] == "websocket.send":
            message = await socket.receive_output(timeout=PATIENCE_S)
        assert (message["type"], message["code"]) == ("websocket.close", consumers.TRY_AGAIN)
        await socket.leave()

    async def test_all_sockets_are_checked_with_the_queries_of_one(self, people):
        sockets = [await connected(person) for person in (people.alice, people.bob, people.victor) for _ in range(2)]
        for socket in sockets:
            await socket.say({"op": "sub", "topics": [f"workspace:{people.workspace.pk}"]})
            await socket.say({"op": "ping"})
            assert (await socket.hear())["type"] == "pong"
        asked = []
        real = consumers._allowed

        async def note(wanted):
            asked.append(len(wanted))
            return await real(wanted)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(consumers, "_allowed", note)
            await asyncio.to_thread(until, lambda: asked, "a look at the permissions")
        assert asked[0] == 6
        for socket in sockets:
            await socket.leave()

    async def test_a_deactivated_person_is_out(self, people):
        socket = await connected(people.bob)
        people.bob.is_active = False
        await people.bob.asave()
        assert await closed_with(socket) == consumers.SIGNED_OUT

    def _sign_out(self, socket):
        from importlib import import_module

        from django.conf import settings

        cookie = dict(socket.scope["headers"])[b"cookie"].decode().partition("=")[2]
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
        logout(request)


class TestQuiet:
    @pytest.mark.slow
    @pytest.mark.redis
    async def test_a_quiet_socket_stays_open(self, people):
        """The Redis client must not give up before the channel layer does."""
        socket = await connected(people.alice)
        topic = f"workspace:{people.workspace.pk}"
        await socket.say({"op": "sub", "topics": [topic]})
        assert await socket.receive_nothing(timeout=7, interval=0.5)
        await sync_to_async(events.publish_event)(topic="workspace", id=people.workspace.pk, type="x", data={})
        assert (await socket.hear())["topic"] == topic
        await socket.leave()
