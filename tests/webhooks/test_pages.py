"""The pages of webhooks."""

from types import SimpleNamespace
from typing import Any

import pytest

from jobs.testing import drain
from webhooks import signing
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services import endpoints

ROOT = "/settings/webhooks/"


@pytest.fixture
def alice(cast: SimpleNamespace) -> Any:
    return cast.browsers.alice


def page(client: Any, path: str = "") -> str:
    response = client.get(f"{ROOT}{path}")
    assert response.status_code == 200
    return response.content.decode()


class TestEndpoints:
    def test_without_any_it_says_what_one_is(self, alice):
        assert "No endpoint yet" in page(alice)

    def test_made_by_the_form_and_its_secret_shown_once(self, alice, receiver):
        answer = alice.post(f"{ROOT}new/", {"url": f"{receiver.url}/a", "description": "CRM <b>", "scope": "all"})
        row = WebhookEndpoint.objects.get()
        assert answer["Location"] == f"{ROOT}{row.pk}/"
        shown = alice.get(answer["Location"])
        assert signing.secret_of(row) in shown.content.decode()
        assert shown["Cache-Control"] == "no-store"
        assert signing.secret_of(row) not in page(alice, f"{row.pk}/")
        assert "CRM &lt;b&gt;" in page(alice)

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"url": "https://10.0.0.1/", "scope": "all"}, "not a public internet address"),
            ({"url": "http://93.184.216.34/", "scope": "all"}, "must begin with https://"),
            ({"url": "https://93.184.216.34/", "scope": "some"}, "Choose at least one event."),
            ({"url": "", "scope": "all"}, "This field is required"),
        ],
    )
    def test_a_mistake_is_told_at_its_field(self, alice, form, sentence):
        answer = alice.post(f"{ROOT}new/", form)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert not WebhookEndpoint.objects.exists()

    def test_the_limit_is_told_above_the_form(self, alice, cast):
        WebhookEndpoint.objects.bulk_create(
            WebhookEndpoint(workspace=cast.workspace, url="https://example.com/", secret_sealed="x") for _ in range(20)
        )
        answer = alice.post(f"{ROOT}new/", {"url": "https://93.184.216.34/", "scope": "all"})
        assert answer.status_code == 422
        assert "20 endpoints at most" in answer.content.decode()

    def test_edited(self, alice, receiver, cast):
        row, _ = endpoints.create(actor=cast.alice_actor, url=f"{receiver.url}/a", events=["post.failed"])
        assert 'value="post.failed"' in page(alice, f"{row.pk}/edit/")
        alice.post(f"{ROOT}{row.pk}/edit/", {"url": f"{receiver.url}/b", "scope": "some", "events": ["edit.failed"]})
        row.refresh_from_db()
        assert (row.url, row.events) == (f"{receiver.url}/b", ["edit.failed"])

    def test_paused_resumed_rotated_deleted(self, alice, receiver, cast):
        row, secret = endpoints.create(actor=cast.alice_actor, url=f"{receiver.url}/a")
        alice.post(f"{ROOT}{row.pk}/pause/")
        assert "Resume" in page(alice, f"{row.pk}/")
        alice.post(f"{ROOT}{row.pk}/test/")
        assert not WebhookDelivery.objects.exists()
        alice.post(f"{ROOT}{row.pk}/resume/")
        alice.post(f"{ROOT}{row.pk}/rotate/")
        row.refresh_from_db()
        assert signing.secret_of(row) != secret
        assert signing.secret_of(row) in page(alice, f"{row.pk}/")
        alice.post(f"{ROOT}{row.pk}/delete/")
        assert not WebhookEndpoint.objects.exists()


class TestDeliveries:
    @pytest.fixture
    def row(self, cast, receiver):
        row, _ = endpoints.create(actor=cast.alice_actor, url=f"{receiver.url}/a")
        return row

    def test_a_test_event_leads_to_its_receipt(self, alice, receiver, row):
        receiver.will(500, b"<script>alert(1)</script>")
        answer = alice.post(f"{ROOT}{row.pk}/test/")
        delivery = WebhookDelivery.objects.get()
        assert answer["Location"] == f"{ROOT}deliveries/{delivery.pk}/"
        drain()
        shown = page(alice, f"deliveries/{delivery.pk}/")
        assert "It answered with the status 500." in shown
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "<script>alert(1)" not in shown
        assert delivery.event.message_id in shown

    def test_a_fragment_alone_for_htmx(self, alice, row):
        alice.post(f"{ROOT}{row.pk}/test/")
        path = f"{ROOT}deliveries/{WebhookDelivery.objects.get().pk}/"
        assert "<html" not in alice.get(path, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in alice.get(f"{ROOT}deliveries/", headers={"HX-Request": "true"}).content.decode()

    def test_listed_and_filtered(self, alice, row):
        assert "Nothing was sent yet" in page(alice, "deliveries/")
        alice.post(f"{ROOT}{row.pk}/test/")
        assert "webhook.test</a>" in page(alice, "deliveries/")
        assert "No delivery fits" in page(alice, "deliveries/?status=failed")
        assert "webhook.test</a>" in page(alice, f"deliveries/?endpoint={row.pk}&event=webhook.test&status=pending")

    def test_replayed_one_and_all(self, alice, receiver, row):
        receiver.will(410)
        alice.post(f"{ROOT}{row.pk}/test/")
        drain()
        delivery = WebhookDelivery.objects.get()
        assert "Switched off" in page(alice, f"{row.pk}/")
        alice.post(f"{ROOT}deliveries/{delivery.pk}/replay/")
        delivery.refresh_from_db()
        assert delivery.state == "failed"
        alice.post(f"{ROOT}{row.pk}/resume/")
        assert "Replay all failed since then" in page(alice, f"{row.pk}/")
        alice.post(f"{ROOT}{row.pk}/replay/", {"since": "2020-01-01"})
        drain()
        delivery.refresh_from_db()
        assert delivery.state == "delivered"
        alice.post(f"{ROOT}deliveries/{delivery.pk}/replay/")
        drain()
        assert len(receiver.got) == 3


@pytest.mark.parametrize("who", ["bob", "victor"])
def test_editors_and_viewers_see_nothing_of_it(cast, receiver, who):
    row, _ = endpoints.create(actor=cast.alice_actor, url=f"{receiver.url}/a")
    delivery = endpoints.test(actor=cast.alice_actor, endpoint_id=row.pk)
    client = getattr(cast.browsers, who)
    for path in ("", "new/", f"{row.pk}/", f"{row.pk}/edit/", "deliveries/", f"deliveries/{delivery.pk}/"):
        answer = client.get(f"{ROOT}{path}")
        assert answer.status_code == 403
        assert row.url not in answer.content.decode()
    assert ROOT not in client.get("/settings/team/").content.decode()
    assert ROOT in cast.browsers.alice.get("/settings/team/").content.decode()
