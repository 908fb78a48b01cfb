"""Misconfiguration of the gateway that only settings together show."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from ai import prices, providers
from ai.purposes import PurposeKind


@register()
def budget_needs_prices(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A budget in USD can only be kept when the price of each model in use is stated."""
    if not settings.ENV.AI_MONTHLY_BUDGET_USD:
        return []
    found: list[CheckMessage] = []
    for kind in PurposeKind:
        provider = providers.choose(kind)
        if provider is not None and prices.price_of(provider.model) is None:
            found.append(
                Error(
                    f"AI_MONTHLY_BUDGET_USD is set, but AI_PRICES does not state the price of {provider.model}.",
                    hint=f"Set AI_PRICES to JSON: {provider.model} → [USD per million tokens in, out].",
                    id="ai.E001",
                )
            )
    return found


@register()
def model_setting_has_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A model setting that names a provider without a key falls back to offline answers; say so."""
    found: list[CheckMessage] = []
    for name, kind in (("AI_TEXT_MODEL", PurposeKind.TEXT), ("AI_VISION_MODEL", PurposeKind.VISION)):
        wanted, _ = providers.split_model(getattr(settings.ENV, name))
        if wanted and providers.choose(kind) is None:
            found.append(
                Warning(
                    f"{name} names the provider {wanted}, but its key is not set: answers are made offline.",
                    hint=f"Set {wanted.upper()}_API_KEY, or clear {name}.",
                    id="ai.W001",
                )
            )
    return found
