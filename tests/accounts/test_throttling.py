"""Locks and limits count the client, whatever it writes into X-Forwarded-For."""

import pytest
from rest_framework.test import APIClient

from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/api/v1/auth/login"


def wrong(client, email, n, **headers):
    return client.post(LOGIN, {"email": email, "password": f"wrong {n}"}, format="json", **headers)


@pytest.mark.parametrize("proxies", [0, 1, 2])
class TestInventedHops:
    def hops(self, proxies, n):
        true = ["198.51.100.1", "172.70.1.1"][:proxies]
        return {"HTTP_X_FORWARDED_FOR": ", ".join([f"203.0.113.{n}", "10.0.0.1", *true])}

    def test_the_lock_of_an_account_holds(self, cast, settings, proxies):
        settings.TRUSTED_PROXIES = proxies
        client = APIClient()
        answers = [wrong(client, cast.alice.email, n, **self.hops(proxies, n)) for n in range(1, 10)]
        assert [answer.status_code for answer in answers][-2:] == [429, 429]
        right = {"email": cast.alice.email, "password": PASSWORD}
        assert client.post(LOGIN, right, format="json", **self.hops(proxies, 99)).status_code == 429

    def test_the_limit_of_the_sign_in_holds(self, cast, settings, proxies):
        settings.TRUSTED_PROXIES = proxies
        client = APIClient()
        seen = {wrong(client, f"{n}@example.com", n, **self.hops(proxies, n)).status_code for n in range(1, 24)}
        assert seen == {401, 429}


def test_another_client_is_not_locked_out_by_an_attacker(cast, settings):
    settings.TRUSTED_PROXIES = 1
    client = APIClient()
    for n in range(1, 10):
        wrong(client, cast.alice.email, n, HTTP_X_FORWARDED_FOR="203.0.113.1")
    right = {"email": cast.alice.email, "password": PASSWORD}
    assert client.post(LOGIN, right, format="json", HTTP_X_FORWARDED_FOR="203.0.113.1").status_code == 429
    assert client.post(LOGIN, right, format="json", HTTP_X_FORWARDED_FOR="198.51.100.1").status_code == 200


def test_a_whole_ipv6_network_is_one_client(cast, settings):
    settings.TRUSTED_PROXIES = 1
    client = APIClient()
    answers = [
        wrong(client, cast.alice.email, n, HTTP_X_FORWARDED_FOR=f"2a00:1450:1:2::{n:x}").status_code
        for n in range(1, 10)
    ]
    assert answers[-1] == 429
