"""Consents at the platforms' pages, by social-auth's association-only backends.

social-auth builds the address, binds state and PKCE verifier to the person, checks both on return and exchanges the
code. What it would keep in a web session lives in our single-use `OAuthState` row instead, so that a consent is bound
to a workspace too, ends after ten minutes, and can be begun by an API client. It makes no users and stores no tokens:
its pipeline is one step that hands the token answer back to us.
"""

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string
from social_core.backends.oauth import BaseOAuth2PKCE
from social_core.strategy import BaseStrategy

from accounts.models import User
from publishing.platforms.base import Adapter, Tokens
from publishing.platforms.http import Answer, Caller


class ConnectStrategy(BaseStrategy[Any]):
    """social-auth's view of one consent: a dict instead of a session, the callback's query instead of a request."""

    def __init__(self, kept: dict[str, Any], query: Mapping[str, str] | None = None) -> None:
        super().__init__(storage=None)
        self.kept = kept
        self.query = dict(query or {})
        self.answer: dict[str, Any] = {}

    def get_setting(self, name: str) -> Any:
        raise KeyError(name)

    def get_pipeline(self, backend: Any = None) -> list[str]:
        return ["publishing.platforms.oauth.hand_back"]

    def authenticate(self, backend: Any, *args: Any, **kwargs: Any) -> Any:
        return backend.authenticate(*args, **{**kwargs, "strategy": self, "storage": None, "backend": backend})

    def clean_authenticate_args(self, *args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, kwargs

    def request_data(self, merge: bool = True) -> dict[str, str]:
        return self.query

    def build_absolute_uri(self, path: str | None = None) -> str:
        return path or ""

    def session_get(self, name: str, default: Any = None) -> Any:
        return self.kept.get(name, default)

    def session_set(self, name: str, value: Any) -> None:
        self.kept[name] = value

    def session_pop(self, name: str) -> Any:
        return self.kept.pop(name, None)


def hand_back(strategy: ConnectStrategy, response: dict[str, Any], user: User, **_: Any) -> dict[str, Any]:
    """The whole pipeline: keep the token answer for the caller."""
    strategy.answer = response
    return {"user": user}


class ConnectBackend(BaseOAuth2PKCE[Any]):
    """What all platforms share. A subclass says where the pages are and how the platform deviates."""

    ASSOCIATION_ONLY = True
    REDIRECT_STATE = False
    STATE_PARAMETER = True
    platform = ""
    app = ""
    authorize_path = ""
    token_role = "api"  # noqa: S105  (the name of a configured host)
    token_path = ""
    wanted_scopes: tuple[str, ...] = ()

    def auth_params(self, state: str | None = None) -> dict[str, str]:
        params: dict[str, str] = cast(Any, super()).auth_params(state)
        return params

    def auth_complete_params(self, state: str | None = None) -> dict[str, str]:
        params: dict[str, str] = cast(Any, super()).auth_complete_params(state)
        return params

    @property
    def config(self) -> dict[str, Any]:
        """Hosts and credentials of the app that asks."""
        found: dict[str, Any] = settings.PLATFORMS[self.app or self.platform]
        return found

    def authorization_url(self) -> str:
        return f"{self.config['urls']['auth']}{self.authorize_path}"

    def access_token_url(self) -> str:
        return f"{self.config['urls'][self.token_role]}{self.token_path}"

    def get_key_and_secret(self) -> tuple[str, str]:
        config = self.config
        return config["client_id"], config["client_secret"]

    def get_scope(self) -> list[str]:
        return list(self.wanted_scopes)

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Nothing here: the adapter lists the accounts of a consent."""
        return {}

    def request_access_token(self, url: str, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Exchange the code through our guarded client."""
        with Caller(self.platform, app=self.app) as http:
            headers = http.basic if self.use_basic_auth() else None
            answer = http.call("POST", url, form=kwargs.get("data") or {}, headers=headers)
        body = answer.json()
        if answer.status != 200 or body.get("error") or not body.get("access_token"):
            raise self.refusal(answer)
        return body

    def refusal(self, answer: Answer) -> Exception:
        """What the token endpoint's refusal means."""
        raise NotImplementedError

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        """The token answer in our words."""
        raise NotImplementedError


def redirect_uri(platform: str) -> str:
    """The one address a platform sends people back to."""
    return f"{settings.PUBLIC_BASE_URL}/api/v1/oauth/{platform}/callback"


def backend_of(adapter: Adapter, strategy: ConnectStrategy, login: str = "") -> ConnectBackend:
    """A platform's backend for one consent by one of its ways of consent."""
    way = adapter.way(login)
    backend: ConnectBackend = import_string(way.backend)(strategy, redirect_uri(adapter.name))
    backend.wanted_scopes = (*way.scopes, *way.optional)
    backend.app = way.app
    return backend
