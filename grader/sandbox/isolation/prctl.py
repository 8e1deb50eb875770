"""The few `prctl` calls that tie processes together and take rights away. On other systems than Linux they do nothing."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

from grader.sandbox.isolation import libc

M_ARENA_MAX = -8
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies, so that no daemon escapes."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Be killed when the parent, whose id is `parent`, dies. Ends this process if that has happened already.

    The first process of a pid namespace sees 0 for a parent outside.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() not in (parent, 0):
        os._exit(1)


def give_up_privileges() -> None:
    """No program started from here gains rights, setuid or not."""
    _prctl(PR_SET_NO_NEW_PRIVS, 1)


def hide_memory(hidden: bool = True) -> None:
    """Other processes of the same user may not read this one's memory, nor trace it."""
    _prctl(PR_SET_DUMPABLE, 0 if hidden else 1)


def limit_arenas(most: int = 2) -> None:
    """Let malloc keep few arenas, so that a child's threads do not each hold memory of their own."""
    if sys.platform == "linux" and hasattr(libc.LIBC, "mallopt"):
        libc.LIBC.mallopt(M_ARENA_MAX, most)


def drop_bounding_set() -> None:
    """No capability can be had again. Raises OSError where it takes a right that this process lacks."""
    for capability in range(64):
        try:
            _prctl(PR_CAPBSET_DROP, capability)
        except OSError as error:
            if capability and error.errno == 22:  # past the last one that this kernel knows
                return
            raise
    _prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        number = ctypes.c_ulong
        libc.checked("prctl", libc.LIBC.prctl(option, number(value), number(0), number(0), number(0)))
