"""Keys rotate without losing anything, whenever they are interrupted; a value opens only where it was sealed."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core import clock, crypto, key_rotation
from core.ids import uuid7
from jobs.testing import drain
from publishing.engine import grants, secrets
from publishing.models import Grant, OAuthState, PostTarget
from publishing.platforms.errors import PlatformError
from publishing.services import connections, social_accounts
from tests.publishing.conftest import portrait

NEW = b"n" * 32


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("rotate_keys", stdout=out, stderr=out, **options)
    return out.getvalue()


def many(workspace: Any, count: int) -> list[Grant]:
    rows = []
    for number in range(count):
        grant = Grant(workspace=workspace, platform="tiktok", subject=f"s{number}")
        columns = secrets.seal_tokens(grant, access=f"act.{number}", refresh=f"rft.{number}")
        for name, value in columns.items():
            setattr(grant, name, value)
        rows.append(grant)
    return Grant.objects.bulk_create(rows)


def change_key(settings: Any, new: bytes = NEW) -> bytes:
    old = settings.ENCRYPTION_KEY
    settings.ENCRYPTION_KEYS_OLD = [old]
    settings.ENCRYPTION_KEY = new
    return old


def readable(rows: list[Grant]) -> bool:
    return all(
        secrets.access_token(row) == f"act.{row.subject[1:]}" and secrets.refresh_token(row) == f"rft.{row.subject[1:]}"
        for row in Grant.objects.filter(pk__in=[row.pk for row in rows])
    )


class TestRotation:
    def test_every_sealed_column_is_known_and_opens_by_the_rule_of_its_place(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, settings: Any
    ) -> None:
        names = {str(column) for column in key_rotation.columns()}
        assert {
            "publishing.grant.access_sealed",
            "publishing.grant.refresh_sealed",
            "publishing.oauthstate.sealed",
            "publishing.posttarget.checkpoint_sealed",
            "publishing.socialaccount.token_sealed",
        } <= names
        account = connect("youtube")
        post = make_post(account, media=portrait(in_workspace.workspace))
        target = PostTarget.objects.get(post=post)
        secret = secrets.Checkpoint({}, {"upload_url": "https://upload.example/1"})
        PostTarget.objects.filter(pk=target.pk).update(**secrets.checkpoint_columns(target, secret))
        account.token_sealed = secrets.seal_account_token(account, "page-token")
        account.save()
        connections.start(actor=in_workspace.alice_actor, platform="tiktok")
        change_key(settings)
        said = run()
        assert "Old keys can be removed" in said
        settings.ENCRYPTION_KEYS_OLD = []
        target.refresh_from_db()
        account.refresh_from_db()
        assert secrets.checkpoint_of(target).secret == {"upload_url": "https://upload.example/1"}
        assert secrets.account_token(account) == "page-token"
        assert secrets.refresh_token(account.grant)
        state = OAuthState.objects.order_by("id").last()
        assert "code_verifier" in crypto.unseal(
            state.sealed, model="publishing.oauthstate", pk=state.pk, field="sealed"
        )

    def test_interrupted_after_any_number_nothing_is_lost_and_the_next_run_ends_it(
        self, in_workspace: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rows = many(in_workspace.workspace, 23)
        change_key(settings)
        real, left = crypto.seal, [17]

        def killed(*args: Any, **kwargs: Any) -> str:
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return real(*args, **kwargs)

        monkeypatch.setattr(crypto, "seal", killed)
        with pytest.raises(KeyboardInterrupt):
            run(batch=5)
        assert readable(rows)
        done = Grant.objects.filter(access_sealed__startswith=crypto.current_prefix()).count()
        assert done == 17
        monkeypatch.setattr(crypto, "seal", real)
        with pytest.raises(CommandError, match="29 values need an old key"):
            run(check=True)
        said = run(batch=5)
        assert "access_sealed: 6 re-encrypted" in said
        settings.ENCRYPTION_KEYS_OLD = []
        assert readable(rows)

    def test_tokens_renewed_meanwhile_stay(
        self, in_workspace: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (row,) = many(in_workspace.workspace, 1)
        change_key(settings)
        real = crypto.unseal

        def renewed_in_between(sealed: str, **where: Any) -> str:
            plain = real(sealed, **where)
            if where["field"] == "access":
                columns = secrets.seal_tokens(row, access="act.newer")
                Grant.objects.filter(pk=row.pk).update(**columns)
            return plain

        monkeypatch.setattr(crypto, "unseal", renewed_in_between)
        assert "1 were written by the product meanwhile" in run()
        monkeypatch.setattr(crypto, "unseal", real)
        row.refresh_from_db()
        assert secrets.access_token(row) == "act.newer"

    def test_a_lost_key_is_named_and_the_rest_is_done(self, in_workspace: Any, settings: Any) -> None:
        lost = many(in_workspace.workspace, 1)[0]
        forgotten = crypto.key_id(settings.ENCRYPTION_KEY)
        settings.ENCRYPTION_KEY = b"m" * 32
        fine = Grant(workspace=in_workspace.workspace, platform="youtube", subject="s9")
        fine.access_sealed = secrets.seal_tokens(fine, access="act.9")["access_sealed"]
        fine.save()
        change_key(settings)
        out = io.StringIO()
        with pytest.raises(CommandError, match="2 values could not be opened"):
            call_command("rotate_keys", stdout=out, stderr=out)
        assert f"{lost.pk} (key {forgotten})" in out.getvalue()
        fine.refresh_from_db()
        assert fine.access_sealed.startswith(crypto.current_prefix())
        assert "act." not in out.getvalue()


class TestPlace:
    def test_a_value_moved_to_another_row_or_column_does_not_open(self, in_workspace: Any) -> None:
        first, second = many(in_workspace.workspace, 2)
        second.access_sealed = first.access_sealed
        with pytest.raises(PlatformError):
            secrets.access_token(second)
        first.refresh_sealed = first.access_sealed
        with pytest.raises(PlatformError):
            secrets.refresh_token(first)

    def test_a_post_whose_tokens_cannot_be_read_waits_for_a_new_consent_then_goes_out(
        self, box: Any, connect: Any, publish: Any, in_workspace: Any
    ) -> None:
        account = connect("youtube")
        other = secrets.seal_tokens(Grant(id=uuid7()), access="stolen", refresh="stolen")
        Grant.objects.filter(pk=account.grant_id).update(**other)
        target = publish(account)
        assert (target.state, target.error_code) == ("action_required", "auth_expired")
        assert "Reconnect" in target.error_sentence
        assert not box.live("youtube")
        connect("youtube")
        drain(advance=True)
        target.refresh_from_db()
        assert target.state == "published"

    def test_an_account_whose_tokens_cannot_be_read_can_be_disconnected(
        self, box: Any, connect: Any, in_workspace: Any
    ) -> None:
        account = connect("tiktok")
        Grant.objects.filter(pk=account.grant_id).update(access_sealed="v1.00000000.AAAA", refresh_sealed="rubbish")
        social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk)
        assert not Grant.objects.exists()

    def test_renewal_of_an_unreadable_grant_makes_it_dead_and_nothing_else(self, connect: Any) -> None:
        account = connect("tiktok")
        Grant.objects.filter(pk=account.grant_id).update(refresh_sealed="v1.00000000.AAAA")
        clock.advance(timedelta(hours=23, minutes=59))
        with pytest.raises(PlatformError):
            grants.renew(grants.read(account.grant_id))
        assert grants.read(account.grant_id).state == "dead"
