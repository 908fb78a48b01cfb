"""What every provider has in common: a question goes out, JSON text and a token count come back."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from ai.errors import AiError
from ai.purposes import Image
from core.errors import DomainError, Throttled, Unavailable, ValidationFailed


@dataclass(frozen=True, slots=True)
class Question:
    """One question to a model. `earlier` holds a first answer and what was wrong with it, for the one repair."""

    instructions: str
    text: str
    answer: type[BaseModel]
    images: Sequence[Image] = ()
    earlier: tuple[str, str] | None = None
    max_output_tokens: int = 8_000


@dataclass(frozen=True, slots=True)
class Reply:
    """A model's words (JSON expected) and what was counted. `model` is the one that really answered."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int


class Provider(ABC):
    """A vendor's SDK behind one method. Raises only domain errors: unavailable, throttled, refused."""

    name: ClassVar[str]
    words: ClassVar[str]

    def __init__(self, *, key: str, model: str, base_url: str, timeout_s: float) -> None:
        self.key = key
        self.model = model
        self.base_url = base_url
        self.timeout_s = timeout_s

    @abstractmethod
    def ask(self, question: Question) -> Reply:
        """Ask once. The SDK may repeat a call that broke before an answer began, at most once."""

    def unreachable(self) -> DomainError:
        return Unavailable(
            AiError.UNAVAILABLE, f"{self.words} did not answer in time. Nothing was changed; try again in a minute."
        )

    def failed(self, status: int, retry_after: str | None = None) -> DomainError:
        """The domain error for an HTTP status."""
        if status == 429:
            seconds = int(retry_after) if retry_after and retry_after.isdigit() else 30
            return Throttled(
                AiError.THROTTLED, f"{self.words} asks for a pause. Try again in {seconds} s.", retry_after_s=seconds
            )
        if status in (401, 403):
            return Unavailable(
                AiError.MISCONFIGURED,
                f"{self.words} does not accept this product's key. The operator needs to renew it.",
            )
        if status in (400, 404, 413, 422):
            return Unavailable(
                AiError.MISCONFIGURED,
                f"{self.words} does not accept the request for the model “{self.model}”. "
                "The operator needs to check the model's name and its limits.",
                {"status": status},
            )
        return Unavailable(
            AiError.UNAVAILABLE, f"{self.words} has a problem at the moment. Try again in a minute.", {"status": status}
        )

    def refused(self) -> DomainError:
        return ValidationFailed(
            AiError.REFUSED, f"{self.words} declined to answer this request. Rephrase it and try again."
        )

    def cut_off(self) -> DomainError:
        return Unavailable(
            AiError.ANSWER_CUT_OFF, f"{self.words} stopped in the middle of its answer. Ask for less, or try again."
        )
