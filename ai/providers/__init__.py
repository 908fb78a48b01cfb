"""Which provider answers a purpose: the first whose key is set, or the one a model setting names.

To add a vendor: one class in this folder and one line in `_CLASSES` (see docs/ai.md).
"""

from dataclasses import dataclass
from importlib import import_module

from django.conf import settings

from ai.providers.base import Provider, Question, Reply
from ai.purposes import PurposeKind

__all__ = ["OFFLINE", "Provider", "Question", "Reply", "choose"]

OFFLINE = "offline"
# By name, because each vendor's SDK takes most of a second to import and at most two are ever used.
_CLASSES = {
    "openai": "ai.providers.openai.OpenAIProvider",
    "gemini": "ai.providers.gemini.GeminiProvider",
    "anthropic": "ai.providers.anthropic.AnthropicProvider",
}
# The documents give pattern semantics to Gemini and writing to GPT; whoever has a key may stand in.
_ORDER = {PurposeKind.TEXT: ("openai", "anthropic", "gemini"), PurposeKind.VISION: ("gemini", "openai", "anthropic")}
_DEFAULT_MODEL = {
    "openai": "gpt-5.2",
    "gemini": "gemini-3.5-flash",
    "anthropic": "claude-sonnet-5",
}


@dataclass(frozen=True, slots=True)
class _Access:
    key: str
    base_url: str

    @property
    def usable(self) -> bool:
        return bool(self.key or self.base_url)


def _access(name: str) -> _Access:
    env = settings.ENV
    prefix = name.upper()
    key: str = getattr(env, f"{prefix}_API_KEY")
    base_url: str = getattr(env, f"{prefix}_BASE_URL")
    # Only OpenAI-compatible servers are commonly run without a key.
    return _Access(key, base_url if key or name == "openai" else "")


def split_model(setting: str) -> tuple[str, str]:
    """`provider:model` or a bare model name: ("", model). A model's own colon (llama3:8b) is no provider."""
    name, colon, model = setting.partition(":")
    return (name, model) if colon and name in _CLASSES else ("", setting)


def _class_of(name: str) -> type[Provider]:
    module, _, attribute = _CLASSES[name].rpartition(".")
    found: type[Provider] = getattr(import_module(module), attribute)
    return found


def choose(kind: PurposeKind) -> Provider | None:
    """The provider for a kind of purpose; None means the offline answers."""
    setting: str = settings.ENV.AI_TEXT_MODEL if kind is PurposeKind.TEXT else settings.ENV.AI_VISION_MODEL
    wanted, model = split_model(setting)
    for name in (wanted,) if wanted else _ORDER[kind]:
        access = _access(name)
        if access.usable:
            return _class_of(name)(
                key=access.key,
                model=model or _DEFAULT_MODEL[name],
                base_url=access.base_url,
                timeout_s=settings.ENV.AI_TIMEOUT_S,
            )
    return None
