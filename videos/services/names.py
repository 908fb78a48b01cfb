"""Names that people type, and the text that search looks into."""

import re
import unicodedata

from core.errors import ValidationFailed
from videos.errors import VideoError

_SPACE = re.compile(r"\s+")


def clean_name(value: str, *, field: str, longest: int) -> str:
    """One line, trimmed. Refuses what is empty or too long."""
    name = _SPACE.sub(" ", "".join(letter if letter.isprintable() else " " for letter in value)).strip()
    code = VideoError.TITLE if field == "title" else VideoError.NAME
    if not name:
        raise ValidationFailed(code, f"Give it a {field}.", fields={field: ["This may not be empty."]})
    if len(name) > longest:
        sentence = f"Use at most {longest} characters; this has {len(name)}."
        raise ValidationFailed(code, sentence, fields={field: [sentence]})
    return name


def title_from(filename: str) -> str:
    """`IMG_2041 final.mp4` → `IMG 2041 final`."""
    stem = filename.rsplit(".", 1)[0] if "." in filename[1:] else filename
    return _SPACE.sub(" ", stem.replace("_", " ")).strip()[:200] or "Untitled video"


def normalise(text: str) -> str:
    """Letters without accents and case, so that `Café` is found by `cafe`."""
    plain = unicodedata.normalize("NFKD", text)
    return _SPACE.sub(" ", "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()).strip()
