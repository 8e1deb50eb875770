"""`grader doctor`: what is wrong with a machine, and what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import doctor, libraries
from grader.cli.libraries import Libraries, Library, matching_torchvision, package_index

SOUND = Libraries(Library("2.13.0+cpu", None), Library("0.28.0+cpu", None), 2, None)


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("GRADER_DATA", raising=False)


def run(monkeypatch: pytest.MonkeyPatch, found: Libraries, *arguments: str) -> Result:
    monkeypatch.setattr(doctor, "probe", lambda: found)
    monkeypatch.setattr(doctor, "_sandbox", lambda: iter(()))
    return CliRunner().invoke(doctor.command, arguments)


def test_a_sound_machine_can_grade(monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(monkeypatch, SOUND)
    assert result.exit_code == 0 and "This machine can grade." in result.stdout
    assert "note  data mnist" in result.stdout and "grader data fetch mnist" in result.stdout
    assert "\x1b" not in result.stdout


def test_korean_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "채점할 수 있습니다" in run(monkeypatch, SOUND, "--lang", "ko").stdout


def test_a_torchvision_of_another_torch_is_named_with_the_command_that_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Library("0.28.0", "RuntimeError: operator torchvision::nms does not exist")
    result = run(monkeypatch, Libraries(SOUND.torch, broken, 2, None))
    assert result.exit_code == 1
    assert "PROBLEM  torchvision: 0.28.0" in result.stdout and "torchvision::nms" in result.stdout
    assert '"torchvision==0.28.*" --index-url https://download.pytorch.org/whl/cpu' in result.stdout


def test_an_absent_torch_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Library(None, "not installed")
    result = run(monkeypatch, Libraries(absent, absent, None, None))
    assert result.exit_code == 1 and "pip install torch torchvision" in result.stdout


@pytest.mark.parametrize(
    ("torch", "torchvision"), [("2.9.1", "torchvision==0.24.*"), ("2.13.0+cpu", "torchvision==0.28.*"), ("3.0", None)]
)
def test_the_torchvision_that_belongs_to_a_torch(torch: str, torchvision: str | None) -> None:
    assert matching_torchvision(torch) == torchvision


def test_the_index_of_a_build() -> None:
    assert package_index("2.13.0+cu130").endswith("/cu130") and package_index("2.13.0") == ""


@pytest.mark.parametrize(
    ("code", "torch_is_sound", "problem"),
    [
        ('print(\'{"torch": ["2.13.0", null]}\'); import os; os.abort()', False, "status"),
        ('print(\'{"torch": ["2.13.0", null], "torchvision": ["0.1", null]}\'); import os; os.abort()', True, "status"),
        ("pass", False, "status"),
        ("import time; time.sleep(60)", False, "no answer"),
    ],
)
def test_a_library_that_ends_the_interpreter_is_found_out(
    monkeypatch: pytest.MonkeyPatch, code: str, torch_is_sound: bool, problem: str
) -> None:
    monkeypatch.setattr(libraries, "PROBE", f"import sys; sys.stdout.reconfigure(line_buffering=True)\n{code}")
    found = libraries.probe(wall_seconds=2.0)
    assert (found.torch.problem is None) is torch_is_sound
    assert problem in (found.torchvision.problem or "")


def test_the_sandbox_is_really_tried() -> None:
    findings = list(doctor._sandbox())
    assert findings[0].state == "good"
    level = str(findings[1].found.id)
    assert findings[1].state == (
        "good" if level in ("sandbox.level_a", "sandbox.level_b", "sandbox.level_c") else "note"
    )
    if sys.platform == "linux":
        assert len(findings[1].advice) >= 5  # each layer is named, there or missing


def test_asking_needs_no_torch_here() -> None:
    code = "import sys, grader.cli.doctor; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
