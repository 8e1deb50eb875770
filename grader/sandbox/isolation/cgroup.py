"""A control group for one job: memory and number of tasks, counted by the kernel over all of its processes.

Version 1 mounts a hierarchy for each controller, version 2 one for all. A group of version 2 is only made where the
controllers are handed down already: moving other processes about for that is not our business.

Source: the kernel's admin-guide/cgroup-v1 and cgroup-v2.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
OWN = Path("/proc/self/cgroup")
SPARE_BYTES = 64 * 2**20  # pages of the zygote that a child writes to count as its own


@dataclass(frozen=True)
class Group:
    """The folders of one job's control group: equal in version 2."""

    memory: Path
    pids: Path

    @property
    def unified(self) -> bool:
        """Whether this is a group of version 2."""
        return self.memory == self.pids

    def create(self, memory_bytes: int, tasks: int) -> None:
        """Make the group with its limits. Raises OSError."""
        limit = "memory.max" if self.unified else "memory.limit_in_bytes"
        for folder in {self.memory, self.pids}:
            folder.mkdir()
        (self.memory / limit).write_text(str(memory_bytes + SPARE_BYTES))
        with contextlib.suppress(OSError):  # where there is no swap accounting there is nothing to limit
            swap, amount = (
                ("memory.swap.max", 0) if self.unified else ("memory.memsw.limit_in_bytes", memory_bytes + SPARE_BYTES)
            )
            (self.memory / swap).write_text(str(amount))
        (self.pids / "pids.max").write_text(str(tasks))

    def adopt(self, pid: int) -> None:
        """Put a process, and all that it starts from then on, into the group. Raises OSError.

        The kernel makes the caller wait some milliseconds for all processors to take notice.
        """
        for folder in {self.memory, self.pids}:
            (folder / "cgroup.procs").write_text(str(pid))

    def broken(self) -> str | None:
        """The limit that the kernel has enforced in the group, if any: ``memory`` or ``processes``."""
        if _event(self.memory / ("memory.events" if self.unified else "memory.oom_control"), "oom_kill"):
            return "memory"
        return "processes" if _event(self.pids / "pids.events", "max") else None

    def remove(self, wall_seconds: float = 2.0) -> None:
        """Remove the group once its processes are gone."""
        deadline = time.monotonic() + wall_seconds
        for folder in {self.memory, self.pids}:
            while not _removed(folder) and time.monotonic() < deadline:
                time.sleep(0.001)


def remove_stale() -> None:
    """Remove groups whose monitor was killed before it could. Their name holds its process id."""
    group = group_for("grader-")
    for parent in set() if group is None else {group.memory.parent, group.pids.parent}:
        for folder in parent.glob("grader-*"):
            if not Path(f"/proc/{folder.name.split('-')[1]}").exists():
                _removed(folder)


def group_for(name: str) -> Group | None:
    """The group of this name below the group that this process is in; None where there can be none."""
    try:
        memory, pids = (_own_folder(controller) for controller in ("memory", "pids"))
    except (OSError, LookupError):
        return None
    return Group(memory / name, pids / name)


def _own_folder(controller: str) -> Path:
    """Where groups with this controller can be made. Raises LookupError where there is no such place."""
    own: dict[str, str] = {}
    for line in OWN.read_text().splitlines():
        _, names, path = line.split(":", 2)
        own.update(dict.fromkeys(names.split(","), path))
    if controller in own:
        return _mounted("cgroup", controller, own[controller])
    here = _mounted("cgroup2", "", own[""])
    for folder in (here, here.parent):
        handed_down = folder / "cgroup.subtree_control"
        if handed_down.is_file() and controller in handed_down.read_text().split():
            return folder
    raise LookupError(controller)


def _mounted(kind: str, controller: str, path: str) -> Path:
    """The folder of the control group `path`, in the hierarchy of this kind."""
    for line in MOUNTS.read_text().splitlines():
        fields, _, rest = line.partition(" - ")
        found, _, options = rest.split(" ", 2)
        if found == kind and (not controller or controller in options.split(",")):
            root, place = fields.split()[3:5]
            folder = Path(place) / os.path.relpath(path, root)
            if folder.is_dir():
                return folder
    raise LookupError(controller)


def _removed(folder: Path) -> bool:
    with contextlib.suppress(OSError):  # busy for as long as a process in it is dying
        folder.rmdir()
    return not folder.exists()


def _event(file: Path, name: str) -> int:
    try:
        fields = dict(line.split() for line in file.read_text().splitlines())
        return int(fields.get(name, 0))
    except (OSError, ValueError):
        return 0
