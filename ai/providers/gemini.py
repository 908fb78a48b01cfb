"""Google Gemini through the google-genai SDK."""

from typing import Any, ClassVar

import httpx
import httpx2
from google import genai
from google.genai import errors, types

from ai.providers.base import Provider, Question, Reply

_REFUSALS = {
    types.FinishReason.SAFETY,
    types.FinishReason.PROHIBITED_CONTENT,
    types.FinishReason.BLOCKLIST,
    types.FinishReason.SPII,
    types.FinishReason.IMAGE_SAFETY,
}


class GeminiProvider(Provider):
    """`generateContent` with a JSON schema for the response."""

    name: ClassVar[str] = "gemini"
    words: ClassVar[str] = "The language model (Gemini)"

    def ask(self, question: Question) -> Reply:
        client = genai.Client(
            api_key=self.key,
            http_options=types.HttpOptions(
                base_url=self.base_url or None,
                timeout=int(self.timeout_s * 1000),
                retry_options=types.HttpRetryOptions(attempts=2, initial_delay=0.5, http_status_codes=[500, 502, 503]),
            ),
        )
        try:
            response = client.models.generate_content(
                model=self.model,
                contents=self._contents(question),
                config=types.GenerateContentConfig(
                    system_instruction=question.instructions or None,
                    response_mime_type="application/json",
                    response_json_schema=question.answer.model_json_schema(),
                    max_output_tokens=question.max_output_tokens,
                ),
            )
        except errors.APIError as error:
            headers = getattr(error.response, "headers", None) or {}
            raise self.failed(int(error.code or 500), headers.get("retry-after")) from error
        except (httpx.HTTPError, httpx2.HTTPError, OSError) as error:
            raise self.unreachable() from error
        finally:
            client.close()
        return self._reply(response)

    def _reply(self, response: types.GenerateContentResponse) -> Reply:
        if not response.candidates:
            raise self.refused() if response.prompt_feedback else self.failed(502)
        candidate = response.candidates[0]
        if candidate.finish_reason in _REFUSALS:
            raise self.refused()
        if candidate.finish_reason == types.FinishReason.MAX_TOKENS:
            raise self.cut_off()
        parts = (candidate.content.parts or []) if candidate.content else []
        usage = response.usage_metadata
        return Reply(
            text="".join(part.text or "" for part in parts if not part.thought),
            model=response.model_version or self.model,
            tokens_in=(usage.prompt_token_count or 0) if usage else 0,
            tokens_out=((usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)) if usage else 0,
        )

    @staticmethod
    def _contents(question: Question) -> list[Any]:
        parts = [types.Part.from_text(text=question.text)]
        parts += [types.Part.from_bytes(data=image.data, mime_type=image.content_type) for image in question.images]
        contents = [types.Content(role="user", parts=parts)]
        if question.earlier:
            answer, objections = question.earlier
            contents.append(types.Content(role="model", parts=[types.Part.from_text(text=answer)]))
            contents.append(types.Content(role="user", parts=[types.Part.from_text(text=objections)]))
        return list(contents)
