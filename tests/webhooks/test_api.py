"""The webhooks API: admins alone, secrets once, refusals by name."""

from types import SimpleNamespace
from typing import Any

import pytest

from accounts.models import AuditEvent
from core import clock
from jobs.testing import drain
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services import endpoints

ENDPOINTS, DELIVERIES = "/api/v1/webhook-endpoints", "/api/v1/webhook-deliveries"


@pytest.fixture
def alice(cast: SimpleNamespace) -> Any:
    return cast.clients.alice


def make(client: Any, receiver: Any, **given: Any) -> Any:
    return client.post(ENDPOINTS, {"url": f"{receiver.url}/hook", **given}, format="json")


class TestEndpoints:
    def test_made_with_a_secret_that_is_never_shown_again(self, alice, receiver):
        made = make(alice, receiver, description="CRM", events=["post.failed", "post.published"])
        assert made.status_code == 201
        body = made.json()
        assert body["secret"].startswith("whsec_")
        assert body["events"] == ["post.published", "post.failed"]
        again = alice.get(f"{ENDPOINTS}/{body['id']}").json()
        assert again == {name: value for name, value in body.items() if name != "secret"}
        assert body["secret"] not in str(alice.get(ENDPOINTS).json())
        assert body["secret"] not in str(list(AuditEvent.objects.values()))

    def test_listed_in_pages(self, alice, receiver):
        first, second = make(alice, receiver).json(), make(alice, receiver).json()
        page = alice.get(ENDPOINTS, {"page": 2, "limit": 1}).json()
        assert (page["total"], [row["id"] for row in page["items"]]) == (2, [second["id"]])
        assert first["id"] != second["id"]

    def test_the_same_key_makes_one_endpoint(self, alice, receiver):
        def ask() -> Any:
            body = {"url": f"{receiver.url}/hook"}
            return alice.post(ENDPOINTS, body, format="json", headers={"Idempotency-Key": "one"})

        assert ask().json()["id"] == ask().json()["id"]
        assert WebhookEndpoint.objects.count() == 1

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"url": "https://10.0.0.1/"}, "url"),
            ({"url": "http://93.184.216.34/"}, "url"),
            ({"url": "https://93.184.216.34/", "events": ["post.unknown"]}, "events"),
            ({"url": "https://93.184.216.34/", "secret": "mine"}, "secret"),
            ({}, "url"),
        ],
    )
    def test_refused_by_name(self, alice, given, field):
        answer = alice.post(ENDPOINTS, given, format="json")
        assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
        assert field in answer.json()["details"]["fields"]
        assert not WebhookEndpoint.objects.exists()

    def test_no_more_than_twenty(self, alice, receiver, cast):
        WebhookEndpoint.objects.bulk_create(
            WebhookEndpoint(workspace=cast.workspace, url="https://example.com/", secret_sealed="x") for _ in range(20)
        )
        answer = make(alice, receiver)
        assert (answer.status_code, answer.json()["error"]) == (402, "plan_limit")
        assert WebhookEndpoint.objects.count() == 20

    def test_changed_paused_resumed_and_deleted(self, alice, receiver):
        path = f"{ENDPOINTS}/{make(alice, receiver).json()['id']}"
        changed = alice.patch(path, {"description": "New", "status": "paused"}, format="json").json()
        assert (changed["description"], changed["status"]) == ("New", "paused")
        assert alice.post(f"{path}/test").json()["error"] == "conflict"
        assert alice.patch(path, {"status": "active"}, format="json").json()["status"] == "active"
        assert alice.delete(path).status_code == 204
        assert alice.get(path).status_code == 404
        verbs = list(
            AuditEvent.objects.filter(verb__startswith="webhook.").order_by("id").values_list("verb", flat=True)
        )
        assert verbs == ["webhook.create", "webhook.update", "webhook.pause", "webhook.resume", "webhook.delete"]

    def test_a_rotation_shows_the_new_secret(self, alice, receiver):
        made = make(alice, receiver).json()
        rotated = alice.post(f"{ENDPOINTS}/{made['id']}/rotate-secret").json()
        assert rotated["secret"].startswith("whsec_")
        assert rotated["secret"] != made["secret"]
        assert rotated["former_secret_until"]


class TestDeliveries:
    def test_a_test_event_and_its_receipt(self, alice, receiver):
        made = make(alice, receiver).json()
        ordered = alice.post(f"{ENDPOINTS}/{made['id']}/test")
        assert ordered.status_code == 202
        drain()
        receipt = alice.get(f"{DELIVERIES}/{ordered.json()['id']}").json()
        assert (receipt["status"], receipt["event"], receipt["http_status"]) == ("delivered", "webhook.test", 200)
        (attempt,) = receipt["attempts"]
        assert attempt["headers"]["webhook-id"] == receipt["message_id"]
        assert attempt["answer"] == "thanks"
        assert receipt["body"] == receiver.got[0].body

    def test_filtered_and_replayed(self, alice, receiver):
        made = make(alice, receiver).json()
        alice.post(f"{ENDPOINTS}/{made['id']}/test")
        drain()
        WebhookDelivery.objects.update(state="failed", next_at=None)
        assert alice.get(f"{DELIVERIES}?status=failed&event=webhook.test&endpoint_id={made['id']}").json()["total"] == 1
        assert alice.get(f"{DELIVERIES}?status=delivered").json()["total"] == 0
        assert alice.get(f"{DELIVERIES}?event=post.failed").json()["total"] == 0
        again = alice.post(f"{DELIVERIES}/replay", {"endpoint_id": made["id"]}, format="json")
        assert (again.status_code, again.json()) == (202, {"replayed": 1})
        drain()
        (row,) = alice.get(DELIVERIES).json()["items"]
        assert alice.post(f"{DELIVERIES}/{row['id']}/replay").json()["status"] == "pending"
        drain()
        assert len(set(receiver.ids)) == 1
        assert len(receiver.got) == 3


@pytest.mark.parametrize("who", ["bob", "victor"])
def test_editors_and_viewers_see_nothing(cast, alice, receiver, who):
    made = make(alice, receiver).json()
    delivery = endpoints.test(actor=cast.alice_actor, endpoint_id=made["id"])
    client = getattr(cast.clients, who)
    paths = (ENDPOINTS, f"{ENDPOINTS}/{made['id']}", DELIVERIES, f"{DELIVERIES}/{delivery.pk}")
    assert {client.get(path).status_code for path in paths} == {403}
    answer = client.post(f"{DELIVERIES}/{delivery.pk}/replay")
    assert (answer.status_code, answer.json()["details"]["needs"]) == (403, "admin")


def test_a_stranger_finds_nothing(cast, alice, receiver):
    made = make(alice, receiver).json()
    client = cast.clients.charlie
    assert client.get(f"{ENDPOINTS}/{made['id']}").status_code == 404
    assert client.get(ENDPOINTS).json()["total"] == 0
    assert client.post(f"{DELIVERIES}/replay", {"endpoint_id": made["id"]}, format="json").status_code == 404


def test_a_replay_begins_at_the_moment_that_is_named(alice, receiver):
    made = make(alice, receiver).json()
    alice.post(f"{ENDPOINTS}/{made['id']}/test")
    drain()
    WebhookDelivery.objects.update(state="failed", next_at=None)
    body = {"endpoint_id": made["id"], "since": clock.now().isoformat()}
    WebhookDelivery.objects.update(created_at="2026-01-01T00:00Z")
    assert alice.post(f"{DELIVERIES}/replay", body, format="json").json() == {"replayed": 0}
