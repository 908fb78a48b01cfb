"""What documents say of the platforms' environment variables. `python -m platforms.documents` writes it into them."""

from collections.abc import Iterator
from pathlib import Path

from platforms import CONNECTORS
from platforms.descriptor import Connector, Variable

ROOT = Path(__file__).resolve().parent.parent
_FIRST, _LAST = "platforms: begin", "platforms: end"


def _variables(seen: set[str], connector: Connector) -> Iterator[Variable]:
    for variable in connector.variables:
        if variable.env not in seen:
            seen.add(variable.env)
            yield variable


def example() -> str:
    """The part of `.env.example`: a comment for each variable."""
    lines, seen = [], set[str]()
    for connector in CONNECTORS.values():
        for app in connector.apps:
            for index, name in enumerate(app.credentials):
                lines.append((f"# {name}=", app.help or connector.label if index == 0 else ""))
        for variable in _variables(seen, connector):
            value = variable.default if variable.default and not isinstance(variable.default, bool) else ""
            lines.append((f"# {variable.env}={value}", variable.help))
    return "\n".join(f"{text:<36}# {note}" if note else text for text, note in lines)


def table() -> str:
    """The part of the operator's table: variables and what they mean."""
    rows, seen = [], set[str]()
    for connector in CONNECTORS.values():
        for app in connector.apps:
            names = [
                f"`{name}`" + "".join(f" (or `{other}`)" for other in others)
                for name, others in app.credentials.items()
            ]
            rows.append((", ".join(names), app.help or connector.label))
        rows += [(f"`{variable.env}`", variable.help) for variable in _variables(seen, connector)]
        hosts = [f"`{name}`" for app in connector.apps if not app.like for name in app.addresses.values()]
        rows.append((", ".join(hosts), f"{connector.label}: one base address for each outside host"))
    return "\n".join(f"| {names} | {meaning} |" for names, meaning in [("variable", "meaning"), ("---", "---"), *rows])


PLACES = {".env.example": example, "docs/publishing.md": table}


def with_part(text: str, part: str) -> str:
    """A document with its marked part replaced; the marks are lines of their own."""
    lines = text.split("\n")
    first = next(index for index, line in enumerate(lines) if _FIRST in line)
    last = next(index for index, line in enumerate(lines) if _LAST in line)
    return "\n".join([*lines[: first + 1], part, *lines[last:]])


def write() -> None:
    """Bring every document up to date."""
    for name, part in PLACES.items():
        path = ROOT / name
        path.write_text(with_part(path.read_text(encoding="utf-8"), part()), encoding="utf-8")


if __name__ == "__main__":
    write()
