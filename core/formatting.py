"""Counts and beginnings of texts, as sentences say them."""


def noun(count: int, one: str, many: str = "") -> str:
    """The noun for a count: `post` for 1, `posts` else; `many` where the plural is no plain s."""
    return one if count == 1 else many or f"{one}s"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 post`, `2 posts`, `0 posts`; thousands are grouped."""
    return f"{count:,} {noun(count, one, many)}"


def excerpt(text: str, length: int = 60) -> str:
    """The beginning of a text on one line, cut at a word where there is one; an ellipsis says that more follows."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[:length]
    return f"{(cut if line[length] == ' ' else cut.rpartition(' ')[0] or cut).rstrip()}…"
