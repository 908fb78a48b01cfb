"""Telling people of an event, once, by the channels they chose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import jobs
from accounts.models import Membership, Preferences, Role, User
from accounts.services.profile import notification_choices
from core.actor import Actor
from jobs import events
from notifications import bundles
from notifications.models import Mail, Notice, NoticeKind

SEND = "notifications.mail_texts"
TOPIC = "person"
TEMPLATE = "notice"
# The choice in a person's preferences that decides over a kind. Kinds that nobody would want apart share one.
EVENT: Mapping[str, str] = {
    NoticeKind.POST_PUBLISHED: "post_published",
    NoticeKind.POST_PARTLY_OUT: "post_published",
    NoticeKind.POST_PARTLY_FAILED: "post_failed",
    NoticeKind.POST_FAILED: "post_failed",
    NoticeKind.ACTION_REQUIRED: "action_required",
    NoticeKind.CONNECTION_MADE: "connection_made",
    NoticeKind.CONNECTION_EXPIRING: "action_required",
    NoticeKind.EDIT_FINISHED: "edit_finished",
    NoticeKind.EDIT_FAILED: "edit_finished",
    NoticeKind.ANALYSIS_FAILED: "analysis_failed",
    NoticeKind.APPROVAL_ASKED: "approval",
    NoticeKind.APPROVAL_DECIDED: "approval",
}


@dataclass(frozen=True, slots=True)
class Message:
    """An event in words. `once` names it: sent twice under one name, it arrives once. `link` is a path of ours."""

    kind: NoticeKind
    once: str
    title: str
    text: str = ""
    link: str = ""


def notify(*, workspace_id: UUID, message: Message, to: UUID | None = None, admins: bool = False) -> list[Notice]:
    """Tell a member (`to`) and, if asked, every admin of a workspace; only admins when `to` is no member (any more).

    Writes in the caller's transaction, which should be the one that makes the event true: the notices appear, and the
    mails are ordered as jobs, exactly when it commits. Returns what is new.
    """
    made = []
    for user in _recipients(workspace_id, to, admins):
        by_mail, in_app = _channels(user, message.kind)
        notice, created = Notice.objects.get_or_create(
            workspace_id=workspace_id,
            recipient=user,
            once=message.once[:200],
            defaults={
                "kind": message.kind,
                "title": _short(message.title, 160),
                "text": message.text,
                "link": message.link[:300],
                "shown": in_app,
            },
        )
        if not created:
            continue
        made.append(notice)
        bundles.join(notice)
        if by_mail:
            _order_mail(notice, user)
        if in_app:
            announce(workspace_id, user.pk)
    return made


def announce(workspace_id: UUID, user_id: UUID) -> None:
    """A hint to the person's open pages that their notices changed."""
    events.publish_event(topic=TOPIC, id=user_id, type="notice.changed", data={"workspace_id": str(workspace_id)})


def _recipients(workspace_id: UUID, to: UUID | None, admins: bool) -> Iterable[User]:
    rows = Membership.objects.for_workspace(workspace_id).filter(user__is_active=True).select_related("user")
    members = list(rows.order_by("created_at", "id"))
    named = [member for member in members if member.user_id == to]
    wanted = admins or not named
    return [member.user for member in members if member in named or (wanted and member.role == Role.ADMIN)]


def _channels(user: User, kind: NoticeKind) -> tuple[bool, bool]:
    """Whether a person hears of a kind by mail (only at an address they proved) and in the app."""
    preferences, _ = Preferences.objects.get_or_create(user=user)
    chosen = notification_choices(preferences)[EVENT[kind]]
    return chosen["email"] and user.email_verified, chosen["app"]


def _order_mail(notice: Notice, user: User) -> None:
    mail = Mail.objects.create(
        workspace_id=notice.workspace_id, notice=notice, template=TEMPLATE, to=user.email, subject=notice.title
    )
    order(mail)


def order(mail: Mail) -> None:
    """Send a notice's mail, in the caller's transaction."""
    jobs.enqueue(
        kind=SEND,
        actor=Actor.system(mail.workspace_id),
        subject=("mail", mail.pk),
        unique_key=f"mail:{mail.pk}",
    )


def _short(text: str, length: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
