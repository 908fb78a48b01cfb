"""Which workspace a session and a program act in: nothing that happens elsewhere moves them."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services import workspaces
from tests import factories


def session_of(user: Any) -> Client:
    return factories.sign_in(user)


def shown(client: Client) -> str:
    return client.get(reverse("team")).content.decode()


@pytest.fixture
def program(cast: SimpleNamespace) -> Any:
    """Alice's program with a token."""
    client = Client()
    answer = client.post(
        "/api/v1/auth/login",
        {"email": cast.alice.email, "password": factories.PASSWORD},
        content_type="application/json",
    )
    token = answer.json()["access_token"]

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        headers = {"Authorization": f"Bearer {token}", **headers}
        return getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json", headers=headers)

    return call


def test_a_new_workspace_moves_only_the_session_that_made_it(cast: SimpleNamespace, program: Any) -> None:
    here, there = session_of(cast.alice), session_of(cast.alice)
    folder = program("post", "folders", {"name": "Mine"}).json()["id"]
    made = here.post(reverse("workspace_new"), {"name": "Client B"}, follow=True).content.decode()
    assert "Client B" in made
    assert "data-workspace-name" in made
    assert f'data-workspace="{cast.workspace.pk}"' in shown(there)
    assert f'data-workspace="{cast.workspace.pk}"' not in shown(here)
    assert folder in program("get", "folders").content.decode(), "the program is where it was"


def test_the_default_changes_only_when_asked_and_moves_no_session(cast: SimpleNamespace, program: Any) -> None:
    browser = session_of(cast.alice)
    shown(browser)
    made = workspaces.create(user=cast.alice, name="Client B")
    assert program("get", "auth/me").json()["current_workspace"] == str(cast.workspace.pk)
    changed = program("patch", "auth/me", {"default_workspace": str(made.pk)})
    assert changed.json()["current_workspace"] == str(made.pk)
    assert f'data-workspace="{cast.workspace.pk}"' in shown(browser)
    cast.alice.refresh_from_db()
    assert f'data-workspace="{made.pk}"' in shown(session_of(cast.alice)), "a new session begins in the default"
    assert program("patch", "auth/me", {"default_workspace": str(cast.elsewhere.pk)}).status_code == 404


def test_joining_by_invitation_moves_only_the_session_that_accepts(cast: SimpleNamespace) -> None:
    other = session_of(cast.charlie)
    shown(other)
    before = cast.charlie.current_workspace_id
    invited = workspaces.invite(actor=cast.alice_actor, email=cast.charlie.email, role="editor")
    accepting = session_of(cast.charlie)
    accepting.post(reverse("invitation", args=[workspaces.invitation_token(invited)]))
    assert f'data-workspace="{cast.workspace.pk}"' in shown(accepting)
    assert f'data-workspace="{before}"' in shown(other)


def test_the_header_names_the_workspace_when_there_is_more_than_one(cast: SimpleNamespace) -> None:
    browser = session_of(cast.alice)
    assert "data-workspace-name" not in shown(browser)
    workspaces.create(user=cast.alice, name="Client B")
    page = shown(browser)
    assert "data-workspace-name" in page
    assert cast.workspace.name in page
