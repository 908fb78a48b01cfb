"""One way to send: all or nothing, and nothing twice for one key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEvent
from core import clock, scope
from core.errors import Conflict, ValidationFailed
from core.ids import uuid7
from core.models import IdempotencyKey
from jobs.models import Job
from publishing.models import Post, PostTarget
from publishing.services import posts, schedule, sending
from publishing.services.posts import Content, TargetInput
from publishing.services.schedule import When
from publishing.services.sending import At, Draft, Now
from tests.publishing.conftest import TIKTOK, portrait


@pytest.fixture
def content(box: Any, connect: Any, in_workspace: Any) -> Content:
    account, file = connect("tiktok"), portrait(in_workspace.workspace)
    return Content("A quiet morning", [file.pk], [TargetInput(account.pk, options=TIKTOK)])


def tomorrow() -> At:
    return At(When(at=clock.now() + timedelta(days=1), zone="Europe/Paris"))


class TestAllOrNothing:
    def test_what_cannot_be_published_leaves_no_post_no_audit_and_no_key(self, content: Content, cast: Any) -> None:
        bad = Content(content.text, content.media_ids, [TargetInput(content.targets[0].account_id)])
        before = AuditEvent.objects.count()
        with pytest.raises(ValidationFailed):
            sending.send(actor=cast.alice_actor, content=bad, timing=Now(), key="k")
        assert not Post.objects.exists()
        assert not IdempotencyKey.objects.exists()
        assert AuditEvent.objects.count() == before

    def test_a_time_in_the_past_leaves_the_old_words_of_a_draft(self, content: Content, cast: Any) -> None:
        post = posts.create_post(actor=cast.alice_actor, text="Before", media_ids=[], targets=[])
        past = At(When(at=clock.now() - timedelta(days=1)))
        with pytest.raises(ValidationFailed):
            sending.send(actor=cast.alice_actor, content=content, timing=past, post_id=post.pk, version=1)
        post.refresh_from_db()
        assert (post.text, post.version, post.targets.count()) == ("Before", 1, 0)


class TestRepeated:
    @pytest.mark.parametrize(("timing", "state"), [(Draft, "draft"), (Now, "publishing"), (tomorrow, "scheduled")])
    def test_the_same_key_answers_the_same_post(self, content: Content, cast: Any, timing: Any, state: str) -> None:
        when = timing()
        first, again = (
            sending.send(actor=cast.alice_actor, content=content, timing=when, key="k").post for _ in range(2)
        )
        assert (first.pk, first.state, again.state) == (again.pk, state, state)
        assert Post.objects.count() == 1
        assert Job.objects.filter(kind="publish.target").count() == (1 if timing is Now else 0)

    def test_another_key_other_words_and_another_time_are_other_posts(self, content: Content, cast: Any) -> None:
        other = Content("Other words", content.media_ids, content.targets)
        for key, what, timing in (
            ("k", content, Draft()), ("l", content, Draft()), ("k", other, Draft()), ("k", content, tomorrow()),
        ):  # fmt: skip
            sending.send(actor=cast.alice_actor, content=what, timing=timing, key=key)
        assert Post.objects.count() == 4

    def test_the_key_of_another_person_is_another_key(self, content: Content, cast: Any) -> None:
        for actor in (cast.alice_actor, cast.bob_actor):
            sending.send(actor=actor, content=content, timing=Draft(), key="k")
        assert Post.objects.count() == 2

    def test_what_was_taken_back_is_scheduled_again(self, content: Content, cast: Any) -> None:
        key = uuid7()
        call = {"actor": cast.alice_actor, "content": content, "timing": tomorrow(), "key": "k", "draft_id": key}
        post = sending.send(**call).post
        schedule.unschedule(actor=cast.alice_actor, post_id=post.pk)
        again = sending.send(**call).post
        assert (again.pk, again.state) == (post.pk, "scheduled")

    def test_what_was_deleted_is_not_sent_again(self, content: Content, cast: Any) -> None:
        call = {"actor": cast.alice_actor, "content": content, "timing": tomorrow(), "key": "k"}
        posts.delete_post(actor=cast.alice_actor, post_id=sending.send(**call).post.pk)
        with pytest.raises(Conflict):
            sending.send(**call)
        assert not PostTarget.objects.exclude(state="cancelled").exists()

    def test_after_a_day_the_key_is_free(self, content: Content, cast: Any) -> None:
        call = {"actor": cast.alice_actor, "content": content, "timing": Draft(), "key": "k"}
        first = sending.send(**call).post
        clock.advance(timedelta(days=1, seconds=1))
        assert sending.send(**call).post.pk != first.pk

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.postgres
    def test_two_calls_at_one_moment_make_one_post(self, content: Content, cast: Any) -> None:
        def call() -> Any:
            try:
                with scope.workspace(cast.workspace.pk):
                    return sending.send(actor=cast.alice_actor, content=content, timing=tomorrow(), key="k").post.pk
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            found = {done.result() for done in [pool.submit(call) for _ in range(4)]}
        assert len(found) == 1
        assert Post.objects.count() == 1


class TestComposer:
    def test_the_same_press_sent_twice_makes_one_post(self, content: Content, cast: Any) -> None:
        client = cast.browsers.alice
        account = content.targets[0].account_id.hex
        form = {
            "draft": str(uuid7()), "version": "1", "text": content.text, "media": str(content.media_ids[0]),
            "action": "publish", "when": "now", "timezone": "UTC", f"a{account}-use": "on",
            f"a{account}-privacy_level": "PUBLIC_TO_EVERYONE",
        }  # fmt: skip
        places = [client.post("/compose/", form).headers["Location"] for _ in range(2)]
        assert places[0] == places[1]
        assert Post.objects.count() == 1
