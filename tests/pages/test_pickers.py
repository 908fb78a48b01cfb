"""What pickers offer: nothing that was put away."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from editing import services as edits
from editing.planners import Wish
from editing.requests import EditRequest
from publishing.models import Grant
from publishing.services import creator_options
from tests import factories
from tests.analytics.conftest import make_account
from videos.services import library


@pytest.fixture
def browser(cast: SimpleNamespace) -> Client:
    return cast.browsers.alice


@pytest.mark.parametrize("away", ["archive", "delete"])
def test_a_video_that_was_put_away_is_not_offered_for_a_post_or_an_edit(
    browser: Client, cast: Any, monkeypatch: Any, away: str
) -> None:
    monkeypatch.setattr(creator_options, "choices", lambda account: creator_options.Choices())
    grant = Grant.objects.create(workspace=cast.workspace, platform="tiktok", subject="o", connected_by=cast.alice)
    make_account(cast, grant=grant)
    stays, goes = (factories.make_video(cast.workspace, title) for title in ("Stays here", "Goes away"))
    pages = [reverse("compose"), reverse("edit_new")]
    keys = {pages[0]: (str(stays.media_id), str(goes.media_id)), pages[1]: (str(stays.pk), str(goes.pk))}
    for page in pages:
        assert all(f'value="{key}"' in browser.get(page).content.decode() for key in keys[page])
    getattr(library, away)(actor=cast.alice_actor, video_id=goes.pk)
    for page in pages:
        content = browser.get(page).content.decode()
        assert f'value="{keys[page][0]}"' in content
        assert f'value="{keys[page][1]}"' not in content


def test_an_edit_of_a_video_that_was_archived_keeps_it(browser: Client, cast: Any) -> None:
    video = factories.make_video(cast.workspace, "Garden")
    request = EditRequest(video_id=video.pk, formats=(Wish("9:16", resolution="216x384"),))
    edit = edits.draft(actor=cast.alice_actor, request=request)
    library.archive(actor=cast.alice_actor, video_id=video.pk)
    assert f'value="{video.pk}" selected' in browser.get(f"/edits/{edit.pk}/?step=source").content.decode()
