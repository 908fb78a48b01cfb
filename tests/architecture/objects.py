"""One of everything in Alice's workspace, so that every address can be filled with ids that exist."""

from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

from accounts.models import Invitation, Membership
from ai.models import ResponseTemplate
from analytics.models import AccountSnapshot
from core import clock
from core.ids import uuid7
from editing import services as edits
from editing.models import Edit, Rendition
from editing.requests import EditRequest
from jobs.models import Job
from library.content import PlatformPart, TemplateContent
from library.models import PostTag
from library.services import hashtag_groups, signatures
from library.services import templates as library
from library.services.signatures import SignatureContent
from media.models import UploadSession
from notifications.models import Mail, NoticeKind
from notifications.services import Message, notify
from publishing.models import (
    ApprovalComment,
    ApprovalDecision,
    ApprovalPolicy,
    ApprovalRequest,
    Attempt,
    AttemptOutcome,
    Grant,
    OAuthState,
    RecurringMedia,
    RecurringOccurrence,
    RecurringPost,
    ReviewLink,
    Rhythm,
)
from publishing.platforms.base import AccountInfo, Tokens
from publishing.services import account_choice, queues
from scripts_app import services as scripts
from strategies import services as strategies
from tests.analytics.conftest import make_account, make_live, make_numbers
from tests.factories import make_analysis, make_folder, make_media, make_video
from webhooks.models import WebhookAttempt
from webhooks.services import endpoints


def make_objects(cast: Any) -> SimpleNamespace:
    """The ids by the names that addresses use, and the rows behind them."""
    workspace, actor = cast.workspace, cast.alice_actor
    video = make_video(workspace, tags=["launch"])
    make_analysis(video)
    folder = make_folder(workspace)
    strategy = strategies.generate(
        actor=actor, platforms=["tiktok"], goals=["engagement"], video_ids=[video.pk]
    ).strategy
    script = scripts.generate(
        actor=actor, concept="Five tips", platform="tiktok", duration=12.0, video_ids=[video.pk]
    ).scripts[0]
    edit = edits.draft(actor=actor, request=EditRequest(video_id=video.pk))
    Edit.objects.filter(pk=edit.pk).update(state=Edit.State.DONE)
    rendition = Rendition.objects.create(
        workspace=workspace,
        edit=edit,
        key="9x16",
        aspect="9:16",
        state="done",
        media=make_media(workspace, "rendition"),
    )
    grant = Grant.objects.create(workspace=workspace, platform="tiktok", subject="open-1", connected_by=cast.alice)
    account = make_account(cast, grant=grant)
    target = make_live(account, media=video.media)
    make_numbers(target)
    AccountSnapshot.objects.create(workspace=workspace, account=account, on=clock.now().date(), followers=5)
    Attempt.objects.create(
        workspace=workspace, target=target, run_token=uuid7(), step="init", effect="safe", started_at=clock.now(),
        completed_at=clock.now(), outcome=AttemptOutcome.OK,
    )  # fmt: skip
    walk = OAuthState.objects.create(
        workspace=workspace, platform="tiktok", user=cast.alice, role="admin", state_hash="0" * 64, origin="api",
        expires_at=clock.now(), used_at=clock.now(),
    )  # fmt: skip
    reached = [AccountInfo("open-1", "one", "One"), AccountInfo("open-2", "two", "Two")]
    account_choice.offer(walk, "", Tokens("act.secret"), reached)
    job = Job.objects.create(
        workspace=workspace, kind="videos.process", queue="media", run_at=clock.now(),
        actor_user_id=actor.user_id, actor_role=actor.role, actor_kind=actor.kind,
    )  # fmt: skip
    invitation = Invitation.objects.create(
        workspace=workspace, email="dora@example.com", role="viewer", expires_at=clock.now()
    )
    upload = UploadSession.objects.create(
        workspace=workspace, user=cast.alice, filename="clip.mp4", length=100, storage_key="w/tmp/upload",
        expires_at=clock.now(),
    )  # fmt: skip
    (notice,) = notify(
        workspace_id=workspace.pk,
        message=Message(NoticeKind.POST_FAILED, "objects", "Failed: “Hello”", "Why.", "/posts/"),
        to=cast.alice.pk,
    )
    Mail.objects.create(workspace=workspace, notice=notice, template="notice", to="alice@example.com", subject="Hello")
    endpoint, _ = endpoints.create(actor=actor, url="https://93.184.216.34/hook")
    delivery = endpoints.test(actor=actor, endpoint_id=endpoint.pk)
    WebhookAttempt.objects.create(workspace=workspace, delivery=delivery, url=endpoint.url, started_at=clock.now())
    template = ResponseTemplate.objects.filter(workspace=workspace).first()
    content = TemplateContent(
        "Tip", "{{hook}}", platforms={"tiktok": PlatformPart()}, media_ids=[video.media_id], tags=["launch"]
    )
    item = library.create(actor=actor, content=content)
    PostTag.objects.create(workspace=workspace, post=target.post, tag=video.tags.first())
    group = hashtag_groups.create(actor=actor, name="Herbs", tags=["herbs"])
    signature = signatures.create(actor=actor, content=SignatureContent("Us", "Yours", account_id=account.pk))
    rules = {"levels": [{"name": "Client", "roles": ["admin"], "user_ids": []}]}
    ApprovalPolicy.objects.create(workspace=workspace, mode="optional", **rules)
    approval = ApprovalRequest.objects.create(
        workspace=workspace, post=target.post, number=1, snapshot=[], requested_by=cast.alice, **rules
    )
    link = ReviewLink.objects.create(
        workspace=workspace, request=approval, name="Dora", token_hash="0" * 64, expires_at=clock.now()
    )
    said = {"workspace": workspace, "request": approval, "reviewer": link, "name": "Dora", "text": "Shorter."}
    ApprovalDecision.objects.create(verdict="changes_requested", at=clock.now(), **said)
    comment = ApprovalComment.objects.create(**said)
    queues.set_week(actor=actor, account_id=account.pk, week=[["09:00"]] * 7)
    blackout, _ = queues.black_out(actor=actor, day=clock.now().date() + timedelta(days=40))
    rule = RecurringPost.objects.create(
        workspace=workspace, texts=["Tip"], shares=[], rhythm=Rhythm.DAYS, at=time(18), zone="UTC",
        starts_on=clock.now().date(), ends_on=clock.now().date() + timedelta(days=30), check_at=clock.now(),
    )  # fmt: skip
    RecurringMedia.objects.create(workspace=workspace, rule=rule, file=video.media)
    RecurringOccurrence.objects.create(workspace=workspace, rule=rule, at=clock.now(), number=1, post=target.post)
    ids = {
        "approval_id": approval.pk,
        "comment_id": comment.pk,
        "link_id": link.pk,
        "blackout_id": blackout.pk,
        "item_id": item.pk,
        "rule_id": rule.pk,
        "group_id": group.pk,
        "signature_id": signature.pk,
        "workspace_id": workspace.pk,
        "membership_id": Membership.objects.get(workspace=workspace, user=cast.bob).pk,
        "video_id": video.pk,
        "folder_id": folder.pk,
        "tag_id": video.tags.first().pk,
        "media_id": video.media_id,
        "file_id": video.media_id,
        "strategy_id": strategy.pk,
        "script_id": script.pk,
        "edit_id": edit.pk,
        "rendition_id": rendition.pk,
        "account_id": account.pk,
        "choice_id": walk.pk,
        "post_id": target.post_id,
        "target_id": target.pk,
        "job_id": job.pk,
        "upload_id": upload.pk,
        "template_id": template.pk if template else uuid7(),
        "invitation_id": invitation.pk,
        "notice_id": notice.pk,
        "endpoint_id": endpoint.pk,
        "delivery_id": delivery.pk,
        "platform": "tiktok",
        "service": "blotato",
        "token": "rubbish",
        "name": "clip.mp4",
        "number": 1,
        "n": 1,
        "key": "hooks",
        "section": "hooks",
        "section_key": "hooks",
        "format_": "md",
        "format": "md",
        "kind": "md",
    }
    return SimpleNamespace(cast=cast, ids=ids, video=video, job=job, target=target)
