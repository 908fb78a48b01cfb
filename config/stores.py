"""The database and the store of files that the environment names."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from config.env import Env


def database(env: Env, var_dir: Path, *, pooled: bool) -> dict[str, Any]:
    """PostgreSQL by `DATABASE_URL`, else the file below `var/`."""
    if not env.DATABASE_URL:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": var_dir / "db.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-16000",
            },
            "TEST": {"NAME": var_dir / "test.sqlite3"},
        }
    parts = urlsplit(env.DATABASE_URL)
    options: dict[str, Any] = {}
    if "sslmode=" in parts.query:
        options["sslmode"] = dict(pair.split("=", 1) for pair in parts.query.split("&"))["sslmode"]
    if pooled:
        options["pool"] = {"min_size": 1, "max_size": 16, "timeout": 20}
        # A server that vanished without a goodbye is noticed within half a minute, not after two hours.
        options |= {"connect_timeout": 3, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
        options["tcp_user_timeout"] = 20_000
    return {
        "ENGINE": "core.db.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        "OPTIONS": options,
    }


def file_store(env: Env, folder: Path) -> dict[str, Any]:
    """A bucket by `S3_BUCKET`, else a folder."""
    if not env.S3_BUCKET:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}}
    from botocore.config import Config  # slow to load, and only this store needs it

    # `media.stores.s3` decides itself when a call is tried again.
    client = Config(signature_version="s3v4", connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 1})
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.S3_BUCKET,
            "endpoint_url": env.S3_ENDPOINT_URL or None,
            "access_key": env.S3_ACCESS_KEY,
            "secret_key": env.S3_SECRET_KEY,
            "region_name": env.S3_REGION,
            "client_config": client,
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": True,
        },
    }
