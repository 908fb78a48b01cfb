"""What a program asks of an edit and nothing does: refused by name."""

import pytest

from editing.models import Edit
from editing.serializers import EditRequestSerializer, as_request
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(in_workspace):
    return in_workspace.clients.alice


@pytest.mark.parametrize("name", ["speed", "transition", "overlays", "captions"])
def test_a_wish_that_no_edit_fulfils_is_refused(alice, in_workspace, name):
    video = factories.make_video(in_workspace.workspace)
    answer = alice.post(f"/api/v1/videos/{video.pk}/edit", {name: "x"}, format="json")
    assert (answer.status_code, answer.json()["message"].split(".")[0]) == (400, f"{name} is not a field here")
    assert not Edit.objects.exists()


def test_an_unknown_field_of_a_format_is_refused(alice, in_workspace):
    video = factories.make_video(in_workspace.workspace)
    body = {"formats": [{"aspect_ratio": "9:16", "fitt": "crop"}]}
    answer = alice.post(f"/api/v1/videos/{video.pk}/edit", body, format="json")
    assert "fitt is not a field here. Did you mean fit?" in answer.json()["message"]


def test_a_platform_beside_formats_is_an_output_of_its_own():
    given = EditRequestSerializer(data={"platform": "youtube", "formats": [{"aspect_ratio": "1:1"}]})
    given.is_valid(raise_exception=True)
    wishes = as_request(None, given.validated_data).formats
    assert [(wish.platform, wish.aspect) for wish in wishes] == [("youtube", None), (None, "1:1")]
