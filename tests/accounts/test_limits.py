"""How many mails and accounts somebody may cause; the answers do not tell."""

import pytest
from django.core import mail
from django.core.cache import cache

from accounts import rate_limits
from accounts.rate_limits import RateLimit, within
from accounts.services import registration, workspaces
from core.errors import Throttled
from jobs.models import Job
from jobs.testing import drain
from notifications.models import Mail
from notifications.services.outbox import MOST_AN_HOUR

pytestmark = pytest.mark.django_db
FORGOT = "/api/v1/auth/password/forgot"


def forgot(api, email, address="198.51.100.1"):
    return api.post(FORGOT, {"email": email}, format="json", REMOTE_ADDR=address)


@pytest.fixture(autouse=True)
def quick(monkeypatch, frozen):
    monkeypatch.setattr("accounts.services.passwords.ANSWER_S", 0.0)
    monkeypatch.setattr("accounts.throttles.AuthThrottle.rate", "1000/min", raising=False)


class TestOneAddress:
    def test_it_gets_four_reset_mails_an_hour_whoever_asks_from_wherever(self, cast, api):
        answers = []
        for n in range(26):
            answers.append(forgot(api, cast.alice.email, f"198.51.100.{n}"))
            drain()
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.content for answer in answers}) == 1
        assert len(mail.outbox) == MOST_AN_HOUR == 4

    def test_other_addresses_get_theirs(self, cast, api):
        for _ in range(6):
            forgot(api, cast.alice.email)
            drain()
        forgot(api, cast.bob.email)
        drain()
        assert mail.outbox[-1].to == [cast.bob.email]

    def test_it_gets_four_confirmation_mails_an_hour(self, cast):
        for _ in range(9):
            registration.ask_verification(actor=cast.alice_actor)
            drain()
        assert len(mail.outbox) == MOST_AN_HOUR

    def test_it_gets_four_invitations_an_hour_from_whatever_workspaces(self, cast):
        for n in range(6):
            workspace = workspaces.create(user=cast.alice, name=f"W{n}")
            actor = cast.alice_actor.__class__(cast.alice.pk, workspace.pk, "admin", cast.alice_actor.kind)
            workspaces.invite(actor=actor, email="victim@example.com", role="viewer")
            drain()
        assert len(mail.outbox) == MOST_AN_HOUR

    def test_an_hour_later_it_goes_on(self, cast, api):
        for _ in range(6):
            forgot(api, cast.alice.email)
            drain()
        Mail.objects.update(created_at=Mail.objects.earliest("created_at").created_at.replace(year=2025))
        forgot(api, cast.alice.email)
        drain()
        assert len(mail.outbox) == MOST_AN_HOUR + 1


class TestOneClient:
    def test_it_causes_twenty_mails_an_hour_and_is_not_told(self, cast, api):
        answers = [forgot(api, cast.alice.email) for _ in range(26)]
        assert {answer.status_code for answer in answers} == {202}
        assert Job.objects.filter(kind="notifications.password_reset").count() == 20
        forgot(api, cast.bob.email, "198.51.100.2")
        assert Job.objects.filter(kind="notifications.password_reset").count() == 21

    def test_the_page_counts_the_same(self, cast, client, api):
        for _ in range(20):
            client.post("/account/password/reset/", {"email": cast.alice.email})
        answer = client.post("/account/password/reset/", {"email": cast.alice.email})
        assert b"Check your mail" in answer.content
        assert Job.objects.filter(kind="notifications.password_reset").count() == 20

    def test_it_makes_no_accounts_without_end(self, api, client, monkeypatch):
        monkeypatch.setattr(rate_limits, "SIGN_UPS_OF_CLIENT", RateLimit("sign_ups", 2, 3600))
        made = [
            api.post("/api/v1/auth/register", {"email": f"{n}@e.example", "password": "eleven ducks"}, format="json")
            for n in range(3)
        ]
        assert [answer.status_code for answer in made] == [201, 201, 429]
        assert made[-1]["Retry-After"] == "3600"
        page = client.post("/account/signup/", {"email": "9@e.example", "password": "eleven ducks"})
        assert (page.status_code, page["Retry-After"]) == (429, "3600")

    def test_it_tries_no_list_of_addresses_on_the_page(self, cast, client, monkeypatch):
        monkeypatch.setattr(rate_limits, "SIGN_INS_OF_CLIENT", RateLimit("sign_ins", 3, 300))
        tries = [
            client.post("/account/login/", {"email": f"{n}@example.com", "password": "Summer2026!"}).status_code
            for n in range(4)
        ]
        assert tries == [422, 422, 422, 429]

    def test_a_person_does_not_send_invitations_without_end(self, cast, monkeypatch):
        monkeypatch.setattr(rate_limits, "INVITATIONS_OF_PERSON", RateLimit("invitations", 1, 3600))
        workspaces.invite(actor=cast.alice_actor, email="one@example.com", role="viewer")
        with pytest.raises(Throttled):
            workspaces.invite(actor=cast.alice_actor, email="two@example.com", role="viewer")


class TestCounting:
    def test_a_window_ends(self):
        limit = RateLimit("x", 1, 60)
        assert [within(limit, "a"), within(limit, "a"), within(limit, "b")] == [True, False, True]
        cache.delete("limit:x:a")
        assert within(limit, "a")

    def test_without_a_cache_the_answer_is_no(self, monkeypatch):
        monkeypatch.setattr(rate_limits, "available", lambda: False)
        assert not within(RateLimit("x", 9, 60), "a")
