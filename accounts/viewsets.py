"""The accounts API: shape only; services and selectors do the work."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import selectors
from accounts.actors import resolve
from accounts.models import Membership, User
from accounts.serializers import (
    EmailSerializer,
    InvitationSerializer,
    InviteSerializer,
    LinkTokenSerializer,
    LoginSerializer,
    MemberSerializer,
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
)
from accounts.services import passwords, profile, registration, tokens, workspaces
from accounts.throttling import AuthThrottle
from core import scope
from core.actor import Actor, ActorKind
from core.errors import AuthenticationFailed, NotFound
from core.pagination import PageLimitPagination


class Door(APIView):
    """An endpoint of a signed-in person."""

    @property
    def actor(self) -> Actor:
        found: Actor = self.request.actor  # type: ignore[attr-defined]
        return found

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def read(self, serializer: Any, request: Request) -> dict[str, Any]:
        """The validated body."""
        instance = serializer(data=request.data)
        instance.is_valid(raise_exception=True)
        body: dict[str, Any] = instance.validated_data
        return body


class OpenDoor(Door):
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


class Register(OpenDoor):
    @extend_schema(request=RegisterSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        """Create an account with a personal workspace and sign in."""
        user = registration.register(**self.read(RegisterSerializer, request))
        pair = tokens.issue(user, user_agent=request.headers.get("User-Agent", ""))
        return Response(token_body(pair), status=status.HTTP_201_CREATED)


class Login(OpenDoor):
    @extend_schema(request=LoginSerializer, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Sign in with e-mail and password."""
        pair = tokens.login(request=request._request, **self.read(LoginSerializer, request))
        return Response(token_body(pair))


def _refresh_token(request: Request) -> str:
    header = request.headers.get("Authorization", "")
    if header.lower().startswith("bearer "):
        return header[7:].strip()
    body = RefreshSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    token: str = body.validated_data.get("refresh_token", "")
    if not token:
        raise AuthenticationFailed("token_missing", "Send the refresh token as `Authorization: Bearer <token>`.")
    return token


class Refresh(OpenDoor):
    @extend_schema(request=RefreshSerializer, responses=TokenSerializer)
    def post(self, request: Request) -> Response:
        """Exchange a refresh token (header or body) for the next pair. Reuse ends the whole sign-in."""
        return Response(token_body(tokens.refresh(token=_refresh_token(request))))


class Logout(OpenDoor):
    @extend_schema(request=RefreshSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the sign-in that a refresh token belongs to."""
        tokens.revoke(token=_refresh_token(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class VerifyEmail(OpenDoor):
    @extend_schema(request=LinkTokenSerializer, responses=UserSerializer)
    def post(self, request: Request) -> Response:
        """Prove the e-mail address with the token of the mailed link."""
        return Response(UserSerializer(registration.verify_email(**self.read(LinkTokenSerializer, request))).data)


class PasswordForgot(OpenDoor):
    @extend_schema(request=EmailSerializer, responses={202: OpenApiResponse(description="A link, if there is one")})
    def post(self, request: Request) -> Response:
        """Mail a reset link. The answer is the same whether the address is known or not."""
        passwords.forgot(**self.read(EmailSerializer, request))
        return Response({"message": "If this address has an account, a link is on its way."}, status=202)


class PasswordReset(OpenDoor):
    @extend_schema(request=ResetSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set a new password with the token of the mailed link."""
        passwords.reset(**self.read(ResetSerializer, request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Me(Door):
    @extend_schema(responses=UserSerializer)
    def get(self, request: Request) -> Response:
        """The signed-in person."""
        return Response(UserSerializer(self.person).data)

    @extend_schema(request=ProfileSerializer, responses=UserSerializer)
    def patch(self, request: Request) -> Response:
        """Change name or e-mail address."""
        user = profile.update_profile(actor=self.actor, **self.read(ProfileSerializer, request))
        return Response(UserSerializer(user).data)


class PreferencesDoor(Door):
    @extend_schema(operation_id="preferences_get", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """Language, time zone, formats, theme, notification choices."""
        return Response(PreferencesSerializer(selectors.preferences_of(self.person.pk)).data)

    @extend_schema(request=PreferencesChangeSerializer, responses=PreferencesSerializer)
    def patch(self, request: Request) -> Response:
        """Change some of them."""
        changed = profile.update_preferences(actor=self.actor, **self.read(PreferencesChangeSerializer, request))
        return Response(PreferencesSerializer(changed).data)


class Paged(Door):
    """Lists in the API's envelope."""

    def paged(self, request: Request, rows: Any, serializer: Any) -> Response:
        pages = PageLimitPagination()
        page: Any = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(serializer(page, many=True).data)


class Workspaces(Paged):
    @extend_schema(operation_id="workspaces_list", responses=WorkspaceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The workspaces one is a member of."""
        rows = [membership.workspace for membership in selectors.memberships_of(self.person)]
        return self.paged(request, rows, WorkspaceSerializer)

    @extend_schema(request=WorkspaceSerializer, responses={201: WorkspaceSerializer})
    def post(self, request: Request) -> Response:
        """A new workspace; one becomes its admin."""
        made = workspaces.create(user=self.person, **self.read(WorkspaceSerializer, request))
        return Response(WorkspaceSerializer(made).data, status=status.HTTP_201_CREATED)


class OneWorkspace(Paged):
    """An endpoint below /workspaces/{id}: the path's workspace is the one acted in."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        actor = resolve(self.person, UUID(str(kwargs["workspace_id"])), kind=ActorKind.API)
        if actor is None:
            raise NotFound()
        request._request.actor = actor  # type: ignore[attr-defined]
        scope.enter(actor.workspace_id)


class WorkspaceDoor(OneWorkspace):
    @extend_schema(request=WorkspaceSerializer, responses=WorkspaceSerializer)
    def patch(self, request: Request, workspace_id: UUID) -> Response:
        """Rename it."""
        changed = workspaces.rename(actor=self.actor, **self.read(WorkspaceSerializer, request))
        return Response(WorkspaceSerializer(changed).data)


class Members(OneWorkspace):
    @extend_schema(operation_id="members_list", responses=MemberSerializer(many=True))
    def get(self, request: Request, workspace_id: UUID) -> Response:
        """Who works here."""
        return self.paged(request, selectors.members(self.actor), MemberSerializer)

    @extend_schema(request=InviteSerializer, responses={201: InvitationSerializer})
    def post(self, request: Request, workspace_id: UUID) -> Response:
        """Invite somebody by e-mail."""
        invitation = workspaces.invite(actor=self.actor, **self.read(InviteSerializer, request))
        return Response(InvitationSerializer(invitation).data, status=status.HTTP_201_CREATED)


class MemberDoor(OneWorkspace):
    @extend_schema(request=RoleSerializer, responses=MemberSerializer)
    def patch(self, request: Request, workspace_id: UUID, membership_id: UUID) -> Response:
        """Give a member another role."""
        body = self.read(RoleSerializer, request)
        changed = workspaces.change_role(actor=self.actor, membership_id=membership_id, **body)
        return Response(MemberSerializer(Membership.objects.select_related("user").get(pk=changed.pk)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, workspace_id: UUID, membership_id: UUID) -> Response:
        """Take a member out, or leave."""
        workspaces.remove(actor=self.actor, membership_id=membership_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AcceptInvitation(Door):
    @extend_schema(request=None, responses=WorkspaceSerializer)
    def post(self, request: Request, token: str) -> Response:
        """Join the workspace of an invitation."""
        membership = workspaces.accept(user=self.person, token=token)
        with scope.system("show the joined workspace"):
            return Response(WorkspaceSerializer(membership.workspace).data)
