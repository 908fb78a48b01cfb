"""The vendors' SDKs against a local server that speaks their wire formats."""

import socket

import pytest

from ai import providers
from ai.errors import AiError
from ai.providers import Question
from ai.providers.anthropic import AnthropicProvider
from ai.providers.gemini import GeminiProvider
from ai.providers.openai import OpenAIProvider
from ai.providers.schema import strict_schema
from ai.purposes import Image, PurposeKind
from core.errors import Throttled, Unavailable, ValidationFailed
from tests.ai.conftest import Told
from tests.ports import free_port

CLASSES = [OpenAIProvider, GeminiProvider, AnthropicProvider]


def make(cls, url, timeout_s=60.0):
    return cls(key="sk-test", model="m-1", base_url=url, timeout_s=timeout_s)


def question(**changes):
    return Question(instructions="Be brief.", text='{"idea": "sleep"}', answer=Told, **changes)


@pytest.mark.parametrize("cls", CLASSES)
class TestEveryVendor:
    def test_asks_with_schema_and_counts_tokens(self, cls, vendor):
        vendor.replies = [{"text": '{"sentence": "Hi"}'}]
        reply = make(cls, vendor.url).ask(question())
        assert reply.text == '{"sentence": "Hi"}'
        assert reply.model in ("gpt-test-2026", "gemini-test-001", "claude-test")
        assert (reply.tokens_in, reply.tokens_out) in [(120, 30), (100, 25), (90, 10)]
        sent = str(vendor.requests[0]["body"])
        assert "sentence" in sent
        assert "Be brief." in sent
        assert "sk-test" in str(vendor.requests[0]["headers"].values())

    def test_images_and_the_repair_are_sent(self, cls, vendor):
        vendor.replies = [{"text": "{}"}]
        make(cls, vendor.url).ask(question(images=[Image(b"\xff\xd8\xff")], earlier=("{bad", "Correct this")))
        sent = str(vendor.requests[0]["body"])
        assert "/9j/" in sent.replace("_", "/")
        assert "{bad" in sent
        assert "Correct this" in sent

    @pytest.mark.parametrize(
        ("status", "error", "code"),
        [
            (429, Throttled, AiError.THROTTLED),
            (401, Unavailable, AiError.MISCONFIGURED),
            (403, Unavailable, AiError.MISCONFIGURED),
            (400, Unavailable, AiError.MISCONFIGURED),
            (500, Unavailable, AiError.UNAVAILABLE),
        ],
    )
    def test_errors_become_sentences(self, cls, vendor, status, error, code):
        vendor.replies = [{"status": status, "headers": {"retry-after": "1"}}]
        with pytest.raises(error) as raised:
            make(cls, vendor.url).ask(question())
        assert raised.value.code == code
        assert raised.value.message.endswith(".")
        assert len(vendor.requests) <= 2
        if status == 429:
            assert raised.value.retry_after_s == 1

    def test_refusal(self, cls, vendor):
        finish = {"openai": "content_filter", "gemini": "SAFETY", "anthropic": "refusal"}[cls.name]
        vendor.replies = [{"text": "", "finish": finish}]
        with pytest.raises(ValidationFailed) as raised:
            make(cls, vendor.url).ask(question())
        assert raised.value.code == AiError.REFUSED

    def test_cut_off(self, cls, vendor):
        finish = {"openai": "length", "gemini": "MAX_TOKENS", "anthropic": "max_tokens"}[cls.name]
        vendor.replies = [{"text": '{"sent', "finish": finish}]
        with pytest.raises(Unavailable) as raised:
            make(cls, vendor.url).ask(question())
        assert raised.value.code == AiError.ANSWER_CUT_OFF

    def test_nobody_listens(self, cls):
        url = f"http://127.0.0.1:{free_port()}"
        with pytest.raises(Unavailable) as raised:
            make(cls, url).ask(question())
        assert raised.value.code == AiError.UNAVAILABLE

    def test_silence_ends_at_the_timeout(self, cls):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            with pytest.raises(Unavailable):
                make(cls, url, timeout_s=0.3).ask(question())


def test_openai_refusal_field_and_no_choices(vendor):
    vendor.replies = [{"text": None, "refusal": "I cannot"}]
    with pytest.raises(ValidationFailed):
        make(OpenAIProvider, vendor.url).ask(question())
    vendor.replies = [{"raw": {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": []}}]
    with pytest.raises(Unavailable):
        make(OpenAIProvider, vendor.url).ask(question())


def test_gemini_without_candidates(vendor):
    vendor.replies = [{"raw": {"promptFeedback": {"blockReason": "SAFETY"}}}]
    with pytest.raises(ValidationFailed):
        make(GeminiProvider, vendor.url).ask(question())
    vendor.replies = [{"raw": {}}]
    with pytest.raises(Unavailable):
        make(GeminiProvider, vendor.url).ask(question())


def test_strict_schema_closes_every_object():
    schema = strict_schema(Told)
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["sentence", "seconds"]
    assert "default" not in str(schema)


class TestChoice:
    def test_no_key_means_offline(self, env):
        assert providers.choose(PurposeKind.TEXT) is None
        assert providers.choose(PurposeKind.VISION) is None

    def test_order_of_keys(self, env):
        env(ANTHROPIC_API_KEY="a", GEMINI_API_KEY="g")
        assert providers.choose(PurposeKind.TEXT).name == "anthropic"
        assert providers.choose(PurposeKind.VISION).name == "gemini"
        env(OPENAI_API_KEY="o")
        assert providers.choose(PurposeKind.TEXT).name == "openai"

    def test_model_setting_may_name_the_provider(self, env):
        env(ANTHROPIC_API_KEY="a", OPENAI_API_KEY="o", AI_TEXT_MODEL="anthropic:claude-x")
        chosen = providers.choose(PurposeKind.TEXT)
        assert (chosen.name, chosen.model) == ("anthropic", "claude-x")
        env(AI_TEXT_MODEL="llama3:8b")
        chosen = providers.choose(PurposeKind.TEXT)
        assert (chosen.name, chosen.model) == ("openai", "llama3:8b")
        env(AI_TEXT_MODEL="gemini:g-9")
        assert providers.choose(PurposeKind.TEXT) is None

    def test_a_compatible_server_needs_no_key(self, env):
        env(OPENAI_BASE_URL="http://localhost:11434/v1", GEMINI_BASE_URL="http://localhost:1")
        assert providers.choose(PurposeKind.TEXT).base_url == "http://localhost:11434/v1"
        assert providers.choose(PurposeKind.VISION).name == "openai"
