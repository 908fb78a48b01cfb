"""A real subject for every kind of job, so that each can be run as it runs in the product."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from types import SimpleNamespace
from typing import Any

import jobs
import jobs.testing
from accounts.models import Invitation
from core import clock
from core.actor import Actor
from core.ids import uuid7
from editing import services as edits
from editing.planners import Wish
from editing.requests import EditRequest
from jobs.models import Job
from media.models import MediaFile
from media.storage import store
from notifications.models import Mail, NoticeKind
from notifications.services import Message, notify
from publishing.approvals import requests, rules
from publishing.models import Delivery, Grant, PostTarget, SocialAccount
from publishing.schedule.recurrence import Pattern
from publishing.services import occurrences, recurring, schedule
from scripts_app import services as scripts
from strategies import services as strategies
from tests import factories
from videos.models import Video
from webhooks.models import WebhookEndpoint
from webhooks.services import endpoints, event_recording


@dataclass(frozen=True)
class World:
    """A workspace with people, the imitated platforms, and makers of what publishing needs."""

    cast: SimpleNamespace
    box: Any
    connect: Callable[..., SocialAccount]
    make_post: Callable[..., Any]
    publish: Callable[..., PostTarget]
    avi: Callable[[], MediaFile]
    receiver: str

    @property
    def actor(self) -> Actor:
        return self.cast.alice_actor

    @property
    def workspace(self) -> Any:
        return self.cast.workspace

    def order(self, kind: str, type_: str, subject: Any, **payload: Any) -> Job:
        return jobs.enqueue(kind=kind, actor=self.actor, subject=(type_, subject.pk), payload=payload)

    def video(self, **fields: Any) -> Video:
        video = factories.make_video(self.workspace, **fields)
        factories.make_analysis(video)
        return video


def _process(world: World) -> Job:
    return world.order("videos.process", "video", factories.make_video(world.workspace, status="uploaded"))


def _analyse(world: World) -> Job:
    video = factories.make_video(world.workspace, status="processing", stage="measure")
    return world.order("patterns.analyse", "video", video)


def _to_make(world: World, kind: str, document: Any) -> Job:
    """The job of a document that has only been asked for."""
    document.versions.all().delete()
    type(document).objects.filter(pk=document.pk).update(version=0, status="generating")
    return world.order(kind, document._meta.model_name, document, version=0)


def _meaning(world: World) -> Job:
    _analyse(world)
    jobs.testing.drain(kind="patterns.analyse")
    return Job.objects.get(kind="patterns.meaning")


def _strategy(world: World) -> Job:
    strategy = strategies.generate(
        actor=world.actor, platforms=["tiktok"], goals=["engagement"], video_ids=[world.video().pk]
    ).strategy
    return _to_make(world, "strategies.generate", strategy)


def _script(world: World) -> Job:
    made = scripts.generate(actor=world.actor, concept="Five tips", platform="tiktok", duration=12.0)
    return _to_make(world, "scripts.generate", made.scripts[0])


def _edit(world: World, order: Callable[..., Any]) -> Job:
    request = EditRequest(video_id=world.video().pk, formats=(Wish("1:1", resolution="120x120"),))
    order(actor=world.actor, edit_id=edits.draft(actor=world.actor, request=request).pk)
    return Job.objects.latest("created_at")


def _orphan(world: World) -> Job:
    store().write(f"w/{world.workspace.pk}/video/2026/01/{uuid7()}/left.mp4", [b"left"])
    return jobs.enqueue(kind="media.clean_up", actor=None)


def _thumbnail(world: World) -> Job:
    return world.order("media.thumbnail", "media", factories.make_media(world.workspace))


def _mail(kind: str, **payload: Any) -> Callable[[World], Job]:
    return lambda world: world.order(f"notifications.{kind}", "user", world.cast.alice, **payload)


def _invitation(world: World) -> Job:
    invitation = Invitation.objects.create(
        workspace=world.workspace, email="dora@example.com", role="viewer", expires_at=clock.now() + timedelta(days=7)
    )
    return world.order("notifications.invitation", "invitation", invitation)


def _notice(world: World) -> Job:
    world.cast.bob.email_verified_at = clock.now()
    world.cast.bob.save()
    news = Message(NoticeKind.POST_FAILED, "subject", "Failed: “Hello”", "Why.", "/posts/")
    (notice,) = notify(workspace_id=world.workspace.pk, message=news, to=world.cast.bob.pk)
    return world.order("notifications.mail_texts", "mail", Mail.objects.get(notice=notice))


def _publish(world: World) -> Job:
    post = world.make_post(world.connect("tiktok"))
    schedule.publish_now(actor=world.actor, post_id=post.pk)
    return Job.objects.get(kind="publish.target")


def _about_approval(world: World) -> Job:
    found = rules.change(actor=world.actor, version=0, changes={"mode": "required", "allow_own": True})
    assert found.version
    post = world.make_post(world.connect("tiktok"))
    request = requests.submit(actor=world.actor, post_id=post.pk)
    return Job.objects.get(kind="approvals.tell", subject_id=request.pk)


def _convert(world: World) -> Job:
    post = world.make_post(world.connect("tiktok"), media=world.avi())
    schedule.publish_now(actor=world.actor, post_id=post.pk)
    jobs.testing.drain(kind="publish.target")
    assert Delivery.objects.exists()
    return Job.objects.get(kind="publish.convert")


def _recurring(world: World) -> Job:
    today = clock.now().date()
    pattern = Pattern("days", time(18), "UTC", today, today + timedelta(days=3))
    post = world.make_post(world.connect("tiktok"))
    recurring.create(actor=world.actor, post_id=post.pk, pattern=pattern, texts=["One", "Two"])
    return Job.objects.get(kind=occurrences.KIND)


def _about_target(kind: str) -> Callable[[World], Job]:
    return lambda world: world.order(kind, "post_target", world.publish(world.connect("tiktok")))


def _unsettled(world: World) -> Job:
    target = world.publish(world.connect("tiktok"))
    PostTarget.objects.filter(pk=target.pk).update(external_id="", permalink="")
    return world.order("publish.settle", "post_target", target)


def _asking(world: World) -> Job:
    target = world.make_post(world.connect("tiktok")).targets.get()
    PostTarget.objects.filter(pk=target.pk).update(state="action_required", error_sentence="Make the account public.")
    return world.order("publish.tell_target", "post_target", target)


def _about_post(kind: str) -> Callable[[World], Job]:
    return lambda world: world.order(kind, "post", world.publish(world.connect("tiktok")).post)


def _about_account(kind: str) -> Callable[[World], Job]:
    return lambda world: world.order(kind, "social_account", world.connect("tiktok"))


def _about_grant(kind: str, **ends_in: timedelta) -> Callable[[World], Job]:
    def order(world: World) -> Job:
        grant = world.connect("tiktok").grant
        Grant.objects.filter(pk=grant.pk).update(**{name: clock.now() + after for name, after in ends_in.items()})
        return world.order(kind, "grant", grant)

    return order


def _lost(world: World) -> Job:
    account = world.connect("tiktok")
    Grant.objects.filter(pk=account.grant_id).update(state="dead")
    return world.order("publish.tell_lost", "social_account", account)


def _endpoint(world: World) -> WebhookEndpoint:
    """One that leads to a receiver on this machine."""
    return endpoints.create(actor=world.actor, url=f"{world.receiver}/hook")[0]


def _news(world: World) -> Job:
    _endpoint(world)
    post = world.make_post(world.connect("tiktok"))
    event_recording.order("post.failed", world.workspace.pk, [post.pk])
    return Job.objects.get(kind="webhooks.record")


def _message(world: World) -> Job:
    endpoints.test(actor=world.actor, endpoint_id=_endpoint(world).pk)
    return Job.objects.get(kind="webhooks.deliver")


SUBJECTS: dict[str, Callable[[World], Job]] = {
    "videos.process": _process,
    "patterns.analyse": _analyse,
    "patterns.meaning": _meaning,
    "strategies.generate": _strategy,
    "scripts.generate": _script,
    "editing.render": lambda world: _edit(world, edits.render),
    "editing.preview": lambda world: _edit(world, edits.preview),
    "media.clean_up": _orphan,
    "media.thumbnail": _thumbnail,
    "notifications.verify_email": _mail("verify_email"),
    "notifications.change_email": _mail("change_email", email="new@example.com"),
    "notifications.email_changing": _mail("email_changing", email="new@example.com", former="alice@example.com"),
    "notifications.email_changed": _mail("email_changed", former="old@example.com"),
    "notifications.password_reset": _mail("password_reset"),
    "notifications.invitation": _invitation,
    "notifications.mail_texts": _notice,
    "publish.target": _publish,
    "publish.convert": _convert,
    "publish.settle": _unsettled,
    "publish.renew": _about_grant("publish.renew", expires_at=timedelta(minutes=5)),
    "publish.picture": _about_account("publish.picture"),
    "publish.recurring": _recurring,
    "publish.tell_post": _about_post("publish.tell_post"),
    "publish.tell_target": _asking,
    "publish.tell_connected": _about_account("publish.tell_connected"),
    "publish.tell_lost": _lost,
    "publish.tell_expiring": _about_grant("publish.tell_expiring", refresh_expires_at=timedelta(days=3)),
    "approvals.ask": _about_post("approvals.ask"),
    "approvals.tell": _about_approval,
    "approvals.settle_all": lambda world: world.order("approvals.settle_all", "workspace", world.workspace),
    "analytics.follow": _about_target("analytics.follow"),
    "analytics.fetch": _about_target("analytics.fetch"),
    "analytics.learn": lambda world: world.order("analytics.learn", "workspace", world.workspace),
    "analytics.followers": _about_account("analytics.followers"),
    "webhooks.record": _news,
    "webhooks.deliver": _message,
}
