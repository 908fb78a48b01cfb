"""The accounts API: shape only; services and selectors do the work."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from accounts import rate_limits, selectors
from accounts.actors import resolve
from accounts.models import Membership, User
from accounts.serializers import (
    EmailSerializer,
    InvitationSerializer,
    InviteSerializer,
    LinkTokenSerializer,
    LoginSerializer,
    MemberSerializer,
    MessageSerializer,
    PreferencesChangeSerializer,
    PreferencesSerializer,
    ProfileSerializer,
    RefreshSerializer,
    RegisterSerializer,
    ResetSerializer,
    RoleSerializer,
    TokenSerializer,
    UserSerializer,
    WorkspaceSerializer,
    WorkspaceWriteSerializer,
)
from accounts.services import addresses, passwords, profile, registration, tokens, workspaces
from accounts.throttles import AuthThrottle
from core import client_address, scope
from core.actor import ActorKind
from core.api import ActorView, endpoint
from core.errors import AuthenticationFailed, NotFound
from core.serializers import PageQuery


class AccountView(ActorView):
    """An endpoint of a signed-in person."""

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user


class OpenView(AccountView):
    """An endpoint without a token."""

    permission_classes = (AllowAny,)
    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    throttle_classes: Sequence[type[BaseThrottle]] = (AuthThrottle,)


def token_body(pair: tokens.TokenPair) -> dict[str, Any]:
    return {
        "access_token": pair.access,
        "token_type": "bearer",
        "expires_in": pair.expires_in,
        "refresh_token": pair.refresh,
        "user": UserSerializer(pair.user).data,
    }


class Register(OpenView):
    @endpoint(request=RegisterSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        """Create an account with a personal workspace and sign in."""
        sentence = "Too many accounts were made from here. Try again in an hour."
        rate_limits.require(rate_limits.SIGN_UPS_OF_CLIENT, client_address.network(request._request), sentence)
        user = registration.register(**self.body)
        pair = tokens.issue(user, user_agent=request.headers.get("User-Agent", ""))
        return Response(token_body(pair), status=status.HTTP_201_CREATED)


class Login(OpenView):
    @endpoint(request=LoginSerializer, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Sign in with e-mail and password."""
        pair = tokens.login(request=request._request, **self.body)
        return Response(token_body(pair))


def _refresh_token(request: Request, body: dict[str, Any]) -> str:
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    token: str = body.get("refresh_token", "")
    if not token:
        raise AuthenticationFailed("token_missing", "Send the refresh token as `Authorization: Bearer <token>`.")
    return token


class Refresh(OpenView):
    @endpoint(request=RefreshSerializer, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token (header or body) for the next pair. Reuse ends the whole sign-in."""
        return Response(token_body(tokens.refresh(token=_refresh_token(request, self.body))))


class Logout(OpenView):
    @endpoint(request=RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the sign-in that a refresh token belongs to."""
        tokens.revoke(token=_refresh_token(request, self.body))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VerifyEmail(OpenView):
    @endpoint(request=LinkTokenSerializer, responses=UserSerializer)
    def post(self, request: Request) -> Response:
        """Prove the e-mail address, or take a new one, with the token of the mailed link."""
        return Response(UserSerializer(addresses.prove(**self.body)).data)


class PasswordForgot(OpenView):
    @endpoint(request=EmailSerializer, responses={202: MessageSerializer})
    def post(self, request: Request) -> Response:
        """Mail a reset link. The answer is the same whether the address is known or not."""
        passwords.forgot(**self.body, client=client_address.network(request._request))
        return Response({"message": "If this address has an account, a link is on its way."}, status=202)


class PasswordReset(OpenView):
    @endpoint(request=ResetSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set a new password with the token of the mailed link."""
        passwords.reset(**self.body)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(AccountView):
    @endpoint(responses=UserSerializer)
    def get(self, request: Request) -> Response:
        """The signed-in person."""
        return Response(UserSerializer(self.person).data)

    @endpoint(request=ProfileSerializer, responses=UserSerializer)
    def patch(self, request: Request) -> Response:
        """Change name, default workspace or e-mail address. A new address needs `current_password`; it is taken when
        the link that is mailed to it is opened (or its token sent to `/auth/verify-email`); the old one gets a note.
        """
        body = dict(self.body)
        default = body.pop("default_workspace", None)
        if default is not None:
            workspaces.set_default(user=self.person, workspace_id=default)
        email, password = body.pop("email", None), body.pop("current_password", "")
        if email is not None:
            addresses.ask(actor=self.actor, email=email, password=password)
        user = profile.update_profile(actor=self.actor, **body)
        return Response(UserSerializer(user).data)


class PreferencesView(AccountView):
    @endpoint(operation_id="preferences_get", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """Language, time zone, formats, theme, notification choices."""
        return Response(PreferencesSerializer(selectors.preferences_of(self.person)).data)

    @endpoint(request=PreferencesChangeSerializer, responses=PreferencesSerializer)
    def patch(self, request: Request) -> Response:
        """Change some of them."""
        changed = profile.update_preferences(actor=self.actor, **self.body)
        return Response(PreferencesSerializer(changed).data)


class Workspaces(AccountView):
    @endpoint(query=PageQuery, operation_id="workspaces_list", responses=WorkspaceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The workspaces one is a member of."""
        rows = [membership.workspace for membership in selectors.memberships_of(self.person)]
        return self.paged(rows, WorkspaceSerializer)

    @endpoint(request=WorkspaceWriteSerializer, responses={201: WorkspaceSerializer})
    def post(self, request: Request) -> Response:
        """A new workspace; one becomes its admin."""
        made = workspaces.create(user=self.person, **self.body)
        return Response(WorkspaceSerializer(made).data, status=status.HTTP_201_CREATED)


class OneWorkspace(AccountView):
    """An endpoint below /workspaces/{id}: the path's workspace is the one acted in."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        actor = resolve(self.person, UUID(str(kwargs["workspace_id"])), kind=ActorKind.API)
        if actor is None:
            raise NotFound()
        request._request.actor = actor  # type: ignore[attr-defined]
        scope.enter(actor.workspace_id)


class WorkspaceView(OneWorkspace):
    @endpoint(request=WorkspaceWriteSerializer, responses=WorkspaceSerializer)
    def patch(self, request: Request, workspace_id: UUID) -> Response:
        """Rename it."""
        changed = workspaces.rename(actor=self.actor, **self.body)
        return Response(WorkspaceSerializer(changed).data)


class Members(OneWorkspace):
    @endpoint(query=PageQuery, operation_id="members_list", responses=MemberSerializer(many=True))
    def get(self, request: Request, workspace_id: UUID) -> Response:
        """Who works here."""
        return self.paged(selectors.members(self.actor), MemberSerializer)

    @endpoint(request=InviteSerializer, responses={201: InvitationSerializer})
    def post(self, request: Request, workspace_id: UUID) -> Response:
        """Invite somebody by e-mail."""
        invitation = workspaces.invite(actor=self.actor, **self.body)
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_201_CREATED)


class MemberView(OneWorkspace):
    @endpoint(request=RoleSerializer, responses=MemberSerializer)
    def patch(self, request: Request, workspace_id: UUID, membership_id: UUID) -> Response:
        """Give a member another role."""
        changed = workspaces.change_role(actor=self.actor, membership_id=membership_id, **self.body)
        return Response(MemberSerializer(Membership.objects.select_related("user").get(pk=changed.pk)).data)

    @endpoint(responses={204: None})
    def delete(self, request: Request, workspace_id: UUID, membership_id: UUID) -> Response:
        """Take a member out, or leave."""
        workspaces.remove(actor=self.actor, membership_id=membership_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AcceptInvitation(AccountView):
    @endpoint(responses=WorkspaceSerializer)
    def post(self, request: Request, token: str) -> Response:
        """Join the workspace of an invitation."""
        membership = workspaces.accept(user=self.person, token=token)
        with scope.system("show the joined workspace"):
            return Response(WorkspaceSerializer(membership.workspace).data)
