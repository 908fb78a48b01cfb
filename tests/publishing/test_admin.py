"""The operator's console: everything visible, no token anywhere, actions through services."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from core import clock, scope
from jobs.testing import drain
from publishing.engine import secrets
from publishing.insight import overview
from publishing.models import PostTarget
from publishing.services import schedule
from tests import factories

MODELS = ("grant", "socialaccount", "oauthstate", "post", "postmedia", "posttarget", "attempt", "quotawindow")


@pytest.fixture
def console(in_workspace: Any) -> Client:
    with scope.system("tests"):
        root = factories.make_user("root@example.com", is_staff=True, is_superuser=True)
    return factories.sign_in(root)


def act(console: Client, name: str, target: PostTarget) -> Any:
    url = reverse("admin:publishing_posttarget_changelist")
    return console.post(url, {"action": name, "_selected_action": [str(target.pk)]}, follow=True)


def test_every_list_and_every_row_opens_and_none_shows_a_token(
    box: Any, connect: Any, publish: Any, console: Client
) -> None:
    hidden = []
    for platform in ("tiktok", "youtube"):
        account = connect(platform)
        publish(account)
        account.grant.refresh_from_db()
        grant = account.grant
        hidden += [secrets.access_token(grant), secrets.refresh_token(grant), grant.access_sealed, grant.refresh_sealed]
    for name in MODELS:
        url = reverse(f"admin:publishing_{name}_changelist")
        model = next(model for model in admin.site._registry if model._meta.label_lower == f"publishing.{name}")
        with scope.system("tests"):
            row = model._default_manager.first()
        pages = [console.get(url), console.get(f"{url}?q=x")]
        pages.append(console.get(reverse(f"admin:publishing_{name}_change", args=[row.pk])))
        for page in pages:
            assert page.status_code == 200, (name, page.status_code)
            assert not any(secret in page.content.decode() for secret in hidden)


@pytest.mark.parametrize("attention", ["asks", "unconfirmed", "moving", "waiting", "late", "failed", "nonsense"])
def test_the_lists_of_what_needs_attention(box: Any, console: Client, attention: str) -> None:
    url = reverse("admin:publishing_posttarget_changelist")
    assert console.get(url, {"attention": attention}).status_code == 200


def test_retry_cancel_and_reconcile_from_the_console(
    box: Any, connect: Any, make_post: Any, console: Client, in_workspace: Any
) -> None:
    account = connect("tiktok")
    box.fault("error_before", platform="tiktok", step="creator_info")
    post = make_post(account)
    schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
    drain()
    target = post.targets.get()
    assert target.state == "waiting"
    assert b"1 retried" in act(console, "retry", target).content
    assert b"nothing to check" in act(console, "reconcile", target).content
    assert b"1 cancelled" in act(console, "cancel", target).content
    target.refresh_from_db()
    assert target.state == "cancelled"
    accounts = reverse("admin:publishing_socialaccount_changelist")
    page = console.post(accounts, {"action": "check_connection", "_selected_action": [str(account.pk)]}, follow=True)
    assert b"1 checked" in page.content
    posts = reverse("admin:publishing_post_changelist")
    page = console.post(posts, {"action": "delete_here", "_selected_action": [str(post.pk)]}, follow=True)
    assert b"1 deleted" in page.content


def test_the_overview_counts_by_platform_and_error_and_leads_to_the_rows(
    box: Any, connect: Any, publish: Any, make_post: Any, console: Client, in_workspace: Any
) -> None:
    account = connect("tiktok")
    box.fault("processing_failed", platform="tiktok", step="video.init", times=4)
    assert publish(account).state == "failed"
    post = make_post(account, text="Late")
    PostTarget.objects.filter(post=post).update(state="scheduled", due_at=clock.now() - timedelta(minutes=5))
    asking = make_post(account, text="Asking")
    PostTarget.objects.filter(post=asking).update(state="unconfirmed", asked_at=clock.now(), error_code="unconfirmed")
    lines = {line.platform: line for line in overview.lines()}
    counted = lines["tiktok"]
    assert (counted.late, counted.moving, counted.waiting, counted.unconfirmed, counted.asks, counted.failed) == (
        1, 0, 0, 0, 1, 1,
    )  # fmt: skip
    assert lines["youtube"].late == 0
    assert {trouble.code for trouble in overview.troubles()} == {"transient", "unconfirmed"}
    page = console.get(reverse("admin:publishing_posttarget_changelist")).content.decode()
    for query in ("platform__exact=tiktok&amp;attention=late", "platform__exact=tiktok&amp;error_code=unconfirmed"):
        assert query in page
        rows = console.get(reverse("admin:publishing_posttarget_changelist") + "?" + query.replace("&amp;", "&"))
        assert rows.context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [("Morning", 1), ("routine morning", 1), ("morning evening", 0), ("100%", 1), ("%", 1), ("_", 0)],
)
def test_posts_are_found_by_all_words_of_their_text(
    connect: Any, make_post: Any, console: Client, words: str, found: int
) -> None:
    account = connect("tiktok")
    make_post(account, text="My morning routine, 100% honest")
    make_post(account, text="In the evening")
    page = console.get(reverse("admin:publishing_post_changelist"), {"q": words})
    assert page.context["cl"].result_count == found
