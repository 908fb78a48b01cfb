"""What two writers of one row write at once: nobody loses the other's work."""

from typing import Any

import pytest

from accounts.models import Preferences
from accounts.services import profile
from analytics.models import MetricPlan
from analytics.services import snapshots
from core import clock
from media import services as files
from media.models import MediaFile
from publishing.models import PostTarget, SocialAccount
from publishing.services import posts, social_accounts
from tests import factories


def picture_of(workspace: Any) -> MediaFile:
    return factories.make_media(workspace, kind=MediaFile.Kind.AVATAR)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_reconnecting_an_account_while_its_picture_is_renewed_keeps_the_new_picture(
    box: Any, connect: Any, in_workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The former picture was written back, whose file was just erased: a foreign key that failed at the commit."""
    account = connect("tiktok")
    former, renewed = picture_of(in_workspace.workspace), picture_of(in_workspace.workspace)
    SocialAccount.objects.filter(pk=account.pk).update(picture=former)
    real = social_accounts.describe

    def renew_meanwhile(row: SocialAccount, info: Any) -> None:
        if row.pk == account.pk and row.picture_id == former.pk:
            SocialAccount.objects.filter(pk=account.pk).update(picture=renewed)
            files.forget(former)
        real(row, info)

    monkeypatch.setattr(social_accounts, "describe", renew_meanwhile)
    connect("tiktok")
    account.refresh_from_db()
    assert account.picture_id == renewed.pk


@pytest.mark.django_db
def test_what_another_tab_chose_meanwhile_is_kept(in_workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Preferences.objects.get(user=in_workspace.alice)
    real = profile._checked

    def choose_meanwhile(preferences: Preferences, field: str, value: Any) -> Any:
        Preferences.objects.filter(user=in_workspace.alice).update(theme="dark")
        return real(preferences, field, value)

    monkeypatch.setattr(profile, "_checked", choose_meanwhile)
    profile.update_preferences(actor=in_workspace.alice_actor, timezone="Europe/Paris")
    mine.refresh_from_db()
    assert (mine.timezone, mine.theme) == ("Europe/Paris", "dark")


@pytest.mark.django_db
def test_numbers_that_arrive_late_are_planned_from_what_is_so_by_then(in_workspace: Any, frozen: None) -> None:
    account = SocialAccount.objects.create(
        workspace=in_workspace.workspace, platform="tiktok", external_id="x", connected_at=clock.now()
    )
    media = factories.make_media(in_workspace.workspace)
    wanted = [posts.TargetInput(account.pk)]
    post = posts.create_post(actor=in_workspace.alice_actor, text="Hello", media_ids=[media.pk], targets=wanted)
    PostTarget.objects.filter(post=post).update(state="published", published_at=clock.now())
    plan = MetricPlan.objects.create(workspace=in_workspace.workspace, target=post.targets.get(), failures=1)
    stale = MetricPlan.objects.select_related("target__account").get(pk=plan.pk)
    MetricPlan.objects.filter(pk=plan.pk).update(failures=4)
    snapshots._postpone(stale, "TikTok did not answer.")
    plan.refresh_from_db()
    assert plan.failures == 5
