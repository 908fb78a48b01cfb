"""Judges a picture by decoding it. Runs as a child process: `python -m media.picture FILE [FOLDER]`.

Writes `{"format", "width", "height"}` with the sides as shown, or `{"problem": "<code>", "detail": "..."}`. With a
folder it leaves `clean` there (the picture upright and without place, camera or comments) and `thumb.jpg`. Knows no
Django.
"""

import io
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from media import file_type, metadata_stripping
from videofile.processes import end_with_parent

# Nothing else is tried: each further decoder is a further way in.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS = 50_000_000
THUMB_SIDE = 480
_ORIENTATION = 0x0112
_PHONE = "a HEIC or AVIF photo"


def judge(path: str, folder: str = "") -> dict[str, Any]:
    """What the picture is; with a folder, cleaned and small as well."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            # Judged by the header, before a pixel is decoded.
            if image.width * image.height > MAX_PIXELS:
                return {"problem": "too_many_pixels", "detail": f"{image.width}×{image.height}"}
            image.load()
            found = {"format": image.format, "width": image.width, "height": image.height}
            if folder:
                found |= _prepare(image, Path(path), Path(folder))
            return found
    except metadata_stripping.BrokenError as error:
        return {"problem": "truncated_file", "detail": str(error)}
    except Image.DecompressionBombError as error:
        return {"problem": "too_many_pixels", "detail": str(error)[:200]}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        return _problem(Path(path), error)


def _problem(path: Path, error: Exception) -> dict[str, Any]:
    with path.open("rb") as handle:
        head = handle.read(file_type.HEAD_BYTES)
    words = file_type.describe(head)
    if words == "a still picture":
        return {"problem": "not_an_image", "detail": _PHONE}
    if not isinstance(error, UnidentifiedImageError):
        code = "truncated_file" if "truncated" in str(error) else "damaged_file"
        return {"problem": code, "detail": str(error)[:200]}
    return {"problem": "not_an_image", "detail": words}


def _prepare(image: Image.Image, path: Path, folder: Path) -> dict[str, Any]:
    kind = str(image.format)
    turned = kind != "GIF" and image.getexif().get(_ORIENTATION, 1) in range(2, 9)
    if turned:
        data = _upright(image, kind)
    else:
        data = metadata_stripping.strip(path.read_bytes(), kind)
    (folder / "clean").write_bytes(data)
    # What will be stored is decoded once more: nothing that cannot be read is kept.
    with Image.open(io.BytesIO(data), formats=(kind,)) as clean:
        clean.load()
        width, height = clean.size
        thumb = thumbnail(clean)
    thumb.save(folder / "thumb.jpg", quality=82, optimize=True, progressive=True)
    return {
        "width": width,
        "height": height,
        "animated": bool(getattr(image, "is_animated", False)),
        "thumb": {"width": thumb.width, "height": thumb.height},
    }


def _upright(image: Image.Image, kind: str) -> bytes:
    """Turned as the camera meant it. The pixels are re-encoded, nearly without loss."""
    target = io.BytesIO()
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    upright.info.clear()
    quality = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"quality": 95}}.get(kind, {})
    upright.save(target, kind, icc_profile=profile, **quality)
    return metadata_stripping.strip(target.getvalue(), kind)


def flat(image: Image.Image) -> Image.Image:
    """Without transparency, in RGB: what a JPEG can hold. Transparent parts become white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def thumbnail(image: Image.Image) -> Image.Image:
    """A small copy, at most 480 pixels a side."""
    small = image.copy()
    with suppress(OSError):
        small.seek(0)
    small.thumbnail((THUMB_SIDE, THUMB_SIDE))
    return flat(small)


if __name__ == "__main__":
    end_with_parent()
    sys.stdout.write(json.dumps(judge(*sys.argv[1:3])) + "\n")
