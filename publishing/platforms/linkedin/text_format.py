"""LinkedIn's text format: reserved signs are escaped, hashtags are written as templates."""

import re

import regex

_RESERVED = re.compile(r"([\\<>#~_|\[\]*(){}@])")
_HASHTAG = regex.compile(r"(?<![\p{L}\p{N}_&])[#＃]([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)")
_TEMPLATE = re.compile(r"\{hashtag\|\\?#\|((?:\\.|[^}])+)\}")
_MENTION = re.compile(r"@\[([^\]]+)\]\(urn:li:[a-z]+:[^)]+\)")
_ESCAPED = re.compile(r"\\([\\<>#~_|\[\]*(){}@])")


def _escape(text: str) -> str:
    return _RESERVED.sub(r"\\\1", text)


def commentary(text: str) -> str:
    """A person's text in LinkedIn's format; nothing in it can become a mention or a link by accident."""
    parts, at = [], 0
    for tag in _HASHTAG.finditer(text):
        parts.append(_escape(text[at : tag.start()]))
        parts.append(f"{{hashtag|\\#|{_escape(tag[1])}}}")
        at = tag.end()
    parts.append(_escape(text[at:]))
    return "".join(parts)


def plain(written: str) -> str:
    """What readers see of a text in LinkedIn's format, with single spaces: for comparing."""
    text = _MENTION.sub(r"\1", _TEMPLATE.sub(r"#\1", written))
    return " ".join(_ESCAPED.sub(r"\1", text).split())
