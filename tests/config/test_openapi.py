"""The schema names the ways to sign in, so that the page to try the API can use them."""

import json

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_call_takes_a_token_or_the_cookie(client: Client) -> None:
    schema = json.loads(client.get("/api/v1/schema", HTTP_ACCEPT="application/json").content)
    schemes = schema["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    assert (schemes["cookieAuth"]["in"], schemes["cookieAuth"]["name"]) == ("cookie", "sessionid")
    security = schema["paths"]["/api/v1/videos"]["get"]["security"]
    assert {"bearer": []} in security
    assert {"cookieAuth": []} in security
