"""OpenAI and everything that speaks its chat completions format (`OPENAI_BASE_URL`)."""

import base64
from typing import Any, ClassVar

import openai

from ai.providers.base import Provider, Question, Reply
from ai.providers.schema import strict_schema


class OpenAIProvider(Provider):
    """Chat completions with a JSON schema as response format."""

    name: ClassVar[str] = "openai"
    words: ClassVar[str] = "The language model (OpenAI)"

    def ask(self, question: Question) -> Reply:
        client = openai.OpenAI(
            api_key=self.key or "none", base_url=self.base_url or None, timeout=self.timeout_s, max_retries=1
        )
        try:
            with client:
                completion = client.chat.completions.create(
                    model=self.model,
                    messages=self._messages(question),
                    response_format={
                        "type": "json_schema",
                        "json_schema": {
                            "name": question.answer.__name__,
                            "schema": strict_schema(question.answer),
                            "strict": True,
                        },
                    },
                    max_completion_tokens=question.max_output_tokens,
                )
        except openai.APIConnectionError as error:
            raise self.unreachable() from error
        except openai.APIStatusError as error:
            raise self.failed(error.status_code, error.response.headers.get("retry-after")) from error
        except openai.OpenAIError as error:
            raise self.unreachable() from error
        if not completion.choices:
            raise self.failed(502)
        choice = completion.choices[0]
        if choice.message.refusal or choice.finish_reason == "content_filter":
            raise self.refused()
        if choice.finish_reason == "length":
            raise self.cut_off()
        usage = completion.usage
        return Reply(
            text=choice.message.content or "",
            model=completion.model or self.model,
            tokens_in=usage.prompt_tokens if usage else 0,
            tokens_out=usage.completion_tokens if usage else 0,
        )

    @staticmethod
    def _messages(question: Question) -> list[Any]:
        parts: list[dict[str, Any]] = [{"type": "text", "text": question.text}]
        for image in question.images:
            encoded = base64.b64encode(image.data).decode()
            url = f"data:{image.content_type};base64,{encoded}"
            parts.append({"type": "image_url", "image_url": {"url": url}})
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": question.instructions},
            {"role": "user", "content": parts if question.images else question.text},
        ]
        if question.earlier:
            answer, objections = question.earlier
            messages += [{"role": "assistant", "content": answer}, {"role": "user", "content": objections}]
        return messages
