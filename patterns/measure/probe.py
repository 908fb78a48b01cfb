"""What is measured: a file with a film, as `videofile` describes it. What is no readable video is refused here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from videofile import probe as videofile
from videofile.probe import Film, ProbeError, Sound

from .errors import MeasureCode, MeasureError

ASPECTS = {"9:16": 9 / 16, "2:3": 2 / 3, "3:4": 3 / 4, "4:5": 4 / 5, "1:1": 1.0, "5:4": 5 / 4, "4:3": 4 / 3}
ASPECTS |= {"3:2": 3 / 2, "16:9": 16 / 9, "2:1": 2.0, "21:9": 21 / 9}


@dataclass(frozen=True)
class Probe:
    path: Path
    container: str
    start_us: int  # zero of all times on the file's own clock
    film: Film
    sound: Sound | None

    @property
    def duration_s(self) -> float:
        """Usable: to the end of the last picture; 0 when not one packet is there."""
        return self.film.timing.end_s

    @property
    def fps(self) -> float:
        """Pictures a second at the usual interval, else on average."""
        return self.film.fps or self.film.average_fps

    @property
    def aspect_ratio(self) -> float:
        return self.film.width / self.film.height

    @property
    def aspect(self) -> str:
        name, ratio = min(ASPECTS.items(), key=lambda item: abs(item[1] / self.aspect_ratio - 1))
        return name if abs(ratio / self.aspect_ratio - 1) <= 0.02 else f"{self.aspect_ratio:.2f}:1"


def probe(path: Path) -> Probe:
    """Raises MeasureError for anything that is not a readable video file."""
    if not path.is_file():
        raise MeasureError(MeasureCode.NOT_FOUND, f"There is no file called {path.name}.")
    if path.stat().st_size == 0:
        raise MeasureError(MeasureCode.EMPTY, "This file is empty (0 bytes). Upload it again.")
    try:
        facts = videofile.probe(path)
    except ProbeError as error:
        raise _unreadable() from error
    if facts.is_still:
        raise _unreadable()
    film = facts.film
    if film is None:
        raise MeasureError(MeasureCode.NO_VIDEO, "This file has no video stream. Choose a file with moving pictures.")
    if not film.codec:
        raise MeasureError(
            MeasureCode.UNREADABLE, "The pictures of this file are in a format that is not known. Export it as MP4."
        )
    if not film.coded_width or not film.coded_height:
        raise MeasureError(MeasureCode.UNREADABLE, "The video stream has no picture size. Export the file again.")
    return Probe(path, facts.container.split(",")[0], facts.start_us, film, facts.sound)


def _unreadable() -> MeasureError:
    return MeasureError(
        MeasureCode.UNREADABLE,
        "This file is not a video that can be read, or it is cut off. Export it again as MP4, MOV or WebM.",
    )
