"""An FFmpeg command line with a filter graph, built in the order of its streams.

Only numbers and names chosen in this app go into a graph; every value is escaped all the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Stream:
    """One pad of a graph: a stream of an input, or what a filter gives. It has exactly one reader."""

    graph: "Graph"
    label: str

    def filter(self, name: str, *values: Any, **options: Any) -> "Stream":
        """The stream behind a filter."""
        return self.graph.filter([self], name, *values, **options)

    def split(self, name: str, count: int) -> list["Stream"]:
        """The stream once for each of `count` readers, by `split` or `asplit`."""
        return [self] if count == 1 else self.graph.spread([self], name, count, count)


class Graph:
    """Inputs, filters and outputs of one command, in the order in which they were added."""

    def __init__(self) -> None:
        self._inputs: list[str] = []
        self._filters: list[str] = []
        self._outputs: list[str] = []
        self._opened = self._pads = 0

    def input(self, name: str, selector: int | str | None, **options: Any) -> Stream:
        """One stream of a file: by its index, or `a` for the sound."""
        self._inputs += [*_arguments(options), "-i", name]
        self._opened += 1
        return Stream(self, f"{self._opened - 1}:{selector}")

    def filter(self, streams: Sequence[Stream], name: str, *values: Any, **options: Any) -> Stream:
        """What one filter makes of some streams."""
        return self.spread(streams, name, 1, *values, **options)[0]

    def spread(self, streams: Sequence[Stream], name: str, count: int, *values: Any, **options: Any) -> list[Stream]:
        """The `count` streams that one filter gives."""
        made = [Stream(self, f"s{self._pads + number}") for number in range(count)]
        self._pads += count
        parts = [*map(_escaped, values), *(f"{key}={_escaped(value)}" for key, value in options.items())]
        arguments = "=" + ":".join(parts) if parts else ""
        self._filters.append(f"{_labels(streams)}{name}{arguments}{_labels(made)}")
        return made

    def output(self, streams: Sequence[Stream], name: str, **options: Any) -> None:
        """A file of these streams."""
        for stream in streams:
            self._outputs += ["-map", f"[{stream.label}]"]
        self._outputs += [*_arguments(options), name]

    def arguments(self) -> list[str]:
        """All of it, for FFmpeg's command line."""
        return [*self._inputs, "-filter_complex", ";".join(self._filters), *self._outputs]


def _labels(streams: Sequence[Stream]) -> str:
    return "".join(f"[{stream.label}]" for stream in streams)


def _arguments(options: dict[str, Any]) -> list[str]:
    """`{"t": 2, "vn": None}` → `-t 2 -vn`."""
    found: list[str] = []
    for name, value in options.items():
        found += [f"-{name}"] if value is None else [f"-{name}", str(value)]
    return found


def _escaped(value: Any) -> str:
    """Once for the filter's options, once for the graph around them (FFmpeg: “Notes on filtergraph escaping”)."""
    return re.sub(r"([\\'\[\],;])", r"\\\1", re.sub(r"([\\':])", r"\\\1", str(value)))
