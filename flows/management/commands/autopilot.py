"""`python manage.py autopilot VIDEO`: the whole loop in a terminal."""

import json
import logging
import os
import sys
import traceback
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from core import scope
from core.errors import DomainError
from flows import command_host, command_user
from flows.autopilot import FORMATS, Autopilot, Summary, Wishes, check
from platforms import preselected


class Command(BaseCommand):
    """Measure a video, plan, write, render, publish and count, with sensible defaults for all."""

    help = "Run the whole loop on one video: measure, plan, write, render, publish, count."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("video", type=Path, help="The video file.")
        parser.add_argument("--concept", default="", help="What the new clip is about (default: the file's name).")
        usual = ",".join(preselected())
        parser.add_argument("--platforms", default=usual, help="Comma separated (default: %(default)s).")
        parser.add_argument("--formats", default=",".join(FORMATS), help="Comma separated (default: %(default)s).")
        parser.add_argument("--duration", type=float, help="Seconds (default: 30, or the video's own if shorter).")
        parser.add_argument("--out", type=Path, help="Folder for the finished files (default: the present one).")
        parser.add_argument("--email", default="", help="Whose workspace to work in (default: the first person's).")
        parser.add_argument(
            "--visibility",
            choices=["public", "private"],
            default="",
            help="Of the posts (default: public on imitated platforms, private on real ones).",
        )
        parser.add_argument("--json", action="store_true", help="Print the summary as JSON and nothing else.")

    def handle(self, *args: Any, **options: Any) -> None:
        wishes = Wishes(
            path=options["video"],
            concept=options["concept"],
            platforms=_listed(options["platforms"]),
            formats=_listed(options["formats"]),
            duration_s=options["duration"],
            out=options["out"],
            visibility=options["visibility"],
        )
        if settings.ENV.LOG_LEVEL == "INFO":
            logging.getLogger().setLevel(logging.WARNING)
        try:
            check(wishes)
            command_host.settle_address()
            with command_host.hosted():
                summary = self._run(wishes, options)
        except DomainError as error:
            self.stderr.write(f"Error: {error.message}")
            self._end(1)
        except Exception:
            traceback.print_exc()
            self._end(1)
        if options["json"]:
            self.stdout.write(json.dumps(summary.as_json(), indent=2))
        else:
            _print(summary)
        self._end(1 if any(row["state"] != "published" for row in summary.posts) else 0)

    def _end(self, code: int) -> NoReturn:
        """Worker threads of this process may linger; everything that counts is in the database."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)

    def _run(self, wishes: Wishes, options: dict[str, Any]) -> Summary:
        with scope.system("who runs the autopilot"):
            actor, made = command_user.actor_for(options["email"])
        if made and not options["json"]:
            self.stdout.write(
                f"Made the person {command_user.LOCAL_EMAIL}. To look at everything in the browser: "
                f"python manage.py changepassword {command_user.LOCAL_EMAIL}"
            )
        with scope.workspace(actor.workspace_id), _Bars(quiet=options["json"]) as bars:
            return Autopilot(actor, wishes, bars.report).run()


class _Bars:
    """A progress bar for each stage; silent for programs."""

    def __init__(self, *, quiet: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<11}"),
            BarColumn(bar_width=32),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[words]}"),
            console=Console(),
            disable=quiet,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def report(self, stage: str, pct: int, words: str) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=100, words=words)
        self._progress.update(self._tasks[stage], completed=pct, words=words)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _print(summary: Summary) -> None:
    console = Console()
    measured = Table(title="Measured", title_justify="left")
    for column in ("Pattern", "Value", "Level"):
        measured.add_column(column)
    for name, row in summary.measured.items():
        measured.add_row(name.replace("_", " "), row["shown"], row["level"].replace("_", " "))
    console.print(measured)
    files = Table(title="Files", title_justify="left")
    for column in ("Format", "Size", "Duration", "File"):
        files.add_column(column, overflow="fold")
    for row in summary.files:
        files.add_row(row["aspect"], f"{row['width']}×{row['height']}", f"{row['duration_s']:.2f} s", row["path"])
    console.print(files)
    if summary.posts:
        live = Table(title="Published", title_justify="left")
        for column in ("Platform", "Account", "State", "First numbers"):
            live.add_column(column, overflow="fold")
        for row in summary.posts:
            live.add_row(row["platform"], row["account"], row["state"], _numbers(row))
        console.print(live)
        # Outside the table: a wrapped address can neither be clicked nor copied.
        for row in summary.posts:
            console.print(f"{row['platform']}: {row['url'] or row['error']}", soft_wrap=True, highlight=False)
    for sentence in summary.skipped:
        console.print(f"Skipped {sentence}")
    label = " (offline answers)" if summary.offline else ""
    console.print(f"Strategy {summary.strategy_id}{label}\nScript   {summary.script_id}{label}")


def _numbers(row: dict[str, Any]) -> str:
    if row["metrics"] is None:
        return "—"
    return ", ".join(f"{'—' if value is None else value} {name}" for name, value in row["metrics"].items())
