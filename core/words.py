"""Counts in words: the one place that knows singular and plural."""


def noun(count: int, one: str, many: str = "") -> str:
    """The noun for a count: `post` for 1, `posts` else; `many` where the plural is no plain s."""
    return one if count == 1 else many or f"{one}s"


def counted(count: int, one: str, many: str = "") -> str:
    """`1 post`, `2 posts`, `0 posts`; thousands are grouped."""
    return f"{count:,} {noun(count, one, many)}"
