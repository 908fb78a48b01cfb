"""Connecting accounts by the platforms' consent pages."""

import hashlib
import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from social_core.exceptions import AuthCanceled, SocialAuthBaseException

from accounts import audit, policy
from accounts.models import Membership, User
from accounts.policy import Action
from core import clock, crypto, scope
from core.actor import Actor, ActorKind
from core.errors import Conflict, NotFound, PermissionDenied, Unavailable, ValidationFailed
from core.formatting import counted
from core.hooks import limits
from core.ids import uuid7
from publishing import signals
from publishing.engine import grants, secrets, sessions
from publishing.errors import PublishingError
from publishing.models import AccountStatus, Grant, GrantState, OAuthState, SocialAccount
from publishing.platforms.base import AccountInfo, AccountRef, Adapter, Session, Tokens
from publishing.platforms.declared import Consent
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.http import Caller
from publishing.platforms.oauth import ConnectStrategy, backend_of
from publishing.platforms.registry import adapter_for
from publishing.schedule import blocked
from publishing.services import account_choice, revocation, social_accounts, targets
from publishing.services.account_choice import Choice
from publishing.services.revocation import Lost

logger = logging.getLogger(__name__)

LIFE = timedelta(minutes=10)
_MODEL = "publishing.oauthstate"


@dataclass(frozen=True, slots=True)
class Start:
    """Where to send the person, and the state that will come back."""

    auth_url: str
    state: str


def configured(platform: str) -> list[Consent]:
    """The ways of consent for which this product has an app of its own (or the imitation's), preferred first."""
    return [way for way in adapter_for(platform).ways() if settings.PLATFORMS[way.app or platform]["client_id"]]


def start(*, actor: Actor, platform: str, login: str = "", origin: OAuthState.Origin = OAuthState.Origin.API) -> Start:
    """Begin a consent at a platform's page for the actor's workspace, by one of its ways (`login`)."""
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    adapter = adapter_for(platform)
    way = _way(adapter, login)
    limits.check(actor.workspace_id, "accounts", 1)
    user: Any = User.objects.filter(pk=actor.user_id or uuid7()).first()
    if user is None:
        raise PermissionDenied(PublishingError.CONNECT_FAILED, "Only a person can give a platform's consent.")
    strategy = ConnectStrategy({})
    backend = backend_of(adapter, strategy, way.key)
    backend.prepare_auth(user)
    auth_url = backend.auth_url()
    state = backend.get_association_state()
    row = OAuthState(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        platform=platform,
        user=user,
        role=actor.role,
        state_hash=hash_of(state),
        origin=origin,
        expires_at=clock.now() + LIFE,
    )
    row.sealed = _seal(row, {"login": way.key, "kept": strategy.kept})
    row.save(force_insert=True)
    return Start(auth_url, state)


def _way(adapter: Adapter, login: str) -> Consent:
    ways = configured(adapter.name)
    found = next((way for way in ways if way.key == login), None) if login else next(iter(ways), None)
    if found is not None:
        return found
    if login and login not in {way.key for way in adapter.ways()}:
        known = ", ".join(way.key for way in adapter.ways() if way.key)
        raise ValidationFailed(
            PublishingError.CONNECT_FAILED, f"{adapter.label} is not connected that way. Known ways: {known}."
        )
    way = adapter.way(login)
    name = (way.app or adapter.name).upper()
    raise Unavailable(
        PublishingError.PLATFORM_NOT_CONFIGURED,
        f"{adapter.label} cannot be connected yet: the operator has to set {name}_CLIENT_ID and {name}_CLIENT_SECRET.",
    )


def _seal(row: OAuthState, value: object) -> str:
    return crypto.seal(json.dumps(value, default=str), model=_MODEL, pk=row.pk, field="sealed")


def _unseal(row: OAuthState) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(crypto.unseal(row.sealed, model=_MODEL, pk=row.pk, field="sealed"))
    return found


@dataclass(frozen=True, slots=True)
class Connected:
    """What a consent brought: accounts that are new here, and those that were known."""

    workspace_id: UUID
    accounts: tuple[SocialAccount, ...]
    new: int
    resumed: int


def finish(*, platform: str, query: Mapping[str, str], signed_in: User | None) -> Connected | Choice:
    """The way back. The state row is used up by asking, whatever comes of it.

    A consent that a browser session began is finished only by the same person's session. One that an API client began
    may come back without a session, but never in somebody else's.
    """
    adapter = adapter_for(platform)
    with scope.system("oauth callback"):
        row = _use_up(platform, query.get("state", ""))
    _refuse_foreign(row, signed_in)
    with scope.workspace(row.workspace_id):
        actor = _actor_of(row)
        before = _unseal(row)
        login: str = before["login"]
        tokens = _exchange(adapter, login, before["kept"], query, signed_in or row.user)
        infos = _list_accounts(adapter, login, tokens)
        if len(infos) > 1:
            return account_choice.offer(row, login, tokens, infos)
        return _connect(actor, adapter, login, tokens, infos)


def sentence(found: Connected) -> str:
    """What a person reads after connecting."""
    names = " and ".join(", ".join(row.handle for row in found.accounts).rsplit(", ", 1))
    verb = "is" if len(found.accounts) == 1 else "are"
    said = f"{names} {verb} connected on {adapter_for(found.accounts[0].platform, found.accounts[0].via).label}."
    if found.resumed:
        said += f" {counted(found.resumed, 'waiting post')} went on."
    return said


def pending(*, actor: Actor, choice_id: UUID) -> account_choice.Pending:
    """What the person may choose from. Raises `NotFound` for a foreign choice, `Conflict` for one that is over."""
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    return account_choice.read(actor, choice_id)


def choose(*, actor: Actor, choice_id: UUID, external_ids: Collection[str]) -> Connected:
    """Connect the chosen accounts of a consent that reaches several. Errors as in `pending`."""
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    found = account_choice.read(actor, choice_id)
    chosen = [option.info for option in found.options if option.info.external_id in external_ids]
    if not chosen or any(info.problem for info in chosen):
        sentence = next((info.problem for info in chosen if info.problem), "Choose at least one account to connect.")
        raise ValidationFailed(PublishingError.ACCOUNT_CHOICE, sentence, fields={"account_ids": [sentence]})
    known = {option.info.external_id for option in found.options if option.known}
    new = sum(info.external_id not in known for info in chosen)
    if new:
        limits.check(actor.workspace_id, "accounts", new)
    account_choice.use_up(found)
    return _connect(actor, adapter_for(found.platform), found.login, found.tokens, chosen)


def _connect(actor: Actor, adapter: Adapter, login: str, tokens: Tokens, infos: list[AccountInfo]) -> Connected:
    described = [_describe_whole(adapter, login, tokens, info) for info in infos]
    with transaction.atomic():
        connected, left = _store(actor, adapter, login, tokens, described)
    blocked.follow_accounts([account.pk for account in connected.accounts])
    for grant in left:
        revocation.tell_platform(grant)
    return connected


def _describe_whole(adapter: Adapter, login: str, tokens: Tokens, info: AccountInfo) -> AccountInfo:
    """With what the list leaves out, if the platform tells it; connecting does not depend on it."""
    try:
        with sessions.caller(adapter.name, login) as http:
            return adapter.describe(_before_account(http, login, tokens, info), info)
    except (PlatformError, NoAnswer, NotSent):
        return info


def _before_account(http: Caller, login: str, tokens: Tokens, info: AccountInfo | None = None) -> Session:
    """A session for an account that is no row yet."""
    account = AccountRef(info.external_id, info.username, info.facts) if info else AccountRef("", "")
    own = info.token if info else ""
    return Session(
        http, own or tokens.access, account, clock.now(), sessions.no_bytes, login=login, grant_token=tokens.access
    )


def _use_up(platform: str, state: str) -> OAuthState:
    found = OAuthState.objects.filter(state_hash=hash_of(state), platform=platform).select_related("user").first()
    if found is None:
        raise ValidationFailed(
            PublishingError.STATE_INVALID,
            "This connection attempt is not known here. Start it again from Connected platforms.",
        )
    if not OAuthState.objects.filter(pk=found.pk, used_at__isnull=True).update(used_at=clock.now()):
        raise Conflict(PublishingError.STATE_INVALID, "This connection attempt was used already. Start it again.")
    if found.expires_at <= clock.now():
        raise ValidationFailed(
            PublishingError.STATE_EXPIRED, "This connection attempt took longer than ten minutes. Start it again."
        )
    return found


def _refuse_foreign(row: OAuthState, signed_in: User | None) -> None:
    same = signed_in is not None and signed_in.pk == row.user_id
    if same or (signed_in is None and row.origin == OAuthState.Origin.API):
        return
    logger.warning("A connection attempt came back in a foreign session.")
    raise ValidationFailed(
        PublishingError.STATE_FOREIGN,
        "This connection attempt was begun by someone else, or in another browser. Nothing was connected.",
    )


def _actor_of(row: OAuthState) -> Actor:
    """The person as they are in the workspace now; their role may have changed in the meantime."""
    membership = Membership.objects.filter(workspace_id=row.workspace_id, user_id=row.user_id).first()
    if membership is None:
        raise NotFound
    kind = ActorKind.USER if row.origin == OAuthState.Origin.SESSION else ActorKind.API
    actor = Actor(user_id=row.user_id, workspace_id=row.workspace_id, role=membership.role, kind=kind)
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    return actor


def _exchange(adapter: Adapter, login: str, kept: dict[str, object], query: Mapping[str, str], user: User) -> Tokens:
    strategy = ConnectStrategy(kept, query)
    backend = backend_of(adapter, strategy, login)
    try:
        backend.complete(user=user)
    except AuthCanceled:
        raise ValidationFailed(
            PublishingError.CONSENT_REFUSED,
            f"You did not allow the connection on {adapter.label}. Nothing was connected.",
        ) from None
    except SocialAuthBaseException as error:
        logger.info("social-auth refused a callback: %s", type(error).__name__)
        raise ValidationFailed(
            PublishingError.CONNECT_FAILED, f"{adapter.label} did not complete the connection. Start it again."
        ) from None
    except PlatformError as error:
        raise ValidationFailed(
            PublishingError.CONNECT_FAILED, _first_person(adapter, error), {"platform": error.words}
        ) from None
    except (NoAnswer, NotSent):
        raise Unavailable(
            PublishingError.CONNECT_FAILED, f"{adapter.label} did not answer. Try again in a moment."
        ) from None
    return backend.tokens(strategy.answer)


def _first_person(adapter: Adapter, error: PlatformError) -> str:
    """The words for someone who is connecting right now, not for an account that once worked."""
    if error.code == "invalid_grant":
        return f"{adapter.label} says that this consent was already used or has expired. Start it again."
    return error.sentence


_REFUSED_LISTS = {"youtubeSignupRequired": PublishingError.NO_CHANNEL}


def _list_accounts(adapter: Adapter, login: str, tokens: Tokens) -> list[AccountInfo]:
    """What the consent reaches. Refuses, with the way out, when nothing of it can be connected."""
    with sessions.caller(adapter.name, login) as http:
        try:
            found = adapter.accounts(_before_account(http, login, tokens))
        except PlatformError as error:
            code = _REFUSED_LISTS.get(error.code, PublishingError.CONNECT_FAILED)
            if error.kind is ErrorKind.ACCOUNT_TYPE and code is PublishingError.CONNECT_FAILED:
                code = PublishingError.ACCOUNT_TYPE
            raise ValidationFailed(code, _first_person(adapter, error), {"platform": error.words}) from None
        except (NoAnswer, NotSent):
            raise Unavailable(
                PublishingError.CONNECT_FAILED, f"{adapter.label} did not answer. Try again in a moment."
            ) from None
    if found and all(info.problem for info in found):
        sentences = " ".join(dict.fromkeys(info.problem for info in found))
        raise ValidationFailed(PublishingError.ACCOUNT_TYPE, sentences)
    return found


def _store(
    actor: Actor, adapter: Adapter, login: str, tokens: Tokens, infos: list[AccountInfo]
) -> tuple[Connected, list[Lost]]:
    grant = _store_grant(actor, adapter, login, tokens, tokens.subject or infos[0].external_id)
    known = account_choice.accounts_of(actor, adapter.name).filter(external_id__in=[info.external_id for info in infos])
    former = {row.grant_id for row in known if row.grant_id is not None} - {grant.pk}
    stored, new = [], 0
    for info in infos:
        account, created = _store_account(actor, adapter, grant, info)
        stored.append(account)
        new += created
        signals.account_connected.send(SocialAccount, account_id=account.pk, workspace_id=account.workspace_id)
        verb = "account.connect" if created else "account.reconnect"
        audit.record(actor, verb, ("social_account", account.pk), {"platform": adapter.name, "account": account.handle})
    left = [revocation.drop(row) for row in Grant.objects.filter(pk__in=former, accounts=None)]
    resumed = targets.resume_parked([account.pk for account in stored], actor)
    return Connected(actor.workspace_id, tuple(stored), new, resumed), left


def _store_grant(actor: Actor, adapter: Adapter, login: str, tokens: Tokens, subject: str) -> Grant:
    """The workspace's one grant of this person on the platform by this way, with the new tokens."""
    grant, created = Grant.objects.get_or_create(
        workspace_id=actor.workspace_id,
        platform=adapter.name,
        login=login,
        subject=subject,
        defaults={"connected_by_id": actor.user_id},
    )
    columns: dict[str, object] = {
        **secrets.seal_tokens(grant, access=tokens.access, refresh=tokens.refresh),
        "state": GrantState.ACTIVE,
        "problem": "",
        "scopes": list(tokens.scopes),
        "expires_at": tokens.expires_at,
        "refreshed_at": clock.now(),
        "connected_by_id": actor.user_id,
        "refresh_lease": None,
        "refresh_lease_until": None,
        "updated_at": clock.now(),
    }
    if tokens.refresh_expires_at is not None or tokens.refresh or created:
        columns["refresh_expires_at"] = tokens.refresh_expires_at
    Grant.objects.filter(pk=grant.pk).update(token_version=F("token_version") + 1, **columns)
    return grants.read(grant.pk)


# What connecting decides about an account; beside it, only what the platform says of it is written.
_CONNECTION = (
    "grant", "token_sealed", "status", "problem", "hold_until", "connected_at", "is_default",
)  # fmt: skip


def _store_account(actor: Actor, adapter: Adapter, grant: Grant, info: AccountInfo) -> tuple[SocialAccount, bool]:
    platform, via = (info.network, adapter.name) if info.network else (adapter.name, "")
    rows = SocialAccount.objects.for_workspace(actor.workspace_id).filter(platform=platform)
    account = rows.select_for_update().filter(external_id=info.external_id, via=via).first()
    created = account is None
    if account is None:
        account = SocialAccount(
            workspace_id=actor.workspace_id, platform=platform, via=via, external_id=info.external_id
        )
        account.is_default = not rows.filter(is_default=True).exists()
    social_accounts.describe(account, info)
    account.grant = grant
    account.token_sealed = secrets.seal_account_token(account, info.token)
    account.status = AccountStatus.CONNECTED
    account.problem = ""
    account.hold_until = None
    account.connected_at = clock.now()
    if not rows.filter(is_default=True).exists():
        account.is_default = True
    if created:
        account.save(force_insert=True)
    else:
        # Never the whole row: its picture and what was learnt of it are written by others meanwhile.
        account.save(update_fields=[*social_accounts.DESCRIPTION, *_CONNECTION, "updated_at"])
    return account, created


def hash_of(state: str) -> str:
    """What is kept of a state's value."""
    return hashlib.sha256(state.encode()).hexdigest()
