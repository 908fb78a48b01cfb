"""Secrets and signatures as Standard Webhooks has them (https://www.standardwebhooks.com, version 1).

A message is signed with HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`. During a rotation the header holds
a signature by each secret, and receivers need only find one that they can verify.
"""

import base64
import secrets
from datetime import datetime, timedelta

from standardwebhooks import Webhook

from core import crypto
from webhooks.models import WebhookEndpoint

# How long the former secret still signs after a rotation.
OVERLAP = timedelta(hours=24)
_MODEL = "webhooks.webhookendpoint"
_SECRET_BYTES = 32


def new_secret() -> str:
    """A secret as people see it: `whsec_` and 32 random bytes in base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def seal(endpoint: WebhookEndpoint, secret: str, *, former: bool = False) -> str:
    """A secret as its column keeps it."""
    return crypto.seal(secret, model=_MODEL, pk=endpoint.pk, field="former_secret" if former else "secret")


def secret_of(endpoint: WebhookEndpoint) -> str:
    """The present secret in the clear."""
    return crypto.unseal(endpoint.secret_sealed, model=_MODEL, pk=endpoint.pk, field="secret")


def headers(endpoint: WebhookEndpoint, message_id: str, body: str, at: datetime) -> dict[str, str]:
    """The headers of one try. Raises `core.crypto.SecretUnreadable`."""
    keys = [secret_of(endpoint)]
    if endpoint.former_secret_sealed and endpoint.former_secret_until and endpoint.former_secret_until > at:
        keys.append(crypto.unseal(endpoint.former_secret_sealed, model=_MODEL, pk=endpoint.pk, field="former_secret"))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(message_id, at, body) for key in keys),
    }
