"""The bell, the page, the settings and the API."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Preferences
from notifications.models import Notice, NoticeKind
from notifications.services import Message, notify

pytestmark = pytest.mark.django_db


def tell(cast: SimpleNamespace, count: int = 1, to: Any = None) -> list[Notice]:
    made = []
    for number in range(count):
        news = Message(NoticeKind.POST_FAILED, f"post:{number}", f"Failed: {number}", "Why <b>so</b>.", "/posts/")
        with transaction.atomic():
            made += notify(workspace_id=cast.workspace.pk, message=news, to=(to or cast.bob).pk)
    return made


@pytest.fixture
def browser(in_workspace: SimpleNamespace) -> Client:
    return in_workspace.browsers.bob


class TestPage:
    def test_empty_then_filled_then_read(self, browser: Client, in_workspace: Any) -> None:
        assert b"No notifications yet" in browser.get(reverse("notices")).content
        (notice,) = tell(in_workspace)
        page = browser.get(reverse("notices")).content.decode()
        assert "Failed: 0" in page
        assert "Why &lt;b&gt;so" in page
        assert "1 unread" in page
        opened = browser.get(reverse("notice_open", args=[notice.pk]))
        assert opened.url == "/posts/"
        notice.refresh_from_db()
        assert notice.read_at is not None
        assert b"Nothing unread" in browser.get(reverse("notices"), {"unread": "1"}).content

    def test_an_address_in_a_notice_can_be_opened(self, browser: Client, in_workspace: Any) -> None:
        address = "https://video.example/" + "a" * 80
        news = Message(
            NoticeKind.POST_PUBLISHED, "post:1", "Published", f"Lumen: live {address}\n<i>Moss</i>: live", "/posts/"
        )
        with transaction.atomic():
            notify(workspace_id=in_workspace.workspace.pk, message=news, to=in_workspace.bob.pk)
        page = browser.get(reverse("notices")).content.decode()
        assert f'href="{address}"' in page
        assert f">{address[:59]}…</a><br>&lt;i&gt;Moss" in page

    def test_marking_gives_the_list_back(self, browser: Client, in_workspace: Any) -> None:
        first, *_ = tell(in_workspace, 3)
        answer = browser.post(reverse("notice_read", args=[first.pk]), HTTP_HX_REQUEST="true")
        text = answer.content.decode()
        assert 'id="notices-list"' in text
        assert "<html" not in text
        assert "Unread (2)" in text
        assert browser.post(reverse("notices_read")).url == reverse("notices")
        assert not Notice.objects.filter(read_at=None).exists()

    def test_the_bell_counts_and_costs_one_query(
        self, browser: Client, in_workspace: Any, django_assert_max_num_queries: Any
    ) -> None:
        tell(in_workspace, 2)
        with django_assert_max_num_queries(8):
            text = browser.get(reverse("notices_bell")).content.decode()
        assert "2 unread" in text
        assert f"person:{in_workspace.bob.pk}" in text

    def test_a_full_page_costs_as_many_queries_as_a_short_one(
        self, browser: Client, in_workspace: Any, django_assert_max_num_queries: Any
    ) -> None:
        tell(in_workspace, 25)
        with django_assert_max_num_queries(14):
            page = browser.get(reverse("notices"))
        assert b"of 25 notifications" in page.content

    def test_somebody_elses_notice_is_not_found(self, browser: Client, in_workspace: Any) -> None:
        (notice,) = tell(in_workspace, to=in_workspace.alice)
        assert browser.get(reverse("notice_open", args=[notice.pk])).status_code == 404
        assert browser.post(reverse("notice_read", args=[notice.pk])).status_code == 404

    def test_choices_are_kept(self, browser: Client, in_workspace: Any) -> None:
        page = browser.get(reverse("notification_settings"))
        assert b"A post was published" in page.content
        assert b"only to addresses that were confirmed" in page.content
        browser.post(reverse("notification_settings"), {"post_published.email": "on"})
        chosen = Preferences.objects.get(user=in_workspace.bob).notifications
        assert chosen["post_published"] == {"email": True, "app": False}
        assert chosen["post_failed"] == {"email": False, "app": False}


class TestApi:
    def test_list_and_read(self, in_workspace: Any) -> None:
        notices = tell(in_workspace, 3)
        client = in_workspace.browsers.bob
        body = client.get("/api/v1/notifications", {"limit": 2}).json()
        assert (body["total"], body["limit"], len(body["items"]), body["unread"]) == (3, 2, 2, 3)
        assert set(body["items"][0]) == {"id", "kind", "title", "text", "url", "count", "read_at", "created_at"}
        read = client.post("/api/v1/notifications/read", {"ids": [str(notices[0].pk)]}, content_type="application/json")
        assert read.json() == {"marked": 1, "unread": 2}
        assert client.get("/api/v1/notifications", {"unread": "true"}).json()["total"] == 2
        read = client.post("/api/v1/notifications/read", {"all": True}, content_type="application/json")
        assert read.json() == {"marked": 2, "unread": 0}

    def test_refusals(self, in_workspace: Any) -> None:
        (foreign,) = tell(in_workspace, to=in_workspace.alice)
        client = Client()
        assert client.get("/api/v1/notifications").status_code == 401
        client = in_workspace.browsers.bob
        nothing = client.post("/api/v1/notifications/read", {}, content_type="application/json")
        assert (nothing.status_code, nothing.json()["error"]) == (400, "validation_error")
        body = {"ids": [str(foreign.pk)]}
        assert client.post("/api/v1/notifications/read", body, content_type="application/json").status_code == 404
