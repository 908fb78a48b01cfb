"""All settings of the product. The mode follows from the environment alone; see `config.env`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext

import platforms
from config import env as environment
from config.csp import content_security_policy
from config.platforms import platform_settings
from config.stores import database, file_store

django_stubs_ext.monkeypatch()

ENV = environment.load()
BASE_DIR = environment.BASE_DIR
VAR_DIR: Path = ENV.VAR_DIR
EMBEDDED = ENV.embedded
TESTING = "pytest" in sys.modules

DEBUG = ENV.DEBUG
SECRET_KEY = ENV.kept_secret("SECRET_KEY")
ENCRYPTION_KEY: bytes = environment.decode_key(ENV.kept_secret("ENCRYPTION_KEY"))
ENCRYPTION_KEYS_OLD: list[bytes] = [environment.decode_key(key) for key in ENV.ENCRYPTION_KEYS_OLD]
PUBLIC_BASE_URL = ENV.base_url
_public = urlsplit(PUBLIC_BASE_URL)
HTTPS = _public.scheme == "https"
ALLOWED_HOSTS = ENV.ALLOWED_HOSTS or (
    [_public.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"] if EMBEDDED else [_public.hostname or ""]
)
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
TRUSTED_PROXIES = ENV.TRUSTED_PROXIES

# The layers, lowest first.
HOUSE = [
    "core", "accounts", "jobs", "media", "notifications", "ai", "documents", "videos", "patterns", "strategies",
    "scripts_app", "editing", "publishing", "library", "analytics", "webhooks", "flows", "pages",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.apps.StaticConfig",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "csp",
    "axes",
    "django_htmx",
    "django_cotton",
    "django_celery_beat",
    "social_django",
    *HOUSE,
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.streaming.StaticMiddleware",
    "core.compression.PageCompression",
    "corsheaders.middleware.CorsMiddleware",
    "core.middleware.RequestContext",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "media.body_limit.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActorMiddleware",
    "core.middleware.CleanText",
    "pages.middleware.PageMiddleware",
    "pages.middleware.ToastMiddleware",
    "axes.middleware.AxesMiddleware",
]


ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

_context_processors = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "pages.page_frame.shell",
]

_loaders: list[Any] = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": _context_processors,
            "loaders": _loaders if DEBUG else [("django.template.loaders.cached.Loader", _loaders)],
            "builtins": ["django_cotton.templatetags.cotton", "pages.templatetags.components"],
        },
    }
]
FORM_RENDERER = "pages.forms.renderer.Renderer"


DATABASES = {"default": database(ENV, VAR_DIR, pooled=not TESTING)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if EMBEDDED:
    VAR_DIR.mkdir(parents=True, exist_ok=True)

CACHES = {
    "default": (
        {
            "BACKEND": "core.cache.DegradingRedisCache",
            "LOCATION": ENV.REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
        if ENV.REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# Broker, workers, events
CELERY_BROKER_URL = ENV.REDIS_URL or "memory://localhost"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Forever: a worker that gave up would be dead until somebody restarts it.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "jobs.beat_scheduler:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
DJANGO_CELERY_BEAT_TZ_AWARE = True
# Empty: pages and jobs are in one process.
EVENTS_REDIS_URL = ENV.REDIS_URL

# People
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/dashboard/"
LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.AddressBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_RESET_TIMEOUT = 3600
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "core.client_address.network"
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "accounts.lockout.lockout"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_FAILURE_VIEW = "core.views.csrf_failure"

# Transport and headers
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CORS_ALLOWED_ORIGINS = ENV.CORS_ORIGINS
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept", "authorization", "content-type", "idempotency-key", "prefer", "x-csrftoken", "x-workspace",
    "tus-resumable", "upload-length", "upload-offset", "upload-metadata", "upload-checksum",
]  # fmt: skip
CORS_EXPOSE_HEADERS = [
    "Location", "Retry-After", "Tus-Resumable", "Upload-Offset", "Upload-Length", "Upload-Expires", "Upload-Media",
    "Upload-Video",
]  # fmt: skip

# Platforms, models and other outside hosts
SANDBOX_MOUNTED = EMBEDDED and not ENV.real_platform_keys and not ENV.SANDBOX_URL
SANDBOX_BASE = ENV.SANDBOX_URL or (f"{PUBLIC_BASE_URL}/sandbox" if SANDBOX_MOUNTED else "")
PLATFORMS = platform_settings(ENV, SANDBOX_BASE)
TRUSTED_OUTSIDE_URLS = [
    *(url for platform in PLATFORMS.values() for url in platform["urls"].values()),
    ENV.S3_ENDPOINT_URL, ENV.OPENAI_BASE_URL, ENV.GEMINI_BASE_URL, ENV.ANTHROPIC_BASE_URL, SANDBOX_BASE,
]  # fmt: skip
WEBHOOK_TRUSTED_URLS = ENV.WEBHOOK_TRUSTED_URLS
CONTENT_SECURITY_POLICY = content_security_policy(PLATFORMS, ENV)

# Files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [path for path in (BASE_DIR / "frontend" / "dist",) if path.is_dir()]
MEDIA_ROOT = VAR_DIR / "media"
USE_S3 = bool(ENV.S3_BUCKET)


STORAGES: dict[str, dict[str, Any]] = {
    "default": file_store(ENV, MEDIA_ROOT),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TESTING or DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = TESTING or DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
# Pages name only those; without the plain copies collecting takes half the time and space.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MAX_UPLOAD_BYTES = ENV.MAX_UPLOAD_MB * 1024 * 1024
STORAGE_QUOTA_BYTES = ENV.STORAGE_QUOTA_GB * 1024**3
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "tmp"
WORK_DIR = VAR_DIR / "work"
for _folder in (FILE_UPLOAD_TEMP_DIR, WORK_DIR, STATIC_ROOT):
    _folder.mkdir(parents=True, exist_ok=True)
FFMPEG_BINARY = ENV.FFMPEG_BINARY
VIDEO_RETENTION_DAYS = ENV.VIDEO_RETENTION_DAYS

# Mail
DEFAULT_FROM_EMAIL = ENV.DEFAULT_FROM_EMAIL
OPERATOR_EMAILS = ENV.OPERATOR_EMAILS
if ENV.EMAIL_URL:
    _mail = urlsplit(ENV.EMAIL_URL)
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or (465 if _mail.scheme == "smtps" else 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(VAR_DIR / "mail")

# Language and time
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.EnforcedSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer", "core.renderers.BrowsableRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "core.pagination.PageLimitPagination",
    "PAGE_SIZE": 20,
    "EXCEPTION_HANDLER": "core.api.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "config.openapi.OperationSchema",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_METADATA_CLASS": None,  # the schema describes; OPTIONS is for CORS and tus
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttles.UserThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "1200/min", "anon": "120/min", "auth": "20/min", "generate": "30/min"},
    "UPLOADED_FILES_USE_URL": False,
    "URL_FORMAT_OVERRIDE": None,
}
if TESTING:
    REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"] = []
    # Collected files may be replaced by a running product while tests read them.
    MIDDLEWARE.remove("core.streaming.StaticMiddleware")
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "UPDATE_LAST_LOGIN": False,
    "SIGNING_KEY": SECRET_KEY,
    "USER_ID_FIELD": "id",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ElevoAI API",
    "DESCRIPTION": "From raw video to measured results: analyse, plan, render, publish, learn.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},  # its links stand inside of buttons
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SORT_OPERATIONS": False,
    "PREPROCESSING_HOOKS": ["config.openapi.without_aliases"],
    # Choices that several fields of one name share, or that share a field's name with others.
    "ENUM_NAME_OVERRIDES": {
        "PlatformEnum": platforms.choices(),
        "PlatformNameEnum": platforms.names(),
        "EditPlatformEnum": list(platforms.PLATFORMS),
        "LibraryTypeEnum": "library.input_serializers.TYPES",
        "EditStateEnum": "editing.models.Edit.State",
        "AnalysisStateEnum": "patterns.models.Analysis.State",
        "DocumentStatusEnum": "documents.models.Document.Status",
        "VideoStatusEnum": "videos.models.Video.Status",
        "WebhookEndpointStatusEnum": "webhooks.models.EndpointState",
        "WebhookEndpointStatusWishEnum": ["active", "paused"],
        "WebhookDeliveryStatusEnum": "webhooks.models.DeliveryState",
    },
}

# auth.W004: `accounts.backends` finds people of an address that several gave, so addresses need not be unique.
SILENCED_SYSTEM_CHECKS = ["axes.W004", "auth.W004"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "core.logging.RedactFilter"}, "outage": {"()": "core.logging.OutageFilter"}},
    "formatters": {
        "plain": {"()": "core.logging.PlainFormatter", "format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
        "json": {"()": "core.logging.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain" if EMBEDDED else "json",
            "filters": ["redact"],
        }
    },
    "root": {"handlers": ["console"], "level": ENV.LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR", "filters": ["outage"]},
        "httpx": {"level": "WARNING"},
        "httpx2": {"level": "WARNING"},
        "google_genai": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "fpdf": {"level": "ERROR"},
        "httpcore": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        # The server brings handlers of its own, which would write paths and tracebacks as they are.
        "uvicorn": {"handlers": [], "propagate": True},
        "uvicorn.access": {"handlers": [], "propagate": True, "level": "WARNING"},
        "uvicorn.error": {"handlers": [], "propagate": True, "level": "WARNING"},
        "celery": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
