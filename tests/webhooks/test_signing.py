"""The signature, computed a second time from the words of the specification."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from core import clock
from jobs.testing import drain
from webhooks import signing
from webhooks.models import WebhookEndpoint
from webhooks.services import endpoints


def signature(secret: str, message_id: str, timestamp: str, body: str) -> str:
    """Without the library: base64(HMAC-SHA256(key, id.timestamp.body)), the key being the secret after its prefix."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def expected(secret: str, got: Any) -> str:
    return signature(secret, got.headers["webhook-id"], got.headers["webhook-timestamp"], got.body)


def test_a_secret_has_its_prefix_and_enough_chance_in_it():
    secret = signing.new_secret()
    assert secret.startswith("whsec_")
    assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"))) <= 64
    assert secret != signing.new_secret()


def test_what_arrives_is_signed_over_the_very_bytes(make_endpoint, receiver, in_workspace):
    row = make_endpoint(description="Grüße 🌱")
    endpoints.test(actor=in_workspace.alice_actor, endpoint_id=row.pk)
    drain()
    (got,) = receiver.got
    assert got.headers["webhook-signature"] == expected(row.secret, got)
    assert got.headers["content-type"] == "application/json"
    assert Webhook(row.secret).verify(got.body, got.headers)["type"] == "webhook.test"
    with pytest.raises(WebhookVerificationError):
        Webhook(row.secret).verify(got.body.replace("test", "text"), got.headers)


def test_both_secrets_sign_for_a_day_after_a_rotation(make_endpoint, receiver, in_workspace, frozen):
    row = make_endpoint()
    _, fresh = endpoints.rotate(actor=in_workspace.alice_actor, endpoint_id=row.pk)
    assert fresh != row.secret
    endpoints.test(actor=in_workspace.alice_actor, endpoint_id=row.pk)
    drain()
    clock.advance(timedelta(hours=24, seconds=1))
    endpoints.test(actor=in_workspace.alice_actor, endpoint_id=row.pk)
    drain()
    during, after = receiver.got
    assert during.headers["webhook-signature"] == f"{expected(fresh, during)} {expected(row.secret, during)}"
    assert after.headers["webhook-signature"] == expected(fresh, after)


def test_the_secret_is_stored_sealed_for_its_row(make_endpoint):
    row = make_endpoint()
    stored = WebhookEndpoint.objects.get(pk=row.pk)
    assert row.secret not in json.dumps(list(WebhookEndpoint.objects.values()), default=str)
    assert stored.secret_sealed.startswith("v1.")
    assert signing.secret_of(stored) == row.secret


def test_a_secret_that_cannot_be_read_sends_nothing_and_says_so(make_endpoint, receiver, in_workspace):
    row = make_endpoint()
    WebhookEndpoint.objects.filter(pk=row.pk).update(secret_sealed="v1.00000000.AAAA")
    delivery = endpoints.test(actor=in_workspace.alice_actor, endpoint_id=row.pk)
    drain()
    delivery.refresh_from_db()
    assert receiver.got == []
    assert (delivery.state, delivery.error) == ("pending", "The stored secret cannot be read any more. Rotate it.")
