"""Posts and targets from before the states were told apart: drafts in an inbox, and posts by what a person must do."""

from django.db import migrations
from django.db.models import Exists, F, OuterRef, Q

from core import scope

DRAFTS = Q(state="published", platform="tiktok", external_id="", spec__options__send_to="inbox")
ASKS = Q(state="action_required") | Q(state="unconfirmed", asked_at__isnull=False)
MOVING = ["queued", "preparing", "uploading", "processing", "publishing"]


def tell_apart(apps, schema_editor):
    """Give old rows the states that new ones would have."""
    posts = apps.get_model("publishing", "Post").objects
    targets = apps.get_model("publishing", "PostTarget").objects

    def with_any(condition):
        return Exists(targets.filter(condition, post_id=OuterRef("pk")))

    with scope.system("migrate states"):
        targets.filter(DRAFTS).update(state="in_inbox", published_at=None, permalink="")
        for state, condition in (
            ("needs_you", ASKS),
            ("unconfirmed", Q(state="unconfirmed")),
            ("waiting", Q(state="waiting")),
        ):
            posts.filter(with_any(condition), state="publishing").update(state=state)
        waiting = with_any(Q(state="scheduled")) & ~with_any(Q(state__in=MOVING))
        posts.filter(waiting, state="publishing").update(state="scheduled")
        ended = posts.filter(with_any(Q(state="in_inbox")), state__in=["published", "partially_published"])
        ended.filter(~with_any(Q(state="failed"))).update(state="in_inbox")
        ended.filter(~with_any(Q(state="published"))).update(state="failed")


def put_together(apps, schema_editor):
    """The states of before: a draft in an inbox counted as published, and what was not ended as publishing."""
    posts = apps.get_model("publishing", "Post").objects
    targets = apps.get_model("publishing", "PostTarget").objects
    with scope.system("migrate states"):
        posts.filter(state__in=["needs_you", "unconfirmed", "waiting"]).update(state="publishing")
        begun = Exists(targets.filter(post_id=OuterRef("pk"), state__in=["published", "in_inbox", "failed"]))
        posts.filter(begun, state="scheduled").update(state="publishing")
        posts.filter(state="in_inbox").update(state="published")
        rows = targets.filter(state="in_inbox")
        rows.filter(finished_at=None).update(finished_at=F("updated_at"))
        rows.update(state="published", published_at=F("finished_at"))


class Migration(migrations.Migration):
    dependencies = [("publishing", "0008_states")]

    operations = [migrations.RunPython(tell_apart, put_together)]
