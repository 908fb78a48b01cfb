"""Rows by the thousand, written past the services: what is measured is what happens to them afterwards."""

from datetime import timedelta

from django.db import connection

from accounts.models import Workspace
from core import clock
from core.ids import uuid7
from media.models import MediaFile
from publishing.engine import secrets
from publishing.models import Grant, Post, PostMedia, PostTarget, SocialAccount

BURST = "burst"
_CHUNK = 2000


def _account(workspace: Workspace, number: int) -> SocialAccount:
    grant = Grant(workspace=workspace, platform="tiktok", subject=f"stage-{number}-{uuid7().hex}")
    for name, value in secrets.seal_tokens(grant, access="stage", refresh="stage").items():
        setattr(grant, name, value)
    grant.save()
    return SocialAccount.objects.create(
        workspace=workspace,
        platform="tiktok",
        external_id=grant.subject,
        username=f"stage{number}",
        grant=grant,
        connected_at=clock.now(),
    )


def planned(count: int) -> None:
    """Targets scheduled for the coming months: a thousand accounts with a thousand posts, all pairs of them."""
    side = max(1, round(count**0.5))
    workspace = Workspace.objects.create(name="Planned")
    posts = Post.objects.bulk_create([Post(workspace=workspace, text="Later", state="scheduled") for _ in range(side)])
    first = _account(workspace, 0)
    copies = [
        SocialAccount(
            workspace=workspace,
            platform="tiktok",
            external_id=f"p{n}",
            grant_id=first.grant_id,
            connected_at=clock.now(),
        )
        for n in range(side)
    ]
    SocialAccount.objects.bulk_create(copies, batch_size=_CHUNK)
    model = PostTarget(
        workspace=workspace, post=posts[0], account=first, platform="tiktok", state="scheduled", zone="UTC",
        due_at=clock.now() + timedelta(days=1), options={"privacy_level": "PUBLIC_TO_EVERYONE"},
    )  # fmt: skip
    model.save()
    own = {
        "id": "gen_random_uuid()",
        "post_id": "post.id",
        "account_id": "account.id",
        "due_at": "now() + interval '1 hour' + random() * interval '180 days'",
    }
    names = [field.column for field in PostTarget._meta.concrete_fields]
    values = [own.get(name, f"model.{name}") for name in names]
    table = PostTarget._meta.db_table
    # Names are the models' own.
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM {table} AS model, {Post._meta.db_table} AS post, {SocialAccount._meta.db_table} AS account "
        "WHERE model.id = %s AND account.workspace_id = %s AND account.external_id LIKE 'p%%' "
        "AND post.workspace_id = %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [model.pk, workspace.pk, workspace.pk])
        cursor.execute(f"ANALYZE {table}")


def due_at_once(count: int, workspaces: int, campaign: str = BURST) -> None:
    """Targets that fell due within the last minute, spread evenly over some workspaces."""
    start = clock.now() - timedelta(seconds=60)
    posts: list[Post] = []
    media: list[PostMedia] = []
    targets: list[PostTarget] = []
    for number in range(workspaces):
        workspace = Workspace.objects.create(name=f"{campaign} {number}")
        account = _account(workspace, number)
        file = MediaFile.objects.create(
            workspace=workspace, kind="video", size_bytes=1000, sha256=uuid7().hex * 2, content_type="video/mp4",
            storage_key=f"none/{uuid7().hex}", original_name="clip.mp4", width=360, height=640, duration_s=2.0,
        )  # fmt: skip
        for place in range(count // workspaces):
            post = Post(workspace=workspace, text=f"{campaign} {number} {place}", campaign=campaign, state="scheduled")
            posts.append(post)
            media.append(PostMedia(workspace=workspace, post=post, file=file))
            targets.append(
                PostTarget(
                    workspace=workspace, post=post, account=account, platform="tiktok", state="scheduled", zone="UTC",
                    options={"privacy_level": "PUBLIC_TO_EVERYONE"},
                    due_at=start + timedelta(seconds=59 * (place * workspaces + number) / count),
                )
            )  # fmt: skip
    Post.objects.bulk_create(posts, batch_size=_CHUNK)
    PostMedia.objects.bulk_create(media, batch_size=_CHUNK)
    PostTarget.objects.bulk_create(targets, batch_size=_CHUNK)
