"""What people hear of their posts and connections: once for each event, and the whole truth."""

from datetime import timedelta
from typing import Any

from accounts.models import Membership, Role
from core import clock
from jobs.testing import drain
from notifications.models import Notice, NoticeKind
from publishing.models import Grant, PostTarget, SocialAccount
from publishing.notices import notify
from publishing.services import posts, schedule, social_accounts, targets
from publishing.services.posts import TargetInput
from publishing.transitions import refresh_posts
from tests.publishing.conftest import TIKTOK, portrait

NEEDS = (NoticeKind.ACTION_REQUIRED, NoticeKind.CONNECTION_EXPIRING)


def told(*kinds: NoticeKind) -> list[Notice]:
    rows = Notice.objects.exclude(kind=NoticeKind.CONNECTION_MADE).order_by("id")
    return list(rows.filter(kind__in=kinds) if kinds else rows)


def send(cast: Any, post: Any) -> None:
    schedule.publish_now(actor=cast.alice_actor, post_id=post.pk)
    drain(advance=True)


class TestPosts:
    def test_published_once_with_the_link(self, connect: Any, publish: Any, in_workspace: Any) -> None:
        target = publish(connect("youtube"))
        (notice,) = told()
        assert (notice.kind, notice.recipient) == (NoticeKind.POST_PUBLISHED, in_workspace.alice)
        assert notice.title == "Published: “A quiet morning”"
        assert target.permalink in notice.text
        assert notice.link == f"/posts/{target.post_id}/"
        notify.post(target.post_id)
        assert len(told()) == 1

    def test_several_accounts_make_one_notice(self, connect: Any, make_post: Any, in_workspace: Any) -> None:
        post = make_post(connect("youtube"), connect("tiktok"))
        send(in_workspace, post)
        (notice,) = told()
        assert notice.kind == NoticeKind.POST_PUBLISHED
        assert notice.text.count("live") == 2

    def test_partly_failed_says_which_and_why_then_the_retry_is_told_too(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        box.fault("processing_failed", platform="tiktok", step="video.init", times=4)
        post = make_post(connect("youtube"), connect("tiktok"))
        send(in_workspace, post)
        failed = PostTarget.objects.get(post=post, platform="tiktok")
        assert failed.state == "failed"
        notice = told()[-1]
        assert notice.kind == NoticeKind.POST_PARTLY_FAILED
        assert "1 of 2" in notice.title
        assert failed.error_sentence in notice.text
        targets.retry(actor=in_workspace.alice_actor, post_id=post.pk, target_id=failed.pk)
        drain(advance=True)
        assert [row.kind for row in told()][-2:] == [NoticeKind.POST_PARTLY_FAILED, NoticeKind.POST_PUBLISHED]

    def test_one_account_that_needs_the_person_is_never_told_as_published(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        post = make_post(connect("youtube"), connect("tiktok"))
        box.fault("error_before", platform="youtube", step="upload.chunk", times=500)
        send(in_workspace, post)
        post.refresh_from_db()
        assert post.state == "needs_you"
        assert NoticeKind.POST_PUBLISHED not in {notice.kind for notice in told()}
        notice = next(notice for notice in told() if "Published to" in notice.title)
        assert notice.kind == NoticeKind.ACTION_REQUIRED
        assert notice.title.startswith("Published to 1 of 2 platforms; 1 needs you: ")

    def test_one_account_that_waits_until_tomorrow_is_told_as_waiting(
        self, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        post = make_post(connect("youtube"), connect("tiktok"))
        now = clock.now()
        live, waits = post.targets.order_by("platform")
        PostTarget.objects.filter(pk=live.pk).update(state="published", published_at=now, finished_at=now)
        PostTarget.objects.filter(pk=waits.pk).update(state="waiting", next_at=now + timedelta(minutes=30))
        refresh_posts([post.pk])
        notify.post(post.pk)
        assert told() == []
        PostTarget.objects.filter(pk=waits.pk).update(next_at=now + timedelta(hours=20))
        notify.post(post.pk)
        (notice,) = told()
        assert (notice.kind, notice.title) == (
            NoticeKind.POST_PARTLY_OUT,
            "Published to 1 of 2 platforms; 1 is waiting: “A quiet morning”",
        )

    def test_failed(self, box: Any, connect: Any, publish: Any) -> None:
        box.fault("processing_failed", platform="tiktok", step="video.init", times=4)
        target = publish(connect("tiktok"))
        (notice,) = told()
        assert notice.kind == NoticeKind.POST_FAILED
        assert target.error_sentence in notice.text

    def test_a_colleagues_post_is_told_to_the_colleague(self, connect: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        post = posts.create_post(
            actor=in_workspace.bob_actor,
            text="From Bob",
            media_ids=[portrait(in_workspace.workspace).pk],
            targets=[TargetInput(account.pk, options=TIKTOK)],
        )
        schedule.publish_now(actor=in_workspace.bob_actor, post_id=post.pk)
        drain(advance=True)
        assert [row.recipient for row in told()] == [in_workspace.bob]

    def test_the_question_whether_it_is_live_is_asked_once(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("youtube")
        box.fault("error_before", platform="youtube", step="upload.chunk", times=200)
        assert publish(account).waits_for_answer
        (notice,) = told(*NEEDS)
        assert notice.title.startswith("Is it live on YouTube?")


class TestConnections:
    def test_every_admin_hears_of_a_new_connection_once(self, connect: Any, in_workspace: Any) -> None:
        Membership.objects.filter(user=in_workspace.victor).update(role=Role.ADMIN)
        account = connect("tiktok")
        drain()
        rows = Notice.objects.filter(kind=NoticeKind.CONNECTION_MADE)
        assert {row.recipient for row in rows} == {in_workspace.alice, in_workspace.victor}
        assert "Alice connected it" in rows[0].text
        connect("tiktok")
        drain()
        assert Notice.objects.count() == 2
        social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk)
        connect("tiktok")
        drain()
        assert Notice.objects.count() == 4

    def test_a_lost_connection_with_many_posts_is_one_notice_for_each_person(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        made = [make_post(account, text=f"Number {number}") for number in range(3)]
        drain()
        clock.advance(timedelta(days=400))
        for post in made:
            schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain()
        assert set(PostTarget.objects.values_list("state", flat=True)) == {"action_required"}
        (notice,) = told(*NEEDS)
        assert notice.title.startswith("Reconnect TikTok @")
        assert notice.link.endswith(f"#account-{account.pk}")
        assert "automatically" in notice.text

    def test_seven_days_before_a_person_must_act(self, connect: Any, in_workspace: Any) -> None:
        account = connect("tiktok")
        connect("youtube")
        drain()
        ends = Grant.objects.get(accounts=account).ends_at
        clock.advance(ends - clock.now() - timedelta(days=7, minutes=5))
        assert notify.order_expiring() == 0
        clock.advance(timedelta(minutes=10))
        assert notify.order_expiring() == 1
        drain()
        (notice,) = told(NoticeKind.CONNECTION_EXPIRING)
        assert (notice.recipient, f"{ends:%B}" in notice.title) == (in_workspace.alice, True)
        assert account.handle in notice.text
        clock.advance(timedelta(hours=1))
        assert notify.order_expiring() == 0

    def test_a_consent_that_cannot_be_renewed_at_all_ends_with_its_access_token(self, connect: Any) -> None:
        account = connect("youtube")
        soon = clock.now() + timedelta(days=3)
        Grant.objects.filter(accounts=account).update(refresh_sealed="", expires_at=soon)
        assert notify.order_expiring() == 1
        drain()
        assert len(told(NoticeKind.CONNECTION_EXPIRING)) == 1


def test_news_of_what_is_gone_is_no_news(connect: Any, in_workspace: Any) -> None:
    account = connect("tiktok")
    for notifier in notify.NOTIFIERS.values():
        notifier(in_workspace.workspace.pk)
    SocialAccount.objects.filter(pk=account.pk).update(grant=None)
    notify.lost(account.pk)
    assert told() == []
