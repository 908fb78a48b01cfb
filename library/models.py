"""What is kept for posts to come: templates, hashtag groups and signatures; and the tags of drafts.

Tags are the workspace's (`videos.models.Tag`), shared with its videos. A draft is a post of publishing; only its tags
are kept here.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

import platforms
from accounts.models import User
from core.models import WorkspaceModel, WorkspaceOwned
from media.models import MediaFile
from publishing.models import Post, SocialAccount
from videos.models import Tag


class Template(WorkspaceModel):
    """A post to make others of. `text` and `title` are for all platforms and may hold variables (`library.variables`).

    `platforms` has for each chosen platform its own part: `{"tiktok": {"text": None, "title": "", "options": {}}}`,
    where a text of None means the shared one. `version` counts the saves.
    """

    name = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    title = models.CharField(max_length=200, blank=True)
    platforms = models.JSONField(default=dict, blank=True)
    notes = models.TextField(blank=True, help_text="For the team; never part of a post.")
    tags = models.ManyToManyField(Tag, through="TemplateTag", related_name="+", blank=True)
    version = models.PositiveIntegerField(default=1)
    search = models.TextField(blank=True, editable=False)
    source_type = models.CharField(max_length=40, blank=True, help_text="What it was saved from.")
    source_id = models.UUIDField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="template_newest"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="template_trash"),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateMedia(WorkspaceModel):
    """A file of a template, in its place."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="media")
    file = models.ForeignKey(MediaFile, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "template media"
        ordering = ("position", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=["template", "position"], name="template_media_place")]

    def __str__(self) -> str:
        return f"{self.position} of {self.template_id}"


class TemplateTag(WorkspaceOwned):
    """A tag on a template."""

    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="template_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="template_tags")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["template", "tag"], name="template_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.template_id}"


class PostTag(WorkspaceOwned):
    """A tag on a post."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="post_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="post_tags")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "tag"], name="post_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.post_id}"


class HashtagGroup(WorkspaceModel):
    """Hashtags that go into posts together, without the sign before them."""

    name = models.CharField(max_length=80)
    hashtags = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint("workspace", Lower("name"), name="hashtag_group_name_once")]

    def __str__(self) -> str:
        return self.name


class Signature(WorkspaceModel):
    """A text that ends posts: of every account, of a platform's, or of one account.

    The default one of all accounts stands in new posts from the beginning, where a person sees it and may take it out;
    every other one is added by choice.
    """

    name = models.CharField(max_length=80)
    text = models.TextField()
    platform = models.CharField(max_length=12, choices=platforms.choices, blank=True)
    account = models.ForeignKey(SocialAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    is_default = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("workspace", Lower("name"), name="signature_name_once"),
            models.UniqueConstraint(
                fields=["workspace", "platform"],
                condition=Q(is_default=True, account__isnull=True),
                name="signature_default_of_platform",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(is_default=True, account__isnull=False),
                name="signature_default_of_account",
            ),
        ]

    def __str__(self) -> str:
        return self.name
