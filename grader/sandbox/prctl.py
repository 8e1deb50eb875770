"""The few `prctl` calls that tie processes together. On other systems than Linux they do nothing."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that no daemon escapes."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Be killed when the parent, whose id is `parent`, dies. Ends this process if that has happened already."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def give_up_privileges() -> None:
    """No program started from here gains rights, setuid or not."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        number = ctypes.c_ulong
        if ctypes.CDLL(None, use_errno=True).prctl(option, number(value), number(0), number(0), number(0)):
            raise OSError(ctypes.get_errno(), "prctl")
