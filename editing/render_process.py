"""Renders one edit in a child process: `python -m editing.render_process SPEC.json`.

The spec is a file; stdin is the lifeline: when it reaches EOF the parent is gone, FFmpeg is killed and everything
unfinished is removed. Stdout carries JSON lines: progress, then one result or one error.

    {"type": "progress", "pct": 41.5, "stage": "picture", "output": "all"}
    {"type": "result", "outputs": [{"key", "path", "duration_s", …}], "failed": [{"key", "code", "message"}],
     "warnings": ["…"], "loudness": {"measured_lufs": -21.3, "gain_db": 7.3}}
    {"type": "error", "code": "…", "message": "a sentence for a person", "detail": "the last words of FFmpeg"}

Only files under `directory` are written. An output has its final name only after it was opened again and compared with
the plan. What the joint run does not give is tried alone once; what still fails does not take the others along.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.fonts import FONTS_DIR
from editing import captions, compile, fonts, inputs, loudness
from editing.errors import EditingError
from editing.plan import EditPlan, Output, PlanError, parse_plan
from editing.runner import Ffmpeg
from editing.sources import SourceError, SourceFacts, read_facts
from editing.timeline import lay_out
from editing.verify import Rendered, VerifyError, verify
from videofile.ffmpeg import Failure, FfmpegError, binary
from videofile.processes import end_with_parent

_DETAIL_LENGTH: Final = 2000
_STEP_PCT: Final = 0.5
_GRACE_S: Final = 5.0
_NOT_WORTH_REPEATING: Final = frozenset({Failure.STOPPED, Failure.DISK_FULL, Failure.GONE})

# Where each stage begins and ends on the way to 100 %.
_STAGES: Final = {"prepare": (0.0, 1.0), "sound": (1.0, 7.0), "picture": (7.0, 98.0), "check": (98.0, 100.0)}

Report = Callable[[dict[str, Any]], None]


class RenderError(Exception):
    """The whole render failed: a code, a sentence for a person, and detail for an operator."""

    def __init__(self, code: EditingError, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail


class Spec(BaseModel):
    """What the parent asks for. `sources` are the plan's references with the files behind them."""

    model_config = ConfigDict(extra="forbid")

    plan: dict[str, Any]
    sources: dict[str, Path]
    directory: Path
    ffmpeg: str | None = None
    threads: Annotated[int, Field(ge=1, le=16)] = 2
    only: list[str] | None = None


@dataclass
class Progress:
    """Turns stages into percent and reports when they have moved."""

    report: Report
    _last: float = field(default=-1.0)
    _output: str = field(default="all")

    def at(self, stage: str, ratio: float, output: str = "all") -> None:
        """`ratio` 0–1 of a stage is done."""
        begin, end = _STAGES[stage]
        # An output that is tried again starts over, the percentage does not.
        pct = max(self._last, begin + (end - begin) * min(1.0, max(0.0, ratio)))
        if pct - self._last >= _STEP_PCT or pct >= 100 or output != self._output:
            self._last, self._output = pct, output
            self.report({"type": "progress", "pct": round(pct, 1), "stage": stage, "output": output})


class Render:
    """One render from spec to verified files."""

    def __init__(self, spec: Spec, report: Report) -> None:
        self.directory = spec.directory.resolve()
        self.ffmpeg = Ffmpeg(self.directory)
        self._spec = spec
        self._progress = Progress(report)
        self._warnings: list[str] = []
        self._failed: dict[str, FfmpegError | VerifyError] = {}

    def run(self) -> dict[str, Any]:
        """The result line. `RenderError` when not a single output could be made."""
        try:
            return self._run()
        finally:
            self.clean()

    def clean(self) -> None:
        """Remove everything but finished outputs."""
        names = {compile.MIX_NAME, compile.FONTS_NAME, "fonts.conf"}
        for path in self.directory.glob("*"):
            if path.name in names or path.suffix == ".ass" or path.name.endswith(".part.mp4"):
                with suppress(OSError):
                    path.unlink()

    def _run(self) -> dict[str, Any]:
        self._progress.at("prepare", 0)
        job = self._prepare()
        captioned = self._write_captions(job.plan)
        job, gain_db, loud = self._make_sound(job)
        done = self._encode(job, gain_db, captioned)
        if not done:
            raise self._no_output(job.plan)
        self._progress.at("check", 1)
        return {
            "type": "result",
            "outputs": [done[output.key].as_json() for output in job.plan.outputs if output.key in done],
            "failed": [self._failure(output) for output in job.plan.outputs if output.key not in done],
            "warnings": self._warnings,
            "loudness": loud,
        }

    def _prepare(self) -> compile.Job:
        plan = self._plan()
        facts: dict[str, SourceFacts] = {}
        for ref in plan.refs:
            path = self._spec.sources.get(ref)
            if path is None:
                raise RenderError(EditingError.SOURCE_MISSING, f"The plan uses the file “{ref}”, which is not there.")
            try:
                facts[ref] = read_facts(path.resolve())
            except SourceError as error:
                raise RenderError(error.code, error.message, str(error.__cause__ or "")) from error
        try:
            plan.check_sources({ref: fact.limit for ref, fact in facts.items()})
        except PlanError as error:
            raise RenderError(EditingError.BAD_PLAN, str(error)) from error
        timeline = lay_out(plan)
        return compile.Job(
            plan=plan,
            timeline=timeline,
            facts=facts,
            runs=inputs.group(timeline, facts),
            binary=_binary(self._spec.ffmpeg),
            threads=self._spec.threads,
        )

    def _plan(self) -> EditPlan:
        try:
            plan = parse_plan(self._spec.plan)
            return plan if self._spec.only is None else plan.only(*self._spec.only)
        except PlanError as error:
            raise RenderError(EditingError.BAD_PLAN, str(error)) from error
        except KeyError as error:
            raise RenderError(EditingError.BAD_SPEC, f"The plan has no output named {error}.") from error

    def _write_captions(self, plan: EditPlan) -> frozenset[str]:
        if not plan.overlays:
            return frozenset()
        link = self.directory / compile.FONTS_NAME
        with suppress(FileExistsError):
            link.symlink_to(FONTS_DIR)
        for output in plan.outputs:
            document = captions.ass_document(plan, output)
            (self.directory / compile.caption_name(output)).write_text(document, encoding="utf-8")
        missing = fonts.missing_characters("".join(overlay.text for overlay in plan.overlays))
        if missing:
            self._warnings.append(f"These characters cannot be drawn and were left out of the texts: {missing[:40]}")
        return frozenset(output.key for output in plan.outputs)

    def _make_sound(self, job: compile.Job) -> tuple[compile.Job, float | None, dict[str, Any] | None]:
        """The mix, the gain that it needs, and both for the result. A broken sound track leaves the edit silent."""
        command = compile.sound_command(job)
        if command is None:
            return job, None, None
        try:
            mixed = loudness.parse(self._timed(command, job, "sound"))
        except FfmpegError as error:
            if error.failure in _NOT_WORTH_REPEATING or not job.plan.audio.source_sound:
                raise _failed(error) from error
            self._warnings.append("The sound of the source cannot be decoded; it was left out.")
            audio = job.plan.audio.model_copy(update={"source_sound": False})
            return self._make_sound(replace(job, plan=job.plan.model_copy(update={"audio": audio})))

        def measure(gain_db: float) -> loudness.Loudness:
            return loudness.parse(self.ffmpeg.run(compile.loudness_command(job, gain_db)))

        gain = loudness.choose_gain(job.plan.audio, mixed, measure)
        measured = round(mixed.lufs, 1) if isfinite(mixed.lufs) else None
        return job, gain, {"measured_lufs": measured, "gain_db": round(gain, 2)}

    def _encode(self, job: compile.Job, gain_db: float | None, captioned: frozenset[str]) -> dict[str, Rendered]:
        done = self._attempt(job, job.plan, gain_db, captioned)
        left = [output.key for output in job.plan.outputs if output.key not in done]
        if left:
            # Files without usable seek points give nothing after a seek: the second try reads from the beginning.
            job = replace(job, runs=inputs.group(job.timeline, job.facts, seek=False))
        for key in left:
            if isinstance(error := self._failed.get(key), FfmpegError) and error.failure in _NOT_WORTH_REPEATING:
                break
            done |= self._attempt(job, job.plan.only(key), gain_db, captioned)
        return done

    def _attempt(
        self, job: compile.Job, plan: EditPlan, gain_db: float | None, captioned: frozenset[str]
    ) -> dict[str, Rendered]:
        """One FFmpeg run for the outputs of `plan`; those that are right get their names."""
        label = "all" if plan is job.plan else plan.outputs[0].key
        # The timeline stays that of the whole plan: its rate is not the rate of one output.
        part = replace(job, plan=plan)
        try:
            command = compile.picture_command(part, gain_db=gain_db, captioned=captioned)
            self._timed(command, part, "picture", label)
        except FfmpegError as error:
            self._failed |= dict.fromkeys((output.key for output in plan.outputs), error)
            return {}
        done: dict[str, Rendered] = {}
        for output in plan.outputs:
            try:
                done[output.key] = self._accept(part, output)
                self._failed.pop(output.key, None)
            except VerifyError as error:
                self._failed[output.key] = error
        return done

    def _accept(self, job: compile.Job, output: Output) -> Rendered:
        written = self.directory / compile.part_name(output)
        expected = job.timeline.seconds_of(output)
        rendered = verify(written, output, expected)
        final = self.directory / f"{output.key}.mp4"
        with written.open("rb+") as file:
            os.fsync(file.fileno())
        written.replace(final)
        return replace(rendered, path=str(final))

    def _timed(self, command: list[str], job: compile.Job, stage: str, label: str = "all") -> str:
        longest = max(job.timeline.seconds_of(output) for output in job.plan.outputs)
        self._progress.at(stage, 0, label)
        return self.ffmpeg.run(command, lambda seconds: self._progress.at(stage, seconds / longest, label))

    def _failure(self, output: Output) -> dict[str, str]:
        error = self._failed[output.key]
        if isinstance(error, FfmpegError):
            return {"key": output.key, "code": _failed(error).code, "message": error.message}
        return {"key": output.key, "code": EditingError.VERIFY_FAILED, "message": _not_right(error)}

    def _no_output(self, plan: EditPlan) -> RenderError:
        error = self._failed[plan.outputs[0].key]
        if isinstance(error, FfmpegError):
            return _failed(error)
        return RenderError(EditingError.VERIFY_FAILED, _not_right(error))


def _not_right(error: VerifyError) -> str:
    return f"The finished video is not what was asked for. {error}"


def _failed(error: FfmpegError) -> RenderError:
    known = {code.value: code for code in EditingError}
    return RenderError(known.get(error.failure.value, EditingError.RENDER_FAILED), error.message, error.tail)


def _binary(named: str | None) -> str:
    try:
        return binary(named)
    except FfmpegError as error:
        raise _failed(error) from error


def read_spec(path: Path) -> Spec:
    """Read and check the job's spec."""
    try:
        spec = Spec.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise RenderError(EditingError.BAD_SPEC, "The render was not described properly.", str(error)) from error
    if not spec.directory.is_dir():
        raise RenderError(EditingError.BAD_SPEC, "The work directory does not exist.")
    return spec


def _say(entry: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(entry, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _live_with_parent(render: Render) -> None:
    """End everything when stdin reaches EOF; a main thread that does not come back is not waited for."""

    def leave() -> None:
        render.ffmpeg.stop()
        time.sleep(_GRACE_S)
        render.clean()

    end_with_parent(leave)
    signal.signal(signal.SIGTERM, lambda *_: render.ffmpeg.stop())


def main(arguments: list[str]) -> int:
    """Run the spec that is named; 0 when at least one output was made."""
    try:
        if len(arguments) != 1:
            raise RenderError(EditingError.BAD_SPEC, "Give the path of one spec file.")
        render = Render(read_spec(Path(arguments[0])), _say)
        _live_with_parent(render)
        _say(render.run())
    except RenderError as error:
        detail = error.detail[-_DETAIL_LENGTH:]
        _say({"type": "error", "code": error.code, "message": error.message, "detail": detail})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
