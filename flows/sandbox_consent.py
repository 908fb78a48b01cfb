"""Walking an imitated platform's consent page without a browser: the same redirects that a person would follow."""

import re
from urllib.parse import parse_qs, urlsplit

import httpx

from core import http
from core.actor import Actor
from core.errors import Conflict
from flows.errors import FlowError
from publishing.models import AccountStatus, SocialAccount
from publishing.services import connections

_ACCOUNT = re.compile(r'name="account"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="account"')


def usable_account(actor: Actor, platform: str) -> SocialAccount | None:
    """The account that posts of a platform go to: the default one, else the oldest that works."""
    return (
        SocialAccount.objects.for_workspace(actor.workspace_id)
        .filter(platform=platform, status=AccountStatus.CONNECTED)
        .order_by("-is_default", "connected_at", "id")
        .first()
    )


def connect(actor: Actor, platform: str) -> SocialAccount:
    """Connect the first sample account of an imitated platform by its own authorize page."""
    start = connections.start(actor=actor, platform=platform)
    with http.client() as client:
        page = client.get(start.auth_url)
        found = _ACCOUNT.search(page.text)
        if page.status_code != 200 or found is None:
            raise _refused(platform, page)
        answer = client.post(
            start.auth_url,
            data={"account": found.group(1) or found.group(2), "decision": "allow"},
            headers={"Origin": start.auth_url.split("/sandbox/")[0]},
        )
    location = answer.headers.get("Location", "")
    if answer.status_code not in (302, 303) or not location:
        raise _refused(platform, answer)
    query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    connections.finish(platform=platform, query=query, signed_in=None)
    account = usable_account(actor, platform)
    if account is None:
        raise Conflict(FlowError.NOT_CONNECTED, f"The {platform} account could not be connected.")
    return account


def _refused(platform: str, response: httpx.Response) -> Conflict:
    return Conflict(
        FlowError.CONSENT_REFUSED, f"The consent page of {platform} answered {response.status_code} instead of a code."
    )
