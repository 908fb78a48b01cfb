"""Becomes a command under limits: `python launch.py MEMORY_BYTES PARENT_PID NICE COMMAND…`; 0 leaves a limit out.

Limits are set in here and not between fork and exec of the parent: there a thread of the parent may have held a lock
that nobody releases in the child, which then hangs for ever.

With PARENT_PID the kernel kills the command when that process dies. FFmpeg does not notice that nobody waits for it any
more; on Linux the parent-death signal closes that gap even when the parent is killed with SIGKILL, elsewhere the
parent's process group does. The parent must start it from its main thread, whose death is its death to the kernel.
"""

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Take the limits on, make sure that the parent still lives, become the command."""
    memory, parent, nice = (int(argument) for argument in sys.argv[1:4])
    if parent:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)
    if nice:
        with suppress(OSError):
            os.nice(nice)
    if memory:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    os.execvp(sys.argv[4], sys.argv[4:])  # noqa: S606 - an argv list of ours, no shell


if __name__ == "__main__":
    main()
