"""Bad input through the real command: a message that a student understands, the right exit code, nothing left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader.cli import main
from grader.sandbox import processes

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = ROOT / "tests/submissions/mlp_wafer"


def _check(*words: str, lang: str = "en") -> Result:
    return CliRunner().invoke(main, ["check", *words, "--course", str(ROOT), "--no-training", "--lang", lang])


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.py", b"", ["empty"]),
        ("comments.py", "# 아직 못 했습니다\n".encode(), ["comment"]),
        ("syntax.py", b"import torch\nclass Net(:\n    pass\n", ["syntax.py:2", "class Net(:"]),
        ("rubbish.py", bytes(range(256)) * 40, ["text"]),
        ("no_notebook.ipynb", b'{"a": 1}', ["notebook"]),
        ("truncated.ipynb", b'{"cells": [{"cell_type": "code", "source": "x = ', ["notebook"]),
        (
            "no_code.ipynb",
            json.dumps({"cells": [{"cell_type": "markdown", "metadata": {}, "source": "글"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode(),
            ["code"],
        ),
        ("misnamed.py", b"import torch.nn as nn\nclass MLPClassifier_Complex(nn.Module):\n    pass\n", ["MLPClassifier_Complex", "misnamed.py:2"]),
        ("not_there.py", b"import torch\nx = 1\n", ["does not define MLPClassifier_complex"]),
    ],
)  # fmt: skip
def test_answer_that_cannot_be_read_fails_source_with_its_reason(
    tmp_path: Path, name: str, data: bytes, words: list[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    result = _check("mlp_wafer", str(tmp_path / name))
    assert result.exit_code in (1, 3), result.output  # 3: training was left out
    assert "FAIL source" in result.output
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.output


@pytest.mark.parametrize(
    "encoding",
    [
        pytest.param("utf-8", marks=pytest.mark.slow),
        pytest.param("utf-8-sig", marks=pytest.mark.slow),
        "cp949",
        "utf-16",
    ],
)
def test_answer_in_any_usual_encoding_with_windows_line_ends_in_a_hangul_folder_is_graded(
    tmp_path: Path, encoding: str
) -> None:
    folder = tmp_path / "제출 폴더"
    folder.mkdir()
    text = (ROOT / "solutions/mlp_wafer.py").read_text(encoding="utf-8").replace("—", "-")
    text = "# 한글 주석\n" + "".join(char for char in text if char.isascii() or "가" <= char <= "힣" or char == "\n")
    (folder / "답안.py").write_bytes(text.replace("\n", "\r\n").encode(encoding))
    result = _check("mlp_wafer", str(folder))
    assert "PASS forward" in result.output, result.output


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["no_such_exercise", "answer.py"], "no_such_exercise"),
        (["mlp_waffer", "answer.py"], "mlp_wafer"),
        (["mlp_wafer", "nowhere/answer.py"], "nowhere"),
    ],
)
def test_wrong_use_is_one_clear_message_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = _check(*words)
    assert result.exit_code == 2
    assert expected in result.output
    assert "Traceback" not in result.output


def test_folder_with_two_candidates_names_both(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text("x = 1\n")
    result = _check("mlp_wafer", str(tmp_path), lang="ko")
    assert result.exit_code == 2
    assert "one.py" in result.output and "two.py" in result.output


def test_notebook_of_a_hundred_megabytes_is_refused_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "huge.ipynb"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    result = _check("mlp_wafer", str(path))
    assert result.exit_code == 2
    assert "100.0 MB" in result.output


def test_device_or_pipe_is_no_submission(tmp_path: Path) -> None:
    path = tmp_path / "pipe.py"
    os.mkfifo(path)
    result = _check("mlp_wafer", str(path))
    assert result.exit_code == 2
    assert "pipe.py" in result.output


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_file_without_read_permission_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.py"
    path.write_text("x = 1\n")
    path.chmod(0)
    assert _check("mlp_wafer", str(path)).exit_code == 2


def test_rubric_with_mistakes_lists_all_of_them_with_line_and_column(tmp_path: Path) -> None:
    for folder in ("exercises", "rubrics"):
        (tmp_path / folder).mkdir()
    (tmp_path / "exercises/broken.py").write_text("x = 1\n")
    text = "exercise: broken\ntitle: {ko: 가, en: A}\ntargt: Net\ninput: [batch, 4]\nnetwork:\n  fc: Linaer(4, 2)\n  forward: fc\nchecks: {layers: 10}\n"
    (tmp_path / "rubrics/broken.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "answer.py").write_text("x = 1\n")
    words = ["check", "broken", str(tmp_path / "answer.py"), "--course", str(tmp_path), "--lang", "en"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "broken.yaml:3:1" in result.output and "target" in result.output
    assert "broken.yaml:6:" in result.output and "Linear" in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_during_training_gives_a_partial_report_and_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "check", "mlp_wafer", str(ROOT / "solutions/mlp_wafer.py")]
    marker = f"GRADER_TEST_MARK={tmp_path.name}"
    name, _, value = marker.partition("=")
    process = subprocess.Popen(
        [*command, "--course", str(ROOT), "--data", "standin", "--lang", "en", "--plain"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, name: value, "TMPDIR": str(tmp_path)},
        start_new_session=True,
    )
    children: list[int] = []
    assert _wait_for(lambda: _training_started(process.pid, children)), "training never began"
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "PASS forward" in output
    assert "UNGRADED training" in output
    assert "Traceback" not in output + errors
    assert not list(tmp_path.iterdir())  # every child's scratch folder is gone


def _training_started(controller: int, seen: list[int]) -> bool:
    """Whether the third child with torch, which is the evaluator, has used more processor time than starting takes.

    The first runs the submission, the second computes the reference; `seen` keeps them in order.
    """
    zygotes = processes.children(controller)
    monitors = [pid for zygote in zygotes for pid in processes.children(zygote)]
    now = {pid for monitor in monitors for pid in processes.children(monitor) if _resident_bytes(pid) > 2**27}
    seen += sorted(now - set(seen))
    found = processes.measure(seen[2]) if len(seen) > 2 else None
    return found is not None and found.cpu_seconds > 3.0


def _resident_bytes(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0


def _wait_for(condition: object, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False
