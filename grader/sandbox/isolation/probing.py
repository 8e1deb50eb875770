"""Finding out what isolation this machine offers, by trying each layer in a process made for it.

A kernel's version says little: containers, AppArmor rules and sysctls take layers away again.
"""

from __future__ import annotations

import contextlib
import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from grader.sandbox.isolation import cgroup, landlock, namespaces, prctl, privileges, seccomp, view
from grader.sandbox.isolation.layers import FIRST_OWN_ID, Layers

MAX_REASON = 300


def probe(readable: Sequence[str]) -> Layers:
    """The layers that work in a child of this process. It must have one thread. `readable` is what children will see."""
    if sys.platform != "linux":
        return Layers(refused={"namespaces": sys.platform})
    as_root: Literal["root", "user"] = "root" if os.getuid() == 0 else "user"
    with tempfile.TemporaryDirectory(prefix="grader-probe-", ignore_cleanup_errors=True) as base:
        results = {
            "namespaces": _try(lambda: _own_view(readable, base, as_root, own=False)),
            "landlock": _try(lambda: _landlocked(readable)),
            "seccomp": _try(_filtered),
            "uid": _try(lambda: _own_view(readable, base, as_root, own=True)),
            "cgroup": _try(_grouped),
        }
    refused = {name: reason for name, reason in results.items() if reason}
    return Layers(
        namespaces="" if "namespaces" in refused else as_root,
        landlock="landlock" not in refused,
        seccomp="seccomp" not in refused,
        uid="uid" not in refused,
        cgroup="cgroup" not in refused,
        refused=refused,
    )


def _own_view(readable: Sequence[str], base: str, kind: Literal["root", "user"], *, own: bool) -> None:
    """Namespaces, a view and, if `own`, a user id of one's own, all the way to reading a Python file."""
    if own and kind == "user":
        raise PermissionError("only root may change ids")
    namespaces.enter(root=kind == "root")
    _in_child(lambda: _look_out(readable, base, own=own))


def _look_out(readable: Sequence[str], base: str, *, own: bool) -> None:
    uid, gid = (FIRST_OWN_ID,) * 2 if own else (os.getuid(), os.getgid())
    view.enter(view.View(tuple(readable), 2**20), base, uid, gid)
    prctl.give_up_privileges()
    privileges.drop(uid, gid, own=own)
    Path(sysconfig.get_paths()["stdlib"], "os.py").read_bytes()
    Path(view.HOME, "file").touch()
    if Path("/proc/self").exists():
        raise OSError("the outside is still there")


def _landlocked(readable: Sequence[str]) -> None:
    prctl.give_up_privileges()
    landlock.confine(readable, ())
    with contextlib.suppress(PermissionError):
        os.scandir("/").close()
        raise OSError("Landlock forbids nothing")


def _filtered() -> None:
    if not seccomp.available():
        raise OSError("the system calls of this machine are not known")
    prctl.give_up_privileges()
    seccomp.confine(os.getpid(), alone=False, sockets=False)
    with contextlib.suppress(PermissionError):
        os.execv(sys.executable, [sys.executable, "-c", ""])


def _grouped() -> None:
    cgroup.remove_stale()
    group = cgroup.group_for(f"grader-{os.getpid()}")
    if group is None:
        raise OSError("no control group with memory and pids")
    group.create(2**26, 8)
    try:
        _in_child(lambda: group.adopt(os.getpid()))
    finally:
        group.remove()


def _try(attempt: Callable[[], None]) -> str:
    """Why `attempt` failed in a process of its own; empty when it did not."""
    try:
        _in_child(attempt)
    except OSError as error:
        return str(error)[:MAX_REASON]
    return ""


def _in_child(action: Callable[[], None]) -> None:
    """Run `action` in a forked process. Raises OSError with its reason when it fails."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        reason = "killed"
        try:
            action()
            reason = ""
        except BaseException as error:
            reason = str(error) or type(error).__name__
        finally:
            os.write(writer, reason.encode()[:MAX_REASON])
            os._exit(1 if reason else 0)
    os.close(writer)
    _, status = os.waitpid(pid, 0)
    with open(reader, "rb") as words:
        reason = words.read().decode(errors="replace")
    if status:
        raise OSError(reason or f"ended with status {status}")
