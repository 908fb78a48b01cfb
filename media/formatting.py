"""Sizes and durations for people."""


def size_words(size_bytes: int) -> str:
    """`734 KB`, `12.4 MB`, `1.2 GB`: powers of 1024, as the upload limit is meant."""
    size = float(size_bytes)
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            break
        size /= 1024
    if unit == "bytes":
        return f"{int(size)} byte" if int(size) == 1 else f"{int(size)} bytes"
    return f"{size:.0f} {unit}" if size >= 100 or size == int(size) else f"{size:.1f} {unit}"


def duration_words(duration_s: float | None) -> str:
    """`0:07`, `1:02`, `1:00:05`; a dash while unknown."""
    if duration_s is None:
        return "—"
    total = round(duration_s)
    hours, minutes, seconds = total // 3600, total // 60 % 60, total % 60
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
