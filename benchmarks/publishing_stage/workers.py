"""The driver's side of the nursery: who lives at which place, and killing them."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path


class Workers:
    """Worker processes of a run."""

    def __init__(self, places: int, log: Path) -> None:
        self._log = log.open("ab")
        self.living: dict[int, int] = {}
        self.kills = 0
        argv = [sys.executable, "-m", "benchmarks.publishing_stage.nursery", str(places)]
        self._nursery = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=self._log, text=True)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._nursery.stdout is not None
        for line in self._nursery.stdout:
            place, pid = line.split()
            self.living[int(place)] = int(pid)

    def check(self) -> None:
        """Raise when the nursery itself is gone."""
        if self._nursery.poll() is not None:
            raise RuntimeError(f"The workers ended by themselves; see {self._log.name}.")

    def pids(self) -> set[int]:
        return set(self.living.values())

    def kill(self, place: int) -> None:
        """SIGKILL; the nursery fills the place at once."""
        pid = self.living.pop(place, None)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            self.kills += 1

    def close(self) -> None:
        self._nursery.terminate()
        try:
            self._nursery.wait(20)
        except subprocess.TimeoutExpired:
            self._nursery.kill()
            for pid in self.living.values():
                os.kill(pid, signal.SIGKILL)
        self._log.close()
