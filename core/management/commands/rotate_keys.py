"""`python manage.py rotate_keys`: re-encrypt every stored secret with the present `ENCRYPTION_KEY`."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import crypto, key_rotation


class Command(BaseCommand):
    """May be stopped and started again at any moment, and may run while the product works."""

    help = "Re-encrypt every stored secret with ENCRYPTION_KEY; values of ENCRYPTION_KEYS_OLD are opened with those."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Only count, by key; change nothing.")
        parser.add_argument(
            "--batch", type=int, default=key_rotation.BATCH, help="Rows read at a time (default: %(default)s)."
        )

    def handle(self, *args: Any, check: bool = False, batch: int = key_rotation.BATCH, **options: Any) -> None:
        current = crypto.key_id(settings.ENCRYPTION_KEY)
        old = [crypto.key_id(key) for key in settings.ENCRYPTION_KEYS_OLD]
        self.stdout.write(f"Present key {current}; old keys {', '.join(old) or 'none'}.")
        unreadable: list[str] = []
        if not check:
            for column in key_rotation.columns():
                unreadable += self._rotate(column, max(1, batch))
        left = self._count(current)
        for line in unreadable:
            self.stderr.write(line)
        if unreadable:
            raise CommandError(
                f"{len(unreadable)} values could not be opened and stay as they are. Add the key they name to "
                "ENCRYPTION_KEYS_OLD and run this again; where the key is lost, the account must be connected again."
            )
        if left:
            again = "Run rotate_keys." if check else "Something still seals with an old key: restart every process, "
            raise CommandError(f"{left} values need an old key. {again}{'' if check else 'then run this again.'}")
        self.stdout.write(self.style.SUCCESS("Every value is sealed with the present key. Old keys can be removed."))

    def _rotate(self, column: key_rotation.Column, batch: int) -> list[str]:
        report = key_rotation.ColumnReport(column)
        for report in key_rotation.rotate(column, batch=batch):
            self.stdout.write(f"{column}: {report.resealed} re-encrypted …")
        if report.overtaken:
            self.stdout.write(f"{column}: {report.overtaken} were written by the product meanwhile.")
        return report.unreadable

    def _count(self, current: str) -> int:
        """Say which keys are in use, column by column; how many values need an old one."""
        left = 0
        for column in key_rotation.columns():
            counts = key_rotation.by_key(column)
            words = ", ".join(f"{count} by {key or 'no key'}" for key, count in sorted(counts.items()))
            self.stdout.write(f"{column}: {words or 'empty'}")
            left += sum(count for key, count in counts.items() if key != current)
        return left
