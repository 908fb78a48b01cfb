"""What the documentation names exists, and the figures that it quotes are those of the code."""

import os
import re
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from accounts import rate_limits
from accounts.services import registration, workspaces
from ai import purposes, similarity, wait_for_job
from analytics.learning import scores
from config.env import Env
from core import retention
from editing import sound, verify
from editing.planners import pauses
from flows import monitoring
from jobs import conf, runner
from jobs.consumers import AppConsumer
from media import body_limit, picture, resumable_uploads, signed_urls, upload_checks
from notifications.services import outbox
from patterns.meaning import contradictions, frames
from publishing.services import targets

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"benchmarks", "sandbox"}
NOT_OURS = {"node_modules", "dist", "__pycache__", ".git", ".venv", "var", "staticfiles"}
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w./-]+\.(?:py|js|mjs|css|html|json|md|toml|txt|in|yaml|sql)")
DOTTED = re.compile(r"([a-z_]+(?:\.\w+)+)(?:\(.*\))?")


@cache
def files() -> tuple[str, ...]:
    """Every file of ours from the root, with a slash before it."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        found += [f"/{Path(folder, name).relative_to(ROOT)}" for name in names]
    return tuple(found)


@cache
def source() -> str:
    """All code but the tests': names of jobs, alarms and hosts are strings there."""
    ours = (name for name in files() if name.endswith(".py") and not name.startswith("/tests/"))
    return "\n".join((ROOT / name[1:]).read_text() for name in ours)


def quoted(page: Path) -> list[str]:
    """What a page sets as code; not what a table of moved things names as the former place."""
    kept, moved = [], False
    for line in re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL).splitlines():
        if line.startswith("#"):
            moved = "moved" in line.lower()
        kept.append(re.sub(r"^\|[^|]*\|", "|", line) if moved else line)
    return CODE.findall("\n".join(kept))


def is_there(name: str) -> bool:
    """Whether a dotted name is a module, something in one, a model, or a word of the code."""
    if name in source() or (name.count(".") == 1 and name.split(".")[1] in {one.__name__ for one in apps.get_models()}):
        return True
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:size]))
        except ModuleNotFoundError:
            continue
        for part in parts[size:]:
            if not hasattr(found, part):
                return part in getattr(found, "__annotations__", {})
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_file_that_a_page_names_exists(page):
    missing = [
        text for text in quoted(page) if FILE.fullmatch(text) and not any(name.endswith(f"/{text}") for name in files())
    ]
    assert not missing, missing


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_name_of_code_that_a_page_gives_exists(page):
    missing = []
    for text in quoted(page):
        match = DOTTED.fullmatch(text)
        if match and text.split(".")[0] in PACKAGES and not FILE.fullmatch(text) and not is_there(match.group(1)):
            missing.append(text)
    assert not missing, missing


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_link_to_another_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing, missing


def test_every_command_that_a_page_gives_is_in_the_makefile():
    known = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {(page.name, name) for page in DOCS for name in re.findall(r"`make ([a-z0-9-]+)", page.read_text())}
    assert named
    assert not {(page, name) for page, name in named if name not in known}


MAILS, SIGN_UPS, ADDRESSES = (
    rate_limits.MAILS_OF_CLIENT,
    rate_limits.SIGN_UPS_OF_CLIENT,
    rate_limits.SIGN_UPS_OF_ADDRESS,
)
SIGN_INS, GUESSES, INVITATIONS = (
    rate_limits.SIGN_INS_OF_CLIENT,
    rate_limits.GUESSES_OF_PERSON,
    rate_limits.INVITATIONS_OF_PERSON,
)


def default(name: str) -> object:
    return Env.model_fields[name].default


# A figure in the documentation as the code has it: the page, and the words with the figure in them.
FIGURES = [
    ("jobs.md", f"| lease | {conf.lease_s():g} s;"),
    ("jobs.md", f"every {conf.heartbeat_s():g} s and looks every {conf.cancel_poll_s():g} s whether"),
    ("jobs.md", f"until nothing is due or {conf.work_s():g} s have passed"),
    ("jobs.md", "tried again after {:g}, {:g} and {:g} minutes".format(*(s / 60 for s in conf.retry_delays_s()))),
    ("jobs.md", f"`JOBS_SHUTDOWN_GRACE_S` ({conf.shutdown_grace_s():g} s)"),
    ("jobs.md", f"every worker process looks every {conf.poll_s():g} s itself"),
    ("README.md", f"| {default('MAX_UPLOAD_MB')}, {default('STORAGE_QUOTA_GB')}, {default('VIDEO_RETENTION_DAYS')},"),
    ("videos.md", f"`MAX_UPLOAD_MB` (default {default('MAX_UPLOAD_MB')})"),
    ("videos.md", f"`STORAGE_QUOTA_GB` (default {default('STORAGE_QUOTA_GB')})"),
    ("videos.md", f"Chunks of {resumable_uploads.CHUNK_BYTES // 1024**2} MiB"),
    ("videos.md", f"It expires {resumable_uploads.UPLOAD_LIFETIME / timedelta(hours=1):g} hours after its last chunk"),
    ("videos.md", f"the expiry ({signed_urls.URL_LIFETIME / timedelta(hours=1):g} h)"),
    ("media.md", f"in chunks of {resumable_uploads.CHUNK_BYTES // 1024**2} MiB"),
    ("media.md",
     f"at most {upload_checks._IMAGE_MOST_BYTES // 1024**2} MB and {picture.MAX_PIXELS // 10**6} million pixels"),
    ("ai.md", f"a similarity of {similarity.THRESHOLD}"),
    ("ai.md", f"`AI_TIMEOUT_S` | how long a call may take, {default('AI_TIMEOUT_S'):g} |"),
    ("editing.md", f"Long pauses ({pauses.LONG_PAUSE_S} s and more)"),
    ("editing.md", f"cuts with {1000 * sound._DECLICK_S:g} ms fades"),
    ("editing.md", f"length within {verify._DURATION_TOLERANCE_S} s"),
    ("jobs.md", "{:g} to {:g} s at a time".format(*runner._OUTAGE_WAIT_S)),
    ("jobs.md", f"every {AppConsumer.recheck_s:g} s: three queries"),
    ("operating.md", "jobs wait {:g} to {:g} s between tries".format(*runner._OUTAGE_WAIT_S)),
    ("operating.md", f"Each web process looks every {monitoring.EVERY_S:g} s"),
    ("operating.md", f"| anybody | {body_limit.VISITOR_BYTES // 1024} KB |"),
    ("operating.md", f"forms and JSON | {body_limit.PERSON_BYTES // 1024**2} MB |"),
    ("operating.md", f"pauses for {body_limit.LONGEST_PAUSE_S:g} s"),
    ("operating.md", f"slower than {body_limit.LEAST_BYTES_PER_S} bytes a second"),
    ("operating.md", f"| {settings.AXES_FAILURE_LIMIT}, then {settings.AXES_COOLOFF_TIME.seconds // 60} minutes"),
    ("operating.md", f"{SIGN_INS.most} in {SIGN_INS.seconds // 60} minutes |"),
    ("operating.md", f"asks for | {MAILS.most} an hour |"),
    ("operating.md", f"whoever asks | {outbox.MOST_AN_HOUR} an hour |"),
    ("operating.md", f"| {SIGN_UPS.most} an hour; {ADDRESSES.most} a day |"),
    ("operating.md", f"{GUESSES.most} in {GUESSES.seconds // 60} minutes |"),
    ("operating.md", f"| {INVITATIONS.most} an hour |"),
    ("operating.md", f"kept for {outbox.KEEP_NOTICES.days} days, records of mails for {outbox.KEEP_MAILS.days}"),
    ("ai.md", f"expires ({purposes.Purpose.__dataclass_fields__['keeps_for'].default.days} days unless"),
    ("ai.md", f"longer than {wait_for_job.WAIT_S:g} s or"),
    ("ai.md", f"Deleting is undone for {retention.IN_TRASH.days} days"),
    ("documents.md", f"erased {retention.IN_TRASH.days} days after"),
    ("videos.md", f"after {retention.IN_TRASH.days} days, with files"),
    ("learning.md", f"below {scores.MIN_POSTS} posts"),
    ("learning.md", f"fewer than {scores.MIN_PER_LEVEL} posts with or without the level"),
    ("guide.md", f"Below {scores.MIN_POSTS} posts, or with fewer than {scores.MIN_PER_LEVEL} posts"),
    ("guide.md", f"up to {default('MAX_UPLOAD_MB')} MB"),
    ("patterns.md", f"at least {scores.MIN_POSTS} posts, at least {scores.MIN_PER_LEVEL} with and"),
    ("patterns.md", f"one every {frames.EVERY_S:g} s, further apart in videos that would give more than {frames.MOST}"),
    ("patterns.md", f"at most {frames.SIDE} points wide or high"),
    ("patterns.md", f"a moment has {contradictions.SLACK_S:g} s of slack"),
    ("publishing.md", f"failed by a fault of ours within {targets._LATELY.days} days"),
    ("publishing.md", f"signed, valid for {signed_urls.URL_LIFETIME / timedelta(hours=1):g} hours"),
]  # fmt: skip

# The same for what pages and mails say.
WORDS = {0: "none", 1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
SENTENCES = [
    ("documents/list.html", f"It is erased after {retention.IN_TRASH.days} days."),
    ("videos/_list.html", f"stay here for {retention.IN_TRASH.days} days"),
    ("notices/notices.html", f"kept for {outbox.KEEP_NOTICES.days} days"),
    ("media/index.html", f"GIF up to {upload_checks._IMAGE_MOST_BYTES // 1024**2} MB"),
    ("analytics/analytics.html", f"below {scores.MIN_POSTS} posts"),
    ("pages/landing.html", f"at least {scores.MIN_POSTS}, and {WORDS[scores.MIN_PER_LEVEL]} for each variant"),
    ("pages/landing.html", f"expire after {signed_urls.URL_LIFETIME / timedelta(hours=1):g} hours"),
    ("account/password_reset_sent.html", f"within {WORDS[settings.PASSWORD_RESET_TIMEOUT // 3600]} hour"),
    ("mail/password_reset.txt", f"within {WORDS[settings.PASSWORD_RESET_TIMEOUT // 3600]} hour"),
    ("mail/verify_email.txt", f"valid for {WORDS[registration.VERIFY_MAX_AGE_S // (24 * 3600)]} days"),
    ("mail/change_email.txt", f"valid for {WORDS[registration.VERIFY_MAX_AGE_S // (24 * 3600)]} days"),
    ("settings/team.html", f"valid for {['', 'a week'][workspaces.INVITATION_LIFE // timedelta(days=7)]}"),
]


@pytest.mark.parametrize(("name", "words"), FIGURES)
def test_a_figure_in_the_documentation_is_that_of_the_code(name, words):
    (page,) = [page for page in DOCS if page.name == name]
    assert words in " ".join(page.read_text().split())


@pytest.mark.parametrize(("name", "words"), SENTENCES)
def test_a_figure_on_a_page_is_that_of_the_code(name, words):
    assert words in " ".join((ROOT / "templates" / name).read_text().split())
