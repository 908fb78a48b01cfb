"""`manage.py measure FILE [--json]`: the facts of a video file, without a database."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from patterns.measure import LayerName, MeasureError, measure, report


class Command(BaseCommand):
    help = "Measure a video file and print its facts. Needs no database."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--json", action="store_true", help="print the Features as one JSON object")
        parser.add_argument("--ffmpeg", help="another FFmpeg binary, 5.1 or newer")

    def handle(self, *args: Any, **options: Any) -> None:
        shows = sys.stderr.isatty() and not options["json"]

        def progress(layer: LayerName, pct: float) -> None:
            if shows:
                self.stderr.write(f"\r{layer.value:<12}{pct:5.1f} %", ending="\r")

        try:
            features = measure(options["file"], ffmpeg=options["ffmpeg"], progress=progress)
        except MeasureError as error:
            raise CommandError(error.message) from error
        self.stdout.write(features.to_json() if options["json"] else report.text(features))
