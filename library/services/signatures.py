"""Making, changing and deleting signatures. Nothing here writes into a post."""

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import ValidationFailed
from library import selectors
from library.content import clean_text
from library.errors import LibraryError
from library.models import Signature
from library.services import saving
from platforms import PLATFORMS, canonical, label
from publishing import selectors as publishing

LONGEST_NAME, LONGEST_TEXT = 80, 1_000


@dataclass(frozen=True, slots=True)
class SignatureContent:
    """Everything that a person may change of a signature."""

    name: str
    text: str
    platform: str = ""
    account_id: UUID | None = None
    is_default: bool = False


def create(*, actor: Actor, content: SignatureContent) -> Signature:
    """Make a signature; as a default one it takes the place of the former."""
    policy.require(actor, Action.WRITE)
    content = _checked(actor, content)

    def make() -> Signature:
        _make_room(actor, content)
        row = Signature.objects.create(workspace_id=actor.workspace_id, created_by_id=actor.user_id, **asdict(content))
        audit.record(actor, "signature.create", ("signature", row.pk), {"name": content.name})
        return row

    return selectors.signature(actor, saving.once_named(make, content.name).pk)


def update(*, actor: Actor, signature_id: UUID, version: int | None, changes: dict[str, Any]) -> Signature:
    """Change fields of `SignatureContent`. `version` is the one that the person saw."""
    policy.require(actor, Action.WRITE)
    row = selectors.signature(actor, signature_id)
    saving.require_version(row, version, as_json)
    content = _checked(actor, replace(_content_of(row), **changes))

    def change() -> Signature:
        _make_room(actor, content, row)
        saving.save_over(row, asdict(content), as_json)
        audit.record(actor, "signature.update", ("signature", row.pk), {"fields": sorted(changes)})
        return row

    return selectors.signature(actor, saving.once_named(change, content.name).pk)


def delete(*, actor: Actor, signature_id: UUID) -> Signature:
    """Delete a signature; posts keep the text that came from it."""
    policy.require(actor, Action.WRITE)
    row = selectors.signature(actor, signature_id)
    with transaction.atomic():
        audit.record(actor, "signature.delete", ("signature", row.pk), {"name": row.name})
        Signature.objects.filter(pk=row.pk).delete()
    return row


def as_json(row: Signature) -> dict[str, Any]:
    """What a signature says, for whoever saved an older version."""
    found = asdict(_content_of(row))
    return {**found, "account_id": str(row.account_id) if row.account_id else None}


def _content_of(row: Signature) -> SignatureContent:
    return SignatureContent(row.name, row.text, row.platform, row.account_id, row.is_default)


def _checked(actor: Actor, content: SignatureContent) -> SignatureContent:
    text = clean_text(content.text).strip()
    platform = canonical(content.platform)
    sentence = ""
    if not text:
        sentence = "Write the text."
    elif len(text) > LONGEST_TEXT:
        sentence = f"A signature has {LONGEST_TEXT:,} characters at most; this has {len(text):,}."
    if sentence:
        raise ValidationFailed(LibraryError.TEXT, sentence, fields={"text": [sentence]})
    if platform and platform not in PLATFORMS:
        sentence = f"“{platform[:40]}” is no platform here. Known: {', '.join(sorted(PLATFORMS))}."
        raise ValidationFailed(LibraryError.PLATFORM_UNKNOWN, sentence, fields={"platform": [sentence]})
    if content.account_id is not None:
        account = publishing.account(actor, content.account_id)
        if platform not in ("", account.platform):
            sentence = f"{account.handle} is no account of {label(platform)}. Leave the platform out."
            raise ValidationFailed(LibraryError.PLATFORM_UNKNOWN, sentence, fields={"platform": [sentence]})
        platform = account.platform
    name = saving.clean_name(content.name, longest=LONGEST_NAME)
    return replace(content, name=name, text=text, platform=platform)


def _make_room(actor: Actor, content: SignatureContent, row: Signature | None = None) -> None:
    """What was the default in this place is none any more."""
    if not content.is_default:
        return
    rows = Signature.objects.for_workspace(actor.workspace_id).filter(is_default=True, account_id=content.account_id)
    rows = rows if content.account_id else rows.filter(platform=content.platform)
    others = rows.exclude(pk=row.pk) if row else rows
    others.update(is_default=False, version=F("version") + 1, updated_at=clock.now())
