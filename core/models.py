"""Base models. `WorkspaceModel` is what every row a workspace owns derives from."""

from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from core.ids import uuid7

M = TypeVar("M", bound=models.Model, covariant=True)


class UUIDModel(models.Model):
    """A row with a URL: UUIDv7 key, creation and change instants (UTC)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class WorkspaceQuerySet(models.QuerySet[M]):
    """Querysets that are read through `for_workspace`."""

    def for_workspace(self, workspace: "UUID | models.Model") -> Self:
        """Only this workspace's rows; takes a Workspace or its id."""
        return self.filter(workspace_id=workspace.pk if isinstance(workspace, models.Model) else workspace)


class WorkspaceOwned(models.Model):
    """A row of one workspace, without saying what its key is (append-only tables use BigAutoField)."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE, related_name="+")

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, after checking that every related row belongs to the same workspace."""
        self._check_same_workspace(kwargs.get("update_fields"))
        super().save(*args, **kwargs)

    def _check_same_workspace(self, update_fields: Any) -> None:
        for field in self._meta.concrete_fields:
            related = field.related_model
            if not isinstance(related, type) or not issubclass(related, WorkspaceOwned):
                continue
            if update_fields is not None and field.name not in update_fields and field.attname not in update_fields:
                continue
            key = getattr(self, field.attname)
            if key is None:
                continue
            if isinstance(field, models.ForeignKey) and field.is_cached(self):
                other_workspace = getattr(self, field.name).workspace_id
            else:
                manager = related._default_manager
                other_workspace = manager.filter(pk=key).values_list("workspace_id", flat=True).first()
            if other_workspace != self.workspace_id:
                raise ValidationError({field.name: f"This {field.verbose_name} belongs to another workspace."})


class WorkspaceModel(UUIDModel, WorkspaceOwned):
    """What a workspace owns and what has a URL: UUIDv7 key, instants, workspace."""

    class Meta:
        abstract = True


class IdempotencyKey(WorkspaceOwned):
    """What a POST with an `Idempotency-Key` answered, so that the same request asked again answers the same.

    Without `status` the first request is still under way (or its process died; then `expires_at` is near).
    """

    user_id = models.UUIDField(null=True)
    route = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user_id", "route", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
