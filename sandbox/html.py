"""Small HTML pages without inline script or style."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from sandbox.http import Call, Reply


def _csp(form_targets: str) -> str:
    return (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; "
        f"form-action 'self'{form_targets}; base-uri 'none'; frame-ancestors 'none'"
    )


def base_path(call: Call) -> str:
    """The path under which the sandbox is reached, without a trailing slash."""
    return urlsplit(call.sandbox.public_base_url).path.rstrip("/")


def page(call: Call, title: str, body: str, *, status: int = 200, form_target: str = "") -> Reply:
    """`form_target` is the origin a form's answer may redirect to."""
    root = base_path(call)
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="{root}/_control/static/sandbox.css"></head><body>{body}</body></html>'
    )
    headers = {
        "content-security-policy": _csp(f" {form_target}" if form_target else ""),
        "cache-control": "no-store",
        "referrer-policy": "same-origin",  # with none at all, browsers send "Origin: null" with the forms
        "x-content-type-options": "nosniff",
    }
    return Reply(status, text, headers, "text/html; charset=utf-8")


def origin(url: str) -> str:
    """Scheme, host and port of an absolute URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
