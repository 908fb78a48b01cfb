"""Connecting Meta: which Pages and accounts a person ticks, accounts that cannot be used, tokens and their end."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from core import clock
from core.errors import Conflict, NotFound, ValidationFailed
from jobs.testing import drain
from publishing.engine import grants, housekeeping, secrets
from publishing.models import AccountStatus, Grant, OAuthState, SocialAccount
from publishing.services import connections, social_accounts
from publishing.services.account_choice import Choice

ANNA, OMAR, PIA = "100000000000001", "100000000000002", "100000000000003"
LUMEN, LAB = "104000000000001", "104000000000002"
BAKES, TRAIL, CLIENT = "104000000000003", "104000000000004", "104000000000005"


@pytest.fixture
def offered(box: Any, in_workspace: SimpleNamespace) -> Any:
    """Walk through the consent page and stop before the choice."""

    def walk(platform: str, person: str, login: str = "") -> Choice:
        start = connections.start(actor=in_workspace.alice_actor, platform=platform, login=login)
        query = box.allow(start.auth_url, person)
        found = connections.finish(platform=platform, query=query, signed_in=in_workspace.alice)
        assert isinstance(found, Choice)
        return found

    return walk


class TestChoosing:
    def test_nothing_is_connected_before_the_person_has_chosen(
        self, offered: Any, in_workspace: SimpleNamespace
    ) -> None:
        choice, actor = offered("facebook", OMAR), in_workspace.alice_actor
        assert not SocialAccount.objects.exists()
        assert not Grant.objects.exists()
        options = connections.pending(actor=actor, choice_id=choice.choice_id).options
        assert [(item.info.external_id, bool(item.info.problem)) for item in options] == [
            (BAKES, False), (TRAIL, False), (CLIENT, True),
        ]  # fmt: skip
        assert "content access" in options[2].info.problem
        done = connections.choose(actor=actor, choice_id=choice.choice_id, external_ids=[TRAIL])
        assert [row.external_id for row in done.accounts] == [TRAIL]
        assert SocialAccount.objects.count() == 1
        assert done.accounts[0].follower_count == 41_000

    def test_several_at_once_share_a_consent_and_have_their_own_tokens(
        self, offered: Any, in_workspace: SimpleNamespace
    ) -> None:
        choice = offered("facebook", OMAR)
        done = connections.choose(
            actor=in_workspace.alice_actor, choice_id=choice.choice_id, external_ids=[BAKES, TRAIL]
        )
        grant = Grant.objects.get()
        assert {row.grant_id for row in done.accounts} == {grant.pk}
        assert grant.subject == OMAR
        tokens = {secrets.account_token(row) for row in done.accounts}
        assert len(tokens) == 2
        assert secrets.access_token(grant) not in tokens
        assert not any(token in row.token_sealed for token in tokens for row in done.accounts)
        assert "are connected on Facebook" in connections.sentence(done)

    def test_what_cannot_be_used_cannot_be_chosen_and_none_is_no_choice(
        self, offered: Any, in_workspace: SimpleNamespace
    ) -> None:
        choice, actor = offered("facebook", OMAR), in_workspace.alice_actor
        for wanted in ([CLIENT], [BAKES, CLIENT], [], ["104999999999999"]):
            with pytest.raises(ValidationFailed):
                connections.choose(actor=actor, choice_id=choice.choice_id, external_ids=wanted)
        assert not SocialAccount.objects.exists()

    def test_a_choice_is_the_persons_own_works_once_and_ends(self, offered: Any, in_workspace: SimpleNamespace) -> None:
        choice, actor = offered("facebook", ANNA), in_workspace.alice_actor
        stranger = SimpleNamespace(**vars(in_workspace))
        with pytest.raises(NotFound):
            connections.pending(actor=stranger.charlie_actor, choice_id=choice.choice_id)
        connections.choose(actor=actor, choice_id=choice.choice_id, external_ids=[LUMEN])
        with pytest.raises(Conflict):
            connections.choose(actor=actor, choice_id=choice.choice_id, external_ids=[LAB])
        late = offered("facebook", OMAR)
        clock.advance(timedelta(minutes=31))
        with pytest.raises(Conflict):
            connections.choose(actor=actor, choice_id=late.choice_id, external_ids=[BAKES])
        housekeeping.clean_up()
        assert (
            not OAuthState.objects.exclude(sealed="")
            .filter(used_at__isnull=False, choice_until=None)
            .exclude(pk__in=[choice.choice_id])
            .exists()
        )
        assert OAuthState.objects.get(pk=late.choice_id).sealed == ""

    def test_what_is_connected_already_is_ticked_beforehand(self, offered: Any, in_workspace: SimpleNamespace) -> None:
        actor, first = in_workspace.alice_actor, offered("facebook", OMAR)
        connections.choose(actor=actor, choice_id=first.choice_id, external_ids=[TRAIL])
        options = connections.pending(actor=actor, choice_id=offered("facebook", OMAR).choice_id).options
        assert [item.info.external_id for item in options if item.known] == [TRAIL]


class TestAccountTypes:
    """EC-5: what cannot be posted to is said, with the way out."""

    def test_a_personal_account_is_told_how_to_switch(self, box: Any, in_workspace: SimpleNamespace) -> None:
        start = connections.start(actor=in_workspace.alice_actor, platform="instagram")
        query = box.allow(start.auth_url, "17841400000000004")
        with pytest.raises(ValidationFailed, match="Switch to professional account") as refused:
            connections.finish(platform="instagram", query=query, signed_in=in_workspace.alice)
        assert refused.value.code == "account_type"
        assert not SocialAccount.objects.exists()

    def test_a_page_without_a_professional_account_is_shown_with_the_way_out(
        self, offered: Any, in_workspace: SimpleNamespace
    ) -> None:
        choice = offered("instagram", ANNA, "facebook")
        options = connections.pending(actor=in_workspace.alice_actor, choice_id=choice.choice_id).options
        assert options[0].info.username == "lumen.studio"
        assert "link it to the Page" in options[1].info.problem

    @pytest.mark.parametrize(("platform", "login"), [("facebook", ""), ("instagram", "facebook")])
    def test_a_profile_without_pages_is_told_so(
        self, box: Any, in_workspace: SimpleNamespace, platform: str, login: str
    ) -> None:
        start = connections.start(actor=in_workspace.alice_actor, platform=platform, login=login)
        with pytest.raises(ValidationFailed, match="manages no Page"):
            connections.finish(platform=platform, query=box.allow(start.auth_url, PIA), signed_in=in_workspace.alice)

    def test_an_account_that_became_personal_stops_with_the_way_out(
        self, box: Any, connect: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("instagram")
        box.fault("personal_account", platform="instagram", step="node")
        with pytest.raises(Conflict, match="professional"):
            social_accounts.refresh_account(actor=in_workspace.alice_actor, account_id=account.pk)
        account.refresh_from_db()
        assert account.status == AccountStatus.ERROR
        assert "professional" in account.problem

    def test_a_post_to_it_is_parked_and_goes_on_after_reconnecting(self, box: Any, connect: Any, publish: Any) -> None:
        account = connect("instagram")
        box.fault("personal_account", platform="instagram", step="container.create")
        target = publish(account)
        assert (target.state, target.error_code) == ("action_required", "account_type")
        connect("instagram")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"


class TestTokens:
    @pytest.mark.parametrize(("platform", "login"), [("instagram", ""), ("instagram", "facebook"), ("facebook", "")])
    def test_a_token_of_sixty_days_is_renewed_two_weeks_ahead(
        self, box: Any, connect: Any, platform: str, login: str
    ) -> None:
        account = connect(platform, login=login)
        grant = account.grant
        assert grant.expires_at == grant.refresh_expires_at
        clock.advance(timedelta(days=40))
        assert housekeeping.order_renewals() == 0
        clock.advance(timedelta(days=7))
        assert housekeeping.order_renewals() == 1
        drain()
        fresh = Grant.objects.get()
        assert fresh.expires_at > clock.now() + timedelta(days=59)
        assert fresh.refresh_expires_at == fresh.expires_at
        assert housekeeping.order_renewals() == 0

    def test_a_page_token_that_died_is_fetched_again_and_the_step_made_again(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        account = connect("facebook")
        before = secrets.account_token(account)
        box.fault("token_expired", platform="facebook", step="reel.start")
        target = publish(account)
        assert (target.state, target.error_sentence) == ("published", "")
        account.refresh_from_db()
        assert secrets.account_token(account) not in ("", before)

    def test_a_withdrawn_permission_asks_for_a_new_one_and_the_post_goes_on(
        self, box: Any, connect: Any, publish: Any
    ) -> None:
        account = connect("facebook")
        box.fault("token_revoked", platform="facebook", step="reel.start")
        target = publish(account)
        assert target.state == "action_required"
        assert Grant.objects.get().state == "dead"
        connect("facebook")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"
        assert len(box.live("facebook")) == 1

    def test_instagram_renews_nothing_younger_than_a_day(self, box: Any, connect: Any) -> None:
        from publishing.platforms.errors import ErrorKind, PlatformError

        grant = connect("instagram").grant
        with pytest.raises(PlatformError) as refused:
            grants.renew(grant)
        assert refused.value.kind is ErrorKind.TRANSIENT
        assert Grant.objects.get().state == "active"

    def test_a_permission_is_given_back_only_when_nobody_of_that_person_is_left(
        self, box: Any, connect: Any, in_workspace: SimpleNamespace
    ) -> None:
        actor = in_workspace.alice_actor
        page, insta = connect("facebook"), connect("instagram", login="facebook")
        social_accounts.disconnect(actor=actor, account_id=insta.pk)
        assert not box.calls("facebook", "oauth.revoke"), "it would have ended the Page's permission as well"
        social_accounts.disconnect(actor=actor, account_id=page.pk)
        assert [call["status"] for call in box.calls("facebook", "oauth.revoke")] == [200]
        assert not Grant.objects.exists()

    def test_an_account_that_changes_its_way_leaves_no_consent_behind(self, box: Any, connect: Any) -> None:
        first = connect("instagram")
        second = connect("instagram", login="facebook")
        assert first.pk == second.pk
        assert Grant.objects.get().login == "facebook"
        third = connect("instagram")
        assert secrets.account_token(third) == ""
        assert Grant.objects.get().login == ""
