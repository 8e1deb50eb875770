"""Peak memory of a whole `grader check`, all its processes together, against that of `import torch, torchvision`.

Memory is the proportional set size: pages that processes share are counted once among them, whoever forked whom. It is
sampled, so a peak shorter than the interval is missed. Linux only. Other programs that have the same libraries mapped
make both figures smaller: measure on a quiet machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from timing import GRADER, ROOT, Row, show, use_two_cores

EXERCISE = "cnn_mnist_channels"
INTERVAL_SECONDS = 0.02
LIMIT = 3.0
IMPORTS = "import torch, torchvision, sys; sys.stdout.write('done'); sys.stdout.flush(); sys.stdin.read()"


def measure() -> list[Row]:
    """One row, in MiB."""
    imports = _peak([sys.executable, "-c", IMPORTS])
    check = _peak([str(GRADER), "check", EXERCISE, f"solutions/{EXERCISE}.py", "--data", "real"])
    return [Row("peak memory of a check against `import torch, torchvision`", check, imports, LIMIT, "MiB")]


def _peak(command: list[str]) -> float:
    """Highest sum, in MiB, over the process and all below it until it writes its first output."""
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        answered = threading.Event()
        reader = threading.Thread(target=_read, args=(process.stdout, answered))
        reader.start()
        peak = 0
        while not answered.is_set():
            peak = max(peak, sum(map(_proportional_bytes, _tree(process.pid))))
            time.sleep(INTERVAL_SECONDS)
        peak = max(peak, sum(map(_proportional_bytes, _tree(process.pid))))
        process.stdin.close()
        reader.join()
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return peak / 2**20


def _read(stream: object, answered: threading.Event) -> None:
    assert hasattr(stream, "read")
    stream.read(1)
    answered.set()
    stream.read()


def _tree(root: int) -> Iterator[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                stat = Path(entry.path, "stat").read_text(encoding="utf-8", errors="replace")
                children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    waiting = [root]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += children.get(process, [])


def _proportional_bytes(process: int) -> int:
    with suppress(OSError):  # it has ended meanwhile
        for line in Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    use_two_cores()
    show(measure())
