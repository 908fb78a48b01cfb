from datetime import timedelta
from typing import Any

import pytest

from analytics.models import LatestMetrics, MetricSnapshot
from core import clock
from publishing.models import AccountStatus, Post, PostMedia, PostTarget, SocialAccount
from publishing.states import TargetState
from tests.factories import make_media


@pytest.fixture
def account(cast):
    return make_account(cast)


def make_account(cast: Any, platform: str = "tiktok", **fields: Any) -> SocialAccount:
    return SocialAccount.objects.create(
        workspace=fields.pop("workspace", cast.workspace),
        platform=platform,
        external_id=fields.pop("external_id", f"{platform}-1"),
        username="studio",
        follower_count=1000,
        connected_at=clock.now(),
        status=AccountStatus.CONNECTED,
        **fields,
    )


def make_live(
    account: SocialAccount, *, age: timedelta = timedelta(days=2), text: str = "Hello", media: Any = None
) -> PostTarget:
    """A post that went live some time ago."""
    post = Post.objects.create(workspace_id=account.workspace_id, text=text, state="published")
    file = media or make_media(account.workspace, duration_s=20.0, width=1080, height=1920)
    PostMedia.objects.create(workspace_id=account.workspace_id, post=post, file=file)
    return PostTarget.objects.create(
        workspace_id=account.workspace_id,
        post=post,
        account=account,
        platform=account.platform,
        state=TargetState.PUBLISHED,
        external_id=f"ext-{post.pk}",
        permalink="https://example.com/v/1",
        published_at=clock.now() - age,
    )


def make_numbers(target: PostTarget, *, slot: str = "24h", **counts: Any) -> MetricSnapshot:
    """A snapshot as the newest numbers of a live post."""
    assert target.published_at is not None
    values = {"views": 1000, "likes": 80, "comments": 10, "shares": 10, "saves": None, "watch_time_s": None, **counts}
    snapshot = MetricSnapshot.objects.create(
        workspace_id=target.workspace_id,
        target=target,
        slot=slot,
        taken_at=clock.now(),
        age_s=(clock.now() - target.published_at).total_seconds(),
        followers=1000,
        **values,
    )
    LatestMetrics.objects.update_or_create(
        target=target,
        defaults={
            "workspace_id": target.workspace_id,
            "snapshot": snapshot,
            "published_at": target.published_at,
            "platform": target.platform,
            "taken_at": clock.now(),
            **values,
        },
    )
    return snapshot
