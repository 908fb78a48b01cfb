"""Which hosts and app credentials each platform has: the real ones by key, else the sandbox while it is mounted."""

from typing import Any

import platforms
from config.env import Env
from platforms.descriptor import App, Connector


def platform_settings(env: Env, sandbox_base: str) -> dict[str, dict[str, Any]]:
    """For each app of a platform: `urls` by role, `client_id`, `client_secret` or `api_key`, `sandbox` (whether it is
    imitated), `issued_suffixes`, and what its variables say."""
    return {
        app.key: _settings(env, sandbox_base, connector, app)
        for connector in platforms.CONNECTORS.values()
        for app in connector.apps
    }


def _settings(env: Env, sandbox_base: str, connector: Connector, app: App) -> dict[str, Any]:
    shared = app.like or app.key
    key, *rest = (str(getattr(env, name)) for name in app.credentials)
    imitated = not key and bool(sandbox_base)
    urls = {}
    for role, real in app.hosts.items():
        urls[role] = getattr(env, app.addresses[role]) or (
            f"{sandbox_base}/{real.removeprefix('https://')}" if imitated else real
        )
    found: dict[str, Any] = {
        "urls": urls,
        "client_id": "",
        "client_secret": "",
        "sandbox": imitated,
        "issued_suffixes": () if imitated else app.issued,
    }
    if app.by_key:
        found["api_key"] = key
    else:
        found["client_id"] = f"sandbox-{shared}" if imitated else key
        found["client_secret"] = f"sandbox-{shared}-secret" if imitated else rest[0]
    for variable in connector.variables:
        instead = variable.imitated if imitated and variable.imitated is not None else variable.otherwise
        given = getattr(env, variable.env)
        found[variable.name] = given if given or instead is None else instead
    return found
