"""Who is told of what, how often, and by which channel."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import TestCase

from accounts.services import profile
from core import clock, scope
from core.errors import NotFound
from jobs import events
from notifications import bundles, selectors, services
from notifications.models import Mail, Notice, NoticeKind
from notifications.services import Message, notify

pytestmark = pytest.mark.django_db


def news(**changes: Any) -> Message:
    fields = {
        "kind": NoticeKind.POST_FAILED,
        "once": "post:1",
        "title": "Failed: “Hello”",
        "text": "Why.",
        "link": "/posts/",
    }
    return Message(**{**fields, **changes})


def tell(cast: SimpleNamespace, **changes: Any) -> list[Notice]:
    to = changes.pop("to", cast.bob.pk)
    admins = changes.pop("admins", False)
    with transaction.atomic():
        return notify(workspace_id=cast.workspace.pk, message=news(**changes), to=to, admins=admins)


class TestWho:
    def test_the_named_member_alone(self, in_workspace: Any) -> None:
        assert [notice.recipient for notice in tell(in_workspace)] == [in_workspace.bob]

    def test_the_admins_too_when_asked_and_nobody_twice(self, in_workspace: Any) -> None:
        made = tell(in_workspace, admins=True)
        assert {notice.recipient.name for notice in made} == {"Alice", "Bob"}
        assert len(tell(in_workspace, to=in_workspace.alice.pk, admins=True, once="post:2")) == 1

    @pytest.mark.parametrize("gone", [None, uuid4()])
    def test_the_admins_when_whoever_made_it_has_left(self, in_workspace: Any, gone: Any) -> None:
        assert [notice.recipient for notice in tell(in_workspace, to=gone)] == [in_workspace.alice]

    def test_never_somebody_of_another_workspace_or_deactivated(self, in_workspace: Any) -> None:
        assert in_workspace.charlie not in [row.recipient for row in tell(in_workspace, to=in_workspace.charlie.pk)]
        in_workspace.bob.is_active = False
        in_workspace.bob.save()
        assert [row.recipient for row in tell(in_workspace, once="post:2")] == [in_workspace.alice]


class TestOnce:
    def test_the_same_event_is_told_once_however_often_it_is_reported(self, proven: Any) -> None:
        assert len(tell(proven)) == 1
        assert tell(proven) == []
        assert (Notice.objects.count(), Mail.objects.count()) == (1, 1)

    def test_another_event_is_told(self, in_workspace: Any) -> None:
        tell(in_workspace)
        assert len(tell(in_workspace, once="post:2")) == 1

    def test_nothing_is_told_of_what_was_rolled_back(self, proven: Any) -> None:
        with transaction.atomic():
            notify(workspace_id=proven.workspace.pk, message=news(), to=proven.bob.pk)
            transaction.set_rollback(True)
        assert (Notice.objects.count(), Mail.objects.count()) == (0, 0)


class TestChannels:
    def test_by_default_failures_go_out_by_mail_and_successes_only_into_the_app(self, proven: Any) -> None:
        tell(proven)
        tell(proven, kind=NoticeKind.POST_PUBLISHED, once="post:2")
        assert [mail.notice.kind for mail in Mail.objects.all()] == ["post_failed"]
        assert Notice.objects.filter(shown=True).count() == 2

    def test_nobody_is_mailed_at_an_address_they_did_not_prove(self, in_workspace: Any) -> None:
        tell(in_workspace)
        assert not Mail.objects.exists()

    def test_the_persons_choice_decides_and_the_event_is_still_told_once(self, proven: Any) -> None:
        choice = {"post_failed": {"email": False, "app": False}}
        profile.update_preferences(actor=proven.bob_actor, notifications=choice)
        tell(proven)
        assert not Mail.objects.exists()
        assert not selectors.notices(proven.bob_actor).exists()
        profile.update_preferences(actor=proven.bob_actor, notifications={"post_failed": {"email": True, "app": True}})
        assert tell(proven) == []

    @pytest.mark.parametrize("kind", NoticeKind.values)
    def test_every_kind_has_a_choice(self, kind: str) -> None:
        from notifications.services.notices import EVENT

        assert EVENT[NoticeKind(kind)] in profile.EVENTS

    def test_every_choice_decides_over_something(self) -> None:
        from notifications.services.notices import EVENT

        assert set(EVENT.values()) == set(profile.EVENTS)

    def test_long_words_are_cut_and_lines_joined(self, in_workspace: Any) -> None:
        notice = tell(in_workspace, title="A\nline " + "x" * 300)[0]
        assert (notice.title[:7], len(notice.title)) == ("A line ", 160)


class TestReading:
    def test_one_by_one_and_all(self, in_workspace: Any) -> None:
        for number in range(3):
            tell(in_workspace, once=f"post:{number}")
        first = selectors.notices(in_workspace.bob_actor).first()
        assert services.mark_read(actor=in_workspace.bob_actor, ids=[first.pk]) == 1
        assert services.mark_read(actor=in_workspace.bob_actor, ids=[first.pk]) == 0
        assert selectors.unread_count(in_workspace.bob_actor) == 2
        assert services.mark_all_read(actor=in_workspace.bob_actor) == 2
        assert selectors.unread_count(in_workspace.bob_actor) == 0

    def test_a_teammates_notice_does_not_exist_for_others(self, in_workspace: Any) -> None:
        notice = tell(in_workspace)[0]
        for actor in (in_workspace.alice_actor, in_workspace.charlie_actor):
            with scope.workspace(actor.workspace_id), pytest.raises(NotFound):
                services.mark_read(actor=actor, ids=[notice.pk])
        notice.refresh_from_db()
        assert notice.read_at is None

    def test_the_count_stops_at_a_hundred(self, in_workspace: Any) -> None:
        rows = [
            Notice(workspace=in_workspace.workspace, recipient=in_workspace.bob, kind="post_failed", once=f"{number}")
            for number in range(130)
        ]
        Notice.objects.bulk_create(rows)
        assert selectors.unread_count(in_workspace.bob_actor) == 100


class TestLive:
    def test_only_the_person_may_listen(self, in_workspace: Any) -> None:
        topic = f"person:{in_workspace.bob.pk}"
        assert events.owners([topic]) == {topic: in_workspace.bob.pk}

    def test_open_pages_hear_of_it_when_it_is_true(self, in_workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        heard: list[tuple[str, str]] = []
        monkeypatch.setattr(
            events, "_deliver", lambda sent: heard.extend((topic, json.loads(text)["type"]) for topic, text in sent)
        )
        with TestCase.captureOnCommitCallbacks(execute=True):
            tell(in_workspace)
        assert (f"person:{in_workspace.bob.pk}", "notice.changed") in heard


class TestForgetting:
    def test_old_notices_and_mails_go(self, proven: Any, frozen: None) -> None:
        tell(proven)
        tell(proven, once="post:2")
        old = Notice.objects.order_by("id").first()
        Mail.objects.update(created_at=clock.now() - timedelta(days=89))
        Mail.objects.filter(notice=old).update(created_at=clock.now() - timedelta(days=91))
        Notice.objects.update(created_at=clock.now() - timedelta(days=179))
        Notice.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=181))
        assert services.clean_up() == 2
        assert (Notice.objects.count(), Mail.objects.count()) == (1, 1)


class TestBundles:
    def good(self, cast: Any, number: int, **changes: Any) -> None:
        title = f"Published: “Number {number}”"
        tell(cast, **{"kind": NoticeKind.POST_PUBLISHED, "once": f"post:{number}", "title": title, **changes})

    def test_good_news_is_one_notice_until_it_is_read(self, in_workspace: Any) -> None:
        for number in range(7):
            self.good(in_workspace, number)
        actor = in_workspace.bob_actor
        assert selectors.unread_count(actor) == 1
        (found,) = bundles.bundled(selectors.notices(actor))
        assert (found.title, found.count) == ("7 posts were published", 7)
        assert found.text.splitlines()[0] == "Published: “Number 6”"
        assert found.text.splitlines()[-1] == "and 2 more"
        assert found.link == "/posts/?status=published"
        assert services.mark_read(actor=actor, ids=[found.notice.pk]) == 1
        assert not Notice.objects.filter(read_at=None).exists()
        self.good(in_workspace, 8)
        newest, older = bundles.bundled(selectors.notices(actor))
        assert (newest.title, newest.count, older.count) == ("Published: “Number 8”", 1, 7)

    def test_bad_news_other_kinds_and_other_people_stay_apart(self, in_workspace: Any) -> None:
        self.good(in_workspace, 1)
        self.good(in_workspace, 2, kind=NoticeKind.EDIT_FINISHED, title="Your edit is ready: Cut")
        self.good(in_workspace, 3, to=in_workspace.alice.pk)
        for number in (4, 5):
            tell(in_workspace, once=f"post:{number}")
        assert selectors.unread_count(in_workspace.bob_actor) == 4
        assert selectors.unread_count(in_workspace.alice_actor) == 1

    def test_an_event_of_a_bundle_is_still_told_once(self, in_workspace: Any) -> None:
        self.good(in_workspace, 1)
        self.good(in_workspace, 2)
        self.good(in_workspace, 1)
        (found,) = bundles.bundled(selectors.notices(in_workspace.bob_actor))
        assert found.count == 2

    def test_a_notice_that_was_taken_into_a_bundle_can_still_be_opened_and_read(self, in_workspace: Any) -> None:
        self.good(in_workspace, 1, link="/posts/?q=one")
        first = Notice.objects.get()
        self.good(in_workspace, 2)
        client = in_workspace.browsers.bob
        assert client.get(f"/notifications/{first.pk}/").headers["Location"] == "/posts/?q=one"
        listed = client.get("/api/v1/notifications").json()
        assert [(row["title"], row["count"]) for row in listed["items"]] == [("2 posts were published", 2)]
        assert "2 posts were published" in client.get("/notifications/").content.decode()
