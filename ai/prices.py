"""What a call costs. The operator states the prices (`AI_PRICES`); without one the cost is unknown, never guessed."""

from django.conf import settings


def price_of(model: str) -> tuple[float, float] | None:
    """USD per million tokens in and out; a dated model name falls back to the longest stated prefix."""
    prices: dict[str, tuple[float, float]] = settings.ENV.AI_PRICES
    fitting = [name for name in prices if model == name or model.startswith(f"{name}-")]
    return prices[max(fitting, key=len)] if fitting else None


def cost_micro_usd(model: str, tokens_in: int, tokens_out: int) -> int | None:
    """Integer micro-USD; one USD per million tokens is one micro-USD per token."""
    price = price_of(model)
    if price is None:
        return None
    return round(tokens_in * price[0] + tokens_out * price[1])
