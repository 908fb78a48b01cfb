"""What the library's services keep, whoever calls them."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from core import clock
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from library import hashtags, selectors
from library.content import content_of
from library.models import Template
from library.services import drafts, templates
from library.tasks import empty_trash
from publishing.models import Post, PostTarget
from publishing.services import posts
from publishing.states import TargetState
from tests.analytics.conftest import make_account, make_live
from tests.library.conftest import make_template

pytestmark = pytest.mark.django_db


def test_every_change_is_in_the_audit_trail(cast: Any) -> None:
    row = make_template(cast)
    actor = cast.bob_actor
    templates.update(actor=actor, template_id=row.pk, version=1, changes={"notes": "n"})
    drafts.use(actor=actor, template_id=row.pk, values={"hook": "x"})
    templates.delete(actor=actor, template_id=row.pk)
    templates.restore(actor=actor, template_id=row.pk)
    verbs = AuditEvent.objects.filter(subject_type="template").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [f"template.{verb}" for verb in ("create", "update", "use", "delete", "restore")]


def test_viewers_and_strangers_are_refused(cast: Any, template: Template) -> None:
    with pytest.raises(PermissionDenied):
        drafts.use(actor=cast.victor_actor, template_id=template.pk, values={"hook": "x"})
    with pytest.raises(NotFound):
        selectors.template(cast.charlie_actor, template.pk)


def test_the_trash_is_emptied_after_thirty_days(cast: Any, frozen: None) -> None:
    row, kept = make_template(cast), make_template(cast)
    templates.delete(actor=cast.alice_actor, template_id=row.pk)
    clock.advance(timedelta(days=29))
    empty_trash()
    assert Template.objects.count() == 2
    clock.advance(timedelta(days=2))
    empty_trash()
    assert list(Template.objects.all()) == [kept]


def test_among_several_accounts_the_default_is_taken_else_the_choice_is_left(cast: Any, template: Template) -> None:
    first = make_account(cast, "tiktok")
    second = make_account(cast, "tiktok", external_id="tiktok-2")
    made = drafts.use(actor=cast.alice_actor, template_id=template.pk, values={"hook": "x"})
    assert list(made.post.targets.all()) == []
    assert "Several TikTok accounts are connected" in made.notes[0]
    type(second).objects.filter(pk=second.pk).update(is_default=True)
    made = drafts.use(actor=cast.alice_actor, template_id=template.pk, values={"hook": "x"})
    assert [row.account_id for row in made.post.targets.all()] == [second.pk]
    made = drafts.use(
        actor=cast.alice_actor, template_id=template.pk, values={"hook": "x"}, account_ids=[first.pk, first.pk]
    )
    assert [row.account_id for row in made.post.targets.all()] == [first.pk]


def test_a_published_post_can_be_saved_as_a_template(cast: Any) -> None:
    target = make_live(make_account(cast, "tiktok"), text="Live {{now}}\r\nمرحبا 👋🏽")
    saved = templates.save_post(actor=cast.alice_actor, post_id=target.post_id)
    said = content_of(saved)
    assert said.text == "Live \\{{now}}\nمرحبا 👋🏽"
    assert (said.variables(), len(said.media_ids), list(said.platforms)) == ([], 1, ["tiktok"])


def test_a_very_long_text_is_refused_and_its_mistakes_are_told_in_part(cast: Any) -> None:
    with pytest.raises(ValidationFailed, match="20,000 characters at most"):
        make_template(cast, text="x" * 20_001)
    with pytest.raises(ValidationFailed) as error:
        make_template(cast, text="{{" * 5_000)
    assert len(error.value.fields["content"]) == templates.MOST_TOLD
    with pytest.raises(ValidationFailed, match="30 variables at most; these are 31"):
        make_template(cast, text=" ".join(f"{{{{v{number}}}}}" for number in range(30)))


def test_a_name_may_not_be_longer_than_its_column(cast: Any) -> None:
    row = make_template(cast, name="n" * 120)
    assert len(templates.duplicate(actor=cast.alice_actor, template_id=row.pk).name) <= 120
    with pytest.raises(ValidationFailed, match="at most 120"):
        make_template(cast, name="n" * 121)


class TestRestoringPosts:
    def test_a_deleted_post_comes_back_as_a_draft_with_new_shares(self, cast: Any) -> None:
        post = self.deleted(cast)
        former = PostTarget.objects.get(post=post)
        posts.restore_post(actor=cast.alice_actor, post_id=post.pk)
        share = PostTarget.objects.get(post=post)
        assert (former.state, share.state, share.pk != former.pk) == (TargetState.CANCELLED, TargetState.DRAFT, True)
        assert share.text == "Own"
        post.refresh_from_db()
        assert (post.state, post.deleted_at) == ("draft", None)

    def test_what_is_there_or_was_sent_is_not_brought_back(self, cast: Any) -> None:
        post = self.deleted(cast)
        PostTarget.objects.filter(post=post).update(queued_at=clock.now())
        with pytest.raises(Conflict):
            posts.restore_post(actor=cast.alice_actor, post_id=post.pk)
        PostTarget.objects.filter(post=post).update(queued_at=None)
        posts.restore_post(actor=cast.alice_actor, post_id=post.pk)
        with pytest.raises(Conflict):
            posts.restore_post(actor=cast.alice_actor, post_id=post.pk)
        with pytest.raises(NotFound):
            posts.restore_post(actor=cast.charlie_actor, post_id=post.pk)

    def deleted(self, cast: Any) -> Post:
        share = posts.TargetInput(make_account(cast, "tiktok").pk, "Own")
        post = posts.create_post(actor=cast.alice_actor, text="Hello", media_ids=[], targets=[share])
        posts.delete_post(actor=cast.alice_actor, post_id=post.pk)
        return post


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("#a #b", ["a", "b"]),
        ("a, b;c\nd\te", ["a", "b", "c", "d", "e"]),
        ("#a#b", ["a", "b"]),
        ("＃花　#花", ["花", "花"]),
        ("  # , ", []),
    ],
)
def test_hashtags_are_read_however_they_are_typed(typed: str, tags: list[str]) -> None:
    assert hashtags.split(typed) == tags


def test_an_operator_brings_templates_back(cast: Any, template: Template) -> None:
    templates.delete(actor=cast.alice_actor, template_id=template.pk)
    address = reverse("admin:library_template_changelist")
    cast.browsers.operator.post(address, {"action": "bring_back", "_selected_action": [str(template.pk)]})
    template.refresh_from_db()
    assert template.deleted_at is None
