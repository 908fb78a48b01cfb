"""The schema is valid, complete and generated without a warning, and names the ways to sign in."""

import contextlib
import io
import json

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import OpenAPIV30SpecValidator


@pytest.mark.django_db
def test_a_call_takes_a_token_or_the_cookie(client: Client) -> None:
    schema = json.loads(client.get("/api/v1/schema", HTTP_ACCEPT="application/json").content)
    schemes = schema["components"]["securitySchemes"]
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
    assert (schemes["cookieAuth"]["in"], schemes["cookieAuth"]["name"]) == ("cookie", "sessionid")
    security = schema["paths"]["/api/v1/videos"]["get"]["security"]
    assert {"bearer": []} in security
    assert {"cookieAuth": []} in security


@pytest.fixture(scope="module")
def schema() -> dict:
    """The schema as generated, with what was said meanwhile."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        GENERATOR_STATS.reset()
        found = SchemaGenerator().get_schema(request=None, public=True)
        GENERATOR_STATS.emit_summary()
    return {"schema": json.loads(json.dumps(found, default=str)), "said": said.getvalue()}


def operations(schema: dict) -> dict[str, dict]:
    return {
        f"{method} {path}": operation
        for path, methods in schema["schema"]["paths"].items()
        for method, operation in methods.items()
    }


def test_the_standard_validator_finds_nothing(schema: dict) -> None:
    assert [error.message for error in OpenAPIV30SpecValidator(schema["schema"]).iter_errors()] == []


def test_generating_it_warns_of_nothing(schema: dict) -> None:
    assert "Warnings: 0" in schema["said"] or "Warning" not in schema["said"], schema["said"]


def test_every_operation_has_an_id_of_its_own(schema: dict) -> None:
    ids = [operation["operationId"] for operation in operations(schema).values()]
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if name[-1].isdigit()]


def test_every_operation_names_its_refusals_with_one_body(schema: dict) -> None:
    for name, operation in operations(schema).items():
        answers = operation["responses"]
        refusals = {status: answer for status, answer in answers.items() if int(status) >= 400}
        needed = {"400", "429", "503"}
        if {"bearer": []} in operation.get("security", []):
            needed |= {"401", "403", "404"}
        assert needed <= set(refusals), name
        for status, answer in refusals.items():
            if "/health" in name and status == "503":  # the state of everything, which is no refusal
                continue
            assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/Error"), (name, status)


def test_second_names_of_an_endpoint_are_left_out(schema: dict) -> None:
    assert all(path.startswith("/api/v1/") for path in schema["schema"]["paths"])
    assert not [path for path in schema["schema"]["paths"] if path.startswith("/api/v1/social-accounts")]


def test_bodies_take_no_field_that_is_not_named(schema: dict) -> None:
    bodies = schema["schema"]["components"]["schemas"]
    assert bodies["PublishRequest"]["additionalProperties"] is False
    assert bodies["TargetInputRequest"]["additionalProperties"] is False


def test_a_body_has_one_content_type(schema: dict) -> None:
    """What common generators make of a body with two is no valid Python."""
    bodies = {name: operation.get("requestBody", {"content": [1]}) for name, operation in operations(schema).items()}
    assert [name for name, body in bodies.items() if len(body["content"]) != 1] == []


def test_lists_are_pages_only_where_a_page_is_sent(schema: dict) -> None:
    def answer(path: str) -> dict:
        return schema["schema"]["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    for path, name in {
        "/api/v1/workspaces": "PaginatedWorkspaceList",
        "/api/v1/patterns/scores": "PaginatedScoreList",
        "/api/v1/social/accounts": "Accounts",
        "/api/v1/ai/usage": "Usage",
    }.items():
        assert answer(path) == {"$ref": f"#/components/schemas/{name}"}
    assert answer("/api/v1/analytics/posts/{post_id}")["type"] == "array"


def test_what_may_be_null_or_empty_says_so(schema: dict) -> None:
    shapes = schema["schema"]["components"]["schemas"]
    assert shapes["Rendition"]["properties"]["width"]["nullable"] is True
    assert {"$ref": "#/components/schemas/BlankEnum"} in shapes["Video"]["properties"]["stage"]["oneOf"]


def test_the_version_is_one() -> None:
    assert settings.SPECTACULAR_SETTINGS["VERSION"] == "1.0.0"
