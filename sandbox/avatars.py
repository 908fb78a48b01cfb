"""Profile pictures: an initial on a colour taken from the account's id, as JPEG like the platforms' own."""

from __future__ import annotations

import hashlib
from io import BytesIO

from sandbox.http import Call, Reply

SIDE = 200


def address(call: Call, account_id: str) -> str:
    return f"{call.sandbox.public_base_url}/_media/avatar/{account_id}.jpg"


def picture(call: Call) -> Reply:
    from PIL import Image, ImageDraw, ImageFont  # loaded by the first picture

    row = call.tx.one("SELECT id, name FROM accounts WHERE id = ?", call.params["account_id"])
    if row is None:
        return Reply(404, "Not found", {}, "text/plain")
    hue = int(hashlib.sha256(row["id"].encode()).hexdigest()[:4], 16) % 360
    image = Image.new("RGB", (SIDE, SIDE), f"hsl({hue}, 55%, 38%)")
    font = ImageFont.load_default(size=110)
    ImageDraw.Draw(image).text((SIDE / 2, SIDE / 2), row["name"][:1], fill="white", font=font, anchor="mm")
    target = BytesIO()
    image.save(target, "JPEG", quality=85)
    return Reply(200, target.getvalue(), {"cache-control": "public, max-age=3600"}, "image/jpeg")
