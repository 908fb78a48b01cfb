"""System checks: misconfiguration that only Django can see, each with an id and a hint."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register

from core.models import WorkspaceOwned, WorkspaceQuerySet


@register(Tags.models)
def workspace_models_are_scoped(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every model with a workspace offers `for_workspace` on its default manager."""
    problems: list[CheckMessage] = []
    for model in apps.get_models():
        if not issubclass(model, WorkspaceOwned):
            continue
        if not isinstance(model._default_manager.get_queryset(), WorkspaceQuerySet):
            problems.append(
                Error(
                    f"{model.__name__}.objects does not offer for_workspace().",
                    hint="Build its manager from a subclass of core.models.WorkspaceQuerySet.",
                    obj=model,
                    id="core.E001",
                )
            )
    return problems
