"""Where attacks take place: an open sandbox of one level, the world around it, and the folder that it keeps its things in."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from attack_world import World

from grader.errors import SandboxUnavailable
from grader.sandbox import Sandbox, open_sandbox


@dataclass
class Arena:
    """One level's arena. `graded` counts the attacks so far."""

    sandbox: Sandbox
    world: World
    folder: Path
    graded: int = 0

    def close(self) -> None:
        """Close and remove everything. Fails where the process with the labels was harmed."""
        unharmed = self.world.unharmed()
        self.world.close()
        try:
            self.sandbox.close()
        finally:
            subprocess.run(["rm", "-rf", str(self.folder)], check=True)  # deeper than Python would follow
        assert unharmed, "somebody killed the process with the labels, or wrote into it"


def open_arena(level: str) -> Arena:
    """The arena of a level, or of the best one there is for "auto". Raises SandboxUnavailable."""
    folder = Path(tempfile.mkdtemp(prefix="attack-arena-", dir="/tmp"))
    before, tempfile.tempdir = tempfile.tempdir, str(folder)  # so that the sandbox's folders are known by their place
    try:
        return Arena(open_sandbox(level, warm=True), World(), folder)  # type: ignore[arg-type]
    except SandboxUnavailable:
        shutil.rmtree(folder)
        raise
    finally:
        tempfile.tempdir = before
