#!/usr/bin/env python
"""Django's command line."""

import os
import sys
from argparse import ArgumentParser


def take_address(arguments: list[str]) -> None:
    """Let `up --host H --port P` set HOST and PORT: the settings make links of them, so they must know them first."""
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    for name in ("host", "port"):
        parser.add_argument(f"--{name}")
    for name, value in vars(parser.parse_known_args(arguments)[0]).items():
        if value:
            os.environ[name.upper()] = value


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["up"]:
        take_address(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
