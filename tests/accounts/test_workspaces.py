import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection

from accounts import selectors
from accounts.models import AuditEvent, Invitation, Membership, Workspace
from accounts.policy import Action, may, require
from accounts.services import workspaces
from core import clock, scope
from core.actor import Actor
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from tests.factories import make_user

pytestmark = pytest.mark.django_db


class TestPolicy:
    @pytest.mark.parametrize(
        ("role", "allowed"),
        [
            ("viewer", {Action.READ}),
            ("editor", {Action.READ, Action.WRITE, Action.PUBLISH}),
            ("admin", set(Action)),
            ("nobody", set()),
        ],
    )
    def test_the_table(self, cast, role, allowed):
        actor = Actor(cast.bob.pk, cast.workspace.pk, role)
        assert {action for action in Action if may(actor, action)} == allowed

    def test_a_refusal_says_why(self, cast):
        with pytest.raises(PermissionDenied, match="needs the role editor; yours is viewer"):
            require(cast.victor_actor, Action.WRITE)


class TestWorkspace:
    def test_its_maker_becomes_admin_and_stays_where_they_are(self, cast):
        before = cast.bob.current_workspace_id
        made = workspaces.create(user=cast.bob, name=" Client ")
        assert made.name == "Client"
        assert Membership.objects.get(workspace=made).role == "admin"
        cast.bob.refresh_from_db()
        assert cast.bob.current_workspace_id == before

    def test_the_first_one_is_the_default(self):
        dora = make_user("dora@example.com")
        assert workspaces.create(user=dora, name="Mine").pk == dora.current_workspace_id

    def test_wants_a_name(self, cast):
        with pytest.raises(ValidationFailed):
            workspaces.create(user=cast.bob, name="  ")
        assert Workspace.objects.count() == 2

    def test_only_admins_rename(self, cast):
        with pytest.raises(PermissionDenied):
            workspaces.rename(actor=cast.bob_actor, name="Mine")
        assert workspaces.rename(actor=cast.alice_actor, name="New").name == "New"
        assert AuditEvent.objects.filter(verb="renamed").count() == 1

    def test_the_default_needs_membership(self, cast):
        with pytest.raises(NotFound):
            workspaces.set_default(user=cast.alice, workspace_id=cast.elsewhere.pk)
        assert workspaces.set_default(user=cast.alice, workspace_id=cast.workspace.pk) == cast.workspace


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_at_once_leave_one(cast, monkeypatch):
    Membership.objects.filter(user=cast.bob).update(role="admin")
    of = {user.pk: Membership.objects.get(user=user, workspace=cast.workspace).pk for user in (cast.alice, cast.bob)}
    both_asked = threading.Barrier(2)
    real = workspaces._keep_an_admin

    def ask_and_wait(actor, membership):
        real(actor, membership)
        # Without a lock both come this far before either removes the other; with it the second is still waiting.
        with suppress(threading.BrokenBarrierError):
            both_asked.wait(1)

    monkeypatch.setattr(workspaces, "_keep_an_admin", ask_and_wait)
    outcomes = []

    def remove(actor, victim):
        try:
            with scope.workspace(cast.workspace.pk):
                workspaces.remove(actor=actor, membership_id=of[victim.pk])
            outcomes.append("removed")
        except (Conflict, NotFound) as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    bob_actor = Actor(cast.bob.pk, cast.workspace.pk, "admin")
    threads = [
        threading.Thread(target=remove, args=(cast.alice_actor, cast.bob)),
        threading.Thread(target=remove, args=(bob_actor, cast.alice)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Membership.objects.filter(workspace=cast.workspace, role="admin").count() == 1
    assert sorted(outcomes) == ["Conflict", "removed"]


class TestInvitations:
    def test_from_invitation_to_membership(self, cast, frozen):
        invitation = workspaces.invite(actor=cast.alice_actor, email="Dora@example.com", role="editor")
        dora = make_user("dora@example.com")
        membership = workspaces.accept(user=dora, token=workspaces.invitation_token(invitation))
        assert (membership.workspace_id, membership.role) == (cast.workspace.pk, "editor")
        assert dora.current_workspace_id == cast.workspace.pk
        assert dora.email_verified
        with pytest.raises(NotFound):
            workspaces.accept(user=dora, token=workspaces.invitation_token(invitation))

    def test_is_for_one_address(self, cast):
        invitation = workspaces.invite(actor=cast.alice_actor, email="dora@example.com", role="viewer")
        with pytest.raises(PermissionDenied, match=r"dora@example\.com"):
            workspaces.accept(user=cast.charlie, token=workspaces.invitation_token(invitation))
        assert not Membership.objects.filter(user=cast.charlie, workspace=cast.workspace).exists()

    def test_ends_after_a_week_and_can_then_be_made_again(self, cast, frozen):
        invitation = workspaces.invite(actor=cast.alice_actor, email="dora@example.com", role="viewer")
        token = workspaces.invitation_token(invitation)
        clock.advance(timedelta(days=7, seconds=1))
        with pytest.raises(NotFound, match="expired"):
            workspaces.open_invitation(token)
        assert list(selectors.open_invitations(cast.alice_actor)) == []
        workspaces.invite(actor=cast.alice_actor, email="dora@example.com", role="viewer")
        assert Invitation.objects.count() == 1

    def test_refusals(self, cast):
        workspaces.invite(actor=cast.alice_actor, email="dora@example.com", role="viewer")
        with pytest.raises(Conflict, match="open invitation"):
            workspaces.invite(actor=cast.alice_actor, email="dora@example.com", role="viewer")
        with pytest.raises(Conflict, match="already a member"):
            workspaces.invite(actor=cast.alice_actor, email=cast.bob.email, role="viewer")
        with pytest.raises(ValidationFailed):
            workspaces.invite(actor=cast.alice_actor, email="x@example.com", role="king")
        with pytest.raises(PermissionDenied):
            workspaces.invite(actor=cast.bob_actor, email="x@example.com", role="viewer")
        with pytest.raises(NotFound):
            workspaces.open_invitation("rubbish")
        assert Invitation.objects.count() == 1


class TestMembers:
    def member(self, cast, user):
        return Membership.objects.get(workspace=cast.workspace, user=user)

    def test_the_last_admin_stays(self, cast):
        alice = self.member(cast, cast.alice)
        with pytest.raises(Conflict, match="needs an admin"):
            workspaces.change_role(actor=cast.alice_actor, membership_id=alice.pk, role="viewer")
        with pytest.raises(Conflict):
            workspaces.remove(actor=cast.alice_actor, membership_id=alice.pk)
        bob = self.member(cast, cast.bob)
        workspaces.change_role(actor=cast.alice_actor, membership_id=bob.pk, role="admin")
        workspaces.remove(actor=cast.alice_actor, membership_id=alice.pk)
        assert {m.user for m in selectors.members(cast.alice_actor)} == {cast.bob, cast.victor}

    def test_anybody_may_leave_and_only_admins_remove_others(self, cast):
        victor = self.member(cast, cast.victor)
        with pytest.raises(PermissionDenied):
            workspaces.remove(actor=cast.bob_actor, membership_id=victor.pk)
        workspaces.remove(actor=cast.victor_actor, membership_id=victor.pk)
        assert selectors.members(cast.alice_actor).count() == 2

    def test_a_strangers_member_does_not_exist(self, cast):
        charlie = Membership.objects.get(user=cast.charlie)
        with pytest.raises(NotFound):
            workspaces.change_role(actor=cast.alice_actor, membership_id=charlie.pk, role="viewer")


class TestApi:
    def test_workspace_of_a_request(self, cast, as_user):
        client = as_user(cast.alice)
        assert client.get("/api/v1/jobs", headers={"X-Workspace": str(cast.elsewhere.pk)}).status_code == 404
        assert client.get("/api/v1/auth/me", headers={"X-Workspace": "rubbish"}).status_code == 404

    def test_lists_in_the_envelope(self, cast, as_user):
        body = as_user(cast.alice).get("/api/v1/workspaces?limit=1").json()
        assert (body["total"], body["page"], body["limit"]) == (1, 1, 1)
        assert body["items"][0]["name"] == "Studio"

    def test_members_of_a_stranger_are_not_found(self, cast, as_user):
        path = f"/api/v1/workspaces/{cast.workspace.pk}/members"
        assert as_user(cast.charlie).get(path).status_code == 404
        body = as_user(cast.victor).get(path).json()
        assert [item["role"] for item in body["items"]] == ["admin", "editor", "viewer"]

    def test_manage_through_the_api(self, cast, as_user):
        client, path = as_user(cast.alice), f"/api/v1/workspaces/{cast.workspace.pk}"
        assert client.patch(path, {"name": "Renamed"}, format="json").json()["name"] == "Renamed"
        assert (
            client.post(f"{path}/members", {"email": "d@example.com", "role": "editor"}, format="json").status_code
            == 201
        )
        bob = Membership.objects.get(user=cast.bob)
        answer = client.patch(f"{path}/members/{bob.pk}", {"role": "viewer"}, format="json")
        assert answer.json()["role"] == "viewer"
        assert client.delete(f"{path}/members/{bob.pk}").status_code == 204
        made = client.post("/api/v1/workspaces", {"name": "Second"}, format="json")
        assert made.status_code == 201

    def test_accept_through_the_api(self, cast, as_user):
        invitation = workspaces.invite(actor=cast.alice_actor, email=cast.charlie.email, role="viewer")
        token = workspaces.invitation_token(invitation)
        answer = as_user(cast.charlie).post(f"/api/v1/invitations/{token}/accept")
        assert answer.json()["id"] == str(cast.workspace.pk)


def test_health(db, api):
    body = api.get("/health").json()
    assert body["status"] == "healthy"
    assert body["checks"]["database"] == "ok"
    assert api.get("/api/v1/health").status_code == 200
