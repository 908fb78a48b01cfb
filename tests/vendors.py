"""A local server that speaks the model vendors' wire formats, for tests of whatever asks a model."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


class VendorServer:
    """Answers with what `reply` lists, in order; the last one repeats. Records every request."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = [{"text": "{}"}]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                index = min(len(outer.requests), len(outer.replies) - 1)
                outer.requests.append({"path": self.path, "headers": dict(self.headers), "body": body})
                reply = outer.replies[index]
                status, answer = outer.answer(self.path, reply)
                encoded = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(encoded)))
                for name, value in reply.get("headers", {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(encoded)

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, reply: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        status = reply.get("status", 200)
        if status != 200:
            return status, {"error": {"message": "no", "code": status, "status": "X", "type": "error"}, "type": "error"}
        if "raw" in reply:
            return 200, reply["raw"]
        if "chat/completions" in path:
            return 200, self._openai(reply)
        return 200, self._gemini(reply) if "generateContent" in path else self._anthropic(reply)

    @staticmethod
    def _openai(reply: dict[str, Any]) -> dict[str, Any]:
        message = {"role": "assistant", "content": reply.get("text"), "refusal": reply.get("refusal")}
        return {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-test-2026",
            "choices": [{"index": 0, "message": message, "finish_reason": reply.get("finish", "stop")}],
            "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150},
        }

    @staticmethod
    def _gemini(reply: dict[str, Any]) -> dict[str, Any]:
        content = {"role": "model", "parts": [{"text": "thinking", "thought": True}, {"text": reply.get("text", "")}]}
        return {
            "candidates": [{"content": content, "finishReason": reply.get("finish", "STOP")}],
            "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 20, "thoughtsTokenCount": 5},
            "modelVersion": "gemini-test-001",
        }

    @staticmethod
    def _anthropic(reply: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": "m1",
            "type": "message",
            "role": "assistant",
            "model": "claude-test",
            "content": [{"type": "text", "text": reply.get("text", "")}],
            "stop_reason": reply.get("finish", "end_turn"),
            "usage": {"input_tokens": 90, "output_tokens": 10},
        }


@pytest.fixture
def vendor() -> Iterator[VendorServer]:
    server = VendorServer()
    yield server
    server.close()


@pytest.fixture
def env(settings: Any) -> Any:
    """`env(NAME=value)` sets variables of the environment for one test; no keys otherwise."""

    def apply(**values: Any) -> None:
        settings.ENV = settings.ENV.model_copy(update=values)

    apply(
        OPENAI_API_KEY="", OPENAI_BASE_URL="", GEMINI_API_KEY="", GEMINI_BASE_URL="", ANTHROPIC_API_KEY="",
        ANTHROPIC_BASE_URL="", AI_TEXT_MODEL="", AI_VISION_MODEL="", AI_TIMEOUT_S=60.0, AI_MONTHLY_BUDGET_USD=0.0,
        AI_PRICES={},
    )  # fmt: skip
    return apply
