"""The environment, typed. A wrong or unsafe value ends the start with a sentence that names the variable."""

import base64
import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, create_model, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

import platforms

BASE_DIR = Path(__file__).resolve().parent.parent

Csv = Annotated[list[str], NoDecode]


class MisconfiguredError(SystemExit):
    """Ends the start: what is wrong with which variable."""


def _platform_variables() -> dict[str, Any]:
    """For each app of a platform its credentials and one base URL for each host; for each platform its own variables.

    An empty URL means the real host, or the sandbox while it is mounted.
    """
    found: dict[str, Any] = {}
    for connector in platforms.CONNECTORS.values():
        for app in connector.apps:
            for name, others in app.credentials.items():
                found[name] = (str, Field(default="", validation_alias=AliasChoices(name, *others)))
            found |= dict.fromkeys(app.addresses.values(), (str, ""))
        for variable in connector.variables:
            limits = Field(
                default=variable.default, ge=variable.minimum, le=variable.maximum, pattern=variable.pattern or None
            )
            found[variable.env] = (type(variable.default), limits)
    return found


PlatformVariables: Any = create_model("PlatformVariables", __base__=BaseSettings, **_platform_variables())


class Env(PlatformVariables):
    """Every variable the product reads. Empty means: not set, use the embedded default."""

    model_config = SettingsConfigDict(env_file=BASE_DIR / ".env", extra="ignore", env_ignore_empty=True)

    # Mode
    MODE: Literal["", "embedded", "production"] = ""
    DEBUG: bool = False
    VAR_DIR: Path = BASE_DIR / "var"
    PORT: int = Field(default=8000, ge=1, le=65535)
    HOST: str = "127.0.0.1"
    # How many proxies stand in front and append to X-Forwarded-For; 0: none, the header is not believed
    TRUSTED_PROXIES: int = Field(default=0, ge=0, le=8)
    PUBLIC_BASE_URL: str = ""
    ALLOWED_HOSTS: Csv = []
    CORS_ORIGINS: Csv = []
    # Where webhooks may go although it is no public address, or not https: services beside this product
    WEBHOOK_TRUSTED_URLS: Csv = []
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # Secrets
    SECRET_KEY: str = ""
    ENCRYPTION_KEY: str = ""
    ENCRYPTION_KEYS_OLD: Csv = []

    # Services
    DATABASE_URL: str = ""
    REDIS_URL: str = ""
    EMAIL_URL: str = ""
    # Who is written to when something is wrong; empty: the superusers
    OPERATOR_EMAILS: Csv = []
    DEFAULT_FROM_EMAIL: str = "ElevoAI <no-reply@localhost>"

    # Files
    S3_ENDPOINT_URL: str = ""
    S3_BUCKET: str = ""
    S3_ACCESS_KEY: str = ""
    S3_SECRET_KEY: str = ""
    S3_REGION: str = "us-east-1"
    MAX_UPLOAD_MB: int = Field(default=500, ge=1, le=10_240)
    STORAGE_QUOTA_GB: int = Field(default=20, ge=1)
    VIDEO_RETENTION_DAYS: int = Field(default=7, ge=1)
    FFMPEG_BINARY: str = ""

    # Models
    OPENAI_API_KEY: str = ""
    OPENAI_BASE_URL: str = ""
    GEMINI_API_KEY: str = ""
    GEMINI_BASE_URL: str = ""
    ANTHROPIC_API_KEY: str = ""
    ANTHROPIC_BASE_URL: str = ""
    AI_TEXT_MODEL: str = ""
    AI_VISION_MODEL: str = ""
    AI_TIMEOUT_S: float = Field(default=60.0, ge=1, le=600)
    AI_MONTHLY_BUDGET_USD: float = Field(default=0.0, ge=0)
    AI_PRICES: Annotated[dict[str, tuple[float, float]], NoDecode] = {}

    # Platforms: beside the variables of `PlatformVariables`
    SANDBOX_URL: str = ""

    @field_validator(
        "ALLOWED_HOSTS", "CORS_ORIGINS", "ENCRYPTION_KEYS_OLD", "OPERATOR_EMAILS", "WEBHOOK_TRUSTED_URLS", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("AI_PRICES", mode="before")
    @classmethod
    def _prices(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError('must be JSON like {"model": [1.25, 10]}: USD per million tokens in and out') from None

    @field_validator("CORS_ORIGINS", "WEBHOOK_TRUSTED_URLS")
    @classmethod
    def _origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            parts = urlsplit(origin)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
                raise ValueError(f"{origin!r} is not an origin like https://app.example.com")
        return value

    @field_validator("DATABASE_URL")
    @classmethod
    def _database(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgres", "postgresql"):
            raise ValueError("must start with postgresql:// (leave it empty for the embedded SQLite)")
        return value

    @field_validator("REDIS_URL")
    @classmethod
    def _redis(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("redis", "rediss"):
            raise ValueError("must start with redis:// or rediss://")
        return value

    @field_validator("PUBLIC_BASE_URL", "S3_ENDPOINT_URL", "SANDBOX_URL")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).netloc):
            raise ValueError("must be a web address like https://app.example.com")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _together(self) -> "Env":
        if self.production:
            self._production_secrets()
        if bool(self.S3_BUCKET) != bool(self.S3_ACCESS_KEY and self.S3_SECRET_KEY):
            raise ValueError("S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY belong together: set all three or none.")
        for app in platforms.apps():
            if len({bool(getattr(self, name)) for name in app.credentials}) > 1:
                raise ValueError(f"{' and '.join(app.credentials)} belong together: set both or none.")
        if self.ENCRYPTION_KEY:
            decode_key(self.ENCRYPTION_KEY)
        for key in self.ENCRYPTION_KEYS_OLD:
            decode_key(key, "ENCRYPTION_KEYS_OLD")
        return self

    def _production_secrets(self) -> None:
        if self.DEBUG:
            raise ValueError("DEBUG must be off in production: it shows settings and code to visitors.")
        if len(self.SECRET_KEY) < 32:
            raise ValueError("SECRET_KEY must be set in production, at least 32 characters long.")
        if not self.ENCRYPTION_KEY:
            raise ValueError("ENCRYPTION_KEY must be set in production: it seals the platforms' tokens.")
        if not self.REDIS_URL:
            raise ValueError("REDIS_URL must be set in production: web and workers talk through it.")
        if not self.PUBLIC_BASE_URL:
            raise ValueError("PUBLIC_BASE_URL must be set in production: platforms call back to it.")
        if not self.ALLOWED_HOSTS and not self.PUBLIC_BASE_URL:
            raise ValueError("ALLOWED_HOSTS must name the hosts this product answers to.")

    @property
    def production(self) -> bool:
        """Production whenever a database or broker outside is named, or MODE says so."""
        if self.MODE:
            return self.MODE == "production"
        return bool(self.DATABASE_URL or self.REDIS_URL)

    @property
    def embedded(self) -> bool:
        return not self.production

    @cached_property
    def base_url(self) -> str:
        """Where people reach the product."""
        if self.PUBLIC_BASE_URL:
            return self.PUBLIC_BASE_URL
        host = "localhost" if self.HOST in ("0.0.0.0", "127.0.0.1") else self.HOST  # noqa: S104
        return f"http://{host}:{self.PORT}"

    @property
    def real_platform_keys(self) -> bool:
        """Whether an operator's key of any real platform is set; the sandbox is never mounted then."""
        return any(getattr(self, name) for app in platforms.apps() for name in app.credentials)

    def kept_secret(self, name: str) -> str:
        """A variable's value, or in embedded mode one made once in VAR_DIR with mode 600."""
        given: str = getattr(self, name)
        if given:
            return given
        path = self.VAR_DIR / f"{name.lower()}.secret"
        if path.exists():
            return path.read_text().strip()
        self.VAR_DIR.mkdir(parents=True, exist_ok=True)
        value = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        made = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(value)
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
        return path.read_text().strip()


def decode_key(text: str, name: str = "ENCRYPTION_KEY") -> bytes:
    """32 bytes from 32 characters, 64 hex digits or base64; AES-256 takes nothing else."""
    if len(text.encode()) == 32:
        return text.encode()
    for decode in (bytes.fromhex, lambda value: base64.urlsafe_b64decode(value.replace("+", "-").replace("/", "_"))):
        try:
            raw = decode(text)
        except ValueError:
            continue
        if len(raw) == 32:
            return raw
    raise ValueError(f"{name} must be exactly 32 bytes: 32 characters, 64 hex digits, or base64 of 32 bytes.")


def load() -> Env:
    """Read and judge the environment; ends the process with sentences that name the variables."""
    try:
        return Env()
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            where = str(problem["loc"][0]) if problem["loc"] else ""
            what = problem["msg"].removeprefix("Value error, ")
            lines.append(f"  {where}: {what}" if where and not what.startswith(where) else f"  {what}")
        raise MisconfiguredError("The configuration is not usable:\n" + "\n".join(lines)) from None
