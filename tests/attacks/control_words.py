"""What a control may say: how an attack shows, without a sandbox, that it is real."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MIB = 2**20
STEERING = ("\x1b", "\u202e", "<script", "::error", "=cmd|", "{{7*7}}", "[bold red]", "\r\n")
_NUMBER = re.compile(r"\b\d+\b")


@dataclass(frozen=True)
class Expectation:
    """A control in words, `number` taken out of them."""

    words: str
    number: int
    as_root: bool


@dataclass(frozen=True)
class Seen:
    """What a bare run came to. Statuses are those of `os.waitpid`; None for who still ran."""

    attack: int | None = None
    parent: int | None = None
    parent_stopped: bool = False
    attack_stopped: bool = False
    bystander: int | None = None
    outlived: bool = False
    seconds: float = 0.0
    stdout: str = ""
    stdout_bytes: int = 0
    sent: str = ""
    sent_bytes: int = 0
    memory_bytes: int = 0
    memory_refused: int = 0
    tasks_refused: int = 0
    free_bytes: int = -1
    free_inodes: int = -1
    removable: bool = True
    heard: bool = False
    shared: bool = False
    controller_runs: bool = True

    @property
    def signal(self) -> int | None:
        return os.WTERMSIG(self.attack) if self.attack is not None and os.WIFSIGNALED(self.attack) else None

    def dies_of(self, name: str) -> bool:
        return self.signal == getattr(signal, name)


def expectation(control: str) -> Expectation:
    """The words of a header's control, as keys of `CONTROLS`."""
    as_root = control.startswith("as root, ")
    words = control.removeprefix("as root, ")
    found = _NUMBER.search(words)
    number = int(found[0]) if found and "status" not in words else 0
    return Expectation(_NUMBER.sub("N", words) if "status" not in words else words, number, as_root)


def _points(seen: Seen) -> bool:
    """Whether a naive judge would give points: by the last line printed, or by the last result sent."""
    lines = seen.stdout.strip().splitlines()[-1:]
    results = re.findall(r'"points": ?(\d+)', seen.sent)[-1:]
    return any('"points": 0' not in line and '"points"' in line for line in lines) or any(int(each) for each in results)


def _raised(seen: Seen, *names: str) -> bool:
    return any(f"RAISED {name}" in seen.stdout for name in names)


CONTROLS: Mapping[str, Callable[[Seen, int], bool]] = {
    "prints LOOT": lambda seen, n: "LOOT" in seen.stdout,
    "prints the inputs": lambda seen, n: "HIDDEN" in seen.stdout,
    "passes its text through": lambda seen, n: any(text in seen.stdout for text in STEERING),
    "prints more than N MiB": lambda seen, n: seen.stdout_bytes > n * MIB,
    "sends more than N MiB": lambda seen, n: seen.sent_bytes > n * MIB,
    "reaches the listener": lambda seen, n: seen.heard,
    "fools a naive judge": lambda seen, n: _points(seen),
    "has the judge read the secret": lambda seen, n: "JUDGE READ" in seen.stdout and "HELD-OUT-" in seen.stdout,
    "breaks its judge": lambda seen, n: seen.attack == 0 and "JUDGED" not in seen.stdout,
    "breaks a naive replay": lambda seen, n: "REPLAY FAILED" in seen.stdout or bool(seen.signal or seen.memory_refused),
    "starts more than N tasks": lambda seen, n: seen.tasks_refused > 0,
    "uses more than N MiB": lambda seen, n: seen.memory_bytes > n * MIB,
    "fills the disk": lambda seen, n: 0 <= seen.free_bytes < MIB,
    "fills the inodes": lambda seen, n: seen.free_inodes == 0,
    "runs for more than N second": lambda seen, n: seen.attack is None and seen.seconds > n,
    "stops": lambda seen, n: seen.attack_stopped,
    "never ends its cell": lambda seen, n: "CELL TIMEOUT" in seen.stdout or (seen.attack is None and seen.seconds > 5),
    "kills the kernel": lambda seen, n: "KERNEL DIED" in seen.stdout and not seen.memory_refused,
    "loses its kernel": lambda seen, n: (
        ("KERNEL DIED" in seen.stdout or "CELL TIMEOUT" in seen.stdout) and not seen.memory_refused
    ),
    "dies of SIGSEGV": lambda seen, n: seen.dies_of("SIGSEGV"),
    "dies of SIGABRT": lambda seen, n: seen.dies_of("SIGABRT"),
    "dies of SIGKILL": lambda seen, n: seen.dies_of("SIGKILL"),
    "ends with status 0 before it is judged": lambda seen, n: seen.attack == 0 and "JUDGED" not in seen.stdout,
    "outlives its parent": lambda seen, n: seen.outlived,
    "kills its parent": lambda seen, n: seen.parent == signal.SIGKILL,
    "stops its parent": lambda seen, n: seen.parent_stopped,
    "stops the controller": lambda seen, n: not seen.controller_runs,
    "makes queues": lambda seen, n: "QUEUE" in seen.stdout,
    "kills the bystander": lambda seen, n: seen.bystander == signal.SIGKILL,
    "resists removal": lambda seen, n: not seen.removable,
    "leaves shared memory": lambda seen, n: seen.shared,
    "raises KeyboardInterrupt or GeneratorExit": lambda seen, n: _raised(seen, "KeyboardInterrupt", "GeneratorExit"),
    "raises Poisoned": lambda seen, n: _raised(seen, "Poisoned"),
    "raises RecursionError or dies": lambda seen, n: (
        _raised(seen, "RecursionError", "MemoryError") or bool(seen.signal)
    ),
    "raises RuntimeError or dies": lambda seen, n: _raised(seen, "RuntimeError") or bool(seen.signal),
}
