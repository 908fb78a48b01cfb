"""Codes, grants and tokens, the same for all platforms. Only hashes of secrets are stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sandbox.http import Call
from sandbox.store import Row, Tx

Challenge = Literal["", "hex", "base64url"]


@dataclass(frozen=True)
class Session:
    """Whom a presented token speaks for. `state` is ok, expired, revoked, replaced or unknown."""

    state: str
    kind: str = ""
    account_id: str = ""
    grant_id: str = ""
    client_id: str = ""
    scopes: frozenset[str] = frozenset()
    issued_at: float = 0.0
    expires_at: float | None = None

    @property
    def ok(self) -> bool:
        return self.state == "ok"


@dataclass(frozen=True)
class CodeRequest:
    """What a person agreed to on the consent page."""

    client_id: str
    redirect_uri: str
    account_id: str
    scopes: tuple[str, ...]
    challenge: str = ""
    challenge_method: str = ""
    offline: bool = True


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_code(call: Call, platform: str, code: str, wanted: CodeRequest, ttl_s: float) -> str:
    call.tx.insert(
        "codes",
        {
            "hash": digest(code),
            "platform": platform,
            "client_id": wanted.client_id,
            "redirect_uri": wanted.redirect_uri,
            "account_id": wanted.account_id,
            "scopes": " ".join(wanted.scopes),
            "challenge": wanted.challenge,
            "challenge_method": wanted.challenge_method,
            "offline": int(wanted.offline),
            "expires_at": call.now + ttl_s,
        },
    )
    return code


def redeem_code(call: Call, platform: str, code: str, client_id: str, redirect_uri: str) -> CodeRequest | str:
    """The agreement behind a code, which is used up by asking; or what is wrong with it."""
    row = call.tx.one("SELECT * FROM codes WHERE hash = ? AND platform = ?", digest(code), platform)
    if row is None or row["client_id"] != client_id:
        return "Authorization code is invalid."
    if row["used_at"] is not None:
        return "Authorization code has already been used."
    call.tx.run("UPDATE codes SET used_at = ? WHERE hash = ?", call.now, row["hash"])
    if row["expires_at"] <= call.now:
        return "Authorization code is expired."
    if row["redirect_uri"] != redirect_uri:
        return "Redirect_uri is not matched with the uri when requesting code."
    return CodeRequest(
        row["client_id"],
        row["redirect_uri"],
        row["account_id"],
        tuple(row["scopes"].split()),
        row["challenge"],
        row["challenge_method"],
        bool(row["offline"]),
    )


def verifier_matches(wanted: CodeRequest, verifier: str, form: Challenge) -> bool:
    """Whether a PKCE verifier answers the challenge. TikTok's challenge is hex, all others' base64url."""
    if not wanted.challenge:
        return True
    if wanted.challenge_method == "plain":
        return hmac.compare_digest(verifier.encode(), wanted.challenge.encode())
    raw = hashlib.sha256(verifier.encode()).digest()
    expected = raw.hex() if form == "hex" else base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return hmac.compare_digest(expected.encode(), wanted.challenge.encode())


def open_grant(tx: Tx, platform: str, client_id: str, account_id: str, scopes: Iterable[str]) -> str:
    grant_id = secrets.token_hex(10)
    tx.insert(
        "grants",
        {
            "id": grant_id,
            "platform": platform,
            "client_id": client_id,
            "account_id": account_id,
            "scopes": " ".join(scopes),
            "created_at": tx.now,
        },
    )
    return grant_id


def issue_token(tx: Tx, grant_id: str, account_id: str, kind: str, prefix: str, ttl_s: float | None) -> str:
    token = prefix + secrets.token_urlsafe(36)
    tx.insert(
        "tokens",
        {
            "hash": digest(token),
            "grant_id": grant_id,
            "kind": kind,
            "account_id": account_id,
            "issued_at": tx.now,
            "expires_at": None if ttl_s is None else tx.now + ttl_s,
        },
    )
    return token


def derived_token(tx: Tx, grant_id: str, account_id: str, kind: str, prefix: str) -> str:
    """A token that is the same each time it is asked for, and lives as long as its grant; after its end, the next."""
    spent = tx.count(
        "SELECT COUNT(*) FROM tokens WHERE grant_id = ? AND account_id = ? AND kind = ? AND expires_at <= ?",
        grant_id,
        account_id,
        kind,
        tx.now,
    )
    token = prefix + digest(f"{tx.secret()}:{grant_id}:{account_id}:{kind}{spent or ''}")
    tx.run(
        "INSERT INTO tokens (hash, grant_id, kind, account_id, issued_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        digest(token),
        grant_id,
        kind,
        account_id,
        tx.now,
    )
    return token


def _state(row: Row, now: float) -> str:
    if row["revoked_at"] is not None:
        return "revoked"
    if row["replaced_at"] is not None:
        return "replaced"
    if row["expires_at"] is not None and row["expires_at"] <= now:
        return "expired"
    return "ok"


def find(tx: Tx, platform: str, token: str) -> Session:
    row = tx.one(
        "SELECT t.*, g.client_id, g.scopes, g.revoked_at FROM tokens t JOIN grants g ON g.id = t.grant_id"
        " WHERE t.hash = ? AND g.platform = ?",
        digest(token),
        platform,
    )
    if row is None:
        return Session("unknown")
    return Session(
        _state(row, tx.now),
        row["kind"],
        row["account_id"],
        row["grant_id"],
        row["client_id"],
        frozenset(row["scopes"].split()),
        row["issued_at"],
        row["expires_at"],
    )


def replace(tx: Tx, token: str) -> None:
    """Use up a rotating refresh token."""
    tx.run("UPDATE tokens SET replaced_at = ? WHERE hash = ?", tx.now, digest(token))


def revoke(tx: Tx, grant_id: str) -> None:
    tx.run("UPDATE grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", tx.now, grant_id)


def presented(call: Call) -> str:
    """The token a call carries, wherever the platform takes it."""
    return call.bearer or call.query.get("access_token", "") or call.form.get("access_token", "")


def damage(call: Call, kind: str) -> None:
    """Make a token fault true, not only said: later calls with the same token fail as well."""
    token = presented(call)
    row = call.tx.one("SELECT grant_id FROM tokens WHERE hash = ?", digest(token)) if token else None
    if row is None:
        return
    if kind == "token_expired":
        call.tx.run("UPDATE tokens SET expires_at = ? WHERE hash = ?", call.now, digest(token))
    elif kind == "token_revoked":
        revoke(call.tx, row["grant_id"])
