"""A memory group and a pids group for one bare run, made below this process's own; none where this machine grants none."""

from __future__ import annotations

import contextlib
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MEMORY_BYTES = 256 * 2**20
NOTEBOOK_BYTES = 2**30  # a fresh kernel that imports torch takes a third of it
TASKS = 64


@dataclass(frozen=True)
class Groups:
    """Folders of control groups, and how to read them. `paths` is empty where there are none."""

    paths: tuple[Path, ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether memory and tasks are held."""
        return bool(self.paths)

    def used(self) -> dict[str, int]:
        """The most memory that was held, and how often memory or a task was refused."""
        memory, pids = (self.paths[0], self.paths[-1]) if self.paths else (None, None)
        return {
            "memory_bytes": _number(memory, "memory.max_usage_in_bytes", "memory.peak"),
            "memory_refused": _number(memory, "memory.failcnt") + _event(memory, "memory.events", "oom_kill"),
            "tasks_refused": _event(pids, "pids.events", "max"),
        }

    def close(self) -> None:
        """Remove them. What was killed in them may take a moment to be gone."""
        deadline = time.monotonic() + 2.0
        left = [path for path in self.paths if path.exists()]
        while left and time.monotonic() < deadline:
            for path in left:
                with contextlib.suppress(OSError):
                    path.rmdir()
            left = [path for path in left if path.exists()]
            time.sleep(0.01 if left else 0)


def make_groups(memory_bytes: int) -> Groups:
    """New groups with their limits set."""
    name = f"attack-{secrets.token_hex(4)}"
    made: list[Path] = []
    try:
        for parent in _parents():
            made.append(parent / name)
            made[-1].mkdir()
        _set(made[0], memory_bytes, "memory.limit_in_bytes", "memory.max")
        _set(made[-1], TASKS, "pids.max")
    except OSError:
        Groups(tuple(made)).close()
        return Groups()
    return Groups(tuple(made))


def _parents() -> list[Path]:
    """This process's own groups: of version 1 for memory and for pids, else the one of version 2."""
    own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        own |= dict.fromkeys(controllers.split(","), path.lstrip("/"))
    if "memory" in own and "pids" in own:
        return [ROOT / "memory" / own["memory"], ROOT / "pids" / own["pids"]]
    return [ROOT / own[""]]


def _set(group: Path, value: int, *names: str) -> None:
    (next(group / name for name in names if (group / name).exists() or name == names[-1])).write_text(str(value))


def _number(group: Path | None, *names: str) -> int:
    found = [group / name for name in names if group is not None and (group / name).exists()]
    return int(found[0].read_text()) if found else 0


def _event(group: Path | None, name: str, word: str) -> int:
    if group is None or not (group / name).exists():
        return 0
    return sum(int(line.split()[1]) for line in (group / name).read_text().splitlines() if line.split()[0] == word)
