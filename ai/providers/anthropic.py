"""Anthropic Claude through its SDK."""

import base64
from typing import Any, ClassVar

import anthropic

from ai.providers.base import Provider, Question, Reply


class AnthropicProvider(Provider):
    """Messages with a JSON schema as output format."""

    name: ClassVar[str] = "anthropic"
    words: ClassVar[str] = "The language model (Claude)"

    def ask(self, question: Question) -> Reply:
        client = anthropic.Anthropic(
            api_key=self.key, base_url=self.base_url or None, timeout=self.timeout_s, max_retries=1
        )
        try:
            with client:
                message = client.messages.create(
                    model=self.model,
                    max_tokens=question.max_output_tokens,
                    system=question.instructions,
                    messages=self._messages(question),
                    output_config={
                        "format": {"type": "json_schema", "schema": anthropic.transform_schema(question.answer)}
                    },
                )
        except anthropic.APIConnectionError as error:
            raise self.unreachable() from error
        except anthropic.APIStatusError as error:
            raise self.failed(error.status_code, error.response.headers.get("retry-after")) from error
        except anthropic.AnthropicError as error:
            raise self.unreachable() from error
        if message.stop_reason == "refusal":
            raise self.refused()
        if message.stop_reason in ("max_tokens", "model_context_window_exceeded"):
            raise self.cut_off()
        return Reply(
            text="".join(block.text for block in message.content if block.type == "text"),
            model=message.model or self.model,
            tokens_in=message.usage.input_tokens,
            tokens_out=message.usage.output_tokens,
        )

    @staticmethod
    def _messages(question: Question) -> list[Any]:
        parts: list[dict[str, Any]] = [
            {
                "type": "image",
                "source": {
                    "type": "base64",
                    "media_type": image.content_type,
                    "data": base64.b64encode(image.data).decode(),
                },
            }
            for image in question.images
        ]
        parts.append({"type": "text", "text": question.text})
        messages: list[dict[str, Any]] = [{"role": "user", "content": parts}]
        if question.earlier:
            answer, objections = question.earlier
            messages += [{"role": "assistant", "content": answer}, {"role": "user", "content": objections}]
        return messages
