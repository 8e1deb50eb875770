"""Running a command with less than root has, by root: ``python as_user.py user|restricted|container COMMAND…``.

``user`` is an unprivileged user. ``restricted`` is one who may not make namespaces, as under AppArmor rules. ``container`` is
root with the capabilities of Docker's default profile, who may not make namespaces either.

The interpreter and the checkout may lie below a folder that only root may enter, such as /root. So the command gets a mount
namespace in which an empty folder covers that one, with what is needed bound into it. Who may not make namespaces
is put into a user namespace that allows no further one.

Source: Docker's default capabilities, from its documentation of runtime privileges.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from grader.sandbox.isolation import libc

UID = 54_321
DOCKER = frozenset([0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31])
BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18


def main(who: str, command: list[str]) -> None:
    libc.unshare(libc.CLONE_NEWNS)
    libc.mount("none", "/", flags=RECURSIVE | PRIVATE)
    for path in needed():
        uncover(path)
    if who != "user":
        forbid_namespaces()
    if who == "container":
        keep_capabilities(DOCKER)
    else:
        os.setgroups([])
        os.setresgid(UID, UID, UID)
        os.setresuid(UID, UID, UID)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "GRADER_DATA") if name in os.environ}
    home = tempfile.mkdtemp()
    os.chdir(Path(__file__).parents[2])
    os.execve(command[0], command, {**kept, "HOME": home, "PYTHONDONTWRITEBYTECODE": "1"})


def keep_capabilities(kept: frozenset[int]) -> None:
    """Take all other capabilities from what root executes from here on."""
    for capability in set(range(41)) - kept:
        libc.checked("prctl", libc.LIBC.prctl(24, capability, 0, 0, 0))


def needed() -> list[Path]:
    """What the command must be able to read."""
    return [Path(sys.base_prefix), Path(sys.prefix), Path(__file__).resolve().parents[2]]


def uncover(path: Path) -> None:
    """Make `path` reachable for everybody by covering the folder above it that is not."""
    private = next((folder for folder in reversed(path.parents) if not folder.stat().st_mode & 0o001), None)
    if private is None:
        return
    kept = tempfile.mkdtemp()
    Path(kept).chmod(0o755)
    libc.mount(str(path), kept, flags=BIND | RECURSIVE)
    libc.mount("cover", str(private), "tmpfs", options="mode=755")
    path.mkdir(parents=True)
    libc.mount(kept, str(path), flags=BIND | RECURSIVE)


def forbid_namespaces() -> None:
    """Enter a user namespace, all ids mapped, in which no more can be made."""
    reader, writer = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        os.read(reader, 1)
        for kind in ("uid", "gid"):
            Path(f"/proc/{parent}/{kind}_map").write_text(f"0 0 {UID + 1}")
        os._exit(0)
    libc.unshare(libc.CLONE_NEWUSER)
    os.write(writer, b"x")
    os.waitpid(pid, 0)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
