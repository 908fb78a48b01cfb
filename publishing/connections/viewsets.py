"""The connections API: consent pages, the one redirect URI, accounts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from core.api import ActorViewSet, endpoint
from core.errors import DomainError
from publishing import selectors
from publishing.connections import serializers as shapes
from publishing.models import OAuthState, SocialAccount
from publishing.platforms.registry import adapter_for
from publishing.services import api_keys, connections, social_accounts
from publishing.services.account_choice import Choice
from publishing.states import TargetState


class OAuthThrottle(AnonRateThrottle):
    """The redirect URI is open to everyone."""

    scope = "auth"


def origin_of(request: Request) -> OAuthState.Origin:
    """A browser's session, or an API client's token."""
    return OAuthState.Origin.API if request.auth is not None else OAuthState.Origin.SESSION


class ConnectionViewSet(ActorViewSet):
    """Accounts that posts can go to."""

    serializer_class = shapes.AccountSerializer
    queryset = SocialAccount.objects.none()

    @endpoint(query=shapes.ConnectQuerySerializer, responses=shapes.ConnectSerializer)
    def connect(self, request: Request, platform: str) -> Response:
        """The platform's consent page for this workspace; the state is good for ten minutes and one use."""
        login = self.query["login"]
        found = connections.start(actor=self.actor, platform=platform, login=login, origin=origin_of(request))
        guide = adapter_for(platform).guide
        body = {"auth_url": found.auth_url, "state": found.state, "needs": guide.needs, "steps": guide.steps}
        return Response(body)

    @endpoint(request=shapes.KeySerializer, responses={201: shapes.ChoiceSerializer})
    def key(self, request: Request, service: str) -> Response:
        """Connect a service by its API key: the accounts behind it, to choose from. Nothing is connected before."""
        policy.require(self.actor, Action.MANAGE_CONNECTIONS)
        given = self.body["api_key"]
        found = api_keys.connect(actor=self.actor, service=service, key=given, origin=origin_of(request))
        pending = connections.pending(actor=self.actor, choice_id=found.choice_id)
        return Response(shapes.ChoiceSerializer(pending).data, status=status.HTTP_201_CREATED)

    @endpoint(responses=shapes.ChoiceSerializer)
    def choice(self, request: Request, pk: UUID) -> Response:
        """The accounts that a consent reaches, when there are several: nothing is connected before you choose."""
        return Response(shapes.ChoiceSerializer(connections.pending(actor=self.actor, choice_id=pk)).data)

    @endpoint(request=shapes.ChosenSerializer, responses=shapes.ChosenAnswerSerializer)
    def choose(self, request: Request, pk: UUID) -> Response:
        """Connect the chosen ones."""
        connections.pending(actor=self.actor, choice_id=pk)
        wanted = self.body["account_ids"]
        found = connections.choose(actor=self.actor, choice_id=pk, external_ids=wanted)
        return Response({"accounts": shapes.AccountSerializer(found.accounts, many=True).data})

    @endpoint(query=shapes.PlatformQuery, responses=shapes.AccountsSerializer)
    def list(self, request: Request) -> Response:
        """The workspace's accounts (also by POST without a body)."""
        response = self.paged(selectors.accounts(self.actor, **self.query))
        response.data = {"accounts": response.data["items"], **response.data}
        return response

    @endpoint(responses=shapes.AccountSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One account."""
        return Response(shapes.AccountSerializer(selectors.account(self.actor, pk)).data)

    @endpoint(query=shapes.ConfirmSerializer, responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Disconnect: the consent is given back and the tokens are destroyed.

        409 with the posts that this would stop (`details.uses`), until it is asked again with `confirm=true`.
        """
        social_accounts.disconnect(actor=self.actor, account_id=pk, confirmed=self.query["confirm"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    @endpoint(responses=shapes.AccountSerializer)
    def refresh(self, request: Request, pk: UUID) -> Response:
        """Ask the platform again who the account is and how many follow it."""
        return Response(shapes.AccountSerializer(social_accounts.refresh_account(actor=self.actor, account_id=pk)).data)

    @endpoint(responses=shapes.AccountSerializer)
    def make_default(self, request: Request, pk: UUID) -> Response:
        """Make this the account that its platform's name alone means."""
        return Response(shapes.AccountSerializer(social_accounts.make_default(actor=self.actor, account_id=pk)).data)

    @endpoint(responses=shapes.StatsSerializer)
    def stats(self, request: Request, pk: UUID) -> Response:
        """What was published here, and what is still to come."""
        row = selectors.account(self.actor, pk)
        at_stake = selectors.stakes(self.actor).get(pk, selectors.Stakes())
        published = row.targets.filter(state=TargetState.PUBLISHED).count()
        return Response(
            {
                "account_id": row.pk,
                "follower_count": row.follower_count,
                "published": published,
                "scheduled": at_stake.scheduled,
                "in_flight": at_stake.in_flight,
                "would_stop": shapes.StakeSerializer(selectors.at_stake(self.actor, pk)[:50], many=True).data,
            }
        )


class CallbackView(APIView):
    """The one redirect URI of each platform. Proved by its single-use state; ends on the connections page."""

    permission_classes = (AllowAny,)
    authentication_classes = ()
    throttle_classes = (OAuthThrottle,)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # Bearer tokens must not matter here, so authentication is off; whose browser it is does.
        user = getattr(request, "user", None)  # the generator of the schema asks without anybody
        self.person = user if isinstance(user, User) else None
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(request=None, responses={303: OpenApiResponse(description="To the connections page.")})
    def get(self, request: Request, platform: str) -> HttpResponseRedirect:
        """Finish a consent."""
        inner = request._request
        outcome: dict[str, str]
        query = {name: str(inner.GET[name]) for name in inner.GET}
        try:
            found = connections.finish(platform=platform, query=query, signed_in=self.person)
        except DomainError as error:
            _tell(inner, messages.ERROR, error.message)
            outcome = {"platform": platform, "error": error.code}
        else:
            if isinstance(found, Choice):
                page = reverse("connection_choose", args=[found.choice_id])
                return HttpResponseRedirect(f"{page}?{urlencode({'choice': found.choice_id})}", status=303)
            _tell(inner, messages.SUCCESS, connections.sentence(found))
            outcome = {"platform": platform, "connected": str(len(found.accounts))}
        return HttpResponseRedirect(f"{reverse('connections')}?{urlencode(outcome)}", status=303)


def _tell(request: HttpRequest, level: int, sentence: str) -> None:
    messages.add_message(request, level, sentence, fail_silently=True)
