"""Becomes another program that dies with the one that started it: `leash.py <parent pid> <niceness> <program> …`.

It runs alone, without the project or site packages, so that it costs milliseconds.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Ask the system to end us when the parent dies, then become the program."""
    parent, niceness, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the stack that started this has already ended")
    os.nice(niceness)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
