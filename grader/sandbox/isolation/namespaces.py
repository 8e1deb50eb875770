"""Namespaces: processes, network, IPC and names of a child's own, and for the unprivileged the right to make them.

A user's monitor maps its own id and no other into a user namespace. Root makes the namespaces directly: there a one-id map
would leave the child the real root.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from grader.sandbox.isolation import libc, prctl

_FLAGS = libc.CLONE_NEWPID | libc.CLONE_NEWNET | libc.CLONE_NEWIPC | libc.CLONE_NEWUTS | libc.CLONE_NEWCGROUP


def enter(*, root: bool) -> None:
    """Give this process's future children namespaces of their own. The mount namespace is left to them: `view.enter`.

    Raises OSError.
    """
    if root:
        libc.unshare(_FLAGS)
        return
    uid, gid = os.getuid(), os.getgid()
    prctl.hide_memory(False)  # else the maps belong to root
    try:
        libc.unshare(_FLAGS | libc.CLONE_NEWUSER)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise OSError(errno.ENOSPC, "no user namespaces allowed: user.max_user_namespaces") from None
        raise
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    prctl.hide_memory()
