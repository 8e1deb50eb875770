"""The controls: with no sandbox around it, every attack does what it says. Else the corpus would prove nothing.

Each runs alone, bounded (see `bare.py`): 256 MiB, 64 tasks, 16 MiB of disk, seconds; as nobody unless its control says
root, and then in namespaces of its own. Needs root for that, and is skipped without.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from attack_files import Attack, attacks, compose
from attack_world import World
from bare_groups import MEMORY_BYTES, NOTEBOOK_BYTES, Groups, make_groups
from control_words import CONTROLS, Seen, expectation

HERE = Path(__file__).parent
SECONDS = {"runs for more than N second": 1.5, "notebook": 60.0}
ENDLESS = 4.0  # for attacks that end themselves, or are ended by their group
NEEDS_GROUPS = ("uses more than N MiB", "starts more than N tasks")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux") or os.getuid() != 0, reason="needs root on Linux"),
]


@dataclass
class Bare:
    """A server that runs attacks with nothing around them, and the world they may damage."""

    process: subprocess.Popen[str]
    world: World

    def run(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        seen: dict[str, Any] = json.loads(self.process.stdout.readline())
        return seen


@pytest.fixture(scope="module")
def bare() -> Iterator[Bare]:
    world = World(control=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(HERE / "bare.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield Bare(process, world)
        process.communicate()
    world.close()


@pytest.fixture
def groups(attack: Attack) -> Iterator[Groups]:
    made = make_groups(NOTEBOOK_BYTES if attack.notebook else MEMORY_BYTES)
    yield made
    made.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="attack-bare-", dir="/tmp"))
    made.chmod(0o777)
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_an_attack_is_real_where_nothing_holds_it(attack: Attack, bare: Bare, groups: Groups, folder: Path) -> None:
    wanted = expectation(attack.control)
    if wanted.words in NEEDS_GROUPS and not groups.bounded:
        pytest.skip("no group to hold its memory and tasks")
    seen = _seen(attack, bare, groups, folder)
    if "LACKS" in seen.stdout and "LOOT" not in seen.stdout:
        pytest.skip("this kernel has no such call")
    assert CONTROLS[wanted.words](seen, wanted.number), f"{seen}\n{seen.stdout[-600:]}"


def _seen(attack: Attack, bare: Bare, groups: Groups, folder: Path) -> Seen:
    wanted = expectation(attack.control)
    answer = folder.parent / f"{folder.name}-answer{attack.path.suffix}"
    answer.write_bytes(compose(attack, bare.world.told()))
    try:
        facts = bare.run(
            {
                "answer": str(answer),
                "folder": str(folder),
                "seconds": SECONDS.get("notebook" if attack.notebook else wanted.words, ENDLESS),
                "groups": [str(path) for path in groups.paths],
                "as_root": wanted.as_root
                or attack.notebook,  # a stock kernel is a program that nobody may be unable to run
                "own_processes": attack.family in ("resource", "exit") and not wanted.as_root,
                "own_network": attack.family == "escape",
                "small_disk": wanted.words in ("fills the disk", "fills the inodes"),
                "labels": bare.world.told()["labels"],
                "environment": {"GRADER_CANARY": bare.world.secret},
            }
        )
    finally:
        answer.unlink()
    left = bare.world.left_in_memory()
    for name in left:
        (Path("/dev/shm") / name).unlink(missing_ok=True)
    around = {"heard": bool(bare.world.heard()), "shared": bool(left), "controller_runs": bare.world.alive()}
    return Seen(**{**facts, **groups.used(), **around})
