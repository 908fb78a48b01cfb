"""Which hosts and app credentials each platform has: the real ones by key, else the sandbox while it is mounted."""

from typing import Any

from config.env import Env

_REAL: dict[str, dict[str, str]] = {
    "tiktok": {
        "auth": "https://www.tiktok.com",
        "api": "https://open.tiktokapis.com",
        "upload": "https://open-upload.tiktokapis.com",
    },
    "youtube": {
        "auth": "https://accounts.google.com",
        "token": "https://oauth2.googleapis.com",
        "api": "https://www.googleapis.com",
        "analytics": "https://youtubeanalytics.googleapis.com",
    },
    "twitter": {"auth": "https://x.com", "api": "https://api.x.com"},
    "linkedin": {"auth": "https://www.linkedin.com", "api": "https://api.linkedin.com"},
    # Pages need an app that LinkedIn has let into its Community Management API: its own credentials, the same hosts.
    "linkedin_pages": {"auth": "https://www.linkedin.com", "api": "https://api.linkedin.com"},
    "blotato": {"api": "https://backend.blotato.com", "files": "https://database.blotato.io"},
    # Instagram Login; Instagram by Facebook Login uses Facebook's entry.
    "instagram": {
        "auth": "https://www.instagram.com",
        "token": "https://api.instagram.com",
        "api": "https://graph.instagram.com",
        "upload": "https://rupload.facebook.com",
    },
    "facebook": {
        "auth": "https://www.facebook.com",
        "api": "https://graph.facebook.com",
        "upload": "https://rupload.facebook.com",
    },
}
# Entries that share another's hosts and, in the sandbox, its credentials.
_LIKE = {"linkedin_pages": "linkedin"}
# Server-issued upload addresses may also lie on hosts of these domains (regional upload hosts).
_ISSUED = {
    "tiktok": (".tiktokapis.com",),
    "youtube": (".googleapis.com",),
    "linkedin": (".linkedin.com",),
    "linkedin_pages": (".linkedin.com",),
    "blotato": (".blotato.io", ".blotato.com"),
}


def platform_settings(env: Env, sandbox_base: str) -> dict[str, dict[str, Any]]:
    """For each platform: `urls` by role, `client_id`, `client_secret`, `sandbox` (whether it is imitated)."""
    result: dict[str, dict[str, Any]] = {}
    for name, hosts in _REAL.items():
        prefix = name.upper()
        if name == "blotato":
            result[name] = _blotato(env, sandbox_base)
            continue
        client_id: str = getattr(env, f"{prefix}_CLIENT_ID")
        like = _LIKE.get(name, name)
        imitated = not client_id and bool(sandbox_base)
        urls = {}
        for role, real in hosts.items():
            given: str = getattr(env, f"{like.upper()}_{role.upper()}_URL")
            urls[role] = given or (f"{sandbox_base}/{real.removeprefix('https://')}" if imitated else real)
        result[name] = {
            "urls": urls,
            "client_id": client_id or (f"sandbox-{like}" if imitated else ""),
            "client_secret": getattr(env, f"{prefix}_CLIENT_SECRET") or (f"sandbox-{like}-secret" if imitated else ""),
            "sandbox": imitated,
            "issued_suffixes": () if imitated else _ISSUED.get(name, ()),
        }
    # A channel's share of the app's day. The imitation has the app's whole day to itself unless a share is asked for.
    shared = env.YOUTUBE_CHANNEL_DAILY_LIMIT
    result["youtube"]["channel_daily_limit"] = shared or (100 if result["youtube"]["sandbox"] else 6)
    result["twitter"] |= {"video_max_mb": env.TWITTER_VIDEO_MAX_MB, "video_max_s": env.TWITTER_VIDEO_MAX_S}
    for name in ("linkedin", "linkedin_pages"):
        analytics = env.LINKEDIN_MEMBER_ANALYTICS or result[name]["sandbox"]
        result[name] |= {"version": env.LINKEDIN_VERSION, "member_analytics": analytics}
    for name in ("instagram", "facebook"):
        result[name]["version"] = env.META_GRAPH_VERSION
    result["youtube"]["daily_inserts"] = env.YOUTUBE_DAILY_INSERTS or 100
    return result


def _blotato(env: Env, sandbox_base: str) -> dict[str, Any]:
    """No app and no consent page: people paste their own key, or use the operator's."""
    imitated = not env.BLOTATO_API_KEY and bool(sandbox_base)
    given = {"api": env.BLOTATO_API_URL, "files": env.BLOTATO_FILES_URL}
    urls = {
        role: given[role] or (f"{sandbox_base}/{real.removeprefix('https://')}" if imitated else real)
        for role, real in _REAL["blotato"].items()
    }
    return {
        "urls": urls,
        "client_id": "",
        "client_secret": "",
        "api_key": env.BLOTATO_API_KEY,
        "sandbox": imitated,
        "issued_suffixes": () if imitated else _ISSUED["blotato"],
    }
