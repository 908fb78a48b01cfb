"""What a start costs: the libraries that only some requests, jobs or child processes need are loaded by those."""

import os
import subprocess
import sys

# Video, pictures, numbers, documents, models, object store, Redis: each costs a start a tenth of a second or more.
HEAVY = (
    "anthropic", "av", "boto3", "botocore", "celery.beat", "channels_redis", "cv2", "docx", "fontTools", "fpdf",
    "google.genai", "numpy", "onnxruntime", "openai", "PIL", "rapidocr", "redis",
)  # fmt: skip
START = f"""
import sys
import config.asgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted(set({HEAVY!r}) & sys.modules.keys()))
"""


def test_the_embedded_product_starts_without_heavy_libraries(tmp_path) -> None:
    services = ("DATABASE_URL", "REDIS_URL", "MODE", "PUBLIC_BASE_URL", "S3_BUCKET")
    kept = {name: value for name, value in os.environ.items() if name not in services}
    done = subprocess.run(
        [sys.executable, "-c", START],
        env={**kept, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
