"""One strict Content-Security-Policy for product and admin: nothing inline, nothing from elsewhere."""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from config.env import Env


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def content_security_policy(platforms: dict[str, dict[str, Any]], env: Env) -> dict[str, Any]:
    """The policy; media may also come from the object store, forms may also lead to the authorize pages."""
    store = [_origin(env.S3_ENDPOINT_URL)] if env.S3_ENDPOINT_URL else []
    authorize = sorted({_origin(item["urls"]["auth"]) for item in platforms.values() if "auth" in item["urls"]})
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:", "blob:", *store],
            "media-src": [SELF, "blob:", *store],
            "font-src": [SELF],
            "connect-src": [SELF, *store],
            "manifest-src": [SELF],
            "form-action": [SELF, *authorize],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
        }
    }
