"""Promises of the zygote itself: it starts clean, can be lost, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from living import SMALL, gone, running

from grader.errors import ChildFailed, SandboxUnavailable
from grader.evidence.frames import Frame
from grader.sandbox import Limits, Sandbox, launcher, open_sandbox, processes
from grader.sandbox.isolation import cgroup
from grader.sandbox.process_sandbox import ProcessSandbox

HERE = Path(__file__).parent
ROGUE = {"student": "rogue_child", "evaluator": "rogue_child"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

WITHOUT_SECCOMP = """
from grader.sandbox.isolation import syscalls
syscalls.MACHINE = "unknown"
"""
CONTROLLER = """
import json, sys, time
from pathlib import Path
from grader.evidence.frames import Frame
from grader.sandbox import open_sandbox, processes
sandbox = open_sandbox(modules={"student": "rogue_child"}, import_roots=(Path(sys.argv[1]),))
child = sandbox.start("student")
child.ask(Frame({"do": "daemon" if sandbox.isolation.level != "C" else "echo"}))
root = str(sandbox._launcher.root)
print(json.dumps([[sandbox.zygote_pid, *processes.descendants(sandbox.zygote_pid)], root]), flush=True)
if sys.argv[2] == "stay":
    child.ask(Frame({"do": "sleep"}))
"""


def controller(manner: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CONTROLLER, str(HERE), manner]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def test_nothing_outlives_a_killed_controller() -> None:
    with controller("stay") as process:
        assert process.stdout is not None
        pids, root = json.loads(process.stdout.readline())
        assert sum(map(running, pids)) >= 3  # zygote, monitor, child; a daemon's parent may just be dying
        process.kill()
    assert gone(*pids)
    assert not Path(root).exists()


def test_a_controller_that_forgets_to_close_leaves_nothing() -> None:
    with controller("leave") as process:
        assert process.stdout is not None
        pids, root = json.loads(process.stdout.readline())
        assert process.wait() == 0
    assert gone(*pids, wall_seconds=0.5)
    assert not Path(root).exists()


def test_ctrl_c_reaches_the_controller_alone_and_ends_all() -> None:
    with controller("stay") as process:
        assert process.stdout is not None
        pids, root = json.loads(process.stdout.readline())
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=10)
    assert "KeyboardInterrupt" in errors and gone(*pids, wall_seconds=0.5)
    assert not Path(root).exists()


def test_a_dead_zygote_is_replaced_and_the_waiting_child_is_our_fault() -> None:
    with ProcessSandbox("none", modules=ROGUE, import_roots=(HERE,)) as sandbox:
        waiting = sandbox.start("student", SMALL)  # the zygote is still importing torch
        os.kill(sandbox.zygote_pid or 0, signal.SIGKILL)
        with pytest.raises(ChildFailed) as caught:
            waiting.ask(Frame({"do": "echo"}))
        assert caught.value.ours
        with sandbox.start("student", SMALL) as child:
            assert child.ask(Frame({"do": "echo", "n": 1})).body["n"] == 1
            os.kill(sandbox.zygote_pid or 0, signal.SIGKILL)
            assert child.ask(Frame({"do": "echo", "n": 2})).body["n"] == 2  # a running child needs no zygote


def test_a_zygote_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.launcher.BOOT", "raise SystemExit('no torch here')")
    with ProcessSandbox("none", modules=ROGUE) as sandbox, pytest.raises(Exception, match="no torch here"):
        sandbox.start("student", SMALL).ask(Frame({"do": "echo"}))


def test_a_zygote_with_a_second_thread_starts_over_and_knows_less(monkeypatch: pytest.MonkeyPatch) -> None:
    threaded = """
import json, sys, threading, time
if json.loads(sys.argv[-1])["mode"] == "torch":
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
"""
    monkeypatch.setattr("grader.sandbox.launcher.BOOT", threaded + launcher.BOOT)
    with ProcessSandbox("none", modules=ROGUE, import_roots=(HERE,)) as sandbox:
        child = sandbox.start("student", SMALL)  # the order waits while the zygote starts over
        assert child.ask(Frame({"do": "echo", "n": 1})).body["n"] == 1
        command = Path(f"/proc/{sandbox.zygote_pid}/cmdline").read_text()
    assert '"mode": "fresh"' in command


def test_a_role_that_cannot_be_imported_is_our_fault(zygote: Sandbox) -> None:
    with open_sandbox(modules={"student": "no_such_module"}) as sandbox, pytest.raises(ChildFailed) as caught:
        sandbox.start("student", SMALL).ask(Frame({}))
    assert caught.value.ours and "no_such_module" in str(caught.value)


@pytest.mark.slow
def test_a_warm_zygote_serves_meanwhile_and_afterwards() -> None:
    with open_sandbox(warm=True, modules=ROGUE, import_roots=(HERE,)) as sandbox:
        for _ in range(40):
            with sandbox.start("evaluator", SMALL, threads=2) as child:
                assert child.ask(Frame({"do": "compute"})).body["threads"] == 2
        assert isinstance(sandbox, ProcessSandbox)
        assert set(sandbox._launcher.last_words().splitlines()) <= {
            "warm-up: ModuleNotFoundError: No module named 'rogue_child'"  # only children know the tests' folder
        }


def test_children_may_be_started_from_many_threads(zygote: Sandbox) -> None:
    answers: list[int] = []

    def one(number: int) -> None:
        with zygote.start("student", SMALL) as child:
            answers.append(child.ask(Frame({"do": "echo", "n": number})).body["n"])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(8))


def test_secrets_of_the_controller_stay_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "secret")
    with open_sandbox(modules=ROGUE, import_roots=(HERE,)) as sandbox, sandbox.start("student", SMALL) as child:
        assert "API_TOKEN" not in child.ask(Frame({"do": "where"})).body["environment"]


def test_the_controller_needs_no_torch() -> None:
    code = "import sys, grader.sandbox, grader.sandbox.process_sandbox, grader.sandbox.fake; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_strict_is_refused_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.sandbox.launcher.BOOT", WITHOUT_SECCOMP + launcher.BOOT)
    with pytest.raises(SandboxUnavailable, match=r"level D.*seccomp"):
        open_sandbox("strict")


def test_a_level_that_this_machine_lacks_is_refused_by_its_name() -> None:
    level = "B" if os.getuid() == 0 else "A"
    with pytest.raises(SandboxUnavailable, match=f"not level {level}"):
        open_sandbox(level)


def test_a_sandbox_is_called_what_was_asked_for() -> None:
    with open_sandbox("none") as sandbox:
        assert sandbox.isolation.level == "none" and not sandbox.isolation.strict
    with open_sandbox("D") as sandbox:
        assert sandbox.isolation.level == "D" and len(sandbox.isolation.missing) >= 4
        assert all(layer.render(language) for layer in sandbox.isolation.missing for language in ("en", "ko"))


def test_student_code_never_meets_cuda(zygote: Sandbox) -> None:
    with pytest.raises(ValueError, match="CPU"):
        zygote.start("student", Limits(), device="cuda")


@pytest.mark.slow
def test_each_set_of_preloads_has_a_zygote_of_its_own() -> None:
    with open_sandbox(modules=ROGUE, import_roots=(HERE,)) as sandbox:
        with sandbox.start("student", SMALL, preloads=("safetensors.torch",)) as child:
            assert child.ask(Frame({"do": "imported", "name": "safetensors.torch"})).body["imported"]
        with sandbox.start("student", SMALL) as child:
            assert not child.ask(Frame({"do": "imported", "name": "safetensors.torch"})).body["imported"]


def test_a_zygote_has_one_task(zygote: Sandbox) -> None:
    assert isinstance(zygote, ProcessSandbox)
    with zygote.start("student", SMALL) as child:
        child.ask(Frame({"do": "echo"}))
        assert len(list(Path(f"/proc/{zygote.zygote_pid}/task").iterdir())) == 1


def test_no_control_group_is_left_behind() -> None:
    with open_sandbox(modules=ROGUE, import_roots=(HERE,)) as sandbox:
        with sandbox.start("student", SMALL) as child:
            child.ask(Frame({"do": "echo"}))
            monitors = processes.children(sandbox.zygote_pid)
            mine = cgroup.group_for(f"grader-{monitors[0]}")
            if mine is None or not any(mine.pids.parent.glob(f"{mine.pids.name}-*")):
                pytest.skip("no control groups here")
        assert not any(mine.pids.parent.glob(f"{mine.pids.name}-*"))
        assert not any(mine.memory.parent.glob(f"{mine.memory.name}-*"))
